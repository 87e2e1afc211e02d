import type { Known } from "../../link/hq/reconcile.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { Instant } from "../../words/time.ts";
import { keepCoupon, keepEnd } from "../coupons/coupons.ts";
import { keepLease } from "../coupons/leases.ts";
import type { Queries } from "../database/database.ts";
import { keepErasure } from "../members/erasures.ts";
import { keepPointsLease, keepPointsRule } from "../members/points.ts";
import { takeBackOrder } from "../orders/order-acts.ts";
import { keepRecall } from "../recalls/recalls.ts";
import { keepReturnLease } from "../returns/rights.ts";
import { newAsk, type OrderLine } from "../stock/orders.ts";
import { bookMovements } from "../stock/stock.ts";
import { insertTransfer } from "../transfers/transfers.ts";
import type { RestoredCounts } from "./records.ts";

/** The order that a part belongs to: an order that took from several grants has one part for each, `{order}~2` and so on. */
const orderOf = (part: string): string => part.replace(/~\d+$/, "");

/**
 * Takes back deliveries, requests for grants, and online orders that HQ had lost: they are booked as new, except those whose ids HQ has.
 */
export async function restoreStock(
	tx: Queries,
	store: string,
	records: readonly Known[],
	now: Instant,
	counts: RestoredCounts,
): Promise<void> {
	await bookMovements(
		tx,
		store,
		records.flatMap((record) => (record.type === "movement" ? [{ ...record.movement, origin: "hq" as const }] : [])),
	);
	const orders = new Set<string>();
	for (const record of records) if (record.type === "stop-sale") await keepRecall(tx, record.stop, "learned back from a store");
	for (const record of records) if (record.type === "coupon") await keepCoupon(tx, record.coupon, "learned back from a store", now);
	for (const record of records) if (record.type === "coupon-lease") await keepLease(tx, store, record.lease, now);
	for (const record of records)
		if (record.type === "coupon-ended") {
			await keepEnd(tx, record.coupon, "learned back from a store", record.at);
			await tx.query("UPDATE coupon_lease SET end_sent = true WHERE coupon = $1 AND store = $2", [record.coupon, store]);
		}
	for (const record of records) if (record.type === "points-rule") await keepPointsRule(tx, record.rule, "learned back from a store", now);
	for (const record of records) if (record.type === "points-balance" && record.lease) await keepPointsLease(tx, store, record.lease, now);
	for (const record of records)
		if (record.type === "member-erase")
			await keepErasure(tx, { id: record.erasure, pseudonym: record.member }, "learned back from a store", now);
	for (const record of records) if (record.type === "transfer") await insertTransfer(tx, record.transfer, "");
	for (const record of records) if (record.type === "return-lease") await keepReturnLease(tx, store, record.lease, now);
	for (const record of records) if (record.type === "order" && (await takeBackOrder(tx, store, record.order, now))) counts.orders += 1;
	for (const record of records) {
		if (record.type === "grant-ask") await tx.query(newAsk, [store, record.grant, record.sku, record.wanted, record.expiresAt]);
		if (record.type !== "grant-used") continue;
		const taken = await tx.query(
			`INSERT INTO order_take (part, sku, store, grant_id, quantity) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (part,
			 sku) DO NOTHING RETURNING 1`,
			[record.order, record.sku, store, record.grant, record.used],
		);
		if (taken.length === 0) continue;
		// The fact of this grant may still be on its way: then it takes these sales into account.
		await tx.query("UPDATE stock_grant SET used = least(granted, used + $3) WHERE store = $1 AND id = $2", [
			store,
			record.grant,
			record.used,
		]);
		orders.add(orderOf(record.order));
	}
	for (const order of orders) await keepLearnedOrder(tx, store, order, now);
	counts.orders += orders.size;
}

/** Keeps the part of an order that the store has received: when the order is sent again, only the rest is taken. */
async function keepLearnedOrder(tx: Queries, store: string, order: string, now: Instant): Promise<void> {
	const lines = await takenOf(tx, order);
	await tx.query(
		`INSERT INTO online_order (id, store, at, lines, learned) VALUES ($1, $2, $3, $4, true)
		 ON CONFLICT (id) DO UPDATE SET lines = CASE WHEN online_order.learned THEN excluded.lines ELSE online_order.lines END`,
		[order, store, now, canonicalText(lines)],
	);
}

/** The quantities that an order has taken, by article. */
async function takenOf(tx: Queries, order: string): Promise<OrderLine[]> {
	return tx.query<{ sku: string; quantity: number }>(
		"SELECT sku, sum(quantity)::bigint AS quantity FROM order_take WHERE part = $1 OR part LIKE $2 GROUP BY sku ORDER BY sku",
		[order, `${order.replaceAll(/[\\%_]/g, "\\$&")}~%`],
	);
}
