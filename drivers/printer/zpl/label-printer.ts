import type { Port } from "../../transport/port.ts";
import { DeviceTrouble, type DeviceTroubleCode } from "../../trouble.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import type { LabelPrinterOptions } from "../options.ts";
import { type LabelEnd, type LabelEvent, type LabelPlan, type LabelSession, stepLabel, verdictOf } from "./label-session.ts";
import { askCount, askStatus, cancelAll, type LabelPicture, labelFormat, longestAnswer, takeAnswers, type ZplAnswer } from "./zpl.ts";

/** The state that a label printer reports. */
export interface LabelPrinterStatus {
	paper: "ok" | "out";
	head: "closed" | "open";
	ribbon: "ok" | "out";
	isPaused: boolean;
	/** The memory lost its contents, or the head is too hot or too cold. */
	isFaulty: boolean;
	/** Formats and labels that wait, half a format included. */
	waiting: number;
}

export type LabelPrinterReport =
	| { type: "status"; status: LabelPrinterStatus }
	| { type: "trouble"; trouble: DeviceTrouble }
	| { type: "trouble-over"; code: DeviceTroubleCode }
	/** `count` since the port was opened. */
	| { type: "garbled"; count: number };

export interface LabelJob {
	id: string;
	picture: LabelPicture;
	/** Called before the first byte goes out, with the number of labels that the printer had printed; false: it is not wanted any more. */
	begin(labelsBefore: number | undefined): Promise<boolean>;
}

/** "not-printed": the printer has forgotten the label, and its count is as it was. */
export type LabelVerdict = "printed" | "not-printed" | "unknown" | "not-started";

export interface RunningLabelPrinter {
	/** One after the other, in the order asked. */
	print(job: LabelJob): Promise<LabelEnd>;
	/** Makes the printer forget what it did not print, and finds out by its count what became of a label in doubt. */
	settle(labelsBefore: number | undefined): Promise<LabelVerdict>;
	/** The link is lost, or the store closes: a label that was begun is in doubt. */
	stop(): void;
}

type Settings = Pick<LabelPrinterOptions, "id" | "baudRate" | "confirm" | "silentAfterMs" | "dpi"> & { port?: string | undefined };

const tickMs = 100;
const askWhenWaitedForMs = 250;
const askWhenIdleMs = 5_000;
/** A question that is not answered in this time is asked again; a printer in the middle of a label may take a second. */
const answerPatienceMs = 2_000;
/** A network printer that was ready and says nothing for so long is gone. */
const goneAfterMs = 30_000;
/** Half a format that stays for so long belongs to nobody: its sender is gone. */
const forgetPartialMs = 5_000;
/** Bytes of one write: a lost link is noticed between two of them. */
const pieceBytes = 4_096;
const slowestMmPerSecond = 50;
const networkBytesPerSecond = 100_000;

interface Current {
	session: LabelSession;
	plan: LabelPlan;
	job: LabelJob;
	done(end: LabelEnd): void;
}

/** A `settle` under way. `before`: the count before the label was sent; `last`: the count at the last look, which has to come twice. */
interface Settling {
	before: number | undefined;
	last: number | null | undefined;
	done(verdict: LabelVerdict): void;
}

interface Running {
	port: Port;
	options: Settings;
	report(report: LabelPrinterReport): void;
	held: Uint8Array;
	/** The first string of an answer whose second has not come. */
	receiving: (ZplAnswer & { kind: "receiving" }) | undefined;
	/** Undefined before the first answer, and since it fell silent. */
	status: LabelPrinterStatus | undefined;
	/** Whether it was ready when it was heard last. */
	wasReady: boolean;
	/** The question that waits for its answer. */
	asked: { what: "status" | "count"; atMs: number } | undefined;
	askedAtMs: number;
	heardAtMs: number;
	partialSinceMs: number | undefined;
	lastTickMs: number;
	garbled: number;
	troubles: Set<DeviceTroubleCode>;
	current: Current | undefined;
	settling: Settling | undefined;
	stopped: boolean;
}

/** Drives one printer of paper labels. Call `stop` when the port is lost. */
export function runLabelPrinter(port: Port, options: Settings, report: (report: LabelPrinterReport) => void): RunningLabelPrinter {
	const nowMs = performance.now();
	const running: Running = {
		port,
		options,
		report,
		held: new Uint8Array(),
		receiving: undefined,
		status: undefined,
		wasReady: false,
		asked: undefined,
		askedAtMs: Number.NEGATIVE_INFINITY,
		heardAtMs: nowMs,
		partialSinceMs: undefined,
		lastTickMs: nowMs,
		garbled: 0,
		troubles: new Set(),
		current: undefined,
		settling: undefined,
		stopped: false,
	};
	port.onBytes((bytes) => take(running, bytes));
	const ticking = setInterval(() => tick(running), tickMs);
	const queued = oneAtATime();
	return {
		print: (job) => queued(() => printOne(running, job)),
		settle: (labelsBefore) => queued(() => settleOne(running, labelsBefore)),
		stop() {
			running.stopped = true;
			clearInterval(ticking);
			apply(running, { type: "give-up" });
			endSettling(running, "not-started");
		},
	};
}

