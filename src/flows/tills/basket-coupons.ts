/** Coupons of a basket: their worth is computed each time the basket is shown, and they are redeemed when it is paid. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { fittingId } from "../../words/basics/fitting-id.ts";
import { defined } from "../../words/defined.ts";
import { type Basket, type BasketView, type CouponView, isOffSale, type LineView } from "../../words/tills/basket.ts";
import { type CouponGoods, worthOf } from "../../words/tills/coupon.ts";
import { spread } from "../../words/tills/return.ts";
import type { Moment } from "../../words/time.ts";
import { checkCoupon, couponOf, keepRedemption, nameOf, type ShownCoupon } from "../coupons/redeem.ts";

const couponsMost = 20;

/** The amount that coupons may pay: the goods, without deposit and without goods whose sale is stopped. */
function goodsOf(lines: readonly LineView[]): CouponGoods[] {
	return lines
		.filter(({ stop }) => !isOffSale(stop))
		.map(({ sku, quantity, unit, amountMinor }) => ({ sku, pieces: unit === "piece" ? quantity : 1, amountMinor }));
}

/** Each coupon applies to what the coupons before it have left to pay. One that does not apply is worth 0. */
export function couponViews(book: Pick<Book, "coupons">, { coupons = [] }: Basket, lines: readonly LineView[]): CouponView[] {
	const goods = goodsOf(lines);
	let left = goods.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
	return coupons.map(({ coupon: id, serial }) => {
		const coupon = book.coupons.get(id)!;
		const amountMinor = Math.min(left, worthOf(coupon, goods));
		left -= amountMinor;
		return { coupon: id, name: nameOf(coupon), amountMinor, ...defined({ serial }) };
	});
}

/**
 * The discounts of coupons and points on each line: a coupon is spread over the goods it applies to, in proportion to what is left to pay
 * for them.
 */
export function discountsOf(
	book: Pick<Book, "coupons">,
	{ coupons = [] }: Basket,
	{ lines, coupons: views, points }: BasketView,
): number[] {
	const left = lines.map(({ amountMinor, stop }) => (isOffSale(stop) ? 0 : amountMinor));
	coupons.forEach(({ coupon: id }, at) => {
		const { what, skus = [] } = book.coupons.get(id)!;
		const counts = (sku: string): boolean => what === "amount" || skus.includes(sku);
		const own = lines.map(({ sku }, line) => (counts(sku) ? left[line]! : 0));
		const isEnough = own.reduce((sum, share) => sum + share, 0) >= views[at]!.amountMinor;
		spread(views[at]!.amountMinor, isEnough ? own : left).forEach((off, line) => {
			left[line]! -= off;
		});
	});
	spread(points?.amountMinor ?? 0, left).forEach((off, line) => {
		left[line]! -= off;
	});
	return lines.map(({ amountMinor, stop }, line) => (isOffSale(stop) ? 0 : amountMinor - left[line]!));
}

/** Throws LedgerRefusal where the coupon is not valid here, or is in the basket already. */
export function putCoupon(book: Book, basket: Basket, { code, view }: { code: string; view: BasketView }, now: Moment): void {
	const shown = couponOf(book, code, now);
	const { coupon, serial } = shown;
	const coupons = basket.coupons ?? [];
	if (coupons.some((each) => each.coupon === coupon.id && each.serial === serial))
		throw new LedgerRefusal("coupon-in-basket", `${nameOf(coupon)} lies in this basket already.`);
	if (coupons.length >= couponsMost) throw new LedgerRefusal("basket-full", `A basket takes ${couponsMost} coupons at most.`);
	checkCoupon(book, shown, { goods: goodsOf(view.lines), member: basket.member, currency: view.currency }, now);
	basket.coupons = [...coupons, { coupon: coupon.id, code, ...defined({ serial }) }];
	if (couponViews(book, basket, view.lines).at(-1)!.amountMinor <= 0)
		throw new LedgerRefusal("coupon-nothing", `${nameOf(coupon)} takes nothing off this basket.`);
}

/** Redeems the basket's coupons in the transaction of the sale. Throws LedgerRefusal where one is no longer valid. */
export function redeemWith(
	book: Book,
	{ basket, view, sale }: { basket: Basket; view: BasketView; sale: string },
	now: Moment,
): { redemption: string; coupon: string; amountMinor: number }[] {
	return (basket.coupons ?? []).map(({ coupon: id, serial, code }, at) => {
		const { coupon } = couponOf(book, code, now);
		// Another campaign may have the code since this one ended.
		if (coupon.id !== id) throw new LedgerRefusal("coupon-over", `${nameOf(book.coupons.get(id)!)} is over.`);
		const shown: ShownCoupon = { coupon, ...defined({ serial }) };
		const lease = checkCoupon(book, shown, { goods: goodsOf(view.lines), member: basket.member, currency: view.currency }, now);
		const { amountMinor } = view.coupons[at]!;
		if (amountMinor <= 0) throw new LedgerRefusal("coupon-nothing", `${nameOf(coupon)} takes nothing off this basket.`);
		const redemption = freeId(book, fittingId(`${basket.till}-${sale}-coupon-${at + 1}`));
		const text = JSON.stringify([basket.id, sale, id, serial ?? null]);
		const member = basket.member?.pseudonym;
		const kept = { id: redemption, shown, lease, text, worth: amountMinor, till: basket.till, sale, basket: basket.id };
		keepRedemption(book, { ...kept, ...defined({ member }) }, now);
		return { redemption, coupon: id, amountMinor };
	});
}

/** The till may have used this id for a redemption of its own: then another id is made. */
function freeId(book: Book, wanted: string): string {
	let id = wanted;
	for (let n = 2; book.coupons.redemption(id); n += 1) id = `${wanted}~${n}`;
	return id;
}
