import { z } from "zod";
import type { HandedOver } from "../../flows/orders/hand-over.ts";
import type { ShownOrder } from "../../words/answers/orders.ts";
import { longestPickupCode } from "../../words/codes/pickup-code.ts";
import { defined } from "../../words/defined.ts";
import { type Order, orderStates, substitutions } from "../../words/orders/order.ts";
import { dueOf, measuredOrders, msPerLine } from "../../words/orders/prediction.ts";
import { orderView } from "../../words/orders/view.ts";
import { longestCode } from "../../words/scan.ts";
import type { DeskLedger } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { Problem } from "../problems.ts";
import { json, page, type Route, route } from "../route.ts";
import { articleKey, idIn, instantOut, listOf, noted, shapes } from "../schemas.ts";

const amount = z.int().min(1).max(1e12);
const path = z.strictObject({ id: idIn });
const code = z.string().min(1).max(longestCode);
const reason = z.string().trim().min(1).max(200);
/** The act's id, chosen by the caller: a repeated id changes nothing. */
const onlyId = z.strictObject({ id: idIn.optional() }).default({});
const pieces = z.object({ sku: z.string(), quantity: z.int() });

const order = z.object({
	id: z.string(),
	kind: z.enum(["pickup", "ship", "delivery", "reserve"]),
	state: z.enum(orderStates),
	over: z.boolean(),
	lines: z.array(
		z.object({
			sku: z.string(),
			quantity: z.int().optional(),
			milligrams: z.int().optional(),
			substitution: z.enum(substitutions),
			picked: z.int(),
			short: z.int(),
			shortReason: z.string().optional(),
			open: z.int(),
			substitute: z.string().optional(),
			substituted: z.int().optional(),
			substitutes: z.array(pieces).optional(),
		}),
	),
	staged: z.array(pieces),
	history: z.array(z.object({ state: z.enum(orderStates), at: instantOut, by: z.string(), why: z.string().optional() })),
	clocks: z.object({ acceptBy: instantOut.optional(), readyBy: instantOut.optional(), collectBy: instantOut.optional() }),
	due: noted(
		z.object({
			clock: z.enum(["acceptBy", "readyBy", "collectBy"]),
			at: instantOut,
			standing: z.enum(["in-time", "will-be-late", "late"]),
		}),
		"The deadline that counts now; `will-be-late`: the open lines take longer than is left, measured on orders picked here",
	).optional(),
	member: z.string().optional(),
});
shapes.add(order, { id: "Order", description: "An online order in this store; amounts of weighed lines are milligrams" });

export function orderRoutes(ledger: DeskLedger): Route[] {
	return [list(ledger), show(ledger), ...plainActs(ledger), short(ledger), pick(ledger), shelve(ledger), handOver(ledger)];
}

/** With the deadline that counts now. */
function viewAll({ read, now: clock }: DeskLedger, orders: readonly Order[]): ShownOrder[] {
	const msEach = msPerLine(read.orders.handedOver(measuredOrders));
	const now = clock().wall;
	return orders.map((each) => ({ ...orderView(each), ...defined({ due: dueOf(each, msEach, now) }) }));
}

const view = (ledger: DeskLedger, shown: Order): ShownOrder => viewAll(ledger, [shown])[0]!;

function list(ledger: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/orders",
		room: "orders",
		right: "orders.read",
		summary: "Online orders by id; `state` is one of them, or `open`: those to which something may still happen",
		query: z.strictObject({
			state: z.enum([...orderStates, "open"]).optional(),
			after: z.string().max(128).default(""),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
		}),
		answers: { 200: listOf(order) },
		problems: [400],
		run: ({ query: { state, after, limit } }) => {
			const orders = ledger.read.orders.list({ after, limit: limit + 1, ...defined({ state }) });
			return json(page(viewAll(ledger, orders), limit, ({ id }) => id));
		},
	});
}

function show(ledger: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/orders/{id}",
		room: "orders",
		right: "orders.read",
		summary: "One online order",
		path,
		answers: { 200: order },
		problems: [404],
		run: ({ path: { id } }) => {
			const found = ledger.read.orders.get(id);
			if (!found) throw new Problem("order-unknown", `This store has no order ${id}.`);
			return json(view(ledger, found));
		},
	});
}

