import { isOver } from "../../words/orders/order.ts";
import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendStock } from "../stock/orders.ts";
import { holdStore } from "../stores/stores.ts";
import { type KeptOrder, requireOrder } from "./order-rows.ts";

/**
 * Asks the store to cancel. The goods are in the store, so the store decides: of a hand-over and a cancellation at the same time the first
 * one there counts, and head office hears which. Throws order-over where the store has said that it is too late.
 */
export async function cancelOrder(db: Db, id: string, { by, why }: { by: string; why: string }, now: Instant): Promise<KeptOrder> {
	const { store } = await requireOrder(db, id);
	return db.transaction(async (tx) => {
		await holdStore(tx, store);
		const kept = await requireOrder(tx, id);
		const { state } = kept.order;
		const isCancelled = kept.order.history.some((step) => step.state === "cancelled");
		if (isCancelled || (kept.cancel && !isOver(kept.order))) return kept;
		if (isOver(kept.order) || state === "expired" || state === "returning")
			throw new HqRefusal("order-over", `Order ${id} is ${state}; it cannot be cancelled any more.`);
		const cancel = { at: now, by, why };
		await tx.query("UPDATE store_order SET cancel = $2, changed_at = $3 WHERE id = $1", [id, JSON.stringify(cancel), now]);
		await sendStock(tx, store, [{ type: "order-cancel", order: id, ...cancel }]);
		return { ...kept, cancel };
	});
}
