/**
 * A receipt's way to paper. A receipt that is printed twice is worse than asking a person: one that was in the printer when the
 * line broke is never printed again without a person's answer.
 *
 *   queued ──start──▶ printing ──fence answered──▶ printed        (or `sent`: this printer cannot confirm)
 *     ▲                  └──line lost, power cut──▶ in-doubt ──a person: it came out──▶ printed
 *     │                                              │  ▲ └── the printer's answer comes after all ──▶ printed
 *     │                                              │  └── on the next link: its slip is marked void and cut, before any other receipt
 *     └────marked on paper, copy n──── void ◀──a person: it did not (at once, when its slip is marked already)
 *
 * When this program ended twice during the same receipt, the receipt has failed and is not tried again without a person.
 */
import { judgeDocument } from "../../../drivers/printer/receipt/limits.ts";
import {
	type Book,
	endedTwice,
	endedTwiceSlipVoid,
	isSlipVoid,
	LedgerRefusal,
	slipIsVoid,
	slipIsVoidAfterEnd,
} from "../../ledger/ledger.ts";
import type { PrintJob } from "../../words/receipt.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";
import { clearLabelAlarms, doubtLabel, failLabel, noteLabelPrinted } from "../labels/paper-labels.ts";
import { labelPrintersOf, receiptPrintersOf } from "./printers.ts";

export interface AskedPrint {
	id: string;
	printer?: string;
	/** ReceiptLine; "" only where nothing but the drawer is wanted. */
	document: string;
	opensDrawer?: boolean;
	/** The till's own commands, gzip and base64 (drivers/printer/raw/stored.ts); `document` is then only their readable text. */
	raw?: Uint8Array;
}

/** Packed; more than any slip of paper takes. */
const mostRawBytes = 512 * 1024;

export function queue(book: Book, asked: AskedPrint, now: Moment): { job: PrintJob; duplicate: boolean } {
	const known = book.jobs.get(asked.id);
	if (known) {
		const isOtherRaw = Buffer.compare(book.jobs.rawOf(asked.id) ?? new Uint8Array(), asked.raw ?? new Uint8Array()) !== 0;
		if (isOtherRaw || known.document !== asked.document || known.opensDrawer !== (asked.opensDrawer ?? false))
			throw new LedgerRefusal("print-job-differs", `Print job ${asked.id} already exists with another document.`);
		return { job: known, duplicate: true };
	}
	if (asked.raw && asked.raw.length > mostRawBytes)
		throw new LedgerRefusal("print-document-unfit", "This cannot be printed: the till's receipt is too long.");
	const unfit = asked.raw ? undefined : judgeDocument(asked.document);
	if (unfit) throw new LedgerRefusal("print-document-unfit", `This cannot be printed: ${unfit.why}.`);
	const printer = asked.printer ?? firstPrinter(book);
	if (printer === undefined || !isPrinter(book, printer))
		throw new LedgerRefusal(
			"printer-unknown",
			printer === undefined ? "This store has no receipt printer in its configuration." : `No printer is called ${printer}.`,
		);
	return { job: enqueue(book, asked, printer, now), duplicate: false };
}

function enqueue(book: Book, { id, document, opensDrawer = false, raw }: AskedPrint, printer: string, now: Moment): PrintJob {
	book.jobs.queue({ id, printer, document, opensDrawer, raw }, now.wall);
	book.events.append({ type: "receipt.queued", job: id, printer }, now);
	book.ring("print-job");
	return book.jobs.get(id)!;
}

const firstPrinter = (book: Book): string | undefined => receiptPrintersOf(book)[0]?.id;

export function isPrinter(book: Book, id: string): boolean {
	return receiptPrintersOf(book).some((device) => device.id === id);
}

/** A job of a paper label, which has facts and alarms of its own. */
const isLabel = (job: PrintJob): job is PrintJob & { sku: string } => job.sku !== null;

/**
 * The receipt of a sale. It never fails the sale: without its printer it waits, under the name that was asked for, or without a name for
 * the first printer that comes.
 */
