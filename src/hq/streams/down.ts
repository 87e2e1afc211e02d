import { randomBytes } from "node:crypto";
import type { DownPosition, DownRecord } from "../../link/hq/repository.ts";
import { genesis, nextHash } from "../../link/protocol/chain.ts";
import type { DownStream } from "../../link/protocol/messages.ts";
import type { Queries } from "../database/database.ts";

/** A record as HQ keeps it: its number, and the canonical text that every store's chain is made of. */
export interface NumberedRecord {
	n: number;
	text: string;
}

/** 64 random bits: made when a stream is created, restored or forked. */
export const newEpoch = (): string => randomBytes(8).toString("hex");

/** The first of `count` numbers nobody else has. Holds the counter until the transaction ends, so that numbers commit in their order. */
export async function takeNumbers(tx: Queries, count: number): Promise<number> {
	const [row] = await tx.query<{ last: number }>("UPDATE counter SET last = last + $1 RETURNING last", [count]);
	return row!.last - count + 1;
}

export async function keepRecords(tx: Queries, records: readonly NumberedRecord[]): Promise<void> {
	if (records.length === 0) return;
	await tx.query("INSERT INTO record (n, body) SELECT * FROM unnest($1::bigint[], $2::text[])", [
		records.map((record) => record.n),
		records.map((record) => record.text),
	]);
}

/** Puts kept records at the end of one store's stream. Answers the number the first of them got. */
export async function appendDown(tx: Queries, store: string, stream: DownStream, records: readonly NumberedRecord[]): Promise<number> {
	const [head] = await tx.query<{ last: number; hash: string }>(
		"SELECT last, hash FROM down_stream WHERE store = $1 AND stream = $2 FOR UPDATE",
		[store, stream],
	);
	if (!head) throw new Error(`store ${store} has no ${stream} stream`);
	if (records.length === 0) return head.last + 1;
	const hashes: string[] = [];
	let hash = head.hash;
	for (const record of records) hashes.push((hash = nextHash(hash, record.text)));
	await tx.query(
		`INSERT INTO down_record (store, stream, seq, hash, record)
		 SELECT $1, $2, $3::bigint + o, h, r FROM unnest($4::text[], $5::bigint[]) WITH ORDINALITY AS t (h, r, o)`,
		[store, stream, head.last, hashes, records.map((record) => record.n)],
	);
	await tx.query("UPDATE down_stream SET last = $3, hash = $4 WHERE store = $1 AND stream = $2", [
		store,
		stream,
		head.last + records.length,
		hash,
	]);
	return head.last + 1;
}

export async function openDownStreams(tx: Queries, store: string): Promise<void> {
	for (const stream of ["catalog", "stock", "config"] satisfies DownStream[]) {
		await tx.query(
			`INSERT INTO down_stream (store, stream, epoch, last, hash, handed, acked) VALUES ($1, $2, $3, 0, $4, 0, 0) ON CONFLICT DO NOTHING`,
			[store, stream, newEpoch(), genesis],
		);
	}
}

/** Records after `after`, in order; remembers how far the store was handed them (the push's `sent`). */
export async function downAfter(db: Queries, store: string, stream: DownStream, after: number, limit: number): Promise<DownRecord[]> {
	const rows = await db.query<{ seq: number; hash: string; body: string }>(
		`SELECT d.seq, d.hash, r.body FROM down_record d JOIN record r ON r.n = d.record
		 WHERE d.store = $1 AND d.stream = $2 AND d.seq > $3 ORDER BY d.seq LIMIT $4`,
		[store, stream, after, limit],
	);
	const last = rows.at(-1)?.seq;
	// Only a count for people: not worth waiting for a push that is being written, which holds the stream. The acknowledgement sets it too.
	if (last !== undefined)
		await db.query(
			`UPDATE down_stream SET handed = $3 WHERE (store, stream) IN
			(SELECT store, stream FROM down_stream WHERE store = $1 AND stream = $2 AND handed < $3 FOR UPDATE SKIP LOCKED)`,
			[store, stream, last],
		);
	return rows.map((row) => ({ seq: row.seq, hash: row.hash, record: JSON.parse(row.body) as unknown }));
}

export async function downHash(db: Queries, store: string, stream: DownStream, seq: number): Promise<string | undefined> {
	if (seq === 0) return genesis;
	const rows = await db.query<{ hash: string }>("SELECT hash FROM down_record WHERE store = $1 AND stream = $2 AND seq = $3", [
		store,
		stream,
		seq,
	]);
	return rows[0]?.hash;
}

/** Never backwards, never beyond what HQ has, and only in the current epoch. */
export async function moveDown(tx: Queries, store: string, stream: DownStream, epoch: string, upTo: number): Promise<void> {
	await tx.query(
		`UPDATE down_stream SET acked = $4, handed = greatest(handed, $4)
		 WHERE store = $1 AND stream = $2 AND epoch = $3 AND acked < $4 AND last >= $4`,
		[store, stream, epoch, upTo],
	);
}

/** The same records under a new epoch, acknowledged as far as both sides agree: versions and ids make the repetition harmless. */
export async function forkDown(tx: Queries, store: string, stream: DownStream, agreed = 0): Promise<DownPosition> {
	const [row] = await tx.query<DownPosition>(
		"UPDATE down_stream SET epoch = $3, acked = $4, handed = $4 WHERE store = $1 AND stream = $2 RETURNING epoch, last, hash, acked",
		[store, stream, newEpoch(), agreed],
	);
	if (!row) throw new Error(`store ${store} has no ${stream} stream`);
	return row;
}
