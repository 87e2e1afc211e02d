import type { Instant } from "./time.ts";

/** A line of a sale as the till wrote it. */
export interface TillSaleLine {
	sku?: string;
	code?: string;
	/** Pieces; with `isDecimal` kilograms where the article is weighed. Absent where `milligrams` is given. */
	quantity?: number;
	/** The till wrote a decimal point. */
	isDecimal?: true;
	milligrams?: number;
	/** The price of the whole line. */
	amountMinor: number;
	/** Left out where the till does not name it. */
	currency?: string;
	/** The amount of the line that is left to pay after coupons; only baskets know it. */
	paidMinor?: number;
}

/** A sale as a till sends it. */
export interface TillSale {
	id: string;
	at: Instant;
	lines: TillSaleLine[];
	receipt?: { printer?: string; document?: string };
}
