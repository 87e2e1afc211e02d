import type { DeviceTroubleCode } from "../trouble.ts";
import type { RealtimeQuestion } from "./escpos.ts";
import { type PrinterStatus, readRealtimeStatus, readStatus, troublesOf, unknownStatus } from "./status.ts";

/**
 * Keeps the status of a printer, which reports its changes by itself (automatic status back) or is asked (DLE EOT 1 to 4).
 *
 *   ask 1 ── answer ──▶ ask 2 ── answer ──▶ ask 3 ── answer ──▶ ask 4 ── answer ──▶ known
 *     │ (of a printer that reports its changes only question 1 is asked, to see that it is there)
 *     └ no answer within a second to 2, 3 or 4: this clone does not know that question; the next one
 *
 * An answer does not name its question. After a question that was asked twice, as happens while a full printer does not listen, the second
 * answer must not be taken for the answer to the next question: answers are ignored for half a second.
 */
export interface StatusWatch {
	status(): PrinterStatus;
	/** The four bytes of an automatic status. */
	hearChange(bytes: Uint8Array): void;
	/** The answer to question 1 of a printer that reports everything at once. */
	hearWhole(status: PrinterStatus): void;
	hearAnswer(byte: number): void;
	/** Any byte arrived. */
	heard(): void;
	everHeard(): boolean;
	silentForMs(): number;
	/** No question may be sent now, so silence does not count. */
	notAsking(): void;
	/** The printer was switched on again: its status is unknown. */
	restarted(): void;
	switchingOff(): void;
	/** A receipt waits: asks at once, also the questions that were not answered before. */
	askForReceipt(): void;
	tick(isWaitedFor: boolean): void;
	sayTroubles(codes: readonly DeviceTroubleCode[]): void;
}

/** A serial printer needs some milliseconds; one that is warming up, most of a second. */
const answerPatienceMs = 1_000;
/** How long after a double question its second answer may still come. */
const lateAnswersMs = 500;
const askWhenIdleMs = 5_000;

export interface StatusWatchDeps {
	ask(question: RealtimeQuestion): void;
	askWhenWaitedForMs: number;
	/** Inside a picture the bytes of DLE EOT would become dots. */
	mayAsk(): boolean;
	/** The status is another one than before. */
	changed(status: PrinterStatus): void;
	/** Every question that this printer knows was answered. */
	known(): void;
	trouble(code: DeviceTroubleCode): void;
	troubleOver(code: DeviceTroubleCode): void;
}

interface Watch {
	deps: StatusWatchDeps;
	status: PrinterStatus;
	lastHeardMs: number;
	everHeard: boolean;
	/** The question whose answer is awaited; `times` it was asked in a row. */
	asking: { question: RealtimeQuestion; sinceMs: number; times: number } | undefined;
	/** Questions that this printer does not answer. */
	unanswered: Set<RealtimeQuestion>;
	/** Whether it reports changes by itself. */
	reportsChanges: boolean;
	ignoreAnswersUntilMs: number;
	askedAtMs: number;
	/** Troubles that were reported and are not over. */
	reported: Set<DeviceTroubleCode>;
}

export function watchStatus(deps: StatusWatchDeps): StatusWatch {
	const watch: Watch = {
		deps,
		status: unknownStatus,
		lastHeardMs: performance.now(),
		everHeard: false,
		asking: undefined,
		unanswered: new Set(),
		reportsChanges: false,
		ignoreAnswersUntilMs: Number.NEGATIVE_INFINITY,
		askedAtMs: Number.NEGATIVE_INFINITY,
		reported: new Set(),
	};
	return {
		status: () => watch.status,
		hearChange(bytes) {
			watch.reportsChanges = true;
			learn(watch, readStatus(bytes));
			deps.known();
		},
		hearWhole(status) {
			watch.asking = undefined;
			learn(watch, status);
			deps.known();
		},
		hearAnswer: (byte) => hearAnswer(watch, byte),
		heard() {
			watch.lastHeardMs = performance.now();
			watch.everHeard = true;
		},
		everHeard: () => watch.everHeard,
		silentForMs: () => performance.now() - watch.lastHeardMs,
		notAsking() {
			watch.lastHeardMs = performance.now();
		},
		restarted() {
			watch.status = unknownStatus;
			watch.reportsChanges = false;
		},
		switchingOff: () => learn(watch, { ...unknownStatus, online: false }),
		askForReceipt() {
			watch.unanswered.clear();
			if (!watch.asking) ask(watch, 1);
		},
		tick: (isWaitedFor) => tick(watch, isWaitedFor),
		sayTroubles(codes) {
			if (codes.includes("device-silent")) watch.status = unknownStatus;
			reportTroubles(watch, codes);
		},
	};
}

/** Reports the troubles that are new, and that those which are not in `codes` are over. */
function reportTroubles({ reported, deps }: Watch, codes: readonly DeviceTroubleCode[]): void {
	for (const code of [...reported].filter((code) => !codes.includes(code))) {
		reported.delete(code);
		deps.troubleOver(code);
	}
	for (const code of codes.filter((code) => !reported.has(code))) {
		reported.add(code);
		deps.trouble(code);
	}
}

function learn(watch: Watch, next: PrinterStatus): void {
	const isNew = JSON.stringify(next) !== JSON.stringify(watch.status);
	watch.status = next;
	reportTroubles(watch, troublesOf(next));
	if (isNew) watch.deps.changed(next);
}

function ask(watch: Watch, question: RealtimeQuestion): void {
	if (!watch.deps.mayAsk()) return;
	const nowMs = performance.now();
	watch.asking = { question, sinceMs: nowMs, times: watch.asking?.question === question ? watch.asking.times + 1 : 1 };
	if (question === 1) watch.askedAtMs = nowMs;
	watch.deps.ask(question);
}

/** Goes on to the next question that this printer may know; after the last one its status is known. */
function askAfter(watch: Watch, question: RealtimeQuestion): void {
	watch.asking = undefined;
	const next = ([2, 3, 4] as const).find((later) => later > question && !watch.unanswered.has(later));
	if (next === undefined || watch.reportsChanges) watch.deps.known();
	else ask(watch, next);
}

function hearAnswer(watch: Watch, byte: number): void {
	if (!watch.asking || performance.now() < watch.ignoreAnswersUntilMs) return;
	const { question, times } = watch.asking;
	learn(watch, readRealtimeStatus(question, byte, watch.status));
	if (times === 1) return askAfter(watch, question);
	watch.asking = undefined;
	watch.ignoreAnswersUntilMs = performance.now() + lateAnswersMs;
}

function tick(watch: Watch, isWaitedFor: boolean): void {
	const nowMs = performance.now();
	if (nowMs < watch.ignoreAnswersUntilMs) return;
	const { asking } = watch;
	if (asking && asking.question !== 1 && nowMs - asking.sinceMs > answerPatienceMs) {
		watch.unanswered.add(asking.question);
		askAfter(watch, asking.question);
	}
	const askEveryMs = isWaitedFor ? watch.deps.askWhenWaitedForMs : askWhenIdleMs;
	if ((!watch.asking || watch.asking.question === 1) && nowMs - watch.askedAtMs >= askEveryMs) ask(watch, 1);
}
