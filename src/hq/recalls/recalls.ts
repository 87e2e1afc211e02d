/** Recalls: every store is told to sell no more of an article or a lot; one that is enrolled later is told too. */

import { defined } from "../../words/defined.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { StopSale } from "../../words/streams/stop-sale.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendToAll, sendToOne } from "../streams/to-all.ts";

export interface Recall extends StopSale {
	by: string;
	endedAt?: Instant;
	endedBy?: string;
}

interface Row {
	id: string;
	gtin: string;
	lot: string | null;
	reason: string;
	at: string;
	by: string;
	endedAt: string | null;
	endedBy: string | null;
}

const columns = `id, gtin, lot, reason, at, by_whom AS "by", ended_at AS "endedAt", ended_by AS "endedBy"`;
const toRecall = ({ lot, endedAt, endedBy, ...row }: Row): Recall => ({
	...row,
	...defined({ lot: lot ?? undefined, endedAt: endedAt ?? undefined, endedBy: endedBy ?? undefined }),
});

const recordOf = ({ id, gtin, lot, reason, at }: StopSale): StockRecord => ({
	type: "stop-sale",
	stop: { id, gtin, ...defined({ lot }), reason, at },
});

/** The decision, and which stores were told. Stores with an older build park the record until their upgrade, and go on selling. */
export interface Announced {
	recall: Recall;
	stores: string[];
	tooOld: string[];
}

async function find(db: Queries, id: string): Promise<Recall | undefined> {
	const [row] = await db.query<Row>(`SELECT ${columns} FROM stop_sale WHERE id = $1`, [id]);
	return row && toRecall(row);
}

export async function recallArticle(
	db: Db,
	asked: { id: string; gtin: string; lot?: string | undefined; reason: string },
	by: string,
	now: Instant,
): Promise<Announced & { created: boolean }> {
	const { id, gtin, lot, reason } = asked;
	return db.transaction(async (tx) => {
		// Under a lock: of two requests with one id, the second finds the first.
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const known = await find(tx, id);
		if (known) {
			if (known.gtin === gtin && known.lot === lot && known.reason === reason)
				return { created: false, recall: known, stores: [], tooOld: [] };
			throw new HqRefusal("recall-differs", `Recall ${id} was made with other contents. Give this one an id of its own.`);
		}
		const recall: Recall = { id, gtin, ...defined({ lot }), reason, at: now, by };
		await keepRecall(tx, recall, by);
		return { created: true, recall, ...(await sendToAll(tx, recordOf(recall), "recalls")) };
	});
}

export async function liftRecall(db: Db, id: string, by: string, now: Instant): Promise<Announced> {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const known = await find(tx, id);
		if (!known) throw new HqRefusal("recall-unknown", `No recall has the id ${id}. GET /api/v1/recalls lists them.`);
		if (known.endedAt !== undefined) return { recall: known, stores: [], tooOld: [] };
		await tx.query("UPDATE stop_sale SET ended_at = $2, ended_by = $3 WHERE id = $1", [id, now, by]);
		return { recall: { ...known, endedAt: now, endedBy: by }, ...(await sendToAll(tx, { type: "stop-lifted", id, at: now }, "recalls")) };
	});
}

/** False when the id is known. */
export async function keepRecall(tx: Queries, { id, gtin, lot, reason, at }: StopSale, by: string): Promise<boolean> {
	const made = await tx.query(
		`INSERT INTO stop_sale (id, gtin, lot, reason, at, by_whom) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING RETURNING 1`,
		[id, gtin, lot ?? null, reason, at, by],
	);
	return made.length > 0;
}

/** Recalls in force are sent to a store that was just enrolled. */
export async function sendRecalls(db: Db, store: string): Promise<void> {
	await db.transaction(async (tx) => {
		const rows = await tx.query<Row>(`SELECT ${columns} FROM stop_sale WHERE ended_at IS NULL ORDER BY id`);
		await sendToOne(
			tx,
			store,
			rows.map((row) => recordOf(toRecall(row))),
		);
	});
}

export async function listRecalls(db: Queries, after: string, limit: number): Promise<Recall[]> {
	return (await db.query<Row>(`SELECT ${columns} FROM stop_sale WHERE id > $1 ORDER BY id LIMIT $2`, [after, limit])).map(toRecall);
}
