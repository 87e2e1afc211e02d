import type { ArrivedBatch, ArrivedRecord } from "../../link/hq/repository.ts";
import type { UpStream } from "../../link/protocol/messages.ts";
import type { FactAtHq } from "../../words/answers/head-office/stores.ts";
import type { StoreEvent } from "../../words/event.ts";
import { standAlarms } from "../alarms/standing-alarms.ts";
import { takeCouponFacts } from "../coupons/leases.ts";
import type { Db, Queries } from "../database/database.ts";
import { factsLock } from "../feed/feed.ts";
import { takeErasedFacts } from "../members/erasures.ts";
import { takePointsFacts } from "../members/points.ts";
import { takeEnrolments } from "../members/roster.ts";
import { takeUsedCodes } from "../members/used-codes.ts";
import { takeOrderActs } from "../orders/order-acts.ts";
import { takeReceiptKeys } from "../returns/receipt-keys.ts";
import { takeReturnFacts } from "../returns/returned.ts";
import { findDiffering, sentenceOf, takeTheStores } from "../stock/differing-movements.ts";
import { takeGrants } from "../stock/orders.ts";
import { bookMovements } from "../stock/stock.ts";
import { endStockAlarms, movementAlarms } from "../stock/stock-alarms.ts";
import { applyLabelFacts, type NumberedFact } from "../stores/labels.ts";
import { applyAlarmFacts } from "../stores/store-alarms.ts";
import { holdStore } from "../stores/stores.ts";
import { takeTransferFacts } from "../transfers/transfer-facts.ts";
import { checkpointsAfter, keepTwins } from "./forks.ts";
import { countHeld, noteFrozen } from "./held-progress.ts";
import { countChanges } from "./push-progress.ts";
import { noteRises } from "./rise-progress.ts";

interface Rejected {
	seq: number;
	code: string;
}
interface Accepted {
	position: number;
	hash: string;
	rejected: Rejected[];
}

/** Makes a record a dead letter, and lets the store know by the acknowledgement, unless its record took effect all the same. */
type ToDeadLetters = (record: ArrivedRecord, code: string, why: string, isTaken?: "taken") => Promise<void>;

/** PostgreSQL's error classes for data that it cannot hold: the record is at fault, and trying again is useless. */
const dataFault = /^2[23]/;

/** Takes each fact once by its id, with its effects, the dead letters and the position, in one transaction. */
export async function acceptUp(db: Db, store: string, batch: ArrivedBatch): Promise<Accepted> {
	return db.transaction(async (tx) => {
		await holdStore(tx, store);
		const [here] = await tx.query<{ position: number; hash: string; marks: string }>(
			"SELECT position, hash, marks FROM up_epoch WHERE store = $1 AND stream = $2 AND epoch = $3",
			[store, batch.stream, batch.epoch],
		);
		if (!here || batch.from !== here.position + 1)
			return { position: here?.position ?? 0, hash: here?.hash ?? "0".repeat(32), rejected: [] };

		const rejected = await takeRecords(tx, store, batch);
		await noteLost(tx, store, batch.stream, batch.epoch, batch.lost ?? []);
		await tx.query("UPDATE up_epoch SET position = $4, hash = $5, marks = $6 WHERE store = $1 AND stream = $2 AND epoch = $3", [
			store,
			batch.stream,
			batch.epoch,
			batch.upTo,
			batch.hash,
			checkpointsAfter(here.marks, batch),
		]);
		return { position: batch.upTo, hash: batch.hash, rejected: rejected.sort((a, b) => a.seq - b.seq) };
	});
}

/** Counts numbers that the store no longer has, also those of a fenced box. */
export async function noteLost(
	tx: Queries,
	store: string,
	stream: UpStream,
	epoch: string,
	holes: readonly { from: number; to: number; why: string }[],
): Promise<void> {
	for (const hole of holes)
		await tx.query(
			"INSERT INTO lost_up (store, stream, epoch, from_seq, to_seq, why) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
			[store, stream, epoch, hole.from, hole.to, printable(hole.why)],
		);
}

