import { createHash } from "node:crypto";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { EventBody } from "../../words/event.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { isGreeted } from "../restore/generations.ts";
import { holdStore } from "../stores/stores.ts";
import { appendDown, keepRecords, takeNumbers } from "../streams/down.ts";
import { articleUnknown, skusOf } from "./articles.ts";

export interface OrderLine {
	sku: string;
	quantity: number;
}
export interface Order {
	id: string;
	store: string;
	lines: OrderLine[];
}
export interface TakenOrder extends Order {
	taken: { grant: string; sku: string; quantity: number }[];
}

/** How long a grant that HQ asked for lasts, in milliseconds: a day of trade. */
const grantLastsMs = 24 * 3_600_000;

export const newAsk =
	"INSERT INTO grant_ask (store, id, sku, wanted, expires_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1";

/**
 * Books grants that stores gave. A grant that HQ lost in a restore arrives again as a fact; sales from it may be known already
 * (restore/orders.ts).
 */
export async function takeGrants(tx: Queries, store: string, given: readonly Extract<EventBody, { type: "grant.given" }>[]): Promise<void> {
	if (given.length === 0) return;
	await tx.query(
		`INSERT INTO stock_grant (store, id, sku, granted, expires_at, used) SELECT $1, t.*,
			least(t.granted, coalesce((SELECT sum(o.quantity) FROM order_take o WHERE o.store = $1 AND o.grant_id = t.id AND o.sku = t.sku), 0))
		 FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) AS t (id, sku, granted, expires_at) ON CONFLICT (store, id) DO NOTHING`,
		[store, given.map((g) => g.grant), given.map((g) => g.sku), given.map((g) => g.granted), given.map((g) => g.expiresAt)],
	);
}

export async function sendStock(tx: Queries, store: string, stock: readonly StockRecord[]): Promise<void> {
	if (stock.length === 0) return;
	const first = await takeNumbers(tx, stock.length);
	const records = stock.map((record, i) => ({ n: first + i, text: canonicalText(record) }));
	await keepRecords(tx, records);
	await appendDown(tx, store, "stock", records);
}

type Answer = { created: boolean; order: TakenOrder } | { short: { sku: string; wanted: number; granted: number }[] };

/**
 * Books an online order. It takes only from grants of the store (LINK rule 9), so that the store cannot be oversold while the line is down.
 * Where they do not suffice, the store is asked for a grant, once for each order and article, so that the same order may succeed a little
 * later. Throws grant-short; nothing is sold then.
 */
