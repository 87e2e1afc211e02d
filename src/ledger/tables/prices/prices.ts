import type { Article } from "../../../words/article.ts";
import { countingAmong } from "../../../words/prices/advantages.ts";
import { type EffectiveAsked, effectivePrice } from "../../../words/prices/effective.ts";
import type { EffectivePrice, Price, PriceKind } from "../../../words/prices/price.ts";
import { leastOf, type PriceRise } from "../../../words/prices/rise.ts";
import { isInForce, type PriceTerms, rankOf } from "../../../words/prices/which-counts.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

/** state: 0 waiting for its time, 1 in force, 2 over, 3 held. */
export interface PriceRow {
	sku: string;
	version: number;
	kind: PriceKind;
	amount_minor: number;
	currency: string;
	from_at: string;
	until_at: string | null;
	unit_amount_minor: number | null;
	unit_per: string | null;
	prior_amount_minor: number | null;
	push: string | null;
	state: 0 | 1 | 2 | 3;
	tier: string | null;
	from_quantity: number | null;
	multi_quantity: number | null;
	multi_amount_minor: number | null;
	online_amount_minor: number | null;
	rise_waits_ms: number | null;
}

/** A price's columns, without its state. */
export const priceColumns =
	"sku, version, kind, amount_minor, currency, from_at, until_at, unit_amount_minor, unit_per, prior_amount_minor, push, tier, " +
	"from_quantity, multi_quantity, multi_amount_minor, online_amount_minor, rise_waits_ms";

/** Their values, in the same order. */
export const priceValues = (price: Price): unknown[] => [
	price.sku,
	price.version,
	price.kind,
	price.amountMinor,
	price.currency,
	price.from,
	price.until ?? null,
	price.unitPrice?.amountMinor ?? null,
	price.unitPrice?.per ?? null,
	price.priorAmountMinor ?? null,
	price.push ?? null,
	price.tier ?? null,
	price.fromQuantity ?? null,
	price.multiBuy?.quantity ?? null,
	price.multiBuy?.amountMinor ?? null,
	price.onlineAmountMinor ?? null,
	price.riseWaitsMs ?? null,
];

/** One question mark for each of them. */
export const priceMarks = priceColumns.replaceAll(/\w+/g, "?");

export const toPrice = (row: PriceRow): Price => ({
	sku: row.sku,
	version: row.version,
	kind: row.kind,
	amountMinor: row.amount_minor,
	currency: row.currency,
	from: row.from_at,
	...(row.until_at !== null && { until: row.until_at }),
	...(row.unit_amount_minor !== null && row.unit_per !== null && { unitPrice: { amountMinor: row.unit_amount_minor, per: row.unit_per } }),
	...(row.prior_amount_minor !== null && { priorAmountMinor: row.prior_amount_minor }),
	...(row.push !== null && { push: row.push }),
	...(row.tier !== null && { tier: row.tier }),
	...(row.from_quantity !== null && { fromQuantity: row.from_quantity }),
	...(row.multi_quantity !== null &&
		row.multi_amount_minor !== null && { multiBuy: { quantity: row.multi_quantity, amountMinor: row.multi_amount_minor } }),
	...(row.online_amount_minor !== null && { onlineAmountMinor: row.online_amount_minor }),
	...(row.rise_waits_ms !== null && { riseWaitsMs: row.rise_waits_ms }),
});

/** The end is not compared: a `price-end` may have moved it. */
const sameTerms = (a: Price, b: Price): boolean =>
	a.kind === b.kind &&
	a.amountMinor === b.amountMinor &&
	a.currency === b.currency &&
	a.from === b.from &&
	a.priorAmountMinor === b.priorAmountMinor &&
	a.unitPrice?.amountMinor === b.unitPrice?.amountMinor &&
	a.unitPrice?.per === b.unitPrice?.per &&
	a.tier === b.tier &&
	a.fromQuantity === b.fromQuantity &&
	a.multiBuy?.quantity === b.multiBuy?.quantity &&
	a.multiBuy?.amountMinor === b.multiBuy?.amountMinor &&
	a.onlineAmountMinor === b.onlineAmountMinor;

