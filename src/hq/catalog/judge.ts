import { judge, percentChange } from "../../rails/rails.ts";
import { judgeShape } from "../../rails/shapes.ts";
import { defined } from "../../words/defined.ts";
import type { Price } from "../../words/prices/price.ts";
import type { Rails } from "../../words/prices/rails.ts";
import type { Instant } from "../../words/time.ts";
import { wallOfInstant } from "../../words/wall-time.ts";
import type { Queries } from "../database/database.ts";
import type { ChangeParts } from "../intake/change-parts.ts";
import type { StoreReason } from "./accept-push.ts";
import { barcodeObjections } from "./barcodes.ts";
import { railsOf } from "./guard-rails.ts";
import { countingAt, type PastPrice, priceHistory, pricesBefore } from "./price-history.ts";
import type { AddressedStore, AskedPush, PriceChange } from "./pushes.ts";
import { type AskedTime, spanOf } from "./times.ts";

export interface JudgedPush {
	/** For each change, in order: the objections of the guard rails. */
	objections: StoreReason[][];
	/** For each change: the prices that the stores charge before it comes into force. */
	before: PastPrice[][];
}

/** Stores with the same rails and time zone, judged together. */
interface Bench {
	key: string;
	rails: Rails;
	timeZone: string;
	stores: string[];
	/** The store that a reason names; undefined where the rails are those of every store of the push. */
	store: string | undefined;
}

/** Changes that are judged together: a push, or a part of one. */
type JudgedChanges = Pick<AskedPush, "changes" | "effectiveAt">;

/** Facts of a whole push while one of its parts is judged. */
interface WholePush {
	/** By the benches' keys: the percentage of all articles whose price has changed within the last hour, this push included. */
	shares: ReadonlyMap<string, number>;
	contested: ChangeParts["contested"];
}

/** Judges a push that comes in parts, one part after the other. The database must not change meanwhile. */
export async function* judgeParts(
	db: Queries,
	push: Pick<AskedPush, "effectiveAt"> & { parts: ChangeParts },
	stores: readonly AddressedStore[],
	now: Instant,
	usualCurrency?: string,
): AsyncGenerator<JudgedPush & { changes: readonly PriceChange[] }> {
	const { parts, effectiveAt } = push;
	const benches = await benchesOf(db, stores, usualCurrency);
	const ids = stores.map(({ id }) => id);
	const whole = { shares: await sharesOf(db, parts, benches, ids, now), contested: parts.contested };
	for await (const changes of parts.parts())
		yield { changes, ...(await judgePush(db, { changes, effectiveAt }, { stores, benches, whole }, now)) };
}

interface JudgedFor {
	stores: readonly AddressedStore[];
	benches: readonly Bench[];
	whole: WholePush;
}

/** Judges every change by the rails of every addressed store. Each rail gives at most one sentence per change. */
async function judgePush(db: Queries, push: JudgedChanges, { stores, benches, whole }: JudgedFor, now: Instant): Promise<JudgedPush> {
	const skus = [...new Set(push.changes.map((change) => change.sku))];
	const named = await namedArticles(db, push.changes, skus);
	const history = await priceHistory(
		db,
		skus,
		stores.map(({ id }) => id),
	);
	const before: PastPrice[][] = [];
	const barcodes = await barcodeObjections(db, push.changes, whole.contested);
	const beside = Map.groupBy(push.changes, (change) => change.sku);
	const objections = push.changes.map((change, at) => {
		const reasons = new Map<string, StoreReason>();
		const barcode = barcodes.get(at);
		if (barcode) reasons.set(barcode.code, barcode);
		const all: PastPrice[] = [];
		for (const bench of benches) {
			const { from } = spanOf(change, push.effectiveAt, bench.timeZone, now);
			const isHere = (each: PastPrice): boolean => benches.length === 1 || bench.stores.some((store) => each.stores.has(store));
			const past = (history.get(change.sku) ?? []).filter(isHere);
			const prices = pricesBefore(past, change, from);
			all.push(...prices);
			const note = (reason: StoreReason): void => {
				if (!reasons.has(reason.code)) reasons.set(reason.code, { ...reason, ...defined({ store: bench.store }) });
			};
			for (const everybody of everybodysPrices(past, beside.get(change.sku)!, push.effectiveAt, bench, from, now))
				for (const reason of judgeShape(bench.rails, change, everybody)) note(reason);
			for (const price of prices.length > 0 ? prices : [undefined]) {
				const circumstances = {
					named: named.has(change.sku),
					wallClock: bench.rails.quietHours && wallOfInstant(from, bench.timeZone).slice(11, 16),
					before: price?.price,
					changedInHourPercent: price && whole.shares.get(bench.key),
				};
				for (const reason of judge(bench.rails, change, defined(circumstances))) note(reason);
			}
		}
		before.push(all);
		return [...reasons.values()];
	});
	return { objections, before };
}

