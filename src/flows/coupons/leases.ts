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
export function takeLease(book: Book, lease: CouponLease, now: Moment): void {
	if (lease.inc !== book.link.identity().inc) return;
	const known = book.coupons.lease(lease.id);
	if (!known) {
		book.coupons.putLease(lease);
		// Lent by a head office that had forgotten the end: nothing of it is used here.
		if (book.coupons.endOf(lease.coupon) !== undefined) closeLeases(book, [{ ...lease, used: 0 }], now);
		return;
	}
	if (known.coupon !== lease.coupon || known.quantity !== lease.quantity)
		throw new LedgerRefusal("coupon-differs", `Lease ${lease.id} is known here with other contents.`);
}

const atOnce = 50;

/** Reports, for each lease that is over, how many redemptions were used. While the clock is a guess no lease ends. */
export function closeCouponLeases(book: Book, _: object, now: Moment): { more: boolean } {
	if (now.quality === "guess") return { more: false };
	const due = book.coupons.dueLeases(now.wall, atOnce);
	closeLeases(book, due, now);
	return { more: due.length === atOnce };
}

function closeLeases(book: Book, leases: readonly { id: string; coupon: string; used: number }[], now: Moment): void {
	for (const { id, coupon, used } of leases) {
		book.coupons.close(id);
		book.events.append({ type: "coupon.lease-closed", lease: id, coupon, used }, now);
	}
}

/**
 * Head office ends a campaign early. Its leases are closed at once, also while the clock is a guess, because the end is head office's word
 * and no matter of time. The first end counts; a repeated one changes nothing.
 */
export function endCoupon(book: Book, { coupon: id, at }: { coupon: string; at: Instant }, now: Moment): void {
	if (!book.coupons.get(id)) throw new LedgerRefusal("coupon-unknown", `Coupon ${id} was ended by head office and is not known here.`);
	if (!book.coupons.end(id, at)) return;
	closeLeases(book, book.coupons.openLeases(id), now);
	book.events.append({ type: "coupon.ended", coupon: id, endedAt: at, redeemed: book.coupons.redeemedOf(id) }, now);
}

/** A lease that has redemptions left at this instant. */
export function openLease(book: Book, coupon: string, at: Instant, isGuess: boolean): string | undefined {
	return book.coupons.openLeases(coupon).find(({ used, quantity, expires }) => used < quantity && (isGuess || expires > at))?.id;
}
