/**
 * A receipt's way to paper. A second receipt is worse than a question: what was in the printer when the line broke is asked about, never
 * repeated by itself.
 *
 *   queued ──start──▶ printing ──fence answered──▶ printed        (or `sent`: this printer cannot confirm)
 *     ▲                  └──line lost, power cut──▶ in-doubt ──a person: it came out──▶ printed
 *     │                                              │  ▲ └── the printer's answer comes after all ──▶ printed
 *     │                                              │  └── on the next link: its slip is marked void and cut, before any other receipt
 *     └────marked on paper, copy n──── void ◀──a person: it did not (at once, when its slip is marked already)
 */
import { type Book, LedgerRefusal, slipIsVoid } from "../../ledger/ledger.ts";
import type { PrintJob } from "../../words/receipt.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";

export interface AskedPrint {
	id: string;
	printer?: string;
	document: string;
}

export function queue(book: Book, asked: AskedPrint, now: Moment): { job: PrintJob; duplicate: boolean } {
	const known = book.jobs.get(asked.id);
	if (known) {
		if (known.document !== asked.document)
			throw new LedgerRefusal("print-job-differs", `Print job ${asked.id} already exists with another document.`);
		return { job: known, duplicate: true };
	}
	const printer = asked.printer ?? firstPrinter(book);
	if (printer === undefined || !isPrinter(book, printer))
		throw new LedgerRefusal(
			"printer-unknown",
			printer === undefined ? "This store has no receipt printer in its configuration." : `No printer is called ${printer}.`,
		);
	return { job: enqueue(book, asked, printer, now), duplicate: false };
}

function enqueue(book: Book, { id, document }: AskedPrint, printer: string, now: Moment): PrintJob {
	book.jobs.queue(id, printer, document, now.wall);
	book.events.append({ type: "receipt.queued", job: id, printer }, now);
	book.ring("print-job");
	return book.jobs.get(id)!;
}

const printersOf = (book: Book) => book.devices.list().filter((device) => device.family === "printer");

const firstPrinter = (book: Book): string | undefined => printersOf(book)[0]?.id;

export function isPrinter(book: Book, id: string): boolean {
	return printersOf(book).some((device) => device.id === id);
}

/**
 * A sale's receipt, which must not stand in the sale's way: where its printer is not there it waits, under the name that was asked for, or
 * under none for the first printer that comes.
 */
export function queueReceipt(book: Book, asked: AskedPrint, now: Moment): void {
	if (book.jobs.get(asked.id)) return void queue(book, asked, now);
	const printer = asked.printer ?? firstPrinter(book) ?? "";
	enqueue(book, asked, printer, now);
	if (!isPrinter(book, printer))
		raise(book, { code: "receipt-without-printer", subject: printer || "any", facts: { device: printer || "?" } }, now);
}

/** A printer is there: what waited for it, or for any, goes to it. */
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

/** Committed before the first byte goes out: after a power cut the job is known to be in the printer, or not. */
export function startPrint(book: Book, { id }: { id: string }, now: Moment): { started: boolean } {
	if (jobOf(book, id).state !== "queued") return { started: false };
	book.jobs.set(id, "printing", null, now.wall);
	return { started: true };
}

/** Nothing had reached the printer yet: back to the queue, retry is free. */
export function unstartPrint(book: Book, { id, why }: { id: string; why: string }, now: Moment): void {
	if (jobOf(book, id).state === "printing") book.jobs.set(id, "queued", why, now.wall);
}

export function recordPrinted(book: Book, { id, confirmed }: { id: string; confirmed: boolean }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "printed" || job.state === "sent" || job.why === slipIsVoid) return;
	book.jobs.set(id, confirmed ? "printed" : "sent", null, now.wall);
	book.events.append({ type: "receipt.printed", job: id, printer: job.printer, confirmed, copy: job.copy }, now);
	clear(book, "printer-in-doubt", id, now);
	book.ring("print-job");
}

export function recordInDoubt(book: Book, { id, why }: { id: string; why: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state !== "printing") return;
	book.jobs.set(id, "in-doubt", why, now.wall);
	book.events.append({ type: "receipt.doubted", job: id, printer: job.printer, why }, now);
	raise(book, { code: "printer-in-doubt", subject: id, facts: { device: job.printer, job: id } }, now);
	book.ring("print-job");
}

/**
 * A person looked: it did not come out. What hangs on the roll will be marked void first, then the receipt is
 * printed again as its next copy.
 */
export function requeuePrint(book: Book, { id }: { id: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "failed") book.jobs.set(id, "queued", null, now.wall);
	else if (job.state === "in-doubt" && job.why === slipIsVoid) book.jobs.set(id, "queued", null, now.wall, true);
	else if (job.state === "in-doubt") book.jobs.set(id, "void", null, now.wall);
	else
		throw new LedgerRefusal(
			"print-job-not-in-doubt",
			`Print job ${id} is ${job.state}; only one in doubt, or failed, can be printed again.`,
		);
	clear(book, "printer-in-doubt", id, now);
	book.ring("print-job");
}

/** The printer is sound again and what hung on its roll of this receipt is marked void. Whether it is printed again, a person decides. */
export function recordSlipVoid(book: Book, { id }: { id: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "void") return recordVoided(book, { id }, now);
	if (job.state !== "in-doubt" || job.why === slipIsVoid) return;
	book.jobs.set(id, "in-doubt", slipIsVoid, now.wall);
	book.events.append({ type: "receipt.voided", job: id, printer: job.printer }, now);
	book.ring("print-job");
}

/** The torn slip carries its VOID mark; the receipt goes back into the queue. */
export function recordVoided(book: Book, { id }: { id: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state !== "void") return;
	book.jobs.set(id, "queued", null, now.wall, true);
	book.events.append({ type: "receipt.voided", job: id, printer: job.printer }, now);
	book.ring("print-job");
}

export function failPrint(book: Book, { id, why }: { id: string; why: string }, now: Moment): void {
	const job = jobOf(book, id);
	if (job.state === "printed" || job.state === "sent") return;
	book.jobs.set(id, "failed", why, now.wall);
	book.ring("print-job");
}
