import { livePrices } from "../../words/prices/live-prices.ts";
import type { Price } from "../../words/prices/price.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { holdStore } from "../stores/stores.ts";
import { countGone } from "./push-progress.ts";

/**
 * A snapshot leaves out prices that are history: replaced or over before the store heard of them. The store will never say that they came
 * into force, so they are counted here, once it has the catalog up to `upTo`; else their push would wait for ever. A second time
 * there is nothing left to count. A price that a `price-end` cut short counts as one that goes on: its push waits.
 */
export async function countSnapshotProgress(db: Db, store: string, upTo: number, now: Instant): Promise<void> {
	const open = await db.query<{ push: string }>(
		"SELECT push FROM push_store WHERE store = $1 AND first_seq <= $2 AND active < last_seq - first_seq + 1 ORDER BY first_seq",
		[store, upTo],
	);
	for (const { push } of open) await db.transaction((tx) => countPush(tx, store, push, upTo, now));
}

const told = `FROM push_change p JOIN push_store s ON s.push = p.push AND s.store = $1 JOIN record r ON r.n = p.version
	WHERE s.first_seq + p.n - 1 <= $2`;

async function countPush(tx: Queries, store: string, push: string, upTo: number, now: Instant): Promise<void> {
	await holdStore(tx, store);
	const unheard = await tx.query<{ sku: string; version: number }>(
		`SELECT p.sku, p.version ${told} AND p.push = $3
			AND NOT EXISTS (SELECT 1 FROM change_state c WHERE c.store = $1 AND c.sku = p.sku AND c.version = p.version)`,
		[store, upTo, push],
	);
	if (unheard.length === 0) return;
	const rows = await tx.query<{ body: string }>(`SELECT r.body ${told} AND p.sku = ANY($3)`, [store, upTo, unheard.map(({ sku }) => sku)]);
	const prices = rows.map(({ body }) => (JSON.parse(body) as { price: Price }).price);
	const kept = new Set(
		[...Map.groupBy(prices, ({ sku }) => sku).values()].flatMap((of) => livePrices(of, now).map(({ version }) => version)),
	);
	const priceOf = new Map(prices.map((price) => [price.version, price]));
	const gone = unheard.flatMap(({ version }) => (kept.has(version) ? [] : [priceOf.get(version)!]));
	await countGone(
		tx,
		store,
		push,
		gone.map((price) => ({ ...price, isOver: price.until !== undefined })),
	);
}
