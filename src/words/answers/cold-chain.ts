import type { ColdGap, ColdMinute } from "../cold-chain/record.ts";
import type { Instant } from "../time.ts";

/** A watched temperature, its last value, and how it stands to its limits. */
export interface WatchedTemperature {
	id: string;
	place: string;
	device: string;
	sensor: string;
	minMillidegrees: number;
	maxMillidegrees: number;
	/** The last value that was believed; null: none yet. */
	millidegrees: number | null;
	humidityPermille: number | null;
	at: Instant | null;
	state: "within" | "outside" | "too-warm" | "too-cold" | "silent" | "waiting" | "removed";
	recordedFrom: Instant;
	/** Minutes before this instant are closed: each is measured or explained. */
	recordedUntil: Instant;
}

/** A part of a temperature's record. */
export interface ColdRecordPage {
	id: string;
	place: string;
	from: Instant;
	until: Instant;
	recordedUntil: Instant;
	minMillidegrees: number;
	maxMillidegrees: number;
	minutes: number;
	measured: number;
	/** Minutes by reason; with `measured` they are all of the minutes. */
	explained: Record<string, number>;
	gaps: ColdGap[];
	items: ColdMinute[];
	/** For `since` of the next page. */
	next?: Instant;
}
