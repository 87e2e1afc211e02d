import type { HeldReason } from "../prices/hold.ts";
import type { EffectivePrice, Price, PriceKind } from "../prices/price.ts";
import type { Instant } from "../time.ts";

/** The price that the till charges, with newer ones that the store holds. */
export interface PriceOfArticle extends EffectivePrice {
	/** Newer prices that exceed the store's guard rails; left out: none. */
	held?: ShownHold[];
	/** Prices are frozen since then. */
	frozenSince?: Instant;
}

/** A price that the store keeps and does not let count. */
export interface ShownHold
	extends Pick<
		Price,
		"version" | "kind" | "amountMinor" | "currency" | "from" | "tier" | "fromQuantity" | "multiBuy" | "onlineAmountMinor"
	> {
	until: Instant | null;
	push: string | null;
	since: Instant;
	reasons: HeldReason[];
}

/** The same in the list of all articles. */
export interface HeldPriceRow extends ShownHold {
	sku: string;
	name: string;
}

export interface AmountOfKind {
	kind: PriceKind;
	amountMinor: number;
	currency: string;
}

/** An article whose price is another one than it was. */
export interface ChangedPrice {
	sku: string;
	name: string;
	/** When the newest of its changes came into force. */
	at: Instant;
	/** Null: it had no price, or that price is forgotten. */
	before: AmountOfKind | null;
	now: AmountOfKind;
	labels: { total: number; shown: number };
}
