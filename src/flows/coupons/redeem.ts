/**
 * Redeems a customer's coupon at a till, or reverses a redemption. A redemption has an id; repeating a request with that id changes
 * nothing.
 */
import { couponIn } from "../../../drivers/scanner/gs1/coupon.ts";
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { looksLikeSignedCode } from "../../words/codes/signed-code.ts";
import { defined } from "../../words/defined.ts";
import { type Coupon, type CouponGoods, sumOf, worthOf } from "../../words/tills/coupon.ts";
import { type Moment, priceInstantOf, sureInstantOf } from "../../words/time.ts";
import { elementsIn, refusePaymentCard } from "../scan-to-hq.ts";
import { openLease } from "./leases.ts";

export interface AskedRedemption {
	id: string;
	/** The coupon's code, as it was scanned or typed. */
	code: string;
	till: string;
	sale?: string;
	/** Total of the goods in minor units, for coupons with a minimum amount. */
	amountMinor?: number;
}

export type RedeemAnswer =
	| { accepted: true; worth: number; coupon: string; duplicate: boolean }
	| { accepted: false; code: string; why: string; coupon?: string };

/** A coupon and, where the paper has one, its serial number. */
export interface ShownCoupon {
	coupon: Coupon;
	serial?: string;
}

/** Finds a coupon that is valid at this instant. Throws LedgerRefusal where there is none. */
export function couponOf(book: Book, code: string, now: Moment): ShownCoupon {
	if (looksLikeSignedCode(code))
		throw new LedgerRefusal("coupon-unknown", "This is the code of a member, an order or a receipt, and no coupon.");
	refusePaymentCard(code);
	const read = couponIn(elementsIn(book, code, now)) ?? { code: code.trim() };
	const known = book.coupons.byCode(read.code);
	if (known.length === 0) throw new LedgerRefusal("coupon-unknown", "This store knows no coupon with this code.");
	// A freeze of prices stops no campaign and lengthens none.
	const at = sureInstantOf(now, book);
	const current = known.filter(({ from, until }) => from <= at && at < until);
	const coupon = current.find(({ id }) => book.coupons.endOf(id) === undefined);
	if (coupon) return { coupon, ...defined({ serial: read.serial }) };
	const ended = current[0];
	if (ended) throw new LedgerRefusal("coupon-ended", `Head office ended ${nameOf(ended)} early, at ${book.coupons.endOf(ended.id)}.`);
	const next = known.find(({ from }) => from > at);
	if (next) throw new LedgerRefusal("coupon-early", `${nameOf(next)} counts from ${next.from} on.`);
	throw new LedgerRefusal("coupon-over", `${nameOf(known[0]!)} was good until ${known[0]!.until}.`);
}

export const nameOf = ({ name, id }: Coupon): string => name ?? `Coupon ${id}`;

export interface Buyer {
	goods: readonly CouponGoods[];
	member?: { pseudonym: string; tier: string } | undefined;
	/** Currency of the goods, where it is known. */
	currency?: string | null | undefined;
}

/**
 * Throws LedgerRefusal where the coupon is not valid for these goods or this customer, was used already, or this store has no
 * redemptions left of it.
 */
export function checkCoupon(book: Book, { coupon, serial }: ShownCoupon, buyer: Buyer, now: Moment): string {
	const { conditions = {} } = coupon;
	const say = (code: string, why: string): never => {
		throw new LedgerRefusal(code, `${nameOf(coupon)} ${why}`);
	};
	if (coupon.currency !== undefined && buyer.currency && buyer.currency !== coupon.currency)
		say("coupon-conditions", `is worth ${coupon.currency}, and the goods are priced in ${buyer.currency}.`);
	if (serial !== undefined && book.coupons.isUsed(coupon.id, serial)) say("coupon-used", "was redeemed here before.");
	if ((conditions.member === true || conditions.tier !== undefined) && !buyer.member) say("coupon-members-only", "is for members.");
	if (conditions.tier !== undefined && buyer.member!.tier !== conditions.tier)
		say("coupon-members-only", `is for members of tier ${conditions.tier}.`);
	if (conditions.minAmountMinor !== undefined && sumOf(buyer.goods) < conditions.minAmountMinor)
		say("coupon-conditions", `counts from an amount of ${conditions.minAmountMinor} on.`);
	if (conditions.skus !== undefined && !buyer.goods.some(({ sku }) => conditions.skus!.includes(sku)))
		say("coupon-conditions", `counts only with ${conditions.skus.slice(0, 5).join(", ")}.`);
	if (buyer.member && coupon.perMember !== undefined && book.coupons.ofMember(coupon.id, buyer.member.pseudonym) >= coupon.perMember)
		say("coupon-member-limit", `counts ${coupon.perMember} times for a member.`);
	return (
		openLease(book, coupon.id, now.wall, now.quality === "guess") ??
		say("coupon-no-quota", "may not be redeemed here any more for now; head office is asked for more.")
	);
}

