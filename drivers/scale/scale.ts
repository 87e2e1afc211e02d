import type { Port } from "../transport/port.ts";
import type { DeviceTroubleCode, TroubleFacts } from "../trouble.ts";
import { DeviceTrouble } from "../trouble.ts";
import type { ScaleOptions } from "./options.ts";
import type { ScaleMessage, ScaleSession } from "./protocol.ts";
import { scaleProtocols } from "./protocols.ts";

export type ScaleReport =
	| { type: "weight"; milligrams: number; settled: boolean }
	/** The scale was silent, or was switched off and on: weights may be missing in between. */
	| { type: "interrupted" }
	/** `count` since the port was opened; a rising count is a loose plug. */
	| { type: "garbled"; count: number }
	| { type: "identity"; model: string | null; serial: string | null }
	| { type: "trouble"; trouble: DeviceTrouble }
	| { type: "trouble-over"; code: DeviceTroubleCode };

export interface RunningScale {
	/** Sets the scale's zero; waits until it is settled. False: it refused, cannot, or did not answer in time. */
	zero(): Promise<boolean>;
	stop(): void;
}

/** From so many unreadable lines in a row on, the scale's menu is set wrong; fewer are noise on the cable. */
const garbledMostInARow = 10;

/** A question without an answer for so long is lost. Until then no second one is sent: a slow scale would queue it. */
const answerPatienceMs = 1_000;

/** A scale waits for rest before it sets zero; its own limit is some seconds (MT-SICS, command Z). */
const zeroPatienceMs = 10_000;

export interface RunScaleOptions extends Pick<ScaleOptions, "id" | "askEveryMs" | "silentAfterMs"> {
	protocol?: ScaleOptions["protocol"] | undefined;
	baudRate?: number | undefined;
	unit?: ScaleOptions["unit"] | undefined;
	modbus?: ScaleOptions["modbus"] | undefined;
	challenge?: ScaleOptions["challenge"] | undefined;
}

interface Names {
	model: string | null;
	serial: string | null;
}

/** One scale while its link holds. */
interface Running {
	report(report: ScaleReport): void;
	/** For the sentences of troubles. */
	facts: Record<string, string | number>;
	silentAfterMs: number;
	lastAnswerMs: number;
	lastWeightMs: number;
	askedAtMs: number;
	/** Questions whose answers are on their way; no weight is asked for meanwhile. */
	unanswered: number;
	/** The weight that was reported last, as text; empty: the next weight is reported whatever it is. */
	lastWeight: string;
	garbled: number;
	garbledInARow: number;
	trouble: DeviceTroubleCode | undefined;
	names: Names;
	areNamesAsked: boolean;
	wasSilent: boolean;
	/** Ends the wait of `zero`. */
	settleZero: ((zeroed: boolean) => void) | undefined;
}

/** Asks one scale for its weight, again and again, or listens to one that sends by itself, and reports what changes. */
export function runScale(port: Port, options: RunScaleOptions, report: (report: ScaleReport) => void): RunningScale {
	const protocol = scaleProtocols[options.protocol ?? "mt-sics"];
	const { baudRate = protocol.line.baudRate, unit = protocol.unit } = options;
	const running = newRunning(options, { device: options.id, port: port.name, baudRate, protocol: protocol.title }, report);
	const session: ScaleSession = protocol.open({
		send(bytes) {
			port.write(bytes).catch(() => {}); // a closed port reports it through onClosed
		},
		hear: (message) => hear(running, session, message),
		unit,
		modbus: options.modbus,
		challenge: options.challenge,
	});
	port.onBytes((bytes) => session.take(bytes));
	const asking = setInterval(() => askIfDue(running, session), options.askEveryMs);
	return {
		zero() {
			endZero(running, false);
			if (!session.zero) return Promise.resolve(false);
			session.zero();
			return untilZeroed(running);
		},
		stop() {
			clearInterval(asking);
			endZero(running, false);
		},
	};
}

function newRunning({ silentAfterMs }: RunScaleOptions, facts: Running["facts"], report: Running["report"]): Running {
	const nowMs = performance.now();
	return {
		report,
		facts,
		silentAfterMs,
		lastAnswerMs: nowMs,
		lastWeightMs: nowMs,
		askedAtMs: Number.NEGATIVE_INFINITY,
		unanswered: 0,
		lastWeight: "",
		garbled: 0,
		garbledInARow: 0,
		trouble: undefined,
		names: { model: null, serial: null },
		areNamesAsked: false,
		wasSilent: false,
		settleZero: undefined,
	};
}

