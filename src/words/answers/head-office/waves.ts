import type { Instant } from "../../time.ts";

/** A push goes to the next wave only while the last one stays within these. */
export interface WaveLimits {
	/** The least share of the due prices with labels that every label of the article shows at the end of the watch. */
	shownPercent: number;
	/** The most labels that could not show their price; prices that stores refused count with them. */
	failedLabels: number;
	/** The most red alarms that began in the wave's stores since it opened. */
	redAlarms: number;
}

/** One step of a push: the stores of a group, a share of the push's stores beyond the waves before it, or all that are left. */
export interface AskedWave {
	group?: string | undefined;
	percent?: number | undefined;
	all?: true | undefined;
	/** How long the wave is watched before the next one opens. */
	waitMinutes: number;
	limits: WaveLimits;
}

export const waveStates = ["waiting", "open", "halted", "held", "passed", "withdrawn"] as const;
export type WaveState = (typeof waveStates)[number];

export interface MeasuredWave {
	at: Instant;
	stores: number;
	/** Prices that are due and stand on labels, counted for each store, and how many of them every label of the article shows. */
	due: number;
	shown: number;
	/** Rounded down; 100 where nothing is due. */
	shownPercent: number;
	failedLabels: number;
	redAlarms: number;
}

export type BrokenLimit = "wave-labels-failed" | "wave-red-alarms" | "wave-not-shown";

/** One wave of a push, as people see it. */
export interface PushWave extends AskedWave {
	n: number;
	state: WaveState;
	/** How many stores it has; of a wave that waits, how many it would have if it opened at this moment. */
	stores: number;
	openedAt: Instant | null;
	/** When an open wave is decided at the earliest. Null: it is not open. */
	watchedUntil: Instant | null;
	closedAt: Instant | null;
	/** The person who held it or let it go on. */
	by: string | null;
	measured: MeasuredWave | null;
	/** Left out: no limit was broken. */
	halt?: { code: BrokenLimit; what: string; do: string };
}
