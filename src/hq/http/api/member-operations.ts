import { noQuery } from "../schemas.ts";
import { endKeyBody, enrolmentsQuery, erasureBody, memberCodeBody, pointsRuleBody } from "../tills/member-schema.ts";
import type { Operations } from "./operation.ts";

const at = "2026-12-01T06:00:00.000Z";
const of = "stock and orders";
const keys = { items: [{ kid: "Wm3cT1dQx7oJ0aZk", since: at, ended: null, used: true }] };
const erasure = {
	...{ id: "erase-12", member: "mVqv1sQpX0aZkWm3cT1dQx", at, by: "token:shop", removed: { members: 1, enrolments: 0, orders: 2 } },
	stores: [{ store: "zagreb-1", at, removed: { redemptions: 3, baskets: 1, orders: 2, enrolments: 0 } }],
};

const rule = { id: "points-2026", currency: "EUR", minorPerPoint: 100, pointMinor: 1, from: at };
const points = {
	...{ pseudonym: "kD0q2mZ1sQpX0aZkWm3cT1", balance: 120, lent: 120, free: 0 },
	leases: [{ id: "zagreb-1:points:1:7", store: "zagreb-1", points: 120, used: 0, expiresAt: at }],
};

/** Members: codes for their apps, the keys of these codes, members whom stores enrolled, and erasure. */
export const memberOperations: Operations = {
	"POST /api/v1/members/codes": {
		...{ of, summary: "Makes the code that a member's app shows at tills, for any store or one", body: memberCodeBody },
		say: { member: "m-77", tier: "gold", store: "zagreb-1" },
		...{
			answers: [201, { code: "GM1.…", pseudonym: "…", tier: "gold", from: at, until: at }],
			refusals: ["member-keys-missing", "member-unknown"],
		},
	},
	"GET /api/v1/members/enrolments": {
		...{ of, summary: "Members whom stores enrolled, as head office heard of them", query: enrolmentsQuery },
		answers: [
			200,
			{ items: [{ n: 7, store: "zagreb-1", id: "card-7", pseudonym: "…", tier: "gold", state: "accepted", why: null, at }], next: 7 },
		],
	},
	"POST /api/v1/members/erasures": {
		...{ of, summary: "Erases a member by pseudonym, here and in every store", body: erasureBody },
		say: { id: "erase-12", pseudonym: "kD0q2mZ1sQpX0aZkWm3cT1" },
		...{ answers: [202, erasure], refusals: ["erasure-differs"] },
	},
	"GET /api/v1/members/erasures/:id": {
		...{ of, summary: "What was erased where, and which stores have not said so yet", query: noQuery },
		...{ answers: [200, erasure], refusals: ["erasure-unknown"] },
	},
	"GET /api/v1/members/:id/points": {
		...{ of, summary: "What a member has, by pseudonym, and which stores were lent how much of it", query: noQuery },
		answers: [200, points],
	},
	"GET /api/v1/points/rules": {
		...{ of, summary: "Rules of points", query: noQuery, answers: [200, { items: [rule] }] },
	},
	"POST /api/v1/points/rules": {
		...{ of, summary: "Says what members earn and what a point is worth, to every store", body: pointsRuleBody, say: rule },
		...{ answers: [201, { ...rule, stores: 214, tooOld: [] }], refusals: ["points-rule-differs"] },
	},
	"GET /api/v1/members/keys": {
		...{ of, summary: "Keys of member codes", query: noQuery, answers: [200, keys], refusals: ["member-keys-missing"] },
	},
	"POST /api/v1/members/keys": {
		...{ of, summary: "Makes a key that every store learns before it is used", body: noQuery, say: {} },
		...{ answers: [201, keys], refusals: ["member-keys-missing"] },
	},
	"POST /api/v1/members/keys/:id/use": {
		...{ of, summary: "Signs codes with a key that waits, from now on", body: noQuery, say: {} },
		...{ answers: [200, keys], refusals: ["member-keys-missing", "member-key-unknown"] },
	},
	"POST /api/v1/members/keys/:id/end": {
		...{ of, summary: "Stores take no more codes of this key", body: endKeyBody, say: { replace: true } },
		...{ answers: [200, keys], refusals: ["member-keys-missing", "member-key-unknown", "member-key-used"] },
	},
};
