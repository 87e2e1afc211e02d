import type { AlarmLevel } from "../../alarm.ts";
import type { Instant } from "../../time.ts";

export interface HqAlarm {
	id: string;
	level: "YELLOW";
	code: string;
	what: string;
	do: string;
	since: string;
	/** Left out where the alarm concerns no store. */
	store?: string;
	/** How many further alarms of this store and code are not in the list. */
	more?: number;
}

/** Sentences of a store's alarm. Left out where head office was started without any. */
interface InWords {
	what?: string;
	do?: string;
}

/** An alarm that stands in a store, by the facts that head office has. */
export interface StoreAlarm extends InWords {
	/** `code:subject`. */
	id: string;
	level: AlarmLevel;
	code: string;
	/** The device, label or room it is about, as the store calls it. */
	subject: string;
	since: Instant;
	/** When somebody in the store acknowledged it. */
	acknowledgedAt: Instant | null;
}

/** The alarms of all stores that have one code. In their sentences "…" stands for what differs. */
export interface StoreAlarmGroup extends InWords {
	code: string;
	level: AlarmLevel;
	alarms: number;
	stores: number;
	since: Instant;
	/** The first stores by name. */
	first: string[];
	/** The subject that all of these alarms share; null: they differ in it. */
	subject: string | null;
	/** Names for the sentence, where all of these alarms have the same. */
	facts: Record<string, string | number> | null;
}
