/**
 * A shelf plate on load cells as physics, for measuring the shelf engine. It shares no code with drivers/ and none with the plate of the
 * demo (src/sim/serial/plate.ts).
 *
 *   force  = goods + hands + knocks                                    what presses on the plate, in grams
 *   bend'' = w² (force − bend) − 2 z w bend'                           plate and cells swing and come to rest
 *   shown  = mean of bend over the conversion + creep + warmth + floor + noise, rounded to the display's step; rarely a wild reading
 *
 * Where the numbers come from:
 * - Noise of the converter: HX711 data sheet (Avia Semiconductor), 50 nV rms at 10 and 90 nV at 80 readings a second, gain 128. At 4.3 V a
 *   15 kg cell of 2 mV/V gives 8.6 mV full scale: 50 nV are 0.09 g. A 50 kg half bridge of 1 mV/V gives 4.3 mV: 50 nV are 0.6 g.
 *   The third level has 3 g, the ±3 g that a shop's shelf showed.
 * - Creep: OIML R 60-1:2017, 5.5.1: within 30 minutes at most 0.7 of the permitted error. Class C3 (error 1.05 of 3,000 steps):
 *   0.0245 % of the load. Class C1 (0.7 of 1,000): 0.049 %; cells without a class are sold with 0.1 %.
 * - Warmth: OIML R 60-1, temperature effect on the output without load: at most 0.7 of the least step for 2 K. With a least step of
 *   a 10,000th of the range: 0.5 g/K at 15 kg, 1.75 g/K at 50 kg; of a 3,500th: 5 g/K.
 * - Temperature of a heated room: ASHRAE 55: swings of 1.1 K from peak to peak within 15 minutes, drifts of 2.2 K an hour.
 * - Swing of the plate: 2 to 6 Hz, dying away within half a second; a floor that shakes under trolleys and compressors: some tenths of
 *   a gram to grams.
 * - A hand that holds a force does not hold it still: its error rises linearly with the force from a positive value at none, with a
 *   peak at 8 to 10 Hz (Sutton and Sykes, The variation of hand tremor with force in healthy subjects, J. Physiol. 191, 1967).
 */
import type { Chance } from "./chance.ts";

export interface NoiseLevel {
	name: string;
	noiseGrams: number;
	stepGrams: number;
	/** Share of a load by which it seems to grow within half an hour. */
	creepShare: number;
	gramsPerKelvin: number;
	floorGrams: number;
	knocksPerHour: number;
	spikesPerHour: number;
	/** Share of visits in which somebody leans on the plate. */
	leans: number;
	/** Deviation of pieces of one article, as a share of their weight. */
	pieceSpread: number;
	readingsPerSecond: number;
	/** A scale that says whether it is at rest, and reports only what changes. */
	saysSettled: boolean;
}

const quietCell = { noiseGrams: 0.09, creepShare: 0.000_245, gramsPerKelvin: 0.5, floorGrams: 0.1, knocksPerHour: 6, spikesPerHour: 0 };
export const noiseLevels = {
	low: { name: "low", ...quietCell, stepGrams: 1, leans: 0.05, pieceSpread: 0.01, readingsPerSecond: 5, saysSettled: true },
	middle: {
		...{ name: "middle", noiseGrams: 0.6, stepGrams: 0.1, creepShare: 0.000_49, gramsPerKelvin: 1.75, floorGrams: 0.4 },
		...{ knocksPerHour: 30, spikesPerHour: 2, leans: 0.15, pieceSpread: 0.02, readingsPerSecond: 10, saysSettled: false },
	},
	high: {
		...{ name: "high", noiseGrams: 3, stepGrams: 0.1, creepShare: 0.001, gramsPerKelvin: 5, floorGrams: 2 },
		...{ knocksPerHour: 120, spikesPerHour: 20, leans: 0.3, pieceSpread: 0.03, readingsPerSecond: 10, saysSettled: false },
	},
} as const satisfies Record<string, NoiseLevel>;

/** A force that begins and ends: a hand, a knock. `grams` is asked for each moment between. */
export interface Press {
	fromMs: number;
	untilMs: number;
	grams(atMs: number): number;
}

/** Goods that come or go: the load changes by `grams` within `overMs`. */
export interface Shift {
	atMs: number;
	grams: number;
	overMs: number;
}

export interface PlateModel {
	press(press: Press): void;
	shift(shift: Shift): void;
	/** What the cells show at this moment; to be asked in order of time, once a reading. */
	reading(atMs: number): { grams: number; settled: boolean };
}

const innerMs = 5;
const swingsForMs = 3_000;
const creepTakesMs = 480_000;

