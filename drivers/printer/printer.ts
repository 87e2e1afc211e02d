import type { Port } from "../transport/port.ts";
import type { DeviceTroubleCode } from "../trouble.ts";
import { DeviceTrouble } from "../trouble.ts";
import { sendBody } from "./body-sender.ts";
import type { PrinterAnswer } from "./escpos.ts";
import * as escpos from "./escpos.ts";
import { printerModels } from "./models.ts";
import type { PrinterOptions } from "./options.ts";
import type { ReceiptBody, ReceiptStyle } from "./receipt/receipt.ts";
import { voidBody } from "./receipt/void-slip.ts";
import type { InDoubtBecause, Session, SessionEnd, SessionEvent, SessionPlan } from "./session.ts";
import { patienceMs, printingMs, stepSession } from "./session.ts";
import type { PrinterStatus } from "./status.ts";
import { isBroken, isReady, troublesOf } from "./status.ts";
import { watchStatus } from "./status-watch.ts";

export type PrinterReport =
	| { type: "status"; status: PrinterStatus }
	| { type: "trouble"; trouble: DeviceTrouble }
	| { type: "trouble-over"; code: DeviceTroubleCode }
	/** `count` since the port was opened. */
	| { type: "garbled"; count: number }
	/** The answer of a receipt that was given up as in doubt came after all: it is on paper, and is cut off now. */
	| { type: "printed-late"; job: string }
	/** Two receipts in a row were never answered, and none before: this printer does not know our question. */
	| { type: "cannot-confirm"; suggest: "gs-r" | "none" };

export type PrintOutcome =
	/** The printer said that all of it is on paper. */
	| { state: "printed" }
	/** The printer took it and cannot say more. */
	| { state: "sent" }
	| { state: "in-doubt"; why: InDoubtBecause; trouble: DeviceTrouble }
	/** Not one byte was sent: trying again is free. */
	| { state: "not-started"; trouble: DeviceTrouble };

export interface ReceiptJob {
	/** For people: printed on a void slip. */
	id: string;
	/** Four printable ASCII characters, different from the last few jobs': what the printer answers with. */
	tag: string;
	/** ReceiptLine. */
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
	/** The link is lost, or the shop is closing: what was begun is in doubt, what was not is free. */
	stop(): void;
}

/** `receiptBody` of receipt.ts, here or on a thread to spare; it brings ten megabytes of drawing tools, so it is not brought from here. */
export type DrawBody = (document: string, style: ReceiptStyle, copy: number) => ReceiptBody | Promise<ReceiptBody>;

type Settings = Pick<PrinterOptions, "id" | "model" | "mode" | "encoding" | "locale" | "silentAfterMs" | "baudRate"> & {
	[Key in "columns" | "confirm" | "port"]?: PrinterOptions[Key] | undefined;
};

/** Whether this printer has ever answered, also on earlier links: the caller keeps it as long as the printer is the same. */
export interface AnswerHistory {
	unansweredInARow: number;
	everConfirmed: boolean;
}

/** One receipt, or one void slip, as it goes to this printer. */
interface Work {
	jobId: string;
	body: Uint8Array;
	fence: Uint8Array;
	ending: Uint8Array;
	tag: string;
	plan: SessionPlan;
	/** Bytes a second that the paper takes. */
	paceBytesPerSecond: number;
}

const tickMs = 200;
/** A network printer takes a megabyte a second; the slow part is the paper. */
const networkBytesPerSecond = 100_000;
/** Receipts without an answer, one after the other, before the printer is said not to know the question. */
const unansweredMost = 2;

type Confirm = PrinterOptions["confirm"] & string;

/** How each way of confirming asks, and how many answers say that the paper is printed. */
const fences: Record<Confirm, { ask(tag: string): Uint8Array; answers: number }> = {
	"process-id": { ask: (tag) => escpos.askWhenPrinted(tag), answers: 1 },
	// Asked twice: a stray zero on the line looks like an answer, two in a row hardly happen.
	"gs-r": { ask: () => Buffer.concat([escpos.askPaperInOrder, escpos.askPaperInOrder]), answers: 2 },
	none: { ask: () => new Uint8Array(), answers: 0 },
};

