/** The record of a watched temperature: each minute is measured, or it is explained why not. */
import type { Instant } from "../time.ts";
import type { RefusedWhy } from "./sensor.ts";

/**
 * Why there is no temperature of a minute.
 *
 * - `between-reports`: none was due; the sensor reports less often than once a minute
 * - `silent`: a report was due and did not come
 * - `gateway-off`: the gateway did not run for some of it; or this record is from a backup that is older than the minute
 * - `gateway-stalled`: it ran and could not write: suspended, or its disk refused
 * - `clock-guess`: the gateway did not know the right time, or was off after it did not
 * - `clock-jumped`: its clock was set ahead over this minute
 * - `not-configured`: nobody asked for this record then
 */
export type GapWhy = "between-reports" | "silent" | "gateway-off" | "gateway-stalled" | "clock-guess" | "clock-jumped" | "not-configured";

/** Least, mean and greatest of a minute: thousandths of a degree Celsius, or of relative humidity. */
export interface Spread {
	readings: number;
	min: number;
	mean: number;
	max: number;
}

export interface ColdMinute {
	/** The minute's beginning. */
	at: Instant;
	/** Null: explained by `why`. */
	temperature: Spread | null;
	humidity: Spread | null;
	/**
	 * Null: measured. `deleted`: older than records are kept. `before-record`: the record begins later. `lost`: the ledger was damaged, and
	 * this could not be copied.
	 */
	why: GapWhy | RefusedWhy | "before-record" | "deleted" | "lost" | null;
	/** Values that were not believed in this minute. */
	refused: number;
	/** Readings whose minute is not sure: taken while the clock was a guess, or dated by the sensor's own clock. */
	unsure: Spread | null;
}

export const minuteMs = 60_000;
export const minuteOf = (at: Instant): number => Math.floor(Date.parse(at) / minuteMs);
export const instantOfMinute = (minute: number): Instant => new Date(minute * minuteMs).toISOString();

/** A run of minutes for people: from the first to the end of the last. */
export interface ColdGap {
	from: Instant;
	until: Instant;
	minutes: number;
	why: NonNullable<ColdMinute["why"]>;
}

/** Consecutive minutes with one explanation as one gap each. Minutes between two reports are none. */
export function gapsOf(minutes: readonly ColdMinute[]): ColdGap[] {
	const gaps: ColdGap[] = [];
	for (const { at, why } of minutes) {
		if (why === null || why === "between-reports") continue;
		const last = gaps.at(-1);
		const until = instantOfMinute(minuteOf(at) + 1);
		if (last?.why === why && last.until === at) {
			last.until = until;
			last.minutes += 1;
		} else gaps.push({ from: at, until, minutes: 1, why });
	}
	return gaps;
}

/** How many minutes there are, measured, between reports, and explained by each other reason. */
export function countMinutes(minutes: readonly ColdMinute[]): { minutes: number; measured: number; explained: Record<string, number> } {
	const explained: Record<string, number> = {};
	let measured = 0;
	for (const { why } of minutes) {
		if (why === null) measured += 1;
		else explained[why] = (explained[why] ?? 0) + 1;
	}
	return { minutes: minutes.length, measured, explained };
}
