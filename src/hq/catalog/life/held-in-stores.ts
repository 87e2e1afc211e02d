import type { HeldChange } from "../../../words/answers/head-office/pushes.ts";
import { canonicalText } from "../../../words/basics/canonical-text.ts";
import type { HeldReason } from "../../../words/prices/hold.ts";
import type { Price } from "../../../words/prices/price.ts";
import type { CatalogRecord, PriceRecord } from "../../../words/streams/catalog.ts";
import type { Queries } from "../../database/database.ts";
import { keepRecords, takeNumbers } from "../../streams/down.ts";
import { appendToStreams } from "../../streams/segments.ts";
import type { ApprovalOf } from "../write-push.ts";

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

interface HeldRow {
	store: string;
	sku: string;
	version: number;
	body: string;
}

const heldRows = (tx: Queries, push: string): Promise<HeldRow[]> =>
	tx.query<HeldRow>(
		`SELECT c.store, c.sku, c.version, r.body FROM change_state c JOIN push_change p ON p.version = c.version AND p.push = c.push
		 JOIN record r ON r.n = p.version WHERE c.push = $1 AND c.state = 'held' AND p.ended_at IS NULL ORDER BY c.version, c.store`,
		[push],
	);

const priceIn = ({ body }: HeldRow): Price => (JSON.parse(body) as PriceRecord).price;

/** The prices of a push that stores hold. */
export const pricesHeldInStores = async (tx: Queries, push: string): Promise<Price[]> => (await heldRows(tx, push)).map(priceIn);

/**
 * Sends a release to the stores that hold prices of a push. The prices stand as held until each store reports that it released them. The
 * caller must hold the lock of the counter. Answers how many changes, and which stores were sent it.
 */
export async function releaseInStores(
	tx: Queries,
	push: string,
	by: string,
	approvalOf?: ApprovalOf,
): Promise<{ changes: number; stores: string[] }> {
	const rows = await heldRows(tx, push);
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
			held: priceIn(of[0]!),
			...(approvalOf && { approval: approvalOf(priceIn(of[0]!)) }),
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
