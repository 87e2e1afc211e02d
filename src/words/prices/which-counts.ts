import type { Instant } from "../time.ts";
import type { Price } from "./price.ts";

/** A reduction with an end beats the shelf price while it lasts; clearance beats promotion (decision 0008). */
const strength = ({ kind, until }: Price): number => (until === undefined ? 0 : kind === "clearance" ? 2 : kind === "promotion" ? 1 : 0);

export const isInForce = ({ from, until }: Price, at: Instant): boolean => from <= at && (until === undefined || at < until);

/** Above zero when `a` counts before `b`, both in force. */
export function rankOf(a: Price, b: Price): number {
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
