import type { StoreLedger } from "../../flows/flows.ts";
import type { GrowthSample } from "../../ledger/ledger.ts";

const dayMs = 86_400_000;
/** Samples over less time than this do not tell how much a day writes. */
const leastMs = 10 * 60_000;

/**
 * How many days the box can go on without HQ: the free bytes divided by the bytes written per day. Null while too little is known, or
 * nothing is being written. Samples of less than a day are scaled up; shops are busier by day, so the answer is then rather too low.
 */
export function daysLeft(samples: readonly GrowthSample[], leftBytes: number): number | null {
	const [first, last] = [samples[0], samples.at(-1)];
	if (!first || !last || last.atMs - first.atMs < leastMs) return null;
	const perDay = ((last.writtenBytes - first.writtenBytes) / (last.atMs - first.atMs)) * dayMs;
	if (perDay <= 0) return null;
	return Math.floor((Math.max(0, leftBytes) / perDay) * 10) / 10;
}

/** The ledger notes every ten minutes what it has written, across restarts, so there is an answer right after a start. */
export function measureGrowth(ledger: StoreLedger, budgetBytes: number): { offlineDaysLeft(): number | null } {
	return {
		offlineDaysLeft() {
			const { allowedBytes, usedBytes } = ledger.read.meta.space(budgetBytes);
			return daysLeft(ledger.read.meta.growth(), allowedBytes - usedBytes);
		},
	};
}
