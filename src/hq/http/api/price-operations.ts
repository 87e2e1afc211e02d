import { contentsQuery } from "../../catalog/kept/kept-routes.ts";
import {
	articleBody,
	articlesQuery,
	csvQuery,
	endBody,
	jsonPushQuery,
	matrixQuery,
	noQuery,
	pushBody,
	pushesQuery,
	railsBody,
	railsQuery,
	releaseBody,
	someRowsBody,
} from "../schemas.ts";
import { mappingOperations } from "./mapping-operations.ts";
import type { Operations } from "./operation.ts";

const at = "2026-12-01T06:00:00.000Z";
const change = { sku: "1001", amountMinor: 129, currency: "EUR", kind: "regular" };
const article = { sku: "1001", gtin: "03850000000015", name: "Coffee, ground", netContent: "250 g", version: 4711, unit: "piece" };
const storeRow = {
	...{ store: "zagreb-1", sent: 1, stored: 1, active: 1, shown: 1, unlabelled: 0, failed: 0, masked: 0, neverInForce: 0 },
	...{ labels: { total: 2, shown: 2, pending: 0, failed: 0 }, firstAt: at, lastAt: "2026-12-01T06:00:41.118Z" },
};
const push = {
	...{ id: "week-49", at, state: "active", author: "user:ana", approver: null, changes: 1, rejected: [], heldReasons: [], file: null },
	stores: [storeRow],
};
const pilotWave = {
	...{ n: 1, group: "pilot", waitMinutes: 30, limits: { shownPercent: 95, failedLabels: 0, redAlarms: 0 }, state: "halted", stores: 1 },
	...{ openedAt: at, watchedUntil: null, closedAt: null, by: null },
	measured: { at, stores: 1, due: 40, shown: 38, shownPercent: 95, failedLabels: 2, redAlarms: 0 },
	halt: { code: "wave-labels-failed", what: "Push week-49 stopped after wave 1: …", do: "Have the labels seen to …" },
};
const rails = { currencies: ["EUR"], minAmountMinor: 1, maxRisePercent: 100, maxCutPercent: 70, clearance: { maxCutPercent: 90 } };

const toSign = {
	...{ at, count: 1 },
	publicKey: { challenge: "…", rpId: "hq.shops.example", allowCredentials: [], userVerification: "required" },
};

