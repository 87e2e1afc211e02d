/**
 * A basket is paid: sale, stock movements, receipt and coupon redemptions in one transaction. A repeated request gets the first
 * answer.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import { type BasketView, isOffSale, type LineView, type SettledBasket } from "../../words/tills/basket.ts";
import { demandsFiscal, type FiscalView } from "../../words/tills/fiscal.ts";
import type { GoodsReturn } from "../../words/tills/return.ts";
import type { Moment } from "../../words/time.ts";
import { settlePoints } from "../members/points.ts";
import type { AskedPrint } from "../receipts/receipt-to-paper.ts";
import { queueRefundSlip } from "../receipts/refund-slip.ts";
import { type AskedReturn, returnGoods } from "../returns/return-goods.ts";
import { recordSale } from "../stock/sale.ts";
import { basketOf, type OfBasket } from "./basket.ts";
import { discountsOf, redeemWith } from "./basket-coupons.ts";
import { viewBasket } from "./basket-view.ts";
import { queueFiscal, refuseUnsigned } from "./fiscal.ts";
import { refuseDoubted } from "./weigh.ts";

/** ISO 4217's code for a sum without a currency: a basket in which no line has a price. */
const noCurrency = "XXX";

export interface AskedSettle extends OfBasket {
	/** Of the store, where it is configured. */
	country?: string;
	/** The sale's id. */
	id: string;
	/** The amount that the customer was told; where prices have changed since, nothing is settled. */
	totalMinor?: number;
	/** Goods that come back in exchange. */
	returns?: Omit<AskedReturn, "till" | "exchange">[];
	/** False: no paper. */
	receipt?: false | { printer?: string };
}

export interface Settled {
	basket: BasketView;
	sale: string;
	event: string;
	job: string | null;
	duplicate: boolean;
	returns?: GoodsReturn[];
	/** The refund for them, and the sum left to pay; where that is below 0, the customer gets it. */
	refundMinor?: number;
	dueMinor?: number;
	/** Print job of the slip of what came back. */
	refundJob?: string;
	/** Where a fiscal device signs: how far it is. The receipt waits for it. */
	fiscal?: FiscalView;
}

export function settleBasket(book: Book, asked: AskedSettle, now: Moment): Settled {
	const rules = book.fiscal.rules();
	if (!rules && demandsFiscal(asked.country)) throw new LedgerRefusal("fiscal-missing", `This store is in ${asked.country}.`);
	const basket = basketOf(book, asked);
	if (basket.settled) return settledBefore(book, basket.id, basket.settled, asked);
	if (rules) refuseUnsigned(book, rules, now);
	const view = viewBasket(book, basket, now);
	refuseUnready(view, asked);
	// Another sale of this till has this id. Checked here, because recordSale would take a basket with the same lines for that sale.
	if (book.events.bySource(basket.till, asked.id))
		throw new LedgerRefusal("sale-differs", `Sale ${asked.id} of ${basket.till} is already recorded, and was not this basket.`);
	const off = discountsOf(book, basket, view);
	const lines = view.lines.map((line, at) => saleLine(line, off[at]!));
	const coupons = redeemWith(book, { basket, view, sale: asked.id }, now);
	const sale = { id: asked.id, till: basket.till, at: now.wall, lines, basket: view, coupons };
	const receipt = asked.receipt === false ? undefined : (asked.receipt ?? {});
	let paper: AskedPrint | undefined;
	const hold = (held: AskedPrint): void => {
		paper = held;
	};
	const { event, job } = recordSale(book, { ...sale, ...defined({ receipt }) }, now, rules && hold);
	const amount = { amountMinor: view.totalMinor, currency: view.currency ?? noCurrency };
	const toSign = { kind: "sale" as const, reference: asked.id, till: basket.till, at: now.wall, ...amount, event, lines };
	const fiscal = rules && queueFiscal(book, toSign, paper, now);
	settlePoints(book, { basket, view, sale: asked.id }, now);
	const paid: BasketView = { ...view, state: "settled" };
	const returns = asked.returns?.map((each) => takeInExchange(book, { ...each, till: basket.till, exchange: asked.id }, now));
	const refundJob = returns && queueRefundSlip(book, { id: `${basket.till}-${asked.id}`, returns, slip: receipt }, now);
	const askedReturns = asked.returns && textOf(asked.returns);
	const settled: SettledBasket = {
		id: asked.id,
		at: now.wall,
		event,
		job,
		view: paid,
		...defined({ returns, askedReturns, refundJob, fiscal }),
	};
	book.baskets.put({ ...basket, state: "settled", settled }, now.wall);
	return { basket: paid, sale: asked.id, event, job, duplicate: false, ...exchanged(settled), ...signedOf(book, settled) };
}

