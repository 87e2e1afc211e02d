/** The keys by which stores sign their receipts: each store reports its own, and stores near it are sent it, to check receipts by. */
import { kidOf } from "../../trust/keys.ts";
import type { ReceiptKey } from "../../words/codes/receipt-code.ts";
import type { StoreEvent } from "../../words/event.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { Db, Queries } from "../database/database.ts";
import { storesNear } from "../stores/nearby.ts";
import { sendToOne } from "../streams/to-all.ts";

/** Returns facts whose key has a name that is not its own. */
export async function takeReceiptKeys(
	tx: Queries,
	store: string,
	events: readonly StoreEvent[],
): Promise<{ event: string; why: string }[]> {
	const unfit: { event: string; why: string }[] = [];
	for (const event of events) {
		if (event.type !== "receipt-key.made") continue;
		if (kidOf(event.public) !== event.kid) {
			unfit.push({ event: event.id, why: `the key is not named ${event.kid}` });
			continue;
		}
		await tx.query("INSERT INTO receipt_key (store, kid, public, since) VALUES ($1, $2, $3, $4) ON CONFLICT (store, kid) DO NOTHING", [
			store,
			event.kid,
			event.public,
			event.at,
		]);
	}
	return unfit;
}

interface Row extends ReceiptKey {
	store: string;
}

const recordOf = ({ store, ...key }: Row): StockRecord => ({ type: "receipt-key", store, key });

/** Sends stores the keys that they were not sent yet. Returns these stores. */
export async function announceReceiptKeys(db: Db): Promise<string[]> {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const rows = await tx.query<Row>("SELECT store, kid, public, since FROM receipt_key WHERE NOT sent ORDER BY store, kid");
		const sent = new Set<string>();
		for (const row of rows) {
			const near = await storesNear(tx, row.store);
			for (const store of near) await sendToOne(tx, store, [recordOf(row)]);
			for (const store of near) sent.add(store);
			await tx.query("UPDATE receipt_key SET sent = true WHERE store = $1 AND kid = $2", [row.store, row.kid]);
		}
		return [...sent];
	});
}

/** Sends the keys of stores near it to a store that was just enrolled. */
export async function sendReceiptKeys(db: Db, store: string): Promise<void> {
	await db.transaction(async (tx) => {
		const near = await storesNear(tx, store);
		const rows = await tx.query<Row>(
			"SELECT store, kid, public, since FROM receipt_key WHERE store = ANY($1) AND sent ORDER BY store, kid",
			[near],
		);
		await sendToOne(tx, store, rows.map(recordOf));
	});
}