function planOf({ port, baudRate, confirm, dpi }: Settings, bytes: number, rows: number): LabelPlan {
	const overCableMs = (1_000 * bytes) / (port === undefined ? networkBytesPerSecond : baudRate / 10);
	const printingMs = answerPatienceMs * 2 + overCableMs + (1_000 * rows * 25.4) / dpi / slowestMmPerSecond;
	return { confirm, isCable: port !== undefined, printingMs, patienceMs: 10_000 + printingMs };
}

async function printOne(running: Running, job: LabelJob): Promise<LabelEnd> {
	if (running.stopped) return { state: "not-started", why: "silent" };
	const format = labelFormat(job.picture);
	const plan = planOf(running.options, format.length, job.picture.height);
	return new Promise<LabelEnd>((done) => {
		running.current = { session: { at: "waiting" }, plan, job, done };
		running.lastTickMs = performance.now();
		// A printer that answers nothing is not asked; its label goes out at once.
		if (plan.confirm === "none") apply(running, { type: "looked", look: { isReady: true, isEmpty: true } });
	});
}

async function settleOne(running: Running, before: number | undefined): Promise<LabelVerdict> {
	if (running.stopped) return "not-started";
	if (running.options.confirm === "none") return "unknown";
	write(running, cancelAll);
	return new Promise<LabelVerdict>((done) => {
		running.settling = { before, last: undefined, done };
	});
}

function endSettling(running: Running, verdict: LabelVerdict): void {
	const { settling } = running;
	running.settling = undefined;
	settling?.done(verdict);
}

/** Steps the label's session and performs its effects. */
function apply(running: Running, event: LabelEvent): void {
	const { current } = running;
	if (!current) return;
	const { session, effect } = stepLabel(current.session, event, current.plan);
	current.session = session;
	if (effect === "begin") void begin(running, current, (session as LabelSession & { at: "beginning" }).before);
	if (effect === "send") void send(running, current);
	if (session.at !== "ended") return;
	running.current = undefined;
	current.done(session.end);
}

async function begin(running: Running, current: Current, before: number | undefined): Promise<void> {
	// A ledger that cannot write keeps the label from being sent.
	const isWanted = await current.job.begin(before).catch(() => false);
	if (running.current === current) apply(running, { type: "begun", isWanted });
}

async function send(running: Running, current: Current): Promise<void> {
	const bytes = labelFormat(current.job.picture);
	const isWanted = (): boolean => running.current === current;
	try {
		for (let at = 0; at < bytes.length && isWanted(); at += pieceBytes) await running.port.write(bytes.subarray(at, at + pieceBytes));
		if (isWanted()) apply(running, { type: "format-taken" });
	} catch {
		if (isWanted()) apply(running, { type: "broke", why: "link-lost" });
	}
}

function write(running: Running, bytes: Uint8Array): void {
	running.port.write(bytes).catch(() => apply(running, { type: "broke", why: "link-lost" }));
}

function ask(running: Running, what: "status" | "count"): void {
	const atMs = performance.now();
	running.asked = { what, atMs };
	if (what === "status") running.askedAtMs = atMs;
	write(running, what === "status" ? askStatus : askCount);
}

function take(running: Running, bytes: Uint8Array): void {
	if (running.stopped) return;
	running.heardAtMs = performance.now();
	const { answers, rest } = takeAnswers(Buffer.concat([running.held, bytes]).subarray(-8 * longestAnswer));
	running.held = rest;
	for (const answer of answers) hear(running, answer);
	sayTroubles(running);
}

function hear(running: Running, answer: ZplAnswer): void {
	switch (answer.kind) {
		case "receiving":
			running.receiving = answer;
			return;
		case "printing":
			if (running.receiving) hearStatus(running, running.receiving, answer);
			running.receiving = undefined;
			return;
		case "value":
			if (running.asked?.what !== "count") return;
			running.asked = undefined;
			return looked(running, /^\d{1,12}$/.test(answer.text) ? Number(answer.text) : answer.text === "?" ? null : undefined);
		case "noise":
			running.garbled += 1;
			running.report({ type: "garbled", count: running.garbled });
			return;
		case "other":
			return;
		default:
			answer satisfies never;
	}
}

type Receiving = ZplAnswer & { kind: "receiving" };
type Printing = ZplAnswer & { kind: "printing" };

