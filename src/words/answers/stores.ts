import type { Instant } from "../time.ts";

export interface StoreRow {
	id: string;
	incarnation: number;
	fenced: boolean;
	enrolledAt: Instant;
	/** When its last message came, to the minute. */
	lastContact: Instant | null;
	build: string | null;
	/** From the newest hello; null when the store could not tell. */
	offlineDaysLeft: number | null;
	/** Records HQ has for the store that the store has not committed yet. */
	waitingDown: number;
	deadLetters: number;
	/** Facts the store had kept for HQ and HQ had not taken, at the newest hello; null before the first. */
	factsWaiting: number | null;
	/** IANA name; null: not known. */
	timeZone: string | null;
	/** Alarms that stand in the store, by the facts HQ has. */
	alarms: { red: number; yellow: number; blue: number };
	/** Whether the store's kill switch is on: then no price comes into force there. */
	pricesFrozen: { since: Instant; reason: string | null; by: string | null } | null;
}
