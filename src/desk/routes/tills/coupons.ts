import { z } from "zod";
import type { CouponHere } from "../../../words/answers/coupons.ts";
import { defined } from "../../../words/defined.ts";
import { longestCode } from "../../../words/scan.ts";
import { type CouponLeaseView, couponKinds, type KnownCoupon } from "../../../words/tills/coupon.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { detailsFor, type Problem, problemOf } from "../../problems.ts";
import { json, page, type Route, route } from "../../route.ts";
import { idIn, instantOut, listOf, named, noted, shapes } from "../../schemas.ts";

const redeemed = z.object({
	accepted: z.boolean(),
	worth: z.int().optional(),
	coupon: z.string().optional(),
	code: z.string().optional(),
	why: z.string().optional(),
	duplicate: z.boolean().optional(),
});
shapes.add(redeemed, {
	id: "Redemption",
	description: "Accepted with the amount it takes off, in minor units; or refused with a stable `code`, and `why` in the reader's language",
});

export function couponRoutes(ledger: DeskLedger): Route[] {
	return [list(ledger), redeem(ledger), giveBack(ledger)];
}

const many = z.int();
const skus = z.array(z.string());
const campaign = named(
	"Coupon",
	z.object({
		...{ id: z.string(), code: z.string(), name: z.string().optional(), what: z.enum(couponKinds), amountMinor: many },
		...{ currency: z.string().optional(), skus: skus.optional(), pieces: many.optional() },
		conditions: z
			.object({
				minAmountMinor: many.optional(),
				member: z.boolean().optional(),
				tier: z.string().optional(),
				skus: skus.optional(),
			})
			.optional(),
		...{ from: instantOut, until: instantOut, perMember: many.optional(), total: many },
		endedAt: noted(instantOut, "Head office ended it early").optional(),
		lent: noted(many, "Redemptions that head office lent this store, in all"),
		used: noted(many, "Redeemed here, without what was given back"),
		left: noted(many, "Possible here now, also without the line"),
		leases: z.array(z.object({ id: z.string(), quantity: many, used: many, expiresAt: instantOut, isClosed: z.boolean() })),
	}),
);

function list({ read, now: clock }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/coupons",
		room: "tills",
		right: "orders.read",
		summary: "Campaigns of coupons that this store knows, by id, with what it was lent and has redeemed",
		query: z.strictObject({
			after: z.string().max(128).default(""),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
		}),
		answers: { 200: listOf(campaign) },
		problems: [400],
		run: ({ query: { after, limit } }) => {
			const now = clock().wall;
			const items = read.coupons.page(after, limit + 1).map((coupon) => hereOf(coupon, read.coupons.leases(coupon.id), now));
			return json(page(items, limit, ({ id }) => id));
		},
	});
}

function hereOf(coupon: KnownCoupon, leases: CouponLeaseView[], now: string): CouponHere {
	const counts = coupon.endedAt === undefined && coupon.from <= now && now < coupon.until;
	const usable = leases.filter(({ isClosed, expiresAt }) => counts && !isClosed && expiresAt > now);
	return {
		...coupon,
		lent: leases.reduce((sum, { quantity }) => sum + quantity, 0),
		used: leases.reduce((sum, { used }) => sum + used, 0),
		left: usable.reduce((sum, { quantity, used }) => sum + Math.max(0, quantity - used), 0),
		leases,
	};
}

function redeem(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/coupons/redeem",
		keepsActor: true,
		room: "tills",
		right: "sales.write",
		summary:
			"Redeems a coupon (own code, GCN, or the data of AI 255, 8110, 8112), without the line, within what head office has lent this store. " +
			"The same `id` again is answered as before; `amountMinor`: what the goods come to, for coupons that count from an amount on",
		body: z.strictObject({
			id: idIn,
			code: z.string().trim().min(1).max(longestCode),
			till: idIn,
			sale: idIn.optional(),
			amountMinor: z.int().min(0).max(1e12).optional(),
		}),
		answers: { 200: redeemed },
		problems: [400, 409, 503],
		run: async ({ body, by, request }) => {
			const answer = await ledger.do("redeemCoupon", defined(body), { actor: by.actor });
			if (answer.accepted) return json(answer);
			const refusal = problemOf(Object.assign(new Error(answer.why), { name: "LedgerRefusal", code: answer.code }));
			return json({ ...answer, why: inWords(refusal, request.headers["accept-language"]) });
		},
	});
}

/** The refusal as a sentence for the cashier. */
const inWords = (refusal: Problem, accepts: string | undefined): string => detailsFor(refusal, accepts).detail;

function giveBack(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/coupons/void",
		keepsActor: true,
		room: "tills",
		right: "sales.write",
		summary: "Gives a redemption back, by its id: the coupon may be redeemed again. One that was paid with a basket stays",
		body: z.strictObject({ id: idIn, till: idIn.optional() }),
		answers: { 200: z.object({ voided: z.literal(true), coupon: z.string(), duplicate: z.boolean() }) },
		problems: [400, 404, 409, 503],
		run: async ({ body, by }) => json({ voided: true, ...(await ledger.do("voidRedemption", defined(body), { actor: by.actor })) }),
	});
}
