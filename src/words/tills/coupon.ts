import type { Instant } from "../time.ts";

/**
 * The kind of a coupon's worth. `amount`: a fixed amount off the total. `articles`: an amount off each piece of these articles, `pieces`
 * at most. `article-for`: one piece of the article costs this amount.
 */
export const couponKinds = ["amount", "articles", "article-for"] as const;
export type CouponKind = (typeof couponKinds)[number];

/**
 * A campaign, as head office decided it: its code is printed or shown on paper, and may be redeemed `total` times in all stores
 * together.
 */
export interface Coupon {
	id: string;
	/** A GCN (13 digits, read as AI 255), `8110:COMPANY:OFFER`, `8112:FUNDER:OFFER`, or a code of the chain's own. */
	code: string;
	name?: string;
	what: CouponKind;
	amountMinor: number;
	/** ISO 4217. Left out: the currency in which the store charges. */
	currency?: string;
	/** SKUs, for `articles` and `article-for`. */
	skus?: string[];
	/** How many pieces one redemption covers at most; left out: 1. */
	pieces?: number;
	conditions?: CouponConditions;
	from: Instant;
	until: Instant;
	/** How many times one member may redeem it, counted in each store by itself. */
	perMember?: number;
	total: number;
}

export interface CouponConditions {
	/** Minimum amount of the goods, without deposit, in minor units. */
	minAmountMinor?: number;
	/** Only for members who show a code; with a tier, only for members of that tier. */
	member?: boolean;
	tier?: string;
	/** One of these articles has to be in the basket. */
	skus?: string[];
}

/** The right to redeem a coupon `quantity` times, lent to one store until a time. `inc`: the incarnation of the box it is for. */
export interface CouponLease {
	id: string;
	coupon: string;
	quantity: number;
	expiresAt: Instant;
	inc: number;
}

/** A campaign as a store knows it. */
export interface KnownCoupon extends Coupon {
	/** Head office ended it early. */
	endedAt?: Instant;
}

/** A lease as its store counts it. `used`: redemptions, without those given back. */
export interface CouponLeaseView {
	id: string;
	quantity: number;
	used: number;
	expiresAt: Instant;
	/** Head office was told what was used; nothing more is. */
	isClosed: boolean;
}

export interface CouponGoods {
	sku: string;
	/** Pieces; 1 for a weighed piece. */
	pieces: number;
	amountMinor: number;
}

/** The discount of the coupon on these goods, in minor units; 0 where it applies to none of them. Never more than they cost. */
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

/** Whether a text may be the code of a campaign. */
export const couponCodePattern = /^(\d{13}|811[02]:\d{6,12}:\d{6}|[A-Za-z0-9][A-Za-z0-9._-]{0,47})$/;
