import type { CatalogReader } from "../../link/hq/repository.ts";
import { addToSums, bucketOf, openSums, textsOfSums } from "../../link/protocol/buckets.ts";
import type { Manifest, StreamPosition } from "../../link/protocol/messages.ts";
import { chunkRecords, cutChunks, manifestOf, readSnapshotId, snapshotIdOf } from "../../link/protocol/snapshot.ts";
import { judge, readRails } from "../../rails/rails.ts";
import type { Article } from "../../words/article.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import { livePrices } from "../../words/prices/live-prices.ts";
import type { Price } from "../../words/prices/price.ts";
import type { Rails } from "../../words/prices/rails.ts";
import { sideOf } from "../../words/prices/which-counts.ts";
import type { CatalogRecord, PriceRecord } from "../../words/streams/catalog.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { openRecentlyUsed, type RecentlyUsed } from "../recently-used.ts";
import type { ChainReader, StreamRow } from "../streams/chain-reader.ts";
import { recordsBetween } from "../streams/segments.ts";
import { pricesBefore } from "./price-history.ts";

/** The content of a store's catalog stream up to one record: its articles, every price, and which article each label shall show. */
interface CatalogState {
	articles: Map<string, Article>;
	prices: Map<string, PriceRecord[]>;
	labels: Map<string, CatalogRecord & { type: "label" }>;
}

/** The content as a build without conditional prices keeps it: everybody's prices only, without multi-buys and online prices. */
function plain(price: Price): Price[] {
	if (sideOf(price) !== "") return [];
	const { multiBuy: _, onlineAmountMinor: __, ...rest } = price;
	return [rest];
}

const recordsPerPage = 2_000;

/** Where the reader finds the records: HQ's database, or the memory of a simulation. */
export interface CatalogSource {
	/** The stream's epoch, its newest number, and the chain hash after record `seq`, if there is such a record. */
	positionAt(store: string, seq: number): Promise<{ epoch: string; last: number; hash: string | undefined } | undefined>;
	/** Records after `after` up to `upTo`, in order, at most `limit`. */
	records(store: string, after: number, upTo: number, limit: number): Promise<{ seq: number; record: CatalogRecord }[]>;
	/** The guard rails that the store was sent. */
	rails?(store: string): Promise<Rails | undefined>;
}

export const catalogIn = (db: Queries, chains: ChainReader): CatalogSource => ({
	async positionAt(store, seq) {
		const [row] = await db.query<StreamRow>("SELECT epoch, last, hash, acked FROM down_stream WHERE store = $1 AND stream = 'catalog'", [
			store,
		]);
		// A comparison asks for the newest record, whose hash is mostly in memory.
		if (row?.last === seq) return chains.position(store, "catalog", row);
		return row && { ...row, hash: seq < row.last ? await chains.hashAt(store, "catalog", seq) : undefined };
	},
	async records(store, after, upTo, limit) {
		const rows = await recordsBetween(db, store, "catalog", after + 1, Math.min(upTo, after + limit));
		return rows.map(({ seq, body }) => ({ seq, record: JSON.parse(body) as CatalogRecord }));
	},
	async rails(store) {
		const [sent] = await db.query<{ rails: string }>("SELECT rails FROM rails_told WHERE store = $1", [store]);
		return readRails(sent?.rails);
	},
});

function applyRecord({ articles, prices, labels }: CatalogState, record: CatalogRecord): void {
	switch (record.type) {
		case "article":
			if ((articles.get(record.article.sku)?.version ?? 0) < record.article.version) articles.set(record.article.sku, record.article);
			return;
		case "price":
		case "conditional-price": {
			const known = prices.get(record.price.sku);
			const { head: _, ...said } = record;
			const isNewer = ({ price }: PriceRecord): boolean => sideOf(price) !== sideOf(said.price) || price.version < said.price.version;
			if (!known) prices.set(record.price.sku, [said]);
			else if (known.every(isNewer)) known.push(withBefore(said, known));
			return;
		}
		case "price-end": {
			const known = prices.get(record.sku) ?? [];
			const index = known.findIndex(({ price }) => price.version === record.ends);
			if (index >= 0) known[index] = endedAt(known[index]!, record.at);
			return;
		}
		case "price-release": {
			const known = prices.get(record.sku) ?? [];
			const index = known.findIndex(({ price }) => price.version === record.releases);
			if (index >= 0) known[index] = { ...known[index]!, released: true, ...(record.approval && { approval: record.approval }) };
			return;
		}
		case "label":
			labels.set(record.label, record);
	}
}