const termsOf = ({ kind, version, from_at: from, until_at }: PriceRow): PriceTerms => ({
	kind,
	version,
	from,
	until: until_at ?? undefined,
});

const waiting = 0;
const inForceState = 1;
const held = 3;
const states = ["waiting", "in-force", "over", "held"] as const;

/**
 * Whether a price is in force at an instant. A held price never is. While prices are frozen, the prices that were in force when
 * they were frozen still are, also a reduction that has ended since.
 */
function counts(row: PriceRow, at: Instant, frozenAt: Instant | undefined): boolean {
	if (row.state === held) return false;
	if (frozenAt === undefined) return isInForce(termsOf(row), at);
	return row.state !== waiting && (at >= frozenAt ? row.state === inForceState : isInForce(termsOf(row), at));
}

/**
 * Which of everybody's prices of one piece counts at an instant, by the rule of `rankOf`.
 *
 * Chosen here and not by ORDER BY: an article has a handful of prices, and SQLite plans a sorted question anew
 * at every call (17 us against 3).
 */
function winningOf(rows: readonly PriceRow[], at: Instant, frozenAt: Instant | undefined): PriceRow | undefined {
	let best: { row: PriceRow; terms: PriceTerms } | undefined;
	for (const row of rows) {
		if (row.tier !== null || row.from_quantity !== null || !counts(row, at, frozenAt)) continue;
		const terms = termsOf(row);
		if (!best || rankOf(terms, best.terms) > 0) best = { row, terms };
	}
	return best?.row;
}

/** The answer while labels may still show the lower price. */
function waitingFor(lower: EffectivePrice, higher: Price, rise: PriceRise | undefined): EffectivePrice {
	if (!rise?.isReported) return lower;
	const { version, since, until } = rise;
	const higherOne = `the higher one of version ${version} is charged once every label shows it, at the latest at ${until}`;
	const why = `The shelf may still show this price: ${higherOne}.`;
	return { ...lower, why, rise: { version, amountMinor: higher.amountMinor, since, until } };
}

function readingStatements(db: Connection) {
	const bySku = db.prepare<[string], PriceRow>("SELECT * FROM price WHERE sku = ?");
	const names = db.prepare<[string], { body: string }>("SELECT body FROM article WHERE sku = ?");
	const nextDue = db.prepare<[], { at: string | null }>(
		"SELECT min(at) AS at FROM (SELECT min(from_at) AS at FROM price WHERE state = 0 UNION ALL SELECT min(until_at) FROM price WHERE " +
			"state = 1 AND until_at IS NOT NULL UNION ALL SELECT min(p.until_at) FROM price_hold h JOIN price p ON p.sku = h.sku AND " +
			"p.version = h.version)",
	);
	const maxVersion = db.prepare<[string], { v: number | null }>("SELECT max(version) AS v FROM price WHERE sku = ? AND state IN (1, 2)");
	const conditional = db.prepare<[string], { one: 1 }>(
		"SELECT 1 AS one FROM price WHERE sku = ? AND (tier IS NOT NULL OR from_quantity IS NOT NULL) LIMIT 1",
	);
	const skus = db.prepare<[string, number], { sku: string }>("SELECT DISTINCT sku FROM price WHERE sku > ? ORDER BY sku LIMIT ?");
	return { bySku, names, nextDue, maxVersion, conditional, skus };
}

