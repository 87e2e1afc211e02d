/** Policies of retention: which kinds of rows leave the database after how many days. Without a policy a kind is kept for ever. */
import { z } from "zod";
import { factTypes } from "../../words/streams/event-streams.ts";
import type { Instant } from "../../words/time.ts";
import { nearestOf } from "../csv/headers.ts";
import type { Db, Queries } from "../database/database.ts";

/** Classes of facts: what stands before the dot of their types, such as `stock`. */
const factClasses: readonly string[] = [...new Set(factTypes.map(classOf))].sort();

function classOf(type: string): string {
	return type.split(".")[0]!;
}

interface KindOfRows {
	means: string;
	/** No policy may be shorter, in days. */
	least: number;
}

const plain: Readonly<Record<string, KindOfRows>> = {
	facts: { means: "facts of stores, but for classes with a policy of their own", least: 7 },
	notes: { means: "notes of stores: alarms that came and went, devices, weights", least: 7 },
	audit: { means: "who changed what at head office, and who was refused", least: 30 },
	"push-files": { means: "the files of pushes, as they were uploaded", least: 7 },
	"refused-rows": { means: "the rows of pushes that were refused", least: 7 },
	alarms: { means: "alarms of head office that are over: a person acknowledged them", least: 7 },
	orders: { means: "online orders that are over", least: 30 },
};

/** Every kind that a policy may name. `facts.stock` is one class of facts. */
export const retentionKinds: ReadonlyMap<string, KindOfRows> = new Map([
	...Object.entries(plain),
	...factClasses.map((name): [string, KindOfRows] => [`facts.${name}`, { means: `facts of the types ${name}.*`, least: 7 }]),
]);

const kindNames = [...retentionKinds.keys()];
const mostDays = 36_500;

export const kindSchema = z.string().refine((kind) => retentionKinds.has(kind), {
	error: ({ input }) => `no policy may name such rows; the nearest kind is ${nearestOf(String(input).slice(0, 64), kindNames)}`,
});

/** `days` null: kept for ever again. */
export const policyBody = z.strictObject({ days: z.int().min(1).max(mostDays).nullable() });

export interface Policy {
	kind: string;
	days: number;
	at: Instant;
	by: string;
	seenN: number;
}

export const readPolicies = (db: Queries): Promise<Policy[]> =>
	db.query<Policy>('SELECT kind, days, at, by_whom AS by, seen_n AS "seenN" FROM retention_policy ORDER BY kind');

/**
 * Sets or ends a policy. An export that is planned and would take younger rows than the new policy lets go is given up; one that is being
 * written is waited for.
 */
export async function setPolicy(db: Db, kind: string, days: number | null, by: string, now: Instant): Promise<void> {
	await db.transaction(async (tx) => {
		if (days === null) await tx.query("DELETE FROM retention_policy WHERE kind = $1", [kind]);
		else
			await tx.query(
				`INSERT INTO retention_policy (kind, days, at, by_whom) VALUES ($1, $2, $3, $4)
				 ON CONFLICT (kind) DO UPDATE SET days = excluded.days, at = excluded.at, by_whom = excluded.by_whom`,
				[kind, days, now, by],
			);
		// Which facts belong to "facts" depends on which classes have a policy of their own.
		if (kind.startsWith("facts")) await tx.query("UPDATE retention_policy SET seen_n = 0 WHERE kind LIKE 'facts%'");
		await tx.query("DELETE FROM retention_export WHERE place IS NULL AND kind = $1 AND ($2::text IS NULL OR cutoff > $2)", [
			kind,
			days === null ? null : cutoffOf(days, now),
		]);
		if (kind.startsWith("facts.")) await tx.query("DELETE FROM retention_export WHERE place IS NULL AND kind = 'facts'");
	});
}

export const cutoffOf = (days: number, now: Instant): Instant => new Date(Date.parse(now) - days * 86_400_000).toISOString();
