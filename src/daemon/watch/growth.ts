import type { StoreLedger } from "../../flows/flows.ts";
import type { GrowthSample } from "../../ledger/ledger.ts";

const dayMs = 86_400_000;
/** Less than this says nothing about a day. */
const leastMs = 10 * 60_000;

/**
 * How many days the box could go on without HQ: the bytes that are left, by the bytes a day has been writing. Null while too little is
 * known, or nothing is being written. Over less than a day it is a guess from the hours seen, and shops are busier by day: too few rather
 * than too many.
 */
export function daysLeft(samples: readonly GrowthSample[], leftBytes: number): number | null {
	const [first, last] = [samples[0], samples.at(-1)];
	if (!first || !last || last.atMs - first.atMs < leastMs) return null;
	const perDay = ((last.writtenBytes - first.writtenBytes) / (last.atMs - first.atMs)) * dayMs;
	if (perDay <= 0) return null;
	return Math.floor((Math.max(0, leftBytes) / perDay) * 10) / 10;
}

/** The ledger notes every ten minutes what it has written, across restarts; so an answer is there as soon as the box is up. */
export function measureGrowth(ledger: StoreLedger, budgetBytes: number): { offlineDaysLeft(): number | null } {
	return {
		offlineDaysLeft() {
			const { allowedBytes, usedBytes } = ledger.read.meta.space(budgetBytes);
			return daysLeft(ledger.read.meta.growth(), allowedBytes - usedBytes);
		},
	};
}
