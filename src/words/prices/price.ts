import type { Instant } from "../time.ts";

export const priceKinds = ["regular", "promotion", "clearance", "member"] as const;
/** `member`: only for members of a tier, beside the price that everybody pays. */
export type PriceKind = (typeof priceKinds)[number];

/** The price per reference quantity: 1 kg, 1 l, 1 m, 1 piece (98/6/EC article 2b; PAngV section 5). */
export interface UnitPrice {
	amountMinor: number;
	/** "kg", "l", "m", "m2", "piece", "dose": one of each. */
	per: string;
}

/** An offer: this quantity together for this amount. */
export interface MultiBuy {
	quantity: number;
	amountMinor: number;
}

/** Terms of a price beside its amount. */
export interface PriceTerms {
	unitPrice?: UnitPrice;
	/** Lowest price of the 30 days before a reduction (98/6/EC article 6a). */
	priorAmountMinor?: number;
	/** The tier whose members pay it; present with kind `member` only. */
	tier?: string;
	/** The amount is per piece from this quantity on, 2 or more. Left out: from one piece on. */
	fromQuantity?: number;
	multiBuy?: MultiBuy;
	/** The article's price online: compared at head office, returned to programs, never on a label. */
	onlineAmountMinor?: number;
	/** How many milliseconds a rise to this price waits for the labels at most; 0: it does not wait. Left out: the default of `rise.ts`. */
	riseWaitsMs?: number;
}

/** One price of one article, as HQ decided it. One writer, HQ; `version` rises per article. */
export interface Price extends PriceTerms {
	sku: string;
	version: number;
	kind: PriceKind;
	amountMinor: number;
	/** ISO 4217. */
	currency: string;
	from: Instant;
	until?: Instant;
	/** The push that brought it; HQ counts by it. */
	push?: string;
}

/** The price that the till would charge, and why: the answer of `/api/v1/prices/{sku}`. */
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
	/** Why this price counts, as a sentence for people. */
	why: string;
	/** A multi-buy: so many pieces together for less than one by one; null: there is none. */
	multiBuy: MultiBuy | null;
	/** The quantity from which each piece costs `amountMinor`: 1, unless the asked quantity made a price "from n pieces" apply. */
	fromQuantity: number;
	/** Tier of the member price that was applied; null: it is everybody's price. */
	tier: string | null;
	/** Deposit on top of each piece; null: none. */
	depositMinor: number | null;
	/** Only customers of this age in years may buy it; null: anybody. */
	minimumAge: number | null;
	onlineAmountMinor: number | null;
	/** Prices of members, for the tiers that pay less than everybody. */
	memberPrices: AdvantagePrice[];
	/** Prices of each piece from so many on. */
	quantityPrices: AdvantagePrice[];
	/** The lower price that labels may still show: since when, and until when at most the price of that version is not charged. */
	rise?: { version: number; amountMinor: number; since: Instant; until: Instant };
	/** The total for the asked quantity, by the cheapest combination of offers. Left out: no quantity was asked for. */
	total?: { quantity: number; amountMinor: number; depositMinor: number };
}

/** A price below everybody's price of one piece, and the condition for it. */
export interface AdvantagePrice {
	tier: string | null;
	fromQuantity: number;
	amountMinor: number;
	unitPrice: UnitPrice | null;
	until: Instant | null;
	version: number;
}
