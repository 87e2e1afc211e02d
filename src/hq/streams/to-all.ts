/** Appends one record to every store's stream, and sends the records in force to a store that was just enrolled. */

import type { HelloUp } from "../../link/protocol/messages.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { Queries } from "../database/database.ts";
import { keepRecords, takeNumbers } from "./down.ts";
import { appendToStreams } from "./segments.ts";

/** `tooOld`: stores that have greeted with a build without this ability; they keep the record until they are upgraded. */
export async function sendToAll(tx: Queries, record: StockRecord, ability: string): Promise<{ stores: string[]; tooOld: string[] }> {
	const rows = await tx.query<{ id: string; hello: string | null }>("SELECT id, hello FROM store ORDER BY id");
	const stores = rows.map(({ id }) => id);
	const n = await takeNumbers(tx, 1);
	await keepRecords(tx, [{ n, text: canonicalText(record) }]);
	if (stores.length > 0) await appendToStreams(tx, stores, "stock", [n]);
	const isOld = (hello: string): boolean => !(JSON.parse(hello) as HelloUp).can?.includes(ability);
	return { stores, tooOld: rows.flatMap(({ id, hello }) => (hello !== null && isOld(hello) ? [id] : [])) };
}

/** In their order. */
export async function sendToOne(tx: Queries, store: string, records: readonly StockRecord[]): Promise<void> {
	if (records.length === 0) return;
	const first = await takeNumbers(tx, records.length);
	const kept = records.map((record, i) => ({ n: first + i, text: canonicalText(record) }));
	await keepRecords(tx, kept);
	await appendToStreams(
		tx,
		[store],
		"stock",
		kept.map(({ n }) => n),
	);
}
