/**
 * The fiscal device stands before paper: a sale is on disk first, then the device signs it, then its receipt goes to a printer with the
 * code. Where no signature comes in time the paper says so and why, and the sale is signed later (the drawing is in words/tills/fiscal.ts).
 * The device signs an id once and answers the same when asked again, so nothing is lost or signed twice whenever this program ends.
 */
import { createHash } from "node:crypto";
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import type { FiscalReason, FiscalRequest, FiscalRules, FiscalSignature, FiscalView } from "../../words/tills/fiscal.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";
import { fiscalLines, withFiscalLines } from "../receipts/fiscal-lines.ts";
import { type AskedPrint, queueReceipt } from "../receipts/receipt-to-paper.ts";

/** Signed requests leave the list after so long; their signatures are in the facts. */
const keptDays = 7;

export interface ToSign extends Omit<FiscalRequest, "id" | "digest"> {
	/** The fact that recorded it. */
	event: string;
	lines: unknown;
}

/** Hands a sale or refund to the device, in the transaction that records it. Answers the request's id. */
export function queueFiscal(book: Book, { event, lines, ...asked }: ToSign, paper: AskedPrint | undefined, now: Moment): string {
	const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
	const id = hash(event).slice(0, 40);
	const known = book.fiscal.get(id);
	if (known) {
		// The sale was sent before without a receipt, and now its till wants one.
		if (paper && known.view.state !== "waiting") toPaper(book, id, paper, now);
		else if (paper && !known.paper) book.fiscal.addPaper(id, paperOf(paper));
		return id;
	}
	book.fiscal.add({ ...asked, id, digest: hash(JSON.stringify([asked, lines])) }, paper && paperOf(paper));
	if (now.quality !== "guess") book.fiscal.forgetBefore(new Date(Date.parse(now.wall) - keptDays * 86_400_000).toISOString());
	book.ring("fiscal");
	return id;
}

const paperOf = ({ id, document, printer }: AskedPrint) => ({ id, document, ...defined({ printer }) });

/** Throws fiscal-away where the rules let nothing more be sold without a signature. */
export function refuseUnsigned(book: Book, { device, offlineHours }: FiscalRules, now: Moment): void {
	const { count, oldest } = book.fiscal.unsigned();
	if (offlineHours === 0) {
		const state = book.devices.get(device)?.state;
		if (state === "well" && count === 0) return;
		throw new LedgerRefusal("fiscal-away", count > 0 ? `${count} sales are not signed yet.` : `${device} does not answer.`);
	}
	// A box that does not know the time refuses nobody for it.
	if (oldest === null || now.quality === "guess") return;
	if (Date.parse(now.wall) - Date.parse(oldest) < offlineHours * 3_600_000) return;
	throw new LedgerRefusal("fiscal-away", `${count} sales are not signed, the oldest is from ${oldest}.`);
}

export interface AskedSigned extends FiscalSignature {
	id: string;
}

/** The device has signed. An answer that comes again, or for something that nobody asked, changes nothing. */
export function recordFiscal(book: Book, { id, ...signature }: AskedSigned, now: Moment): void {
	const kept = book.fiscal.get(id);
	if (!kept || kept.view.state === "signed") return;
	const isLate = kept.view.state !== "waiting";
	book.fiscal.sign(id, signature, now.wall);
	const { kind, reference, till } = kept.view;
	book.events.append({ type: "fiscal.signed", request: id, kind, reference, till, ...signature, ...(isLate && { late: true }) }, now);
	if (kept.paper) toPaper(book, id, kept.paper, now);
	if (kept.view.why === "refused") clear(book, "fiscal-refused", id, now);
	announceUnsigned(book, now);
	book.ring("fiscal");
}

/** No answer came in time: the paper goes out without a code. A request that is decided already stays as it is. */
export function missFiscal(book: Book, { id, why }: { id: string; why: Exclude<FiscalReason, "refused"> }, now: Moment): void {
	const kept = book.fiscal.get(id);
	if (kept?.view.state === "waiting") leave(book, id, { state: "missing", why }, now);
}

/** The device said no, for a reason of its own. It is not asked again before a person says so. */
export function refuseFiscal(book: Book, { id, detail }: { id: string; detail: string }, now: Moment): void {
	const kept = book.fiscal.get(id);
	if (!kept || kept.view.state === "signed" || kept.view.state === "refused") return;
	leave(book, id, { state: "refused", why: "refused", detail }, now);
	const { reference, till } = kept.view;
	raise(book, { code: "fiscal-refused", subject: id, facts: { request: id, sale: reference, till, why: detail } }, now);
}

interface Left {
	state: "missing" | "refused";
	why: FiscalReason;
	detail?: string;
}

function leave(book: Book, id: string, { state, why, detail }: Left, now: Moment): void {
	const { view, paper } = book.fiscal.get(id)!;
	const { kind, reference, till } = view;
	book.fiscal.leave(id, state, why, detail ?? null, now.wall);
	book.events.append({ type: "fiscal.missing", request: id, kind, reference, till, why, ...defined({ detail }) }, now);
	if (paper) toPaper(book, id, paper, now);
	announceUnsigned(book, now);
	book.ring("fiscal");
}

function toPaper(book: Book, id: string, paper: AskedPrint, now: Moment): void {
	const { view } = book.fiscal.get(id)!;
	queueReceipt(book, { ...paper, document: withFiscalLines(paper.document, fiscalLines(book.link.locale(), view)) }, now);
}

/** One alarm while any request is unsigned. It keeps the number and the time with which it was raised. */
function announceUnsigned(book: Book, now: Moment): void {
	const { count, oldest } = book.fiscal.unsigned();
	const subject = "fiscal";
	if (count === 0) return clear(book, "fiscal-unsigned", subject, now);
	const rules = book.fiscal.rules();
	raise(book, { code: "fiscal-unsigned", subject, facts: { device: rules?.device ?? "–", at: oldest! } }, now);
}

/** A person has mended what the device did not like: it is asked again. Throws fiscal-unknown, fiscal-not-refused. */
export function retryFiscal(book: Book, { id }: { id: string }, now: Moment): FiscalView {
	const kept = book.fiscal.get(id);
	if (!kept) throw new LedgerRefusal("fiscal-unknown", `Nothing to sign has id ${id}.`);
	// Asked twice, it is tried once.
	if (kept.view.state === "missing") return kept.view;
	if (kept.view.state !== "refused") throw new LedgerRefusal("fiscal-not-refused", `${id} is ${kept.view.state}.`);
	book.fiscal.again(id);
	clear(book, "fiscal-refused", id, now);
	book.ring("fiscal");
	return book.fiscal.get(id)!.view;
}

/** At each start: the device that is configured, or none. Without one, paper that waits goes out with the reason. */
export function keepFiscal(book: Book, { rules }: { rules?: FiscalRules }, now: Moment): void {
	book.fiscal.keepRules(rules);
	if (rules) return;
	for (let ids = book.fiscal.waiting(); ids.length > 0; ids = book.fiscal.waiting())
		for (const id of ids) leave(book, id, { state: "missing", why: "no-device" }, now);
}
