import { DeviceTrouble } from "../trouble.ts";
import { type Link, type ReconnectEffect, type ReconnectEvent, stableMs, step } from "./reconnect.ts";

/** The part that every port has, whatever it carries. */
export interface Closable {
	readonly name: string;
	onClosed(callback: (why: Error | undefined) => void): void;
	close(): Promise<void>;
}

export type LinkReport =
	| { type: "trouble"; trouble: DeviceTrouble }
	/** `failures` counts the attempts that failed and the links that were lost since the trouble was reported. */
	| { type: "well-again"; afterMs: number; failures: number };

export interface Timers {
	set(act: () => void, afterMs: number): unknown;
	clear(timer: unknown): void;
	/** A clock that never steps back. */
	nowMs(): number;
}

export interface KeepOpenOptions<P extends Closable> {
	open: () => Promise<P>;
	/** Drives the port; returns how to stop driving it. Called anew for every link; may throw a DeviceTrouble. */
	run: (port: P) => () => void;
	report: (report: LinkReport) => void;
	/** Added to the facts of every trouble: the name on the sticker. */
	facts?: Record<string, string | number>;
	/** A link that held this long ends a trouble; a device that accepts and hangs up at once does not. */
	wellAfterMs?: number;
	random?: () => number;
	timers?: Timers;
}

const realTimers: Timers = {
	set: (act, afterMs) => setTimeout(act, afterMs),
	clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
	nowMs: () => performance.now(),
};

/** One port that is kept open. */
interface Kept<P extends Closable> {
	options: KeepOpenOptions<P>;
	open: KeepOpenOptions<P>["open"];
	run: KeepOpenOptions<P>["run"];
	report: KeepOpenOptions<P>["report"];
	facts: NonNullable<KeepOpenOptions<P>["facts"]>;
	wellAfterMs: NonNullable<KeepOpenOptions<P>["wellAfterMs"]>;
	random: NonNullable<KeepOpenOptions<P>["random"]>;
	timers: NonNullable<KeepOpenOptions<P>["timers"]>;
	link: Link;
	port: P | undefined;
	stopDriving: () => void;
	reported: { code: string; sinceMs: number; failures: number } | undefined;
	wakeTimer: unknown;
	wellTimer: unknown;
	stopping: boolean;
	pendingOpen: Promise<void>;
	pendingClose: Promise<void>;
}

/**
 * Keeps a port open until `stop`: never gives up, reports a trouble once (again when it becomes another
 * one) and reports when it is over. `stop` resolves when the port is closed and nothing will be called any more.
 * Any other error of `run` is a fault of ours, not of the shop: it is thrown, not reported.
 */
export function keepOpen<P extends Closable>(options: KeepOpenOptions<P>): { stop(): Promise<void>; state(): Link["at"] } {
	const { open, run, report, facts = {}, wellAfterMs = stableMs, random = Math.random, timers = realTimers } = options;
	const kept: Kept<P> = {
		options,
		open,
		run,
		report,
		facts,
		wellAfterMs,
		random,
		timers,
		link: { at: "closed" },
		port: undefined,
		stopDriving: () => {},
		reported: undefined,
		wakeTimer: undefined,
		wellTimer: undefined,
		stopping: false,
		pendingOpen: Promise.resolve(),
		pendingClose: Promise.resolve(),
	};
	happen(kept, "start");
	return {
		state: () => kept.link.at,
		async stop() {
			kept.stopping = true;
			kept.timers.clear(kept.wakeTimer);
			kept.timers.clear(kept.wellTimer);
			kept.stopDriving();
			kept.stopDriving = () => {};
			happen(kept, "stop");
			await kept.pendingOpen;
			await kept.pendingClose;
			kept.port = undefined;
		},
	};
}

function reportOnce<P extends Closable>(kept: Kept<P>, trouble: DeviceTrouble): void {
	if (kept.stopping) return;
	if (kept.reported) kept.reported.failures += 1;
	if (kept.reported?.code === trouble.code) return;
	kept.reported = { code: trouble.code, sinceMs: kept.reported?.sinceMs ?? kept.timers.nowMs(), failures: kept.reported?.failures ?? 1 };
	kept.report({ type: "trouble", trouble: new DeviceTrouble(trouble.code, { ...kept.facts, ...trouble.facts }, { cause: trouble.cause }) });
}

function wellAgain<P extends Closable>(kept: Kept<P>): void {
	if (!kept.reported) return;
	const { sinceMs, failures } = kept.reported;
	kept.reported = undefined;
	kept.report({ type: "well-again", afterMs: Math.round(kept.timers.nowMs() - sinceMs), failures });
}

function happen<P extends Closable>(kept: Kept<P>, event: ReconnectEvent): void {
	const next = step(kept.link, event, { nowMs: kept.timers.nowMs(), jitter: kept.random() });
	kept.link = next.link;
	for (const effect of next.effects) perform(kept, effect);
}

function perform<P extends Closable>(kept: Kept<P>, effect: ReconnectEffect): void {
	if ("open" in effect) kept.pendingOpen = tryToOpen(kept);
	else if ("wakeInMs" in effect) kept.wakeTimer = kept.timers.set(() => happen(kept, "timer"), effect.wakeInMs);
	else if (kept.port) kept.pendingClose = kept.port.close();
}

async function tryToOpen<P extends Closable>(kept: Kept<P>): Promise<void> {
	let opened: P;
	try {
		opened = await kept.open();
	} catch (error) {
		reportOnce(kept, asTrouble(error, "unknown"));
		happen(kept, "failed");
		return;
	}
	kept.port = opened;
	happen(kept, "opened");
	if (kept.stopping) return;
	opened.onClosed((why) => {
		if (kept.port !== opened) return;
		kept.port = undefined;
		kept.timers.clear(kept.wellTimer);
		kept.stopDriving();
		kept.stopDriving = () => {};
		reportOnce(kept, asTrouble(why, opened.name));
		happen(kept, "lost");
	});
	try {
		kept.stopDriving = kept.run(opened);
		kept.wellTimer = kept.timers.set(() => wellAgain(kept), kept.reported ? kept.wellAfterMs : 0);
	} catch (error) {
		if (!(error instanceof DeviceTrouble)) throw error;
		kept.port = undefined;
		kept.pendingClose = opened.close();
		reportOnce(kept, error);
		happen(kept, "lost");
	}
}

/** A device that hangs up and a port that gives no reason look the same from the shop: a connection came loose. */
function asTrouble(error: unknown, name: string): DeviceTrouble {
	return error instanceof DeviceTrouble ? error : new DeviceTrouble("port-lost", { port: name }, { cause: error });
}
