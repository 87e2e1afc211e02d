import type { Instant } from "../time.ts";
import type { Price } from "./price.ts";

/** What decides which of an article's prices counts. */
export interface PriceTerms extends Pick<Price, "kind" | "from" | "version"> {
	until?: Instant | undefined;
}

/** A reduction with an end beats the shelf price while it lasts; clearance beats promotion (decision 0008). */
const strength = ({ kind, until }: PriceTerms): number =>
	until === undefined ? 0 : kind === "clearance" ? 2 : kind === "promotion" ? 1 : 0;

/** Whether a price has begun and not ended. */
export const isInForce = ({ from, until }: Pick<PriceTerms, "from" | "until">, at: Instant): boolean =>
	from <= at && (until === undefined || at < until);

/**
 * Above zero when `a` counts before `b`, both in force: a reduction with an end beats the shelf price while it lasts, and clearance beats
 * promotion; otherwise the one that began last counts, and of two that began together the newer version. A reduction without an end is
 * simply the newest price: the next one that HQ sends replaces it (decision 0008).
 */
export function rankOf(a: PriceTerms, b: PriceTerms): number {
	if (strength(a) !== strength(b)) return strength(a) - strength(b);
	if (a.from !== b.from) return a.from > b.from ? 1 : -1;
	return a.version - b.version;
}

/** Which of an article's prices counts at an instant. */
export function whichCounts(prices: readonly Price[], at: Instant): Price | undefined {
	let best: Price | undefined;
	for (const price of prices) if (isInForce(price, at) && (!best || rankOf(price, best) > 0)) best = price;
	return best;
}
