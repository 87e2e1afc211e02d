import type { ArrivedBatch, UpPosition } from "../../link/hq/repository.ts";
import type { StreamPosition, UpStream } from "../../link/protocol/messages.ts";
import type { StoreEvent } from "../../words/event.ts";
import { type Checkpoints, withCheckpoint } from "../../words/streams/checkpoints.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { goneBodies } from "../retention/gone.ts";
import { goneBody } from "../retention/kinds.ts";
import { openUpEpoch } from "../stores/stores.ts";

/** The checkpoints of an epoch after a batch: a column of its row, so that they need no statement of their own. */
export const checkpointsAfter = (marks: string, batch: ArrivedBatch): string =>
	JSON.stringify(withCheckpoint(JSON.parse(marks) as Checkpoints, [batch.upTo, batch.hash]));

export async function upCheckpoints(db: Queries, store: string, stream: UpStream): Promise<Checkpoints> {
	const [row] = await db.query<{ marks: string }>("SELECT marks FROM up_epoch WHERE store = $1 AND stream = $2 AND current", [
		store,
		stream,
	]);
	return row ? (JSON.parse(row.marks) as Checkpoints) : [];
}

/** Opens an epoch. Where it begins before the position that HQ has of its parent, the rest of the parent is kept as a fork. */
export async function openForkedEpoch(
	tx: Queries,
	store: string,
	stream: UpStream,
	epoch: string,
	base: { position: number; hash: string },
	parent: StreamPosition | undefined,
	now: Instant,
): Promise<UpPosition> {
	const [known] = await tx.query("SELECT 1 FROM up_epoch WHERE store = $1 AND stream = $2 AND epoch = $3", [store, stream, epoch]);
	const opened = await openUpEpoch(tx, store, stream, epoch, base);
	if (known) return opened;
	const [before] = parent
		? await tx.query<{ position: number; marks: string }>(
				"SELECT position, marks FROM up_epoch WHERE store = $1 AND stream = $2 AND epoch = $3",
				[store, stream, parent.epoch],
			)
		: [];
	const past = before ? (JSON.parse(before.marks) as Checkpoints).filter(([seq]) => seq < base.position) : [];
	await tx.query("UPDATE up_epoch SET marks = $4 WHERE store = $1 AND stream = $2 AND epoch = $3", [
		store,
		stream,
		epoch,
		JSON.stringify(base.position > 0 ? withCheckpoint(past, [base.position, base.hash]) : past),
	]);
	if (before && parent && before.position > base.position)
		await tx.query(
			"INSERT INTO up_fork (store, stream, epoch, after_seq, position, next_epoch, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT " +
				"DO NOTHING",
			[store, stream, parent.epoch, base.position, before.position, epoch, now],
		);
	return opened;
}

/**
 * Takes facts whose ids HQ knows already. Most are the same fact, sent again under a new epoch. A box that ran on from an old copy may have
 * given an id a second time: such a fact is another one, and is kept under the id with its epoch appended.
 */
export async function keepTwins(
	tx: Queries,
	store: string,
	batch: ArrivedBatch,
	kept: readonly { id: string }[],
): Promise<{ n: number; id: string }[]> {
	const taken = new Set(kept.map(({ id }) => id));
	const again = batch.records.filter(({ record, poison, parked }) => !poison && !parked && !taken.has((record as StoreEvent).id));
	if (again.length === 0) return [];
	const known = await tx.query<{ id: string; body: string }>("SELECT id, body FROM up_fact WHERE store = $1 AND id = ANY($2)", [
		store,
		again.map(({ record }) => (record as StoreEvent).id),
	]);
	const bodies = new Map(known.map((row) => [row.id, goneBody(JSON.parse(row.body))]));
	for (const [id, body] of await goneBodies(
		tx,
		store,
		again.map(({ record }) => (record as StoreEvent).id),
	))
		bodies.set(id, body);
	const twins: { n: number; id: string }[] = [];
	for (const { seq, record } of again) {
		const event = record as StoreEvent;
		const body = bodies.get(event.id);
		if (body === undefined || body === goneBody(event)) continue;
		const keptAs = `${event.id}~${batch.epoch.slice(0, 6)}`;
		const [row] = await tx.query<{ n: number }>(
			`INSERT INTO up_fact (store, stream, epoch, seq, id, type, at, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			 ON CONFLICT (store, id) DO NOTHING RETURNING n`,
			[store, batch.stream, batch.epoch, seq, keptAs, event.type, event.at, JSON.stringify(event)],
		);
		if (!row) continue;
		await tx.query("INSERT INTO up_twin (store, id, kept_as, epoch, seq) VALUES ($1, $2, $3, $4, $5)", [
			store,
			event.id,
			keptAs,
			batch.epoch,
			seq,
		]);
		twins.push({ n: row.n, id: event.id });
	}
	return twins;
}

export interface Fork {
	stream: UpStream;
	/** The history that ended, and which of its records no other history has. */
	epoch: string;
	from: number;
	to: number;
	nextEpoch: string;
	at: Instant;
}

/** Histories that ended because a box or HQ was restored from a backup. Their facts are in `facts`, by epoch and number. */
export async function listForks(db: Queries, store: string): Promise<Fork[]> {
	const rows = await db.query<{ stream: UpStream; epoch: string; after_seq: number; position: number; next_epoch: string; at: string }>(
		"SELECT stream, epoch, after_seq, position, next_epoch, at FROM up_fork WHERE store = $1 ORDER BY at, stream",
		[store],
	);
	return rows.map((row) => ({
		stream: row.stream,
		epoch: row.epoch,
		from: row.after_seq + 1,
		to: row.position,
		nextEpoch: row.next_epoch,
		at: row.at,
	}));
}
