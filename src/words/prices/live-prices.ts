import type { Instant } from "../time.ts";
import type { Price } from "./price.ts";

/**
 * Of one article's prices those that may still count at `at` or later: what has not ended, and of what has no end and has begun the
 * newest of each kind. HQ and store agree about these; what is over is history, which one side may have and the other not.
 */
export function livePrices(prices: readonly Price[], at: Instant): Price[] {
	const newest = new Map<string, Price>();
	for (const price of prices) {
		if (price.until !== undefined || price.from > at) continue;
		const known = newest.get(price.kind);
		if (!known || price.from > known.from || (price.from === known.from && price.version > known.version)) newest.set(price.kind, price);
	}
	return prices.filter((price) => (price.until !== undefined ? price.until > at : price.from > at || newest.get(price.kind) === price));
}
