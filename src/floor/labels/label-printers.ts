import { type LabelPrinterOptions, labelDots } from "../../../drivers/printer/options.ts";
import { type LabelPrinterReport, type RunningLabelPrinter, runLabelPrinter } from "../../../drivers/printer/zpl/label-printer.ts";
import type { LabelPicture } from "../../../drivers/printer/zpl/zpl.ts";
import type { StoreLedger } from "../../flows/flows.ts";
import type { FaceFields } from "../../words/label.ts";
import type { PrintJob } from "../../words/receipt.ts";
import { printerPortOf } from "../ports.ts";
import { type Log, oneLink, type Tender, tendPort } from "../tender.ts";
import type { Drawing } from "./tending.ts";

/** One label printer's work. */
interface Work {
	options: LabelPrinterOptions;
	ledger: StoreLedger;
	drawing: Drawing;
	log: Log;
	/** Closes the port, so that it is opened anew. */
	reopen(): Promise<void>;
	/** Jobs that this process has in the printer. */
	mine: Set<string>;
}

const lookAgainMs = 5_000;

/** Looks after one printer of paper labels: its port, its reports about itself, and its labels. */
export function tendLabelPrinter(
	ledger: StoreLedger,
	options: LabelPrinterOptions,
	drawing: Drawing,
	log: Log,
	wire = printerPortOf(options),
): Tender {
	const { id } = options;
	const { recorder, trace, keep } = tendPort(ledger, { id, family: "printer", protocol: options.protocol }, wire, log);
	let working: Promise<void> = Promise.resolve();
	let reopen = async (): Promise<void> => {};
	let isOpen = false;
	const work: Work = { options, ledger, drawing, log, reopen: () => reopen(), mine: new Set() };
	// The option `confirm` may be another one than at the last start.
	ledger.do("clearAlarm", { code: "label-printer-cannot-confirm", subject: id }).catch(() => {});
	const hear = (report: LabelPrinterReport): void => {
		if (report.type === "trouble") recorder.trouble(report.trouble);
		else if (report.type === "trouble-over") recorder.troubleOver(report.code);
		else if (report.type === "status") recorder.heard({ paper: report.status.paper, cover: report.status.head });
		else recorder.heard();
	};
	const start = () => {
		const link = keep((port) => {
			recorder.link({ type: "open" });
			const over = new AbortController();
			const printer = runLabelPrinter(port, options, hear);
			isOpen = true;
			reopen = () => port.close();
			working = tendJobs(work, printer, over.signal).catch((error: Error) => {
				log.error({ device: id, error: error.message }, "the label printer's work stopped; its port is opened anew");
				void port.close();
			});
			return () => {
				isOpen = false;
				over.abort();
				printer.stop();
			};
		});
		return { stop: () => link.stop().then(() => working) };
	};
	return {
		id,
		family: "printer",
		trace,
		// No label is printed, because it would need an article: the test passes while the printer's port is open.
		test: async () => isOpen,
		...oneLink(start),
	};
}

/** Settles the label in doubt, then prints the queue, one label at a time. Rejects when the ledger does. */
async function tendJobs(work: Work, printer: RunningLabelPrinter, over: AbortSignal): Promise<void> {
	const { ledger, options } = work;
	while (!over.aborted && !(await settleDoubt(work, printer))) await ledger.bells.wait("print-job", lookAgainMs, over);
	while (!over.aborted) {
		const next = ledger.bells.wait("print-job", lookAgainMs, over);
		for (const job of ledger.read.jobs.open(options.id)) {
			if (over.aborted) return;
			if (job.state === "void") await ledger.do("recordVoided", { id: job.id });
			else if (job.state === "queued") await printLabel(work, printer, job);
		}
		await next;
	}
}

/** Settles the labels that were in the printer when the link or this program ended. False: their fate is not known yet. */
async function settleDoubt({ ledger, options, mine }: Work, printer: RunningLabelPrinter): Promise<boolean> {
	for (const { id, state } of ledger.read.jobs.open(options.id))
		if (state === "printing" && !mine.has(id)) await ledger.do("recordInDoubt", { id, why: "power-cut" });
	const broken = ledger.read.jobs.unmarked(options.id);
	if (!broken) return true;
	const verdict = await printer.settle(ledger.read.jobs.labelsBefore(broken.id));
	if (verdict === "not-started") return false;
	if (verdict === "printed") await ledger.do("recordPrinted", { id: broken.id, confirmed: true });
	// The printer has forgotten the label: a person who wants it printed again needs to void nothing.
	else await ledger.do("recordSlipVoid", { id: broken.id });
	return true;
}

async function printLabel(work: Work, printer: RunningLabelPrinter, { id }: PrintJob): Promise<void> {
	const { ledger, options, mine, log } = work;
	const { document } = await ledger.do("labelToPrint", { id });
	if (document === null) return;
	const picture = await drawn(work, document).catch(async (error: Error) => {
		log.error({ device: options.id, job: id, error: error.message }, "a paper label could not be drawn");
		await ledger.do("failPrint", { id, why: error.message });
	});
	if (!picture) return;
	mine.add(id);
	try {
		const begin = async (labelsBefore: number | undefined): Promise<boolean> => {
			const started = await ledger.do("startLabel", { id, printer: options.id, document, labelsBefore: labelsBefore ?? null });
			return started.started;
		};
		const end = await printer.print({ id, picture, begin });
		if (end.state === "printed" || end.state === "sent") await ledger.do("recordPrinted", { id, confirmed: end.state === "printed" });
		else if (end.state === "in-doubt") {
			await ledger.do("recordInDoubt", { id, why: end.why });
			await work.reopen();
		} else if (end.why === "cannot-confirm")
			await ledger.do("raiseAlarm", { code: "label-printer-cannot-confirm", subject: options.id, facts: { device: options.id } });
	} finally {
		mine.delete(id);
	}
}

async function drawn({ drawing, options }: Work, document: string): Promise<LabelPicture> {
	const { width, height } = labelDots(options);
	const { bytes } = await drawing.draw({ fields: JSON.parse(document) as FaceFields, paper: { width, height }, hwType: 0, firmware: 0 });
	return { width, height, bits: wholeRows(bytes, width, height) };
}

/** A label's plane of bits has no padding at a row's end; a printer's rows are whole bytes. */
function wholeRows(plane: Uint8Array, width: number, height: number): Uint8Array {
	if (width % 8 === 0) return plane;
	const bytesPerRow = Math.ceil(width / 8);
	const rows = new Uint8Array(bytesPerRow * height);
	for (let at = 0; at < width * height; at += 1) {
		if (!(plane[at >> 3]! & (0x80 >> (at & 7)))) continue;
		const x = at % width;
		rows[Math.floor(at / width) * bytesPerRow + (x >> 3)]! |= 0x80 >> (x & 7);
	}
	return rows;
}
