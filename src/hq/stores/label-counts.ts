import type { LabelCounts } from "../../words/answers/labels.ts";
import type { Db } from "../database/database.ts";

interface Counted {
	counts: LabelCounts;
	/** The number of the store's last fact when it was counted: only facts change labels. */
	at: string;
}

/** Stores in one statement, and how long one request may count. */
const storesAtOnce = 40;
const countForMs = 250;

/**
 * How many labels of each store show what counts, for lists. Counting 6 million labels takes minutes, so a store's counts are kept
 * as long as it sends no facts, and one request counts for a quarter of a second: stores it did not reach keep their earlier
 * counts, or none, and are counted first by the next request.
 */
export function openLabelCounts(db: Db, nowMs: () => number = () => performance.now()) {
	const known = new Map<string, Counted>();
	let turn = 0;
	const countedIn = new Map<string, number>();

	async function count(stores: readonly { id: string; at: string }[]): Promise<void> {
		const ids = stores.map(({ id }) => id);
		const rows = await db.query<{ store: string; total: number; shown: number; failed: number }>(
			`SELECT l.store, count(*)::int AS total, count(*) FILTER (WHERE l.failed_why IS NOT NULL)::int AS failed,
				count(*) FILTER (WHERE l.failed_why IS NULL AND l.version IS NOT NULL AND l.up_to_version >= coalesce(c.active, 0))::int AS shown
			 FROM label l LEFT JOIN (SELECT store, sku, max(version) AS active FROM change_state WHERE store = ANY($1) GROUP BY store, sku) c
				ON c.store = l.store AND c.sku = l.sku
			 WHERE l.store = ANY($1) AND l.sku IS NOT NULL GROUP BY l.store`,
			[ids],
		);
		const of = new Map(rows.map((row) => [row.store, row]));
		turn += 1;
		for (const { id, at } of stores) {
			const { total = 0, shown = 0, failed = 0 } = of.get(id) ?? {};
			known.set(id, { at, counts: { total, shown, pending: total - shown - failed, failed } });
			countedIn.set(id, turn);
		}
	}

	/** By store; a store that was never counted yet is missing. */
	return async (stores: readonly string[]): Promise<Map<string, LabelCounts>> => {
		const positions = await db.query<{ store: string; at: string }>(
			"SELECT store, epoch || ' ' || position AS at FROM up_epoch WHERE store = ANY($1) AND stream = 'facts' AND current",
			[stores],
		);
		const at = new Map(positions.map((row) => [row.store, row.at]));
		const changed = stores
			.map((id) => ({ id, at: at.get(id) ?? "" }))
			.filter((store) => known.get(store.id)?.at !== store.at)
			.sort((a, b) => (countedIn.get(a.id) ?? 0) - (countedIn.get(b.id) ?? 0));
		const began = nowMs();
		for (let from = 0; from < changed.length && nowMs() - began < countForMs; from += storesAtOnce)
			await count(changed.slice(from, from + storesAtOnce));
		return new Map(stores.flatMap((id) => (known.has(id) ? [[id, known.get(id)!.counts] as const] : [])));
	};
}
