import type { Coupon } from "../../tills/coupon.ts";
import type { Instant } from "../../time.ts";

export interface Lent {
	id: string;
	store: string;
	quantity: number;
	/** Redemptions, without those reversed. */
	live: number;
	expiresAt: Instant;
	closedAt: Instant | null;
	/** The most redemptions that may have been made of the lease. */
	bound: number;
}

/** A campaign, with how many of its redemptions are lent and used. */
export interface CouponAtHq extends Coupon {
	by: string;
	at: Instant;
	/** Redemptions that stores reported, without those reversed. */
	redeemed: number;
	/** Redemptions lent to stores and not yet reported as over, used or not. */
	openLeases: number;
	/** The most redemptions that may have happened, also in stores out of reach. Never above `total`. */
	bound: number;
	/** Redemptions that may still be lent. */
	free: number;
	/** It was ended early; `until` is what was planned. */
	endedAt?: Instant;
	endedBy?: string;
	/** Redemptions after the end by the stores' clocks, in stores that had not heard of it. */
	redeemedAfterEnd?: number;
}