export function readPrices(db: Connection, riseOf: (sku: string) => PriceRise | undefined, frozen: () => { since: Instant } | undefined) {
	const { bySku, names, nextDue, maxVersion, conditional, skus } = readingStatements(db);
	const winningRow = (sku: string, at: Instant): PriceRow | undefined => winningOf(bySku.all(sku), at, frozen()?.since);
	const inForceAt = (sku: string, at: Instant, rows = bySku.all(sku)): Price[] => {
		const frozenAt = frozen()?.since;
		return rows.filter((row) => counts(row, at, frozenAt)).map(toPrice);
	};
	const articleOf = (sku: string): Article | undefined => {
		const row = names.get(sku);
		return row && (JSON.parse(row.body) as Article);
	};
	/** Prices that may be charged: by their times, by what was put in force, and by what labels may still show. The least counts. */
	const chargeable = (sku: string, at: Instant): { inForce: Price[]; lists: Price[][]; rise: PriceRise | undefined } => {
		const rows = bySku.all(sku);
		const inForce = inForceAt(sku, at, rows);
		const rise = riseOf(sku);
		// The first two lists differ only until a price whose time has come is put in force.
		const put = rows.filter(({ state }) => state === inForceState).map(toPrice);
		const isSame = put.length === inForce.length && put.every(({ version }) => inForce.some((price) => price.version === version));
		const lists = [inForce, ...(isSame ? [] : [put, put.filter((price) => isInForce(price, at))])].map(countingAmong);
		return { inForce, lists: [...lists, ...(rise?.floors ?? [])], rise };
	};
	return {
		winning(sku: string, at: Instant): Price | undefined {
			const row = winningRow(sku, at);
			return row && toPrice(row);
		},
		/** Every price that applies to somebody: everybody's, and those for members and quantities that are below it. */
		standing: (sku: string, at: Instant): Price[] => countingAmong(inForceAt(sku, at)),
		/** The price in force at an instant; without a tier and a quantity: everybody's price of one piece. */
		effective: (sku: string, at: Instant, asked: EffectiveAsked = {}): EffectivePrice | undefined =>
			effectivePrice(sku, articleOf(sku), inForceAt(sku, at), asked),
		/** The price that a customer pays: the one in force at `at`, or the lower one that labels may still show. */
		charged(sku: string, at: Instant, asked: EffectiveAsked = {}): EffectivePrice | undefined {
			const { inForce, lists, rise } = chargeable(sku, at);
			const least = leastOf(lists, asked);
			if (!least || least.counting === lists[0]) return effectivePrice(sku, articleOf(sku), inForce, asked);
			const lower = effectivePrice(sku, articleOf(sku), least.counting, asked);
			return lower && waitingFor(lower, lists[0]![0]!, rise);
		},
		/** Everybody's price of one piece as it is charged at `at`. */
		chargedPrice(sku: string, at: Instant): Price | undefined {
			const rows = bySku.all(sku);
			const frozenAt = frozen()?.since;
			// No rise waits and no price is due, as for nearly every scan: the quick way.
			if (!riseOf(sku) && rows.every((row) => (row.state === inForceState) === counts(row, at, frozenAt))) {
				const row = winningOf(rows, at, frozenAt);
				return row && toPrice(row);
			}
			return leastOf(chargeable(sku, at).lists, {})?.charge.price;
		},
		/** The lists of prices that may be charged, as above. */
		chargeable: (sku: string, at: Instant): Price[][] => chargeable(sku, at).lists,
		/** Whether some price of the article, in whatever state, is for members or begins at several pieces. */
		hasConditions: (sku: string): boolean => conditional.get(sku) !== undefined,
		of: (sku: string): Price[] =>
			bySku
				.all(sku)
				.map(toPrice)
				.sort((a, b) => a.version - b.version),
		/** Newest version first. */
		history: (sku: string): { price: Price; state: (typeof states)[number] }[] =>
			bySku
				.all(sku)
				.sort((a, b) => b.version - a.version)
				.map((row) => ({ price: toPrice(row), state: states[row.state] })),
		/** Prices in force and prices to come, with whether each is in force. */
		counting: (sku: string): { price: Price; isInForce: boolean }[] =>
			bySku
				.all(sku)
				.filter(({ state }) => state !== held)
				.map((row) => ({ price: toPrice(row), isInForce: row.state === inForceState })),
		/** The newest version whose time has come: what a picture drawn now takes into account. */
		upToVersion: (sku: string): number => maxVersion.get(sku)?.v ?? 0,
		nextDueAt: (): Instant | null => nextDue.get()!.at,
		skus: (after: string, limit: number): string[] => skus.all(after, limit).map((row) => row.sku),
	};
}

