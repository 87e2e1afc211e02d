/**
 * Coupon leases from head office: the right to redeem a coupon so many times until a time. When a lease is over, the store reports
 * how many of it were used, and only then does head office lend the rest to others. So all stores together never redeem more than
 * the campaign's total.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { Coupon, CouponLease } from "../../words/tills/coupon.ts";
import type { Instant, Moment } from "../../words/time.ts";

export function takeCoupon(book: Book, coupon: Coupon): void {
	const known = book.coupons.get(coupon.id);
	if (!known) return book.coupons.put(coupon);
	if (JSON.stringify(known) !== JSON.stringify(coupon))
		throw new LedgerRefusal("coupon-differs", `Coupon ${coupon.id} is known here with other contents.`);
}

/** A lease for an earlier box of this store is refused: nobody here knows what that box used of it. */
export function takeLease(book: Book, lease: CouponLease): void {
	if (lease.inc !== book.link.identity().inc) return;
	const known = book.coupons.lease(lease.id);
	if (!known) return book.coupons.putLease(lease);
	if (known.coupon !== lease.coupon || known.quantity !== lease.quantity)
		throw new LedgerRefusal("coupon-differs", `Lease ${lease.id} is known here with other contents.`);
}

const atOnce = 50;

/** Reports, for each lease that is over, how many redemptions were used. While the clock is a guess no lease ends. */
export function closeCouponLeases(book: Book, _: object, now: Moment): { more: boolean } {
	if (now.quality === "guess") return { more: false };
	const due = book.coupons.dueLeases(now.wall, atOnce);
	for (const { id, coupon, used } of due) {
		book.coupons.close(id);
		book.events.append({ type: "coupon.lease-closed", lease: id, coupon, used }, now);
	}
	return { more: due.length === atOnce };
}

/** A lease that has redemptions left at this instant. */
export function openLease(book: Book, coupon: string, at: Instant, isGuess: boolean): string | undefined {
	return book.coupons.openLeases(coupon).find(({ used, quantity, expires }) => used < quantity && (isGuess || expires > at))?.id;
}
