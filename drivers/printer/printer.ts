import type { Port } from "../transport/port.ts";
import type { DeviceTroubleCode } from "../trouble.ts";
import { DeviceTrouble } from "../trouble.ts";
import type { PrinterAnswer, RealtimeQuestion } from "./escpos.ts";
import * as escpos from "./escpos.ts";
import { printerModels } from "./models.ts";
import type { PrinterOptions } from "./options.ts";
import type { ReceiptBody, ReceiptStyle } from "./receipt.ts";
import type { Happening, InDoubtBecause, Session, SessionEnd } from "./session.ts";
import { patienceMs, stepSession } from "./session.ts";
import type { PrinterStatus } from "./status.ts";
import { isBroken, isReady, readRealtimeStatus, readStatus, troublesOf, unknownStatus } from "./status.ts";
import { voidBody } from "./void-slip.ts";

export type PrinterReport =
	| { type: "status"; status: PrinterStatus }
	| { type: "trouble"; trouble: DeviceTrouble }
	| { type: "trouble-over"; code: DeviceTroubleCode }
	/** `count` since the port was opened. */
	| { type: "garbled"; count: number };

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

interface Work {
	body: Uint8Array;
	fence: Uint8Array;
	ending: Uint8Array;
	tag: string;
	plan: { fenced: boolean; patienceMs: number };
}

const tickMs = 200;
/** A serial printer needs some milliseconds; one that is warming up, most of a second. */
const answerPatienceMs = 1_000;
/** How long after a double question its second answer may still come. */
const lateAnswersMs = 500;
const askWhenIdleMs = 5_000;
const askWhenWaitedForMs = 1_000;
/** Small enough that a lost link is noticed between two of them. */
const pieceBytes = 4_096;
/** A network printer takes a megabyte a second; the slow part is the paper. */
const networkBytesPerSecond = 100_000;

