import { livePrices } from "../../words/prices/live-prices.ts";
import type { Price } from "../../words/prices/price.ts";
import type { Instant } from "../../words/time.ts";
import { withEnd } from "../catalog/price-history.ts";
import type { Db, Queries } from "../database/database.ts";
import { holdStore } from "../stores/stores.ts";
import { countGone } from "./push-progress.ts";

/**
 * A snapshot leaves out prices that are replaced or over, and the store never reports these. They are counted as never in force
 * once the store has the catalog up to `upTo`; else their push would stay unfinished for ever. A second call changes nothing.
 */
export async function countSnapshotProgress(db: Db, store: string, upTo: number, now: Instant): Promise<void> {
	const open = await db.query<{ push: string }>(
		"SELECT push FROM push_store WHERE store = $1 AND first_seq <= $2 AND active < last_seq - first_seq + 1 ORDER BY first_seq",
		[store, upTo],
	);
	for (const { push } of open) await db.transaction((tx) => countPush(tx, store, push, upTo, now));
}

/** The changes that the store was sent up to a number; a released part of a push is a run of its own. */
const sentChanges = `FROM push_change p
	JOIN push_store s ON s.push = p.push AND s.store = $1 AND (p.variant IS NULL OR p.variant = s.variant)
	LEFT JOIN LATERAL (SELECT * FROM push_run m WHERE m.push = p.push AND m.store = $1 AND m.first_n <= p.n
		ORDER BY m.first_n DESC LIMIT 1) run ON true
	JOIN record r ON r.n = p.version
	WHERE coalesce(run.first_seq + p.n - run.first_n, s.first_seq + p.n - 1) <= $2`;

async function countPush(tx: Queries, store: string, push: string, upTo: number, now: Instant): Promise<void> {
	await holdStore(tx, store);
	const uncounted = await tx.query<{ sku: string; version: number }>(
		`SELECT p.sku, p.version ${sentChanges} AND p.push = $3 AND p.ended_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM change_state c WHERE c.store = $1 AND c.sku = p.sku AND c.version = p.version)`,
		[store, upTo, push],
	);
	if (uncounted.length === 0) return;
	const rows = await tx.query<{ body: string; endedAt: Instant | null }>(
		`SELECT r.body, p.ended_at AS "endedAt" ${sentChanges} AND p.sku = ANY($3)`,
		[store, upTo, uncounted.map(({ sku }) => sku)],
	);
	const prices = rows.map(({ body, endedAt }) => withEnd((JSON.parse(body) as { price: Price }).price, endedAt));
	const kept = new Set(
		[...Map.groupBy(prices, ({ sku }) => sku).values()].flatMap((of) => livePrices(of, now).map(({ version }) => version)),
	);
	const priceOf = new Map(prices.map((price) => [price.version, price]));
	const gone = uncounted.flatMap(({ version }) => (kept.has(version) ? [] : [priceOf.get(version)!]));
	await countGone(tx, store, push, gone);
}
