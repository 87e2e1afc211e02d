import type { CouponLeaseView, KnownCoupon } from "../tills/coupon.ts";
import type { PointsRule } from "../tills/points.ts";

/** A campaign in a store: what head office lent it, what was redeemed here, and what is left of leases that are open. */
export interface CouponHere extends KnownCoupon {
	lent: number;
	used: number;
	left: number;
	leases: CouponLeaseView[];
}

/** Points in a store: the rules, and leases of members who have shown a code. */
export interface PointsHere {
	rules: PointsRule[];
	leases: { members: number; lent: number; used: number; left: number };
}
