/**
 * HQ was restored from a backup, and a store has the records that HQ sent after it (decision 0011). Pure: which records were lost, which
 * decisions must be sent again, and in which order, so that HQ's later decision wins in every store.
 *
 *   HQ's stream     1 … 50 │ 51′ 52′          what HQ has sent since the restore: the tail
 *   the store's     1 … 50 │ 51 … 80          what HQ lost by the restore: the lost records
 *   afterwards      1 … 50 │ 51 … 80 │ 51′ 52′ │ what must be sent again, under versions above every one a store holds
 */

import type { Article } from "../../words/article.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { livePrices } from "../../words/prices/live-prices.ts";
import type { Price } from "../../words/prices/price.ts";
import { sideOf } from "../../words/prices/which-counts.ts";
import { type CatalogRecord, type ConfigRecord, type PushHead, priceRecordType, type StockRecord } from "../../words/streams/catalog.ts";
import type { Instant } from "../../words/time.ts";
import type { DownStream } from "../protocol/messages.ts";
import { checkRecord } from "../protocol/records.ts";

/** A stream's records as a store received them: number and record, in order. Null: HQ refused the record, because no seal proves it. */
export type Received = readonly (readonly [seq: number, record: unknown])[];

/**
 * The last number up to which HQ and the store have the same records. `own`: HQ's canonical texts after number `after`, which both have.
 */
export function lastCommonNumber(after: number, own: readonly string[], received: Received): number {
	let same = 0;
	for (const [seq, record] of received) {
		// A refused record (null) equals none of HQ's.
		if (seq !== after + same + 1 || record === null || canonicalText(record) !== own[same]) break;
		same += 1;
	}
	return after + same;
}

/** Whether the received log of a store at `position` is complete after `after`. */
export const isWhole = (after: number, position: number, received: Received): boolean =>
	after + received.length === position && received.every(([seq], index) => seq === after + index + 1);

/** Records that the store received after number `seq`, as canonical texts. */
export const receivedAfter = (seq: number, received: Received): string[] =>
	received.flatMap(([n, record]) => (n > seq && record !== null ? [canonicalText(record)] : []));

/**
 * How many of the lost records HQ has appended after the last common one already: an earlier attempt did so, and its welcome did not reach
 * the store.
 */
export function alreadyBack(lost: readonly string[], own: readonly string[]): number {
	let same = 0;
	while (same < lost.length && lost[same] === own[same]) same += 1;
	return same;
}

export type Known = CatalogRecord | StockRecord | ConfigRecord;

/** Those of the texts that this build understands. The others stay in the stream and have no effect here. */
export function understood<S extends DownStream>(stream: S, texts: readonly string[]): { text: string; record: Known }[] {
	return texts.flatMap((text) => {
		const checked = checkRecord(stream, JSON.parse(text));
		return checked.kind === "known" ? [{ text, record: checked.record as Known }] : [];
	});
}

/**
 * Records that follow from a store's articles and prices, where its received log is incomplete: articles and prices with a number above the
 * last one before the backup that are not in `received`, and ends of older prices. A price that has no end at HQ and that the store does
 * not have was ended before the store took its snapshot. `trunk`: HQ's own canonical texts up to the backup.
 */
export function rowsSince(
	rows: readonly unknown[],
	received: readonly string[],
	{ before, trunk, now }: { before: number; trunk: readonly string[]; now: Instant },
): string[] {
	if (rows.length === 0) return [];
	const keyOf = (record: Known): string => {
		if (record.type === "article") return `article ${record.article.sku} ${record.article.version}`;
		return "price" in record ? `price ${record.price.sku} ${record.price.version}` : "";
	};
	const recordsOf = (texts: readonly string[]): Known[] => understood("catalog", texts).map(({ record }) => record);
	const named = new Set(recordsOf(received).map(keyOf));
	const known = recordsOf(rows.map(canonicalText));
	const since = known
		.filter((record) => !named.has(keyOf(record)) && highestVersion([record]) > before)
		.sort((a, b) => highestVersion([a]) - highestVersion([b]));

	const theirs = new Map(known.flatMap((record) => ("price" in record ? [[keyOf(record), record.price] as const] : [])));
	const ours = catalogWords(recordsOf(trunk)).prices;
	const after = Map.groupBy([...ours, ...catalogWords(since).prices], ({ sku }) => sku);
	const ends = ours.flatMap((price): Known[] => {
		const { sku, version } = price;
		const has = theirs.get(keyOf({ type: priceRecordType(price), price }));
		const at = has ? has.until : livePrices(after.get(sku)!, now).includes(price) ? price.from : price.until;
		return at === undefined || at === price.until ? [] : [{ type: "price-end", sku, version, ends: version, at }];
	});
	return [...since, ...ends].map(canonicalText);
}

