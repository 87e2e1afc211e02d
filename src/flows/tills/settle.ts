/** A basket is paid: sale, stock movements, receipt and redemptions of coupons in one transaction. The same again is answered as before. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import type { BasketView, LineView, SettledBasket } from "../../words/tills/basket.ts";
import type { Moment } from "../../words/time.ts";
import { recordSale } from "../stock/sale.ts";
import { basketOf } from "./basket.ts";
import { redeemWith } from "./basket-coupons.ts";
import { viewBasket } from "./basket-view.ts";

export interface AskedSettle {
	basket: string;
	/** The sale's id. */
	id: string;
	/** What the customer was told to pay; where prices have changed since, nothing is settled. */
	totalMinor?: number;
	/** False: no paper. */
	receipt?: false | { printer?: string };
}

export interface Settled {
	basket: BasketView;
	sale: string;
	event: string;
	job: string | null;
	duplicate: boolean;
}

export function settleBasket(book: Book, asked: AskedSettle, now: Moment): Settled {
	const basket = basketOf(book, asked.basket);
	if (basket.settled) return settledBefore(basket.id, basket.settled, asked);
	const view = viewBasket(book, basket, now);
	refuseUnready(view, asked);
	// Another sale of this till has the id: recordSale would take a basket with the same lines for that one.
	if (book.events.bySource(basket.till, asked.id))
		throw new LedgerRefusal("sale-differs", `Sale ${asked.id} of ${basket.till} is already recorded, and was not this basket.`);
	const lines = view.lines.map((line) => saleLine(line));
	const coupons = redeemWith(book, { basket, view, sale: asked.id }, now);
	const sale = { id: asked.id, till: basket.till, at: now.wall, lines, basket: view, coupons };
	const receipt = asked.receipt === false ? undefined : (asked.receipt ?? {});
	const { event, job } = recordSale(book, { ...sale, ...defined({ receipt }) }, now);
	const paid: BasketView = { ...view, state: "settled" };
	book.baskets.put({ ...basket, state: "settled", settled: { id: asked.id, at: now.wall, event, job, view: paid } }, now.wall);
	return { basket: paid, sale: asked.id, event, job, duplicate: false };
}

function settledBefore(basket: string, { id, event, job, view }: SettledBasket, asked: AskedSettle): Settled {
	if (id !== asked.id) throw new LedgerRefusal("basket-settled", `Basket ${basket} was paid as sale ${id}.`);
	if (asked.totalMinor !== undefined && asked.totalMinor !== view.totalMinor)
		throw new LedgerRefusal("sale-differs", `Sale ${id} was paid with ${view.totalMinor}, not ${asked.totalMinor}.`);
	return { basket: view, sale: id, event, job, duplicate: true };
}

function refuseUnready({ lines, totalMinor }: BasketView, asked: AskedSettle): void {
	if (lines.length === 0) throw new LedgerRefusal("basket-empty", "There is nothing in this basket.");
	const stopped = lines.find(({ stop }) => stop !== undefined);
	if (stopped) {
		const why = stopped.stop === "recall" ? "is recalled" : "is past its day";
		throw new LedgerRefusal("basket-stopped", `${stopped.name} (line ${stopped.line}) ${why}.`);
	}
	if (asked.totalMinor !== undefined && asked.totalMinor !== totalMinor)
		throw new LedgerRefusal("basket-total", `The basket comes to ${totalMinor}, not ${asked.totalMinor}.`);
}

/** The deposit is in the line's amount, as in the sales that tills report. */
function saleLine({ sku, unit, quantity, amountMinor, depositMinor = 0 }: LineView) {
	return { sku, ...(unit === "milligram" ? { milligrams: quantity } : { quantity }), amountMinor: amountMinor + depositMinor };
}
