import type { StoreLedger } from "../flows/flows.ts";

const dayMs = 86_400_000;
/** Fewer hours than this say nothing about a day. */
const leastMs = 10 * 60_000;
const samplesKept = 24 * 60;

/** How fast the ledger grows, measured, and so how many days the box could go on without HQ. */
export function measureGrowth(ledger: StoreLedger, budgetBytes: number): { sample(): void; offlineDaysLeft(): number | null } {
	const samples: { atMs: number; events: number }[] = [];
	const sample = (): void => {
		samples.push({ atMs: performance.now(), events: ledger.read.events.last() });
		if (samples.length > samplesKept) samples.shift();
	};
	sample();
	return {
		sample,
		offlineDaysLeft() {
			const first = samples[0]!;
			const events = ledger.read.events.last() - first.events;
			const spanMs = performance.now() - first.atMs;
			if (spanMs < leastMs || events <= 0) return null;
			const { bytes, freeBytes } = ledger.read.meta.bytes();
			const bytesPerEvent = Math.max(200, bytes / Math.max(1, ledger.read.events.last()));
			const left = Math.min(freeBytes, Math.max(0, budgetBytes - bytes));
			return Math.floor((left / (bytesPerEvent * events * (dayMs / spanMs))) * 10) / 10;
		},
	};
}