function hearStatus(running: Running, { paperOut, paused, formats, isPartial, memoryLost, badHeat }: Receiving, printing: Printing): void {
	const next: LabelPrinterStatus = {
		paper: paperOut ? "out" : "ok",
		head: printing.headOpen ? "open" : "closed",
		ribbon: printing.ribbonOut ? "out" : "ok",
		isPaused: paused,
		isFaulty: memoryLost || badHeat,
		waiting: formats + printing.labelsLeft + (isPartial ? 1 : 0),
	};
	const isNew = JSON.stringify(next) !== JSON.stringify(running.status);
	running.status = next;
	if (isNew) running.report({ type: "status", status: next });
	const nowMs = performance.now();
	running.partialSinceMs = isPartial ? (running.partialSinceMs ?? nowMs) : undefined;
	if (running.asked?.what !== "status") return;
	running.asked = undefined;
	const isWaitedFor = running.current !== undefined || running.settling !== undefined;
	if (isWaitedFor && running.options.confirm === "label-count") ask(running, "count");
	else looked(running, undefined);
}

/** Both questions are answered: steps the label under way, or the `settle`. */
function looked(running: Running, count: number | null | undefined): void {
	const { status, settling } = running;
	if (!status) return;
	const look = { isReady: isReady(status), isEmpty: status.waiting === 0, count };
	if (!settling) return apply(running, { type: "looked", look });
	if (!look.isReady || !look.isEmpty) settling.last = undefined;
	else if (running.options.confirm !== "label-count" || count === null || settling.before === undefined) endSettling(running, "unknown");
	else if (count !== undefined && settling.last === count) endSettling(running, verdictOf(settling.before, count));
	else settling.last = count;
}

const isReady = ({ paper, head, ribbon, isPaused, isFaulty }: LabelPrinterStatus): boolean =>
	paper === "ok" && head === "closed" && ribbon === "ok" && !isPaused && !isFaulty;

/** Between the bytes of a format a question would end its picture. */
const mayAsk = ({ current, stopped }: Running): boolean =>
	!stopped && current?.session.at !== "sending" && current?.session.at !== "beginning";

function tick(running: Running): void {
	const nowMs = performance.now();
	const { status, current, settling, options } = running;
	const silentMs = nowMs - running.heardAtMs;
	const couldPrint = status !== undefined && isReady(status) && silentMs < answerPatienceMs + 2 * askWhenWaitedForMs;
	apply(running, { type: "time-passed", ms: nowMs - running.lastTickMs, couldPrint });
	running.lastTickMs = nowMs;
	if (!mayAsk(running)) {
		running.heardAtMs = nowMs;
		return;
	}
	if (options.confirm === "none") return;
	if (running.asked && nowMs - running.asked.atMs > answerPatienceMs) running.asked = undefined;
	if (running.partialSinceMs !== undefined && nowMs - running.partialSinceMs > forgetPartialMs && current?.session.at !== "confirming") {
		running.partialSinceMs = nowMs;
		write(running, cancelAll);
	}
	const everyMs = current || settling ? askWhenWaitedForMs : askWhenIdleMs;
	if (!running.asked && nowMs - running.askedAtMs >= everyMs) ask(running, "status");
	// The link of a network printer that is off or gone may stay open for ever. One that is silent because its head is open was not ready when
	// it was heard last.
	if (status !== undefined) running.wasReady = isReady(status);
	if (silentMs > goneAfterMs && options.port === undefined && running.wasReady) apply(running, { type: "broke", why: "link-lost" });
	if (silentMs > options.silentAfterMs) fallSilent(running);
}

/** A label that was begun waits: some printers say nothing while their head is open. */
function fallSilent(running: Running): void {
	running.status = undefined;
	sayTroubles(running, ["device-silent"]);
	if (running.current?.session.at === "waiting") apply(running, { type: "give-up" });
	endSettling(running, "not-started");
}

function sayTroubles(running: Running, codes: readonly DeviceTroubleCode[] = troublesOf(running.status)): void {
	const { troubles, report, options, port } = running;
	for (const code of [...troubles].filter((each) => !codes.includes(each))) {
		troubles.delete(code);
		report({ type: "trouble-over", code });
	}
	for (const code of codes.filter((each) => !troubles.has(each))) {
		troubles.add(code);
		report({ type: "trouble", trouble: new DeviceTrouble(code, { device: options.id, port: port.name }) });
	}
}

function troublesOf(status: LabelPrinterStatus | undefined): DeviceTroubleCode[] {
	if (!status) return [];
	const codes: DeviceTroubleCode[] = [];
	if (status.head === "open") codes.push("printer-cover-open");
	// An open head reports no paper, too.
	else if (status.paper === "out") codes.push("label-printer-paper-out");
	if (status.ribbon === "out") codes.push("label-printer-ribbon-out");
	if (status.isFaulty) codes.push("printer-error");
	else if (status.isPaused && codes.length === 0) codes.push("label-printer-paused");
	return codes;
}
