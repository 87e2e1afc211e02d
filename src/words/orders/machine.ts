/**
 * The life of an order, computed alike at both ends: the store decides each step and reports it as a fact; head office applies the
 * same step.
 *
 *   placed ──accept──▶ accepted ──pick, short──▶ picking ──ready──▶ ready ──hand-over──▶ handed-over | shipped (kind ship)
 *      │                  │                         │                 │
 *      ├──refuse──────────┴──(nothing staged)───────┴──▶ refused      │
 *      ├──cancel, by head office──┬─────────────────┬─────────────────┴──▶ cancelled ─┐
 *      └──expire, by a clock──────┴─────────────────┴─────────────────────▶ expired ──┤
 *                                                                                     │ shelve, piece by piece
 *                              returned-to-shelf ◀──shelve, the last piece── returning ◀┘
 *
 * Pure: neither clock nor ledger. Pieces that are no longer needed go back to the grants they came from.
 */
import type { Instant } from "../time.ts";
import {
	mostOf,
	type Order,
	type OrderLine,
	type OrderPieces,
	type OrderState,
	type OrderTake,
	openOf,
	reservedOf,
	sumOf,
} from "./order.ts";

export type OrderAct =
	| { act: "accept" }
	| { act: "refuse"; why: string }
	/** `instead`: the line's article that this one stands in for. */
	| { act: "pick"; sku: string; quantity: number; instead?: string }
	| { act: "short"; sku: string; why: string }
	| { act: "ready" }
	| { act: "hand-over" }
	| { act: "shelve"; sku: string; quantity: number }
	| { act: "cancel"; why: string }
	| { act: "expire"; why: string };

export type OrderActName = OrderAct["act"];

export type OrderRefusal =
	| "order-state"
	| "order-lines-open"
	| "order-wrong-article"
	| "order-line-full"
	| "order-empty"
	| "order-staged"
	| "order-nothing-staged"
	| "substitute-not-wanted";

export type OrderOutcome = { order: Order; released: OrderTake[]; sold: OrderPieces[] } | { refused: OrderRefusal };

type Row = Readonly<Record<OrderActName, OrderState | null>>;

/** Nothing leads out of it. */
const over: Row = {
	accept: null,
	refuse: null,
	pick: null,
	short: null,
	ready: null,
	"hand-over": null,
	shelve: null,
	cancel: null,
	expire: null,
};

/** Pieces in its bag go back to the shelf. */
const toShelve: Row = {
	accept: null,
	refuse: null,
	pick: null,
	short: null,
	ready: null,
	"hand-over": null,
	shelve: "returning",
	cancel: null,
	expire: null,
};

/** The next state for each act and state; null: the act is refused there. A step may also be refused for what the order contains. */
const leadsTo: Readonly<Record<OrderState, Row>> = {
	placed: {
		accept: "accepted",
		refuse: "refused",
		pick: null,
		short: null,
		ready: null,
		"hand-over": null,
		shelve: null,
		cancel: "cancelled",
		expire: "expired",
	},
	accepted: {
		accept: null,
		refuse: "refused",
		pick: "picking",
		short: "picking",
		ready: null,
		"hand-over": null,
		shelve: null,
		cancel: "cancelled",
		expire: "expired",
	},
	picking: {
		accept: null,
		refuse: "refused",
		pick: "picking",
		short: "picking",
		ready: "ready",
		"hand-over": null,
		shelve: null,
		cancel: "cancelled",
		expire: "expired",
	},
	ready: {
		accept: null,
		refuse: null,
		pick: null,
		short: null,
		ready: null,
		"hand-over": "handed-over",
		shelve: null,
		cancel: "cancelled",
		expire: "expired",
	},
	"handed-over": over,
	shipped: over,
	refused: over,
	cancelled: toShelve,
	expired: toShelve,
	returning: toShelve,
	"returned-to-shelf": over,
};

export function stepOrder(order: Order, act: OrderAct, { at, by }: { at: Instant; by: string }): OrderOutcome {
	const next = leadsTo[order.state][act.act];
	if (next === null) return { refused: "order-state" };
	const done = changed(order, act);
	if ("refused" in done) return done;
	const state = stateAfter(next, { ...order, ...done.change });
	const after: Order = { ...order, ...done.change, state };
	const why = "why" in act && act.act !== "short" ? { why: act.why } : {};
	const history = state === order.state ? order.history : [...order.history, { state, at, by, ...why }];
	const { takes, released } = giveBack(after.takes, done.back ?? []);
	return { order: { ...after, takes, history }, released, sold: done.sold ?? [] };
}