export function writePrices(db: Connection) {
	const known = db.prepare<[string, string | null, number | null], { v: number | null }>(
		"SELECT max(version) AS v FROM price WHERE sku = ? AND tier IS ? AND from_quantity IS ?",
	);
	const one = db.prepare<[string, number], PriceRow>("SELECT * FROM price WHERE sku = ? AND version = ?");
	const put = db.prepare(`INSERT OR REPLACE INTO price (${priceColumns}, state) VALUES (${priceMarks}, 0)`);
	const starting = db.prepare<[string, number], PriceRow>(
		"SELECT * FROM price WHERE state = 0 AND from_at <= ? ORDER BY from_at, sku, version LIMIT ?",
	);
	const ending = db.prepare<[string, number], PriceRow>(
		"SELECT * FROM price WHERE state = 1 AND until_at IS NOT NULL AND until_at <= ? ORDER BY until_at LIMIT ?",
	);
	const early = db.prepare<[string, number], PriceRow>(
		"SELECT * FROM price WHERE state IN (1, 2) AND from_at > ? ORDER BY sku, version LIMIT ?",
	);
	const endedEarly = db.prepare<[string, string, number], PriceRow>(
		"SELECT * FROM price WHERE state = 2 AND from_at <= ? AND until_at > ? ORDER BY sku, version LIMIT ?",
	);
	const setState = db.prepare("UPDATE price SET state = ? WHERE sku = ? AND version = ?");
	const end = db.prepare("UPDATE price SET until_at = ? WHERE sku = ? AND version = ?");
	const newestOf = ({ sku, tier, fromQuantity }: Price): number => known.get(sku, tier ?? null, fromQuantity ?? null)?.v ?? 0;
	return {
		/**
		 * False when this version, or a newer one of the same side, is known: an older price is never applied. An exception is a price
		 * that was parked until this build knew its type: it is stored although newer prices of everybody are known. A known version with
		 * other contents replaces the row, because this ledger may have been rebuilt, and HQ's contents count.
		 */
		accept(price: Price): boolean {
			const same = one.get(price.sku, price.version);
			if (same ? sameTerms(toPrice(same), price) : newestOf(price) >= price.version) return false;
			put.run(...priceValues(price));
			return true;
		},
		/** Stores a price that a snapshot left out, although newer ones are known. False when this version is here. */
		bringBack(price: Price): boolean {
			if (one.get(price.sku, price.version)) return false;
			put.run(...priceValues(price));
			return true;
		},
		isInForce: (sku: string, version: number): boolean => one.get(sku, version)?.state === inForceState,
		/** The version is known with another kind, amount or time. */
		differs(price: Price): boolean {
			const same = one.get(price.sku, price.version);
			return same !== undefined && !sameTerms(toPrice(same), price);
		},
		starting: (at: Instant, limit: number): Price[] => starting.all(at, limit).map(toPrice),
		ending: (at: Instant, limit: number): Price[] => ending.all(at, limit).map(toPrice),
		/** Prices in force or over whose time has not come. */
		early: (at: Instant, limit: number): Price[] => early.all(at, limit).map(toPrice),
		/** Prices that are over although their end has not come. */
		endedEarly: (at: Instant, limit: number): Price[] => endedEarly.all(at, at, limit).map(toPrice),
		waits: (price: Price): void => void setState.run(0, price.sku, price.version),
		began: (price: Price): void => void setState.run(1, price.sku, price.version),
		ended: (price: Price): void => void setState.run(2, price.sku, price.version),
		endAt: (sku: string, version: number, at: Instant): void => void end.run(at, sku, version),
	};
}