export const priceOperations: Operations = {
	"POST /api/v1/pushes": {
		of: "prices",
		summary: "Pushes price changes as JSON, or a price list as a file (then id, stores, effectiveAt and mapping are query parameters)",
		query: jsonPushQuery.or(csvQuery),
		body: pushBody,
		say: {
			...{ id: "week-49", stores: "all", effectiveAt: "06:00", changes: [change] },
			waves: [{ group: "pilot" }, { percent: 10, waitMinutes: 120, limits: { shownPercent: 98 } }, { all: true }],
		},
		files: ["text/csv", "application/gzip", "application/xml", "application/x-ndjson", "application/octet-stream"],
		// With later=true: once the file has come.
		orElse: [
			202,
			{ id: "week-49", later: true, progress: "/api/v1/pushes/week-49/progress" },
			"With later=true: the file has come, and its progress says what becomes of it",
		],
		answers: [202, { id: "week-49", accepted: 1, rejected: [{ line: 7, column: "amount", reason: "1,2,9 is no amount" }], held: [] }],
		refusals: [
			"push-differs",
			"stores-unknown",
			"group-empty",
			"no-stores",
			"rows-refused",
			"bad-csv",
			"bad-mapping",
			"body-too-large",
			"disk-full",
		],
	},
	"GET /api/v1/pushes": {
		...{ of: "prices", summary: "Pushes, the newest first", query: pushesQuery },
		answers: [200, { items: [push], next: 41 }],
	},
	"GET /api/v1/pushes/:id": {
		...{ of: "prices", summary: "One push: its state, its waves, and how far it is in each store", query: noQuery },
		...{ answers: [200, { ...push, waves: [pilotWave] }], refusals: ["push-unknown"] },
	},
	"GET /api/v1/pushes/:id/progress": {
		of: "prices",
		summary:
			"How far a price list is that head office is taking in: receiving, reading, judging, writing; then taken. Of one that was sent with " +
			"later=true, for an hour: taken or (dry run) looked, with the `answer`, or refused, with the `problem`. Asked of the same process",
		query: noQuery,
		answers: [
			200,
			{ id: "week-49", stage: "reading", percent: 42, bytes: 200_000_000, bytesTotal: 200_000_000, since: at, isDryRun: false },
		],
		refusals: ["push-unknown"],
	},
	"GET /api/v1/pushes/:id/file": {
		...{ of: "prices", summary: "The file of a push as it was uploaded", query: noQuery },
		...{ answers: [200, "sku,amount,currency\n1001,1.29,EUR\n", "text/csv"], refusals: ["push-file-none"] },
	},
	"GET /api/v1/pushes/:id/changes": {
		...{ of: "prices", summary: "The changes of a push; those that wait for a person stand at the end", query: contentsQuery },
		...{ answers: [200, { items: [{ n: 1, name: "Coffee, ground", ...change, from: at }], next: 200 }], refusals: ["push-unknown"] },
	},
	"GET /api/v1/pushes/:id/rejected": {
		...{ of: "prices", summary: "The rows of a push that were refused", query: contentsQuery },
		answers: [200, { items: [{ line: 7, column: "amount", reason: "1,2,9 is no amount" }] }],
		refusals: ["push-unknown"],
	},
	"POST /api/v1/pushes/:id/withdraw": {
		...{
			of: "prices",
			summary: "Takes a push back, or its prices of some articles; what was in force before comes back",
			body: someRowsBody,
		},
		...{ say: { skus: ["1001"] }, answers: [200, { ...push, state: "withdrawn", moved: 1, restoredBy: "week-49~withdrawn" }] },
		refusals: ["push-unknown", "push-rows-unknown"],
	},
	"POST /api/v1/pushes/:id/end": {
		...{ of: "prices", summary: "Ends promotions and clearances of a push early", body: endBody, say: { at } },
		...{ answers: [200, { ...push, moved: 1 }], refusals: ["push-unknown", "push-withdrawn", "push-rows-unknown"] },
	},
	"POST /api/v1/pushes/:id/release": {
		...{ of: "prices", summary: "A second person lets go on what guard rails hold", body: releaseBody, say: {} },
		...{ answers: [200, { ...push, approver: "user:bo", moved: 1 }] },
		refusals: ["push-unknown", "own-push", "push-not-held", "approval-needed", "approval-refused"],
	},
	"POST /api/v1/pushes/:id/release/options": {
		...{ of: "prices", summary: "What an approver's passkey is to sign for the release", body: noQuery, say: {} },
		answers: [200, toSign],
		refusals: ["push-unknown", "own-push", "push-not-held", "approval-refused"],
	},
	"POST /api/v1/pushes/:id/hold": {
		...{ of: "prices", summary: "Stops what has not begun yet, and further waves", body: noQuery, say: {} },
		...{ answers: [200, { ...push, state: "held", moved: 1 }], refusals: ["push-unknown", "push-begun"] },
	},
	"POST /api/v1/pushes/:id/resume": {
		...{ of: "prices", summary: "Lets go on what a person held, and waves that halted by themselves", body: noQuery, say: {} },
		...{ answers: [200, { ...push, moved: 1 }], refusals: ["push-unknown", "push-not-held"] },
	},
	"GET /api/v1/matrix": {
		...{ of: "prices", summary: "How far pushes are: a row for each push and store", query: matrixQuery },
		answers: [200, { items: [{ push: "week-49", at, state: "active", ...storeRow }] }],
	},
	"GET /api/v1/guard-rails": {
		...{ of: "prices", summary: "The limits beyond which a price waits for a second person", query: railsQuery },
		answers: [200, { ...rails, proposals: [] }],
	},
	"PUT /api/v1/guard-rails": {
		...{ of: "prices", summary: "Proposes other limits; another person has to approve them", query: railsQuery, body: railsBody },
		...{ say: { maxCutPercent: 50 }, answers: [202, { proposal: 3 }] },
	},
	"POST /api/v1/guard-rails/:proposal/approve": {
		...{ of: "prices", summary: "Approves what another person proposed", body: releaseBody, say: {}, answers: [200, { proposal: 3 }] },
		refusals: ["own-proposal", "proposal-unknown", "approval-needed", "approval-refused"],
	},
	"POST /api/v1/guard-rails/:proposal/approve/options": {
		...{ of: "prices", summary: "What an approver's passkey is to sign for other limits", body: noQuery, say: {} },
		answers: [200, toSign],
		refusals: ["own-proposal", "proposal-unknown", "approval-refused"],
	},
	...mappingOperations,
	"GET /api/v1/articles": {
		...{ of: "prices", summary: "Articles by SKU; `query` is part of a name or SKU, or a whole barcode", query: articlesQuery },
		answers: [200, { items: [article], next: "1001" }],
	},
	"GET /api/v1/articles/:sku": {
		...{ of: "prices", summary: "One article, by its SKU or one of its barcodes", query: noQuery },
		...{ answers: [200, article], refusals: ["article-unknown"] },
	},
	"PATCH /api/v1/articles/:sku": {
		...{ of: "prices", summary: "Renames or corrects an article without a price; null takes a member away", body: articleBody },
		...{ say: { name: "Coffee, ground" }, answers: [200, { ...article, stores: 214 }], refusals: ["article-unknown", "barcode-taken"] },
	},
	"DELETE /api/v1/articles/:sku": {
		...{ of: "prices", summary: "Deletes an article: its prices end in all stores, its barcodes are free" },
		answers: [200, { sku: "1001", name: "Coffee, ground", prices: 1, stores: 214, onHand: [{ store: "zagreb-1", onHand: 24 }] }],
		refusals: ["article-unknown"],
	},
	"DELETE /api/v1/articles/:sku/gtins/:gtin": {
		...{ of: "prices", summary: "Takes one barcode away from an article" },
		...{ answers: [200, { ...article, stores: 214 }], refusals: ["article-unknown", "barcode-unknown"] },
	},
};