/** An approver signed the end that the price had; it goes along, so that the signature can still be checked. */
function endedAt({ price, approval, ...record }: PriceRecord, at: Instant): PriceRecord {
	return { ...record, price: { ...price, until: at }, ...(approval && { approval: { until: price.until ?? null, ...approval } }) };
}

const pricesOf = (records: readonly PriceRecord[]): Price[] => records.map(({ price }) => price);

/** Adds the price that counted when this one was decided, because a snapshot leaves ended prices out. */
function withBefore(record: PriceRecord, known: readonly PriceRecord[]): PriceRecord {
	const [before] = pricesBefore(
		known.map(({ price }) => ({ price, stores: everywhere })),
		record.price,
		record.price.from,
	);
	if (!before) return record;
	const { amountMinor, currency } = before.price;
	return { ...record, before: { amountMinor, currency } };
}
const everywhere: ReadonlySet<string> = new Set(["all"]);

const skusOf = ({ articles, prices }: CatalogState): string[] => [...new Set([...articles.keys(), ...prices.keys()])].sort();

/** The store knows its wall clock; this process does not, so that rail is not judged here. */
const mayBeHeld = ({ price, released, before }: PriceRecord, rails: Rails, named: boolean): boolean =>
	!released && (rails.quietHours !== undefined || judge(rails, price, defined({ named, before })).length > 0);

/**
 * Canonical records of some articles and of their prices that may still count. `rails`: the store's guard rails; where they may
 * hold a price, the price that counts instead is added.
 */
function textsOf({ articles, prices }: CatalogState, skus: readonly string[], asOf: Instant, rails?: Rails): string[] {
	return skus.flatMap((sku) => {
		const article = articles.get(sku);
		const known = prices.get(sku) ?? [];
		const named = article !== undefined;
		const free = rails ? known.filter((record) => !mayBeHeld(record, rails, named)) : [];
		const live = new Set([...livePrices(pricesOf(known), asOf), ...livePrices(pricesOf(free), asOf)]);
		const rows = known.filter(({ price }) => live.has(price)).map((record) => canonicalText(record));
		return article ? [canonicalText({ type: "article", article }), ...rows] : rows;
	});
}

interface Snapshot {
	manifest: Manifest;
	chunks: string[][];
}

export interface CatalogReaderOptions {
	/** A store without any records is offered a snapshot where the stream has at least this many. */
	worthFrom: number;
	recordsPerChunk: number;
	/** Lets the event loop run other work; called between pages of records. */
	breathe(): Promise<void>;
}

const usualOptions: CatalogReaderOptions = { worthFrom: 2_000, recordsPerChunk: chunkRecords, breathe: () => new Promise(setImmediate) };

const snapshotsKept = 4;
const statesKept = 2;
const sumsKept = 4_000;

/** Sums of all buckets of one store's catalog. They stay the same from `from` until, at `until`, a price begins or ends to count. */
interface BucketSums {
	/** Epoch and number of the record up to which they were made. */
	of: string;
	from: Instant;
	until: Instant | null;
	texts: string[];
}

/** State that the functions below work on: where the records are, and what was made last. */
interface Reader extends CatalogReaderOptions {
	source: CatalogSource;
	snapshots: RecentlyUsed<Snapshot>;
	states: RecentlyUsed<CatalogState>;
	sums: RecentlyUsed<BucketSums>;
	/** Settles when the work that was asked for last has ended. */
	turn: Promise<unknown>;
}

/**
 * The catalog of one store as a whole: for snapshots and for the comparison of buckets. It is made from the store's own records, one store
 * at a time, because a large one keeps this process busy for a second. What was made last is kept: a store asks for the chunks of a
 * snapshot one after the other.
 */