/** Redeems a coupon without a basket, for a till that adds up its goods itself. */
export function redeemCoupon(book: Book, asked: AskedRedemption, now: Moment): RedeemAnswer {
	const known = book.coupons.redemption(asked.id);
	const what = [asked.code.trim(), asked.till, asked.sale ?? null];
	const text = JSON.stringify([...what, asked.amountMinor ?? null]);
	if (known) {
		// Ledgers of older builds keep it without the amount.
		if (known.asked !== text && known.asked !== JSON.stringify(what))
			throw new LedgerRefusal("redemption-differs", `Redemption ${asked.id} was another one.`);
		if (known.voided !== undefined)
			return { accepted: false, code: "coupon-voided", why: `Redemption ${asked.id} was given back.`, coupon: known.coupon };
		return { accepted: true, worth: known.worth, coupon: known.coupon, duplicate: true };
	}
	let shown: ShownCoupon | undefined;
	try {
		shown = couponOf(book, asked.code, now);
		const { worth, lease } = alone(book, shown, asked, now);
		keepRedemption(book, { id: asked.id, shown, lease, text, worth, till: asked.till, ...defined({ sale: asked.sale }) }, now);
		return { accepted: true, worth, coupon: shown.coupon.id, duplicate: false };
	} catch (error) {
		if (!(error instanceof LedgerRefusal) || error.code === "payment-card") throw error;
		if (shown) book.events.append({ type: "coupon.refused", coupon: shown.coupon.id, till: asked.till, code: error.code }, now);
		return { accepted: false, code: error.code, why: error.message, ...(shown && { coupon: shown.coupon.id }) };
	}
}

/** The worth of a coupon without a basket: for `articles`, off one piece of the first of its articles at the price charged now. */
function alone(book: Book, shown: ShownCoupon, { amountMinor }: AskedRedemption, now: Moment): { worth: number; lease: string } {
	const { coupon } = shown;
	const { what, conditions = {} } = coupon;
	if (conditions.skus !== undefined || (conditions.minAmountMinor !== undefined && amountMinor === undefined))
		throw new LedgerRefusal("coupon-needs-basket", `${nameOf(coupon)} depends on what is bought.`);
	const at = priceInstantOf(now, book);
	const goods: CouponGoods[] =
		what === "amount"
			? [{ sku: "", pieces: 1, amountMinor: amountMinor ?? coupon.amountMinor }]
			: (coupon.skus ?? []).slice(0, 1).flatMap((sku) => {
					const price = book.prices.chargedPrice(sku, at);
					return price ? [{ sku, pieces: 1, amountMinor: price.amountMinor }] : [];
				});
	const floor = { sku: "", pieces: 1, amountMinor: amountMinor ?? 0 };
	const lease = checkCoupon(book, shown, { goods: what === "amount" ? goods : [floor] }, now);
	const worth = worthOf(coupon, goods);
	if (worth <= 0) throw new LedgerRefusal("coupon-nothing", `${nameOf(coupon)} takes nothing off here.`);
	return { worth, lease };
}

export interface KeptRedemption {
	id: string;
	shown: ShownCoupon;
	lease: string;
	text: string;
	worth: number;
	till: string;
	sale?: string;
	member?: string;
	basket?: string;
}

export function keepRedemption(book: Book, kept: KeptRedemption, now: Moment): void {
	const { id, shown, lease, text, worth, till, sale, member, basket } = kept;
	const coupon = shown.coupon.id;
	const more = defined({ serial: shown.serial, member });
	book.coupons.redeem({ id, coupon, lease, asked: text, worth, at: now.wall, ...more, ...defined({ basket }) });
	book.events.append(
		{ type: "coupon.redeemed", redemption: id, coupon, lease, till, amountMinor: worth, ...more, ...defined({ sale }) },
		now,
	);
}

/** Reverses a redemption: the coupon may be redeemed again. */
export function voidRedemption(
	book: Book,
	{ id, till }: { id: string; till?: string },
	now: Moment,
): { coupon: string; duplicate: boolean } {
	const known = book.coupons.redemption(id);
	if (!known) throw new LedgerRefusal("redemption-unknown", `This store has no redemption ${id}.`);
	if (known.basket !== undefined)
		throw new LedgerRefusal("redemption-settled", `Redemption ${id} belongs to basket ${known.basket}, which is paid.`);
	if (known.voided !== undefined) return { coupon: known.coupon, duplicate: true };
	book.coupons.undo(known, now.wall);
	const { coupon, lease } = known;
	book.events.append({ type: "coupon.voided", redemption: id, coupon, lease, ...defined({ till }) }, now);
	return { coupon, duplicate: false };
}
