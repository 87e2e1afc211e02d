import { createHash } from "node:crypto";
import type { Actor } from "../../../words/actor.ts";
import { canonicalText } from "../../../words/basics/canonical-text.ts";
import { defined } from "../../../words/defined.ts";
import type { Price } from "../../../words/prices/price.ts";
import { rankOf, sideOf, whichCounts } from "../../../words/prices/which-counts.ts";
import type { Instant } from "../../../words/time.ts";
import type { Db, Queries } from "../../database/database.ts";
import { HqRefusal } from "../../refusal.ts";
import { nameOf } from "../guard-rails.ts";
import { priceHistory } from "../price-history.ts";
import type { PriceChange } from "../pushes.ts";
import { withdrawWaves } from "../waves/roll-out.ts";
import type { Variant } from "../write-push.ts";
import { endPrices } from "./end-prices.ts";
import { writeOwnPush } from "./own-push.ts";
import { holdPushRow, requireNotWithdrawn } from "./push-row.ts";
import type { PushMoved } from "./release.ts";

interface OnShelf {
	sku: string;
	version: number;
	variant: string | null;
	price: Price;
}

async function pricesOf(tx: Queries, push: string, skus: readonly string[] | undefined, now: Instant): Promise<OnShelf[]> {
	const rows = await tx.query<{ sku: string; version: number; variant: string | null; body: string }>(
		`SELECT c.sku, c.version, c.variant, r.body FROM push_change c JOIN record r ON r.n = c.version
		 WHERE c.push = $1 AND coalesce(c.ended_at > $3, true) AND ($2::text[] IS NULL OR c.sku = ANY($2)) ORDER BY c.version`,
		[push, skus ?? null, now],
	);
	return rows.map(({ body, ...row }) => ({ ...row, price: (JSON.parse(body) as { price: Price }).price }));
}

/**
 * Withdraws a push, or its prices for some articles. Prices that have not begun never begin, and those in force end. The prices
 * that would count without the push are sent again under new versions in the same transaction, so that till and shelf change at
 * once. Withdrawing a push a second time changes nothing.
 */
export function withdrawPush(
	db: Db,
	id: string,
	skus: readonly string[] | undefined,
	by: Actor,
	now: Instant,
): Promise<PushMoved & { push: string | null }> {
	return db.transaction(async (tx) => {
		const push = await holdPushRow(tx, id);
		if (push.withdrawnAt !== null && skus === undefined) return { changes: 0, stores: [], push: null };
		const dropped = await tx.query(
			"UPDATE push_held SET waits = false WHERE push = $1 AND waits AND ($2::text[] IS NULL OR sku = ANY($2)) RETURNING 1",
			[id, skus ?? null],
		);
		const prices = await pricesOf(tx, id, skus, now);
		if (skus !== undefined && prices.length + dropped.length === 0)
			throw new HqRefusal("push-rows-unknown", `Push ${id} has no price of ${skus.join(", ")} that could be taken back.`);
		const stores = await endPrices(tx, { push: id, prices, at: now, isTakenBack: true });
		const begun = prices.filter(({ price }) => price.from <= now);
		const back = await restate(tx, id, begun, now);
		if (skus === undefined) await withdrawWaves(tx, id, by, now);
		if (skus === undefined) await tx.query("UPDATE push SET withdrawn_by = $2, withdrawn_at = $3 WHERE id = $1", [id, nameOf(by), now]);
		if (back) await tx.query("UPDATE push SET author = $2 WHERE id = $1", [back, nameOf(by)]);
		return { changes: new Set(prices.map(({ sku }) => sku)).size + dropped.length, stores, push: back };
	});
}

/**
 * Sends each store again the price that counts there without the push. Reductions with an end are left out: the push did not end them.
 * Answers the id of the push that does so, or null where no store needs one.
 */
async function restate(tx: Queries, id: string, begun: readonly OnShelf[], now: Instant): Promise<string | null> {
	if (begun.length === 0) return null;
	const rows = await tx.query<{ store: string; variant: string | null }>(
		"SELECT store, variant FROM push_store WHERE push = $1 ORDER BY store",
		[id],
	);
	const skus = [...new Set(begun.map(({ sku }) => sku))];
	const history = await priceHistory(
		tx,
		skus,
		rows.map(({ store }) => store),
	);
	const variants = new Map<string, Variant & { stores: string[] }>();
	for (const { store, variant } of rows) {
		const own = begun.filter((each) => each.variant === null || each.variant === variant);
		const changes = [...new Map(own.map(({ price }) => [`${price.sku} ${sideOf(price)}`, price])).values()].flatMap(
			(taken): PriceChange[] => {
				const { sku } = taken;
				const past = (history.get(sku) ?? []).filter(({ stores }) => stores.has(store)).map(({ price }) => price);
				const base = whichCounts(
					past.filter(({ until }) => until === undefined),
					now,
					sideOf(taken),
				);
				// A price that ranks above the withdrawn one was in force all along.
				const isHidden =
					base !== undefined && begun.some(({ price }) => price.sku === sku && sideOf(price) === sideOf(taken) && rankOf(price, base) > 0);
				return isHidden ? [againFrom(base, now)] : [];
			},
		);
		const text = canonicalText(changes);
		const known = variants.get(text);
		if (known) known.stores.push(store);
		else
			variants.set(text, {
				name: createHash("sha256").update(text).digest("hex").slice(0, 16),
				stores: [store],
				changes,
				timeZone: "UTC",
			});
	}
	const said = [...variants.values()].filter(({ changes }) => changes.length > 0);
	if (said.length === 0) return null;
	return writeOwnPush(tx, {
		name: `${id.slice(0, 100)}~withdrawn`,
		variants: said.length === 1 ? [{ ...said[0]!, name: null }] : said,
		stores: said.flatMap(({ stores }) => stores).sort(),
		now,
	});
}

const againFrom = ({ version: _, push: __, from: ___, until: ____, ...price }: Price, now: Instant): PriceChange =>
	defined({ ...price, from: now, article: {} });

/** Ends the reductions of a push, or some of them, before their time: the prices below them count again by themselves. */
export function endPush(
	db: Db,
	id: string,
	skus: readonly string[] | undefined,
	at: Instant | undefined,
	now: Instant,
): Promise<PushMoved> {
	return db.transaction(async (tx) => {
		requireNotWithdrawn(await holdPushRow(tx, id));
		if (at !== undefined && at < now) throw new HqRefusal("bad-field", `at: ${at} is over; leave it out to end it now.`);
		const end = at ?? now;
		const prices = (await pricesOf(tx, id, skus, now)).filter(
			({ price }) => (price.kind !== "regular" || sideOf(price) !== "") && (price.until ?? "~") > end,
		);
		if (prices.length === 0)
			throw new HqRefusal("push-rows-unknown", `Push ${id} has no promotion or clearance that goes on after ${end}. Nothing was changed.`);
		const stores = await endPrices(tx, { push: id, prices, at: end, isTakenBack: false });
		return { changes: new Set(prices.map(({ sku }) => sku)).size, stores };
	});
}
