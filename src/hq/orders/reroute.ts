/** Orders that their store did not accept in time go to the next store whose grants cover them. */

import { defined } from "../../words/defined.ts";
import { type Order, type OrderPlacement, placedOrder } from "../../words/orders/order.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendStock } from "../stock/orders.ts";
import { holdStore } from "../stores/stores.ts";
import { keepOrder, requireOrder } from "./order-rows.ts";
import { checkStore, takesOf, useGrants } from "./place-order.ts";

const atOnce = 50;

/** Whether a store's refusal came from a deadline. */
export const isExpiry = ({ record }: { record: unknown }): boolean => {
	const { type, act } = (record ?? {}) as { type?: unknown; act?: { act?: unknown } };
	return type === "order.acted" && act?.act === "expire";
};

/** Returns the stores that got an order. An order that no store can take stays expired. */
export async function rerouteExpired(db: Db, now: Instant): Promise<string[]> {
	const rows = await db.query<{ id: string }>(
		`SELECT id FROM store_order WHERE state = 'expired' AND over AND reroute IS NOT FALSE ORDER BY id LIMIT ${atOnce}`,
	);
	const given: string[] = [];
	for (const { id } of rows) {
		const store = await db.transaction((tx) => reroute(tx, id, now));
		if (store !== undefined) given.push(store);
	}
	return given;
}

async function reroute(tx: Queries, id: string, now: Instant): Promise<string | undefined> {
	const { order, tried } = await lockOrder(tx, id);
	if (order.state !== "expired") return undefined;
	const isUnaccepted = order.history.at(-2)?.state === "placed" && order.acceptBy !== undefined;
	const isStillWanted = [order.readyBy, order.collectBy].every((at) => at === undefined || at > now);
	const next = isUnaccepted && isStillWanted ? await nextStore(tx, order, tried, now) : undefined;
	if (!next) {
		await tx.query("UPDATE store_order SET reroute = false WHERE id = $1", [id]);
		return undefined;
	}
	const { store, takes } = next;
	await useGrants(tx, store, takes);
	const placement = placementOf(order, takes, now);
	const step = { state: "placed" as const, at: now, by: "system:reroute", why: `nobody accepted it in store ${tried.at(-1)}` };
	await tx.query("UPDATE store_order SET store = $2, tried = $3 WHERE id = $1", [id, store, tried]);
	await keepOrder(tx, store, { ...placedOrder(placement), history: [...order.history, step] }, now);
	await sendStock(tx, store, [{ type: "order", order: placement }]);
	return store;
}

/** `tried`: the stores that had the order, the last one of them at the end. */
async function lockOrder(tx: Queries, id: string): Promise<{ order: Order; tried: string[] }> {
	const [row] = await tx.query<{ tried: string[] | null }>("SELECT tried FROM store_order WHERE id = $1 FOR UPDATE", [id]);
	const { order, store } = await requireOrder(tx, id);
	return { order, tried: [...(row?.tried ?? []), store] };
}

async function nextStore(tx: Queries, order: Order, tried: readonly string[], now: Instant) {
	const stores = await tx.query<{ id: string }>("SELECT id FROM store WHERE NOT fenced AND id <> ALL($1) ORDER BY id", [tried]);
	for (const { id: store } of stores) {
		const found = await takesOf(tx, store, order.lines, now);
		if ("short" in found || !(await isAble(tx, store))) continue;
		await holdStore(tx, store);
		const held = await takesOf(tx, store, order.lines, now);
		if ("takes" in held) return { store, takes: held.takes };
	}
	return undefined;
}

const isAble = async (tx: Queries, store: string): Promise<boolean> =>
	checkStore(tx, store).then(
		() => true,
		(error: unknown) => {
			if (error instanceof HqRefusal) return false;
			throw error;
		},
	);

/** The order as it was placed first, with a new deadline of the same length. */
function placementOf(
	{ id, kind, lines, codeHash, member, acceptBy, readyBy, collectBy, history }: Order,
	takes: OrderPlacement["takes"],
	now: Instant,
): OrderPlacement {
	const placedAt = history.findLast(({ state }) => state === "placed")!.at;
	const later = new Date(Date.parse(now) + Date.parse(acceptBy!) - Date.parse(placedAt)).toISOString();
	return {
		...{ id, kind, at: now, by: "system:reroute", takes, codeHash, acceptBy: later },
		lines: lines.map(({ sku, quantity, weighed, substitution }) => ({ sku, quantity, substitution, ...defined({ weighed }) })),
		...defined({ member, readyBy, collectBy }),
	};
}
