import { z } from "zod";
import type { PaperLabelRow } from "../../../words/answers/labels.ts";
import { defined } from "../../../words/defined.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { Problem } from "../../problems.ts";
import { json, page, type Route, route } from "../../route.ts";
import { articleKey, idIn, instantOut, noted, printJob } from "../../schemas.ts";
import { plain } from "../print-jobs.ts";

const paperLabel: z.ZodType<PaperLabelRow> = z.object({
	sku: z.string(),
	name: z.string().nullable(),
	printedAt: instantOut,
	printer: z.string(),
	job: noted(z.string(), "The print job that it came from"),
	due: noted(z.boolean(), "It says something else than it should: print it anew"),
	waits: noted(z.boolean(), "A new one is on its way to a printer"),
});

/** Paper shelf labels: printed for one article, and anew where their price has changed. */
export function paperLabelRoutes(ledger: DeskLedger): Route[] {
	return [list(ledger), print(ledger), printDue(ledger), drop(ledger)];
}

function list({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/paper-labels",
		room: "labels",
		right: "labels.read",
		summary: "Articles with a paper label; `due` asks for those whose label is wrong now and that have no electronic one",
		query: z.strictObject({
			after: z.string().max(64).default(""),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
			due: z.enum(["true", "false"]).default("false"),
		}),
		answers: {
			200: z.object({
				items: z.array(paperLabel),
				dueCount: noted(z.number().int(), "How many are due in all"),
				next: z.string().optional(),
			}),
		},
		problems: [400],
		run: ({ query: { after, limit, due } }) => {
			const rows = due === "true" ? read.paperLabels.due({ after, limit: limit + 1 }) : read.paperLabels.list({ after, limit: limit + 1 });
			const items = rows.map(({ sku, printedAt, printer, job, isDue }) => ({
				...{ sku, name: read.articles.find(sku)?.name ?? null, printedAt, printer, job, due: isDue },
				waits: read.jobs.waitsForLabel(sku),
			}));
			return json({ ...page(items, limit, ({ sku }) => sku), dueCount: read.paperLabels.dueCount() });
		},
	});
}

function print(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/paper-labels",
		keepsActor: true,
		room: "labels",
		right: "labels.bind",
		summary:
			"Queues a paper label of an article, as a print job; the same id again prints nothing and answers 200, for another article 409",
		body: z.strictObject({ id: idIn, article: articleKey, printer: idIn.optional() }),
		answers: { 201: printJob, 200: printJob },
		problems: [400, 404, 409, 503],
		run: async ({ body: { id, article, printer }, by }) => {
			const { job, duplicate } = await ledger.do("queuePaperLabel", { id, article, ...defined({ printer }) }, { actor: by.actor });
			return json(plain(job), duplicate ? 200 : 201);
		},
	});
}

function printDue(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/paper-labels/print-due",
		keepsActor: true,
		room: "labels",
		right: "labels.bind",
		summary: "Queues a label for each article whose paper label is due; the same id again prints nothing twice",
		body: z.strictObject({ id: idIn.max(48), printer: idIn.optional() }),
		answers: { 200: z.object({ queued: z.number().int() }) },
		problems: [400, 404, 409, 503],
		run: async ({ body: { id, printer }, by }) =>
			json(await ledger.do("queueDueLabels", { id, ...defined({ printer }) }, { actor: by.actor })),
	});
}

function drop(ledger: DeskLedger): Route {
	return route({
		method: "DELETE",
		url: "/api/v1/paper-labels/{sku}",
		keepsActor: true,
		room: "labels",
		right: "labels.bind",
		summary: "The article has no paper label any more; it is not printed anew",
		path: z.strictObject({ sku: z.string().min(1).max(64) }),
		answers: { 200: z.object({ sku: z.string() }) },
		problems: [404, 503],
		run: async ({ path: { sku }, by }) => {
			const { dropped } = await ledger.do("dropPaperLabel", { sku }, { actor: by.actor });
			if (!dropped) throw new Problem("paper-label-unknown", `Article ${sku} has no paper label.`);
			return json({ sku });
		},
	});
}
