/** Slips of tills as jobs of the print queue: queued, followed to paper, and answered. */
import { createHash } from "node:crypto";
import { setTimeout as after } from "node:timers/promises";
import type { RawSlip } from "../../../drivers/printer/raw/slips.ts";
import { packSlip } from "../../../drivers/printer/raw/stored.ts";
import { type PrinterStatus, unknownStatus } from "../../../drivers/printer/status.ts";
import type { StoreLedger } from "../../flows/flows.ts";
import { isSlipVoid, LedgerRefusal } from "../../ledger/ledger.ts";
import type { EposLog } from "../epos.ts";
import { jobNames, lastJob } from "../job-names.ts";

export interface RawTill {
	printer: string;
	address: string;
}

export interface RawJobs {
	/**
	 * Commits the slip, or finds the job that it repeats. Waits for as long as the disk takes no writes. Undefined where the slip was
	 * refused; an alarm says so.
	 */
	queue(slip: RawSlip, till: RawTill): Promise<string | undefined>;
	/** Resolves with whether the job came to paper. */
	isPrinted(job: string): Promise<boolean>;
	/** The till asked whether the job is printed. The caller calls `heard` when the answer has reached the till. */
	asked(job: string): { heard(): void };
	status(printer: string): PrinterStatus;
	/**
	 * Raises an alarm: a part of what a till sent was not printed. `part`: the first bytes of it. The alarm ends when the till sends a
	 * slip that begins with `part`, else after an hour.
	 */
	refuse(till: RawTill, why: string, part?: Uint8Array): Promise<void>;
}

/** For how long a slip whose outcome the till asked for and did not hear is taken for an equal slip that it sends again. */
const retriedWithinMs = 120_000;
const lookAgainMs = 1_000;
const mostUnheard = 1_000;
const alarmLastsMs = 3_600_000;

const subjectOf = ({ printer, address }: RawTill): string => `${printer} ${address}`;

export function openRawJobs(ledger: StoreLedger, over: AbortSignal, log: EposLog): RawJobs {
	/** Jobs whose outcome a till asked for and has not heard. */
	const unheard = new Set<string>();
	const refusals = openRefusals(ledger, over);
	const refuse = async (till: RawTill, why: string, part?: Uint8Array): Promise<void> => {
		const { printer, address } = till;
		refusals.note(subjectOf(till), part);
		log.warn({ printer, address, why }, "a till's slip was not printed");
		const facts = { device: printer, address, why };
		await ledger.do("raiseAlarm", { code: "raw-receipt-refused", subject: subjectOf(till), facts }).catch(() => {});
	};
	return {
		async queue(slip, till) {
			const raw = packSlip(slip);
			const document = slip.hasInk ? slip.text || "(a picture)" : "";
			const asked = { printer: till.printer, document, opensDrawer: slip.pulse.length > 0, raw };
			const of = createHash("sha256").update(raw).digest("hex");
			const name = jobNames({ till: till.address, printer: till.printer, printjobid: null, document: of, opensDrawer: false }, "raw");
			for (;;) {
				const now = ledger.now().wall;
				const { last, next } = lastJob(ledger.read.jobs.get, name, now);
				try {
					if (last && unheard.has(last.id) && isRetry(last, now)) {
						if (last.state === "in-doubt" && isSlipVoid(last.why)) await ledger.do("requeuePrint", { id: last.id });
						return last.id;
					}
					await ledger.do("queuePrint", { id: next, ...asked }, { actor: { kind: "device", name: "raw", address: till.address } });
					await refusals.sent(subjectOf(till), slip.bytes);
					return next;
				} catch (error) {
					if (error instanceof LedgerRefusal) {
						await refuse(till, error.message);
						return undefined;
					}
					// The disk takes no writes: the till waits, as it would for a busy printer.
					log.warn({ printer: till.printer, why: (error as Error).message }, "a till's slip could not be written down yet");
					if (over.aborted) return undefined;
					await after(lookAgainMs);
				}
			}
		},
		async isPrinted(id) {
			for (;;) {
				const rung = ledger.bells.wait("print-job", lookAgainMs, over);
				const state = ledger.read.jobs.get(id)?.state;
				if (state === "printed" || state === "sent") return true;
				if (state === undefined || state === "in-doubt" || state === "failed" || over.aborted) return false;
				await rung;
			}
		},
		asked(job) {
			unheard.delete(job);
			unheard.add(job);
			if (unheard.size > mostUnheard) unheard.delete(unheard.values().next().value!);
			return { heard: () => void unheard.delete(job) };
		},
		status: (printer) => statusOf(ledger, printer),
		refuse,
	};
}

/** Ends the alarms of refused slips. The beginning of a slip is kept in memory only: after a restart its alarm lasts the full hour. */
function openRefusals(ledger: StoreLedger, over: AbortSignal) {
	const parts = new Map<string, { part: Uint8Array | undefined; timer: NodeJS.Timeout }>();
	const clear = async (subject: string): Promise<void> => {
		clearTimeout(parts.get(subject)?.timer);
		parts.delete(subject);
		await ledger.do("clearAlarm", { code: "raw-receipt-refused", subject }).catch(() => {});
	};
	const note = (subject: string, part?: Uint8Array): void => {
		clearTimeout(parts.get(subject)?.timer);
		const timer = setTimeout(() => void clear(subject), alarmLastsMs);
		timer.unref();
		parts.set(subject, { part, timer });
	};
	for (const { code, subject } of ledger.read.alarms.list()) if (code === "raw-receipt-refused") note(subject);
	over.addEventListener("abort", () => parts.forEach(({ timer }) => clearTimeout(timer)));
	return {
		note,
		async sent(subject: string, bytes: Uint8Array): Promise<void> {
			const part = parts.get(subject)?.part;
			if (part && part.length > 0 && Buffer.from(bytes).subarray(0, part.length).equals(part)) await clear(subject);
		},
	};
}

function isRetry(job: { state: string; changedAt: string }, now: string): boolean {
	if (job.state === "failed") return false;
	if (job.state !== "printed" && job.state !== "sent") return true;
	return Date.parse(now) - Date.parse(job.changedAt) < retriedWithinMs;
}

/** The printer's state as the gateway last heard it; a printer that is not there is offline. */
function statusOf(ledger: StoreLedger, printer: string): PrinterStatus {
	const device = ledger.read.devices.get(printer);
	if (!device || device.state === "offline" || device.state === "starting") return { ...unknownStatus, online: false };
	const { paper, cover, online } = device.detail as Partial<PrinterStatus>;
	const isSilent = device.state === "troubled" && online === undefined;
	return { ...unknownStatus, paper: paper ?? null, cover: cover ?? null, online: isSilent ? false : (online ?? null) };
}
