import type { Instant } from "../time.ts";

/**
 * What a coupon is worth. `amount`: so much off all that is bought. `articles`: so much off each piece of these articles, of `pieces` at
 * most. `article-for`: a piece of the article costs so much.
 */
export const couponKinds = ["amount", "articles", "article-for"] as const;
export type CouponKind = (typeof couponKinds)[number];

/** A campaign, as head office decided it: its code is printed or shown, and redeemed `total` times at most. */
export interface Coupon {
	id: string;
	/** A GCN (13 digits, read as AI 255), `8110:COMPANY:OFFER`, `8112:FUNDER:OFFER`, or a code of the chain's own. */
	code: string;
	name?: string;
	what: CouponKind;
	amountMinor: number;
	/** ISO 4217. Left out: whatever the store charges in. */
	currency?: string;
	/** Of `articles` and `article-for`. */
	skus?: string[];
	/** For so many pieces at most it counts in one redemption; 1 where it is left out. */
	pieces?: number;
	conditions?: CouponConditions;
	from: Instant;
	until: Instant;
	/** So often for one member, in one store. */
	perMember?: number;
	total: number;
}

export interface CouponConditions {
	/** Goods for so much at least, without deposit. */
	minAmountMinor?: number;
	/** Only for members who show a code, of this tier where it is named. */
	member?: boolean;
	tier?: string;
	/** One of these articles has to be bought. */
	skus?: string[];
}

/** The right to redeem a coupon so often, lent to one store until a time. `inc`: the incarnation of the box it is for. */
export interface CouponLease {
	id: string;
	coupon: string;
	quantity: number;
	expiresAt: Instant;
	inc: number;
}

export interface CouponGoods {
	sku: string;
	/** Pieces; 1 for a weighed piece. */
	pieces: number;
	amountMinor: number;
}

/** What the coupon takes off these goods; 0 where it counts for none of them. Never more than they cost. */
export function worthOf({ what, amountMinor, skus = [], pieces = 1 }: Coupon, goods: readonly CouponGoods[]): number {
	if (what === "amount") return Math.min(amountMinor, sumOf(goods));
	let left = pieces;
	let worth = 0;
	for (const line of goods) {
		if (!skus.includes(line.sku)) continue;
		const taken = Math.min(left, line.pieces);
		const each = Math.floor(line.amountMinor / line.pieces);
		worth += taken * (what === "articles" ? Math.min(amountMinor, each) : Math.max(0, each - amountMinor));
		left -= taken;
	}
	return worth;
}

export const sumOf = (goods: readonly CouponGoods[]): number => goods.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

/** A code that a campaign may have. */
export const couponCodePattern = /^(\d{13}|811[02]:\d{6,12}:\d{6}|[A-Za-z0-9][A-Za-z0-9._-]{0,47})$/;
