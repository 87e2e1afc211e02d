/** Alarms of head office that stand until their cause is over or somebody acknowledges them. */
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";

export interface NewAlarm {
	code: string;
	store: string;
	/** The alarm's subject in this store: a SKU, or the id of a movement. */
	subject: string;
	/** Values for the names in the alarm's sentence. */
	facts: Record<string, string | number>;
}

export interface StandingAlarm extends NewAlarm {
	/** `code:store:subject`. */
	id: string;
	since: Instant;
}

const idOf = ({ code, store, subject }: NewAlarm): string => `${code}:${store}:${subject}`;

/** Raises alarms. An alarm that stands keeps its time; with other facts it loses its acknowledgement. */
export async function standAlarms(tx: Queries, alarms: readonly NewAlarm[], now: Instant): Promise<void> {
	if (alarms.length === 0) return;
	await tx.query(
		`INSERT INTO standing_alarm AS a (id, code, store, subject, facts, since)
		 SELECT *, $6 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
		 ON CONFLICT (id) DO UPDATE SET facts = excluded.facts,
			acknowledged_at = CASE WHEN a.facts = excluded.facts THEN a.acknowledged_at END,
			acknowledged_by = CASE WHEN a.facts = excluded.facts THEN a.acknowledged_by END`,
		[
			alarms.map(idOf),
			alarms.map(({ code }) => code),
			alarms.map(({ store }) => store),
			alarms.map(({ subject }) => subject),
			alarms.map(({ facts }) => JSON.stringify(facts)),
			now,
		],
	);
}

export async function endAlarms(tx: Queries, ids: readonly string[]): Promise<void> {
	if (ids.length > 0) await tx.query("DELETE FROM standing_alarm WHERE id = ANY($1)", [ids]);
}

interface Row {
	id: string;
	code: string;
	store: string;
	subject: string;
	facts: string;
	since: string;
}
const ofRow = ({ facts, ...row }: Row): StandingAlarm => ({ ...row, facts: JSON.parse(facts) as StandingAlarm["facts"] });

/** All that stand for one store with this code, also acknowledged ones. */
export async function standing(db: Queries, store: string, code: string): Promise<StandingAlarm[]> {
	const rows = await db.query<Row>(
		"SELECT id, code, store, subject, facts, since FROM standing_alarm WHERE store = $1 AND code = $2 ORDER BY subject",
		[store, code],
	);
	return rows.map(ofRow);
}

/** One row of a list of alarms. `more`: how many others of the same store and code are not in the list. */
export type ListedAlarm = StandingAlarm & { more: number };

/**
 * Alarms that nobody has acknowledged, the newest first, at most `each` per store and code: after a box was swapped every article
 * may have one, and nobody would read that list.
 */
export async function openStandingAlarms(db: Queries, { each, most }: { each: number; most: number }): Promise<ListedAlarm[]> {
	const rows = await db.query<Row & { place: number; all: number }>(
		`SELECT * FROM (SELECT id, code, store, subject, facts, since,
				(row_number() OVER (PARTITION BY store, code ORDER BY since, id))::int AS place,
				(count(*) OVER (PARTITION BY store, code))::int AS all
			FROM standing_alarm WHERE acknowledged_at IS NULL) AS t
		 WHERE place <= $1 ORDER BY since DESC, id LIMIT $2`,
		[each, most],
	);
	return rows.map(({ place, all, ...row }) => ({ ...ofRow(row), more: place === each ? all - each : 0 }));
}

/** Acknowledges an alarm. Returns false where no such alarm is open. */
export async function acknowledgeStanding(tx: Queries, id: string, by: string, now: Instant): Promise<boolean> {
	const done = await tx.query(
		"UPDATE standing_alarm SET acknowledged_at = $2, acknowledged_by = $3 WHERE id = $1 AND acknowledged_at IS NULL RETURNING 1",
		[id, now, by],
	);
	return done.length > 0;
}

/** All alarms of one code, by store and subject; `after` is the id of the last one seen. */
export async function listStanding(
	db: Queries,
	code: string,
	{ store, after, limit }: { store?: string | undefined; after: string; limit: number },
): Promise<StandingAlarm[]> {
	const rows = await db.query<Row>(
		`SELECT id, code, store, subject, facts, since FROM standing_alarm
		 WHERE code = $1 AND id > $2 AND ($3::text IS NULL OR store = $3) ORDER BY id LIMIT $4`,
		[code, after, store ?? null, limit],
	);
	return rows.map(ofRow);
}
