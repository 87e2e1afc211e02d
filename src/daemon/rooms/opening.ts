import type { Config } from "../../config/schema.ts";
import type { StoreLedger } from "../../flows/flows.ts";
import type { BoxClock } from "../clock.ts";
import type { Closing } from "../closing.ts";
import type { createLog } from "../log.ts";
import type { DiskHealth } from "../watch/disk-health.ts";
import type { measureGrowth } from "../watch/growth.ts";

/** Given to every room that is opened once the ledger is open. */
export interface Opening {
	/** gondola.yaml with HQ's settings applied. */
	config: Config;
	/** The language of sentences that the store writes down, as alarms on MQTT are. */
	locale: "en" | "zh-CN";
	ledger: StoreLedger;
	clock: BoxClock;
	log: ReturnType<typeof createLog>;
	/** Each room adds how it is closed; they close in the other order. */
	parts: Closing;
	growth: ReturnType<typeof measureGrowth>;
	/** Whether the ledger's disk accepts writes. */
	disk: DiskHealth;
	/** The run before this one ended without a clean stop, or was of an older build: the catalog is compared with HQ's soon. */
	owesComparison: boolean;
	/** Requests from this machine without a token may do everything. */
	isDemo: boolean;
}
