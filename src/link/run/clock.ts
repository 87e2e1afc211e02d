/** The clock, timers and random numbers of the link. A simulation passes its own; no other file of the link asks the machine for them. */
export interface Clock {
	/** Monotonic milliseconds. */
	nowMs(): number;
	/** Calls back once, after `ms`. Returns how to cancel it. */
	after(ms: number, act: () => void): () => void;
}

/** 0 to 1. */
export type Dice = () => number;

export const machineClock: Clock = {
	nowMs: () => performance.now(),
	after(ms, act) {
		const timer = setTimeout(act, Math.min(Math.max(ms, 0), 2 ** 31 - 1));
		return () => clearTimeout(timer);
	},
};

/** One timer, which is set anew after each step of a machine. */
export function alarmClock(clock: Clock, ring: () => void): { set(atMs: number | undefined): void } {
	let forget: (() => void) | undefined;
	let setFor: number | undefined;
	return {
		set(atMs) {
			if (atMs === setFor && forget) return;
			forget?.();
			forget = undefined;
			setFor = atMs;
			if (atMs === undefined) return;
			forget = clock.after(Math.max(0, atMs - clock.nowMs()), () => {
				forget = undefined;
				ring();
			});
		},
	};
}

/** Where the link writes its log. */
export interface LinkLog {
	info(facts: object, text: string): void;
	warn(facts: object, text: string): void;
}

export const noLog: LinkLog = { info() {}, warn() {} };
