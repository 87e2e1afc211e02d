import { DeviceTrouble } from "../trouble.ts";
import { type Link, type ReconnectEffect, type ReconnectEvent, stableMs, step } from "./reconnect.ts";

/** What every port can do, whatever it carries. */
export interface Closable {
	readonly name: string;
	onClosed(listener: (why: Error | undefined) => void): void;
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
	/** A link that held so long ends a trouble; a device that accepts and hangs up at once does not. */
	wellAfterMs?: number;
	random?: () => number;
	timers?: Timers;
}

const realTimers: Timers = {
	set: (act, afterMs) => setTimeout(act, afterMs),
	clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
	nowMs: () => performance.now(),
};

/**
 * Keeps a port open for as long as the shop is there: never gives up, says a trouble once (again when it becomes another
 * one) and says when it is over. `stop` resolves when the port is closed and nothing will be called any more.
 * Any other error of `run` is a fault of ours, not of the shop: it is thrown, not reported.
 */
export function keepOpen<P extends Closable>(options: KeepOpenOptions<P>): { stop(): Promise<void>; state(): Link["at"] } {
	const { open, run, report, facts = {}, wellAfterMs = stableMs, random = Math.random, timers = realTimers } = options;
	let link: Link = { at: "closed" };
	let port: P | undefined;
	let stopDriving: () => void = () => {};
	let reported: { code: string; sinceMs: number; failures: number } | undefined;
	let wakeTimer: unknown;
	let wellTimer: unknown;
	let stopping = false;
	let pendingOpen: Promise<void> = Promise.resolve();
	let pendingClose: Promise<void> = Promise.resolve();

	const reportOnce = (trouble: DeviceTrouble): void => {
		if (stopping) return;
		if (reported) reported.failures += 1;
		if (reported?.code === trouble.code) return;
		reported = { code: trouble.code, sinceMs: reported?.sinceMs ?? timers.nowMs(), failures: reported?.failures ?? 1 };
		report({ type: "trouble", trouble: new DeviceTrouble(trouble.code, { ...facts, ...trouble.facts }, { cause: trouble.cause }) });
	};

	const wellAgain = (): void => {
		if (!reported) return;
		const { sinceMs, failures } = reported;
		reported = undefined;
		report({ type: "well-again", afterMs: Math.round(timers.nowMs() - sinceMs), failures });
	};

	const happen = (event: ReconnectEvent): void => {
		const next = step(link, event, { nowMs: timers.nowMs(), jitter: random() });
		link = next.link;
		for (const effect of next.effects) perform(effect);
	};

	const perform = (effect: ReconnectEffect): void => {
		if ("open" in effect) pendingOpen = tryToOpen();
		else if ("wakeInMs" in effect) wakeTimer = timers.set(() => happen("timer"), effect.wakeInMs);
		else if (port) pendingClose = port.close();
	};

	const tryToOpen = async (): Promise<void> => {
		let opened: P;
		try {
			opened = await open();
		} catch (error) {
			reportOnce(asTrouble(error, "unknown"));
			happen("failed");
			return;
		}
		port = opened;
		happen("opened");
		if (stopping) return;
		opened.onClosed((why) => {
			if (port !== opened) return;
			port = undefined;
			timers.clear(wellTimer);
			stopDriving();
			stopDriving = () => {};
			reportOnce(asTrouble(why, opened.name));
			happen("lost");
		});
		try {
			stopDriving = run(opened);
			wellTimer = timers.set(wellAgain, reported ? wellAfterMs : 0);
		} catch (error) {
			if (!(error instanceof DeviceTrouble)) throw error;
			port = undefined;
			pendingClose = opened.close();
			reportOnce(error);
			happen("lost");
		}
	};

	happen("start");

	return {
		state: () => link.at,
		async stop() {
			stopping = true;
			timers.clear(wakeTimer);
			timers.clear(wellTimer);
			stopDriving();
			stopDriving = () => {};
			happen("stop");
			await pendingOpen;
			await pendingClose;
			port = undefined;
		},
	};
}

/** A device that hangs up, and a port of ours that forgot to say why, look the same from the shop: something came loose. */
function asTrouble(error: unknown, name: string): DeviceTrouble {
	return error instanceof DeviceTrouble ? error : new DeviceTrouble("port-lost", { port: name }, { cause: error });
}
