import { holdingsOf, isOver, type Order, type OrderState } from "../../words/orders/order.ts";
import type { Instant } from "../../words/time.ts";
import type { Connection } from "../file/open.ts";

interface Row {
	id: string;
	body: string;
	asked: string;
	wrong_codes: number;
	locked_until: string | null;
}

export interface CodeTries {
	wrong: number;
	lockedUntil: Instant | null;
}

export function readOrders(db: Connection) {
	const get = db.prepare<[string], Row>("SELECT id, body, asked, wrong_codes, locked_until FROM store_order WHERE id = ?");
	const list = db.prepare<[string, number], { body: string }>("SELECT body FROM store_order WHERE id > ? ORDER BY id LIMIT ?");
	const open = db.prepare<[string, number], { body: string }>("SELECT body FROM store_order WHERE over = 0 AND id > ? ORDER BY id LIMIT ?");
	const inState = db.prepare<[string, string, number], { body: string }>(
		"SELECT body FROM store_order WHERE state = ? AND id > ? ORDER BY id LIMIT ?",
	);
	const due = db.prepare<[string, number], { body: string }>("SELECT body FROM store_order WHERE due <= ? ORDER BY due LIMIT ?");
	const nextDue = db.prepare<[], { due: string | null }>("SELECT min(due) AS due FROM store_order WHERE due IS NOT NULL");
	const handedOver = db.prepare<[number], { body: string }>(
		"SELECT body FROM store_order WHERE over = 1 AND state IN ('handed-over', 'shipped') ORDER BY changed_at DESC LIMIT ?",
	);
	const act = db.prepare<[string], { asked: string }>("SELECT asked FROM order_act WHERE id = ?");
	const orderIn = ({ body }: { body: string }): Order => JSON.parse(body) as Order;
	return {
		get(id: string): Order | undefined {
			const row = get.get(id);
			return row && orderIn(row);
		},
		/** The order as head office placed it, as canonical text. */
		asked: (id: string): string | undefined => get.get(id)?.asked,
		/** By id; `open`: those to which something may still happen. */
		list({ after, limit, state }: { after: string; limit: number; state?: OrderState | "open" | undefined }): Order[] {
			if (state === undefined) return list.all(after, limit).map(orderIn);
			return (state === "open" ? open.all(after, limit) : inState.all(state, after, limit)).map(orderIn);
		},
		/** Orders whose next deadline has passed, the oldest first. */
		due: (now: Instant, limit: number): Order[] => due.all(now, limit).map(orderIn),
		nextDue: (): Instant | null => nextDue.get()!.due,
		/** The newest. */
		handedOver: (limit: number): Order[] => handedOver.all(limit).map(orderIn),
		/** Order and contents of the act with this id, as canonical text. */
		act: (id: string): string | undefined => act.get(id)?.asked,
		tries(id: string): CodeTries {
			const row = get.get(id);
			return { wrong: row?.wrong_codes ?? 0, lockedUntil: row?.locked_until ?? null };
		},
	};
}

export function writeOrders(db: Connection) {
	const insert = db.prepare(
		"INSERT INTO store_order (id, state, body, asked, over, due, placed_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	);
	const update = db.prepare("UPDATE store_order SET state = ?, body = ?, over = ?, due = ?, changed_at = ? WHERE id = ?");
	const clearStock = db.prepare("DELETE FROM order_stock WHERE order_id = ?");
	const putStock = db.prepare("INSERT INTO order_stock (sku, order_id, reserved, staged) VALUES (?, ?, ?, ?)");
	const putAct = db.prepare("INSERT INTO order_act (id, asked, at) VALUES (?, ?, ?)");
	const setTries = db.prepare("UPDATE store_order SET wrong_codes = ?, locked_until = ? WHERE id = ?");
	const holdings = (order: Order): void => {
		clearStock.run(order.id);
		for (const { sku, reserved, staged } of holdingsOf(order)) putStock.run(sku, order.id, reserved, staged);
	};
	return {
		place(order: Order, asked: string, due: Instant | null, now: Instant): void {
			insert.run(order.id, order.state, JSON.stringify(order), asked, isOver(order) ? 1 : 0, due, order.history[0]!.at, now);
			holdings(order);
		},
		keep(order: Order, due: Instant | null, now: Instant): void {
			update.run(order.state, JSON.stringify(order), isOver(order) ? 1 : 0, due, now, order.id);
			holdings(order);
		},
		keepAct: (id: string, asked: string, now: Instant): void => void putAct.run(id, asked, now),
		keepTries: (id: string, { wrong, lockedUntil }: CodeTries): void => void setTries.run(wrong, lockedUntil, id),
	};
}
