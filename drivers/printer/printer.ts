import type { Port } from "../transport/port.ts";
import type { DeviceTrouble, DeviceTroubleCode } from "../trouble.ts";
import { hearAnswer } from "./answers.ts";
import type { CutNews } from "./cut-watch.ts";
import * as escpos from "./escpos.ts";
import { languages } from "./language/language.ts";
import { printerModels } from "./models.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { PrinterOptions } from "./options.ts";
import { rawBody } from "./raw/stored.ts";
import type { ReceiptBody, ReceiptStyle } from "./receipt/receipt.ts";
import { voidBody } from "./receipt/void-slip.ts";
import {
	apply,
	applyCut,
	beginIfReady,
	couldPrint,
	doubtStop,
	forgetStop,
	isBegun,
	isMute,
	mayAsk,
	openRunning,
	type Running,
	troubleOf,
	write,
} from "./running.ts";
import type { InDoubtBecause, SessionEnd } from "./session.ts";
import { type PrinterStatus, troublesOf } from "./status.ts";
import { type Work, workMaker } from "./work.ts";

export type PrinterReport =
	| { type: "status"; status: PrinterStatus }
	| { type: "trouble"; trouble: DeviceTrouble }
	| { type: "trouble-over"; code: DeviceTroubleCode }
	/** `count` since the port was opened. */
	| { type: "garbled"; count: number }
	/** A receipt that was given up as in doubt was answered after all: it is printed, and cut off. */
	| { type: "printed-late"; job: string }
	/** The knife: asked to cut, has cut, or was not heard of: then the link is to be opened anew. */
	| { type: "cut"; news: CutNews }
	/** Two receipts in a row were never answered, and no receipt before them was: this printer does not know our question. */
	| { type: "cannot-confirm"; suggest: "gs-r" | "none" };

export type PrintOutcome =
	/** The printer reported that all of it is on paper. */
	| { state: "printed" }
	/** The printer received it and cannot report more. */
	| { state: "sent" }
	| { state: "in-doubt"; why: InDoubtBecause; trouble: DeviceTrouble }
	/** No byte was sent: the receipt can be tried again. */
	| { state: "not-started"; trouble: DeviceTrouble };

export interface ReceiptJob {
	/** For people: printed on a void slip. */
	id: string;
	/** Four printable ASCII characters, different from the last few jobs': what the printer answers with. */
	tag: string;
	/** A till's own commands (raw/stored.ts); `document` is then only their readable text. */
	raw?: Uint8Array;
	/** ReceiptLine; "" where only the drawer is to be opened. */
	document: string;
	/** 2 and above: a reprint, and it says so on top. */
	copy?: number;
	/** One pulse, after the receipt is printed, never twice. */
	openDrawer?: boolean;
}

export interface RunningPrinter {
	/** One after the other, in the order asked. Rejects with a RangeError for a document or a tag that cannot be. */
	print(job: ReceiptJob): Promise<PrintOutcome>;
	/** Marks and cuts off the slip of a job that is in doubt. Whether to print it again is for the caller to decide. */
	voidInDoubt(job: Pick<ReceiptJob, "id" | "tag">): Promise<PrintOutcome>;
	/** Feeds and cuts: a receipt that was printed on an earlier link may hang there, because its cut was lost. */
	cutOff(tag: string): Promise<PrintOutcome>;
	/** The link is lost, or the store closes: a begun receipt is in doubt, one that was not begun is not started. */
	stop(): void;
}

/** `receiptBody` of receipt.ts, on this thread or another. It is passed in because it loads ten megabytes of drawing tools. */
export type DrawBody = (document: string, style: ReceiptStyle, copy: number) => ReceiptBody | Promise<ReceiptBody>;

type Settings = Pick<PrinterOptions, "id" | "model" | "mode" | "encoding" | "locale" | "silentAfterMs" | "baudRate"> & {
	[Key in "columns" | "confirm" | "port"]?: PrinterOptions[Key] | undefined;
};

/** Whether this printer has ever answered, also on earlier links: the caller keeps it as long as the printer is the same. */
export interface AnswerHistory {
	unansweredInARow: number;
	everConfirmed: boolean;
}

const tickMs = 200;
/**
 * NULs for a command that the end of an earlier link interrupted: with other bytes, half a picture's header would announce ten thousand
 * rows. No command but a picture is longer. Between commands NULs do nothing.
 */
const endInterruptedCommand = new Uint8Array(16);

