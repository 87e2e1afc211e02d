/** One printer while its link is up: its known state, and the current receipt. Performs the effects of session.ts. */
import type { Port } from "../transport/port.ts";
import { DeviceTrouble, type DeviceTroubleCode } from "../trouble.ts";
import { type CutEvent, type CutWatch, stepCut } from "./cut-watch.ts";
import type { PrinterLanguage } from "./language/language.ts";
import { armCounter, awaitNext, newCounter, type PrintCounter } from "./language/print-counter.ts";
import { payOwedDots, resetCounter } from "./language/star.ts";
import type { PrinterModel } from "./models.ts";
import type { AnswerHistory, PrinterReport } from "./printer.ts";
import { sendBody } from "./receipt/body-sender.ts";
import { type Session, type SessionEnd, type SessionEvent, stepSession } from "./session.ts";
import { isBroken, isReady } from "./status.ts";
import { type StatusWatch, watchStatus } from "./status-watch.ts";
import type { Confirm, Work } from "./work.ts";

interface RunningParts {
	port: Port;
	language: PrinterLanguage;
	/** The printer's id in the configuration. */
	device: string;
	model: PrinterModel;
	confirm: Confirm;
	history: AnswerHistory;
	report(report: PrinterReport): void;
}

/** Answers to the questions within a receipt: how many were asked for, and how many came. */
export interface Checks {
	asked: number;
	answered: number;
}

export interface Running extends RunningParts {
	watch: StatusWatch;
	/** Bytes of an answer that is not whole yet. */
	held: Uint8Array;
	/** When the printer said XOFF, until it says XON. */
	stoppedAtMs: number | undefined;
	cut: { work: Work; watch: CutWatch } | undefined;
	/** Bytes that belong to no answer, since the port was opened. */
	garbled: number;
	lastTickMs: number;
	current: { work: Work; session: Session; checks: Checks; done: (end: SessionEnd) => void } | undefined;
	/** The receipt given up on this link without an answer; until its answer comes, no other receipt may take that for its own. */
	unsettled: { work: Work; checks: Checks; answersLeft: number } | undefined;
	/** Present where `confirm` is "counter". */
	counter: PrintCounter;
	stopped: boolean;
}

/** A printer that is ready empties its buffer in a second. */
const forgetStopMs = 5_000;

/** The printer told its status: it is ready, and yet has not said XON for long. Its XOFF was noise on the line. */
export function forgetStop(running: Running): void {
	if (running.stoppedAtMs === undefined || performance.now() - running.stoppedAtMs < forgetStopMs) return;
	if (isReady(running.watch.status())) running.stoppedAtMs = undefined;
}

/** No buffer takes so long to print; a printer that cannot print says so besides. */
const longestStopMs = 30_000;

/** Within a receipt the printer is not asked, so a stray XOFF would hold the receipt for ever: it is in doubt. */
export function doubtStop(running: Running): void {
	if (running.current?.session.at !== "sending" || running.stoppedAtMs === undefined || !isReady(running.watch.status())) return;
	if (performance.now() - running.stoppedAtMs > longestStopMs) apply(running, { type: "broke", why: "no-answer" });
}

/** Receipts without an answer, one after the other, before the printer is said not to know the question. */
const unansweredMost = 2;

export function openRunning(parts: RunningParts): Running {
	const running: Running = {
		...parts,
		watch: watchStatus({
			ask: (question) => write(running, parts.language.askStatusNow(question)),
			askWhenWaitedForMs: parts.language.askWhenWaitedForMs,
			mayAsk: () => mayAsk(running),
			known: () => beginIfReady(running),
			changed(status) {
				parts.report({ type: "status", status });
				if (isBroken(status) && isBegun(running)) apply(running, { type: "broke", why: "printer-error" });
			},
			trouble: (code) => parts.report({ type: "trouble", trouble: troubleOf(running, code) }),
			troubleOver: (code) => parts.report({ type: "trouble-over", code }),
		}),
		held: new Uint8Array(),
		stoppedAtMs: undefined,
		cut: undefined,
		garbled: 0,
		lastTickMs: performance.now(),
		current: undefined,
		unsettled: undefined,
		counter: newCounter(),
		stopped: false,
	};
	return running;
}

export function troubleOf({ device, port }: Running, code: DeviceTroubleCode, more: Record<string, string> = {}): DeviceTrouble {
	return new DeviceTrouble(code, { device, port: port.name, ...more });
}

/** A failed write means that the link is lost, which ends the current receipt. */
export function write(running: Running, bytes: Uint8Array): void {
	if (bytes.length === 0) return;
	running.port.write(bytes).catch(() => apply(running, { type: "broke", why: "link-lost" }));
}

/** A printer whose answers do not arrive because the return wire is not connected; it is assumed to print. */
export const isMute = ({ confirm, watch }: Running): boolean => confirm === "none" && !watch.everHeard();

export const couldPrint = (running: Running): boolean =>
	(isReady(running.watch.status()) || isMute(running)) && running.stoppedAtMs === undefined;

