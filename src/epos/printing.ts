/**
 * How a till's document goes through the print queue, and what the till is answered. One receipt is one slip, however often the
 * till asks:
 *
 *   the same document (or job id) again …
 *     while its job is not finished, or its answer could not be delivered …… the answer of that job, nothing new is printed
 *     after its answer was delivered ……………………………………………………………………… a second slip: somebody wants it
 *     while its job is in doubt and its torn slip is marked void …………………… printed again, marked as a copy
 *
 * A job that has not begun when the printer cannot print, or when the till stops waiting, is taken out of the queue: the till
 * reports that it failed and prints again, so a slip that came out later would be a second one.
 */
import { type EposAnswer, faultCode, statusBits, wordOf } from "../../drivers/printer/epos/answer.ts";
import type { EposRequest } from "../../drivers/printer/epos/request.ts";
import { type EposReceipt, receiptOf } from "../../drivers/printer/epos/to-receipt.ts";
import { type PrinterStatus, unknownStatus } from "../../drivers/printer/status.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { isSlipVoid, LedgerRefusal } from "../ledger/ledger.ts";
import type { PrintJob, PrintJobState } from "../words/receipt.ts";
import type { EposLog } from "./epos.ts";
import { jobNames, lastJob } from "./job-names.ts";

export interface Till {
	printer: string;
	address: string;
	log: EposLog;
}

export interface Printing {
	/** The caller calls `isDelivered` when the till's connection has taken the answer. */
	answer(request: EposRequest, till: Till): Promise<EposAnswer & { isDelivered?: () => void }>;
}

/** Milliseconds before the till's own timeout by which the answer must be back. */
const marginMs = 500;
/** For how long a finished job whose answer was not delivered is what a repeated request means, in milliseconds. */
const retriedWithinMs = 120_000;
const lookAgainMs = 1_000;
const mostRemembered = 1_000;

interface Desk {
	ledger: StoreLedger;
	over: AbortSignal;
	/** Jobs whose outcome reached the till, the newest last. */
	delivered: Set<string>;
}

export function openPrinting(ledger: StoreLedger, over: AbortSignal): Printing {
	const desk: Desk = { ledger, over, delivered: new Set() };
	return {
		async answer(request, till) {
			const { devid, printjobid, ops } = request;
			const head = { devid, printjobid };
			if (ops.length === 0) return { ...head, ...(printjobid === null ? poll(desk, till) : query(desk, request, till)) };
			let receipt: EposReceipt;
			try {
				receipt = receiptOf(ops);
			} catch (error) {
				const { printer, address, log } = till;
				log.warn({ printer, address, why: (error as Error).message }, "a till's receipt cannot be printed");
				return { ...head, ...refused(desk, till, "SchemaError") };
			}
			if (receipt.ignored.length > 0) till.log.info({ ignored: receipt.ignored }, "parts of a till's receipt have no effect here");
			if (receipt.document === "" && !receipt.openDrawer) return { ...head, ...poll(desk, till) };
			return { ...head, ...(await print(desk, request, receipt, till)) };
		},
	};
}

type Said = Pick<EposAnswer, "success" | "code" | "status"> & { isDelivered?: () => void };

/** The status alone. Success whatever the printer's state: a till takes a failure here for a printer that does not exist. */
const poll = (desk: Desk, { printer }: Till): Said => ({ success: true, code: "", status: statusOf(desk, printer) });

const refused = (desk: Desk, { printer }: Till, code: string): Said => ({ success: false, code, status: statusOf(desk, printer) });

function query(desk: Desk, { printjobid }: EposRequest, till: Till): Said {
	const name = jobNames({ till: till.address, printer: till.printer, printjobid, document: "", opensDrawer: false });
	const { last } = lastJob(desk.ledger.read.jobs.get, name, desk.ledger.now().wall);
	if (!last) return refused(desk, till, "JobNotFound");
	return outcomeOf(last, statusOf(desk, till.printer)) ?? refused(desk, till, "Printing");
}

