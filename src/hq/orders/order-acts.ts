/** The steps that stores have taken with their orders: head office applies the same ones. */
import type { StoreEvent } from "../../words/event.ts";
import { stepOrder } from "../../words/orders/machine.ts";
import { type Order, type OrderPlacement, type OrderTake, placedOrder } from "../../words/orders/order.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { findOrder, insertOrder, keepOrder } from "./order-rows.ts";
import { useGrants } from "./place-order.ts";

type ActFact = Extract<StoreEvent, { type: "order.acted" }>;

/** A fact that does not fit the order at head office, and why. */
export interface UnfitAct {
	event: string;
	why: string;
}

/** The caller holds the store. */
export async function takeOrderActs(tx: Queries, store: string, events: readonly StoreEvent[]): Promise<UnfitAct[]> {
	const unfit: UnfitAct[] = [];
	for (const event of events) {
		if (event.type !== "order.acted") continue;
		const why = await takeAct(tx, store, event);
		if (why !== undefined) unfit.push({ event: event.id, why });
	}
	return unfit;
}

/** Undefined, or why the act does not fit. The store's state is applied nevertheless: the store has the goods. */
async function takeAct(tx: Queries, store: string, { order: id, act, at, by, state }: ActFact): Promise<string | undefined> {
	const known = await findOrder(tx, id);
	if (!known || known.store !== store) return `Head office knows no order ${id} of store ${store}.`;
	const outcome = stepOrder(known.order, act, { at, by });
	if (!("refused" in outcome) && outcome.order.state === state) {
		await keepOrder(tx, store, outcome.order, at);
		// A store that refuses because its grants do not cover the order has other grants than head office: nothing more is sold from
		// them.
		if (act.act !== "refuse" || act.why !== "grant-overspent") await giveBack(tx, store, outcome.released);
		return undefined;
	}
	const after: Order = { ...known.order, state, history: [...known.order.history, { state, at, by }] };
	await keepOrder(tx, store, after, at);
	return `Order ${id} was ${known.order.state} here when the store said ${act.act}; it is ${state} now.`;
}

async function giveBack(tx: Queries, store: string, released: readonly OrderTake[]): Promise<void> {
	for (const { grant, quantity } of released)
		await tx.query("UPDATE stock_grant SET used = greatest(0, used - $3) WHERE store = $1 AND id = $2", [store, grant, quantity]);
}

/** An order that head office had lost, as its store received it. Its acts come again as facts. */
export async function takeBackOrder(tx: Queries, store: string, placement: OrderPlacement, now: Instant): Promise<boolean> {
	const kept = { store, order: placedOrder(placement), asked: "", code: "" };
	if (!(await insertOrder(tx, kept, now))) return false;
	await useGrants(tx, store, placement.takes);
	return true;
}
