import type { CatalogReader } from "../../link/hq/repository.ts";
import { addToSums, bucketOf, openSums, textsOfSums } from "../../link/protocol/buckets.ts";
import { canonicalText } from "../../link/protocol/chain.ts";
import type { Manifest, StreamPosition } from "../../link/protocol/messages.ts";
import { chunkRecords, cutChunks, manifestOf, readSnapshotId, snapshotIdOf } from "../../link/protocol/snapshot.ts";
import type { Article } from "../../words/article.ts";
import { livePrices } from "../../words/prices/live-prices.ts";
import type { Price } from "../../words/prices/price.ts";
import type { CatalogRecord, PriceRecord } from "../../words/streams/catalog.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { openRecentlyUsed } from "../recently-used.ts";
import type { ChainReader, StreamRow } from "../streams/chain-reader.ts";
import { recordsBetween } from "../streams/segments.ts";
import { pricesBefore } from "./price-history.ts";

/** What a store was sent up to one record: its articles, every price, and the plan of its labels. */
interface CatalogState {
	articles: Map<string, Article>;
	prices: Map<string, PriceRecord[]>;
	labels: Map<string, CatalogRecord & { type: "label" }>;
}

const recordsPerPage = 2_000;

/** Where the records are; the reader is the same over any source. */
export interface CatalogSource {
	/** The stream's epoch and newest number, and the chain after record `seq`, if there is one. */
	positionAt(store: string, seq: number): Promise<{ epoch: string; last: number; hash: string | undefined } | undefined>;
	/** Records after `after` up to `upTo`, in order, at most `limit`. */
	records(store: string, after: number, upTo: number, limit: number): Promise<{ seq: number; record: CatalogRecord }[]>;
}

export const catalogIn = (db: Queries, chains: ChainReader): CatalogSource => ({
	async positionAt(store, seq) {
		const [row] = await db.query<StreamRow>("SELECT epoch, last, hash, acked FROM down_stream WHERE store = $1 AND stream = 'catalog'", [
			store,
		]);
		// Comparisons ask for the newest record, whose hash is mostly known already.
		if (row?.last === seq) return chains.position(store, "catalog", row);
		return row && { ...row, hash: seq < row.last ? await chains.hashAt(store, "catalog", seq) : undefined };
	},
	async records(store, after, upTo, limit) {
		const rows = await recordsBetween(db, store, "catalog", after + 1, Math.min(upTo, after + limit));
		return rows.map(({ seq, body }) => ({ seq, record: JSON.parse(body) as CatalogRecord }));
	},
});

function applyRecord({ articles, prices, labels }: CatalogState, record: CatalogRecord): void {
	switch (record.type) {
		case "article":
			if ((articles.get(record.article.sku)?.version ?? 0) < record.article.version) articles.set(record.article.sku, record.article);
			return;
		case "price": {
			const known = prices.get(record.price.sku);
			const { head: _, ...said } = record;
			if (!known) prices.set(record.price.sku, [said]);
			else if (known.at(-1)!.price.version < record.price.version) known.push(withBefore(said, known));
			return;
		}
		case "price-end": {
			const known = prices.get(record.sku) ?? [];
			const index = known.findIndex(({ price }) => price.version === record.ends);
			if (index >= 0) known[index] = { ...known[index]!, price: { ...known[index]!.price, until: record.at } };
			return;
		}
		case "price-release": {
			const known = prices.get(record.sku) ?? [];
			const index = known.findIndex(({ price }) => price.version === record.releases);
			if (index >= 0) known[index] = { ...known[index]!, released: true };
			return;
		}
		case "label":
			labels.set(record.label, record);
	}
}

const pricesOf = (records: readonly PriceRecord[]): Price[] => records.map(({ price }) => price);

/** With the price that counted when this one was decided: what is left out of a snapshot cannot be looked up there. */
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

/** Canonical records of some articles and their prices that may still count. */
function textsOf({ articles, prices }: CatalogState, skus: readonly string[], asOf: Instant): string[] {
	return skus.flatMap((sku) => {
		const article = articles.get(sku);
		const known = prices.get(sku) ?? [];
		const live = new Set(livePrices(pricesOf(known), asOf));
		const rows = known.filter(({ price }) => live.has(price)).map((record) => canonicalText(record));
		return article ? [canonicalText({ type: "article", article }), ...rows] : rows;
	});
}

interface Snapshot {
	manifest: Manifest;
	chunks: string[][];
}

