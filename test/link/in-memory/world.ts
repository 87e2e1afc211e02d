import type { Clock, Dice } from "../../../src/link/run/clock.ts";

/** One seeded world: virtual time, its dice, and a network that does what networks do. The same seed is the same run. */
export interface World extends Clock {
	dice: Dice;
	wall(): string;
	chance(share: number): boolean;
	between(least: number, most: number): number;
	/** Runs what is due, in order, until `ms` from now or until `done` says so. */
	run(ms: number, done?: () => boolean): Promise<void>;
}

export function openWorld(seed: number): World {
	let nowMs = 0;
	let order = 0;
	let state = seed >>> 0;
	const due: { atMs: number; order: number; call: () => void }[] = [];

	// mulberry32: 32 bits of state are enough to tell a few hundred seeds apart.
	const dice = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};

	const later = (a: { atMs: number; order: number }, b: { atMs: number; order: number }): number => a.atMs - b.atMs || a.order - b.order;
	const insert = (entry: (typeof due)[number]): void => {
		let low = 0;
		let high = due.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (later(due[middle]!, entry) <= 0) low = middle + 1;
			else high = middle;
		}
		due.splice(low, 0, entry);
	};

	return {
		dice,
		nowMs: () => nowMs,
		wall: () => new Date(Date.UTC(2026, 2, 1) + Math.floor(nowMs)).toISOString(),
		chance: (share) => dice() < share,
		between: (least, most) => least + Math.floor(dice() * (most - least + 1)),
		after(ms, call) {
			const entry = { atMs: nowMs + Math.max(0, ms), order: order++, call };
			insert(entry);
			return () => {
				const index = due.indexOf(entry);
				if (index >= 0) due.splice(index, 1);
			};
		},
		async run(ms, done = () => false) {
			const untilMs = nowMs + ms;
			while (due.length > 0 && due[0]!.atMs <= untilMs && !done()) {
				const entry = due.shift()!;
				nowMs = entry.atMs;
				entry.call();
				// Promises settle before the next thing happens, as they would between two packets.
				for (let turn = 0; turn < 12; turn++) await undefined;
			}
			if (!done()) nowMs = Math.max(nowMs, untilMs);
		},
	};
}

export interface Weather {
	lost: number;
	doubled: number;
	/** Share of messages that come seconds late, behind everything sent after them. */
	late: number;
	damaged: number;
	delayMs: [number, number];
}

export const fairWeather: Weather = { lost: 0, doubled: 0, late: 0, damaged: 0, delayMs: [5, 20] };

export function weatherOf(world: World): Weather {
	return {
		lost: world.dice() * 0.25,
		doubled: world.dice() * 0.25,
		late: world.dice() * 0.2,
		damaged: world.dice() * 0.03,
		delayMs: [1, world.between(5, 800)],
	};
}

/** Hands a message over: once, never, twice, late or bent. */
export function carry(world: World, weather: Weather, payload: Buffer, deliver: (payload: Buffer) => void): void {
	const copies = world.chance(weather.lost) ? 0 : world.chance(weather.doubled) ? 2 : 1;
	for (let copy = 0; copy < copies; copy++) {
		const delayMs = world.between(...weather.delayMs) + (world.chance(weather.late) ? world.between(500, 30_000) : 0);
		let bytes = payload;
		if (world.chance(weather.damaged)) {
			bytes = Buffer.from(payload);
			const at = world.between(0, bytes.length - 1);
			bytes[at] = bytes[at]! ^ (1 << world.between(0, 7));
		}
		world.after(delayMs, () => deliver(bytes));
	}
}
