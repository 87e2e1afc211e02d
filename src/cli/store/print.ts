import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PrintJob } from "../../words/receipt.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola print FILE [--printer ID] [--id ID]: a ReceiptLine document to paper\n
  --printer ID  which printer (default: the store's first)
  --id ID       the job's id; the same id again prints nothing new (default: from the document)
${deskUsage}`;

export const print: Verb = {
	summary: "a ReceiptLine document to paper",
	usage,
	async run(args) {
		const given = read(args, usage, { ...deskOptions, printer: { type: "string" }, id: { type: "string" } });
		if (typeof given === "number") return given;
		const [file, ...more] = given.words;
		if (file === undefined || more.length > 0) return fail(2, usage);
		const document = readFileSync(file === "-" ? 0 : file, "utf8");
		const id = given.values.id ?? `cli-${createHash("sha256").update(document).digest("hex").slice(0, 12)}-${Date.now().toString(36)}`;
		const base = await deskUrl(given.values.url);
		let job = await ask<PrintJob>(base, "/api/v1/print-jobs", {
			method: "POST",
			token: given.values.token,
			body: { id, document, ...(given.values.printer !== undefined && { printer: given.values.printer }) },
		});
		const settled = ["printed", "sent", "in-doubt", "failed"];
		for (const until = Date.now() + 30_000; !settled.includes(job.state) && Date.now() < until; ) {
			await new Promise((resolve) => setTimeout(resolve, 250));
			job = await ask<PrintJob>(base, `/api/v1/print-jobs/${encodeURIComponent(id)}`, { token: given.values.token });
		}
		if (given.values.json) json(job);
		else if (job.state === "printed") say(`printed, says ${job.printer}`);
		else if (job.state === "sent") say(`sent to ${job.printer}, which cannot confirm`);
		if (job.state === "printed" || job.state === "sent") return 0;
		return fail(1, `job ${id} is ${job.state}${job.why ? `: ${job.why}` : ""}. See: gondola alarms`);
	},
};
