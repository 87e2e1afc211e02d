import { randomBytes } from "node:crypto";
import type { DownPosition } from "../../link/hq/repository.ts";
import type { DownStream } from "../../link/protocol/messages.ts";
import { genesis } from "../../words/basics/chain.ts";
import type { Queries } from "../database/database.ts";
import { type ChainReader, positionWithin, type ReadRecord, type StreamRow } from "./chain-reader.ts";
import { appendToStreams, stretchesOf } from "./segments.ts";

/** A record as HQ keeps it: its number, and the canonical text from which every store's chain is made. */
export interface NumberedRecord {
	n: number;
	text: string;
}

/** 64 random bits: made when a stream is created, restored or forked. */
export const newEpoch = (): string => randomBytes(8).toString("hex");

/**
 * Takes `count` new numbers and answers the first. Locks the counter until the transaction ends, so that numbers are committed in their
 * order.
 */
export async function takeNumbers(tx: Queries, count: number): Promise<number> {
	const [row] = await tx.query<{ last: number }>("UPDATE counter SET last = last + $1 RETURNING last", [count]);
	return row!.last - count + 1;
}

/** Keeps records, once for all stores. Those with consecutive numbers are one run (segments.ts). */
export async function keepRecords(tx: Queries, records: readonly NumberedRecord[]): Promise<void> {
	if (records.length === 0) return;
	const numbers = records.map((record) => record.n);
	await tx.query("INSERT INTO record (n, body) SELECT * FROM unnest($1::bigint[], $2::text[])", [
		numbers,
		records.map((record) => record.text),
	]);
	const runs = stretchesOf(numbers, new Set());
	await tx.query("INSERT INTO record_run (first, count) SELECT * FROM unnest($1::bigint[], $2::bigint[])", [
		runs.map(({ record }) => record),
		runs.map(({ count }) => count),
	]);
}

/** Appends kept records to one store's stream. Answers the number of the first of them in it. */
export async function appendDown(tx: Queries, store: string, stream: DownStream, records: readonly { n: number }[]): Promise<number> {
	const first = await appendToStreams(
		tx,
		[store],
		stream,
		records.map(({ n }) => n),
	);
	return first.get(store)!;
}

export async function openDownStreams(tx: Queries, store: string): Promise<void> {
	for (const stream of ["catalog", "stock", "config"] satisfies DownStream[]) {
		await tx.query(
			`INSERT INTO down_stream (store, stream, epoch, last, hash, handed, acked) VALUES ($1, $2, $3, 0, $4, 0, 0) ON CONFLICT DO NOTHING`,
			[store, stream, newEpoch(), genesis],
		);
	}
}

/** Records after `after`, in order; writes down how far the store was handed them (the push's `sent`). */
export async function downAfter(
	db: Queries,
	reader: ChainReader,
	store: string,
	stream: DownStream,
	after: number,
	limit: number,
): Promise<ReadRecord[]> {
	const rows = await reader.after(store, stream, after, limit);
	const last = rows.at(-1);
	// This is only a count for people, and a push that is being written holds the stream's lock: it is not waited for. The acknowledgement
	// sets the count too.
	if (last !== undefined)
		await db.query(
			`UPDATE down_stream SET handed = $3, hash = CASE WHEN last = $3 THEN $4 ELSE hash END WHERE (store, stream) IN
			(SELECT store, stream FROM down_stream WHERE store = $1 AND stream = $2 AND handed < $3 FOR UPDATE SKIP LOCKED)`,
			[store, stream, last.seq, last.hash],
		);
	return rows;
}

/** Moves the store's position: never backwards, never beyond HQ's newest record, and only in the current epoch. */
export async function moveDown(tx: Queries, store: string, stream: DownStream, epoch: string, upTo: number): Promise<void> {
	await tx.query(
		`UPDATE down_stream SET acked = $4, handed = greatest(handed, $4)
		 WHERE store = $1 AND stream = $2 AND epoch = $3 AND acked < $4 AND last >= $4`,
		[store, stream, epoch, upTo],
	);
}

/** Puts the same records under a new epoch, acknowledged as far as both ends agree: versions and ids make the repetition harmless. */
export async function forkDown(tx: Queries, store: string, stream: DownStream, agreed = 0): Promise<DownPosition> {
	const [row] = await tx.query<StreamRow>(
		"UPDATE down_stream SET epoch = $3, acked = $4, handed = $4 WHERE store = $1 AND stream = $2 RETURNING epoch, last, hash, acked",
		[store, stream, newEpoch(), agreed],
	);
	if (!row) throw new Error(`store ${store} has no ${stream} stream`);
	return positionWithin(tx, store, stream, row);
}
