import type { Instant } from "../time.ts";
import type { GoodsReturn } from "./return.ts";

/** What a customer has put before a till, until it is paid. */
export interface Basket {
	id: string;
	till: string;
	state: "open" | "settled";
	openedAt: Instant;
	lines: BasketLine[];
	/** The number of the next line. */
	nextLine: number;
	member?: { pseudonym: string; tier: string };
	coupons?: { coupon: string; code: string; serial?: string }[];
	/** Ids of the till for lines that it put in, with what it asked, so that asking again adds nothing. */
	asks: Record<string, string>;
	settled?: SettledBasket;
}

/** Amounts are not kept: they are decided anew by the prices that count whenever the basket is shown. */
export interface BasketLine {
	/** Its number in the basket, from 1; never given twice. */
	line: number;
	sku: string;
	/** Pieces; of a weighed article left out. */
	quantity?: number;
	milligrams?: number;
	/** The amount that stands on this piece's own label. */
	labelAmountMinor?: number;
	/** Of the code that was scanned: 14 digits, lot, and the last day on which it may be sold. */
	gtin?: string;
	lot?: string;
	lastDay?: string;
}

export interface SettledBasket {
	/** The till's id for it: the sale's id. */
	id: string;
	at: Instant;
	event: string;
	/** The receipt's print job; null: none was wanted. */
	job: string | null;
	/** The basket as it was paid. */
	view: BasketView;
	/** Goods that came back in exchange, and what was asked, as text. */
	returns?: GoodsReturn[];
	askedReturns?: string;
}

/** Why a piece may not be sold: head office recalled it, or its day is over. */
export type BasketStop = "recall" | "expired";

export interface LineView {
	line: number;
	sku: string;
	name: string;
	/** Pieces, or milligrams of a weighed article. */
	quantity: number;
	unit: "piece" | "milligram";
	/** Of the whole line, without deposit. */
	amountMinor: number;
	depositMinor?: number;
	why: string;
	stop?: BasketStop;
}

export interface CouponView {
	coupon: string;
	name: string;
	amountMinor: number;
	serial?: string;
}

export interface BasketView {
	id: string;
	till: string;
	state: "open" | "settled";
	lines: LineView[];
	member?: { pseudonym: string; tier: string };
	/** What each takes off. */
	coupons: CouponView[];
	/** Null while it is empty. */
	currency: string | null;
	depositMinor: number;
	/** What the customer pays: amounts and deposit, less coupons. */
	totalMinor: number;
}
