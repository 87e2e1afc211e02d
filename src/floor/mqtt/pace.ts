/** The times between the last reports of a device that reports by itself. Pure; the clock is the caller's. */
export interface Pace {
	lastMs: number | undefined;
	/** Milliseconds between the last reports; at most sixteen. */
	gaps: number[];
}

const gapsKept = 16;
/** With fewer gaps the pace is not known yet. */
const leastGaps = 4;
/** A sensor is regular when its gaps differ by less than this factor. */
const regularWithin = 2;
/** A regular sensor that was silent for so many usual gaps, and for `shortestPauseMs`, was not measuring. */
const pauseGaps = 5;
const shortestPauseMs = 10_000;

export const startPace = (): Pace => ({ lastMs: undefined, gaps: [] });

/** The pace with one more report. `paused`: before it, the device was silent for much longer than usual. */
export function withReport(pace: Pace, nowMs: number): { pace: Pace; paused: boolean } {
	if (pace.lastMs === undefined) return { pace: { lastMs: nowMs, gaps: [] }, paused: false };
	const gap = nowMs - pace.lastMs;
	const usual = usualGapOf(pace);
	const isRegular = pace.gaps.length >= leastGaps && Math.max(...pace.gaps) <= regularWithin * usual!;
	const paused = isRegular && gap > Math.max(shortestPauseMs, pauseGaps * usual!);
	// A pause is not counted as a gap: the sensor goes on as before.
	return { pace: { lastMs: nowMs, gaps: paused ? pace.gaps : [...pace.gaps, gap].slice(-gapsKept) }, paused };
}

/** The median gap; undefined until there are two reports. */
export function usualGapOf({ gaps }: Pace): number | undefined {
	return gaps.toSorted((a, b) => a - b)[gaps.length >> 1];
}

/** Milliseconds of silence after which an alarm is raised: three times the longest gap seen, between five minutes and an hour. */
export function patienceOf({ gaps }: Pace): number {
	const most = 60 * 60_000;
	return gaps.length < leastGaps ? most : Math.min(most, Math.max(5 * 60_000, 3 * Math.max(...gaps)));
}
