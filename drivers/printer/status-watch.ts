import type { DeviceTroubleCode } from "../trouble.ts";
import { askStatusNow, type RealtimeQuestion } from "./escpos.ts";
import { type PrinterStatus, readRealtimeStatus, readStatus, troublesOf, unknownStatus } from "./status.ts";

/**
 * What a printer is known to be: it tells its changes by itself (automatic status back), or is asked (DLE EOT 1 to 4).
 *
 *   ask 1 ── answer ──▶ ask 2 ── answer ──▶ ask 3 ── answer ──▶ ask 4 ── answer ──▶ known
 *     │ (it tells its changes: the first question is a sign of life only)
 *     └ no answer within a second to 2, 3 or 4: this clone does not know that question; the next one
 *
 * An answer does not name its question. When one was asked twice, as happens while a full printer does not listen, the second answer must
 * not be
 * taken for that to the next question: for half a second nothing is believed.
 */
export interface StatusWatch {
	status(): PrinterStatus;
	/** Four bytes that it sent by itself. */
	hearChange(bytes: Uint8Array): void;
	hearAnswer(byte: number): void;
	/** Anything at all was heard. */
	heard(): void;
	everHeard(): boolean;
	silentForMs(): number;
	/** Nothing could be asked, so silence means nothing. */
	notAsking(): void;
	/** It was switched on again: nothing is known. */
	restarted(): void;
	switchingOff(): void;
	/** A receipt waits: asks now, and again what was not answered before. */
	askForReceipt(): void;
	tick(isWaitedFor: boolean): void;
	sayTroubles(codes: readonly DeviceTroubleCode[]): void;
}

/** A serial printer needs some milliseconds; one that is warming up, most of a second. */
const answerPatienceMs = 1_000;
/** How long after a double question its second answer may still come. */
const lateAnswersMs = 500;
const askWhenIdleMs = 5_000;
const askWhenWaitedForMs = 1_000;

export interface StatusWatchDeps {
	write(bytes: Uint8Array): void;
	/** DLE EOT among the dots of a picture would become dots. */
	mayAsk(): boolean;
	/** The status is another one. */
	changed(status: PrinterStatus): void;
	/** All that is asked for a receipt has been answered. */
	known(): void;
	trouble(code: DeviceTroubleCode): void;
	troubleOver(code: DeviceTroubleCode): void;
}

export function watchStatus(deps: StatusWatchDeps): StatusWatch {
	let status = unknownStatus;
	let lastHeardMs = performance.now();
	let everHeard = false;
	let asking: { question: RealtimeQuestion; sinceMs: number; times: number } | undefined;
	/** Questions a clone does not know. */
	const unanswered = new Set<RealtimeQuestion>();
	let tellsChanges = false;
	let ignoreAnswersUntilMs = Number.NEGATIVE_INFINITY;
	let askedAtMs = Number.NEGATIVE_INFINITY;
	const said = new Set<DeviceTroubleCode>();

	const sayTroubles = (codes: readonly DeviceTroubleCode[]): void => {
		for (const code of [...said].filter((code) => !codes.includes(code))) {
			said.delete(code);
			deps.troubleOver(code);
		}
		for (const code of codes.filter((code) => !said.has(code))) {
			said.add(code);
			deps.trouble(code);
		}
	};

	const learn = (next: PrinterStatus): void => {
		const isNew = JSON.stringify(next) !== JSON.stringify(status);
		status = next;
		sayTroubles(troublesOf(status));
		if (isNew) deps.changed(status);
	};

	const ask = (question: RealtimeQuestion): void => {
		if (!deps.mayAsk()) return;
		const nowMs = performance.now();
		asking = { question, sinceMs: nowMs, times: asking?.question === question ? asking.times + 1 : 1 };
		if (question === 1) askedAtMs = nowMs;
		deps.write(askStatusNow(question));
	};

	const askAfter = (question: RealtimeQuestion): void => {
		asking = undefined;
		const next = ([2, 3, 4] as const).find((later) => later > question && !unanswered.has(later));
		if (next === undefined || tellsChanges) deps.known();
		else ask(next);
	};

	return {
		status: () => status,
		hearChange(bytes) {
			tellsChanges = true;
			learn(readStatus(bytes));
			deps.known();
		},
		hearAnswer(byte) {
			if (!asking || performance.now() < ignoreAnswersUntilMs) return;
			const { question, times } = asking;
			learn(readRealtimeStatus(question, byte, status));
			if (times === 1) return askAfter(question);
			asking = undefined;
			ignoreAnswersUntilMs = performance.now() + lateAnswersMs;
		},
		heard() {
			lastHeardMs = performance.now();
			everHeard = true;
		},
		everHeard: () => everHeard,
		silentForMs: () => performance.now() - lastHeardMs,
		notAsking() {
			lastHeardMs = performance.now();
		},
		restarted() {
			status = unknownStatus;
			tellsChanges = false;
		},
		switchingOff: () => learn({ ...unknownStatus, online: false }),
		askForReceipt() {
			unanswered.clear();
			if (!asking) ask(1);
		},
		tick(isWaitedFor) {
			const nowMs = performance.now();
			if (nowMs < ignoreAnswersUntilMs) return;
			if (asking && asking.question !== 1 && nowMs - asking.sinceMs > answerPatienceMs) {
				unanswered.add(asking.question);
				askAfter(asking.question);
			}
			const askEveryMs = isWaitedFor ? askWhenWaitedForMs : askWhenIdleMs;
			if ((!asking || asking.question === 1) && nowMs - askedAtMs >= askEveryMs) ask(1);
		},
		sayTroubles(codes) {
			if (codes.includes("device-silent")) status = unknownStatus;
			sayTroubles(codes);
		},
	};
}