function stateAfter(next: OrderState, { kind, staged }: Order): OrderState {
	if (next === "handed-over" && kind === "ship") return "shipped";
	return next === "returning" && staged.length === 0 ? "returned-to-shelf" : next;
}

/** `back`: pieces that the order does not need any more. */
type Change = { change: Partial<Order>; back?: OrderPieces[]; sold?: OrderPieces[] } | { refused: OrderRefusal };

function changed(order: Order, act: OrderAct): Change {
	switch (act.act) {
		case "accept":
			return { change: {} };
		case "refuse":
			return order.staged.length > 0 ? { refused: "order-staged" } : { change: {}, back: reserved(order) };
		case "cancel":
		case "expire":
			return { change: {}, back: reserved(order) };
		case "pick":
			return pick(order, act);
		case "short":
			return short(order, act);
		case "ready":
			if (order.lines.some((line) => openOf(line) > 0)) return { refused: "order-lines-open" };
			// Weighed goods may stay below the ordered quantity, within their tolerance: the rest is given back.
			return order.staged.length === 0 ? { refused: "order-empty" } : { change: {}, back: reserved(order) };
		case "hand-over":
			return { change: { staged: [], takes: [] }, sold: order.staged };
		case "shelve":
			return shelve(order, act);
	}
}

const reserved = (order: Order): OrderPieces[] => order.lines.map((line) => ({ sku: line.sku, quantity: reservedOf(order, line) }));

function pick(order: Order, { sku, quantity, instead }: Extract<OrderAct, { act: "pick" }>): Change {
	const line = order.lines.find((each) => each.sku === (instead ?? sku));
	if (!line) return { refused: "order-wrong-article" };
	if (instead !== undefined && line.substitution === "none") return { refused: "substitute-not-wanted" };
	const taken = line.picked + line.short + sumOf(line.substitutes);
	if (openOf(line) === 0 || taken + quantity > mostOf(line)) return { refused: "order-line-full" };
	const staged = plus(order.staged, { sku, quantity });
	if (instead === undefined) return { change: { staged, lines: withLine(order, { ...line, picked: line.picked + quantity }) } };
	const substitutes = plus(line.substitutes, { sku, quantity });
	const freed = Math.min(quantity, reservedOf(order, line));
	return { change: { staged, lines: withLine(order, { ...line, substitutes }) }, back: [{ sku: line.sku, quantity: freed }] };
}

function short(order: Order, { sku, why }: Extract<OrderAct, { act: "short" }>): Change {
	const line = order.lines.find((each) => each.sku === sku);
	if (!line) return { refused: "order-wrong-article" };
	const missing = openOf(line);
	if (missing === 0) return { refused: "order-line-full" };
	const lines = withLine(order, { ...line, short: line.short + missing, shortReason: why });
	return { change: { lines }, back: [{ sku, quantity: missing }] };
}

function shelve(order: Order, { sku, quantity }: Extract<OrderAct, { act: "shelve" }>): Change {
	if (order.staged.length === 0) return { refused: "order-nothing-staged" };
	const here = order.staged.find((pieces) => pieces.sku === sku)?.quantity ?? 0;
	if (here < quantity) return { refused: "order-wrong-article" };
	return { change: { staged: plus(order.staged, { sku, quantity: -quantity }) }, back: [{ sku, quantity }] };
}

const withLine = ({ lines }: Order, line: OrderLine): OrderLine[] => lines.map((each) => (each.sku === line.sku ? line : each));

function plus(pieces: readonly OrderPieces[], { sku, quantity }: OrderPieces): OrderPieces[] {
	const here = pieces.find((each) => each.sku === sku)?.quantity ?? 0;
	return [...pieces.filter((each) => each.sku !== sku), ...(here + quantity > 0 ? [{ sku, quantity: here + quantity }] : [])];
}

/** Returns quantity to the order's takes from grants, oldest first. Goods that no grant lent (substitutes, overweight) are left out. */
function giveBack(takes: readonly OrderTake[], back: readonly OrderPieces[]): { takes: OrderTake[]; released: OrderTake[] } {
	const released: OrderTake[] = [];
	const rest = takes.map((take) => ({ ...take }));
	for (const { sku, quantity } of back) {
		let left = quantity;
		for (const take of rest) {
			const some = take.sku === sku ? Math.min(left, take.quantity) : 0;
			if (some === 0) continue;
			take.quantity -= some;
			left -= some;
			released.push({ grant: take.grant, sku, quantity: some });
		}
	}
	return { takes: rest.filter(({ quantity }) => quantity > 0), released };
}
