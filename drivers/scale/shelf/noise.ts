/**
 * The noise of a plate while nobody is there: of its cells, or of a display that alternates between two steps. Each second of readings has
 * a spread, from its lowest to its highest; a second without a new reading has none. The median of the last minute is the plate's own
 * noise, because people touch a shelf for seconds and not for minutes.
 */
export interface Noise {
	/** The second that is being measured, by the clock of the samples. */
	second: number;
	low: number;
	high: number;
	last: number;
	/** Of the seconds before, in milligrams; at most sixty. */
	spreads: number[];
}

const secondsKept = 60;
/** With fewer seconds the noise is not known: somebody may be filling the shelf. */
const leastSeconds = 10;

export function startNoise(): Noise {
	return { second: -1, low: 0, high: 0, last: 0, spreads: [] };
}

export function watchNoise(noise: Noise, milligrams: number, atMs: number): Noise {
	const second = Math.floor(atMs / 1_000);
	if (noise.second < 0 || second < noise.second) return { ...startNoise(), second, low: milligrams, high: milligrams, last: milligrams };
	if (second === noise.second) {
		const low = Math.min(noise.low, milligrams);
		return { ...noise, low, high: Math.max(noise.high, milligrams), last: milligrams };
	}
	const quietSeconds = Math.min(secondsKept, second - noise.second - 1);
	const spreads = [...noise.spreads, noise.high - noise.low, ...Array<number>(quietSeconds).fill(0)].slice(-secondsKept);
	return { second, low: Math.min(noise.last, milligrams), high: Math.max(noise.last, milligrams), last: milligrams, spreads };
}

/** Noise above this is a shelf that swings or a fan beside it, and raises an alarm. */
const mostMilligrams = 12_500;

/** Milligrams by which two readings of one second usually differ; 0 until that is known. */
export function restlessness(noise: Noise): number {
	if (noise.spreads.length < leastSeconds) return 0;
	const sorted = noise.spreads.toSorted((a, b) => a - b);
	return Math.min(mostMilligrams, sorted[sorted.length >> 1]!);
}
