import { endCoupon, listCoupons, makeCoupon, requireCoupon } from "../coupons/coupons.ts";
import { cancelOrder } from "../orders/cancel-order.ts";
import { listOrders, requireOrder } from "../orders/order-rows.ts";
import { type AskedOrder, placeOrder } from "../orders/place-order.ts";
import { liftRecall, listRecalls, recallArticle } from "../recalls/recalls.ts";
import { announceReceiptKeys } from "../returns/receipt-keys.ts";
import { listReturns, returnsById } from "../returns/returned.ts";
import { settleAsks } from "../returns/rights.ts";
import { type AskedReturnAtHq, takeReturn } from "../returns/take-return.ts";
import { stockInAllStores } from "../stock/all-stores.ts";
import { listOffers, listSlowMovers } from "../stock/offers.ts";
import { requireStore } from "../stores/stores.ts";
import {
	type AskedTransferAtHq,
	type AskedTransfers,
	cancelTransfer,
	listTransfers,
	planTransfer,
	requireTransfer,
} from "../transfers/transfers.ts";
import type { Shared } from "./shared.ts";

/** Online orders that stores pick and hand over, recalls, and an article's figures in every store. */
export function orderRepository({ db, clock, announce, announceAll }: Shared) {
	return {
		/** Throws grant-short after a record was written that asks the store for a larger grant: so it is announced in both cases. */
		async placeOrder(order: AskedOrder, by: string) {
			try {
				return await placeOrder(db, order, by, clock());
			} finally {
				announce(order.store, "stock");
			}
		},
		/** Asks the store to cancel. The store reports whether the hand-over or the cancellation came first. */
		async cancelOrder(id: string, asked: { by: string; why: string }) {
			const kept = await cancelOrder(db, id, asked, clock());
			announce(kept.store, "stock");
			return kept;
		},
		/** Tells every store to sell no more of an article or a lot. */
		async recallArticle(asked: Parameters<typeof recallArticle>[1], by: string) {
			const done = await recallArticle(db, asked, by, clock());
			announceAll(done.stores, "stock");
			return done;
		},
		async liftRecall(id: string, by: string) {
			const done = await liftRecall(db, id, by, clock());
			announceAll(done.stores, "stock");
			return done;
		},
		/** Tells every store of a coupon, and lends each a share. */
		async makeCoupon(coupon: Parameters<typeof makeCoupon>[1], by: string) {
			const made = await makeCoupon(db, coupon, by, clock());
			announceAll(made.stores, "stock");
			return made;
		},
		/** Tells every store that a campaign ends now. */
		async endCoupon(id: string, by: string) {
			const ended = await endCoupon(db, id, by, clock());
			announceAll(ended.stores, "stock");
			return ended;
		},
		coupons: (after: string, limit: number) => listCoupons(db, after, limit),
		coupon: (id: string) => requireCoupon(db, id),
		/** Sends stores the receipt keys that they were not sent, because head office ended meanwhile. */
		async announceReceiptKeys() {
			announceAll(await announceReceiptKeys(db), "stock");
		},
		/** Takes goods back at head office. Throws return-asked after the store that sold them was asked for the right. */
		async takeReturn(asked: AskedReturnAtHq, by: string) {
			const settle = async (ask: string): Promise<void> => announceAll(await settleAsks(db, [ask], clock()), "stock");
			const made = await takeReturn(db, asked, { by, now: clock(), settle });
			if (asked.store !== undefined) announce(asked.store, "stock");
			return made;
		},
		returns: (asked: Parameters<typeof listReturns>[1]) => listReturns(db, asked),
		returnsById: (id: string) => returnsById(db, id),
		/** Tells both stores of goods that go from one to the other. */
		async planTransfer(asked: AskedTransferAtHq, by: string) {
			const planned = await planTransfer(db, asked, by, clock());
			announceAll([asked.from, asked.to], "stock");
			return planned;
		},
		async cancelTransfer(id: string) {
			const transfer = await cancelTransfer(db, id, clock());
			announce(transfer.from, "stock");
			return transfer;
		},
		transfer: (id: string) => requireTransfer(db, id),
		transfers: (asked: AskedTransfers) => listTransfers(db, asked),
		recalls: (after: string, limit: number) => listRecalls(db, after, limit),
		order: (id: string) => requireOrder(db, id),
		orders: (asked: Parameters<typeof listOrders>[1]) => listOrders(db, asked),
		/** Quantities that may be sold online, by store. */
		offers: (asked: Parameters<typeof listOffers>[1]) => listOffers(db, asked, clock()),
		async slowMovers(store: string, asked: Parameters<typeof listSlowMovers>[2]) {
			await requireStore(db, store);
			return listSlowMovers(db, store, asked, clock());
		},
		stockInAllStores: (sku: string, page: { after: string; limit: number }) => stockInAllStores(db, sku, page, clock()),
	};
}
