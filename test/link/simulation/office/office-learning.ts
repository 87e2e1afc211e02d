import {
	alreadyBack,
	catalogWords,
	decisionsToResend,
	highestVersion,
	isWhole,
	type Known,
	lastCommonNumber,
	lastNumberBefore,
	receivedAfter,
	rowsSince,
	type SinceRestore,
	understood,
} from "../../../../src/link/hq/reconcile.ts";
import type { RestoredStream, RestoreQuestion } from "../../../../src/link/hq/repository.ts";
import { canonicalText } from "../../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../../src/words/basics/chain.ts";
import type { Price } from "../../../../src/words/prices/price.ts";
import type { Movement } from "../../../../src/words/stock.ts";
import type { CatalogRecord } from "../../../../src/words/streams/catalog.ts";
import { priceRecordType } from "../../../../src/words/streams/catalog.ts";
import type { AtOffice, Down, OfficeRow } from "./office-state.ts";

/** What HQ learned back, by the text of the record: its version before, and the one under which it was said again. Copied for a backup. */
export type Learned = Map<string, { origin: number; said: number | null }>;

export interface LearningPort {
	stores(): Map<string, AtOffice>;
	/** The first number of each generation. */
	generations(): readonly number[];
	learned(): Learned;
	/** Versions under which nothing counts any more: said again under another. */
	saidAgain(): Set<number>;
	nextNumber(): number;
	raise(to: number): void;
	/** The last number before the backup, as it was found for the store that told last. */
	foundBefore(): number;
	found(before: number): void;
	newEpoch(): string;
	wall(): string;
	book(at: AtOffice, movement: Movement): void;
}

interface KnownPrice extends SinceRestore {
	price: Price;
	text: string;
}

/** The model of src/hq/restore/records.ts: the same decisions (reconcile.ts), other tables. */
export function restoreFromStore(
	port: LearningPort,
	store: string,
	stream: "catalog" | "stock",
	asked: RestoreQuestion,
): RestoredStream & { touched: string[] } {
	const at = port.stores().get(store)!;
	const down = at.down[stream];
	const after = Math.min(asked.after, down.rows.length);
	const own = down.rows.slice(after);
	const parting = lastCommonNumber(after, textsOf(own), asked.received);
	const before = lastNumberBefore(port.generations().slice(at.greetedIn), down.rows[parting - 1]?.n ?? 0, port.foundBefore());
	const heard = Math.max(parting, Math.min(after + own.filter(({ n }) => n <= before).length, asked.position));
	const told = receivedAfter(heard, asked.received);
	const missing = [...rowsSince(asked.rows, told, { before, trunk: textsOf(down.rows.slice(0, heard)), now: port.wall() }), ...told];
	const back = alreadyBack(missing, textsOf(down.rows.slice(heard)));
	const trunk = heard + back;
	const tail = down.rows.slice(trunk);
	const texts = missing.slice(back);
	port.found(before);
	const counts = { prices: 0, articles: 0, orders: 0, again: 0, records: 0 };
	const touched = new Set([store]);
	let base = trunk;
	if (texts.length > 0) {
		const lost = understood(stream, texts);
		port.raise(highestVersion(lost.map(({ record }) => record)));
		const fresh = new Set(texts.filter((text) => !port.learned().has(text)));
		down.rows = down.rows.slice(0, trunk);
		for (const text of texts) add(down, JSON.parse(text), port.nextNumber(), true);
		base = down.rows.length;
		if (stream === "stock")
			learnStock(
				port,
				at,
				lost.map(({ record }) => record),
			);
		else for (const each of sayCatalogAgain(port, store, before, lost, fresh, tail)) touched.add(each);
		for (const { record, n, isLost } of tail) add(down, record, n, isLost);
		for (const text of fresh) if (!port.learned().has(text)) port.learned().set(text, { origin: 0, said: null });
		counts.records = fresh.size;
	}
	Object.assign(down, { epoch: port.newEpoch(), acked: base });
	const hash = base === 0 ? genesis : down.rows[base - 1]!.hash;
	return {
		epoch: down.epoch,
		last: down.rows.length,
		base: { position: base, hash },
		whole: isWhole(after, asked.position, asked.received),
		...counts,
		touched: [...touched],
	};
}

function add({ rows }: Down, record: unknown, n: number, isLost = false): void {
	rows.push({ seq: rows.length + 1, hash: nextHash(rows.at(-1)?.hash ?? genesis, canonicalText(record)), record, n, isLost });
}