export function openCatalogReader(source: CatalogSource, now: () => Instant, asked: Partial<CatalogReaderOptions> = {}): CatalogReader {
	const reader: Reader = {
		...{ ...usualOptions, ...asked, source },
		snapshots: openRecentlyUsed<Snapshot>(snapshotsKept),
		states: openRecentlyUsed<CatalogState>(statesKept),
		sums: openRecentlyUsed<BucketSums>(sumsKept),
		turn: Promise.resolve(),
	};
	return {
		worthFrom: reader.worthFrom,
		async manifest(store) {
			const head = await source.positionAt(store, 0);
			if (!head || head.last === 0) return undefined;
			return (await snapshotOf(reader, store, snapshotIdOf(head.epoch, head.last, Date.parse(now()))))?.manifest;
		},
		chunk: async (store, id, chunk) => (await snapshotOf(reader, store, id))?.chunks[chunk],
		async sums(store, at, asOf, isPlain = false) {
			if (!(await isNewest(reader, store, at))) return undefined;
			const of = `${at.epoch} ${at.position} ${isPlain}`;
			const known = reader.sums.get(store);
			if (known && known.of === of && known.from <= asOf && (known.until === null || asOf < known.until)) return known.texts;
			return inTurn(reader, async () => {
				const state = await stateAt(reader, store, at.epoch, at.position);
				return reader.sums.set(store, { of, ...(await sumsOf(state, asOf, reader.breathe, isPlain)) }).texts;
			});
		},
		async bucket(store, at, asOf, bucket) {
			if (!(await isNewest(reader, store, at))) return undefined;
			return inTurn(reader, async () => {
				const state = await stateAt(reader, store, at.epoch, at.position);
				const skus = skusOf(state).filter((sku) => bucketOf(sku) === bucket);
				return textsOf(state, skus, asOf);
			});
		},
	};
}

/** Runs one piece of work after the other. */
function inTurn<T>(reader: Reader, work: () => Promise<T>): Promise<T> {
	const made = reader.turn.then(work, work);
	reader.turn = made.catch(() => {});
	return made;
}

/** The content of a store's catalog stream up to record `seq`. */
async function stateAt({ states, ...reader }: Reader, store: string, epoch: string, seq: number): Promise<CatalogState> {
	const key = `${store} ${epoch} ${seq}`;
	return states.get(key) ?? states.set(key, await readState(reader, store, seq));
}

/** Reads a store's records from the first one on, page by page. */
async function readState({ source, breathe }: Pick<Reader, "source" | "breathe">, store: string, upTo: number): Promise<CatalogState> {
	const state: CatalogState = { articles: new Map(), prices: new Map(), labels: new Map() };
	for (let after = 0; after < upTo; ) {
		const rows = await source.records(store, after, upTo, recordsPerPage);
		for (const { record } of rows) applyRecord(state, record);
		if (rows.length < recordsPerPage) break;
		after = rows.at(-1)!.seq;
		await breathe();
	}
	return state;
}

/** Undefined where the id names an epoch or a record that the store's stream does not have. */
function snapshotOf(reader: Reader, store: string, id: string): Promise<Snapshot | undefined> {
	return inTurn(reader, async () => {
		const key = `${store} ${id}`;
		const known = reader.snapshots.get(key);
		if (known) return known;
		const { epoch, baseSeq, atMs } = readSnapshotId(id);
		const head = await reader.source.positionAt(store, baseSeq);
		if (!head?.hash || head.epoch !== epoch) return undefined;
		const state = await stateAt(reader, store, epoch, baseSeq);
		const plan = [...state.labels.values()].map((record) => canonicalText(record));
		const rails = await reader.source.rails?.(store);
		const texts = textsOf(state, skusOf(state), new Date(atMs).toISOString(), rails);
		const chunks = cutChunks([...texts, ...plan], reader.recordsPerChunk);
		return reader.snapshots.set(key, { manifest: manifestOf(id, head.hash, chunks), chunks });
	});
}

/** Whether a store is at the newest record of its catalog stream: only then can the catalogs of both ends be compared. */
async function isNewest({ source }: Reader, store: string, at: StreamPosition): Promise<boolean> {
	const head = await source.positionAt(store, at.position);
	return head !== undefined && head.epoch === at.epoch && head.last === at.position && head.hash === at.hash;
}

const articlesPerTurn = 1_000;

async function sumsOf(state: CatalogState, asOf: Instant, breathe: () => Promise<void>, isPlain: boolean): Promise<Omit<BucketSums, "of">> {
	const total = openSums();
	let until: Instant | null = null;
	let done = 0;
	for (const sku of skusOf(state)) {
		const prices = livePrices(pricesOf(state.prices.get(sku) ?? []), asOf);
		addToSums(total, sku, state.articles.get(sku), isPlain ? prices.flatMap(plain) : prices);
		for (const edge of prices.flatMap((price) => [price.from, price.until ?? price.from])) {
			if (edge > asOf && (until === null || edge < until)) until = edge;
		}
		if (++done % articlesPerTurn === 0) await breathe();
	}
	return { from: asOf, until, texts: textsOfSums(total) };
}
