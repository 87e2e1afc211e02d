import { noQuery } from "../schemas.ts";
import { returnBody, returnsQuery } from "../tills/return-schema.ts";
import type { Operations } from "./operation.ts";

const at = "2026-12-01T06:00:00.000Z";
const goodsReturn = {
	...{ id: "back-7", at, store: null, line: "order/web-1042/1001", sku: "1001", quantity: 1, condition: "sellable", refundMinor: null },
	...{ currency: null, by: "token:shop", pieces: [{ from: 0, to: 1, right: "head office" }] },
};

/** Goods that come back, and goods on their way between stores. */
export const goodsOperations: Operations = {
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