export function queueReceipt(book: Book, asked: AskedPrint, now: Moment): void {
	if (book.jobs.get(asked.id)) return void queue(book, asked, now);
	const printer = asked.printer ?? firstPrinter(book) ?? "";
	enqueue(book, asked, printer, now);
	const unfit = judgeDocument(asked.document);
	if (unfit) return failPrint(book, { id: asked.id, why: unfit.why }, now);
	if (!isPrinter(book, printer))
		raise(book, { code: "receipt-without-printer", subject: printer || "any", facts: { device: printer || "?" } }, now);
}

/** A printer was added: receipts that waited for it, or for any printer, go to it. */
export function takeWaitingReceipts(book: Book, printer: string, now: Moment): void {
	book.jobs.giveWaiting(printer);
	for (const subject of [printer, "any"]) clear(book, "receipt-without-printer", subject, now);
	book.ring("print-job");
}

const jobOf = (book: Book, id: string): PrintJob => {
	const job = book.jobs.get(id);
	if (!job) throw new LedgerRefusal("print-job-unknown", `No print job has id ${id}.`);
	return job;
};

/** `why` of a receipt that is tried again because this program ended while it was printed. */
const endedOnce = "ended-once";
const keepEnded = ({ why }: PrintJob): string | null => (why === endedOnce ? endedOnce : null);

/**
 * Committed before the first byte goes out, so that after a power cut the ledger says whether the job may have reached the printer.
 * `printer`: the device that starts it; the job may have been moved to another one since it was read.
 */
export function startPrint(book: Book, { id, printer }: { id: string; printer?: string }, now: Moment): { started: boolean } {
	const job = jobOf(book, id);
	if (job.state !== "queued" || (printer !== undefined && job.printer !== printer)) return { started: false };
	book.jobs.begin(id, keepEnded(job), now.wall);
	return { started: true };
}

/** No byte had reached the printer: the job goes back to the queue. */
export function unstartPrint(book: Book, { id, why }: { id: string; why: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "printing") book.jobs.set(id, "queued", keepEnded(job) ?? why, now.wall);
}

export function recordPrinted(book: Book, { id, confirmed }: { id: string; confirmed: boolean }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "printed" || job.state === "sent" || isSlipVoid(job.why)) return;
	book.jobs.set(id, confirmed ? "printed" : "sent", null, now.wall);
	if (isLabel(job)) noteLabelPrinted(book, job, confirmed, now);
	else book.events.append({ type: "receipt.printed", job: id, printer: job.printer, confirmed, copy: job.copy }, now);
	clear(book, "printer-in-doubt", id, now);
	book.ring("print-job");
}

export function recordInDoubt(book: Book, { id, why }: { id: string; why: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state !== "printing") return;
	if (why === "power-cut" && job.why === endedOnce) return failPrint(book, { id, why: endedTwice }, now);
	book.jobs.set(id, "in-doubt", why, now.wall);
	if (isLabel(job)) doubtLabel(book, job, why, now);
	else {
		book.events.append({ type: "receipt.doubted", job: id, printer: job.printer, why }, now);
		raise(book, { code: "printer-in-doubt", subject: id, facts: { device: job.printer, job: id } }, now);
	}
	book.ring("print-job");
}

/**
 * A person says that the receipt did not come out. A torn slip on the paper roll is marked void first; then the receipt is printed
 * again as its next copy.
 */
export function requeuePrint(book: Book, { id }: { id: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "failed") book.jobs.set(id, "queued", null, now.wall);
	else if (job.state === "in-doubt" && isSlipVoid(job.why))
		book.jobs.set(id, "queued", job.why === slipIsVoidAfterEnd ? endedOnce : null, now.wall, true);
	else if (job.state === "in-doubt") book.jobs.set(id, "void", job.why === "power-cut" ? endedOnce : null, now.wall);
	else
		throw new LedgerRefusal(
			"print-job-not-in-doubt",
			`Print job ${id} is ${job.state}; only one in doubt, or failed, can be printed again.`,
		);
	clearPrintAlarms(book, id, now);
	book.ring("print-job");
}

/** The torn slip of this receipt was marked void and cut off. A person decides whether the receipt is printed again. */
export function recordSlipVoid(book: Book, { id }: { id: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "void") return recordVoided(book, { id }, now);
	if (job.state === "failed" && job.why === endedTwice) book.jobs.set(id, "failed", endedTwiceSlipVoid, now.wall);
	else if (job.state !== "in-doubt" || isSlipVoid(job.why)) return;
	else book.jobs.set(id, "in-doubt", job.why === "power-cut" ? slipIsVoidAfterEnd : slipIsVoid, now.wall);
	if (!isLabel(job)) book.events.append({ type: "receipt.voided", job: id, printer: job.printer }, now);
	book.ring("print-job");
}

