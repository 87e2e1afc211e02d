import { noQuery } from "../schemas.ts";
import { returnBody, returnsQuery } from "../tills/return-schema.ts";
import { offersQuery, slowMoversQuery, transferBody, transfersQuery } from "../transfer-routes.ts";
import type { Operations } from "./operation.ts";

const at = "2026-12-01T06:00:00.000Z";
const goodsReturn = {
	...{ id: "back-7", at, store: null, line: "order/web-1042/1001", sku: "1001", quantity: 1, condition: "sellable", refundMinor: null },
	...{ currency: null, by: "token:shop", pieces: [{ from: 0, to: 1, right: "head office" }] },
};

const transfer = {
	...{ id: "move-12", from: "zagreb-1", to: "split-2", lines: [{ sku: "1001", quantity: 12 }], at, by: "user:ana", state: "received" },
	...{ sent: [{ sku: "1001", quantity: 12 }], sentAt: at, received: [{ sku: "1001", quantity: 11 }], receivedAt: at },
	differences: [{ sku: "1001", sent: 12, received: 11 }],
};

/** Goods that come back, and goods on their way between stores. */
export const goodsOperations: Operations = {
	"POST /api/v1/transfers": {
		...{ of: "stock and orders", summary: "Plans goods that one store sends to another", body: transferBody },
		say: { id: "move-12", from: "zagreb-1", to: "split-2", lines: [{ sku: "1001", quantity: 12 }] },
		...{ answers: [201, { ...transfer, state: "planned" }] },
		refusals: ["transfer-differs", "store-unknown", "store-too-old", "article-unknown", "unit-unclear"],
	},
	"GET /api/v1/transfers": {
		...{ of: "stock and orders", summary: "Transfers by id, with what was sent, received, and differs", query: transfersQuery },
		answers: [200, { items: [transfer], next: "move-12" }],
	},
	"GET /api/v1/transfers/:id": {
		...{ of: "stock and orders", summary: "One transfer", query: noQuery, answers: [200, transfer], refusals: ["transfer-unknown"] },
	},
	"POST /api/v1/transfers/:id/cancel": {
		...{ of: "stock and orders", summary: "Asks the sending store to cancel; it decides", body: noQuery, say: {} },
		...{ answers: [202, { ...transfer, cancelAsked: true }], refusals: ["transfer-unknown", "transfer-over"] },
	},
	"GET /api/v1/availability": {
		...{ of: "stock and orders", summary: "What the web shop may promise where: what is left of the stores' grants", query: offersQuery },
		answers: [200, { items: [{ store: "zagreb-1", sku: "1001", quantity: 5, until: at, asOf: at }], next: "zagreb-1/1001" }],
	},
	"GET /api/v1/stores/:store/slow-movers": {
		...{
			of: "stock and orders",
			summary: "Articles whose stock outlasts the next days at the rate of the last ones",
			query: slowMoversQuery,
		},
		...{
			answers: [
				200,
				{ items: [{ sku: "1001", name: "Coffee, ground", unit: "piece", onHand: 24, sold: 2, daysLeft: 336, lastSaleAt: at }] },
			],
		},
		refusals: ["store-unknown"],
	},
	"GET /api/v1/returns": {
		...{ of: "stock and orders", summary: "Goods that came back, as head office heard of them", query: returnsQuery },
		answers: [200, { items: [goodsReturn], next: 7 }],
	},
	"GET /api/v1/returns/:id": {
		...{ of: "stock and orders", summary: "Returns with this id: ids are each store's own", query: noQuery },
		...{ answers: [200, { items: [goodsReturn] }], refusals: ["return-unknown"] },
	},
	"POST /api/v1/returns": {
		...{
			of: "stock and orders",
			summary: "Takes goods back at head office; of a sale in a store it asks that store for the right first",
		},
		...{ body: returnBody, say: { id: "back-7", line: "order/web-1042/1001", quantity: 1, condition: "sellable" } },
		...{ answers: [201, { ...goodsReturn, duplicate: false }] },
		refusals: [
			"return-asked",
			"return-differs",
			"return-line-unknown",
			"return-too-many",
			"line-returned",
			"order-not-sold",
			"unit-unclear",
		],
	},
};