/**
 * A version above this comes from a damaged store: HQ cannot have made so many decisions between two backups. It must not use up all
 * numbers.
 */
const mostVersions = 1e12;

/** The highest version in records that stores received: HQ's next one must be above it. */
export function highestVersion(records: readonly Known[]): number {
	let highest = 0;
	for (const record of records) {
		const version =
			record.type === "article"
				? record.article.version
				: "price" in record
					? record.price.version
					: record.type === "setting"
						? record.setting.version
						: record.type === "price-end"
							? record.version
							: 0;
		if (version > highest && version < mostVersions) highest = version;
	}
	return highest;
}

export interface CatalogWords {
	/** The newest version of each article. */
	articles: Map<string, Article>;
	/** Prices as a store has them: one that came after a newer version of its article is left out, and ends that HQ sent are applied. */
	prices: Price[];
	heads: Map<string, PushHead>;
}

export function catalogWords(records: readonly Known[]): CatalogWords {
	const articles = new Map<string, Article>();
	const prices = new Map<string, Price>();
	const newest = new Map<string, number>();
	const heads = new Map<string, PushHead>();
	for (const record of records) {
		if (record.type === "article") {
			if ((articles.get(record.article.sku)?.version ?? 0) < record.article.version) articles.set(record.article.sku, record.article);
		} else if ("price" in record) {
			const { price, head } = record;
			if (head && price.push !== undefined && !heads.has(price.push)) heads.set(price.push, head);
			const side = `${price.sku} ${sideOf(price)}`;
			if ((newest.get(side) ?? 0) >= price.version) continue;
			newest.set(side, price.version);
			prices.set(`${price.sku} ${price.version}`, price);
		} else if (record.type === "price-end") {
			const ended = prices.get(`${record.sku} ${record.ends}`);
			if (ended) prices.set(`${record.sku} ${record.ends}`, { ...ended, until: record.at });
		}
	}
	return { articles, prices: [...prices.values()], heads };
}

/**
 * A price that HQ has sent since the restore. `origin`: the version under which it was lost; left out: it was decided after the restore.
 */
export interface SinceRestore {
	sku: string;
	version: number;
	origin?: number;
}

export type Again<L, K> = { lost: L } | { known: K };

/**
 * The decisions to send again under new versions, in this order: first the lost ones, as they were made; then, for the same articles, those
 * that HQ has made since the restore. So the later decision has the higher version.
 */
export function decisionsToResend<L extends { sku: string; version: number }, K extends SinceRestore>(
	lost: readonly L[],
	known: readonly K[],
): Again<L, K>[] {
	const first = new Map<string, number>();
	for (const { sku, version } of lost) first.set(sku, Math.min(version, first.get(sku) ?? version));
	const displaced = known.filter(({ sku, origin }) => first.has(sku) && (origin === undefined || origin > first.get(sku)!));
	const old = [
		...lost.map((each) => ({ at: each.version, again: { lost: each } as Again<L, K> })),
		...displaced.flatMap((each) => (each.origin === undefined ? [] : [{ at: each.origin, again: { known: each } as Again<L, K> }])),
	];
	const since = displaced
		.filter(({ origin }) => origin === undefined)
		.map((each) => ({ at: each.version, again: { known: each } as Again<L, K> }));
	const inOrder = (list: typeof old): Again<L, K>[] => list.sort((a, b) => a.at - b.at).map(({ again }) => again);
	return [...inOrder(old), ...inOrder(since)];
}

/**
 * The last number that HQ gave before it was restored: the first generation that began after the store's last handshake began with the next
 * number. `firsts`: the first number of each generation that the store has not greeted yet, in order. `trunk`: the number of the last
 * record that both have. `found`: what was found at the previous restore, for a store that has greeted since.
 */
export function lastNumberBefore(firsts: readonly number[], trunk: number, found: number): number {
	const first = firsts.find((each) => each > trunk);
	return first === undefined ? Math.max(trunk, found) : first - 1;
}
