import type { Instant } from "../time.ts";
import type { Price } from "./price.ts";

/**
 * Whom a price is for: empty for everybody's price of one piece, else the member tier and the quantity it begins at. Prices of one side
 * replace and mask each other; those of different sides stand beside each other.
 */
export const sideOf = ({ tier, fromQuantity }: Pick<Price, "tier" | "fromQuantity">): string =>
	tier === undefined && fromQuantity === undefined ? "" : `${tier ?? ""}/${fromQuantity ?? 1}`;

/** The fields of a price that decide whether it counts among an article's prices of one side. */
export interface PriceTerms extends Pick<Price, "kind" | "from" | "version"> {
	until?: Instant | undefined;
}

/**
 * How strong a price is against others of its side: a reduction with an end beats the shelf price while it lasts, and clearance
 * beats promotion (decision 0008). A member price with an end beats one without.
 */
const strength = ({ kind, until }: PriceTerms): number => (until === undefined || kind === "regular" ? 0 : kind === "clearance" ? 2 : 1);

/** Whether a price has begun and not ended. */
export const isInForce = ({ from, until }: Pick<PriceTerms, "from" | "until">, at: Instant): boolean =>
	from <= at && (until === undefined || at < until);

/**
 * Above zero when `a` counts before `b`, both in force and of one side: a reduction with an end beats the shelf price while it lasts, and
 * clearance beats promotion; otherwise the one that began last counts, and of two that began together the newer version. A reduction
 * without an end is simply the newest price: the next one that HQ sends replaces it (decision 0008).
 */
export function rankOf(a: PriceTerms, b: PriceTerms): number {
	if (strength(a) !== strength(b)) return strength(a) - strength(b);
	if (a.from !== b.from) return a.from > b.from ? 1 : -1;
	return a.version - b.version;
}

/** Which of an article's prices of one side counts at an instant. `side` left out: of everybody's. */
export function whichCounts(prices: readonly Price[], at: Instant, side = ""): Price | undefined {
	let best: Price | undefined;
	for (const price of prices) if (sideOf(price) === side && isInForce(price, at) && (!best || rankOf(price, best) > 0)) best = price;
	return best;
}
