import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { PointsHere } from "../../../words/answers/coupons.ts";
import { defined } from "../../../words/defined.ts";
import { longestMemberCode } from "../../../words/members/member-code.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { json, page, type Route, route } from "../../route.ts";
import { idIn, instantOut, listOf, shapes } from "../../schemas.ts";

export const memberCodeIn = z.string().trim().min(1).max(longestMemberCode);

const tier = z
	.string()
	.trim()
	.min(1)
	.max(32)
	.regex(/^[^\p{Cc}]*$/u, "no control characters");
const enrolment = z.object({
	id: z.string(),
	pseudonym: z.string(),
	tier: z.string(),
	state: z.enum(["waiting", "confirmed", "refused"]),
	why: z.string().optional(),
	at: instantOut,
	duplicate: z.boolean().optional(),
});
shapes.add(enrolment, {
	id: "Enrolment",
	description: "A member whom this store enrolled, by a pseudonym; `waiting`: head office has not answered yet",
});

export function memberRoutes(ledger: DeskLedger): Route[] {
	return [present(ledger), enrol(ledger), enrolments(ledger), points(ledger), pointsHere(ledger)];
}

function present(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/members/present",
		keepsActor: true,
		room: "tills",
		right: "sales.write",
		summary:
			"A member's code (`GM1.…`) as it was scanned: checked without the line, taken once. With an `id` the same request again is answered " +
			"as before; `timeChecked` is false while the box does not know the time",
		body: z.strictObject({ code: memberCodeIn, till: idIn.optional(), id: idIn.optional() }),
		answers: { 200: z.object({ pseudonym: z.string(), tier: z.string(), timeChecked: z.boolean() }) },
		problems: [400, 409, 503],
		run: async ({ body, by }) => json(await ledger.do("presentMember", defined(body), { actor: by.actor })),
	});
}

function enrol(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/members",
		keepsActor: true,
		room: "tills",
		right: "sales.write",
		summary:
			"Enrols a member, also without the line: the store makes the pseudonym, head office confirms it later. Takes no personal data. 201 " +
			"the first time, 200 again; the members' app asks head office for codes by this `id`",
		body: z.strictObject({ id: enrolmentId, tier, till: idIn.optional() }),
		answers: { 200: enrolment, 201: enrolment },
		problems: [400, 409, 503],
		run: async ({ body, by }) => {
			const pseudonym = randomBytes(16).toString("base64url");
			const done = await ledger.do("enrolMember", { ...defined(body), pseudonym }, { actor: by.actor });
			return json(done, done.duplicate ? 200 : 201);
		},
	});
}

/** Head office takes ids of this length and these characters only. */
const enrolmentId = z.string().regex(/^[A-Za-z0-9._:-]{1,48}$/, "1 to 48 letters, digits, . _ : or -");

function points(ledger: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/members/{pseudonym}/points",
		room: "tills",
		right: "sales.write",
		summary: "A member's points: what head office said and when, and what may be spent here, also without the line",
		path: z.strictObject({ pseudonym: z.string().regex(/^[\w.:-]{8,64}$/) }),
		answers: {
			200: z.object({ pseudonym: z.string(), balance: z.int().nullable(), asOf: instantOut.nullable(), spendable: z.int() }),
		},
		problems: [400, 503],
		run: async ({ path }) => json(await ledger.do("pointsOfMember", { member: path.pseudonym })),
	});
}

function pointsHere({ read }: DeskLedger): Route {
	const rule = z.object({ id: z.string(), currency: z.string(), minorPerPoint: z.int(), pointMinor: z.int(), from: instantOut });
	return route({
		method: "GET",
		url: "/api/v1/points",
		room: "tills",
		right: "orders.read",
		summary: "Rules of points, and what head office lent of them for members who have shown a code here and not paid yet",
		answers: {
			200: z.object({ rules: z.array(rule), leases: z.object({ members: z.int(), lent: z.int(), used: z.int(), left: z.int() }) }),
		},
		problems: [],
		run: () => {
			const { members, lent, used } = read.points.openSums();
			return json({ rules: read.points.rules(), leases: { members, lent, used, left: lent - used } } satisfies PointsHere);
		},
	});
}

function enrolments({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/members",
		room: "tills",
		right: "sales.write",
		summary: "Members whom this store enrolled, by id",
		query: z.strictObject({
			after: z.string().max(128).default(""),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
		}),
		answers: { 200: listOf(enrolment) },
		problems: [400],
		run: ({ query: { after, limit } }) => json(page(read.memberCare.enrolments(after, limit + 1), limit, ({ id }) => id)),
	});
}