/** The fields that all acts on an order have. */
function act(verb: string, summary: string): Omit<Route, "path" | "query" | "body" | "run"> & { path: typeof path } {
	return {
		method: "POST",
		url: `/api/v1/orders/{id}/${verb}`,
		keepsActor: true,
		room: "orders",
		right: "orders.write",
		summary,
		path,
		answers: { 200: order },
		problems: [400, 404, 409, 503],
	};
}

function plainActs(ledger: DeskLedger): Route[] {
	const accept = route({
		...act("accept", "The store will pick it"),
		body: onlyId,
		run: async ({ path, body, by }) => {
			const asked = { order: path.id, act: { act: "accept" as const }, ...defined({ id: body.id }) };
			return json(view(ledger, (await ledger.do("actOnOrder", asked, { actor: by.actor })).order));
		},
	});
	const ready = route({
		...act("ready", "All lines are decided: the order waits for the customer or the courier"),
		body: onlyId,
		run: async ({ path, body, by }) => {
			const asked = { order: path.id, act: { act: "ready" as const }, ...defined({ id: body.id }) };
			return json(view(ledger, (await ledger.do("actOnOrder", asked, { actor: by.actor })).order));
		},
	});
	const refuse = route({
		...act("refuse", "The store will not pick it; possible while nothing is picked"),
		body: z.strictObject({ id: idIn.optional(), reason }),
		run: async ({ path, body, by }) => {
			const asked = { order: path.id, act: { act: "refuse" as const, why: body.reason }, ...defined({ id: body.id }) };
			return json(view(ledger, (await ledger.do("actOnOrder", asked, { actor: by.actor })).order));
		},
	});
	return [accept, ready, refuse];
}

function short(ledger: DeskLedger): Route {
	return route({
		...act("short", "What is still open of a line cannot be found"),
		body: z.strictObject({ id: idIn.optional(), sku: articleKey, reason }),
		run: async ({ path, body, by }) => {
			const asked = { order: path.id, act: { act: "short" as const, sku: body.sku, why: body.reason }, ...defined({ id: body.id }) };
			return json(view(ledger, (await ledger.do("actOnOrder", asked, { actor: by.actor })).order));
		},
	});
}

function pick(ledger: DeskLedger): Route {
	return route({
		...act("pick", "One scan of a picker; `instead`: the ordered article that this one stands in for"),
		body: z
			.strictObject({
				id: idIn,
				code,
				quantity: amount.optional(),
				milligrams: amount.optional(),
				instead: articleKey.optional(),
				agreed: z.boolean().optional(),
			})
			.refine(isOneMeasure, bothMeasures),
		run: async ({ path, body, by }) =>
			json(view(ledger, (await ledger.do("pickForOrder", { order: path.id, ...defined(body) }, { actor: by.actor })).order)),
	});
}

function shelve(ledger: DeskLedger): Route {
	return route({
		...act("shelve", "A piece of an order that was cancelled or not collected is back on its shelf"),
		body: z
			.strictObject({ id: idIn.optional(), code, quantity: amount.optional(), milligrams: amount.optional() })
			.refine(isOneMeasure, bothMeasures),
		run: async ({ path, body, by }) =>
			json(view(ledger, (await ledger.do("shelveForOrder", { order: path.id, ...defined(body) }, { actor: by.actor })).order)),
	});
}

const isOneMeasure = ({ quantity, milligrams }: { quantity?: number | undefined; milligrams?: number | undefined }): boolean =>
	quantity === undefined || milligrams === undefined;
const bothMeasures = { path: ["milligrams"], error: "give pieces or a weight, not both" };

function handOver(ledger: DeskLedger): Route {
	return route({
		...act("hand-over", "The customer or courier has shown the order's code (`GO1.…` as scanned, or six digits) and takes the goods"),
		body: z.strictObject({ id: idIn.optional(), code: z.string().min(1).max(longestPickupCode) }),
		run: async ({ path, body, by }) => {
			const done: HandedOver = await ledger.do("handOverOrder", { order: path.id, ...defined(body) }, { actor: by.actor });
			if ("refused" in done) throw new Problem(done.refused, done.why);
			return json(view(ledger, done.order));
		},
	});
}
