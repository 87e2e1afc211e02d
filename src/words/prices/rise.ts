import { defined } from "../defined.ts";
import type { Instant } from "../time.ts";
import { type Charge, chargeFor } from "./advantages.ts";
import type { EffectiveAsked } from "./effective.ts";
import type { Price } from "./price.ts";

/** How many milliseconds a rise waits for the labels of its article at most, where its push says nothing. */
export const riseWaitsUsuallyMs = 600_000;
export const riseWaitsMostMs = 30 * 86_400_000;

/**
 * A price above the one before it, in force since `since`, that some label of its article may not show yet: the till charges the lower one
 * until every label shows the new one, or `until` (LINK rule 7).
 */
export interface PriceRise {
	sku: string;
	/** Amount of everybody's price that counts now. */
	version: number;
	push: string | null;
	since: Instant;
	until: Instant;
	waitMs: number;
	/** The prices that labels may still show: for each such time the prices that counted, as `countingAmong` returns them. */
	floors: Price[][];
	/**
	 * Whether a fact has reported the wait. Before that the row only records what was charged, because the article's prices were
	 * replaced.
	 */
	isReported: boolean;
}

/**
 * Why a rise no longer waits: every label shows it; it waited as long as its push allowed, and a label may still show less; another price
 * took its place; or no label of the article is left.
 */
export type RiseEnd = "shown" | "went-on" | "replaced" | "unlabelled";

/**
 * Returns the list of prices by which a customer pays least. The first list is what counts now; lists in another currency are
 * ignored, and the first list wins a tie.
 */
export function leastOf(
	lists: readonly (readonly Price[])[],
	{ tier, quantity = 1 }: EffectiveAsked,
): { counting: readonly Price[]; charge: Charge } | undefined {
	let least: { counting: readonly Price[]; charge: Charge } | undefined;
	for (const counting of lists) {
		const charge = chargeFor(counting, { quantity, ...defined({ tier }) });
		if (!charge && !least) return undefined;
		if (!charge || (least && charge.price.currency !== least.charge.price.currency)) continue;
		if (!least || charge.amountMinor < least.charge.amountMinor) least = { counting, charge };
	}
	return least;
}

/** Whether somebody would pay more by the prices that count than by what labels may still show. */
export function isAbove(counting: readonly Price[], floors: readonly (readonly Price[])[]): boolean {
	const all = [counting, ...floors].flat();
	const tiers = new Set([undefined, ...all.map(({ tier }) => tier)]);
	const quantities = new Set([1, ...all.flatMap(({ fromQuantity, multiBuy }) => [fromQuantity ?? 1, multiBuy?.quantity ?? 1])]);
	for (const tier of tiers)
		for (const quantity of quantities) {
			const least = leastOf([counting, ...floors], { tier, quantity });
			if (least && least.counting !== counting) return true;
		}
	return false;
}

/** Equal lists are kept once. */
export function withFloors(floors: readonly Price[][], before: readonly Price[][]): Price[][] {
	const known = new Map([...floors, ...before].map((floor) => [JSON.stringify(floor), floor]));
	known.delete("[]");
	return [...known.values()];
}