export async function takeOrder(db: Db, given: Order, now: Instant): Promise<{ created: boolean; order: TakenOrder; asked: boolean }> {
	const answer = await db.transaction(async (tx): Promise<Answer> => {
		await holdStore(tx, given.store);
		const skus = await skusOf(
			tx,
			given.lines.map(({ sku }) => sku),
		);
		const order = { ...given, lines: given.lines.map((line) => ({ ...line, sku: skus.get(line.sku) ?? line.sku })) };
		const [placed] = await tx.query("SELECT 1 FROM store_order WHERE id = $1 UNION ALL SELECT 1 FROM gone_order WHERE id = $1", [order.id]);
		if (placed) throw reused(order);
		const known = await readOrder(tx, order.id);
		const wanted = known?.learned ? await restOf(tx, known, order) : wantedOf(order.lines);
		if (known && !known.learned && (known.store !== order.store || canonicalText(known.lines) !== canonicalText(order.lines)))
			throw reused(order);
		if (known && (!known.learned || wanted.size === 0)) return { created: false, order: shownOf(known) };
		if (!(await isGreeted(tx, order.store)))
			throw new HqRefusal(
				"store-not-heard",
				`Head office has started anew and has not heard store ${order.store} since, so it does not know yet what was sold from the store's ` +
					"grants. Send the same order again: it is taken as soon as the store's line is back, without anybody doing anything.",
			);
		for (const { sku } of given.lines) if (!skus.has(sku)) throw articleUnknown(sku);
		const grants = await tx.query<{ id: string; sku: string; left: number }>(
			`SELECT id, sku, granted - used AS left FROM stock_grant
			 WHERE store = $1 AND sku = ANY($2) AND expires_at > $3 AND used < granted ORDER BY expires_at, id`,
			[order.store, [...wanted.keys()], now],
		);
		const parts = new Map<string, number>();
		for (const { sku } of known?.taken ?? []) parts.set(sku, (parts.get(sku) ?? 0) + 1);
		const short: { sku: string; wanted: number; granted: number }[] = [];
		const takes: { part: string; grant: string; sku: string; quantity: number }[] = [];
		for (const [sku, quantity] of wanted) {
			const ofSku = grants.filter((grant) => grant.sku === sku);
			const granted = ofSku.reduce((sum, grant) => sum + grant.left, 0);
			if (granted < quantity) short.push({ sku, wanted: quantity, granted });
			let missing = quantity;
			for (const [i, grant] of ofSku.entries()) {
				const take = Math.min(missing, grant.left);
				if (take <= 0) break;
				// The store books one movement per part and article, so each further grant needs a part of its own.
				const part = i + (parts.get(sku) ?? 0);
				takes.push({ part: part === 0 ? order.id : `${order.id}~${part + 1}`, grant: grant.id, sku, quantity: take });
				missing -= take;
			}
		}
		if (short.length > 0) {
			await askGrants(tx, order, short, now);
			return { short };
		}
		await tx.query(
			`INSERT INTO online_order (id, store, at, lines) VALUES ($1, $2, $3, $4)
			 ON CONFLICT (id) DO UPDATE SET lines = excluded.lines, learned = false`,
			[order.id, order.store, now, canonicalText(order.lines)],
		);
		for (const take of takes) {
			await tx.query("UPDATE stock_grant SET used = used + $3 WHERE store = $1 AND id = $2", [order.store, take.grant, take.quantity]);
			await tx.query("INSERT INTO order_take (part, sku, store, grant_id, quantity) VALUES ($1, $2, $3, $4, $5)", [
				take.part,
				take.sku,
				order.store,
				take.grant,
				take.quantity,
			]);
		}
		await sendStock(
			tx,
			order.store,
			takes.map((take) => ({ type: "grant-used", grant: take.grant, sku: take.sku, used: take.quantity, order: take.part })),
		);
		const taken = [...(known?.taken ?? []), ...takes.map(({ grant, sku, quantity }) => ({ grant, sku, quantity }))];
		return { created: true, order: { ...order, taken } };
	});
	if ("order" in answer) return { ...answer, asked: false };
	const missing = answer.short.map(({ sku, wanted, granted }) => `${sku}: ${wanted} wanted, ${granted} granted`).join("; ");
	throw new HqRefusal(
		"grant-short",
		`Store ${given.store} has not granted enough to sell this online (${missing}). ` +
			"It was asked for more; send the same order again once it answered.",
	);
}

const reused = ({ id }: Order): HqRefusal =>
	new HqRefusal("id-reused", `Order ${id} is already taken with other contents. Give this one an id of its own.`);

const shownOf = ({ learned: _, ...order }: KnownOrder): TakenOrder => order;

function wantedOf(lines: readonly OrderLine[]): Map<string, number> {
	const wanted = new Map<string, number>();
	for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
	return wanted;
}

/**
 * Completes an order that HQ had lost and of which the store gave back what was taken, perhaps not all: the rest is taken. The lines of the
 * order are known from here on.
 */
async function restOf(tx: Queries, known: KnownOrder, order: Order): Promise<Map<string, number>> {
	const rest = wantedOf(order.lines);
	for (const { sku, quantity } of known.taken) {
		const left = (rest.get(sku) ?? 0) - quantity;
		if (left < 0 || known.store !== order.store) throw reused(order);
		rest.set(sku, left);
	}
	for (const [sku, left] of rest) if (left === 0) rest.delete(sku);
	if (rest.size === 0)
		await tx.query("UPDATE online_order SET lines = $2, learned = false WHERE id = $1", [order.id, canonicalText(order.lines)]);
	return rest;
}

/**
 * The id of the request for a grant: one for each order and article. After the store's stock has changed, or the request has ended, the
 * same order makes a new request, because goods may have arrived.
 */
