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
	/** Whose price it is; with kind `member` only, and always there. */
	tier?: string;
	/** The amount is that of each piece from so many on, 2 or more. Left out: of one. */
	fromQuantity?: number;
	multiBuy?: MultiBuy;
	/** What the same article costs online; compared at head office, shown by programs, never on a label. */
	onlineAmountMinor?: number;
	/** How long a rise to this price waits for the labels at most; 0: not at all. Left out: as usual (`rise.ts`). */
	riseWaitsMs?: number;
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
	/** Why this one counts: a sentence for the person who asks. */
	why: string;
	/** So many pieces together for less than one by one; null: there is no such offer. */
	multiBuy: MultiBuy | null;
	/** From so many pieces on each costs `amountMinor`: 1, but where an asked quantity made a price "from n pieces" count. */
	fromQuantity: number;
	/** Tier of the member price that counts; null: everybody's price. */
	tier: string | null;
	/** On top of each piece; null: none. */
	depositMinor: number | null;
	onlineAmountMinor: number | null;
	/** What members pay, the tiers whose price is below everybody's. */
	memberPrices: AdvantagePrice[];
	/** What each piece costs from so many on. */
	quantityPrices: AdvantagePrice[];
	/** The shelf may still show this lower price: from when on, and until when at most, the price of that version is not charged. */
	rise?: { version: number; amountMinor: number; since: Instant; until: Instant };
	/** Of the asked quantity, with the best of all that applies. Left out: no quantity was asked for. */
	total?: { quantity: number; amountMinor: number; depositMinor: number };
}

/** A price below the one that everybody pays for one piece, and what it takes to get it. */
export interface AdvantagePrice {
	tier: string | null;
	fromQuantity: number;
	amountMinor: number;
	unitPrice: UnitPrice | null;
	until: Instant | null;
	version: number;
}