export interface CatalogReaderOptions {
	/** A store that knows nothing is offered a snapshot from this many records on. */
	worthFrom: number;
	recordsPerChunk: number;
	/** Lets others have their turn. */
	breathe(): Promise<void>;
}

const usualHabits: CatalogReaderOptions = { worthFrom: 2_000, recordsPerChunk: chunkRecords, breathe: () => new Promise(setImmediate) };

const mostKept = 4;
const mostSums = 4_000;

/**
 * The catalog of one store as a whole: for snapshots and for the comparison of buckets. Made from the store's own records, one at a time,
 * because a large one keeps this process busy for a second; what was made last is kept for those who ask for the next chunk.
 */
export function openCatalogReader(source: CatalogSource, now: () => Instant, asked: Partial<CatalogReaderOptions> = {}): CatalogReader {
	const { worthFrom, recordsPerChunk, breathe } = { ...usualHabits, ...asked };
	const snapshots = openRecentlyUsed<Snapshot>(mostKept);
	const states = openRecentlyUsed<CatalogState>(2);
	const sums = openRecentlyUsed<{ of: string; from: Instant; until: Instant | null; texts: string[] }>(mostSums);
	let turn: Promise<unknown> = Promise.resolve();

	const inTurn = <T>(make: () => Promise<T>): Promise<T> => {
		const made = turn.then(make, make);
		turn = made.catch(() => {});
		return made;
	};

	/** Reads a store's records from the first one on; between pages others have their turn. */
	async function catalogOf(store: string, upTo: number): Promise<CatalogState> {
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

	async function stateAt(store: string, epoch: string, seq: number): Promise<CatalogState> {
		const key = `${store} ${epoch} ${seq}`;
		return states.get(key) ?? states.set(key, await catalogOf(store, seq));
	}

	function snapshot(store: string, id: string): Promise<Snapshot | undefined> {
		return inTurn(async () => {
			const key = `${store} ${id}`;
			const known = snapshots.get(key);
			if (known) return known;
			const { epoch, baseSeq, atMs } = readSnapshotId(id);
			const head = await source.positionAt(store, baseSeq);
			if (!head?.hash || head.epoch !== epoch) return undefined;
			const state = await stateAt(store, epoch, baseSeq);
			const plan = [...state.labels.values()].map((record) => canonicalText(record));
			const chunks = cutChunks([...textsOf(state, skusOf(state), new Date(atMs).toISOString()), ...plan], recordsPerChunk);
			return snapshots.set(key, { manifest: manifestOf(id, head.hash, chunks), chunks });
		});
	}

	const standsAt = async (store: string, at: StreamPosition): Promise<boolean> => {
		const head = await source.positionAt(store, at.position);
		return head !== undefined && head.epoch === at.epoch && head.last === at.position && head.hash === at.hash;
	};

	return {
		worthFrom,
		async manifest(store) {
			const head = await source.positionAt(store, 0);
			if (!head || head.last === 0) return undefined;
			return (await snapshot(store, snapshotIdOf(head.epoch, head.last, Date.parse(now()))))?.manifest;
		},
		chunk: async (store, id, chunk) => (await snapshot(store, id))?.chunks[chunk],
		async sums(store, at, asOf) {
			if (!(await standsAt(store, at))) return undefined;
			const of = `${at.epoch} ${at.position}`;
			const known = sums.get(store);
			if (known && known.of === of && known.from <= asOf && (known.until === null || asOf < known.until)) return known.texts;
			return inTurn(async () => {
				const state = await stateAt(store, at.epoch, at.position);
				const total = openSums();
				let until: Instant | null = null;
				let busy = 0;
				for (const sku of skusOf(state)) {
					const prices = livePrices(pricesOf(state.prices.get(sku) ?? []), asOf);
					addToSums(total, sku, state.articles.get(sku), prices);
					for (const edge of prices.flatMap((price) => [price.from, price.until ?? price.from])) {
						if (edge > asOf && (until === null || edge < until)) until = edge;
					}
					if (++busy % 1_000 === 0) await breathe();
				}
				return sums.set(store, { of, from: asOf, until, texts: textsOfSums(total) }).texts;
			});
		},
		async bucket(store, at, asOf, bucket) {
			if (!(await standsAt(store, at))) return undefined;
			return inTurn(async () => {
				const state = await stateAt(store, at.epoch, at.position);
				return textsOf(
					state,
					skusOf(state).filter((sku) => bucketOf(sku) === bucket),
					asOf,
				);
			});
		},
	};
}
