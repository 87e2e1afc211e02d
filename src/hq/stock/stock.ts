import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import { type AskedMovement, countsFrom, isCountInFuture, isSameTime, type Movement, type OnHand, wrongSign } from "../../words/stock.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { holdStore, requireStore } from "../stores/stores.ts";
import { appendDown, keepRecords, takeNumbers } from "../streams/down.ts";
import { articleBy, articleUnknown, skusOf } from "./articles.ts";

interface Hand {
	on_hand: number;
	counted_at: string | null;
	count_id: string | null;
	last_at: string | null;
}

/**
 * Books movements that are not booked yet. On hand is the last count plus every movement that occurred after it (LINK rule 8), as in the
 * store's own ledger: a movement at the instant of the count is included in the count. The caller must hold the store's lock.
 */
export async function bookMovements(tx: Queries, store: string, movements: readonly Movement[]): Promise<Set<string>> {
	if (movements.length === 0) return new Set();
	const inserted = await tx.query<{ id: string }>(
		`INSERT INTO movement (store, id, sku, quantity, reason, occurred_at, reference, origin)
		 SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[])
		 ON CONFLICT (store, id) DO NOTHING RETURNING id`,
		[
			store,
			movements.map((m) => m.id),
			movements.map((m) => m.sku),
			movements.map((m) => m.quantity),
			movements.map((m) => m.reason),
			movements.map((m) => m.occurredAt),
			movements.map((m) => m.reference ?? null),
			movements.map((m) => m.origin),
		],
	);
	const fresh = new Set(inserted.map((row) => row.id));
	const bySku = new Map<string, Movement[]>();
	for (const movement of movements) {
		if (!fresh.delete(movement.id)) continue;
		const list = bySku.get(movement.sku);
		if (list) list.push(movement);
		else bySku.set(movement.sku, [movement]);
	}
	if (bySku.size === 0) return new Set();
	const skus = [...bySku.keys()];
	const rows = await tx.query<Hand & { sku: string }>(
		"SELECT sku, on_hand, counted_at, count_id, last_at FROM on_hand WHERE store = $1 AND sku = ANY($2)",
		[store, skus],
	);
	const hands = new Map<string, Hand>(rows.map((row) => [row.sku, row]));
	for (const [sku, list] of bySku) hands.set(sku, await handAfter(tx, store, sku, hands.get(sku), list));
	const after = skus.map((sku) => hands.get(sku)!);
	await tx.query(
		`INSERT INTO on_hand (store, sku, on_hand, counted_at, count_id, last_at)
		 SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[])
		 ON CONFLICT (store, sku) DO UPDATE
		 SET on_hand = excluded.on_hand, counted_at = excluded.counted_at, count_id = excluded.count_id, last_at = excluded.last_at`,
		[store, skus, after.map((h) => h.on_hand), after.map((h) => h.counted_at), after.map((h) => h.count_id), after.map((h) => h.last_at)],
	);
	return new Set(skus);
}

async function handAfter(tx: Queries, store: string, sku: string, before: Hand | undefined, fresh: readonly Movement[]): Promise<Hand> {
	const hand: Hand = { on_hand: 0, counted_at: null, count_id: null, last_at: null, ...before };
	for (const m of fresh) if (hand.last_at === null || m.occurredAt > hand.last_at) hand.last_at = m.occurredAt;
	const isNewer = (m: Movement): boolean =>
		hand.counted_at === null || m.occurredAt > hand.counted_at || (m.occurredAt === hand.counted_at && m.id > hand.count_id!);
	let rebased = false;
	for (const m of fresh) {
		if (m.reason !== "count" || !isNewer(m)) continue;
		hand.counted_at = m.occurredAt;
		hand.count_id = m.id;
		hand.on_hand = m.quantity;
		rebased = true;
	}
	if (rebased) {
		const [since] = await tx.query<{ n: number }>(
			"SELECT coalesce(sum(quantity), 0)::bigint AS n FROM movement WHERE store = $1 AND sku = $2 AND reason <> 'count' AND occurred_at > $3",
			[store, sku, hand.counted_at],
		);
		hand.on_hand += since!.n;
		return hand;
	}
	for (const m of fresh) {
		const counts = hand.counted_at === null || m.occurredAt > hand.counted_at;
		if (m.reason !== "count" && counts) hand.on_hand += m.quantity;
	}
	return hand;
}

/**
 * Books a movement of HQ: it counts at once, and is sent to the store, whose own fact under the same id changes nothing. A movement that
 * the store would refuse is refused here, so that both ends count the same.
 */
export async function moveStock(
	db: Db,
	store: string,
	asked: AskedMovement,
	now: Instant,
): Promise<{ created: boolean; movement: Movement }> {
	return db.transaction(async (tx) => {
		await holdStore(tx, store);
		const sku = (await skusOf(tx, [asked.sku])).get(asked.sku);
		const { id, quantity, reason, reference } = asked;
		const occurredAt = countsFrom(asked, now);
		const movement: Movement = { id, sku: sku ?? asked.sku, quantity, reason, occurredAt, ...defined({ reference }), origin: "hq" };
		const known = (await readMovements(tx, store, [id])).get(id);
		if (known) {
			const isSame = !differs(known, movement) && isSameTime(known, asked.occurredAt, now) && known.reference === reference;
			if (isSame) return { created: false, movement: known };
			throw new HqRefusal("movement-differs", `Movement ${id} is already booked with other contents. Give this one an id of its own.`);
		}
		if (sku === undefined) throw articleUnknown(asked.sku);
		const why = wrongSign(reason, quantity);
		if (why !== undefined) throw new HqRefusal("movement-sign", why);
		if (isCountInFuture(asked, now))
			throw new HqRefusal(
				"count-in-future",
				`The count is dated ${asked.occurredAt}, and it is ${now} here. Give the time it was made at.`,
			);
		await bookMovements(tx, store, [movement]);
		const n = await takeNumbers(tx, 1);
		const records = [{ n, text: canonicalText({ type: "movement", movement }) }];
		await keepRecords(tx, records);
		await appendDown(tx, store, "stock", records);
		return { created: true, movement };
	});
}

