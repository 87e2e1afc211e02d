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
	/** A barcode, or a number that reads as one, of another article. Head office asks it; a store does not. */
	| "barcode";

/** Why a price waits for a second person. */
export interface HeldReason {
	code: RailCode;
	/** A sentence for the person who decides about the price. */
	reason: string;
}

/**
 * How a price stopped being held: a person at HQ released it; other rails no longer object; another price of its kind has begun since; or
 * it was over before anybody released it. After the first two it comes into force.
 */
export type HoldEnd = "released" | "rails" | "overtaken" | "over";

/** A price that the store keeps, and that does not count. */
export interface HeldPrice {
	price: Price;
	since: Instant;
	reasons: HeldReason[];
}

/** Prices are frozen: those in force at `since` stay in force. */
export interface PriceFreeze {
	since: Instant;
	/** Such as "user:mara@10.0.0.7". */
	by: string;
	reason: string | null;
}
