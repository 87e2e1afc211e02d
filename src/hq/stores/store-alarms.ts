import type { AlarmLevel } from "../../words/alarm.ts";
import type { StoreAlarm, StoreAlarmGroup } from "../../words/answers/head-office/alarms.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import type { NumberedFact } from "./labels.ts";

export interface KeptStoreAlarm extends Omit<StoreAlarm, "what" | "do"> {
	/** Names for the alarm's sentence beside the subject; null: the store's build does not send them. */
	facts: Record<string, string | number> | null;
}

/** Keeps which alarms stand in the store. Facts come in the order the store committed them, so the last one about an alarm counts. */
export async function applyAlarmFacts(tx: Queries, store: string, facts: readonly NumberedFact[]): Promise<void> {
	const open = new Map<string, KeptStoreAlarm>();
	const gone = new Set<string>();
	const taken = new Map<string, Instant>();
	for (const { event } of facts) {
		if (event.type === "alarm.raised") {
			const { alarm: id, level, code, subject, facts = null, at: since } = event;
			open.set(id, { id, level, code, subject, since, facts, acknowledgedAt: null });
			taken.delete(id);
		} else if (event.type === "alarm.cleared") {
			open.delete(event.alarm);
			gone.add(event.alarm);
		} else if (event.type === "alarm.acknowledged") taken.set(event.alarm, event.at);
	}
	if (gone.size > 0) await tx.query("DELETE FROM store_alarm WHERE store = $1 AND id = ANY($2)", [store, [...gone]]);
	const raised = [...open.values()];
	if (raised.length > 0)
		await tx.query(
			`INSERT INTO store_alarm (store, id, level, code, subject, since, facts)
			 SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
			 ON CONFLICT (store, id) DO UPDATE SET level = excluded.level, since = excluded.since, facts = excluded.facts, acknowledged_at = NULL`,
			[
				store,
				raised.map((a) => a.id),
				raised.map((a) => a.level),
				raised.map((a) => a.code),
				raised.map((a) => a.subject),
				raised.map((a) => a.since),
				raised.map(({ facts }) => (facts === null ? null : JSON.stringify(facts))),
			],
		);
	if (taken.size > 0)
		await tx.query(
			`UPDATE store_alarm a SET acknowledged_at = t.at FROM unnest($2::text[], $3::text[]) AS t (id, at) WHERE a.store = $1 AND a.id = t.id`,
			[store, [...taken.keys()], [...taken.values()]],
		);
}

/** RED first, then the oldest. */
export async function listStoreAlarms(db: Queries, store: string): Promise<KeptStoreAlarm[]> {
	const rows = await db.query<Omit<KeptStoreAlarm, "facts"> & { facts: string | null }>(
		`SELECT id, level, code, subject, since, facts, acknowledged_at AS "acknowledgedAt" FROM store_alarm WHERE store = $1
		 ORDER BY position(level IN 'RED YELLOW BLUE'), since, id LIMIT 1000`,
		[store],
	);
	return rows.map(({ facts, ...alarm }) => ({ ...alarm, facts: factsIn(facts) }));
}

const factsIn = (text: string | null): KeptStoreAlarm["facts"] =>
	text === null ? null : (JSON.parse(text) as Record<string, string | number>);

const storesNamed = 12;

/** The alarms of all stores, one row per code: one fault in forty stores is one row. */
export async function alarmsByCode(db: Queries): Promise<StoreAlarmGroup[]> {
	const rows = await db.query<Omit<StoreAlarmGroup, "level" | "first" | "facts"> & { rank: number; names: string; facts: string | null }>(
		`SELECT code, count(*)::int AS alarms, count(DISTINCT store)::int AS stores, min(since) AS since,
			min(position(level IN 'RED YELLOW BLUE'))::int AS rank, string_agg(DISTINCT store, ' ') AS names,
			CASE WHEN min(subject) = max(subject) THEN min(subject) END AS subject,
			CASE WHEN count(facts) = count(*) AND min(facts) = max(facts) THEN min(facts) END AS facts
		 FROM store_alarm GROUP BY code ORDER BY rank, stores DESC, code LIMIT 500`,
	);
	const levels: Record<number, AlarmLevel> = { 1: "RED", 5: "YELLOW", 12: "BLUE" };
	return rows.map(({ rank, names, facts, ...row }) => ({
		...row,
		facts: factsIn(facts),
		level: levels[rank] ?? "YELLOW",
		first: names.split(" ").sort().slice(0, storesNamed),
	}));
}
