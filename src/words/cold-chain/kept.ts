import type { LimitState, Stamp } from "./limits.ts";
import type { ColdSensor, RefusedWhy } from "./sensor.ts";

/** The state of a watched temperature beside its minutes. */
export interface ColdState {
	limits: LimitState;
	/** The last value that was believed. */
	last: { millidegrees: number; at: Stamp } | null;
	/** Relative humidity in thousandths. */
	humidity: number | null;
	/** Why the newest value was not believed; null: it was. */
	refused: RefusedWhy | null;
	/** An alarm about its silence stands. */
	isSilent: boolean;
}

/** A watched temperature. Minutes are counted from 1970 (UTC). */
export interface ColdRecord {
	sensor: ColdSensor;
	/** It stands for the sensor in the rows of minutes. */
	n: number;
	/** The first minute of its record, the last one that is measured or explained, and the last one that was deleted for its age. */
	first: number;
	closed: number;
	dropped: number;
	/** The configuration does not name it any more. */
	isRemoved: boolean;
	state: ColdState;
}

/** How a temperature stands to its limits, in one word. */
export type Standing = "within" | "outside" | "too-warm" | "too-cold" | "silent" | "waiting" | "removed";

export function standingOf({ state, isRemoved }: ColdRecord): Standing {
	if (isRemoved) return "removed";
	if (state.isSilent) return "silent";
	if (state.limits.at === "alarmed") return state.limits.side === "warm" ? "too-warm" : "too-cold";
	return state.last === null ? "waiting" : state.limits.at;
}
