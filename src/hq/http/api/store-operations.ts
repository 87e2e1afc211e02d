import { accessBody, enrolmentBody } from "../../enrolment/enrolment-routes.ts";
import { settingBody } from "../repair-routes.ts";
import {
	byNameQuery,
	cancelBody,
	differencesQuery,
	enrollBody,
	factsQuery,
	grantBody,
	incarnationBody,
	movementBody,
	noQuery,
	orderBody,
	ordersQuery,
	placeBody,
	placedOrderBody,
	recallBody,
	releaseBody,
} from "../schemas.ts";
import { couponBody } from "../tills/coupon-schema.ts";
import type { Operations } from "./operation.ts";

const at = "2026-12-01T06:00:00.000Z";
const store = { id: "zagreb-1", store: "zagreb-1", connected: true, incarnation: 1, enrolledAt: at, lastHeardAt: at, build: "0.1.0" };
const movement = { id: "delivery-88-1", sku: "1001", quantity: 24, reason: "receive", occurredAt: at };
const order = {
	...{ id: "web-1042", state: "placed", store: "zagreb-1", pickupCode: "481516", pickupQr: "GO1.…" },
	lines: [{ sku: "1001", quantity: 2, picked: 0, short: 0 }],
	history: [{ state: "placed", at, by: "token:shop" }],
	clocks: { acceptBy: at },
};
const coupon = {
	...{ id: "summer", code: "SUMMER-5", what: "amount", amountMinor: 500, conditions: { minAmountMinor: 2_000 }, from: at },
	...{ until: "2026-12-31T23:00:00.000Z", perMember: 1, total: 1_000, by: "user:petra", at },
	...{ redeemed: 12, openLeases: 988, bound: 1_000, free: 0 },
};
const recall = {
	id: "r-7",
	gtin: "03850000000015",
	lot: "L42",
	reason: "glass",
	at,
	by: "user:ana",
	endedAt: null,
	stores: 214,
	tooOld: [],
};
const alarm = { id: "label-pending-long:A1", level: "YELLOW", code: "label-pending-long", subject: "A1", since: at, acknowledgedAt: null };

const sentence = {
	what: "Label A1 (article 1001) still waits for its picture.",
	do: "Check that the base station above the aisle has power; …",
};