function sayCatalogAgain(
	port: LearningPort,
	store: string,
	before: number,
	lost: ReturnType<typeof understood>,
	fresh: ReadonlySet<string>,
	tail: OfficeRow[],
): Set<string> {
	const words = catalogWords(lost.map(({ record }) => record));
	const textOf = new Map(
		lost.flatMap(({ text, record }) => ("price" in record ? [[`${record.price.sku} ${record.price.version}`, text]] : [])),
	);
	const prices = words.prices
		.map((price) => ({ sku: price.sku, version: price.version, price, text: textOf.get(`${price.sku} ${price.version}`)! }))
		.filter(({ text }) => fresh.has(text));
	const known = knownSince(port, before, new Map([[store, tail]]));
	buryTwice(port, new Set(prices.map(({ sku }) => sku)), new Set(known.map(({ text }) => text)), tail);
	const said = decisionsToResend(prices, known).map((each) => {
		const version = port.nextNumber();
		const { price } = "lost" in each ? each.lost : each.known;
		return { ...each, version, price: { ...price, version } };
	});
	const touched = new Set<string>();
	const heads = new Set<string>();
	for (const [name, at] of port.stores()) {
		for (const each of said) {
			const head = each.price.push === undefined ? undefined : words.heads.get(each.price.push);
			const isFor =
				"lost" in each ? name === store || head?.stores === "all" : name !== store && has(at.down.catalog.rows, each.known.text);
			if (!isFor) continue;
			const isFirst = head !== undefined && !heads.has(`${name} ${each.price.push}`);
			if (isFirst) heads.add(`${name} ${each.price.push}`);
			add(at.down.catalog, { type: priceRecordType(each.price), price: each.price, ...(isFirst && { head }) }, each.version);
			touched.add(name);
		}
	}
	for (const each of said) {
		if ("lost" in each) port.learned().set(each.lost.text, { origin: each.lost.version, said: each.version });
		else {
			for (const word of port.learned().values()) if (word.said === each.known.version) word.said = each.version;
			port.saidAgain().add(each.known.version);
			tail.forEach((row, index) => {
				if (canonicalText(row.record) === each.known.text)
					tail[index] = { ...row, record: { ...(row.record as object), price: each.price } };
			});
		}
	}
	articlesAgain(port, words.articles, tail);
	return touched;
}

const textsOf = (rows: readonly OfficeRow[]): string[] => rows.map(({ record }) => canonicalText(record));
const has = (rows: readonly OfficeRow[], text: string): boolean => rows.some(({ record }) => canonicalText(record) === text);

/** Prices HQ has said since the backup and that stores took, by version; those that were said again count under their last one. */
function knownSince(port: LearningPort, before: number, tails: ReadonlyMap<string, OfficeRow[]>): KnownPrice[] {
	const origins = new Map([...port.learned().values()].flatMap(({ origin, said }) => (said === null ? [] : [[said, origin]])));
	const known = new Map<number, KnownPrice>();
	for (const [name, at] of port.stores()) {
		const rows = (tails.get(name) ?? at.down.catalog.rows).filter(({ n, isLost }) => n > before && !isLost);
		const texts = rows.map(({ record }) => canonicalText(record));
		const own = understood("catalog", texts);
		const textOf = new Map(own.flatMap(({ text, record }) => ("price" in record ? [[record.price.version, text] as const] : [])));
		for (const price of catalogWords(own.map(({ record }) => record)).prices) {
			const origin = origins.get(price.version);
			if (port.saidAgain().has(price.version)) continue;
			known.set(price.version, {
				sku: price.sku,
				version: price.version,
				price,
				text: textOf.get(price.version)!,
				...(origin !== undefined && { origin }),
			});
		}
	}
	return [...known.values()];
}

/**
 * A price that came after a newer one never counted (the story's `cross`; the real head office has one writer and no such prices). Under a
 * version that a store holds for something else it would be taken for HQ's correction.
 */
function buryTwice(port: LearningPort, skus: ReadonlySet<string>, alive: ReadonlySet<string>, tail: OfficeRow[]): void {
	tail.forEach((row, index) => {
		const [known] = understood("catalog", [canonicalText(row.record)]);
		if (!known || !("price" in known.record) || !skus.has(known.record.price.sku) || alive.has(known.text)) return;
		tail[index] = { ...row, record: { ...known.record, price: { ...known.record.price, version: port.nextNumber() } } };
	});
}

/** Of articles that HQ has described anew since, the new word under a version above the store's. */
function articlesAgain(port: LearningPort, lost: ReadonlyMap<string, { version: number }>, tail: OfficeRow[]): void {
	tail.forEach((row, index) => {
		const record = row.record as CatalogRecord;
		if (record.type !== "article" || !lost.has(record.article.sku)) return;
		tail[index] = { ...row, record: { ...record, article: { ...record.article, version: port.nextNumber() } } };
	});
}

function learnStock(port: LearningPort, at: AtOffice, records: readonly Known[]): void {
	for (const record of records) {
		if (record.type === "movement") port.book(at, { ...record.movement, origin: "hq" });
		if (record.type === "grant-ask") at.asked.add(record.grant);
		if (record.type !== "grant-used" || at.takes.has(record.order)) continue;
		at.takes.set(record.order, { grant: record.grant, sku: record.sku, quantity: record.used });
		const grant = at.grants.get(record.grant);
		if (grant) at.grants.set(grant.id, { ...grant, used: Math.min(grant.granted, grant.used + record.used) });
	}
}