/** Throws where the goods cannot come back here and now: nothing is settled then. */
function takeInExchange(book: Book, asked: AskedReturn, now: Moment): GoodsReturn {
	const what = asked.line ?? `${asked.number ?? asked.sku} of the receipt`;
	const done = returnGoods(book, asked, now);
	if (!("taken" in done)) throw new LedgerRefusal("return-not-here", `Line ${what}.`);
	if (done.duplicate) throw new LedgerRefusal("return-differs", `Return ${asked.id} was taken before, and not with this basket.`);
	if (done.taken.refundMinor === null) throw new LedgerRefusal("refund-unknown", `Line ${what}.`);
	return done.taken;
}

const textOf = (returns: NonNullable<AskedSettle["returns"]>): string =>
	JSON.stringify(
		returns.map(({ id, line, receipt, number, sku, quantity, milligrams, condition }) => [
			...[id, line ?? [receipt, number ?? null, sku ?? null], quantity ?? null, milligrams ?? null, condition],
		]),
	);

function exchanged({ returns, view, refundJob }: SettledBasket): Pick<Settled, "returns" | "refundMinor" | "dueMinor" | "refundJob"> {
	if (!returns) return {};
	const refundMinor = returns.reduce((sum, each) => sum + (each.refundMinor ?? 0), 0);
	return { returns, refundMinor, dueMinor: view.totalMinor - refundMinor, ...defined({ refundJob }) };
}

/** The state of the sale's signature; left out without a fiscal device, and once the request has left the list. */
const signedOf = (book: Book, { fiscal }: SettledBasket): Pick<Settled, "fiscal"> =>
	defined({ fiscal: fiscal === undefined ? undefined : book.fiscal.get(fiscal)?.view });

function settledBefore(book: Book, basket: string, settled: SettledBasket, asked: AskedSettle): Settled {
	const { id, event, job, view, askedReturns } = settled;
	if (id !== asked.id) throw new LedgerRefusal("basket-settled", `Basket ${basket} was paid as sale ${id}.`);
	if (asked.totalMinor !== undefined && asked.totalMinor !== view.totalMinor)
		throw new LedgerRefusal("sale-differs", `Sale ${id} was paid with ${view.totalMinor}, not ${asked.totalMinor}.`);
	if ((asked.returns && textOf(asked.returns)) !== askedReturns)
		throw new LedgerRefusal("sale-differs", `Sale ${id} was paid with other goods in exchange.`);
	return { basket: view, sale: id, event, job, duplicate: true, ...exchanged(settled), ...signedOf(book, settled) };
}

function refuseUnready(view: BasketView, asked: AskedSettle): void {
	const { lines, totalMinor } = view;
	if (lines.length === 0) throw new LedgerRefusal("basket-empty", "There is nothing in this basket.");
	const stopped = lines.find(({ stop }) => isOffSale(stop));
	if (stopped) {
		const why = stopped.stop === "recall" ? "is recalled" : "is past its day";
		throw new LedgerRefusal("basket-stopped", `${stopped.name} (line ${stopped.line}) ${why}.`);
	}
	const young = lines.find(({ stop }) => stop === "age");
	if (young)
		throw new LedgerRefusal("basket-age", `${young.name} (line ${young.line}) is for customers of ${young.minimumAge} years and older.`);
	refuseDoubted(view);
	if (asked.totalMinor !== undefined && asked.totalMinor !== totalMinor)
		throw new LedgerRefusal("basket-total", `The basket comes to ${totalMinor}, not ${asked.totalMinor}.`);
}

/** The deposit is part of the line's amount, as in the sales that tills report. */
function saleLine({ sku, unit, quantity, amountMinor, depositMinor = 0 }: LineView, offMinor: number) {
	const amounts = { amountMinor: amountMinor + depositMinor, ...(offMinor > 0 && { paidMinor: amountMinor + depositMinor - offMinor }) };
	return { sku, ...(unit === "milligram" ? { milligrams: quantity } : { quantity }), ...amounts };
}
