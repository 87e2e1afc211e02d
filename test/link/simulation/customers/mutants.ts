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
				find: '"handed-over": over, shipped: over,',
				put: '"handed-over": { ...over, "hand-over": "handed-over" }, shipped: { ...over, "hand-over": "shipped" },',
			},
		],
		breaks: ["handed"],
	},
	{
		name: "does not count wrong codes",
		patches: [
			{
				file: "src/flows/orders/hand-over.ts",
				in: "judgeTyped",
				find: "book.orders.keepTries(order, { wrong: wrong + 1, lockedUntil: until });",
				put: "",
			},
		],
		breaks: ["guess"],
	},
	{
		name: "forgets which acts it did",
		patches: [
			{ file: "src/flows/act-once.ts", in: "actOnce", find: "if (id !== undefined) book.orders.keepAct(id, asked, now.wall);", put: "" },
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
	{
		name: "redeems more than it was lent",
		patches: [{ file: "src/flows/coupons/leases.ts", in: "openLease", find: "used < quantity && ", put: "" }],
		breaks: ["coupon"],
	},
	{
		name: "ends a campaign and redeems what it was lent all the same",
		patches: [
			{ file: "src/flows/coupons/redeem.ts", in: "couponOf", find: "book.coupons.endOf(id) === undefined", put: "true" },
			{ file: "src/flows/coupons/leases.ts", in: "endCoupon", find: "closeLeases(book, book.coupons.openLeases(id), now);", put: "" },
		],
		breaks: ["ended"],
	},
	{
		name: "ends a campaign and keeps what it was lent",
		patches: [
			{ file: "src/flows/coupons/leases.ts", in: "endCoupon", find: "closeLeases(book, book.coupons.openLeases(id), now);", put: "" },
		],
		breaks: ["ended"],
	},
	{
		name: "ends a campaign at head office only",
		patches: [
			{
				file: "src/hq/coupons/coupons.ts",
				in: "endCoupon",
				find: 'await sendToAll(tx, { type: "coupon-ended", coupon: id, at: now }, "coupon-ends")',
				put: "{ stores: [] as string[], tooOld: [] as string[] }",
			},
		],
		breaks: ["ended"],
	},
	{
		name: "forgets that an end was asked for before",
		patches: [
			{ file: "src/hq/coupons/coupons.ts", in: "endCoupon", find: "if (row.endedAt !== null)", put: "if (false)" },
			{ file: "src/hq/coupons/coupons.ts", in: "keepEnd", find: " AND ended_at IS NULL", put: "" },
		],
		breaks: ["ended"],
	},
	{
		name: "lends redemptions that other stores have",
		patches: [
			{
				file: "src/hq/coupons/leases.ts",
				in: "lendMore",
				find: "coupon.total - (await lentOf(tx, id)).reduce((sum, { bound }) => sum + bound, 0)",
				put: "coupon.total",
			},
		],
		breaks: ["coupon"],
	},
	{
		name: "forgets who had the coupon's money off",
		patches: [
			{
				file: "src/flows/coupons/redeem.ts",
				in: "redeemCoupon",
				find: "const known = book.coupons.redemption(asked.id);",
				put: "const known = undefined as ReturnType<typeof book.coupons.redemption>; if (book.coupons.redemption(asked.id)) asked = { ...asked, id: `${asked.id}+` };",
			},
		],
		breaks: ["coupon"],
	},
	{
		name: "gives a coupon back and counts it all the same",
		patches: [{ file: "src/hq/coupons/leases.ts", in: "lentOf", find: "r.lease = l.id AND r.voided_at IS NULL", put: "r.lease = l.id" }],
		breaks: ["coupon"],
	},
	{
		name: "takes a line back as often as it is shown",
		patches: [
			{
				file: "src/flows/returns/return-goods.ts",
				in: "takeBack",
				find: "for (const { right, to } of pieces) book.returns.useUpTo(right, to);",
				put: "",
			},
		],
		breaks: ["returned"],
	},
	{
		name: "lends the right to a line and keeps it",
		patches: [{ file: "src/flows/returns/rights.ts", in: "releaseReturn", find: "book.returns.giveFrom(line, from);", put: "" }],
		breaks: ["returned", "unfit"],
	},
	{
		name: "takes back at head office what a store was lent",
		patches: [
			{
				file: "src/hq/returns/rights.ts",
				in: "freePieces",
				find: "return subtract(given, [...lent, ...own",
				put: "return subtract(given, [...lent.slice(1), ...own",
			},
		],
		breaks: ["returned", "unfit"],
	},
	{
		name: "puts damaged goods on the shelf",
		patches: [
			{
				file: "src/flows/returns/return-goods.ts",
				in: "keep",
				find: 'if (condition === "sellable" || condition === "expired")',
				put: "if (condition)",
			},
		],
		breaks: ["stock"],
	},
	{
		name: "receives a transfer each time it is asked to",
		patches: [
			{
				file: "src/flows/transfers/transfers.ts",
				in: "receiveTransfer",
				find: "if (transfer.received) return again(transfer, transfer.received, asked && lines);",
				put: "transfer.received = undefined as never; transfer.state = 'sent';",
			},
		],
		breaks: ["stock", "feed", "unfit", "transfer"],
	},
	{
		name: "sends goods that online orders were promised",
		patches: [
			{
				file: "src/flows/transfers/transfers.ts",
				in: "checkSending",
				find: "book.stock.onHand(sku)?.available",
				put: "book.stock.onHand(sku)?.onHand",
			},
		],
		breaks: ["promise"],
	},
	{
		name: "tells the other store nothing of a transfer",
		patches: [
			{ file: "src/hq/transfers/transfer-facts.ts", in: "announceToOtherEnds", find: "await sendToOne(tx, store, [record]);", put: "" },
		],
		breaks: ["transfer"],
	},
	{
		name: "pays a basket and keeps its coupon",
		patches: [
			{ file: "src/flows/tills/settle.ts", in: "settleBasket", find: "redeemWith(book, { basket, view, sale: asked.id }, now)", put: "[]" },
		],
		breaks: ["coupon"],
	},
];