/** The torn slip is marked void; the receipt goes back into the queue. */
export function recordVoided(book: Book, { id }: { id: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state !== "void") return;
	book.jobs.set(id, "queued", keepEnded(job), now.wall, true);
	if (!isLabel(job)) book.events.append({ type: "receipt.voided", job: id, printer: job.printer }, now);
	book.ring("print-job");
}

/** The receipt cannot be drawn, or must not be tried again: an alarm is raised, and the receipts behind it go on. */
export function failPrint(book: Book, { id, why }: { id: string; why: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "printed" || job.state === "sent" || job.state === "failed") return;
	book.jobs.set(id, "failed", why, now.wall);
	if (isLabel(job)) failLabel(book, job, why, now);
	else {
		book.events.append({ type: "receipt.failed", job: id, printer: job.printer, why: why.slice(0, 500) }, now);
		clear(book, "printer-in-doubt", id, now);
		raise(book, { code: "receipt-failed", subject: id, facts: { device: job.printer || "?", job: id, why: why.slice(0, 200) } }, now);
	}
	book.ring("print-job");
}

function clearPrintAlarms(book: Book, id: string, now: Moment): void {
	for (const code of ["printer-in-doubt", "receipt-failed"]) clear(book, code, id, now);
	clearLabelAlarms(book, id, now);
}

/** `why` of a failed receipt that a person cancelled. */
const cancelled = "cancelled";

/** Whether no part of it is on its way to a printer or on a paper roll. */
const isAtRest = (job: PrintJob): boolean =>
	job.state === "queued" || job.state === "failed" || (job.state === "in-doubt" && isSlipVoid(job.why));

function refuseBusy({ id, state }: PrintJob, what: string): never {
	throw new LedgerRefusal("print-job-busy", `Print job ${id} is ${state} and cannot be ${what} now.`);
}

/** A person cancels it. A second cancel changes nothing. */
export function cancelPrint(book: Book, { id }: { id: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "failed" && job.why === cancelled) return;
	if (!isAtRest(job)) refuseBusy(job, "cancelled");
	book.jobs.set(id, "failed", cancelled, now.wall);
	if (!isLabel(job)) book.events.append({ type: "receipt.cancelled", job: id, printer: job.printer }, now);
	clearPrintAlarms(book, id, now);
	book.ring("print-job");
}

/** A person moves it to another printer. A receipt that was marked void on the first is printed as its next copy on the second. */
export function movePrint(book: Book, { id, printer }: { id: string; printer: string }, now: Moment): void {
	const job = jobOf(book, id);
	const fits = isLabel(job) ? labelPrintersOf(book).some((each) => each.id === printer) : isPrinter(book, printer);
	if (!fits && isLabel(job)) throw new LedgerRefusal("printer-unknown", `No label printer is called ${printer}.`);
	if (!fits) throw new LedgerRefusal("printer-unknown", `No printer is called ${printer}.`);
	if (job.printer === printer && job.state === "queued") return;
	if (!isAtRest(job)) refuseBusy(job, "moved");
	book.jobs.move(id, printer, now.wall);
	book.jobs.set(id, "queued", null, now.wall, job.state === "in-doubt");
	if (!isLabel(job)) book.events.append({ type: "receipt.moved", job: id, printer, from: job.printer }, now);
	clearPrintAlarms(book, id, now);
	book.ring("print-job");
}

/** A person wants a copy of a printed receipt. Asked again before that copy is out, it is the same copy. */
export function copyPrint(book: Book, { id }: { id: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.document === "") throw new LedgerRefusal("print-job-busy", `Print job ${id} opened the drawer; there is no receipt to copy.`);
	if (job.copy > 1 && (job.state === "queued" || job.state === "printing")) return;
	if (job.state !== "printed" && job.state !== "sent") refuseBusy(job, "copied");
	book.jobs.set(id, "queued", null, now.wall, true);
	if (!isLabel(job)) book.events.append({ type: "receipt.queued", job: id, printer: job.printer }, now);
	book.ring("print-job");
}
