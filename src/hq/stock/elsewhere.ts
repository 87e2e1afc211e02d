/** A store asks for an article's stock in other stores: the answer goes down its stock stream. */
import type { StoreEvent } from "../../words/event.ts";
import type { FiguresElsewhere } from "../../words/streams/stock-elsewhere.ts";
import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendToOne } from "../streams/to-all.ts";
import { stockInAllStores } from "./all-stores.ts";

/** The store is told of so many others. */
const storesMost = 50;
const pageOf = 1_000;

/** Articles that a batch of notes asks for. */
export const askedArticles = (events: readonly StoreEvent[]): Set<string> =>
	new Set(events.flatMap((event) => (event.type === "stock.asked" ? [event.sku] : [])));

/** True where something was answered. */
export async function answerElsewhere(db: Db, store: string, skus: ReadonlySet<string>, now: Instant): Promise<boolean> {
	let isAnswered = false;
	for (const asked of [...skus].sort())
		await db.transaction(async (tx) => {
			const others: FiguresElsewhere[] = [];
			let found: Awaited<ReturnType<typeof stockInAllStores>>;
			let after = "";
			try {
				do {
					found = await stockInAllStores(tx, asked, { after, limit: pageOf }, now);
					after = found.items.at(-1)?.store ?? "";
					for (const { store: other, onHand, available, asOf } of found.items)
						if (other !== store && onHand > 0) others.push({ store: other, onHand, available, asOf });
				} while (found.items.length === pageOf);
			} catch (error) {
				// An article that only this store knows.
				if (error instanceof HqRefusal) return;
				throw error;
			}
			others.sort((a, b) => b.available - a.available || a.store.localeCompare(b.store));
			const { sku, unit } = found;
			const figures = { sku, unit, at: now, stores: others.slice(0, storesMost), more: Math.max(0, others.length - storesMost) };
			await tx.query("SELECT last FROM counter FOR UPDATE");
			await sendToOne(tx, store, [{ type: "stock-elsewhere", figures }]);
			isAnswered = true;
		});
	return isAnswered;
}
