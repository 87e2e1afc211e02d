/**
 * Paper shelf labels, from the queue to paper. A label is a print job like a receipt (flows/receipts/receipt-to-paper.ts), with two
 * differences: it is printed with the price that counts when printing begins, and the job keeps the number of labels that the printer had
 * printed before, so that the printer's count shows afterwards whether the label is out. An article's paper label is due as soon as a
 * customer should see something else on it.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { PrintJob } from "../../words/receipt.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";
import { labelPrintersOf } from "../receipts/printers.ts";
import { failPrint } from "../receipts/receipt-to-paper.ts";
import { fieldsNow } from "./label-picture.ts";

export interface AskedPaperLabel {
	id: string;
	/** Article number or barcode. */
	article: string;
	printer?: string;
}

export function queuePaperLabel(book: Book, { id, article, printer }: AskedPaperLabel, now: Moment): { job: PrintJob; duplicate: boolean } {
	const known = book.jobs.get(id);
	const found = book.articles.find(article);
	if (known) {
		const isOtherPrinter = printer !== undefined && printer !== known.printer && printer !== book.jobs.askedOf(id);
		if (known.sku === null || known.sku !== (found?.sku ?? article) || isOtherPrinter)
			throw new LedgerRefusal("print-job-differs", `Print job ${id} already exists with other content.`);
		return { job: known, duplicate: true };
	}
	if (!found) throw new LedgerRefusal("article-unknown", `No article has the number or barcode ${article}.`);
	const at = printerFor(book, printer);
	const fields = fieldsNow(book, found.sku, now);
	if (!fields) throw new LedgerRefusal("price-unknown", `Article ${found.sku} has no price now.`);
	book.jobs.queue({ id, printer: at, document: JSON.stringify(fields), opensDrawer: false, sku: found.sku }, now.wall);
	book.ring("print-job");
	return { job: book.jobs.get(id)!, duplicate: false };
}

function printerFor(book: Book, asked: string | undefined): string {
	const printers = labelPrintersOf(book).map(({ id }) => id);
	const printer = asked ?? printers[0];
	if (printer === undefined) throw new LedgerRefusal("printer-unknown", "This store has no label printer in its configuration.");
	if (!printers.includes(printer)) throw new LedgerRefusal("printer-unknown", `No label printer is called ${printer}.`);
	return printer;
}

/** Jobs made in one transaction. */
const queuedPerStep = 200;

/** Queues a label for each article whose paper label is due. Job ids are made of `id`, so that the same id again prints nothing twice. */
export function queueDueLabels(book: Book, { id, printer }: { id: string; printer?: string }, now: Moment): { queued: number } {
	const at = printerFor(book, printer);
	let queued = 0;
	for (let after = ""; ; ) {
		const page = book.paperLabels.due({ after, limit: queuedPerStep });
		for (const { sku } of page) {
			const job = `${id}-${sku}`.slice(0, 128);
			if (book.jobs.waitsForLabel(sku) || book.jobs.get(job) || !fieldsNow(book, sku, now)) continue;
			queuePaperLabel(book, { id: job, article: sku, printer: at }, now);
			queued += 1;
		}
		if (page.length < queuedPerStep) return { queued };
		after = page.at(-1)!.sku;
	}
}

/** The fields to print now, as JSON; null where the label cannot be printed any more. */
export function labelToPrint(book: Book, { id }: { id: string }, now: Moment): { document: string | null } {
	const job = book.jobs.get(id);
	if (!job || job.sku === null || job.state !== "queued") return { document: null };
	const fields = fieldsNow(book, job.sku, now);
	if (!fields) {
		failPrint(book, { id, why: "its article has no price now" }, now);
		return { document: null };
	}
	const document = JSON.stringify(fields);
	if (document !== job.document) book.jobs.setDocument(id, document);
	return { document };
}

export interface StartedLabel {
	id: string;
	printer: string;
	/** The fields that were drawn. */
	document: string;
	labelsBefore: number | null;
}

/** Committed before the first byte goes out. Not started: it was cancelled or moved, or another price counts than was drawn. */
export function startLabel(book: Book, { id, printer, document, labelsBefore }: StartedLabel, now: Moment): { started: boolean } {
	const job = book.jobs.get(id);
	if (job?.state !== "queued" || job.printer !== printer || job.sku === null) return { started: false };
	const fields = fieldsNow(book, job.sku, now);
	if (!fields || JSON.stringify(fields) !== document) {
		book.ring("print-job");
		return { started: false };
	}
	book.jobs.begin(id, job.why, now.wall);
	book.jobs.setLabelsBefore(id, labelsBefore);
	return { started: true };
}

/** The paper label is out: from now on its article has one, which is due as soon as something on it is not right any more. */
export function noteLabelPrinted(book: Book, job: PrintJob & { sku: string }, confirmed: boolean, now: Moment): void {
	const { id, sku, printer, document, copy } = job;
	book.paperLabels.put({ sku, fields: document, job: id, printer, printedAt: now.wall, isDue: false });
	wantPaper(book, sku, now);
	book.events.append({ type: "paper-label.printed", job: id, sku, printer, confirmed, copy }, now);
	clearLabelAlarms(book, id, now);
}

export function doubtLabel(book: Book, { id, sku, printer }: PrintJob & { sku: string }, why: string, now: Moment): void {
	book.events.append({ type: "paper-label.doubted", job: id, sku, printer, why }, now);
	raise(book, { code: "paper-label-in-doubt", subject: id, facts: { device: printer, job: id, name: nameOf(book, sku) } }, now);
}

export function failLabel(book: Book, { id, sku, printer }: PrintJob & { sku: string }, why: string, now: Moment): void {
	book.events.append({ type: "paper-label.failed", job: id, sku, printer, why: why.slice(0, 500) }, now);
	clear(book, "paper-label-in-doubt", id, now);
	const facts = { device: printer, job: id, name: nameOf(book, sku), why: why.slice(0, 200) };
	raise(book, { code: "paper-label-failed", subject: id, facts }, now);
}

export function clearLabelAlarms(book: Book, id: string, now: Moment): void {
	for (const code of ["paper-label-in-doubt", "paper-label-failed"]) clear(book, code, id, now);
}

const nameOf = (book: Book, sku: string): string => book.articles.bySku(sku)?.name ?? sku;

/** Whether the article's paper label still says what it should; called where something on it may have changed. */
export function wantPaper(book: Book, sku: string, now: Moment): void {
	const label = book.paperLabels.get(sku);
	if (!label) return;
	const fields = fieldsNow(book, sku, now);
	const isDue = fields === undefined || JSON.stringify(fields) !== label.fields;
	if (isDue === label.isDue) return;
	book.paperLabels.setDue(sku, isDue);
	book.ring("print-job");
}

/** After the whole catalog was replaced. */
export function wantAllPaper(book: Book, now: Moment): void {
	for (let after = ""; ; ) {
		const page = book.paperLabels.list({ after, limit: queuedPerStep });
		for (const { sku } of page) wantPaper(book, sku, now);
		if (page.length < queuedPerStep) return;
		after = page.at(-1)!.sku;
	}
}

/** A person took the paper label off the shelf. */
export function dropPaperLabel(book: Book, { sku }: { sku: string }): { dropped: boolean } {
	return { dropped: book.paperLabels.drop(sku) };
}
