/**
 * Who may take which pieces of a line back. Head office lends the right to pieces that the line's seller gave it and to those of
 * online orders. What is lent to a box counts as taken back until that box reports what it took: head office's clock never ends a
 * lease. So no piece comes back twice.
 */
import type { HelloUp } from "../../link/protocol/messages.ts";
import { lengthOf, lineName, type PieceRange, type ReturnLease, readLineName, type SoldLine, subtract } from "../../words/tills/return.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { findOrder } from "../orders/order-rows.ts";
import { sendToOne } from "../streams/to-all.ts";

/** How long a store may use a lease, in milliseconds; then it returns the rest. */
const leaseHours = 4;

export interface Ask {
	id: string;
	line: string;
	/** Empty: head office itself takes the goods. */
	store: string;
	quantity: number;
	state: "open" | "waiting" | "answered" | "over";
	/** Why the seller gave no right. */
	why: string | null;
}

/** Under a lock: of two requests for the same pieces, the second finds what the first got. */
export const holdReturns = (tx: Queries): Promise<unknown> => tx.query("SELECT last FROM counter FOR UPDATE");

export async function soldLine(tx: Queries, line: string): Promise<SoldLine | undefined> {
	const [row] = await tx.query<{ body: string }>("SELECT body FROM return_line WHERE line = $1", [line]);
	return row && (JSON.parse(row.body) as SoldLine);
}

/** Pieces that head office may lend or take back itself. */
export async function freePieces(tx: Queries, line: string): Promise<PieceRange[]> {
	const given = await tx.query<PieceRange>('SELECT from_n AS "from", to_n AS "to" FROM return_given WHERE line = $1 ORDER BY from_n', [
		line,
	]);
	const lent = await tx.query<PieceRange>(
		'SELECT from_n AS "from", coalesce(closed_next, to_n) AS "to" FROM return_lease WHERE line = $1',
		[line],
	);
	const own = await tx.query<{ body: string }>("SELECT body FROM goods_return WHERE line = $1 AND store = ''", [line]);
	return subtract(given, [...lent, ...own.flatMap(({ body }) => (JSON.parse(body) as { pieces: PieceRange[] }).pieces)]);
}

/**
 * The right to a line of an online order is head office's own. Answers why there is none: the order is not known, or was not handed over;
 * undefined where there is one, or the line is not an order's.
 */
export async function openOrderLine(tx: Queries, line: string): Promise<"return-line-unknown" | "order-not-sold" | undefined> {
	const by = readLineName(line);
	if (!by || !("order" in by) || (await soldLine(tx, line))) return undefined;
	const kept = await findOrder(tx, by.order);
	const picked = kept?.order.lines
		.flatMap((each) => [{ sku: each.sku, quantity: each.picked }, ...each.substitutes])
		.filter(({ sku }) => sku === by.sku)
		.reduce((sum, { quantity }) => sum + quantity, 0);
	if (!kept || picked === undefined || picked === 0) return "return-line-unknown";
	if (kept.order.state !== "handed-over" && kept.order.state !== "shipped") return "order-not-sold";
	const at = kept.order.history.at(-1)!.at;
	await keepLine(tx, line, { sku: by.sku, quantity: picked, paidMinor: null, currency: null, at });
	await give(tx, line, { from: 0, to: picked });
	return undefined;
}

export async function keepLine(tx: Queries, line: string, sold: SoldLine): Promise<void> {
	await tx.query("INSERT INTO return_line (line, body) VALUES ($1, $2) ON CONFLICT (line) DO NOTHING", [line, JSON.stringify(sold)]);
}

export async function give(tx: Queries, line: string, { from, to }: PieceRange): Promise<void> {
	if (from < to)
		await tx.query("INSERT INTO return_given (line, from_n, to_n) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", [line, from, to]);
}

export async function keepAsk(tx: Queries, ask: Pick<Ask, "id" | "line" | "store" | "quantity">, now: Instant): Promise<void> {
	await tx.query(
		"INSERT INTO return_ask (id, line, store, quantity, state, at) VALUES ($1, $2, $3, $4, 'open', $5) ON CONFLICT (id) DO NOTHING",
		[ask.id, ask.line, ask.store, ask.quantity, now],
	);
}