/** Takes facts, dead letters and parked records of a batch, without its position. The caller must hold the store's lock. */
export async function takeRecords(tx: Queries, store: string, batch: ArrivedBatch): Promise<Rejected[]> {
	const rejected: Rejected[] = [];
	const toDeadLetters: ToDeadLetters = async (record, code, why, isTaken) => {
		if (isTaken === undefined) rejected.push({ seq: record.seq, code });
		await tx.query(
			`
			INSERT INTO dead_letter (store, stream, epoch, seq, code, why, body) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			[store, batch.stream, batch.epoch, record.seq, code, printable(why), bodyOf(record)],
		);
	};
	const good: ArrivedRecord[] = [];
	for (const record of batch.records) {
		if (record.poison) await toDeadLetters(record, record.poison.code, record.poison.why);
		else if (record.parked) {
			await tx.query("INSERT INTO parked (store, stream, epoch, seq, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", [
				store,
				batch.stream,
				batch.epoch,
				record.seq,
				bodyOf(record),
			]);
		} else if (bodyOf(record).includes("\\u0000")) await toDeadLetters(record, "bad-text", "a text with a NUL in it");
		else good.push(record);
	}
	await takeFacts(tx, store, batch, good, toDeadLetters);
	return rejected;
}

/**
 * Takes all facts at once, which is quick. Where the database cannot hold one of them it takes them one by one, so that only that one
 * becomes a dead letter.
 */
async function takeFacts(
	tx: Queries,
	store: string,
	batch: ArrivedBatch,
	records: readonly ArrivedRecord[],
	toDeadLetters: ToDeadLetters,
): Promise<void> {
	if (records.length === 0) return;
	await tx.query("SAVEPOINT taking");
	try {
		await applyFacts(tx, store, batch, records, toDeadLetters);
		await tx.query("RELEASE SAVEPOINT taking");
	} catch (error) {
		const { code, message } = error as { code?: string; message: string };
		if (code === undefined || !dataFault.test(code)) throw error;
		await tx.query("ROLLBACK TO SAVEPOINT taking");
		if (records.length === 1) return toDeadLetters(records[0]!, "not-storable", message);
		for (const record of records) await takeFacts(tx, store, batch, [record], toDeadLetters);
	}
}

async function applyFacts(
	tx: Queries,
	store: string,
	batch: ArrivedBatch,
	records: readonly ArrivedRecord[],
	toDeadLetters: ToDeadLetters,
): Promise<void> {
	const events = records.map((record) => record.record as StoreEvent);
	const kept = await tx.query<{ n: number; id: string }>(
		`INSERT INTO up_fact (store, stream, epoch, seq, id, type, at, body)
		 SELECT $1, $2, $3, t.seq, t.id, t.type, t.at, t.body
		 FROM (SELECT pg_advisory_xact_lock_shared($9::bigint) OFFSET 0) AS held,
			unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[]) AS t (seq, id, type, at, body)
		 WHERE NOT EXISTS (SELECT 1 FROM gone_fact g WHERE g.fact = substring(sha256(convert_to($1::text || '/' || t.id, 'UTF8')) FROM 1 FOR 16))
		 ORDER BY t.seq ON CONFLICT (store, id) DO NOTHING RETURNING n, id`,
		[
			store,
			batch.stream,
			batch.epoch,
			records.map((record) => record.seq),
			events.map((event) => event.id),
			events.map((event) => event.type),
			events.map((event) => event.at),
			records.map(bodyOf),
			factsLock,
		],
	);
	// A fact with a known id was mostly sent again under another epoch (a restored box) and has no effect, unless another fact has the id.
	if (kept.length < events.length) kept.push(...(await keepTwins(tx, store, batch, kept)));
	const numbers = new Map(kept.map(({ n, id }) => [id, n]));
	const facts: NumberedFact[] = [];
	for (const event of events) {
		const n = numbers.get(event.id);
		if (n === undefined) continue;
		numbers.delete(event.id);
		facts.push({ n, event });
	}
	if (facts.length === 0) return;
	// Alarms are notes; the other effects are of facts alone.
	await applyAlarmFacts(tx, store, facts);
	if (batch.stream === "notes") return;
	const taken = facts.map(({ event }) => event);
	await takeCouponFacts(tx, store, taken);
	await takeMovements(tx, store, records, facts, toDeadLetters);
	await takeGrants(
		tx,
		store,
		taken.filter((event) => event.type === "grant.given"),
	);
	await keepUnfit(records, "order-unfit", await takeOrderActs(tx, store, taken), toDeadLetters);
	// Pieces that came back twice raise an alarm too; the customers have their money.
	const twice = await takeReturnFacts(tx, store, taken);
	await keepUnfit(records, "return-twice", twice, toDeadLetters);
	const alarms = twice.map(({ id, sku, why }) => ({ code: "return-twice", store, subject: id, facts: { sku, why } }));
	if (alarms.length > 0) await standAlarms(tx, alarms, taken.at(-1)!.at);
	// The movements of a transfer that does not fit count all the same.
	await keepUnfit(records, "transfer-unfit", await takeTransferFacts(tx, store, taken), toDeadLetters);
	await keepUnfit(records, "member-unfit", await takeEnrolments(tx, store, taken), toDeadLetters);
	await takeErasedFacts(tx, store, taken);
	await takePointsFacts(tx, store, taken);
	const codes = await takeUsedCodes(tx, store, taken);
	await keepUnfit(records, "member-code-twice", codes, toDeadLetters);
	const shown = codes.map(({ id, other }) => ({ code: "member-code-twice", store, subject: id, facts: { other } }));
	if (shown.length > 0) await standAlarms(tx, shown, taken.at(-1)!.at);
	await keepUnfit(records, "receipt-key-unfit", await takeReceiptKeys(tx, store, taken), toDeadLetters);
	await noteFrozen(tx, store, facts);
	await countHeld(tx, store, facts);
	await noteRises(tx, store, facts);
	await countChanges(tx, store, facts, await applyLabelFacts(tx, store, facts));
}

/**
 * Facts that were taken and do not fit what head office knows are kept as dead letters too. The store is not told, because its own state
 * counts.
 */
async function keepUnfit(
	records: readonly ArrivedRecord[],
	code: string,
	unfit: readonly { event: string; why: string }[],
	toDeadLetters: ToDeadLetters,
): Promise<void> {
	for (const { event, why } of unfit)
		await toDeadLetters(records.find((one) => (one.record as StoreEvent).id === event)!, code, why, "taken");
}

async function takeMovements(
	tx: Queries,
	store: string,
	records: readonly ArrivedRecord[],
	facts: readonly NumberedFact[],
	toDeadLetters: ToDeadLetters,
): Promise<void> {
	const said = facts.flatMap(({ event }) => (event.type === "stock.moved" ? [{ event: event.id, movement: event.movement }] : []));
	const differing = await findDiffering(
		tx,
		store,
		said.map(({ movement }) => movement),
	);
	for (const each of differing) {
		const event = said.find(({ movement }) => movement === each.movement)!.event;
		const record = records.find((one) => (one.record as StoreEvent).id === event)!;
		await toDeadLetters(record, "movement-differs", sentenceOf(each), each.whose === "ours" ? "taken" : undefined);
		if (each.whose === "ours") await takeTheStores(tx, store, each);
	}
	if (differing.length > 0) await standAlarms(tx, await movementAlarms(tx, store, differing), facts.at(-1)!.event.at);
	const movements = said.map(({ movement }) => movement);
	await bookMovements(tx, store, movements);
	const counted = movements.filter(({ reason }) => reason === "count").map(({ sku }) => sku);
	await endStockAlarms(tx, store, counted);
}

const bodyOf = (record: ArrivedRecord): string => JSON.stringify(record.record) ?? "null";
const printable = (text: string): string => text.replaceAll("\0", "\u2400");

export interface AskedFacts {
	/** The `n` of the last one seen; left out: from the first one on, or with `newest` from the last one back. */
	after?: number | undefined;
	limit: number;
	type?: string | undefined;
	newest?: boolean;
}

/** Facts and notes of one store in the order HQ committed them. `n` is the place in that order, the value for `after`. */
export async function listFacts(db: Queries, store: string, asked: AskedFacts): Promise<FactAtHq[]> {
	const { after, limit, type, newest = false } = asked;
	const rows = await db.query<{ n: number; stream: "facts" | "notes"; body: string }>(
		`SELECT n, stream, body FROM up_fact WHERE store = $1 AND n ${newest ? "<" : ">"} $2 AND ($4::text IS NULL OR type = $4)
		 ORDER BY n ${newest ? "DESC" : "ASC"} LIMIT $3`,
		[store, after ?? (newest ? Number.MAX_SAFE_INTEGER : 0), limit, type ?? null],
	);
	return rows.map(({ n, stream, body }) => ({ ...(JSON.parse(body) as StoreEvent), n, stream }));
}

export interface DeadLetter {
	stream: string;
	epoch: string;
	seq: number;
	code: string;
	why: string;
	record: unknown;
}

export async function listDeadLetters(db: Queries, store: string, limit: number): Promise<DeadLetter[]> {
	const rows = await db.query<Omit<DeadLetter, "record"> & { body: string }>(
		"SELECT stream, epoch, seq, code, why, body FROM dead_letter WHERE store = $1 ORDER BY stream, epoch, seq LIMIT $2",
		[store, limit],
	);
	return rows.map(({ body, ...row }) => ({ ...row, record: JSON.parse(body) as unknown }));
}

/** How many records of each stream HQ has committed: for the metrics. */
export async function countUp(db: Queries): Promise<{ store: string; stream: string; position: number }[]> {
	return db.query("SELECT store, stream, position FROM up_epoch WHERE current ORDER BY store, stream");
}