/** From a drawn receipt to what is sent, and how long it may take. */
function workMaker(
	options: Settings,
	style: ReceiptStyle,
	confirm: Confirm,
): (body: ReceiptBody, jobId: string, tag: string, pulse: boolean) => Work {
	const model = printerModels[options.model]!;
	const bytesPerSecond = options.port ? options.baudRate / 10 : networkBytesPerSecond;
	const { ask, answers } = fences[confirm];
	return ({ bytes, millimetres }, jobId, tag, pulse) => {
		const time = { ...style.model, millimetresPerSecond: model.millimetresPerSecond, millimetres, bytes: bytes.length, bytesPerSecond };
		return {
			jobId,
			body: bytes,
			fence: ask(tag),
			ending: Buffer.concat([model.cutter ? escpos.feedAndCut : escpos.feedToTear, pulse ? escpos.openDrawer : new Uint8Array()]),
			tag,
			plan: { answers, patienceMs: patienceMs(time), printingMs: printingMs(time) },
			paceBytesPerSecond: (bytes.length * model.millimetresPerSecond) / Math.max(1, millimetres),
		};
	};
}

/** Drives one receipt printer. Call `stop` when the port is lost: the port's own listener belongs to whoever keeps it open. */
export function runPrinter(
	port: Port,
	options: Settings,
	report: (report: PrinterReport) => void,
	drawBody: DrawBody,
	history: AnswerHistory = { unansweredInARow: 0, everConfirmed: false },
): RunningPrinter {
	const model = printerModels[options.model];
	if (!model) throw new RangeError(`no printer model ${options.model}`);
	const confirm = options.confirm ?? model.confirm;
	const style: ReceiptStyle = {
		model: { ...model, columns: options.columns ?? model.columns },
		mode: options.mode,
		encoding: options.encoding,
		locale: options.locale,
	};
	const workOf = workMaker(options, style, confirm);

	let held: Uint8Array = new Uint8Array();
	let maySend = true;
	let noise = 0;
	let lastTickMs = performance.now();
	let current: { work: Work; session: Session; done: (end: SessionEnd) => void } | undefined;
	/** Given up without an answer on this link; until the answer comes, no other receipt may take it for its own. */
	let unsettled: { work: Work; answersLeft: number } | undefined;
	let queue: Promise<unknown> = Promise.resolve();
	let stopped = false;

	const facts = { device: options.id, port: port.name };
	const troubleOf = (code: DeviceTroubleCode, more = {}): DeviceTrouble => new DeviceTrouble(code, { ...facts, ...more });
	const lost = (): void => apply({ type: "broke", why: "link-lost" });
	const mention = (bytes: Uint8Array): void => {
		port.write(bytes).catch(lost);
	};
	/** A printer without a way back, which is believed to print. */
	const isMute = (): boolean => confirm === "none" && !watch.everHeard();
	const couldPrint = (): boolean => (isReady(watch.status()) || isMute()) && maySend;
	const mayAsk = (): boolean => !stopped && current?.session.at !== "sending" && current?.session.at !== "cutting";
	const isBegun = (): boolean => current !== undefined && current.session.at !== "waiting";
	const beginIfReady = (): void => {
		if (couldPrint() && current?.session.at === "waiting") apply({ type: "ready" });
	};

	const watch = watchStatus({
		write: mention,
		mayAsk,
		known: beginIfReady,
		changed(status) {
			report({ type: "status", status });
			if (isBroken(status) && isBegun()) apply({ type: "broke", why: "printer-error" });
		},
		trouble: (code) => report({ type: "trouble", trouble: troubleOf(code) }),
		troubleOver: (code) => report({ type: "trouble-over", code }),
	});

	const apply = (event: SessionEvent): void => {
		if (!current) return;
		const { work, done, session: before } = current;
		const next = stepSession(before, event, work.plan);
		current.session = next.session;
		for (const effect of next.effects) {
			if (effect === "send-body") void send(work);
			else port.write(work.ending).then(() => apply({ type: "cut-taken" }), lost);
		}
		if (next.session.at === "ended") {
			current = undefined;
			countAnswers(work, before, next.session.end);
			done(next.session.end);
		}
	};

	const send = async (work: Work): Promise<void> => {
		const isWanted = (): boolean => current?.work === work;
		const { bufferBytes } = model;
		const pace = bufferBytes === undefined ? {} : { pace: { bufferBytes, bytesPerSecond: work.paceBytesPerSecond } };
		try {
			await sendBody(port, work.body, { isWanted, couldPrint, ...pace });
			if (!isWanted()) return;
			if (work.fence.length > 0) {
				apply({ type: "fence-written" });
				await port.write(work.fence);
			}
			if (isWanted()) apply({ type: "body-taken" });
		} catch {
			if (isWanted()) lost();
		}
	};

	const countAnswers = (work: Work, before: Session, end: SessionEnd): void => {
		if (end.state === "printed") {
			history.everConfirmed = true;
			history.unansweredInARow = 0;
		}
		if (end.state !== "in-doubt" || end.why !== "no-answer" || before.at !== "confirming") return;
		unsettled = { work, answersLeft: before.answersLeft };
		history.unansweredInARow += 1;
		if (history.everConfirmed || history.unansweredInARow < unansweredMost) return;
		// It prints, and does not know the question: its receipts are cut, and a person is told once.
		mention(work.ending);
		unsettled = undefined;
		if (history.unansweredInARow === unansweredMost)
			report({ type: "cannot-confirm", suggest: confirm === "process-id" ? "gs-r" : "none" });
	};

	const hearFence = (): void => {
		if (!unsettled) return apply({ type: "fence-answered" });
		unsettled.answersLeft -= 1;
		if (unsettled.answersLeft > 0) return;
		const { work } = unsettled;
		unsettled = undefined;
		history.unansweredInARow = 0;
		history.everConfirmed = true;
		mention(work.ending);
		report({ type: "printed-late", job: work.jobId });
	};

	const hearNoise = (): void => {
		noise += 1;
		report({ type: "garbled", count: noise });
	};

	const listen = (answer: PrinterAnswer): void => {
		switch (answer.kind) {
			case "status":
				return watch.hearChange(answer.bytes);
			case "realtime-status":
				return watch.hearAnswer(answer.byte);
			case "printed-up-to":
				if (confirm === "process-id" && answer.tag === (unsettled ?? current)?.work.tag) hearFence();
				return;
			case "in-order-status":
				if (confirm !== "gs-r" || (!unsettled && current?.session.at !== "confirming")) return hearNoise();
				return hearFence();
			case "switched-on":
				if (isBegun()) apply({ type: "broke", why: "printer-restarted" });
				watch.restarted();
				return mention(escpos.listenToUs);
			case "switching-off":
				return watch.switchingOff();
			case "may-send":
			case "stop-sending":
				maySend = answer.kind === "may-send";
				return;
			case "about":
			case "block":
				return; // nothing we asked for, and nothing wrong
			case "noise":
				return hearNoise();
			default:
				answer satisfies never;
		}
	};

	port.onBytes((bytes) => {
		if (stopped) return;
		watch.heard();
		const { answers, rest } = escpos.takeAnswers(Buffer.concat([held, bytes]));
		held = rest;
		answers.forEach(listen);
		watch.sayTroubles(troublesOf(watch.status()));
	});

	const tick = (): void => {
		const nowMs = performance.now();
		apply({ type: "time-passed", ms: nowMs - lastTickMs, couldPrint: couldPrint() });
		lastTickMs = nowMs;
		if (!mayAsk()) return watch.notAsking();
		watch.tick(current !== undefined);
		if (watch.silentForMs() > options.silentAfterMs) fallSilent();
		else beginIfReady();
	};

	const fallSilent = (): void => {
		if (isMute()) return beginIfReady();
		if (isBegun()) return; // its own patience runs out, or it waits for paper
		watch.sayTroubles(["device-silent"]);
		if (current) apply({ type: "give-up" });
	};

	const ticking = setInterval(tick, tickMs);
	mention(escpos.listenToUs);
	watch.askForReceipt();

	const queued = <Outcome>(act: () => Promise<Outcome>): Promise<Outcome> => {
		const next = queue.then(act);
		queue = next.catch(() => {});
		return next;
	};

	const runSession = async (work: Work): Promise<PrintOutcome> => {
		if (stopped || unsettled) return { state: "not-started", trouble: troubleOf("port-lost") };
		const end = await new Promise<SessionEnd>((done) => {
			current = { work, session: { at: "waiting" }, done };
			lastTickMs = performance.now();
			// Paper may have run out since the last question, and not every printer says so by itself.
			if (!isMute()) watch.askForReceipt();
		});
		switch (end.state) {
			case "printed":
			case "sent":
				return end;
			case "in-doubt":
				return { ...end, trouble: troubleOf("printer-in-doubt", { job: work.jobId }) };
			case "not-started":
				return { state: "not-started", trouble: troubleOf(stopped ? "port-lost" : "device-silent") };
		}
	};

	return {
		print: (job) =>
			queued(async () => {
				escpos.askWhenPrinted(job.tag);
				const body = await drawBody(job.document, style, job.copy ?? 1);
				return runSession(workOf(body, job.id, job.tag, job.openDrawer ?? false));
			}),
		// Another tag than the job's: its own answer may still be on the way and must not settle the void slip.
		voidInDoubt: (job) =>
			queued(() => {
				const tag = `${job.tag.startsWith("v") ? "V" : "v"}${job.tag.slice(1)}`;
				return runSession(workOf(voidBody(job.id, style), job.id, tag, false));
			}),
		stop() {
			stopped = true;
			clearInterval(ticking);
			apply({ type: "give-up" });
		},
	};
}