/** Whether two movements with the same id differ, by the fields that the store compares too (flows/head-office/down-stream.ts). */
export const differs = (a: Movement, b: Movement): boolean => a.sku !== b.sku || a.quantity !== b.quantity || a.reason !== b.reason;

type MovementRow = Omit<Movement, "occurredAt" | "reference"> & { occurred_at: string; reference: string | null };

const toMovement = ({ occurred_at, reference, ...row }: MovementRow): Movement => ({
	...row,
	occurredAt: occurred_at,
	...(reference !== null && { reference }),
});

/** The movements with these ids that are booked. */
export async function readMovements(db: Queries, store: string, ids: readonly string[]): Promise<Map<string, Movement>> {
	const rows = await db.query<MovementRow>(
		"SELECT id, sku, quantity, reason, occurred_at, reference, origin FROM movement WHERE store = $1 AND id = ANY($2)",
		[store, ids],
	);
	return new Map(rows.map((row) => [row.id, toMovement(row)]));
}

/** Computes on hand from the movements, after one of them was replaced. */
export async function recount(tx: Queries, store: string, sku: string): Promise<void> {
	await tx.query(
		`WITH m AS (SELECT id, quantity, reason, occurred_at FROM movement WHERE store = $1 AND sku = $2),
			c AS (SELECT id, quantity, occurred_at FROM m WHERE reason = 'count' ORDER BY occurred_at DESC, id DESC LIMIT 1)
		 UPDATE on_hand SET counted_at = (SELECT occurred_at FROM c), count_id = (SELECT id FROM c), last_at = (SELECT max(occurred_at) FROM m),
			on_hand = coalesce((SELECT quantity FROM c), 0) + coalesce((SELECT sum(quantity) FROM m WHERE reason <> 'count'
				AND ((SELECT occurred_at FROM c) IS NULL OR occurred_at > (SELECT occurred_at FROM c))), 0)
		 WHERE store = $1 AND sku = $2`,
		[store, sku],
	);
}

/** `quality` is known in the store only; `available` is less by `ordered` than there. */
export interface StockAtStore extends Omit<OnHand, "quality"> {
	store: string;
	/** The quantity that was sold online and that the store has not yet taken off its stock. */
	ordered: number;
	movements: Movement[];
}

export async function readStock(db: Queries, store: string, skuOrGtin: string, now: Instant): Promise<StockAtStore> {
	await requireStore(db, store);
	const known = await articleBy(db, skuOrGtin);
	const sku = known?.sku ?? skuOrGtin;
	const [hand] = await db.query<Hand>("SELECT on_hand, counted_at, count_id, last_at FROM on_hand WHERE store = $1 AND sku = $2", [
		store,
		sku,
	]);
	const [lent] = await db.query<{ granted: number; ordered: number; reserved: number; staged: number }>(
		`SELECT (SELECT coalesce(sum(reserved), 0)::bigint FROM order_stock WHERE store = $1 AND sku = $2) AS reserved,
			(SELECT coalesce(sum(staged), 0)::bigint FROM order_stock WHERE store = $1 AND sku = $2) AS staged,
			(SELECT coalesce(sum(granted - used), 0)::bigint FROM stock_grant WHERE store = $1 AND sku = $2 AND expires_at > $3) AS granted,
			(SELECT coalesce(sum(t.quantity), 0)::bigint FROM order_take t WHERE t.store = $1 AND t.sku = $2
				AND NOT EXISTS (SELECT 1 FROM movement m WHERE m.store = t.store AND m.id = 'order-' || t.part || '-' || t.sku)) AS ordered`,
		[store, sku, now],
	);
	const movements = await db.query<MovementRow>(
		`SELECT id, sku, quantity, reason, occurred_at, reference, origin FROM movement
		 WHERE store = $1 AND sku = $2 ORDER BY occurred_at DESC, id DESC LIMIT 50`,
		[store, sku],
	);
	const onHand = hand?.on_hand ?? 0;
	const { granted, ordered, reserved, staged } = lent!;
	const [waits] = await db.query("SELECT 1 FROM store_alarm WHERE store = $1 AND id = $2", [store, `unit-changed:${sku}`]);
	const isInMilligrams = (known?.weighed ?? false) !== (waits !== undefined);
	return {
		store,
		sku,
		gtin: known?.gtin ?? null,
		name: known?.name ?? null,
		unit: isInMilligrams ? "milligram" : "piece",
		onHand,
		staged,
		granted: granted + reserved,
		reserved,
		ordered,
		available: waits ? 0 : onHand - staged - granted - reserved - ordered,
		countedAt: hand?.counted_at ?? null,
		lastMovementAt: hand?.last_at ?? null,
		...(waits && { needsCount: true }),
		movements: movements.map(toMovement),
	};
}
