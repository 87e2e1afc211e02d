import type { Seeded } from "../seeded.ts";

/**
 * A shelf plate on load cells. A load that changes makes it swing (2 to 4 Hz, dying away within half a second);
 * a hand that leans on it makes it wander; otherwise it shows its load with a little noise and a slow drift.
 *
 *   shown = load + drift + swing · e^(−t/0.12 s) · cos(2π·3 Hz·t) + hand + noise
 */
export interface Plate {
	/** Takes `pieces` off; answers how many were there to take. */
	take(pieces: number): number;
	put(pieces: number): void;
	/** Loose goods: takes or adds by weight; answers the milligrams taken. */
	takeMilligrams(milligrams: number): number;
	putMilligrams(milligrams: number): void;
	/** A hand or an elbow rests on the plate for this long. */
	lean(ms: number): void;
	/** Lifts the platform off its cells, or puts it back: a real scale then shows underload. */
	lift(lifted: boolean): void;
	/** The load on the cells at this moment, and how much of it still swings. */
	feel(nowMs: number): { milligrams: number; swingMilligrams: number };
	pieces(): number;
	loadMilligrams(): number;
}

export interface PlateGoods {
	/** Undefined for loose goods. */
	pieceMilligrams?: number | undefined;
	startPieces?: number | undefined;
	startMilligrams?: number | undefined;
}

const swingHertz = 3;
const swingDiesInMs = 120;
/** Packers are allowed some spread; one percent is usual for a bag of pasta. */
const pieceSpread = 0.01;
const noiseMilligrams = 120;
const driftMilligramsPerHour = 2_000;

export function buildPlate(
	goods: PlateGoods,
	luck: Seeded,
	nowMs: () => number,
	kept?: { stack: number[]; loose: number },
	keep?: (load: { stack: number[]; loose: number }) => void,
): Plate {
	const onePiece = (): number => Math.round((goods.pieceMilligrams ?? 0) * (1 + pieceSpread * Math.max(-2, Math.min(2, luck.bell()))));
	const stack: number[] = kept ? [...kept.stack] : Array.from({ length: goods.pieceMilligrams ? (goods.startPieces ?? 0) : 0 }, onePiece);
	let loose = kept?.loose ?? goods.startMilligrams ?? 0;
	let swing = { sinceMs: -Infinity, milligrams: 0 };
	let leanUntilMs = -Infinity;
	let lifted = false;
	const driftTurns = luck.fraction() * 2 * Math.PI;

	const load = (): number => (lifted ? -2_000_000 : loose + stack.reduce((sum, piece) => sum + piece, 0));
	const swingAt = (atMs: number): number => swing.milligrams * Math.exp(-(atMs - swing.sinceMs) / swingDiesInMs);
	const change = (act: () => void): void => {
		const atMs = nowMs();
		const before = load() + swingAt(atMs);
		act();
		swing = { sinceMs: atMs, milligrams: before - load() };
		keep?.({ stack, loose });
	};

	return {
		take(pieces) {
			const taken = Math.min(pieces, stack.length);
			change(() => stack.splice(stack.length - taken, taken));
			return taken;
		},
		put(pieces) {
			change(() => {
				for (let at = 0; at < pieces; at++) stack.push(onePiece());
			});
		},
		takeMilligrams(milligrams) {
			const taken = Math.min(milligrams, loose);
			change(() => {
				loose -= taken;
			});
			return taken;
		},
		putMilligrams(milligrams) {
			change(() => {
				loose += milligrams;
			});
		},
		lean(ms) {
			leanUntilMs = Math.max(leanUntilMs, nowMs() + ms);
		},
		lift(next) {
			change(() => {
				lifted = next;
			});
		},
		feel(atMs) {
			const amplitude = swingAt(atMs);
			const seconds = (atMs - swing.sinceMs) / 1_000;
			const swinging = Number.isFinite(seconds) ? amplitude * Math.cos(2 * Math.PI * swingHertz * seconds) : 0;
			const leans = atMs < leanUntilMs;
			const hand = leans ? 800_000 + 500_000 * Math.sin(atMs / 170) : 0;
			// Temperature moves a load cell up in the morning and down at night, not ever upwards.
			const drift = driftMilligramsPerHour * Math.sin(atMs / 3_600_000 + driftTurns) - driftMilligramsPerHour * Math.sin(driftTurns);
			return {
				milligrams: load() + swinging + hand + drift + noiseMilligrams * luck.bell(),
				swingMilligrams: Math.abs(Number.isFinite(amplitude) ? amplitude : 0) + (leans ? 500_000 : 0),
			};
		},
		pieces: () => stack.length,
		loadMilligrams: () => load(),
	};
}
