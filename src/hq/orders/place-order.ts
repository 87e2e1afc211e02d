import { createHash, randomInt } from "node:crypto";
import type { HelloUp } from "../../link/protocol/messages.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import {
	type OrderClocks,
	type OrderKind,
	type OrderPlacement,
	type OrderTake,
	type PlacedLine,
	placedOrder,
	type Substitution,
} from "../../words/orders/order.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { isGreeted } from "../restore/generations.ts";
import { refuseGoneOrder } from "../retention/gone.ts";
import { articleUnknown, skusOf } from "../stock/articles.ts";
import { askGrants, sendStock } from "../stock/orders.ts";
import { holdStore } from "../stores/stores.ts";
import { findOrder, insertOrder, type KeptOrder } from "./order-rows.ts";

export interface AskedOrder {
	id: string;
	store: string;
	kind: OrderKind;
	lines: { sku: string; quantity?: number | undefined; milligrams?: number | undefined; substitution: Substitution }[];
	acceptBy?: Instant | undefined;
	readyBy?: Instant | undefined;
	collectBy?: Instant | undefined;
	member?: string | undefined;
}

type Placed = { created: boolean; kept: KeptOrder } | { short: { sku: string; wanted: number; granted: number }[] };

/**
 * Places an order for a store to pick, from the store's grants and nothing else (LINK rule 9). A repeated order gets the first
 * answer. Throws grant-short after asking the store for more.
 */
export async function placeOrder(db: Db, asked: AskedOrder, by: string, now: Instant): Promise<{ created: boolean; kept: KeptOrder }> {
	const text = canonicalText(asked);
	const answer = await db.transaction(async (tx): Promise<Placed> => {
		await holdStore(tx, asked.store);
		const known = await knownOrder(tx, asked, text);
		if (known) return { created: false, kept: known };
		checkClocks(asked, now);
		await checkStore(tx, asked.store);
		const lines = await linesOf(tx, asked.lines);
		const found = await takesOf(tx, asked.store, lines, now);
		if ("short" in found) {
			await askGrants(tx, asked, found.short, now);
			return found;
		}
		const code = String(randomInt(1_000_000)).padStart(6, "0");
		const codeHash = createHash("sha256").update(`${asked.id}:${code}`).digest("hex");
		const { id, kind, member, acceptBy, readyBy, collectBy } = asked;
		const more = defined({ member, acceptBy, readyBy, collectBy });
		const placement: OrderPlacement = { id, kind, at: now, by, lines, takes: found.takes, codeHash, ...more };
		await useGrants(tx, asked.store, found.takes);
		const kept = { store: asked.store, order: placedOrder(placement), asked: text, code, cancel: undefined };
		await insertOrder(tx, kept, now);
		await sendStock(tx, asked.store, [{ type: "order", order: placement }]);
		return { created: true, kept };
	});
	if ("kept" in answer) return answer;
	const missing = answer.short.map(({ sku, wanted, granted }) => `${sku}: ${wanted} wanted, ${granted} granted`).join("; ");
	throw new HqRefusal(
		"grant-short",
		`Store ${asked.store} has not granted enough for this order (${missing}). ` +
			"It was asked for more; send the same order again once it answered.",
	);
}

async function knownOrder(tx: Queries, { id }: AskedOrder, text: string): Promise<KeptOrder | undefined> {
	await refuseGoneOrder(tx, id, text);
	const known = await findOrder(tx, id);
	const [soldAtOnce] = await tx.query("SELECT 1 FROM online_order WHERE id = $1", [id]);
	if (soldAtOnce || (known && known.asked !== "" && known.asked !== text))
		throw new HqRefusal("order-differs", `Order ${id} is already placed with other contents. Give this one an id of its own.`);
	return known;
}