export const storeOperations: Operations = {
	"GET /api/v1/stores": {
		...{ of: "stores", summary: "Stores by name, and whether they talk to head office", query: byNameQuery },
		answers: [200, { items: [store], next: "zagreb-1" }],
	},
	"POST /api/v1/stores": {
		...{
			of: "stores",
			summary: "Enrolls a store: a code that its box shows once, within a day",
			body: enrollBody,
			say: { id: "zagreb-1" },
		},
		answers: [201, { id: "zagreb-1", incarnation: 1, enrolled: false, code: "GON1-…", expiresAt: "2026-12-02T06:00:00.000Z" }],
		refusals: ["approval-needed", "approval-refused"],
	},
	"GET /api/v1/stores/:store": {
		...{ of: "stores", summary: "One store", query: noQuery, answers: [200, store], refusals: ["store-unknown"] },
	},
	"POST /api/v1/stores/:store/catch-up": {
		...{ of: "stores", summary: "Sends it the prices for all stores that it was never sent", body: noQuery, say: {} },
		...{ answers: [202, { push: "zagreb-1~catch-up", changes: 4120 }], refusals: ["store-unknown"] },
	},
	"DELETE /api/v1/stores/:store/enrolment": {
		...{ of: "stores", summary: "Ends the enrolment: the box's key and password count no more", body: releaseBody, say: {} },
		...{ answers: [204, undefined], refusals: ["store-unknown", "approval-needed", "approval-refused"] },
	},
	"POST /api/v1/stores/:store/incarnations": {
		...{ of: "stores", summary: "Another box takes the store's place; the old one is fenced", body: incarnationBody, say: {} },
		...{ answers: [201, { id: "zagreb-1", incarnation: 2 }] },
		refusals: ["store-unknown", "box-unknown", "box-not-let-in", "approval-needed", "approval-refused"],
	},
	"POST /api/v1/stores/:store/place/options": {
		...{ of: "stores", summary: "What an approver's passkey is to sign for another box, or for the end of an enrolment", body: placeBody },
		...{ say: { does: "swap" }, answers: [200, { at, act: { does: "swap", store: "zagreb-1", inc: 2, at }, publicKey: {} }] },
		refusals: ["store-unknown", "approval-refused"],
	},
	"GET /api/v1/stores/:store/alarms": {
		...{ of: "stores", summary: "Alarms that stand in the store", query: noQuery, answers: [200, { items: [{ ...alarm, ...sentence }] }] },
	},
	"GET /api/v1/store-alarms": {
		...{ of: "stores", summary: "Alarms of all stores, one row for each code", query: noQuery },
		answers: [200, { items: [{ code: alarm.code, level: "YELLOW", alarms: 60, stores: 41, since: at, first: ["zagreb-1"], ...sentence }] }],
	},
	"GET /api/v1/stores/:store/labels": {
		...{ of: "stores", summary: "Labels of the store and the price that each has shown", query: byNameQuery },
		answers: [200, { items: [{ id: "A1", sku: "1001", amountMinor: 129, currency: "EUR", shownAt: at, failedWhy: null }] }],
	},
	"GET /api/v1/stores/:store/labels/:label": {
		of: "stores",
		summary:
			"One label with its pictures, drawn here: of what it confirmed (`same`: its digest is the label's; `like`: of that price) and, where " +
			"that is another one, of what it should show (`expected`)",
		query: noQuery,
		answers: [
			200,
			{
				...{ id: "A1", sku: "1001", face: null, state: "SHOWN", why: null, without: null },
				pictures: [{ basis: "same", png: "iVBORw0…", width: 296, height: 128, amountMinor: 129, currency: "EUR", at, model: 'M2 2.9"' }],
			},
		],
		refusals: ["store-unknown", "label-unknown"],
	},
	"GET /api/v1/stores/:store/facts": {
		...{ of: "stores", summary: "What happened in the store, in the order head office committed it", query: factsQuery },
		answers: [
			200,
			{ items: [{ n: 90211, stream: "facts", id: "zagreb-1-1-9f31ac-77", seq: 77, type: "stock.moved", at, movement }], next: 90211 },
		],
	},
	"GET /api/v1/stores/:store/dead-letters": {
		...{ of: "stores", summary: "Facts of the store that could not take effect, each with its reason", query: noQuery },
		answers: [200, { items: [{ stream: "facts", epoch: "9f31ac0e5b7d2211", seq: 81, code: "movement-differs", why: "…", record: {} }] }],
	},
	"GET /api/v1/stores/:store/quarantine": {
		...{ of: "stores", summary: "Facts of boxes that were replaced, or under a key that is not the store's", query: noQuery },
		answers: [200, { items: [{ box: "9f31ac0e5b7d2211", inc: 1, records: 12, firstAt: at }] }],
	},
	"GET /api/v1/stores/:store/forks": {
		...{
			of: "stores",
			summary: "Histories of the store that parted, as after a restored backup",
			query: noQuery,
			answers: [200, { items: [] }],
		},
	},
	"PUT /api/v1/stores/:store/settings/:name": {
		...{ of: "stores", summary: "Sets one setting of the store", body: settingBody, say: { value: "Europe/Zagreb" } },
		answers: [200, { name: "timeZone", value: "Europe/Zagreb", version: 4713 }],
	},
	"POST /api/v1/broker-access": {
		...{ of: "stores", summary: "Users and access lists of all enrolled stores, as files for a broker", body: accessBody },
		...{ say: { kind: "mosquitto" }, answers: [200, { items: [{ name: "acl", text: "user zagreb-1\n…" }] }] },
	},
	"POST /api/v1/enrolments": {
		...{ of: "stores", summary: "A box shows its enrolment code; the code's secret is the right", body: enrolmentBody },
		answers: [201, { store: "zagreb-1", tenant: "demo", incarnation: 1 }],
		refusals: ["enrolment-code-unknown", "enrolment-code-used", "enrolment-code-expired", "enrolment-claim-forged", "enrolment-throttled"],
	},
	"POST /api/v1/enrolments/confirm": {
		...{ of: "stores", summary: "The box has written down what it got", body: enrolmentBody, answers: [204, undefined] },
	},
	"GET /api/v1/restorations": {
		...{ of: "stores", summary: "What stores told back after the database was restored", query: noQuery },
		answers: [200, { items: [{ store: "zagreb-1", stream: "catalog", at, records: 30, prices: 28 }] }],
	},
	"POST /api/v1/restorations/release": {
		...{ of: "stores", summary: "A person confirms that the database was restored", body: releaseBody, say: {}, answers: [204, undefined] },
		refusals: ["approval-needed", "approval-refused"],
	},
	"POST /api/v1/restorations/release/options": {
		...{ of: "stores", summary: "What an approver's passkey is to sign before that", body: noQuery, say: {} },
		answers: [200, { at, act: { does: "take-back", store: null, inc: 3, at }, publicKey: {} }],
		refusals: ["approval-refused"],
	},
	"GET /api/v1/stores/:store/stock/:sku": {
		...{ of: "stock and orders", summary: "Stock of an article in one store, and its last movements", query: noQuery },
		answers: [
			200,
			{
				...{ store: "zagreb-1", sku: "1001", gtin: "03850000000015", name: "Coffee, ground", unit: "piece", onHand: 24, staged: 0 },
				...{ granted: 5, reserved: 0, ordered: 0, available: 19, countedAt: at, lastMovementAt: at },
				movements: [{ ...movement, origin: "hq" }],
			},
		],
		refusals: ["store-unknown"],
	},
	"GET /api/v1/stock/:sku": {
		...{ of: "stock and orders", summary: "Stock of an article in every store", query: byNameQuery },
		answers: [
			200,
			{
				...{ sku: "1001", gtin: "03850000000015", name: "Coffee, ground", unit: "piece" },
				items: [{ store: "zagreb-1", onHand: 24, staged: 0, granted: 5, reserved: 0, available: 19, inTransit: 0, quality: 0, asOf: at }],
			},
		],
		refusals: ["article-unknown"],
	},
	"GET /api/v1/stock-differences": {
		...{ of: "stock and orders", summary: "Articles of which a store has another stock than head office", query: differencesQuery },
		answers: [
			200,
			{
				items: [
					{
						id: "stock-differs:zagreb-1:1001",
						store: "zagreb-1",
						sku: "1001",
						name: "Coffee, ground",
						ours: "24",
						theirs: "22",
						since: at,
					},
				],
			},
		],
	},
	"POST /api/v1/stores/:store/stock/movements": {
		...{ of: "stock and orders", summary: "Books a movement of head office in a store; once by its id", body: movementBody, say: movement },
		...{ answers: [201, { ...movement, origin: "hq" }] },
		refusals: ["store-unknown", "article-unknown", "movement-differs", "movement-sign", "count-in-future"],
	},
	"POST /api/v1/stores/:store/grants": {
		...{ of: "stock and orders", summary: "Asks the store to let head office sell so much of an article online", body: grantBody },
		...{ say: { id: "g-12", sku: "1001", wanted: 5 }, answers: [202, { id: "g-12", state: "asked", store: "zagreb-1" }] },
		refusals: ["store-unknown", "article-unknown", "id-reused"],
	},
	"POST /api/v1/orders": {
		...{
			of: "stock and orders",
			summary: "Places an online order: with `kind` the store picks it, without it is sold at once from grants",
		},
		...{
			body: orderBody.or(placedOrderBody),
			say: { id: "web-1042", store: "zagreb-1", kind: "pickup", lines: [{ sku: "1001", quantity: 2 }] },
		},
		...{
			answers: [201, order],
			refusals: ["grant-short", "order-differs", "id-reused", "article-unknown", "unit-unclear", "store-not-heard"],
		},
	},
	"GET /api/v1/orders": {
		...{ of: "stock and orders", summary: "Orders by id", query: ordersQuery, answers: [200, { items: [order], next: "web-1042" }] },
	},
	"GET /api/v1/orders/:id": {
		...{ of: "stock and orders", summary: "One order", query: noQuery, answers: [200, order], refusals: ["order-unknown"] },
	},
	"POST /api/v1/orders/:id/cancel": {
		...{
			of: "stock and orders",
			summary: "Asks the store to cancel an order; the store decides",
			body: cancelBody,
			say: { why: "customer asked" },
		},
		...{ answers: [202, { ...order, cancelAsked: { at, by: "token:shop" } }], refusals: ["order-unknown", "order-over"] },
	},
	"GET /api/v1/coupons": {
		...{ of: "stock and orders", summary: "Coupons by id, with how much is lent and redeemed", query: byNameQuery },
		answers: [200, { items: [coupon] }],
	},
	"GET /api/v1/coupons/:id": {
		...{ of: "stock and orders", summary: "One coupon, and what each store was lent of it", query: noQuery },
		...{ answers: [200, { ...coupon, leases: [] }], refusals: ["coupon-unknown"] },
	},
	"POST /api/v1/coupons": {
		...{ of: "stock and orders", summary: "Makes a coupon; every store is lent a share of its total", body: couponBody },
		say: {
			...{ id: "summer", code: "SUMMER-5", what: "amount", amountMinor: 500, conditions: { minAmountMinor: 2_000 } },
			...{ from: at, until: "2026-12-31T23:00:00.000Z", perMember: 1, total: 1_000 },
		},
		...{ answers: [201, { ...coupon, stores: 1, tooOld: [] }], refusals: ["coupon-differs", "coupon-code-taken"] },
	},
	"POST /api/v1/coupons/:id/end": {
		...{
			of: "stock and orders",
			summary: "Ends a campaign early; each store refuses its coupons once it has heard",
			body: noQuery,
			say: {},
		},
		answers: [200, { ...coupon, free: 0, endedAt: at, endedBy: "user:petra", redeemedAfterEnd: 2, stores: 214, tooOld: [] }],
		refusals: ["coupon-unknown", "coupon-over"],
	},
	"GET /api/v1/recalls": {
		...{ of: "stock and orders", summary: "Recalls by id", query: byNameQuery, answers: [200, { items: [recall] }] },
	},
	"POST /api/v1/recalls": {
		...{ of: "stock and orders", summary: "Every store sells no more of an article or a lot", body: recallBody },
		...{ say: { id: "r-7", gtin: "3850000000015", lot: "L42", reason: "glass" }, answers: [201, recall], refusals: ["recall-differs"] },
	},
	"POST /api/v1/recalls/:id/lift": {
		...{ of: "stock and orders", summary: "Ends a recall", body: noQuery, say: {}, answers: [200, { ...recall, endedAt: at }] },
		refusals: ["recall-unknown"],
	},
};
