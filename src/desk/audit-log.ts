/**
 * Writes acts at the desk to the ledger: each act that was done. Refusals cost a stranger nothing, so of each act and reason only
 * the first in a minute is written, and then one fact with the number of further ones.
 */

import type { CallFlow } from "../flows/flows.ts";
import { defined } from "../words/defined.ts";
import type { AuditEntry } from "./ledger-view.ts";

const refusedEveryMs = 60_000;

export interface AuditLog {
	record(entry: AuditEntry): void;
	/** Writes the numbers of refusals that were not written yet. */
	stop(): void;
}

interface Refused {
	sinceMs: number;
	more: number;
	last: AuditEntry;
}

export function openAuditLog(
	ledger: { do: CallFlow<"recordAudit"> },
	onTrouble: (error: Error, entry: AuditEntry) => void,
	nowMs: () => number = () => performance.now(),
): AuditLog {
	const refused = new Map<string, Refused>();
	const write = (entry: AuditEntry, more?: number): void => {
		const { what, subject, why, by: actor } = entry;
		const outcome = isRefusal(entry) ? "refused" : "done";
		ledger
			.do("recordAudit", { act: what, outcome, ...defined({ subject, why, more }) }, { actor })
			.catch((error) => onTrouble(error, entry));
	};
	const flush = (isDue: (since: Refused) => boolean): void => {
		for (const [key, since] of refused) {
			if (!isDue(since)) continue;
			refused.delete(key);
			if (since.more > 0) write(since.last, since.more);
		}
	};
	const isOver = ({ sinceMs }: Refused): boolean => nowMs() - sinceMs >= refusedEveryMs;
	const timer = setInterval(() => flush(isOver), refusedEveryMs);
	timer.unref();
	return {
		record(entry) {
			if (!isRefusal(entry)) return write(entry);
			flush(isOver);
			const key = `${entry.what} ${entry.why ?? ""}`;
			const since = refused.get(key);
			if (!since) {
				refused.set(key, { sinceMs: nowMs(), more: 0, last: entry });
				return write(entry);
			}
			since.more += 1;
			since.last = entry;
		},
		stop() {
			clearInterval(timer);
			flush(() => true);
		},
	};
}

const isRefusal = ({ what }: AuditEntry): boolean => what.endsWith("-refused");
