import type { AlarmLevel } from "../alarm.ts";
import type { PriceFreeze } from "../prices/hold.ts";
import type { Instant } from "../time.ts";
import type { LabelCounts } from "./labels.ts";

/** A store at a glance. */
export interface StoreStatus {
	store: string;
	version: string;
	now: Instant;
	/** The store's, by the IANA database: pages show the store's time wherever they are read. */
	timeZone: string;
	/** Groups that the store belongs to at head office. */
	groups: string[];
	hq: {
		/** False: no head office is configured, and none is missed. */
		configured: boolean;
		connected: boolean;
		lastContact: Instant | null;
		factsWaiting: number;
		notesWaiting: number;
		oldestSeconds: number;
		offlineDaysLeft: number | null;
		why: string | null;
		/** Messages in head office's name that were refused since the start, by reason. */
		refused: Record<string, number>;
		/** Records that head office named and that do not arrive. */
		withheld: number;
	};
	prices: {
		/** Kept and in force nowhere, because they exceed the store's guard rails. */
		held: number;
		frozen: PriceFreeze | null;
		/** Rises in force that are charged once the labels show them. */
		risesWaiting: number;
		/** Rises charged before every label showed them, since the ledger was made. */
		risesWentOn: number;
	};
	labels: LabelCounts & { stale: number };
	devices: { total: number; well: number; troubled: number; offline: number; starting: number };
	alarms: Record<Lowercase<AlarmLevel>, number>;
	ledger: { bytes: number; freeBytes: number };
	broker?: { clients: number; refused: Record<string, number> } | undefined;
	/** Left out where no continuous copy is configured. */
	replica?: ReplicaInShort | undefined;
	/** The number of the newest fact. */
	lastEvent: number;
}

/** The continuous copy of the ledger. */
export interface ReplicaInShort {
	to: string;
	mode: "async" | "sync";
	state: "away" | "base" | "following" | "behind" | "taken-over";
	why: string | null;
	/** When the copy had everything for the last time. */
	copiedAt: Instant | null;
	/** Of a base that is on its way. */
	percent: number | null;
}