/** Everybody's price of one piece at an instant after the push, in the stores of one group; undefined: unknown. */
function everybodysPrices(
	past: readonly PastPrice[],
	beside: readonly PriceChange[],
	effectiveAt: AskedTime | undefined,
	{ timeZone, stores }: Bench,
	at: Instant,
	now: Instant,
): (Price | undefined)[] {
	// Above every existing version, in the order of the push.
	const own = beside.map((change, i) => ({
		price: { ...change, ...spanOf(change, effectiveAt, timeZone, now), version: Number.MAX_SAFE_INTEGER - beside.length + i },
		stores: new Set(stores),
	}));
	const prices = countingAt([...past, ...own], at).map(({ price }) => price);
	return prices.length > 0 ? prices : [undefined];
}

async function benchesOf(db: Queries, stores: readonly AddressedStore[], usualCurrency: string | undefined): Promise<Bench[]> {
	const rails = await railsOf(db, stores, usualCurrency);
	const benches = new Map<string, Bench>();
	for (const { id, timeZone } of stores) {
		const { isOwn, ...own } = rails.get(id)!;
		const key = `${isOwn ? id : ""} ${own.rails.quietHours ? timeZone : ""}`;
		const bench = benches.get(key);
		if (bench) bench.stores.push(id);
		else benches.set(key, { key, rails: own.rails, timeZone, stores: [id], store: isOwn ? id : undefined });
	}
	return [...benches.values()];
}

async function namedArticles(db: Queries, changes: readonly PriceChange[], skus: readonly string[]): Promise<Set<string>> {
	const rows = await db.query<{ sku: string; body: string }>("SELECT sku, body FROM article WHERE sku = ANY($1)", [skus]);
	// An article that no push has described has its SKU as its name; it counts as one without a name.
	const isNamed = (sku: string, { name, gone }: { name: string; gone?: true }): boolean => name !== sku && !gone;
	const known = rows.filter(({ sku, body }) => isNamed(sku, JSON.parse(body) as { name: string; gone?: true })).map(({ sku }) => sku);
	return new Set([...known, ...changes.filter(({ article }) => article.name !== undefined).map(({ sku }) => sku)]);
}

const hourMs = 3_600_000;

/**
 * For stores that limit the share: the percentage of all articles whose price has changed within the last hour, this push included. The
 * first price of an article is not a change.
 */
async function sharesOf(
	db: Queries,
	parts: ChangeParts,
	benches: readonly Bench[],
	stores: readonly string[],
	now: Instant,
): Promise<Map<string, number>> {
	const shares = new Map<string, number>();
	const hourAgo = new Date(Date.parse(now) - hourMs).toISOString();
	const limited = benches.filter(({ rails }) => rails.maxSharePerHourPercent !== undefined);
	for (const bench of limited) {
		const changedInHour = async (skus: readonly string[] | null): Promise<string[]> =>
			(
				await db.query<{ sku: string }>(
					`SELECT DISTINCT c.sku FROM push p JOIN push_change c ON c.push = p.id JOIN push_store s ON s.push = p.id
					 WHERE s.store = ANY($1) AND p.at > $2 AND ($3::text[] IS NULL OR c.sku = ANY($3))
						AND EXISTS (SELECT 1 FROM push_change older WHERE older.sku = c.sku AND older.version < c.version)`,
					[bench.stores, hourAgo, skus],
				)
			).map(({ sku }) => sku);
		let changed = (await changedInHour(null)).length;
		for await (const changes of parts.parts()) {
			const skus = [...new Set(changes.map(({ sku }) => sku))];
			const history = await priceHistory(db, skus, stores);
			const counted = new Set(await changedInHour(skus));
			changed += skus.filter((sku) => history.has(sku) && !counted.has(sku)).length;
		}
		const [articles] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM article");
		shares.set(bench.key, (changed * 100) / Math.max(1, articles!.n));
	}
	return shares;
}

/**
 * The largest change, in percent, that the push makes to one article, with the price that it is compared with. Null: there is nothing to
 * compare with.
 */
export function largestChange(change: PriceChange, before: readonly PastPrice[]): { old: number | null; percent: number | null } {
	const [most] = before
		.map(({ price }) => ({ old: price.amountMinor, percent: percentChange(price, change) ?? null }))
		.sort((a, b) => Math.abs(b.percent ?? 0) - Math.abs(a.percent ?? 0));
	if (!most) return { old: null, percent: null };
	return { old: most.old, percent: most.percent === null ? null : Math.round(most.percent * 10) / 10 };
}
