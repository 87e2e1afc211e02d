import { z } from "zod";
import { type FiscalView, fiscalKinds, fiscalReasons, fiscalStates } from "../../../words/tills/fiscal.ts";
import { untilDecided } from "../../../words/tills/fiscal-wait.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { Problem } from "../../problems.ts";
import { json, page, type Route, route } from "../../route.ts";
import { idIn, instantOut, listOf, shapes } from "../../schemas.ts";

export const fiscalOut = z.object({
	id: z.string(),
	kind: z.enum(fiscalKinds),
	reference: z.string(),
	till: z.string(),
	at: instantOut,
	amountMinor: z.int(),
	currency: z.string(),
	state: z.enum(fiscalStates),
	why: z.enum(fiscalReasons).optional(),
	detail: z.string().optional(),
	signature: z.object({ number: z.int(), signedAt: instantOut, code: z.string(), serial: z.string(), practice: z.boolean() }).optional(),
	late: z.literal(true).optional(),
});
shapes.add(fiscalOut, {
	id: "FiscalSignature",
	description:
		"How far the signature of a sale or refund is: `waiting` (its paper waits), `missing` (the paper went out without a code, for the " +
		"reason in `why`; it is signed later), `refused` (the device said no: `detail`), `signed`. `reference`: the sale's or return's id",
});

const path = z.strictObject({ id: idIn });

/** The answer to a till about the signature, once it is decided or the wait is over. */
export async function decidedBy({ read }: DeskLedger, view: FiscalView | undefined): Promise<{ fiscal?: FiscalView }> {
	const rules = read.fiscal.rules();
	if (!view) return {};
	return { fiscal: rules ? await untilDecided(view, (id) => read.fiscal.get(id)?.view, rules.waitSeconds) : view };
}

export function fiscalRoutes(ledger: DeskLedger): Route[] {
	return [
		route({
			method: "GET",
			url: "/api/v1/fiscal",
			room: "tills",
			right: "prints.read",
			summary: "What the fiscal device had to sign in the last week, oldest first; `open`: only what is not signed",
			query: z.strictObject({
				after: z.string().max(128).default(""),
				limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
				open: z.enum(["true", "false"]).default("false"),
			}),
			answers: { 200: listOf(fiscalOut) },
			problems: [400],
			run: ({ query: { after, limit, open } }) =>
				json(page(ledger.read.fiscal.list({ after, limit: limit + 1, open: open === "true" }), limit, ({ id }) => id)),
		}),
		route({
			method: "GET",
			url: "/api/v1/fiscal/{id}",
			room: "tills",
			right: "prints.read",
			summary: "One of them",
			path,
			answers: { 200: fiscalOut },
			problems: [404],
			run: ({ path: { id } }) => {
				const kept = ledger.read.fiscal.get(id);
				if (!kept) throw new Problem("fiscal-unknown", `Nothing to sign has id ${id}.`);
				return json(kept.view);
			},
		}),
		route({
			method: "POST",
			url: "/api/v1/fiscal/{id}/again",
			room: "tills",
			right: "prints.settle",
			keepsActor: true,
			summary: "The device refused it and was mended: it is asked again. Asked twice, it is tried once",
			path,
			answers: { 200: fiscalOut },
			problems: [404, 409, 503],
			run: async ({ path: { id }, by }) => json(await ledger.do("retryFiscal", { id }, { actor: by.actor })),
		}),
	];
}
