import type { Instant } from "../time.ts";

export interface LabelCounts {
	/** With an article. */
	total: number;
	shown: number;
	pending: number;
	failed: number;
}

export interface LabelAtStore {
	id: string;
	sku: string | null;
	face: string | null;
	model: null;
	/** The picture that the label itself reported. */
	confirmed: { version: number; at: Instant } | null;
	/** The price on that picture, and the version of the newest change that it takes into account. */
	shown: { amountMinor: number; currency: string; priceVersion: number; upToVersion: number } | null;
	/** By the facts that HQ has received: SHOWN when no activated change is newer than what the label shows. */
	state: "SHOWN" | "PENDING" | "FAILED" | "UNBOUND";
	why: string | null;
}
