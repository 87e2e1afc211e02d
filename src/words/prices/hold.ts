import type { Instant } from "../time.ts";
import type { Price } from "./price.ts";

export type RailCode =
	| "currency"
	| "amount-low"
	| "amount-high"
	| "no-name"
	| "rise"
	| "cut"
	| "share"
	| "quiet-hours"
	| "no-advantage"
	| "multi-buy"
	| "online"
	/** Head office released it without the signature of an approver, which this store demands. Beside what the rails object to. */
	| "unapproved"
	/** The barcode, or a SKU that reads as one, belongs to another article. Head office checks this; a store does not. */
	| "barcode";

/** Why a price waits for a second person. */
export interface HeldReason {
	code: RailCode;
	/** A sentence for the person who decides about the price. */
	reason: string;
}

/**
 * How a hold ended: a person at HQ released the price; new guard rails allow it; another price of its kind has begun since; or it
 * was over before anybody released it. After the first two it comes into force.
 */
export type HoldEnd = "released" | "rails" | "overtaken" | "over";

/** A price that the store holds: stored, and not in force. */
export interface HeldPrice {
	price: Price;
	since: Instant;
	reasons: HeldReason[];
}

/** Prices are frozen: those in force at `since` stay in force. */
export interface PriceFreeze {
	since: Instant;
	/** The actor, such as "user:mara@10.0.0.7". */
	by: string;
	reason: string | null;
}
