import type { Instant } from "../time.ts";
import type { Price } from "./price.ts";
import { sideOf } from "./which-counts.ts";

const keyOf = (price: Price): string => `${price.kind} ${sideOf(price)}`;

/**
 * The prices of one article that may still count at `at` or later: those with an end in the future, those that begin later, and of the
 * others the newest of each kind and side. HQ and store compare these only: of ended prices one side may keep more than the other.
 */
export function livePrices(prices: readonly Price[], at: Instant): Price[] {
	const newest = new Map<string, Price>();
	for (const price of prices) {
		if (price.until !== undefined || price.from > at) continue;
		const known = newest.get(keyOf(price));
		if (!known || price.from > known.from || (price.from === known.from && price.version > known.version)) newest.set(keyOf(price), price);
	}
	return prices.filter((price) => (price.until !== undefined ? price.until > at : price.from > at || newest.get(keyOf(price)) === price));
}
