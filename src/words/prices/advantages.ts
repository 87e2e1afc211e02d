import type { MultiBuy, Price } from "./price.ts";
import { rankOf, sideOf } from "./which-counts.ts";

/** The sum that one customer pays for a quantity of an article, and why. */
export interface Charge {
	/** The price that counts. */
	price: Price;
	/** Of all pieces, without deposit. */
	amountMinor: number;
	/** The multi-buy that was applied. */
	multiBuy?: MultiBuy;
}

/** The multi-buy, where it is cheaper than the pieces one by one. */
export function multiBuyOf({ multiBuy, amountMinor }: Price): MultiBuy | undefined {
	return multiBuy && multiBuy.amountMinor < multiBuy.quantity * amountMinor ? multiBuy : undefined;
}

/**
 * Of an article's prices in force those that apply to somebody: everybody's first, then member and quantity prices below it, one of
 * each side, the lowest quantity first. A member or quantity price that is not below everybody's is masked: neither shown nor
 * charged.
 */
export function countingAmong(inForce: readonly Price[]): Price[] {
	const bestOf = new Map<string, Price>();
	for (const price of inForce) {
		const known = bestOf.get(sideOf(price));
		if (!known || rankOf(price, known) > 0) bestOf.set(sideOf(price), price);
	}
	const everybody = bestOf.get("");
	if (!everybody) return [];
	bestOf.delete("");
	const better = [...bestOf.values()]
		.filter(({ amountMinor, currency }) => currency === everybody.currency && amountMinor < everybody.amountMinor)
		.sort((a, b) => (a.fromQuantity ?? 1) - (b.fromQuantity ?? 1) || a.amountMinor - b.amountMinor || (sideOf(a) < sideOf(b) ? -1 : 1));
	return [everybody, ...better];
}

/**
 * The charge of a customer, out of the prices that `countingAmong` answered: the least of everybody's price, a multi-buy, a price from n
 * pieces on, and the member's own. Of two that come to the same the one with fewer conditions counts.
 */
export function chargeFor(counting: readonly Price[], { tier, quantity }: { tier?: string; quantity: number }): Charge | undefined {
	let best: Charge | undefined;
	for (const price of counting) {
		if ((price.tier !== undefined && price.tier !== tier) || (price.fromQuantity ?? 1) > quantity) continue;
		const offer = multiBuyOf(price);
		const together = offer ? Math.floor(quantity / offer.quantity) : 0;
		const amountMinor = offer
			? together * offer.amountMinor + (quantity - together * offer.quantity) * price.amountMinor
			: quantity * price.amountMinor;
		if (!best || amountMinor < best.amountMinor) best = { price, amountMinor, ...(offer && together > 0 && { multiBuy: offer }) };
	}
	return best;
}
