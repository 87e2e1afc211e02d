import { randomBytes } from "node:crypto";
import type { Instant } from "../../words/time.ts";
import { endAlarms, standAlarms } from "../alarms/standing-alarms.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";

export interface AskedWebhook {
	id: string;
	url: string;
	types?: readonly string[] | undefined;
	stores?: readonly string[] | undefined;
	notes: boolean;
	/** Facts after this number; left out: only future ones. */
	after?: number | undefined;
}

export interface Webhook {
	id: string;
	url: string;
	types: string[] | null;
	stores: string[] | null;
	notes: boolean;
	/** `sequence` of the last fact that the receiver accepted. */
	after: number;
	madeAt: Instant;
	madeBy: string;
	state: "well" | "failing" | "ended";
	failingSince: Instant | null;
	lastError: string | null;
	lastDeliveryAt: Instant | null;
}

interface Row {
	id: string;
	url: string;
	secret: string;
	types: string | null;
	stores: string | null;
	notes: boolean;
	after_n: number;
	made_at: Instant;
	made_by: string;
	tries: number;
	failing_since: Instant | null;
	last_error: string | null;
	last_delivery_at: Instant | null;
	ended_at: Instant | null;
}

const listOf = (text: string | null): string[] | null => (text === null ? null : (JSON.parse(text) as string[]));

const shown = (row: Row): Webhook => ({
	id: row.id,
	url: row.url,
	types: listOf(row.types),
	stores: listOf(row.stores),
	notes: row.notes,
	after: row.after_n,
	madeAt: row.made_at,
	madeBy: row.made_by,
	state: row.ended_at !== null ? "ended" : row.failing_since !== null ? "failing" : "well",
	failingSince: row.failing_since,
	lastError: row.last_error,
	lastDeliveryAt: row.last_delivery_at,
});

const webhookFailing = "webhook-failing";
const alarmId = (id: string): string => `${webhookFailing}::${id}`;
const secretBytes = 32;
const webhooksMost = 100;

/** Makes a webhook; only this answer has the secret. The same id with the same contents changes nothing, and its answer has no secret. */
export function makeWebhook(
	db: Db,
	asked: AskedWebhook,
	by: string,
	now: Instant,
): Promise<{ created: boolean; webhook: Webhook; secret?: string }> {
	return db.transaction(async (tx) => {
		await tx.query("LOCK TABLE webhook IN SHARE ROW EXCLUSIVE MODE");
		const [known] = await tx.query<Row>("SELECT * FROM webhook WHERE id = $1", [asked.id]);
		const [types, stores] = [asked.types, asked.stores].map((list) => (list ? JSON.stringify([...list].sort()) : null));
		if (known) {
			const isSame = known.url === asked.url && known.types === types && known.stores === stores && known.notes === asked.notes;
			if (isSame) return { created: false, webhook: shown(known) };
			throw new HqRefusal(
				"webhook-differs",
				`Webhook ${asked.id} calls ${known.url} with other facts. Delete it first, or take another id.`,
			);
		}
		const [count] = await tx.query<{ n: number }>("SELECT count(*)::int AS n FROM webhook");
		if (count!.n >= webhooksMost) throw new HqRefusal("webhooks-many", `There are ${webhooksMost} webhooks already; delete one.`);
		const secret = `whsec_${randomBytes(secretBytes).toString("base64")}`;
		const [row] = await tx.query<Row>(
			`INSERT INTO webhook (id, url, secret, types, stores, notes, after_n, made_at, made_by, due_at)
			 VALUES ($1, $2, $3, $4, $5, $6, coalesce($7::bigint, (SELECT coalesce(max(n), 0) FROM up_fact)), $8, $9, $8) RETURNING *`,
			[asked.id, asked.url, secret, types, stores, asked.notes, asked.after ?? null, now, by],
		);
		return { created: true, webhook: shown(row!), secret };
	});
}

export const listWebhooks = async (db: Queries): Promise<Webhook[]> =>
	(await db.query<Row>("SELECT * FROM webhook ORDER BY id")).map(shown);

export async function deleteWebhook(db: Db, id: string): Promise<void> {
	const gone = await db.transaction(async (tx) => {
		await endAlarms(tx, [alarmId(id)]);
		return tx.query("DELETE FROM webhook WHERE id = $1 RETURNING 1", [id]);
	});
	if (gone.length === 0) throw new HqRefusal("webhook-unknown", `No webhook has the id ${id.slice(0, 48)}.`);
}

export type LeasedWebhook = Pick<Webhook, "id" | "url" | "types" | "stores" | "notes" | "after"> & { secret: string; tries: number };

/** Whether any webhook has something to send: a check without a transaction. */
export async function isAnyDue(db: Queries, now: Instant): Promise<boolean> {
	const due = await db.query(
		`SELECT 1 FROM webhook WHERE ended_at IS NULL AND due_at <= $1 AND leased_until <= $1
		 AND after_n < (SELECT coalesce(max(n), 0) FROM up_fact) LIMIT 1`,
		[now],
	);
	return due.length > 0;
}

/** Leases a webhook that is due and that no process is calling. After the lease another process may take it. */
export async function leaseWebhook(db: Db, now: Instant, until: Instant): Promise<LeasedWebhook | undefined> {
	const [row] = await db.transaction((tx) =>
		tx.query<Row>(
			`UPDATE webhook SET leased_until = $2 WHERE id = (SELECT id FROM webhook WHERE ended_at IS NULL AND due_at <= $1 AND leased_until <= $1
			 AND after_n < (SELECT coalesce(max(n), 0) FROM up_fact) ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *`,
			[now, until],
		),
	);
	return row && { ...shown(row), secret: row.secret, tries: row.tries };
}

/** The batch was accepted, or there was none: then `at` is null. */
export function noteTaken(db: Db, id: string, { after, at }: { after: number; at: Instant | null }): Promise<void> {
	return db.transaction(async (tx) => {
		await tx.query(
			`UPDATE webhook SET after_n = greatest(after_n, $2), leased_until = '', tries = 0, failing_since = NULL,
				last_error = CASE WHEN $3::text IS NULL THEN last_error END, last_delivery_at = coalesce($3, last_delivery_at) WHERE id = $1`,
			[id, after, at],
		);
		await endAlarms(tx, [alarmId(id)]);
	});
}

const triesBeforeAlarm = 5;

export function noteFailed(
	db: Db,
	webhook: LeasedWebhook,
	{ why, dueAt, now }: { why: string; dueAt: Instant; now: Instant },
): Promise<void> {
	return db.transaction(async (tx) => {
		const { id, url, tries } = webhook;
		await tx.query(
			`UPDATE webhook SET tries = tries + 1, due_at = $3, leased_until = '', failing_since = coalesce(failing_since, $4), last_error = $2
			 WHERE id = $1`,
			[id, why, dueAt, now],
		);
		if (tries + 1 < triesBeforeAlarm) return;
		await standAlarms(tx, [{ code: webhookFailing, store: "", subject: id, facts: { name: id, url, why } }], now);
	});
}

/** The receiver answered that it wants no more calls. */
export const endWebhook = (db: Db, id: string, now: Instant): Promise<unknown> =>
	db.transaction((tx) => tx.query("UPDATE webhook SET ended_at = $2, leased_until = '' WHERE id = $1", [id, now]));
