import { canonicalText } from "../../../words/basics/canonical-text.ts";
import type { CatalogRecord } from "../../../words/streams/catalog.ts";
import type { Instant } from "../../../words/time.ts";
import type { Queries } from "../../database/database.ts";
import { keepRecords, takeNumbers } from "../../streams/down.ts";
import { appendToStreams } from "../../streams/segments.ts";

interface EndedPrice {
	sku: string;
	version: number;
	/** The variant whose stores have the price; null: all stores of the push. */
	variant: string | null;
}

/**
 * Ends prices of one push at an instant; a price that has not begun by then never comes into force. `isTakenBack`: they are removed
 * from the push's counts of active and shown. Returns the stores that get the ends. The caller must hold the lock of the counter.
 */
export async function endPrices(
	tx: Queries,
	{ push, prices, at, isTakenBack }: { push: string; prices: readonly EndedPrice[]; at: Instant; isTakenBack: boolean },
): Promise<string[]> {
	const first = await takeNumbers(tx, prices.length);
	const records = prices.map(({ sku, version, variant }, i) => ({
		n: first + i,
		variant,
		text: canonicalText({ type: "price-end", sku, version: first + i, ends: version, at, push } satisfies CatalogRecord),
	}));
	await keepRecords(tx, records);
	await tx.query("UPDATE push_change SET ended_at = $2 WHERE version = ANY($1::bigint[])", [prices.map(({ version }) => version), at]);
	if (isTakenBack) await uncount(tx, push, prices);
	const stores = await tx.query<{ store: string; variant: string | null }>(
		"SELECT store, variant FROM push_store WHERE push = $1 ORDER BY store",
		[push],
	);
	for (const [variant, of] of Map.groupBy(stores, (row) => row.variant))
		await appendToStreams(
			tx,
			of.map(({ store }) => store),
			"catalog",
			records.filter((record) => record.variant === null || record.variant === variant).map(({ n }) => n),
		);
	return stores.map(({ store }) => store);
}

/**
 * Removes the prices from the push's counts. Later reports of stores about them do not count either, because the prices' end is
 * past.
 */
async function uncount(tx: Queries, push: string, prices: readonly EndedPrice[]): Promise<void> {
	const counted = await tx.query<{ store: string; state: string; n: number }>(
		`WITH was AS (SELECT store, sku, version, state FROM change_state WHERE push = $1 AND version = ANY($2::bigint[]) FOR UPDATE),
		gone AS (DELETE FROM change_state c USING was w WHERE c.store = w.store AND c.sku = w.sku AND c.version = w.version)
		SELECT store, state, count(*)::int AS n FROM was GROUP BY store, state`,
		[push, prices.map(({ version }) => version)],
	);
	for (const [store, states] of Map.groupBy(counted, (row) => row.store)) {
		const of = (...names: string[]): number => states.filter(({ state }) => names.includes(state)).reduce((sum, { n }) => sum + n, 0);
		await tx.query(
			`UPDATE push_store SET active = greatest(0, active - $3), shown = greatest(0, shown - $4),
				unlabelled = greatest(0, unlabelled - $5), failed = greatest(0, failed - $6) WHERE push = $1 AND store = $2`,
			[push, store, of("pending", "shown", "unlabelled", "failed"), of("shown"), of("unlabelled"), of("failed", "refused")],
		);
	}
}
