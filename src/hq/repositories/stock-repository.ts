import type { AskedMovement } from "../../words/stock.ts";
import * as orders from "../stock/orders.ts";
import * as stock from "../stock/stock.ts";
import type { Shared } from "./shared.ts";

/** Stock as HQ knows it, online orders, and grants that HQ asks for. */
export function stockRepository({ db, clock, announce }: Shared) {
	return {
		stock: (store: string, skuOrGtin: string) => stock.readStock(db, store, skuOrGtin, clock()),
		async moveStock(store: string, movement: AskedMovement) {
			const moved = await stock.moveStock(db, store, movement, clock());
			if (moved.created) announce(store, "stock");
			return moved;
		},
		/** Throws grant-short after a record was written that asks the store for a larger grant: so it is announced in both cases. */
		async takeOrder(order: orders.Order) {
			try {
				return await orders.takeOrder(db, order, clock());
			} finally {
				announce(order.store, "stock");
			}
		},
		async askGrant(store: string, ask: Parameters<typeof orders.askGrant>[2]) {
			const asked = await orders.askGrant(db, store, ask, clock());
			if (asked.created) announce(store, "stock");
			return asked;
		},
	};
}
