import { mostAheadByHqMs } from "../../words/time.ts";
import { type Audit, alarmOutcome } from "../people/audit.ts";

/** When HQ's clock is wrong every store's clock differs from it: one alarm for all. */
const againAfterMs = 3_600_000;

/** Raises an alarm when a store's clock and HQ's differ, at most once an hour, with the name of the first such store. */
export function clockAlarm(audit: Audit, nowMs: () => number, report: (error: Error) => void): (store: string, aheadMs: number) => void {
	let saidAtMs = -Infinity;
	return (store, aheadMs) => {
		if (Math.abs(aheadMs) <= mostAheadByHqMs || nowMs() - saidAtMs < againAfterMs) return;
		saidAtMs = nowMs();
		audit.note({ kind: "system", name: "line" }, "clocks-differ", store, alarmOutcome).catch(report);
	};
}