async function print(desk: Desk, request: EposRequest, receipt: EposReceipt, till: Till): Promise<Said> {
	const { ledger } = desk;
	const untilMs = performance.now() + Math.max(marginMs, request.timeoutMs - marginMs);
	const asked = { printer: till.printer, document: receipt.document, opensDrawer: receipt.openDrawer };
	const { last, next } = lastJob(
		ledger.read.jobs.get,
		jobNames({ ...asked, till: till.address, printjobid: request.printjobid }),
		ledger.now().wall,
	);
	let id = next;
	if (last && isSameReceipt(last, asked) && isTwin(desk, last)) {
		id = last.id;
		if (last.state === "in-doubt" && isSlipVoid(last.why)) await ledger.do("requeuePrint", { id });
	} else if (last && isUnfinished(last.state)) return refused(desk, till, "JobSpooling");
	else {
		try {
			await ledger.do("queuePrint", { id, ...asked }, { actor: { kind: "device", name: "epos", address: till.address } });
		} catch (error) {
			if (!(error instanceof LedgerRefusal)) throw error;
			till.log.warn({ printer: till.printer, why: error.message }, "a till's receipt was refused");
			return refused(desk, till, "PrintSystemError");
		}
	}
	const said = await waitFor(desk, id, till.printer, untilMs);
	return { ...said, isDelivered: () => remember(desk, id) };
}

const isSameReceipt = (job: PrintJob, asked: { document: string; opensDrawer: boolean }): boolean =>
	job.document === asked.document && job.opensDrawer === asked.opensDrawer;

const isUnfinished = (state: PrintJobState): boolean => state === "queued" || state === "printing" || state === "void";

/** Whether a repeated request for this receipt is answered with this job instead of a new one. */
function isTwin({ ledger, delivered }: Desk, job: PrintJob): boolean {
	if (isUnfinished(job.state) || job.state === "in-doubt") return true;
	if (job.state === "failed" || delivered.has(job.id)) return false;
	return Date.parse(ledger.now().wall) - Date.parse(job.changedAt) < retriedWithinMs;
}

function remember({ delivered, ledger }: Desk, id: string): void {
	const state = ledger.read.jobs.get(id)?.state;
	if (state !== "printed" && state !== "sent") return;
	delivered.add(id);
	if (delivered.size > mostRemembered) delivered.delete(delivered.values().next().value!);
}

/** The outcome of the job; or why it was taken out of the queue; or that the outcome is not known yet. */
async function waitFor(desk: Desk, id: string, printer: string, untilMs: number): Promise<Said> {
	const { ledger, over } = desk;
	for (;;) {
		const rung = ledger.bells.wait("print-job", Math.max(0, Math.min(lookAgainMs, untilMs - performance.now())), over);
		const job = ledger.read.jobs.get(id);
		const status = statusOf(desk, printer);
		const outcome = job && outcomeOf(job, status);
		if (outcome) return outcome;
		const isTooLate = performance.now() >= untilMs || over.aborted;
		const fault = faultCode(status);
		const isOut = job?.state === "queued" && (isTooLate || fault !== "") && (await isTakenOut(ledger, id));
		if (isOut || isTooLate) return { success: false, code: fault || "EX_TIMEOUT", status };
		await rung;
	}
}

/** Takes the job out of the queue. False when printing had begun already. */
async function isTakenOut(ledger: StoreLedger, id: string): Promise<boolean> {
	try {
		await ledger.do("cancelPrint", { id });
		return true;
	} catch (error) {
		if (error instanceof LedgerRefusal) return false;
		throw error;
	}
}

/** The answer for a finished job; undefined while it is queued or printing. */
function outcomeOf(job: PrintJob, status: number): Said | undefined {
	switch (job.state) {
		case "printed":
		case "sent":
			return { success: true, code: "", status: isAnswering(status) ? status + statusBits.printSuccess : status };
		case "failed":
			return { success: false, code: faultCode(status) || "PrintSystemError", status };
		case "in-doubt":
			return { success: false, code: faultCode(status) || "EX_TIMEOUT", status };
		default:
			return undefined;
	}
}

/** ePOS's status word (32 bits), from the printer's state as the gateway last heard it. */
function statusOf({ ledger }: Desk, printer: string): number {
	const device = ledger.read.devices.get(printer);
	if (!device || device.state === "offline" || device.state === "starting") return statusBits.noResponse;
	const { paper, cover, online } = device.detail as Partial<PrinterStatus>;
	return wordOf({ ...unknownStatus, paper: paper ?? null, cover: cover ?? null, online: online ?? null });
}

const isAnswering = (status: number): boolean => status !== statusBits.noResponse;
