import type { Instant } from "../time.ts";

export type PriceKind = "regular" | "promotion" | "clearance";

/** The price per reference quantity: 1 kg, 1 l, 1 m, 1 piece (98/6/EC article 2b; PAngV section 5). */
export interface UnitPrice {
	amountMinor: number;
	/** "kg", "l", "m", "m2", "piece", "dose": one of each. */
	per: string;
}

/** One price of one article, as HQ decided it. One writer, HQ; `version` rises per article. */
export interface Price {
	sku: string;
	version: number;
	kind: PriceKind;
	amountMinor: number;
	/** ISO 4217. */
	currency: string;
	from: Instant;
	until?: Instant;
	unitPrice?: UnitPrice;
	/** Lowest price of the 30 days before a reduction (98/6/EC article 6a). */
	priorAmountMinor?: number;
	/** The push that brought it, for HQ's counting. */
	push?: string;
}

/** What the till would charge and why: the answer of `/api/v1/prices/{sku}`. */
export interface EffectivePrice {
	sku: string;
	gtin: string | null;
	name: string;
	amountMinor: number;
	currency: string;
	kind: PriceKind;
	unitPrice: UnitPrice | null;
	priorPrice: { amountMinor: number } | null;
	from: Instant;
	until: Instant | null;
	version: number;
	source: string;
}
