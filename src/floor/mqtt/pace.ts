/** How often a device that reports by itself does so, as far as its last reports tell. Pure; the clock is the caller's. */
export interface Pace {
	lastMs: number | undefined;
	/** Milliseconds between reports, the last ones; at most sixteen. */
	gaps: number[];
}

const gapsKept = 16;
/** Fewer gaps than these are no pace yet. */
const leastGaps = 4;
/** A sensor that reports every so often has gaps that differ by less than this factor. */
const regularWithin = 2;
/** A regular sensor that was silent for so many gaps, and not just for some seconds, was not measuring. */
const pauseGaps = 5;
const shortestPauseMs = 10_000;

export const startPace = (): Pace => ({ lastMs: undefined, gaps: [] });

/** The pace with one more report; `paused`: before it, the device reported nothing for much longer than it does. */
export function withReport(pace: Pace, nowMs: number): { pace: Pace; paused: boolean } {
	if (pace.lastMs === undefined) return { pace: { lastMs: nowMs, gaps: [] }, paused: false };
	const gap = nowMs - pace.lastMs;
	const usual = usualGapOf(pace);
	const isRegular = pace.gaps.length >= leastGaps && Math.max(...pace.gaps) <= regularWithin * usual!;
	const paused = isRegular && gap > Math.max(shortestPauseMs, pauseGaps * usual!);
	// A pause is no pace: the sensor goes on as before.
	return { pace: { lastMs: nowMs, gaps: paused ? pace.gaps : [...pace.gaps, gap].slice(-gapsKept) }, paused };
}

/** The median gap; undefined until there are two reports. */
export function usualGapOf({ gaps }: Pace): number | undefined {
	return gaps.toSorted((a, b) => a - b)[gaps.length >> 1];
}

/** Silence after which somebody is called: three times the longest gap seen, five minutes to an hour. */
export function patienceOf({ gaps }: Pace): number {
	const most = 60 * 60_000;
	return gaps.length < leastGaps ? most : Math.min(most, Math.max(5 * 60_000, 3 * Math.max(...gaps)));
}
