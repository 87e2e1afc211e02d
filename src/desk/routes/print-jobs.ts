import { z } from "zod";
import { defined } from "../../words/defined.ts";
import type { PrintJob } from "../../words/receipt.ts";
import type { DeskLedger } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { Problem } from "../problems.ts";
import { json, page, type Route, route } from "../route.ts";
import { idIn, listOf, printIn, printJob } from "../schemas.ts";

/** Without the ledger's row number, which is internal. */
export const plain = ({ id, printer, document, sku, state, why, copy, opensDrawer, queuedAt, changedAt }: PrintJob): PrintJob => ({
	id,
	printer,
	document,
	sku,
	state,
	why,
	copy,
	opensDrawer,
	queuedAt,
	changedAt,
});

const byId = z.strictObject({ id: idIn });

/** The job as the API shows it. Throws a problem for an id that no job has. */
function known({ read }: DeskLedger, id: string): PrintJob {
	const job = read.jobs.get(id);
	if (!job) throw new Problem("print-job-unknown", `No print job has the id ${id}.`);
	return plain(job);
}

export function printJobRoutes(ledger: DeskLedger): Route[] {
	return [
		queue(ledger),
		list(ledger),
		show(ledger),
		settle(ledger),
		byHand(ledger, "cancel", "A receipt that nobody wants any more: queued, failed, or in doubt with its slip marked void", "cancelPrint"),
		byHand(ledger, "copy", "A receipt that is printed once more, marked as a copy", "copyPrint"),
		move(ledger),
	];
}

function queue(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/print-jobs",
		keepsActor: true,
		room: "receipts",
		right: "prints.write",
		summary: "Queues a ReceiptLine document; the same id again prints nothing and answers 200, with another document or printer 409",
		body: printIn,
		answers: { 201: printJob, 200: printJob },
		problems: [400, 404, 409, 413, 503],
		run: async ({ body: { id, printer, document, opensDrawer }, by }) => {
			const { job, duplicate } = await ledger.do("queuePrint", { id, document, opensDrawer, ...defined({ printer }) }, { actor: by.actor });
			// A till that asks again names the printer that it knows, also after a person has moved the job.
			const isOther = printer !== undefined && printer !== job.printer && printer !== ledger.read.jobs.askedOf(id);
			if (duplicate && isOther) throw new Problem("print-job-differs", `Print job ${id} already exists, at printer ${job.printer}.`);
			return json(plain(job), duplicate ? 200 : 201);
		},
	});
}

function list(ledger: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/print-jobs",
		room: "receipts",
		right: "prints.read",
		summary: "Print jobs, the oldest first; `newest` asks for the last so many, the newest first",
		query: z.strictObject({
			after: idIn.optional(),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
			newest: z.coerce.number().int().min(1).max(limits.pageMost).optional(),
		}),
		answers: { 200: listOf(printJob) },
		problems: [400],
		run: ({ query: { after, limit, newest } }) => {
			if (newest !== undefined) return json({ items: ledger.read.jobs.recent(newest).map(plain) });
			const jobs = ledger.read.jobs.list({ limit: limit + 1, ...defined({ after }) });
			return json(page(jobs.map(plain), limit, (job) => job.id));
		},
	});
}

function show(ledger: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/print-jobs/{id}",
		room: "receipts",
		right: "prints.read",
		summary: "One print job: queued, printing, printed, sent (the printer cannot confirm), in-doubt, void or failed",
		path: byId,
		answers: { 200: printJob },
		problems: [404],
		run: ({ path }) => json(known(ledger, path.id)),
	});
}

function settle(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/print-jobs/{id}/settle",
		keepsActor: true,
		room: "receipts",
		right: "prints.settle",
		summary: "A person who looked at the paper settles a receipt in doubt: it is complete, or it shall be printed again",
		path: byId,
		body: z.strictObject({ as: z.enum(["printed", "again"]) }),
		answers: { 200: printJob },
		problems: [400, 404, 409, 503],
		run: async ({ path, body, by }) => {
			const job = known(ledger, path.id);
			const settled = job.state === "in-doubt" || (job.state === "failed" && body.as === "again");
			if (!settled) throw new Problem("print-job-not-in-doubt", `Receipt ${path.id} is ${job.state}.`);
			if (body.as === "printed") await ledger.do("recordPrinted", { id: path.id, confirmed: true }, { actor: by.actor });
			else await ledger.do("requeuePrint", { id: path.id }, { actor: by.actor });
			return json(known(ledger, path.id));
		},
	});
}

function move(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/print-jobs/{id}/move",
		keepsActor: true,
		room: "receipts",
		right: "prints.settle",
		summary: "A receipt that waits, has failed, or whose slip is marked void goes to another printer",
		path: byId,
		body: z.strictObject({ printer: idIn }),
		answers: { 200: printJob },
		problems: [400, 404, 409, 503],
		run: async ({ path, body, by }) => {
			known(ledger, path.id);
			await ledger.do("movePrint", { id: path.id, printer: body.printer }, { actor: by.actor });
			return json(known(ledger, path.id));
		},
	});
}

/** A route that calls one flow on a job and answers with the job. */
function byHand(ledger: DeskLedger, verb: "cancel" | "copy", summary: string, flow: "cancelPrint" | "copyPrint"): Route {
	return route({
		method: "POST",
		url: `/api/v1/print-jobs/{id}/${verb}`,
		keepsActor: true,
		room: "receipts",
		right: "prints.settle",
		summary,
		path: byId,
		answers: { 200: printJob },
		problems: [404, 409, 503],
		run: async ({ path, by }) => {
			known(ledger, path.id);
			await ledger.do(flow, { id: path.id }, { actor: by.actor });
			return json(known(ledger, path.id));
		},
	});
}
