/** One step of an order in this store: the machine decides, and order, grants, stock and fact are written in one transaction. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { actorText } from "../../words/actor.ts";
import { type OrderAct, type OrderRefusal, stepOrder } from "../../words/orders/machine.ts";
import { isOver, type Order, openOf } from "../../words/orders/order.ts";
import type { Instant, Moment } from "../../words/time.ts";
import { moved } from "../stock/stock.ts";
import { clearOrderAlarms, nextClock } from "./clocks.ts";

export function orderOf(book: Book, id: string): Order {
	const order = book.orders.get(id);
	if (!order) throw new LedgerRefusal("order-unknown", `This store has no order ${id}.`);
	return order;
}

/** Who acts, without the network address, because head office and the customer read it. */
const byOf = ({ actor }: Moment): string => actorText({ kind: actor?.kind ?? "system", name: actor?.name ?? "clock" });

/** Takes the step or throws a LedgerRefusal that says what to do. `by` is written into the order's history. */
export function takeStep(book: Book, order: Order, act: OrderAct, now: Moment, by = byOf(now)): Order {
	const outcome = stepOrder(order, act, { at: now.wall, by });
	if ("refused" in outcome) throw new LedgerRefusal(outcome.refused, sentenceOf(book, order, act, outcome.refused));
	for (const { sku, quantity } of outcome.sold) sell(book, order.id, sku, quantity, now);
	for (const { grant, quantity } of outcome.released) book.grants.giveBack(grant, quantity);
	keep(book, outcome.order, now);
	book.events.append({ type: "order.acted", order: order.id, act, state: outcome.order.state, by }, now);
	if (outcome.order.state !== order.state) clearOrderAlarms(book, outcome.order, now);
	book.ring("order");
	book.ring("stock");
	return outcome.order;
}

export function keep(book: Book, order: Order, now: Moment): void {
	book.orders.keep(order, isOver(order) ? null : nextClock(book, order), now.wall);
}

function sell(book: Book, order: string, sku: string, quantity: number, now: Moment): void {
	const occurredAt: Instant = now.wall;
	const movement = { id: `handed-${order}-${sku}`, sku, quantity: -quantity, reason: "online-sale" as const, occurredAt, reference: order };
	if (!moved(book, { ...movement, origin: "store" }, now))
		throw new LedgerRefusal("movement-differs", `A movement ${movement.id} is recorded already, by somebody else than this order.`);
}

/** `Milk 1 l (1001)`, or the bare SKU of an article that this store does not know. */
export function nameOf(book: Book, sku: string): string {
	const name = book.articles.bySku(sku)?.name;
	return name === undefined ? sku : `${name} (${sku})`;
}

function sentenceOf(book: Book, order: Order, act: OrderAct, refused: OrderRefusal): string {
	const open = order.lines.filter((line) => openOf(line) > 0).map(({ sku }) => nameOf(book, sku));
	const staged = order.staged.map(({ sku }) => nameOf(book, sku));
	const it = "sku" in act ? nameOf(book, act.sku) : "";
	switch (refused) {
		case "order-state":
			return `Order ${order.id} is ${order.state}, so it cannot be ${pastOf[act.act]} now. Nothing was changed.`;
		case "order-lines-open":
			return `Order ${order.id} still waits for ${open.join(", ")}. Pick them, or say that they are short.`;
		case "order-wrong-article":
			return act.act === "shelve"
				? `${it} is not in the bag of order ${order.id}. In it: ${staged.join(", ") || "nothing"}.`
				: `${it} is not on order ${order.id}. Still wanted: ${open.join(", ") || "nothing"}.`;
		case "order-line-full":
			return `Order ${order.id} wants no more of ${it}. Still wanted: ${open.join(", ") || "nothing"}.`;
		case "order-empty":
			return `Nothing was picked for order ${order.id}. Refuse the order instead.`;
		case "order-staged":
			return `Pieces of order ${order.id} are picked already: ${staged.join(", ")}. Let head office cancel it, then put them back.`;
		case "order-nothing-staged":
			return `No piece of order ${order.id} waits to go back on the shelf.`;
		case "substitute-not-wanted":
			return `The customer of order ${order.id} wants no other article instead.`;
	}
}

const pastOf: Readonly<Record<OrderAct["act"], string>> = {
	accept: "accepted",
	refuse: "refused",
	pick: "picked",
	short: "said to be short",
	ready: "made ready",
	"hand-over": "handed over",
	shelve: "put back on the shelf",
	cancel: "cancelled",
	expire: "ended",
};
