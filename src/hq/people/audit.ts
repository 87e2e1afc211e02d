import type { Actor } from "../../words/actor.ts";
import type { AuditEntry } from "../../words/answers/head-office/audit.ts";
import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";

export interface Audit {
	note(by: Actor, what: string, subject: string | undefined, outcome: string): Promise<void>;
	list(after: number, limit: number): Promise<AuditEntry[]>;
	/** Going backwards from before the row `before`; left out: from the last one. */
	newest(before: number | undefined, limit: number): Promise<AuditEntry[]>;
	/** Alarms of the last week that nobody has acknowledged, the newest first. */
	alarms(limit: number): Promise<AuditEntry[]>;
}

/** The `outcome` of a row that is an alarm, and the `what` of a row that acknowledges one. */
export const alarmOutcome = "alarm";
export const acknowledged = "alarm-acknowledged";
const alarmDays = 7;

/** The audit of head office: every request that changed something or was refused, with its actor. Rows are never changed. */
export function openAudit(db: Db, clock: () => Instant): Audit {
	return {
		async note({ kind, name, address }, what, subject, outcome) {
			await db.transaction((tx) =>
				tx.query("INSERT INTO audit (at, kind, name, address, what, subject, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7)", [
					clock(),
					kind,
					name.slice(0, 100).replaceAll("\0", ""),
					address ?? null,
					what,
					subject?.slice(0, 300).replaceAll("\0", "") ?? null,
					outcome,
				]),
			);
		},
		list: (after, limit) =>
			db.query<AuditEntry>("SELECT n, at, kind, name, address, what, subject, outcome FROM audit WHERE n > $1 ORDER BY n LIMIT $2", [
				after,
				limit,
			]),
		newest: (before, limit) =>
			db.query<AuditEntry>("SELECT n, at, kind, name, address, what, subject, outcome FROM audit WHERE n < $1 ORDER BY n DESC LIMIT $2", [
				before ?? Number.MAX_SAFE_INTEGER,
				limit,
			]),
		alarms: (limit) =>
			db.query<AuditEntry>(
				"SELECT n, at, kind, name, address, what, subject, outcome FROM audit AS a WHERE outcome = $1 AND at > $2 " +
					"AND NOT EXISTS (SELECT 1 FROM audit WHERE what = $3 AND subject = CAST(a.n AS text)) ORDER BY n DESC LIMIT $4",
				[alarmOutcome, new Date(Date.parse(clock()) - alarmDays * 86_400_000).toISOString(), acknowledged, limit],
			),
	};
}
