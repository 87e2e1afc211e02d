import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { defined } from "../../words/defined.ts";
import type { PrintJob } from "../../words/receipt.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola print FILE [--printer ID] [--id ID]: a ReceiptLine document to paper
gondola print --drawer [--printer ID]: opens the cash drawer
gondola print settle JOB --as printed|again: it came out whole, or it shall be printed again
gondola print cancel JOB: nobody wants it any more
gondola print copy JOB: once more, marked as a copy
gondola print move JOB --printer ID: to another printer
gondola print label ARTICLE [--printer ID] [--id ID]: a paper shelf label of an article, by its number or barcode
gondola print due [--printer ID]: paper labels anew that say something else than they should\n
  --printer ID  which printer (default: the store's first for receipts, or for labels)
  --drawer      opens the cash drawer, once; with FILE when the receipt is out
  --id ID       the job's id; the same id again prints nothing new (default: from the document)
${deskUsage}`;

const acts = { settle: "as", cancel: undefined, copy: undefined, move: "printer" } as const;
type Act = keyof typeof acts;

interface Given {
	words: readonly string[];
	values: {
		url?: string | undefined;
		token?: string | undefined;
		json?: boolean | undefined;
		printer?: string | undefined;
		as?: string | undefined;
		id?: string | undefined;
	};
}

async function changeJob(act: Act, id: string, { words, values }: Given): Promise<number> {
	const needs = acts[act];
	const body = needs === undefined ? undefined : { [needs]: values[needs] };
	if (words.length > 2 || (needs !== undefined && values[needs] === undefined)) return fail(2, usage);
	const base = await deskUrl(values.url);
	const path = `/api/v1/print-jobs/${encodeURIComponent(id)}/${act}`;
	const job = await ask<PrintJob>(base, path, { method: "POST", token: values.token, ...defined({ body }) });
	if (values.json) return json(job);
	say(`job ${job.id} on ${job.printer}: ${job.state}${job.why === null ? "" : `, ${job.why}`}`);
	return 0;
}

export const print: Verb = {
	summary: "a ReceiptLine document to paper",
	usage,
	async run(args) {
		const given = read(args, usage, {
			...deskOptions,
			printer: { type: "string" },
			id: { type: "string" },
			as: { type: "string" },
			drawer: { type: "boolean" },
		});
		if (typeof given === "number") return given;
		const [act, jobId] = given.words;
		if (act !== undefined && Object.hasOwn(acts, act) && jobId !== undefined) return changeJob(act as Act, jobId, given);
		if (act === "label" && jobId !== undefined && given.words.length === 2) return printLabel(jobId, given);
		if (act === "due" && given.words.length === 1) return printDue(given);
		const [file, ...more] = given.words;
		const opensDrawer = given.values.drawer ?? false;
		if ((file === undefined && !opensDrawer) || more.length > 0) return fail(2, usage);
		const document = file === undefined ? "" : readFileSync(file === "-" ? 0 : file, "utf8");
		const id = given.values.id ?? `cli-${createHash("sha256").update(document).digest("hex").slice(0, 12)}-${Date.now().toString(36)}`;
		const base = await deskUrl(given.values.url);
		const body = { id, document, opensDrawer, ...defined({ printer: given.values.printer }) };
		return waitFor(await ask<PrintJob>(base, "/api/v1/print-jobs", { method: "POST", token: given.values.token, body }), base, given);
	},
};

/** Waits until the job is on paper, or stands still, and says which. */
async function waitFor(queued: PrintJob, base: string, { values }: Given): Promise<number> {
	let job = queued;
	const settled = ["printed", "sent", "in-doubt", "failed"];
	for (const until = Date.now() + 30_000; !settled.includes(job.state) && Date.now() < until; ) {
		await new Promise((resolve) => setTimeout(resolve, 250));
		job = await ask<PrintJob>(base, `/api/v1/print-jobs/${encodeURIComponent(job.id)}`, { token: values.token });
	}
	if (values.json) json(job);
	else if (job.state === "printed") say(`printed, says ${job.printer}`);
	else if (job.state === "sent") say(`sent to ${job.printer}, which cannot confirm`);
	if (job.state === "printed" || job.state === "sent") return 0;
	return fail(1, `job ${job.id} is ${job.state}${job.why ? `: ${job.why}` : ""}. See: gondola alarms`);
}

async function printLabel(article: string, given: Given): Promise<number> {
	const { values } = given;
	const id = values.id ?? `cli-label-${Date.now().toString(36)}`;
	const base = await deskUrl(values.url);
	const body = { id, article, ...defined({ printer: values.printer }) };
	return waitFor(await ask<PrintJob>(base, "/api/v1/paper-labels", { method: "POST", token: values.token, body }), base, given);
}

async function printDue({ values }: Given): Promise<number> {
	const base = await deskUrl(values.url);
	const body = { id: values.id ?? `cli-due-${Date.now().toString(36)}`, ...defined({ printer: values.printer }) };
	const done = await ask<{ queued: number }>(base, "/api/v1/paper-labels/print-due", { method: "POST", token: values.token, body });
	if (values.json) return json(done);
	say(done.queued === 0 ? "no paper label is due" : `${done.queued} paper labels wait for their printer; see: gondola print --help`);
	return 0;
}