function hear(running: Running, session: ScaleSession, message: ScaleMessage): void {
	running.lastAnswerMs = performance.now();
	running.unanswered = Math.max(0, running.unanswered - 1);
	if (message.kind === "garbled") return misread(running);
	running.garbledInARow = 0;
	// Asked only after the first answer: a scale that is still starting loses what it is asked.
	if (!running.areNamesAsked) {
		running.areNamesAsked = true;
		running.unanswered += session.askNames?.() ?? 0;
		running.askedAtMs = running.lastAnswerMs;
	}
	switch (message.kind) {
		case "weight":
			return weigh(running, message.milligrams, message.settled);
		case "overloaded":
			return enter(running, "scale-overloaded");
		case "underloaded":
			return enter(running, "scale-underloaded");
		case "fault":
			return enter(running, "scale-fault");
		case "counting":
			return enterUnweighed(running, "scale-counting");
		case "unit":
			return enterUnweighed(running, "scale-unit", { unit: message.unit });
		case "busy":
			// Normal for a moment while the plate moves; a trouble when no weight comes for `silentAfterMs`.
			if (running.lastAnswerMs - running.lastWeightMs > running.silentAfterMs) enter(running, "scale-not-settling");
			return;
		case "serial":
			return identify(running, { serial: message.text });
		case "model":
			return identify(running, { model: message.text });
		case "zeroed":
			return endZero(running, message.done);
		case "restarted":
			return interrupted(running);
		case "other":
			return;
	}
	message satisfies never;
}

/** Enters a trouble, or leaves it (undefined), and reports the change. */
function enter(running: Running, next: DeviceTroubleCode | undefined, more: TroubleFacts = {}): void {
	const { trouble, report, facts } = running;
	if (trouble === next) return;
	if (trouble) report({ type: "trouble-over", code: trouble });
	running.trouble = next;
	running.lastWeight = "";
	if (next) report({ type: "trouble", trouble: new DeviceTrouble(next, { ...facts, ...more }) });
}

/** A scale in another mode says no weights: after its patience the next weight need not continue the earlier ones. */
function enterUnweighed(running: Running, next: DeviceTroubleCode, more?: TroubleFacts): void {
	if (running.lastAnswerMs - running.lastWeightMs > running.silentAfterMs) running.wasSilent = true;
	enter(running, next, more);
}

function interrupted(running: Running): void {
	running.lastWeight = "";
	running.report({ type: "interrupted" });
}

/** A shelf scale answers five times a second; only a weight that differs from the last one is reported. */
function weigh(running: Running, milligrams: number, settled: boolean): void {
	running.lastWeightMs = performance.now();
	enter(running, undefined);
	if (running.wasSilent) interrupted(running);
	running.wasSilent = false;
	const weight = `${milligrams} ${settled}`;
	if (weight === running.lastWeight) return;
	running.lastWeight = weight;
	running.report({ type: "weight", milligrams, settled });
}

function identify(running: Running, known: Partial<Names>): void {
	const { names } = running;
	const next = { ...names, ...known };
	if (next.model === names.model && next.serial === names.serial) return;
	running.names = next;
	running.report({ type: "identity", ...next });
}

function misread(running: Running): void {
	running.garbled += 1;
	running.garbledInARow += 1;
	running.report({ type: "garbled", count: running.garbled });
	if (running.garbledInARow >= garbledMostInARow) enter(running, "scale-garbled");
}

function askIfDue(running: Running, session: ScaleSession): void {
	const nowMs = performance.now();
	if (nowMs - running.lastAnswerMs > running.silentAfterMs) {
		running.wasSilent = true;
		enter(running, "scale-silent");
	}
	// MT-SICS cancels a "Z" when a weight question follows it, so no question is sent before its answer.
	if (running.settleZero || (running.unanswered > 0 && nowMs - running.askedAtMs < answerPatienceMs)) return;
	running.askedAtMs = nowMs;
	running.unanswered = 1;
	session.ask();
}

function endZero(running: Running, zeroed: boolean): void {
	running.settleZero?.(zeroed);
	running.settleZero = undefined;
}

function untilZeroed(running: Running): Promise<boolean> {
	return new Promise((resolve) => {
		const patience = setTimeout(() => endZero(running, false), zeroPatienceMs);
		running.settleZero = (zeroed) => {
			clearTimeout(patience);
			resolve(zeroed);
		};
	});
}
