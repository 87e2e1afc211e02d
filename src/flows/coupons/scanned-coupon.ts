/**
 * A coupon that is scanned at a device in mode `coupon`: into the basket whose code was scanned before it, where it is redeemed with the
 * sale; without a basket it is redeemed at once, under the id of its scan, as by the till that has the device's name.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import type { EventBody, StoreEvent } from "../../words/event.ts";
import type { Moment } from "../../words/time.ts";
import { couponOfBasket } from "../tills/basket.ts";
import { redeemCoupon } from "./redeem.ts";

/** The order or basket at a device between two scans. */
export interface CouponsInHand {
	/** The basket whose code was scanned last. */
	basket?: string;
	redeemed?: { code: string; at: string };
}

type Scanned = Extract<StoreEvent, { type: "article.scanned" }>;
type Acted = Omit<Extract<EventBody, { type: "scan.acted" }>, "type" | "device" | "mode">;

/** A scanner that is held still reads the same paper again; a customer with a second one can wait so long. */
const sameAgainMs = 5_000;

export function takeScannedCoupon(book: Book, hand: CouponsInHand, { id, device, code }: Scanned, now: Moment): Acted {
	const named = book.baskets.get(code);
	if (named) {
		if (named.state === "settled") throw new LedgerRefusal("basket-settled", `Basket ${named.id} was paid.`);
		hand.basket = named.id;
		return { did: "waits", code, basket: named.id };
	}
	if (hand.basket !== undefined) return intoBasket(book, hand.basket, code, now);
	if (hand.redeemed?.code === code && Math.abs(Date.parse(now.wall) - Date.parse(hand.redeemed.at)) < sameAgainMs)
		throw new LedgerRefusal("coupon-just-redeemed", "This coupon was redeemed a moment ago.");
	const answer = redeemCoupon(book, { id: `scan-${id}`, code, till: device }, now);
	if (!answer.accepted) return { did: "refused", code, why: answer.code, ...defined({ coupon: answer.coupon }) };
	hand.redeemed = { code, at: now.wall };
	return { did: "redeemed", code, coupon: answer.coupon, amountMinor: answer.worth };
}

function intoBasket(book: Book, basket: string, code: string, now: Moment): Acted {
	const { coupon, amountMinor } = couponOfBasket(book, { basket, code }, now).coupons.at(-1)!;
	return { did: "put-in", code, basket, coupon, amountMinor };
}
