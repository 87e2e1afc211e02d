import { z } from "zod";
import { auditFindings } from "../../../flows/labels/shelf-audit.ts";
import { defined } from "../../../words/defined.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { json, type Route, route } from "../../route.ts";
import { articleKey, idIn, labelIdIn, labelStates, noted } from "../../schemas.ts";

const audited = z.object({
	duplicate: z.boolean(),
	sku: z.string(),
	labels: z.array(z.object({ id: z.string(), state: z.enum(labelStates) })),
	redrawn: noted(z.array(z.string()), "Labels that are drawn and sent anew, because somebody saw another price on them"),
	why: noted(z.string(), "`no-label`, `price-wrong`, `no-price` or `label-not-shown`; left out: all is right").optional(),
});

/** Whether a shelf shows the right price, as a person before it sees it. */
export function auditRoute(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/audits",
		keepsActor: true,
		room: "labels",
		right: "labels.bind",
		summary: "What a person sees on an article's labels; `wrong` has them drawn and sent anew. The same id again changes nothing",
		body: z.strictObject({ id: idIn, article: articleKey, label: labelIdIn.optional(), found: z.enum(auditFindings) }),
		answers: { 200: audited },
		problems: [400, 404, 409, 503],
		run: async ({ body: { label, ...asked }, by }) =>
			json(await ledger.do("auditShelf", { ...asked, ...defined({ label }) }, { actor: by.actor })),
	});
}
