import type { KeyObject } from "node:crypto";
import type { CancelAsked, OrderAtHq } from "../../words/answers/head-office/orders.ts";
import { makePickupCode } from "../../words/codes/pickup-code.ts";
import { holdingsOf, isOver, type Order, type OrderState } from "../../words/orders/order.ts";
import { orderView } from "../../words/orders/view.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { refuseGoneOrder } from "../retention/gone.ts";

export interface KeptOrder {
	store: string;
	order: Order;
	/** The order as canonical text; empty: head office got the order back from its store. */
	asked: string;
	/** The customer's code; empty: unknown. */
	code: string;
	cancel: CancelAsked | undefined;
}

interface Row {
	store: string;
	body: string;
	asked: string;
	code: string;
	cancel: string | null;
}

const keptOf = ({ store, body, asked, code, cancel }: Row): KeptOrder => ({
	store,
	order: JSON.parse(body) as Order,
	asked,
	code,
	cancel: cancel === null ? undefined : (JSON.parse(cancel) as CancelAsked),
});

export async function findOrder(db: Queries, id: string): Promise<KeptOrder | undefined> {
	const [row] = await db.query<Row>("SELECT store, body, asked, code, cancel FROM store_order WHERE id = $1", [id]);
	return row && keptOf(row);
}

export async function requireOrder(db: Queries, id: string): Promise<KeptOrder> {
	const found = await findOrder(db, id);
	if (!found) await refuseGoneOrder(db, id);
	if (!found) throw new HqRefusal("order-unknown", `No order has the id ${id}. GET /api/v1/orders lists them.`);
	return found;
}

/** False when the id is known: nothing changes. */
export async function insertOrder(tx: Queries, { store, order, asked, code }: Omit<KeptOrder, "cancel">, now: Instant): Promise<boolean> {
	const made = await tx.query(
		`INSERT INTO store_order (id, store, state, body, asked, code, over, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		 ON CONFLICT (id) DO NOTHING RETURNING 1`,
		[order.id, store, order.state, JSON.stringify(order), asked, code, isOver(order), now],
	);
	if (made.length > 0) await keepHoldings(tx, store, order);
	return made.length > 0;
}

export async function keepOrder(tx: Queries, store: string, order: Order, now: Instant): Promise<void> {
	await tx.query("UPDATE store_order SET state = $2, body = $3, over = $4, changed_at = $5 WHERE id = $1", [
		order.id,
		order.state,
		JSON.stringify(order),
		isOver(order),
		now,
	]);
	await keepHoldings(tx, store, order);
}

async function keepHoldings(tx: Queries, store: string, order: Order): Promise<void> {
	await tx.query("DELETE FROM order_stock WHERE order_id = $1", [order.id]);
	for (const { sku, reserved, staged } of holdingsOf(order))
		await tx.query("INSERT INTO order_stock (store, sku, order_id, reserved, staged) VALUES ($1, $2, $3, $4, $5)", [
			store,
			sku,
			order.id,
			reserved,
			staged,
		]);
}

export const shownOrder = ({ store, order, code, cancel }: KeptOrder): OrderAtHq => ({
	...orderView(order),
	store,
	...(code !== "" && { pickupCode: code }),
	...(cancel && { cancelAsked: cancel }),
});

/** With the signed code too, while the order is not over. `key`: undefined where head office runs without keys. */
export function shownWithQr(kept: KeptOrder, key: KeyObject | undefined): OrderAtHq {
	const { order, code } = kept;
	if (!key || code === "" || isOver(order)) return shownOrder(kept);
	const { id, codeHash, collectBy, history } = order;
	return { ...shownOrder(kept), pickupQr: makePickupCode({ order: id, codeHash, placedAt: history[0]!.at, collectBy }, key) };
}

export async function listOrders(
	db: Queries,
	{ store, state, after, limit }: { store?: string | undefined; state?: OrderState | "open" | undefined; after: string; limit: number },
): Promise<OrderAtHq[]> {
	const rows = await db.query<Row>(
		`SELECT store, body, asked, code, cancel FROM store_order WHERE id > $1 AND ($2::text IS NULL OR store = $2)
		 AND ($3::text IS NULL OR state = $3 OR ($3 = 'open' AND NOT over)) ORDER BY id LIMIT $4`,
		[after, store ?? null, state ?? null, limit],
	);
	return rows.map((row) => shownOrder(keptOf(row)));
}
