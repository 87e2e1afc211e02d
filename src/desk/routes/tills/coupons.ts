import { z } from "zod";
import { defined } from "../../../words/defined.ts";
import { longestCode } from "../../../words/scan.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { detailsFor, type Problem, problemOf } from "../../problems.ts";
import { json, type Route, route } from "../../route.ts";
import { idIn, shapes } from "../../schemas.ts";

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
	return [redeem(ledger), giveBack(ledger)];
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