/** A status question among the bytes of a receipt would be printed as dots. */
export function mayAsk({ stopped, current, language, cut }: Running): boolean {
	const at = current?.session.at;
	const reports = (at === "confirming" || cut !== undefined) && language.reportsWhileConfirming;
	return !stopped && at !== "sending" && at !== "cutting" && !reports;
}

/** Bytes of the current receipt were sent. */
export const isBegun = ({ current }: Running): boolean => current !== undefined && current.session.at !== "waiting";

export function beginIfReady(running: Running): void {
	if (!couldPrint(running) || running.cut || running.current?.session.at !== "waiting") return;
	if (running.confirm === "counter" && !isArmed(running)) return;
	apply(running, { type: "ready" });
}

/** Whether the printer's counter can be a fence; sets it where it cannot. */
function isArmed(running: Running): boolean {
	const armed = armCounter(running.counter, performance.now());
	if (armed === "armed") awaitNext(running.counter);
	else if (armed !== "wait") {
		const { counter, model } = running;
		const owed = counter.isPaid ? new Uint8Array() : payOwedDots(Math.ceil(model.dotsPerLine / 8));
		counter.isPaid = true;
		write(running, Buffer.concat([owed, resetCounter(armed.set)]));
	}
	return armed === "armed";
}

/** Steps the session of the current receipt and performs its effects. */
export function apply(running: Running, event: SessionEvent): void {
	if (!running.current) return;
	const { work, done, checks, session: before } = running.current;
	const next = stepSession(before, event, work.plan);
	running.current.session = next.session;
	for (const effect of next.effects) {
		if (effect === "send-body") void send(running, work);
		else sendCut(running, work);
	}
	if (next.session.at !== "ended") return;
	running.current = undefined;
	// The printer may still answer the fence, or expect dots of a picture: the counter is set anew for the next receipt.
	if (next.session.end.state === "in-doubt") {
		[running.counter.isArmed, running.counter.isPaid] = [false, false];
		if (running.language.reportsWhileConfirming && !running.stopped) write(running, running.language.listenToUs);
	}
	countAnswers(running, { work, checks }, before, next.session.end);
	done(next.session.end);
}

function sendCut(running: Running, work: Work): void {
	const { port, language, confirm } = running;
	const isAsked = work.cutFence.length > 0;
	if (isAsked) {
		if (confirm === "counter") awaitNext(running.counter);
		running.cut = { work, watch: { at: "settled" } };
		applyCut(running, { type: "asked", answers: work.plan.answers });
	}
	// Automatic status stops when the cut is answered.
	port.write(Buffer.concat([work.ending, isAsked ? work.cutFence : language.end])).then(
		() => apply(running, { type: "cut-taken" }),
		() => apply(running, { type: "broke", why: "link-lost" }),
	);
}

/** Steps the watch over the knife, and says what is known of it. */
export function applyCut(running: Running, event: CutEvent): void {
	if (!running.cut) return;
	const { watch, news } = stepCut(running.cut.watch, event);
	running.cut.watch = watch;
	if (news === undefined) return;
	running.report({ type: "cut", news });
	if (news === "asked") return;
	running.cut = undefined;
	write(running, running.language.end);
	beginIfReady(running);
}

async function send(running: Running, work: Work): Promise<void> {
	const { port, model } = running;
	const isWanted = (): boolean => running.current?.work === work;
	const { bufferBytes } = model;
	const checks = running.current?.checks;
	// Counted before the bytes are written: the answer may be quicker than the system.
	const writing = (end: number): void => {
		if (checks) checks.asked = work.checkpoints.filter((point) => point.end <= end).length * work.plan.answers;
	};
	const pace = bufferBytes === undefined ? {} : { pace: { bufferBytes, bytesPerSecond: work.paceBytesPerSecond } };
	try {
		await sendBody(port, work.body, { isWanted, couldPrint: () => couldPrint(running), writing, ...pace });
		if (!isWanted()) return;
		if (work.fence.length > 0) {
			apply(running, { type: "fence-written" });
			await port.write(work.fence);
		}
		if (isWanted()) apply(running, { type: "body-taken" });
	} catch {
		if (isWanted()) apply(running, { type: "broke", why: "link-lost" });
	}
}

/** Keeps the history of answers, and reports once that a printer which never answered does not know the question. */
function countAnswers(running: Running, { work, checks }: { work: Work; checks: Checks }, before: Session, end: SessionEnd): void {
	const { history, confirm, report } = running;
	if (end.state === "printed") noteAnswered(history);
	if (end.state !== "in-doubt" || end.why !== "no-answer" || before.at !== "confirming") return;
	running.unsettled = { work, checks, answersLeft: before.answersLeft };
	history.unansweredInARow += 1;
	if (history.everConfirmed || history.unansweredInARow < unansweredMost) return;
	// It prints but does not support the fence: its receipts are cut off nevertheless.
	write(running, work.ending);
	running.unsettled = undefined;
	if (history.unansweredInARow === unansweredMost) report({ type: "cannot-confirm", suggest: confirm === "process-id" ? "gs-r" : "none" });
}

export function noteAnswered(history: AnswerHistory): void {
	history.everConfirmed = true;
	history.unansweredInARow = 0;
}