async function nextAskId(tx: Queries, order: Pick<Order, "id" | "store">, sku: string, now: Instant): Promise<string | undefined> {
	const [hand] = await tx.query<{ on_hand: number; counted_at: string | null; last_at: string | null }>(
		"SELECT on_hand, counted_at, last_at FROM on_hand WHERE store = $1 AND sku = $2",
		[order.store, sku],
	);
	const about: (string | number | null)[] = [order.id, sku, ...(hand ? [hand.on_hand, hand.counted_at, hand.last_at] : [])];
	for (;;) {
		const id = `ask-${createHash("sha256").update(JSON.stringify(about)).digest("hex").slice(0, 24)}`;
		const [asked] = await tx.query<{ expires_at: string }>("SELECT expires_at FROM grant_ask WHERE store = $1 AND id = $2", [
			order.store,
			id,
		]);
		if (!asked) return id;
		if (asked.expires_at > now) return undefined;
		about.push(asked.expires_at);
	}
}

export async function askGrants(
	tx: Queries,
	order: Pick<Order, "id" | "store">,
	short: readonly { sku: string; wanted: number; granted: number }[],
	now: Instant,
): Promise<void> {
	const expiresAt = new Date(Date.parse(now) + grantLastsMs).toISOString();
	const asks: StockRecord[] = [];
	for (const { sku, wanted, granted } of short) {
		const grant = await nextAskId(tx, order, sku, now);
		if (grant === undefined) continue;
		const made = await tx.query(newAsk, [order.store, grant, sku, wanted - granted, expiresAt]);
		if (made.length > 0) asks.push({ type: "grant-ask", sku, wanted: wanted - granted, grant, expiresAt });
	}
	await sendStock(tx, order.store, asks);
}

/** `learned`: HQ had lost the order, and knows from the store only what was taken. */
type KnownOrder = TakenOrder & { learned: boolean };

async function readOrder(db: Queries, id: string): Promise<KnownOrder | undefined> {
	const [row] = await db.query<{ store: string; lines: string; learned: boolean }>(
		"SELECT store, lines, learned FROM online_order WHERE id = $1",
		[id],
	);
	if (!row) return undefined;
	const taken = await db.query<{ grant: string; sku: string; quantity: number }>(
		`SELECT grant_id AS grant, sku, quantity FROM order_take WHERE store = $2 AND (part = $1 OR part LIKE $3) ORDER BY sku, part`,
		[id, row.store, `${id.replaceAll(/[\\%_]/g, "\\$&")}~%`],
	);
	return { id, store: row.store, lines: JSON.parse(row.lines) as OrderLine[], taken, learned: row.learned };
}

/**
 * Asks the store for a grant: stock that HQ may sell online. The store answers with what it can spare. The same id again changes nothing;
 * with other contents it is refused.
 */
export async function askGrant(
	db: Db,
	store: string,
	ask: { id: string; sku: string; wanted: number; expiresAt?: Instant | undefined },
	now: Instant,
): Promise<{ created: boolean; sku: string; wanted: number; expiresAt: Instant }> {
	return db.transaction(async (tx) => {
		await holdStore(tx, store);
		const sku = (await skusOf(tx, [ask.sku])).get(ask.sku);
		const [known] = await tx.query<{ sku: string; wanted: number; expires_at: string }>(
			"SELECT sku, wanted, expires_at FROM grant_ask WHERE store = $1 AND id = $2",
			[store, ask.id],
		);
		if (known) {
			const isSameEnd = ask.expiresAt === undefined || ask.expiresAt === known.expires_at;
			if (known.sku !== (sku ?? ask.sku) || known.wanted !== ask.wanted || !isSameEnd)
				throw new HqRefusal("id-reused", `Grant ${ask.id} was asked for with other contents. Give this one an id of its own.`);
			return { created: false, sku: known.sku, wanted: known.wanted, expiresAt: known.expires_at };
		}
		if (sku === undefined) throw articleUnknown(ask.sku);
		const expiresAt = ask.expiresAt ?? new Date(Date.parse(now) + grantLastsMs).toISOString();
		await tx.query(newAsk, [store, ask.id, sku, ask.wanted, expiresAt]);
		await sendStock(tx, store, [{ type: "grant-ask", sku, wanted: ask.wanted, grant: ask.id, expiresAt }]);
		return { created: true, sku, wanted: ask.wanted, expiresAt };
	});
}
