/** Reads some numbers of a ledger from another process, also while the gateway runs. Writes nothing and migrates nothing. */
import type { AlarmRow } from "../tables/devices.ts";
import { readAlarms } from "../tables/devices.ts";
import { migrations, openForReading, tooNew } from "./open.ts";

export interface LedgerGlance {
	store: string;
	events: number;
	/** Facts that head office has not acknowledged. */
	factsWaiting: number;
	alarms: AlarmRow[];
	/** Records of head office that could not take effect, by stream and code. */
	deadLetters: { stream: string; code: string; count: number; why: string }[];
}

/** Throws a sentence for a ledger that cannot be read, or is of another build. */
export function glanceAtLedger(directory: string): LedgerGlance {
	const db = openForReading(directory);
	try {
		const version = db.pragma("user_version", { simple: true }) as number;
		if (version > migrations.length) throw new Error(tooNew(version));
		const head = db.prepare<[string], { last: number; acked: number }>("SELECT last, acked FROM head WHERE name = ?");
		const facts = head.get("facts");
		return {
			store: db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'store'").get()?.value ?? "",
			events: head.get("event")?.last ?? 0,
			factsWaiting: facts ? facts.last - facts.acked : 0,
			alarms: readAlarms(db).list(),
			deadLetters: db
				.prepare<[], LedgerGlance["deadLetters"][number]>(
					"SELECT stream, code, count(*) AS count, max(why) AS why FROM dead_letter GROUP BY stream, code ORDER BY count DESC LIMIT 20",
				)
				.all(),
		};
	} finally {
		db.close();
	}
}
