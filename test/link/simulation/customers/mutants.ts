import type { Mutant } from "../mutants/mutant-planting.ts";

/** Mistakes in orders, grants and the feed that the customers' notes must notice. */
export const customerMutants: Mutant[] = [
	{
		name: "gives out a bag for any code",
		patches: [{ file: "src/flows/orders/hand-over.ts", in: "handOverOrder", find: "if (refused) return refused;", put: "" }],
		breaks: ["nobody"],
	},
	{
		name: "gives out a bag twice",
		patches: [
			{
				file: "src/flows/orders/hand-over.ts",
				in: "handOverOrder",
				find: '!isKnownAct && (known.state === "handed-over" || known.state === "shipped")',
				put: "false",
			},
			{
				file: "src/words/orders/machine.ts",
				in: "leadsTo",
				find: '"handed-over": row({}), shipped: row({}),',
				put: '"handed-over": row({ "hand-over": "handed-over" }), shipped: row({ "hand-over": "shipped" }),',
			},
		],
		breaks: ["handed"],
	},
	{
		name: "does not count wrong codes",
		patches: [
			{
				file: "src/flows/orders/hand-over.ts",
				in: "judgeCode",
				find: "book.orders.keepTries(order, { wrong: wrong + 1, lockedUntil: until });",
				put: "",
			},
		],
		breaks: ["guess"],
	},
	{
		name: "forgets which acts it did",
		patches: [
			{
				file: "src/flows/orders/picking.ts",
				in: "once",
				find: "if (id !== undefined) book.orders.keepAct(id, asked, now.wall);",
				put: "",
			},
		],
		breaks: ["bag", "stock", "handed"],
	},
	{
		name: "sells online what was sold from a grant before",
		patches: [
			{
				file: "src/hq/orders/place-order.ts",
				in: "useGrants",
				find: "for (const { grant, quantity } of takes)",
				put: "for (const { grant, quantity } of takes.slice(1))",
			},
		],
		breaks: ["promise", "stock"],
	},
	{
		name: "lends what is lent already",
		patches: [
			{
				file: "src/flows/stock/grants.ts",
				in: "giveGrant",
				find: "book.stock.onHand(sku)?.available",
				put: "book.stock.onHand(sku)?.onHand",
			},
		],
		breaks: ["promise"],
	},
	{
		name: "hears of a cancellation and keeps its pieces promised",
		patches: [
			{
				file: "src/hq/orders/order-acts.ts",
				in: "takeAct",
				find: "await giveBack(tx, store, outcome.released);",
				put: "{}",
			},
		],
		breaks: ["stock"],
	},
	{
		name: "gives out goods and keeps them on hand",
		patches: [
			{
				file: "src/flows/orders/order-step.ts",
				in: "takeStep",
				find: "for (const { sku, quantity } of outcome.sold) sell(book, order.id, sku, quantity, now);",
				put: "",
			},
		],
		breaks: ["stock"],
	},
	{
		name: "counts pieces in bags as available",
		patches: [{ file: "src/ledger/tables/stock.ts", in: "readStock", find: "onHand - staged - lent", put: "onHand - lent" }],
		breaks: ["stock", "promise"],
	},
	{
		name: "tells the feed's reader of facts that it did not give",
		patches: [
			{
				file: "src/hq/feed/feed.ts",
				in: "readFeed",
				find: "rows.length === limit ? rows.at(-1)!.n : Math.max(after, settled)",
				put: "Math.max(after, settled)",
			},
		],
		breaks: ["feed"],
	},
	{
		name: "moves an accepted order to the next store",
		patches: [
			{
				file: "src/hq/orders/reroute.ts",
				in: "reroute",
				find: 'order.history.at(-2)?.state === "placed" && order.acceptBy !== undefined',
				put: "order.acceptBy !== undefined",
			},
			{ file: "src/hq/orders/reroute.ts", in: "reroute", find: 'if (order.state !== "expired") return undefined;', put: "" },
			{
				file: "src/hq/orders/reroute.ts",
				in: "rerouteExpired",
				find: "WHERE state = 'expired' AND over AND",
				put: "WHERE state <> 'handed-over' AND",
			},
		],
		breaks: ["rerouted", "handed", "order", "unfit"],
	},
];
