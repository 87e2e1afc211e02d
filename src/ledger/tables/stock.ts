import { defined } from "../../words/defined.ts";
import type { Movement, MovementReason, OnHand } from "../../words/stock.ts";
import type { Connection } from "../file/open.ts";

export interface MovementRow {
	id: string;
	sku: string;
	quantity: number;
	reason: MovementReason;
	occurred_at: string;
	reference: string | null;
	origin: "store" | "hq";
}
interface HandRow {
	on_hand: number;
	counted_at: string | null;
	count_id: string | null;
	last_at: string | null;
}

/** SKU, on hand, time of the last count. */
type ComparedHand = [sku: string, onHand: number, countedAt: string | null];

export const toMovement = (row: MovementRow): Movement => ({
	id: row.id,
	sku: row.sku,
	quantity: row.quantity,
	reason: row.reason,
	occurredAt: row.occurred_at,
	...(row.reference !== null && { reference: row.reference }),
	origin: row.origin,
});

export function readStock(db: Connection) {
	const hand = db.prepare<[string], HandRow>("SELECT on_hand, counted_at, count_id, last_at FROM on_hand WHERE sku = ?");
	const article = db.prepare<[string], { body: string }>("SELECT body FROM article WHERE sku = ?");
	// An unused grant comes back an hour after its end by this box's sure time: later than HQ stops selling from it, so both never have it
	// at once (LINK rule 9). What HQ sold in time and reports late is still taken.
	const granted = db.prepare<[string], { n: number | null }>(
		`SELECT sum(granted - used) AS n FROM stock_grant WHERE sku = ?
		 AND expires_at > coalesce((SELECT strftime('%Y-%m-%dT%H:%M:%fZ', value, '-1 hour') FROM meta WHERE key = 'clockFloor'), '')`,
	);
	const held = db.prepare<[string], { reserved: number; staged: number }>(
		"SELECT coalesce(sum(reserved), 0) AS reserved, coalesce(sum(staged), 0) AS staged FROM order_stock WHERE sku = ?",
	);
	// The alarm that asks for the count knows in which unit the number on hand is (flows/stock/unit-change.ts).
	const unitBefore = db.prepare<[string], { unit: string }>(
		"SELECT json_extract(facts, '$.from') AS unit FROM alarm WHERE id = ? AND cleared_at IS NULL",
	);
	const apart = db.prepare<[string], { quantity: number }>("SELECT quantity FROM quality_stock WHERE sku = ? AND quantity <> 0");
	const movements = db.prepare<[string, number], MovementRow>(
		"SELECT * FROM movement WHERE sku = ? ORDER BY occurred_at DESC, id DESC LIMIT ?",
	);
	const movement = db.prepare<[string], MovementRow>("SELECT * FROM movement WHERE id = ?");
	const page = db.prepare<[string, number], { sku: string }>("SELECT sku FROM on_hand WHERE sku > ? ORDER BY sku LIMIT ?");
	const hands = db.prepare<[string, number], HandRow & { sku: string }>(
		"SELECT sku, on_hand, counted_at, count_id, last_at FROM on_hand WHERE sku > ? ORDER BY sku LIMIT ?",
	);
	return {
		/** On hand and the time of the last count, for the comparison with HQ. */
		hands: (after: string, limit: number): ComparedHand[] => hands.all(after, limit).map((row) => [row.sku, row.on_hand, row.counted_at]),
		hand(sku: string): ComparedHand {
			const row = hand.get(sku);
			return [sku, row?.on_hand ?? 0, row?.counted_at ?? null];
		},
		/** Undefined when the store knows neither the article nor any movement of it. */
		onHand(sku: string): OnHand | undefined {
			const row = hand.get(sku);
			const body = article.get(sku)?.body;
			if (!row && !body) return undefined;
			const known = body ? (JSON.parse(body) as { gtin?: string; name: string; weighed?: boolean }) : undefined;
			const { reserved, staged } = held.get(sku)!;
			const lent = (granted.get(sku)?.n ?? 0) + reserved;
			const onHand = row?.on_hand ?? 0;
			const quality = apart.get(sku)?.quantity;
			const before = unitBefore.get(`unit-changed:${sku}`)?.unit;
			return {
				sku,
				gtin: known?.gtin ?? null,
				name: known?.name ?? null,
				unit: before ? (before === "kg" ? "milligram" : "piece") : known?.weighed ? "milligram" : "piece",
				onHand,
				staged,
				granted: lent,
				reserved,
				available: before ? 0 : onHand - staged - lent,
				countedAt: row?.counted_at ?? null,
				lastMovementAt: row?.last_at ?? null,
				...(before !== undefined && { needsCount: true }),
				...defined({ quality }),
			};
		},
		movements: (sku: string, limit: number): Movement[] => movements.all(sku, limit).map(toMovement),
		movement(id: string): Movement | undefined {
			const row = movement.get(id);
			return row && toMovement(row);
		},
		skus: (after: string, limit: number): string[] => page.all(after, limit).map((row) => row.sku),
	};
}

export function writeStock(db: Connection) {
	const put = db.prepare(
		"INSERT INTO movement (id, sku, quantity, reason, occurred_at, reference, origin) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO " +
			"NOTHING",
	);
	const hand = db.prepare<[string], HandRow>("SELECT on_hand, counted_at, count_id, last_at FROM on_hand WHERE sku = ?");
	const save = db.prepare("INSERT OR REPLACE INTO on_hand (sku, on_hand, counted_at, count_id, last_at) VALUES (?, ?, ?, ?, ?)");
	const since = db.prepare<[string, string], { n: number | null }>(
		"SELECT sum(quantity) AS n FROM movement WHERE sku = ? AND reason <> 'count' AND occurred_at > ?",
	);
	return {
		/**
		 * False when the id is known: nothing changes. On hand is the last count plus every movement that occurred after it
		 * (LINK rule 8): a late movement from before the count is already in the count.
		 */
		move(m: Movement): boolean {
			if (put.run(m.id, m.sku, m.quantity, m.reason, m.occurredAt, m.reference ?? null, m.origin).changes === 0) return false;
			const row = hand.get(m.sku) ?? { on_hand: 0, counted_at: null, count_id: null, last_at: null };
			const lastAt = row.last_at === null || m.occurredAt > row.last_at ? m.occurredAt : row.last_at;
			if (m.reason === "count") {
				const newer = row.counted_at === null || m.occurredAt > row.counted_at || (m.occurredAt === row.counted_at && m.id > row.count_id!);
				if (newer) save.run(m.sku, m.quantity + (since.get(m.sku, m.occurredAt)?.n ?? 0), m.occurredAt, m.id, lastAt);
				else save.run(m.sku, row.on_hand, row.counted_at, row.count_id, lastAt);
				return true;
			}
			const counts = row.counted_at === null || m.occurredAt > row.counted_at;
			save.run(m.sku, row.on_hand + (counts ? m.quantity : 0), row.counted_at, row.count_id, lastAt);
			return true;
		},
	};
}
