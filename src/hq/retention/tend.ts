/** Head office exports what its policies let go, each hour, and raises an alarm when it cannot. */
import { hostname } from "node:os";
import type { Instant } from "../../words/time.ts";
import { endAlarms, standAlarms } from "../alarms/standing-alarms.ts";
import type { Db } from "../database/database.ts";
import { startRounds } from "../rounds.ts";
import { type Exported, exportNext } from "./export-rows.ts";
import { markFacts } from "./fact-marks.ts";
import { readPolicies } from "./policies.ts";

export interface RetentionOptions {
	/** Undefined: nothing is exported, and nothing removed. */
	folder: string | undefined;
	/** When the first look is after the start, and how often it looks; a test shortens them. */
	startsAfterMs?: number;
	everyMs?: number;
}

const firstAfterMs = 15 * 60_000;
const hourMs = 3_600_000;
/** Between two exports, so that requests are answered meanwhile. */
const restMs = 250;

/** One round: exports until nothing is due or so many were written. `more`: something may be left. */
export async function exportRound(
	db: Db,
	folder: string,
	clock: () => Instant,
	most: number,
	isStopped: () => boolean = () => false,
): Promise<{ exports: Exported[]; more: boolean }> {
	const alarm = { code: "hq-export-failed", store: "", subject: hostname() };
	const exports: Exported[] = [];
	let kind = "";
	try {
		for (const policy of await readPolicies(db)) {
			({ kind } = policy);
			for (;;) {
				if (exports.length >= most || isStopped()) return { exports, more: true };
				const done = await exportNext(db, policy, folder, clock);
				if (!done) break;
				exports.push(done);
				await new Promise((resolve) => setTimeout(resolve, restMs));
			}
		}
	} catch (error) {
		const why = (error as Error).message;
		await db.transaction((tx) => standAlarms(tx, [{ ...alarm, facts: { kind, folder, host: alarm.subject, why } }], clock()));
		throw error;
	}
	await db.transaction((tx) => endAlarms(tx, [`${alarm.code}:${alarm.store}:${alarm.subject}`]));
	return { exports, more: false };
}

/** Answers with how to stop; that waits for an export which is being written. */
export function tendRetention(db: Db, { folder, ...times }: RetentionOptions, report: (error: unknown) => void): () => Promise<void> {
	const clock = (): Instant => new Date().toISOString();
	let isStopped = false;
	const look = async (): Promise<void> => {
		await markFacts(db, clock());
		if (folder !== undefined) await exportRound(db, folder, clock, Number.POSITIVE_INFINITY, () => isStopped);
	};
	const stop = startRounds(look, { firstAfterMs: times.startsAfterMs ?? firstAfterMs, everyMs: times.everyMs ?? hourMs }, report);
	return () => {
		isStopped = true;
		return stop();
	};
}