/** Drives one receipt printer. Call `stop` when the port is lost: the port's own listener belongs to whoever keeps it open. */
export function runPrinter(port: Port, options: Settings, report: (report: PrinterReport) => void, drawBody: DrawBody): RunningPrinter {
	const model = printerModels[options.model];
	if (!model) throw new RangeError(`no printer model ${options.model}`);
	const confirm = options.confirm ?? model.confirm;
	const style: ReceiptStyle = {
		model: { ...model, columns: options.columns ?? model.columns },
		mode: options.mode,
		encoding: options.encoding,
		locale: options.locale,
	};
	const bytesPerSecond = options.port ? options.baudRate / 10 : networkBytesPerSecond;

	let held: Uint8Array = new Uint8Array();
	let status = unknownStatus;
	let maySend = true;
	let noise = 0;
	let lastHeardMs = performance.now();
	let everHeard = false;
	let asking: { question: RealtimeQuestion; sinceMs: number; times: number } | undefined;
	/** Questions a clone does not know. */
	const unanswered = new Set<RealtimeQuestion>();
	let tellsChanges = false;
	let ignoreAnswersUntilMs = Number.NEGATIVE_INFINITY;
	let askedAtMs = Number.NEGATIVE_INFINITY;
	let lastTickMs = performance.now();
	let current: { work: Work; session: Session; done: (end: SessionEnd) => void } | undefined;
	let queue: Promise<unknown> = Promise.resolve();
	let stopped = false;
	const told = new Set<DeviceTroubleCode>();

	const facts = { device: options.id, port: port.name };
	const troubleOf = (code: DeviceTroubleCode, more = {}): DeviceTrouble => new DeviceTrouble(code, { ...facts, ...more });

	const send = (bytes: Uint8Array): Promise<void> => port.write(bytes);
	const lost = (): void => happen({ type: "broke", why: "link-lost" });
	const mention = (bytes: Uint8Array): void => {
		send(bytes).catch(lost);
	};

	const couldPrint = (): boolean => (isReady(status) || (confirm === "none" && !everHeard)) && maySend;
	/** DLE EOT among the dots of a picture would become dots, so nothing is asked while a body goes out. */
	const mayAsk = (): boolean => !stopped && current?.session.at !== "sending" && current?.session.at !== "cutting";

	const happen = (happening: Happening): void => {
		if (!current) return;
		const { work, done } = current;
		const next = stepSession(current.session, happening, work.plan);
		current.session = next.session;
		for (const act of next.acts) {
			if (act === "send-body") void sendBody(work);
			else send(work.ending).then(() => happen({ type: "cut-taken" }), lost);
		}
		if (next.session.at === "ended") {
			current = undefined;
			done(next.session.end);
		}
	};

	const sendBody = async (work: Work): Promise<void> => {
		const bytes = Buffer.concat([work.body, work.fence]);
		try {
			for (let at = 0; at < bytes.length; at += pieceBytes) {
				if (current?.work !== work) return;
				await send(bytes.subarray(at, at + pieceBytes));
			}
			if (current?.work === work) happen({ type: "body-taken" });
		} catch {
			if (current?.work === work) lost();
		}
	};

	const tell = (codes: DeviceTroubleCode[]): void => {
		for (const code of [...told].filter((code) => !codes.includes(code))) {
			told.delete(code);
			report({ type: "trouble-over", code });
		}
		for (const code of codes.filter((code) => !told.has(code))) {
			told.add(code);
			report({ type: "trouble", trouble: troubleOf(code) });
		}
	};

	const learn = (next: PrinterStatus): void => {
		const news = JSON.stringify(next) !== JSON.stringify(status);
		status = next;
		tell(troublesOf(status));
		if (news) report({ type: "status", status });
		if (isBroken(status) && current && current.session.at !== "waiting") happen({ type: "broke", why: "printer-error" });
	};

	const beginIfReady = (): void => {
		if (couldPrint() && current?.session.at === "waiting") happen({ type: "ready" });
	};

	const ask = (question: RealtimeQuestion): void => {
		if (!mayAsk()) return;
		const nowMs = performance.now();
		asking = { question, sinceMs: nowMs, times: asking?.question === question ? asking.times + 1 : 1 };
		if (question === 1) askedAtMs = nowMs;
		mention(escpos.askStatusNow(question));
	};

	/** A printer that tells its changes needs the first question only, as a sign of life. */
	const askAfter = (question: RealtimeQuestion): void => {
		asking = undefined;
		const next = ([2, 3, 4] as const).find((later) => later > question && !unanswered.has(later));
		if (next === undefined || tellsChanges) beginIfReady();
		else ask(next);
	};

	// An answer does not name its question. When one was asked twice, as happens while a full printer does not listen,
	// the second answer must not be taken for that to the next question.
	const hearRealtime = (byte: number): void => {
		if (!asking || performance.now() < ignoreAnswersUntilMs) return;
		const { question, times } = asking;
		learn(readRealtimeStatus(question, byte, status));
		if (times === 1) return askAfter(question);
		asking = undefined;
		ignoreAnswersUntilMs = performance.now() + lateAnswersMs;
	};

	const askAgain = (nowMs: number): void => {
		if (nowMs < ignoreAnswersUntilMs) return;
		if (asking && asking.question !== 1 && nowMs - asking.sinceMs > answerPatienceMs) {
			unanswered.add(asking.question);
			askAfter(asking.question);
		}
		const askEveryMs = current ? askWhenWaitedForMs : askWhenIdleMs;
		if ((!asking || asking.question === 1) && nowMs - askedAtMs >= askEveryMs) ask(1);
	};

	const listen = (answer: PrinterAnswer): void => {
		switch (answer.kind) {
			case "status":
				tellsChanges = true;
				learn(readStatus(answer.bytes));
				return beginIfReady();
			case "realtime-status":
				return hearRealtime(answer.byte);
			case "printed-up-to":
				if (confirm === "process-id" && answer.tag === current?.work.tag) happen({ type: "fence-answered" });
				return;
			case "in-order-status":
				if (confirm !== "gs-r" || !current || current.session.at === "waiting") return heardNoise();
				return happen({ type: "fence-answered" });
			case "switched-on":
				if (current && current.session.at !== "waiting") happen({ type: "broke", why: "printer-restarted" });
				status = unknownStatus;
				tellsChanges = false;
				return mention(escpos.listenToUs);
			case "switching-off":
				return learn({ ...unknownStatus, online: false });
			case "may-send":
			case "stop-sending":
				maySend = answer.kind === "may-send";
				return;
			case "about":
			case "block":
				return; // nothing we asked for, and nothing wrong
			case "noise":
				return heardNoise();
			default:
				answer satisfies never;
		}
	};

	const heardNoise = (): void => {
		noise += 1;
		report({ type: "garbled", count: noise });
	};

	port.onBytes((bytes) => {
		if (stopped) return;
		lastHeardMs = performance.now();
		everHeard = true;
		const { answers, rest } = escpos.takeAnswers(Buffer.concat([held, bytes]));
		held = rest;
		answers.forEach(listen);
		if (told.has("device-silent")) tell(troublesOf(status));
	});

	const tick = (): void => {
		const nowMs = performance.now();
		happen({ type: "time-passed", ms: nowMs - lastTickMs, couldPrint: couldPrint() });
		lastTickMs = nowMs;
		if (!mayAsk()) {
			lastHeardMs = nowMs;
			return;
		}
		askAgain(nowMs);
		if (nowMs - lastHeardMs > options.silentAfterMs) fallSilent();
		else beginIfReady();
	};

	const fallSilent = (): void => {
		// A printer that never answers is a printer without a way back; one that stopped answering is switched off.
		if (confirm === "none" && !everHeard) return beginIfReady();
		if (current && current.session.at !== "waiting") return; // its own patience runs out, or it waits for paper
		status = unknownStatus;
		tell(["device-silent"]);
		if (current) happen({ type: "give-up" });
	};

	const ticking = setInterval(tick, tickMs);
	mention(escpos.listenToUs);
	ask(1);

	const queued = <Outcome>(act: () => Promise<Outcome>): Promise<Outcome> => {
		const next = queue.then(act);
		queue = next.catch(() => {});
		return next;
	};

	const runSession = async (work: Work, jobId: string): Promise<PrintOutcome> => {
		if (stopped) return { state: "not-started", trouble: troubleOf("port-lost") };
		const end = await new Promise<SessionEnd>((done) => {
			current = { work, session: { at: "waiting" }, done };
			lastTickMs = performance.now();
			unanswered.clear();
			// Paper may have run out since the last question, and not every printer says so by itself.
			if (confirm === "none" && !everHeard) return;
			if (!asking) ask(1);
		});
		switch (end.state) {
			case "printed":
			case "sent":
				return end;
			case "in-doubt":
				return { ...end, trouble: troubleOf("printer-in-doubt", { job: jobId }) };
			case "not-started":
				return { state: "not-started", trouble: troubleOf(stopped ? "port-lost" : "device-silent") };
		}
	};

	const workOf = (body: ReceiptBody, tag: string, pulse: boolean): Work => ({
		body: body.bytes,
		fence: confirm === "process-id" ? escpos.askWhenPrinted(tag) : confirm === "gs-r" ? escpos.askPaperInOrder : new Uint8Array(),
		ending: Buffer.concat([model.cutter ? escpos.feedAndCut : escpos.feedToTear, pulse ? escpos.openDrawer : new Uint8Array()]),
		tag,
		plan: {
			fenced: confirm !== "none",
			patienceMs: patienceMs({ ...model, ...body, bytes: body.bytes.length, bytesPerSecond }),
		},
	});

	return {
		print: (job) =>
			queued(async () => {
				escpos.askWhenPrinted(job.tag);
				const body = await drawBody(job.document, style, job.copy ?? 1);
				return runSession(workOf(body, job.tag, job.openDrawer ?? false), job.id);
			}),
		// Another tag than the job's: its own answer may still be on the way and must not settle the void slip.
		voidInDoubt: (job) =>
			queued(() => {
				const tag = `${job.tag.startsWith("v") ? "V" : "v"}${job.tag.slice(1)}`;
				return runSession(workOf(voidBody(job.id, style), tag, false), job.id);
			}),
		stop() {
			stopped = true;
			clearInterval(ticking);
			happen({ type: "give-up" });
		},
	};
}
