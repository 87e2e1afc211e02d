import type { ArrivedBatch, ArrivedRecord, UpPosition } from "../../link/hq/repository.ts";
import { type UpHead, type UpStream, upStreams } from "../../link/protocol/messages.ts";
import { checkRecord } from "../../link/protocol/records.ts";
import type { QuarantinedBox } from "../../words/answers/head-office/stores.ts";
import { genesis } from "../../words/basics/chain.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { acceptUp, noteLost } from "../streams/facts.ts";
import { holdStore, openUpEpoch } from "./stores.ts";

/** Opens the quarantine of a fenced box's stream; it begins after the records that HQ took from the box before. */
export async function openQuarantine(
	tx: Queries,
	store: string,
	stream: UpStream,
	head: UpHead,
	{ inc, kid }: { inc: number; kid?: string | undefined },
	now: Instant,
): Promise<UpPosition> {
	await holdStore(tx, store);
	const [own] = await tx.query<UpPosition>(
		`UPDATE quarantine_epoch SET heard_at = $4, inc = $5, kid = $6 WHERE store = $1 AND stream = $2 AND epoch = $3
		 RETURNING epoch, position, hash`,
		[store, stream, head.epoch, now, inc, kid ?? null],
	);
	if (own) return own;
	const [taken] = await tx.query<{ position: number; hash: string }>(
		"SELECT position, hash FROM up_epoch WHERE store = $1 AND stream = $2 AND epoch = $3",
		[store, stream, head.epoch],
	);
	const base = taken ?? (head.parent ? { position: head.acked, hash: head.ackedHash } : { position: 0, hash: genesis });
	await tx.query(
		`INSERT INTO quarantine_epoch (store, stream, epoch, inc, base, base_hash, position, hash, heard_at, kid)
		 VALUES ($1, $2, $3, $4, $5, $6, $5, $6, $7, $8)`,
		[store, stream, head.epoch, inc, base.position, base.hash, now, kid ?? null],
	);
	return { epoch: head.epoch, ...base };
}

export async function keepInQuarantine(tx: Queries, store: string, batch: ArrivedBatch): Promise<{ position: number; hash: string }> {
	const { stream, epoch, from, upTo, hash, records, lost = [] } = batch;
	const [here] = await tx.query<{ position: number; hash: string }>(
		"SELECT position, hash FROM quarantine_epoch WHERE store = $1 AND stream = $2 AND epoch = $3 FOR UPDATE",
		[store, stream, epoch],
	);
	if (!here || from !== here.position + 1) return here ?? { position: 0, hash: genesis };
	await tx.query(
		`INSERT INTO quarantine (store, stream, epoch, seq, hash, body) SELECT $1, $2, $3, s, h, b
		 FROM unnest($4::bigint[], $5::text[], $6::text[]) AS t (s, h, b) ON CONFLICT DO NOTHING`,
		[
			store,
			stream,
			epoch,
			records.map((record) => record.seq),
			records.map((record) => record.hash),
			records.map(({ record }) => JSON.stringify(record)),
		],
	);
	await noteLost(tx, store, stream, epoch, lost);
	await tx.query("UPDATE quarantine_epoch SET position = $4, hash = $5 WHERE store = $1 AND stream = $2 AND epoch = $3", [
		store,
		stream,
		epoch,
		upTo,
		hash,
	]);
	return { position: upTo, hash };
}

export async function listQuarantine(db: Queries, store: string): Promise<QuarantinedBox[]> {
	return db.query<QuarantinedBox>(
		`SELECT epoch AS box, stream, inc AS incarnation, position - base AS records, heard_at AS "heardAt"
		 FROM quarantine_epoch WHERE store = $1 ORDER BY heard_at DESC, stream`,
		[store],
	);
}

const recordsPerStep = 500;

/** The box was the right one after all: its facts in quarantine take effect, in their order, as if they had just arrived. */
export async function releaseQuarantine(db: Db, store: string, epoch: string): Promise<void> {
	for (const stream of upStreams) {
		const [row] = await db.query<{ inc: number; base: number; base_hash: string; position: number; hash: string }>(
			"SELECT inc, base, base_hash, position, hash FROM quarantine_epoch WHERE store = $1 AND stream = $2 AND epoch = $3",
			[store, stream, epoch],
		);
		if (!row) continue;
		const base = { position: row.base, hash: row.base_hash };
		let at = await db.transaction((tx) => openUpEpoch(tx, store, stream, epoch, base));
		while (at.position < row.position) {
			const rows = await db.query<{ seq: number; hash: string; body: string }>(
				"SELECT seq, hash, body FROM quarantine WHERE store = $1 AND stream = $2 AND epoch = $3 AND seq > $4 ORDER BY seq LIMIT $5",
				[store, stream, epoch, at.position, recordsPerStep],
			);
			const records = rows.map(({ seq, hash, body }): ArrivedRecord => judged(stream, seq, hash, JSON.parse(body)));
			const last = rows.at(-1) ?? { seq: row.position, hash: row.hash };
			const batch = { inc: row.inc, stream, epoch, from: at.position + 1, upTo: last.seq, hash: last.hash, records };
			at = { epoch, ...(await acceptUp(db, store, batch)) };
		}
		await db.transaction(async (tx) => {
			await tx.query("DELETE FROM quarantine WHERE store = $1 AND stream = $2 AND epoch = $3", [store, stream, epoch]);
			await tx.query("DELETE FROM quarantine_epoch WHERE store = $1 AND stream = $2 AND epoch = $3", [store, stream, epoch]);
		});
	}
}

function judged(stream: UpStream, seq: number, hash: string, record: unknown): ArrivedRecord {
	const checked = checkRecord(stream, record);
	if (checked.kind === "parked") return { seq, hash, record, parked: true };
	return checked.kind === "known" ? { seq, hash, record } : { seq, hash, record, poison: { code: checked.code, why: checked.why } };
}