/** Drives one receipt printer. Call `stop` when the port is lost: the port's close callback belongs to the code that keeps it open. */
export function runPrinter(
	port: Port,
	options: Settings,
	report: (report: PrinterReport) => void,
	drawBody: DrawBody,
	history: AnswerHistory = { unansweredInARow: 0, everConfirmed: false },
): RunningPrinter {
	const model = printerModels[options.model];
	if (!model) throw new RangeError(`no printer model ${options.model}`);
	const style: ReceiptStyle = {
		model: { ...model, columns: options.columns ?? model.columns },
		mode: options.mode,
		encoding: options.encoding,
		locale: options.locale,
	};
	const confirm = options.confirm ?? model.confirm;
	const workOf = workMaker({ ...options, isCable: port.staysOpenWhenOff ?? false }, model, style, confirm);
	const language = languages[model.protocol];
	const running = openRunning({ port, language, device: options.id, model, confirm, history, report });
	port.onBytes((bytes) => take(running, bytes));
	const ticking = setInterval(() => tick(running, options.silentAfterMs), tickMs);
	write(running, endInterruptedCommand);
	write(running, running.language.listenToUs);
	running.watch.askForReceipt();

	const bodyOf = (job: ReceiptJob): ReceiptBody | Promise<ReceiptBody> => {
		if (job.raw) return rawBody(job.raw, style, job.copy);
		return job.document === "" ? { bytes: running.language.begin, millimetres: 0 } : drawBody(job.document, style, job.copy ?? 1);
	};
	const queued = oneAtATime();
	return {
		print: (job) =>
			queued(async () => {
				escpos.askWhenPrinted(job.tag);
				const body = await bodyOf(job);
				return runSession(running, workOf(body, job.id, job.tag, { pulse: job.openDrawer ?? false, isReceipt: true }));
			}),
		// Another tag than the job's: its own answer may still be on the way and must not settle the void slip.
		voidInDoubt: (job) =>
			queued(() => {
				const tag = `${job.tag.startsWith("v") ? "V" : "v"}${job.tag.slice(1)}`;
				return runSession(running, workOf(voidBody(job.id, style), job.id, tag));
			}),
		cutOff: (tag) =>
			queued(async () => {
				if (confirm === "none") return { state: "sent" };
				return runSession(running, workOf({ bytes: running.language.begin, millimetres: 1 }, "", tag));
			}),
		stop() {
			running.stopped = true;
			clearInterval(ticking);
			apply(running, { type: "give-up" });
		},
	};
}

/** Cuts what the printer said into answers and acts on each; an answer that is not whole waits for its rest. */
function take(running: Running, bytes: Uint8Array): void {
	if (running.stopped) return;
	const { watch } = running;
	watch.heard();
	const { answers, rest } = running.language.takeAnswers(Buffer.concat([running.held, bytes]));
	running.held = rest;
	for (const answer of answers) hearAnswer(running, answer);
	if (answers.some(({ kind }) => kind.endsWith("status"))) forgetStop(running);
	watch.sayTroubles(troublesOf(watch.status()));
}

function tick(running: Running, silentAfterMs: number): void {
	const { watch } = running;
	const nowMs = performance.now();
	apply(running, { type: "time-passed", ms: nowMs - running.lastTickMs, couldPrint: couldPrint(running) });
	applyCut(running, { type: "time-passed", ms: nowMs - running.lastTickMs, couldPrint: couldPrint(running) });
	running.lastTickMs = nowMs;
	doubtStop(running);
	if (!mayAsk(running)) return watch.notAsking();
	watch.tick(running.current !== undefined);
	if (watch.silentForMs() > silentAfterMs) fallSilent(running);
	else beginIfReady(running);
}

function fallSilent(running: Running): void {
	if (isMute(running)) return beginIfReady(running);
	if (isBegun(running)) return;
	running.watch.sayTroubles(["device-silent"]);
	if (running.current) apply(running, { type: "give-up" });
}

async function runSession(running: Running, work: Work): Promise<PrintOutcome> {
	if (running.stopped || running.unsettled) return { state: "not-started", trouble: troubleOf(running, "port-lost") };
	const end = await new Promise<SessionEnd>((done) => {
		running.current = { work, session: { at: "waiting" }, checks: { asked: 0, answered: 0 }, done };
		running.lastTickMs = performance.now();
		running.counter.isFresh = false;
		// Paper may have run out since the last question, and not every printer says so by itself.
		if (!isMute(running)) running.watch.askForReceipt();
	});
	switch (end.state) {
		case "printed":
		case "sent":
			return end;
		case "in-doubt":
			return { ...end, trouble: troubleOf(running, "printer-in-doubt", { job: work.jobId }) };
		case "not-started":
			return { state: "not-started", trouble: troubleOf(running, running.stopped ? "port-lost" : "device-silent") };
	}
}
