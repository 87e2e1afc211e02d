import type { Instant } from "../time.ts";
import type { Weighing, WeightView } from "./plate.ts";
import type { GoodsReturn } from "./return.ts";

/** Goods that a customer has put before a till, until they are paid. */
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
	/** Points that the customer wants to pay with. */
	points?: number;
	age?: AgeCheck;
	/** The till has a weighing plate: the basket is not paid before its weight fits, or a person accepts it. */
	plate?: true;
	weight?: Weighing;
	/** Ids that the till gave to the lines it added, with the request, so that a repeated request adds nothing. */
	asks: Record<string, string>;
	settled?: SettledBasket;
}

/** A line of a basket. It has no amount: amounts are computed from the prices that count whenever the basket is shown. */
export interface BasketLine {
	/** The line's number, from 1; never used twice. */
	line: number;
	sku: string;
	/** Pieces; of a weighed article left out. */
	quantity?: number;
	milligrams?: number;
	/** The amount printed on this piece's own label, in minor units. */
	labelAmountMinor?: number;
	/** From the scanned code: GTIN as 14 digits, lot, and the last day on which the piece may be sold. */
	gtin?: string;
	lot?: string;
	lastDay?: string;
}

export interface SettledBasket {
	/** The till's id for the sale. */
	id: string;
	at: Instant;
	event: string;
	/** Id of the receipt's print job; null: no receipt was wanted. */
	job: string | null;
	/** The basket as it was paid. */
	view: BasketView;
	/** Goods that came back in exchange, and what was asked, as text. */
	returns?: GoodsReturn[];
	askedReturns?: string;
	/** Print job of the slip of what came back. */
	refundJob?: string;
	/** Id of the request to the fiscal device. */
	fiscal?: string;
}

/** A person looked at the customer and found them old enough. Neither a birth date nor a document is kept. */
export interface AgeCheck {
	/** The age in years that the person confirmed. */
	minimumAge: number;
	/** The account or token by which it was said, as `actorText` writes it, without an address. */
	by: string;
	/** The name of the person, where a till said it with its own token. */
	person?: string;
	at: Instant;
}

/**
 * Why a line stops the basket: head office recalled the piece; its last day of sale is over; or nobody has confirmed yet that the
 * customer is old enough.
 */
export const basketStops = ["recall", "expired", "age"] as const;
export type BasketStop = (typeof basketStops)[number];

/** Whether the piece may be sold to nobody at all. A line that waits for an age check is sold once a person has confirmed it. */
export const isOffSale = (stop: BasketStop | undefined): boolean => stop === "recall" || stop === "expired";

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
	/** Years, where the article has a minimum age. */
	minimumAge?: number;
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
	age?: AgeCheck;
	/** Where a plate weighs the basket: what it should weigh, and what is in doubt. */
	weight?: WeightView;
	/** The discount of each coupon, in minor units. */
	coupons: CouponView[];
	/** Points that are spent, and what they take off. */
	points?: { points: number; amountMinor: number };
	/** Null while the basket is empty. */
	currency: string | null;
	depositMinor: number;
	/** The sum that the customer pays: amounts and deposit, less coupons. */
	totalMinor: number;
}
