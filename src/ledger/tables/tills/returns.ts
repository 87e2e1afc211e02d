import type { GoodsReturn, ReturnLease, SoldLine } from "../../../words/tills/return.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

/** The right to take back some pieces of a line: `next` to `to`, without `to`. */
export interface ReturnRight {
	id: string;
	line: string;
	from: number;
	next: number;
	to: number;
	/** Null: this store sold the line itself. */
	expires: Instant | null;
	closed: 0 | 1;
}

interface KeptAsk {
	id: string;
	line: string;
	open: 0 | 1;
	denied: string | null;
}

const rightColumns = `id, line, from_n AS "from", next_n AS "next", to_n AS "to", expires, closed`;

export function readReturns(db: Connection) {
	const sold = db.prepare<[string], { body: string }>("SELECT body FROM sold_line WHERE line = ?");
	const right = db.prepare<[string], ReturnRight>(`SELECT ${rightColumns} FROM return_right WHERE id = ?`);
	const rights = db.prepare<[string], ReturnRight>(`SELECT ${rightColumns} FROM return_right WHERE line = ? ORDER BY from_n, id`);
	const due = db.prepare<[string, number], ReturnRight>(
		`SELECT ${rightColumns} FROM return_right WHERE closed = 0 AND expires IS NOT NULL AND expires <= ? ORDER BY expires LIMIT ?`,
	);
	const get = db.prepare<[string], { asked: string; body: string }>("SELECT asked, body FROM goods_return WHERE id = ?");
	const list = db.prepare<[string, number], { body: string }>("SELECT body FROM goods_return WHERE id > ? ORDER BY id LIMIT ?");
	const ask = db.prepare<[string], KeptAsk>("SELECT id, line, open, denied FROM return_ask WHERE id = ?");
	const asks = db.prepare<[string], KeptAsk>("SELECT id, line, open, denied FROM return_ask WHERE line = ?");
	const quality = db.prepare<[string], { quantity: number }>("SELECT quantity FROM quality_stock WHERE sku = ?");
	const qualityPage = db.prepare<[string, number], { sku: string; quantity: number }>(
		"SELECT sku, quantity FROM quality_stock WHERE quantity <> 0 AND sku > ? ORDER BY sku LIMIT ?",
	);
	const qualityAct = db.prepare<[string], { asked: string }>("SELECT asked FROM quality_act WHERE id = ?");
	return {
		soldLine(line: string): SoldLine | undefined {
			const row = sold.get(line);
			return row && (JSON.parse(row.body) as SoldLine);
		},
		right: (id: string): ReturnRight | undefined => right.get(id),
		/** All rights of a line, also those used up or over. */
		rights: (line: string): ReturnRight[] => rights.all(line),
		/** Leases that are over and whose end head office was not told. */
		dueLeases: (now: Instant, limit: number): ReturnRight[] => due.all(now, limit),
		asked: (id: string): string | undefined => get.get(id)?.asked,
		get(id: string): GoodsReturn | undefined {
			const row = get.get(id);
			return row && (JSON.parse(row.body) as GoodsReturn);
		},
		/** By id. */
		list: (after: string, limit: number): GoodsReturn[] => list.all(after, limit).map(({ body }) => JSON.parse(body) as GoodsReturn),
		/** Whether head office was asked about a line, and its answer. */
		asks: (line: string): KeptAsk[] => asks.all(line),
		ask: (id: string): KeptAsk | undefined => ask.get(id),
		quality: (sku: string): number => quality.get(sku)?.quantity ?? 0,
		qualityPage: (after: string, limit: number): { sku: string; quantity: number }[] => qualityPage.all(after, limit),
		qualityAct: (id: string): string | undefined => qualityAct.get(id)?.asked,
	};
}

export function writeReturns(db: Connection) {
	const putSold = db.prepare("INSERT INTO sold_line (line, body) VALUES (?, ?) ON CONFLICT (line) DO NOTHING");
	const putRight = db.prepare(
		"INSERT INTO return_right (id, line, from_n, next_n, to_n, expires, closed) VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO NOTHING",
	);
	const moveNext = db.prepare("UPDATE return_right SET next_n = ? WHERE id = ?");
	const moveTo = db.prepare("UPDATE return_right SET to_n = ? WHERE id = ?");
	const close = db.prepare("UPDATE return_right SET closed = 1 WHERE id = ?");
	const put = db.prepare("INSERT INTO goods_return (id, asked, body, at) VALUES (?, ?, ?, ?)");
	const putAsk = db.prepare("INSERT INTO return_ask (id, line, open, denied) VALUES (?, ?, 1, NULL)");
	const endAsk = db.prepare("UPDATE return_ask SET open = 0, denied = ? WHERE id = ?");
	const addQuality = db.prepare(
		"INSERT INTO quality_stock (sku, quantity) VALUES (?, ?) ON CONFLICT (sku) DO UPDATE SET quantity = quantity + excluded.quantity",
	);
	const putAct = db.prepare("INSERT INTO quality_act (id, asked) VALUES (?, ?)");
	return {
		putSold: (line: string, sold: SoldLine): void => void putSold.run(line, JSON.stringify(sold)),
		/** The whole line was sold here: the store has the right itself. A known line stays as it is. */
		putOwn: (line: string, quantity: number): void => void putRight.run(line, line, 0, 0, quantity, null),
		putLease: ({ id, line, from, to, expiresAt }: ReturnLease): void => void putRight.run(id, line, from, from, to, expiresAt),
		/** Pieces before `next` were taken back. */
		useUpTo: (right: string, next: number): void => void moveNext.run(next, right),
		/** Pieces from `to` on belong to head office. */
		giveFrom: (right: string, to: number): void => void moveTo.run(to, right),
		close: (right: string): void => void close.run(right),
		put: (taken: GoodsReturn, asked: string): void => void put.run(taken.id, asked, JSON.stringify(taken), taken.at),
		putAsk: (id: string, line: string): void => void putAsk.run(id, line),
		endAsk: (id: string, denied: string | null): void => void endAsk.run(denied, id),
		addQuality: (sku: string, quantity: number): void => void addQuality.run(sku, quantity),
		putQualityAct: (id: string, asked: string): void => void putAct.run(id, asked),
	};
}
