import { canonicalText } from "../../../link/protocol/chain.ts";
import type { HeldReason } from "../../../words/prices/hold.ts";
import type { CatalogRecord, PriceRecord } from "../../../words/streams/catalog.ts";
import type { Queries } from "../../database/database.ts";
import { keepRecords, takeNumbers } from "../../streams/down.ts";
import { appendToStreams } from "../../streams/segments.ts";
import type { HeldChange } from "../pushes.ts";

const mostShown = 1_000;

/** The changes of a push that stores hold by their own guard rails, with the stores' reasons. */
export async function heldInStores(db: Queries, push: string): Promise<HeldChange[]> {
	const rows = await db.query<{ store: string; sku: string; reasons: string | null }>(
		"SELECT store, sku, reasons FROM change_state WHERE push = $1 AND state = 'held' ORDER BY sku, store LIMIT $2",
		[push, mostShown],
	);
	return rows.flatMap(({ store, sku, reasons }) =>
		(JSON.parse(reasons ?? "[]") as HeldReason[]).map((reason): HeldChange => ({ sku, store, ...reason })),
	);
}

/**
 * Sends a release to the stores that hold prices of a push. A price counts as held until its store reports the release. The caller
 * must hold the lock of the counter. Returns how many changes, and which stores got the release.
 */
export async function releaseInStores(tx: Queries, push: string, by: string): Promise<{ changes: number; stores: string[] }> {
	const rows = await tx.query<{ store: string; sku: string; version: number; body: string }>(
		`SELECT c.store, c.sku, c.version, r.body FROM change_state c JOIN push_change p ON p.version = c.version AND p.push = c.push
		 JOIN record r ON r.n = p.version WHERE c.push = $1 AND c.state = 'held' AND p.ended_at IS NULL ORDER BY c.version, c.store`,
		[push],
	);
	const versions = [...Map.groupBy(rows, ({ version }) => version)];
	const first = await takeNumbers(tx, versions.length);
	const records = versions.map(([version, of], i) => ({
		n: first + i,
		stores: of.map(({ store }) => store),
		text: canonicalText({
			type: "price-release",
			sku: of[0]!.sku,
			version: first + i,
			releases: version,
			by,
			held: (JSON.parse(of[0]!.body) as PriceRecord).price,
		} satisfies CatalogRecord),
	}));
	await keepRecords(tx, records);
	const recordsOf = new Map<string, number[]>();
	for (const { n, stores } of records) for (const store of stores) recordsOf.set(store, [...(recordsOf.get(store) ?? []), n]);
	const alike = Map.groupBy([...recordsOf].sort(), ([, numbers]) => numbers.join(" "));
	for (const of of alike.values())
		await appendToStreams(
			tx,
			of.map(([store]) => store),
			"catalog",
			of[0]![1],
		);
	return { changes: versions.length, stores: [...recordsOf.keys()] };
}
