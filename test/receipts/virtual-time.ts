/**
 * A clock of our own for a program that uses Node's timers: while it is in place, `setTimeout`, `setInterval` and `performance.now` follow
 * appointments that pass as fast as they can be kept. What the program waits for in promises happens between two appointments.
 */
import { appointments, type Timeline } from "../../src/sim/timeline.ts";

export interface VirtualTime extends Timeline {
	/** Goes on to the next appointment; false when there is none before `untilMs`. */
	next(untilMs: number): Promise<boolean>;
	/** The program was killed: none of its timers rings any more. Appointments of the world around it stay. */
	killProgram(): void;
	restore(): void;
}

const settle = setImmediate;

export function virtualTime(random: () => number): VirtualTime {
	const book = appointments();
	let nowMs = 0;
	let timers = new Map<number, () => void>();
	let made = 0;
	const after = (ms: number, act: () => void): (() => void) => book.add(nowMs + Math.max(0, ms), act);
	const set = (act: () => void, ms: number, again: boolean): number => {
		const n = (made += 1);
		const arm = (): void =>
			void timers.set(
				n,
				after(ms, () => {
					timers.delete(n);
					if (again) arm();
					act();
				}),
			);
		arm();
		return n;
	};
	const clear = (n: number): void => {
		timers.get(n)?.();
		timers.delete(n);
	};
	const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
	const { random: dice } = Math;
	Object.assign(globalThis, {
		setTimeout: (act: () => void, ms = 0) => set(act, ms, false),
		setInterval: (act: () => void, ms = 0) => set(act, Math.max(1, ms), true),
		clearTimeout: clear,
		clearInterval: clear,
	});
	Object.defineProperty(performance, "now", { value: () => nowMs, configurable: true });
	Math.random = random;
	return {
		now: () => nowMs,
		after,
		stop: () => book.clear(),
		async next(untilMs) {
			await new Promise<void>((done) => settle(done));
			const dueMs = book.earliestMs();
			if (dueMs > untilMs) return false;
			nowMs = Math.max(nowMs, dueMs);
			book.keep(nowMs);
			return true;
		},
		killProgram() {
			for (const cancel of timers.values()) cancel();
			timers = new Map();
		},
		restore() {
			Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval });
			Reflect.deleteProperty(performance, "now");
			Math.random = dice;
		},
	};
}
