/** Goods that stores and head office have taken back, and stores' reports about their rights. */
import type { StoreEvent } from "../../words/event.ts";
import { type GoodsReturn, type PieceRange, readLineName } from "../../words/tills/return.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { give, keepAsk, keepLine } from "./rights.ts";

export type GoodsReturnAtHq = Omit<GoodsReturn, "unit"> & { store: string | null };

type ReturnFact = Extract<
	StoreEvent,
	{ type: "return.recorded" | "return.asked" | "return.released" | "return.lease-closed" | "quality.settled" }
>;

const factTypes: ReadonlySet<string> = new Set<ReturnFact["type"]>([
	"return.recorded",
	"return.asked",
	"return.released",
	"return.lease-closed",
	"quality.settled",
]);
const isReturnFact = (event: StoreEvent): event is ReturnFact => factTypes.has(event.type);

/** Requests that a batch of facts makes or answers. */
export const asksIn = (events: readonly StoreEvent[]): Set<string> =>
	new Set(events.flatMap((event) => (event.type === "return.asked" || event.type === "return.released" ? [event.ask] : [])));

/** A piece that came back a second time, possibly at a store restored from a backup. Both returns are kept, and an alarm is raised. */
export interface DoubleReturn {
	event: string;
	id: string;
	sku: string;
	why: string;
}

/** The caller holds the store. */
export async function takeReturnFacts(tx: Queries, store: string, events: readonly StoreEvent[]): Promise<DoubleReturn[]> {
	const doubles: DoubleReturn[] = [];
	for (const event of events) {
		if (!isReturnFact(event)) continue;
		if (event.type === "return.asked") await keepAsk(tx, { id: event.ask, line: event.line, store, quantity: event.quantity }, event.at);
		else if (event.type === "return.released") await takeReleased(tx, store, event);
		else if (event.type === "return.lease-closed")
			await tx.query("UPDATE return_lease SET closed_next = coalesce(closed_next, $3) WHERE store = $1 AND id = $2", [
				store,
				event.lease,
				event.next,
			]);
		else if (event.type === "quality.settled") await addQuality(tx, store, event.sku, -event.quantity);
		else {
			const double = await takeRecorded(tx, store, event);
			if (double) doubles.push(double);
		}
	}
	return doubles;
}

/** Only the store that sold a line can give away the right to it. */
async function takeReleased(tx: Queries, store: string, event: Extract<ReturnFact, { type: "return.released" }>): Promise<void> {
	const by = readLineName(event.line);
	if (!by || !("store" in by) || by.store !== store) return;
	if (event.sold) await keepLine(tx, event.line, event.sold);
	if (event.sold) await give(tx, event.line, event);
	await tx.query("UPDATE return_ask SET state = 'answered', why = $2 WHERE id = $1 AND state <> 'over'", [event.ask, event.why ?? null]);
}

async function takeRecorded(
	tx: Queries,
	store: string,
	event: Extract<ReturnFact, { type: "return.recorded" }>,
): Promise<DoubleReturn | undefined> {
	const { return: id, line, sku, quantity, condition, refundMinor, currency, pieces, reason, till, exchange, at, actor } = event;
	const by = actor ? `${actor.kind}:${actor.name}` : "the gateway";
	const body = { id, at, store, line, sku, quantity, condition, refundMinor, currency, reason, till, exchange, by, pieces };
	const before =
		line === undefined
			? []
			: await tx.query<{ store: string; id: string; body: string }>("SELECT store, id, body FROM goods_return WHERE line = $1", [line]);
	const made = await tx.query(
		`INSERT INTO goods_return (store, id, line, body, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (store, id) DO NOTHING RETURNING 1`,
		[store, id, line ?? null, JSON.stringify(body), at],
	);
	if (made.length === 0) return undefined;
	if (condition === "damaged" || condition === "opened") await addQuality(tx, store, sku, quantity);
	const twin = before.find((row) => overlaps(pieces, (JSON.parse(row.body) as GoodsReturnAtHq).pieces));
	if (!twin) return undefined;
	const where = twin.store === "" ? "head office" : `store ${twin.store}`;
	return { event: event.id, id, sku, why: `Return ${id} took pieces of line ${line} that came back to ${where} as return ${twin.id}.` };
}

async function addQuality(tx: Queries, store: string, sku: string, quantity: number): Promise<void> {
	await tx.query(
		`INSERT INTO quality_stock AS q (store, sku, quantity) VALUES ($1, $2, $3)
		 ON CONFLICT (store, sku) DO UPDATE SET quantity = q.quantity + excluded.quantity`,
		[store, sku, quantity],
	);
}

const overlaps = (some: readonly PieceRange[], others: readonly PieceRange[]): boolean =>
	some.some((one) => others.some((other) => one.from < other.to && other.from < one.to));

interface Listed {
	n: number;
	body: string;
}

export type ListedReturn = GoodsReturnAtHq & { n: number };
const listed = ({ n, body }: Listed): ListedReturn => ({ ...(JSON.parse(body) as GoodsReturnAtHq), n });

/** In the order in which head office heard them; `n` is the value for `after`. */
export async function listReturns(
	db: Queries,
	{ store, after, limit }: { store?: string | undefined; after: number; limit: number },
): Promise<ListedReturn[]> {
	const rows = await db.query<Listed>(
		"SELECT n, body FROM goods_return WHERE n > $1 AND ($2::text IS NULL OR store = $2) ORDER BY n LIMIT $3",
		[after, store ?? null, limit],
	);
	return rows.map(listed);
}

/** Ids are unique per store only. Head office's own comes first. */
export async function returnsById(db: Queries, id: string): Promise<ListedReturn[]> {
	return (await db.query<Listed>("SELECT n, body FROM goods_return WHERE id = $1 ORDER BY store, n LIMIT 100", [id])).map(listed);
}

export interface ReturnMade {
	created: boolean;
	taken: GoodsReturnAtHq;
}

export async function ownReturn(tx: Queries, id: string): Promise<{ asked: string; taken: GoodsReturnAtHq } | undefined> {
	const [row] = await tx.query<{ asked: string; body: string }>("SELECT asked, body FROM goods_return WHERE store = '' AND id = $1", [id]);
	return row && { asked: row.asked, taken: JSON.parse(row.body) as GoodsReturnAtHq };
}

export async function keepOwnReturn(tx: Queries, taken: GoodsReturnAtHq, asked: string, now: Instant): Promise<void> {
	await tx.query("INSERT INTO goods_return (store, id, line, body, asked, at) VALUES ('', $1, $2, $3, $4, $5)", [
		taken.id,
		taken.line ?? null,
		JSON.stringify(taken),
		asked,
		now,
	]);
}