function checkClocks({ acceptBy, readyBy, collectBy }: OrderClocks | AskedOrder, now: Instant): void {
	let before: [name: string, at: Instant] = ["now", now];
	for (const [name, at] of Object.entries({ acceptBy, readyBy, collectBy })) {
		if (at === undefined) continue;
		if (at <= before[1]) throw new HqRefusal("bad-field", `${name}: ${at} is not after ${before[0]} (${before[1]}).`);
		before = [name, at];
	}
}

export async function checkStore(tx: Queries, store: string): Promise<void> {
	if (!(await isGreeted(tx, store)))
		throw new HqRefusal(
			"store-not-heard",
			`Head office has started anew and has not heard store ${store} since, so it does not know yet what was sold from the store's grants. ` +
				"Send the same order again: it is taken as soon as the store's line is back, without anybody doing anything.",
		);
	const [row] = await tx.query<{ hello: string | null }>("SELECT hello FROM store WHERE id = $1", [store]);
	const hello = row?.hello == null ? undefined : (JSON.parse(row.hello) as HelloUp);
	if (hello && !hello.can?.includes("orders"))
		throw new HqRefusal("store-too-old", `Store ${store} runs build ${hello.build}, which cannot pick orders. Update its gateway.`);
}

async function linesOf(tx: Queries, asked: AskedOrder["lines"]): Promise<PlacedLine[]> {
	const skus = await skusOf(
		tx,
		asked.map(({ sku }) => sku),
	);
	const articles = await tx.query<{ sku: string; body: string }>("SELECT sku, body FROM article WHERE sku = ANY($1)", [[...skus.values()]]);
	const weighedOf = new Map(articles.map(({ sku, body }) => [sku, (JSON.parse(body) as { weighed?: boolean }).weighed === true]));
	const seen = new Set<string>();
	return asked.map(({ sku: given, quantity, milligrams, substitution }) => {
		const sku = skus.get(given);
		if (sku === undefined) throw articleUnknown(given);
		if (seen.has(sku)) throw new HqRefusal("bad-field", `lines: ${sku} stands there twice. Give one line for each article.`);
		seen.add(sku);
		const isWeighed = weighedOf.get(sku) === true;
		if (isWeighed !== (milligrams !== undefined))
			throw new HqRefusal(
				"unit-unclear",
				`${sku} is sold by ${isWeighed ? "weight: give milligrams" : "the piece: give a quantity"}. Nothing was ordered.`,
			);
		return { sku, quantity: (milligrams ?? quantity)!, substitution, ...(isWeighed && { weighed: true as const }) };
	});
}

export async function takesOf(
	tx: Queries,
	store: string,
	lines: readonly PlacedLine[],
	now: Instant,
): Promise<{ takes: OrderTake[] } | { short: { sku: string; wanted: number; granted: number }[] }> {
	const grants = await tx.query<{ id: string; sku: string; left: number }>(
		`SELECT id, sku, granted - used AS left FROM stock_grant
		 WHERE store = $1 AND sku = ANY($2) AND expires_at > $3 AND used < granted ORDER BY expires_at, id`,
		[store, lines.map(({ sku }) => sku), now],
	);
	const takes: OrderTake[] = [];
	const short: { sku: string; wanted: number; granted: number }[] = [];
	for (const { sku, quantity } of lines) {
		const ofSku = grants.filter((grant) => grant.sku === sku);
		const granted = ofSku.reduce((sum, grant) => sum + grant.left, 0);
		if (granted < quantity) short.push({ sku, wanted: quantity, granted });
		let missing = quantity;
		for (const grant of ofSku) {
			const some = Math.min(missing, grant.left);
			if (some > 0) takes.push({ grant: grant.id, sku, quantity: some });
			missing -= some;
		}
	}
	return short.length > 0 ? { short } : { takes };
}

export async function useGrants(tx: Queries, store: string, takes: readonly OrderTake[]): Promise<void> {
	for (const { grant, quantity } of takes)
		await tx.query("UPDATE stock_grant SET used = least(granted, used + $3) WHERE store = $1 AND id = $2", [store, grant, quantity]);
}