/** A known right is not changed. */
export async function keepReturnLease(tx: Queries, store: string, lease: ReturnLease, now: Instant): Promise<void> {
	const { id, line, inc, from, to, expiresAt, sold } = lease;
	await keepLine(tx, line, sold);
	await tx.query(
		`INSERT INTO return_lease (id, line, store, inc, from_n, to_n, expires_at, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		 ON CONFLICT (id) DO NOTHING`,
		[id, line, store, inc, from, to, expiresAt, now],
	);
}

/** Answers the open requests that can be answered. Returns the stores that got records. */
export async function settleAsks(db: Db, asks: Iterable<string>, now: Instant): Promise<string[]> {
	const notified = new Set<string>();
	for (const id of [...asks].sort())
		await db.transaction(async (tx) => {
			await holdReturns(tx);
			const [ask] = await tx.query<Ask>("SELECT id, line, store, quantity, state, why FROM return_ask WHERE id = $1", [id]);
			if (ask && ask.state !== "over") for (const store of await settleAsk(tx, ask, now)) notified.add(store);
		});
	return [...notified];
}

const endAsk = (tx: Queries, id: string, state: Ask["state"]): Promise<unknown> =>
	tx.query("UPDATE return_ask SET state = $2 WHERE id = $1", [id, state]);

async function settleAsk(tx: Queries, ask: Ask, now: Instant): Promise<string[]> {
	const { id, line, store, quantity, state } = ask;
	const deny = async (why: string): Promise<string[]> => {
		await endAsk(tx, id, "over");
		if (store === "") return [];
		await sendToOne(tx, store, [{ type: "return-denied", ask: id, line, why }]);
		return [store];
	};
	const by = readLineName(line);
	if (!by || lineName(by) !== line) return deny("return-line-unknown");
	const missing = await openOrderLine(tx, line);
	if (missing !== undefined) return deny(missing);
	const free = await freePieces(tx, line);
	if (lengthOf(free) >= quantity) {
		await endAsk(tx, id, "over");
		return store === "" ? [] : lend(tx, ask, free, now);
	}
	if (state === "waiting") return [];
	if ("order" in by || state === "answered" || by.store === store)
		return deny((await isLent(tx, line)) ? "return-elsewhere" : (ask.why ?? "line-returned"));
	const seller = await ableStore(tx, by.store);
	if (!seller) return deny("return-line-unknown");
	await endAsk(tx, id, "waiting");
	await sendToOne(tx, by.store, [{ type: "return-ask", ask: id, line, quantity: quantity - lengthOf(free) }]);
	return [by.store];
}

async function isLent(tx: Queries, line: string): Promise<boolean> {
	return (await tx.query("SELECT 1 FROM return_lease WHERE line = $1 AND closed_next IS NULL LIMIT 1", [line])).length > 0;
}

async function lend(tx: Queries, { id, line, store, quantity }: Ask, free: readonly PieceRange[], now: Instant): Promise<string[]> {
	const able = await ableStore(tx, store);
	const sold = await soldLine(tx, line);
	if (!able || !sold) return [];
	const expiresAt = new Date(Date.parse(now) + leaseHours * 3_600_000).toISOString();
	let missing = quantity;
	for (const [n, { from, to: end }] of free.entries()) {
		if (missing <= 0) break;
		const to = Math.min(end, from + missing);
		missing -= to - from;
		const lease: ReturnLease = { id: `${id}#${n + 1}`, ask: id, line, from, to, sold, expiresAt, inc: able.inc };
		await keepReturnLease(tx, store, lease, now);
		await sendToOne(tx, store, [{ type: "return-lease", lease }]);
	}
	return [store];
}

async function ableStore(tx: Queries, id: string): Promise<{ inc: number } | undefined> {
	const [row] = await tx.query<{ inc: number; hello: string | null }>(
		"SELECT inc, hello FROM store WHERE id = $1 AND NOT fenced AND hello IS NOT NULL",
		[id],
	);
	return row && (JSON.parse(row.hello!) as HelloUp).can?.includes("returns") ? { inc: row.inc } : undefined;
}
