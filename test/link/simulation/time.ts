import type { Clock, Dice } from "../../../src/link/run/clock.ts";

/** Virtual time and the run's only dice: the same seed is the same run, to the last message. */
export interface World extends Clock {
	dice: Dice;
	/** What a right clock says, milliseconds since 1970. */
	trueMs(): number;
	chance(share: number): boolean;
	between(least: number, most: number): number;
	pick<T>(things: readonly T[]): T;
	/** Work outside virtual time (a real database) that ends before anything else happens. */
	hold(work: Promise<unknown>): void;
	/** Runs what is due, in order, for `ms` or until `done`. */
	run(ms: number, done?: () => boolean): Promise<void>;
	trace(who: string, what: string): void;
	/** That this came to pass: a fault that nobody meets proves nothing. */
	saw(what: string): void;
	seen: Map<string, number>;
}

interface Due {
	atMs: number;
	order: number;
	call: (() => void) | undefined;
}

const isLater = (a: Due, b: Due): boolean => a.atMs > b.atMs || (a.atMs === b.atMs && a.order > b.order);

/** mulberry32, well enough mixed for a few million seeds. */
export function diceOf(seed: number): Dice {
	let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Half past midnight UTC of the night in which Europe's clocks jump from two to three: half an hour into the run. */
const nightOfDst = Date.UTC(2026, 2, 29, 0, 30);
/** The hour that does not exist. Instants are UTC and do not mind. */
export const clocksChange = "2026-03-29T01:00:00.000Z";
const ordinaryDay = Date.UTC(2026, 2, 2, 9, 0);

/** A loop without time is a bug of its own: a busy processor, and a line that says nothing. */
const mostAtOnce = 20_000;

/** Promises that follow from one event settle before the next one; the longest chain here is a dozen deep. */
const turnsPerEvent = 16;

export function openWorld(seed: number, say?: (line: string) => void): World {
	const dice = diceOf(seed);
	const startMs = dice() < 0.3 ? nightOfDst : ordinaryDay;
	const heap: Due[] = [];
	const held = new Set<Promise<unknown>>();
	let nowMs = 0;
	let order = 0;

	function insert(entry: Due): void {
		let at = heap.push(entry) - 1;
		while (at > 0) {
			const parent = (at - 1) >> 1;
			if (!isLater(heap[parent]!, entry)) break;
			heap[at] = heap[parent]!;
			at = parent;
		}
		heap[at] = entry;
	}

	function takeFirst(): Due {
		const first = heap[0]!;
		const last = heap.pop()!;
		if (heap.length === 0) return first;
		let at = 0;
		for (;;) {
			let child = 2 * at + 1;
			if (child >= heap.length) break;
			if (child + 1 < heap.length && isLater(heap[child]!, heap[child + 1]!)) child += 1;
			if (!isLater(last, heap[child]!)) break;
			heap[at] = heap[child]!;
			at = child;
		}
		heap[at] = last;
		return first;
	}

	const between = (least: number, most: number): number => least + Math.floor(dice() * (most - least + 1));

	const seen = new Map<string, number>();

	return {
		dice,
		between,
		seen,
		saw: (what) => void seen.set(what, 1 + (seen.get(what) ?? 0)),
		nowMs: () => nowMs,
		trueMs: () => startMs + Math.floor(nowMs),
		chance: (share) => dice() < share,
		pick: (things) => things[between(0, things.length - 1)]!,
		after(ms, call) {
			// Whole milliseconds, as timers have: with fractions an alarm may ring a rounding error before its time, for ever.
			const entry: Due = { atMs: nowMs + Math.max(0, Math.ceil(ms)), order: order++, call };
			insert(entry);
			return () => {
				entry.call = undefined;
			};
		},
		hold(work) {
			held.add(work);
			const free = (): void => void held.delete(work);
			work.then(free, free);
		},
		async run(ms, done = () => false) {
			const untilMs = nowMs + ms;
			let atOnce = 0;
			while (heap.length > 0 && heap[0]!.atMs <= untilMs && !done()) {
				const { atMs, call } = takeFirst();
				if (!call) continue;
				atOnce = atMs === nowMs ? atOnce + 1 : 0;
				if (atOnce > mostAtOnce) throw new Error(`time stands still at ${nowMs} ms: something happens again and again`);
				nowMs = atMs;
				call();
				for (;;) {
					for (let turn = 0; turn < turnsPerEvent; turn++) await undefined;
					if (held.size === 0) break;
					// What waited for this work goes on in further turns, and may begin more of it.
					await Promise.allSettled(held);
				}
			}
			if (!done()) nowMs = Math.max(nowMs, untilMs);
		},
		trace(who, what) {
			say?.(`${(nowMs / 1_000).toFixed(3).padStart(10)} ${who.padEnd(8)} ${what}`);
		},
	};
}

/** A disk: what is asked of it happens in order, a little later, and not at all if the power goes first. */
export interface Disk {
	write<T>(effect: () => T | Promise<T>): Promise<T>;
	cutPower(): void;
	setFull(full: boolean): void;
	/** At the n-th write from now `blow` is called: before it took effect, or after it and before anybody was told. */
	fuse(writes: number, isDone: boolean, blow: () => void): void;
	/** Nothing waits to be written. */
	idle(): boolean;
}

export function openDisk(world: World, slowestMs = 30): Disk {
	let generation = 0;
	let freeAtMs = 0;
	let full = false;
	let waiting = 0;
	let fuse: { left: number; isDone: boolean; blow: () => void } | undefined;
	return {
		write<T>(effect: () => T | Promise<T>): Promise<T> {
			const mine = generation;
			freeAtMs = Math.max(freeAtMs, world.nowMs()) + world.between(1, slowestMs);
			waiting += 1;
			return new Promise<T>((resolve, reject) => {
				world.after(freeAtMs - world.nowMs(), () => {
					if (mine !== generation) return; // whoever waited lost its power too
					waiting -= 1;
					if (full) return reject(new Error("disk-full"));
					const blown = fuse && --fuse.left <= 0 ? fuse : undefined;
					if (blown) fuse = undefined;
					if (blown && !blown.isDone) return blown.blow();
					try {
						const result = effect();
						// Whoever asked may be gone before it is done; it is done all the same.
						if (result instanceof Promise) world.hold(result);
						if (blown) return blown.blow();
						resolve(result);
					} catch (error) {
						reject(error as Error);
					}
				});
			});
		},
		cutPower() {
			generation += 1;
			freeAtMs = 0;
			waiting = 0;
		},
		setFull(value) {
			full = value;
		},
		fuse: (left, isDone, blow) => void (fuse = { left, isDone, blow }),
		idle: () => waiting === 0,
	};
}