export function buildPlateModel(level: NoiseLevel, startGrams: number, chance: Chance): PlateModel {
	const omega = 2 * Math.PI * chance.between(2.5, 6);
	const damping = chance.between(0.35, 0.6);
	const presses: Press[] = [];
	const shifts: Shift[] = [];
	let goods = startGrams;
	let [bend, speed, creep] = [startGrams, 0, startGrams * level.creepShare * chance.fraction()];
	let nowMs = 0;
	let restlessUntilMs = 0;
	const shown: number[] = [];
	const warmth = warmthOf(level, chance);
	const knocks = randomTimes(level.knocksPerHour, chance);
	const spikes = randomTimes(level.spikesPerHour, chance);

	const forceAt = (atMs: number): number => {
		let force = goods;
		for (const { atMs: from, grams, overMs } of shifts) force += grams * Math.min(1, Math.max(0, (atMs - from) / overMs));
		for (const press of presses) if (atMs >= press.fromMs && atMs < press.untilMs) force += press.grams(atMs);
		return force;
	};
	const forget = (atMs: number): void => {
		while (shifts.length > 0 && shifts[0]!.atMs + shifts[0]!.overMs <= atMs) goods += shifts.shift()!.grams;
		while (presses.length > 0 && presses[0]!.untilMs <= atMs) presses.shift();
	};
	const restless = (untilMs: number): void => void (restlessUntilMs = Math.max(restlessUntilMs, untilMs + swingsForMs));
	/** The mean bend over the reading's conversion. */
	const bendUntil = (atMs: number): number => {
		if (nowMs > restlessUntilMs && presses.length === 0 && shifts.length === 0) {
			[bend, speed, nowMs] = [goods, 0, atMs];
			return bend;
		}
		let sum = 0;
		let steps = 0;
		for (; nowMs < atMs; nowMs += innerMs) {
			speed += (omega * omega * (forceAt(nowMs) - bend) - 2 * damping * omega * speed) * (innerMs / 1_000);
			bend += speed * (innerMs / 1_000);
			sum += bend;
			steps += 1;
		}
		forget(atMs);
		return steps === 0 ? bend : sum / steps;
	};

	return {
		press(press) {
			presses.push(press);
			presses.sort((a, b) => a.untilMs - b.untilMs);
			restless(press.untilMs);
		},
		shift(shift) {
			shifts.push(shift);
			restless(shift.atMs + shift.overMs);
		},
		reading(atMs) {
			if (knocks.isDue(atMs)) this.press(knockAt(nowMs, chance));
			const beforeMs = nowMs;
			const mean = bendUntil(atMs);
			creep += (goods * level.creepShare - creep) * (1 - Math.exp(-(atMs - beforeMs) / creepTakesMs));
			const floor = level.floorGrams * Math.sin(2 * Math.PI * 0.37 * (atMs / 1_000)) * Math.sin(2 * Math.PI * (atMs / 61_000));
			const wild = spikes.isDue(atMs) ? chance.oneOf([-1, 1]) * chance.between(20, 5_000) : 0;
			const raw = mean + creep + warmth(atMs) + floor + level.noiseGrams * chance.bell() + wild;
			const grams = Math.round(raw / level.stepGrams) * level.stepGrams;
			shown.push(grams);
			if (shown.length > 3) shown.shift();
			const settled = level.saysSettled && shown.length === 3 && Math.max(...shown) - Math.min(...shown) <= level.stepGrams;
			return { grams, settled };
		},
	};
}

/** Grams by which the temperature moves the zero: the heating's swing, and a slow way up and down over a day. */
function warmthOf(level: NoiseLevel, chance: Chance): (atMs: number) => number {
	const [swing, day] = [chance.fraction(), chance.fraction()].map((turn) => turn * 2 * Math.PI) as [number, number];
	const kelvin = (atMs: number): number =>
		0.55 * Math.sin((2 * Math.PI * atMs) / 900_000 + swing) + 4 * Math.sin((2 * Math.PI * atMs) / 41_000_000 + day);
	return (atMs) => level.gramsPerKelvin * kelvin(atMs);
}

/** A trolley against the shelf's foot, a door, a neighbour's crate: a push of some hundredths of a second. */
function knockAt(atMs: number, chance: Chance): Press {
	const grams = chance.oneOf([-1, 1]) * Math.exp(chance.between(Math.log(50), Math.log(4_000)));
	return { fromMs: atMs, untilMs: atMs + chance.between(10, 60), grams: () => grams };
}

function randomTimes(perHour: number, chance: Chance): { isDue(atMs: number): boolean } {
	const next = (fromMs: number): number => (perHour === 0 ? Number.POSITIVE_INFINITY : fromMs + chance.wait(3_600_000 / perHour));
	let dueMs = next(0);
	return {
		isDue(atMs) {
			if (atMs < dueMs) return false;
			dueMs = next(atMs);
			return true;
		},
	};
}
