/**
 * A till fills a basket: goods by their codes, a member by a code. Each act is one transaction. Goods become facts only when the
 * basket is paid.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { Article } from "../../words/article.ts";
import { looksLikeSignedCode } from "../../words/codes/signed-code.ts";
import { defined } from "../../words/defined.ts";
import type { Basket, BasketLine, BasketView, LineView } from "../../words/tills/basket.ts";
import type { Moment } from "../../words/time.ts";
import { putPoints } from "../members/points.ts";
import { presentMember } from "../members/present.ts";
import { type Goods, goodsIn, refusePaymentCard } from "../scan-to-hq.ts";
import { putCoupon } from "./basket-coupons.ts";
import { isByPiece, viewBasket } from "./basket-view.ts";

/** Baskets that were not used for so long are deleted; what was paid is in the facts. */
const keptDays = 7;
const linesMost = 1_000;
const piecesMost = 10_000;

export function openBasket(
	book: Book,
	{ id, till, plate }: { id: string; till: string; plate?: true },
	now: Moment,
): { basket: BasketView; duplicate: boolean } {
	const known = book.baskets.get(id);
	if (known) {
		if (known.plate !== plate)
			throw new LedgerRefusal("basket-differs", `Basket ${id} was opened ${known.plate ? "with" : "without"} a plate.`);
		if (known.till !== till) throw new LedgerRefusal("basket-differs", `Basket ${id} was opened at till ${known.till}.`);
		return { basket: viewBasket(book, known, now), duplicate: true };
	}
	if (now.quality !== "guess") book.baskets.forgetBefore(new Date(Date.parse(now.wall) - keptDays * 86_400_000).toISOString());
	const basket: Basket = { id, till, state: "open", openedAt: now.wall, lines: [], nextLine: 1, asks: {}, ...defined({ plate }) };
	book.baskets.put(basket, now.wall);
	return { basket: viewBasket(book, basket, now), duplicate: false };
}

/** Reads only. Throws basket-unknown. */
export function showBasket(book: Book, asked: OfBasket, now: Moment): BasketView {
	return viewBasket(book, basketOf(book, asked), now);
}

export interface OfBasket {
	basket: string;
	/** The till that asks, where it may work on its own baskets only. */
	till?: string;
}

export interface AskedLine extends OfBasket {
	/** The code in the form a scanner reads: GTIN, SKU, GS1 elements, or the label of a weighed piece. */
	code: string;
	/** Pieces; of a weighed article kilograms with a decimal point. */
	quantity?: number;
	milligrams?: number;
	/** The till's own id for this scan: a repeated id adds nothing. */
	id?: string;
}

/** The basket, and the line that the code went into. */
export interface AddedLine {
	basket: BasketView;
	line: LineView;
}

export function addToBasket(book: Book, asked: AskedLine, now: Moment): AddedLine {
	const basket = openOne(book, asked);
	const { code, quantity, milligrams, id } = asked;
	const text = JSON.stringify([code, quantity ?? null, milligrams ?? null]);
	if (id !== undefined && Object.hasOwn(basket.asks, id)) {
		const [line, known] = [Number(basket.asks[id]!.split(" ", 1)[0]), basket.asks[id]!.replace(/^\d+ /, "")];
		if (known !== text) throw new LedgerRefusal("act-differs", `Scan ${id} of this basket was another one.`);
		return withLine(viewBasket(book, basket, now), line);
	}
	const line = takeIn(basket, lineOf(goodsOf(book, code, now), asked));
	if (id !== undefined) basket.asks[id] = `${line} ${text}`;
	const view = viewBasket(book, basket, now);
	book.baskets.put(basket, now.wall);
	return withLine(view, line);
}

function withLine(basket: BasketView, number: number): AddedLine {
	const line = basket.lines.find((each) => each.line === number);
	if (!line) throw new LedgerRefusal("line-unknown", `Line ${number} was taken out of this basket again.`);
	return { basket, line };
}

/** Takes a line out. A line that is not there changes nothing. */
export function dropFromBasket(book: Book, { line, ...of }: OfBasket & { line: number }, now: Moment): BasketView {
	const basket = openOne(book, of);
	basket.lines = basket.lines.filter((each) => each.line !== line);
	book.baskets.put(basket, now.wall);
	return viewBasket(book, basket, now);
}

/** The member's prices apply to the whole basket; a second member's code replaces the first. */
export function memberOfBasket(book: Book, { code, ...of }: OfBasket & { code: string }, now: Moment): BasketView {
	const basket = openOne(book, of);
	const { pseudonym, tier } = presentMember(book, { code, till: basket.till, id: `basket:${of.basket}` }, now);
	if (basket.member?.pseudonym !== pseudonym) delete basket.points;
	basket.member = { pseudonym, tier };
	const view = viewBasket(book, basket, now);
	book.baskets.put(basket, now.wall);
	return view;
}

/** Adds a coupon to the basket. A coupon that is in it already is refused, except under the `id` by which it came in. */
export function couponOfBasket(book: Book, { code, id, ...of }: OfBasket & { code: string; id?: string }, now: Moment): BasketView {
	const basket = openOne(book, of);
	// Number 0 is no line's.
	const text = `0 ${JSON.stringify(["coupon", code])}`;
	if (id !== undefined && Object.hasOwn(basket.asks, id)) {
		if (basket.asks[id] !== text) throw new LedgerRefusal("act-differs", `Act ${id} of this basket was another one.`);
		return viewBasket(book, basket, now);
	}
	if (id !== undefined) basket.asks[id] = text;
	putCoupon(book, basket, { code, view: viewBasket(book, basket, now) }, now);
	book.baskets.put(basket, now.wall);
	return viewBasket(book, basket, now);
}

/** The customer pays with points of the member whose code was shown; 0 points take them out again. */
export function pointsOfBasket(book: Book, { points, ...of }: OfBasket & { points: number }, now: Moment): BasketView {
	const basket = openOne(book, of);
	putPoints(book, basket, { points, view: viewBasket(book, basket, now) }, now);
	book.baskets.put(basket, now.wall);
	return viewBasket(book, basket, now);
}

/** Takes a coupon out again. One that is not there changes nothing. */
export function dropCoupon(book: Book, { coupon, ...of }: OfBasket & { coupon: string }, now: Moment): BasketView {
	const basket = openOne(book, of);
	basket.coupons = (basket.coupons ?? []).filter((each) => each.coupon !== coupon);
	book.baskets.put(basket, now.wall);
	return viewBasket(book, basket, now);
}

export function basketOf(book: Book, { basket: id, till }: OfBasket): Basket {
	const known = book.baskets.get(id);
	if (!known) throw new LedgerRefusal("basket-unknown", `This store has no basket ${id}.`);
	if (till !== undefined && till !== known.till)
		throw new LedgerRefusal("basket-differs", `Basket ${id} was opened at till ${known.till}.`);
	return known;
}

export function openOne(book: Book, of: OfBasket): Basket {
	const basket = basketOf(book, of);
	if (basket.state === "settled") throw new LedgerRefusal("basket-settled", `Basket ${basket.id} was paid as sale ${basket.settled!.id}.`);
	return basket;
}

function goodsOf(book: Book, code: string, now: Moment): Goods & { article: Article } {
	if (looksLikeSignedCode(code))
		throw new LedgerRefusal("code-not-goods", "This is the code of a member, an order or a receipt, and no article.");
	refusePaymentCard(code);
	const goods = goodsIn(book, code, now);
	if (goods.isCoupon) throw new LedgerRefusal("code-not-goods", "This is a coupon, and no article.");
	const { article } = goods;
	if (!article || article.gone) throw new LedgerRefusal("article-unknown", `No article has the code ${code.slice(0, 64)}.`);
	return { ...goods, article };
}

/** The quantity: from the code, or from the till's request. Throws where both have one and they contradict each other. */
function lineOf(goods: Goods & { article: Article }, { quantity, milligrams }: AskedLine): Omit<BasketLine, "line"> {
	const { article, labelAmountMinor, gtin, lot, lastDay } = goods;
	const unclear = (why: string): never => {
		throw new LedgerRefusal("unit-unclear", `${article.name} ${why}`);
	};
	const from = { sku: article.sku, ...defined({ gtin, lot, lastDay }) };
	if (labelAmountMinor !== undefined || goods.milligrams !== undefined) {
		if (quantity !== undefined || milligrams !== undefined) unclear("carries its own weight or price: give neither quantity nor weight.");
		if (goods.milligrams !== undefined && !article.weighed) unclear("is sold by the piece, and this label gives a weight.");
		return { ...from, ...defined({ milligrams: goods.milligrams, labelAmountMinor }), ...(!article.weighed && { quantity: 1 }) };
	}
	if (!article.weighed) {
		if (milligrams !== undefined) unclear("is sold by the piece, not by weight.");
		if (goods.pieces !== undefined && quantity !== undefined) unclear("carries its own number of pieces: give no quantity.");
		const pieces = goods.pieces ?? quantity ?? 1;
		if (!Number.isInteger(pieces) || pieces < 1) unclear(`is sold by the piece; ${pieces} is no number of pieces.`);
		return { ...from, quantity: pieces };
	}
	if (milligrams !== undefined) return { ...from, milligrams };
	if (quantity === undefined) unclear("is sold by weight: scan its label, or give milligrams.");
	if (Number.isInteger(quantity)) unclear("is sold by weight: give milligrams, or kilograms with a decimal point.");
	const read = Math.round(quantity! * 1_000_000);
	if (read < 1) unclear(`weighs more than ${quantity} kg.`);
	return { ...from, milligrams: read };
}

/** Pieces of one article, lot and day are one line. Returns its number. */
function takeIn(basket: Basket, taken: Omit<BasketLine, "line">): number {
	const same = basket.lines.find(
		(each) =>
			each.sku === taken.sku &&
			isByPiece(each) &&
			isByPiece(taken as BasketLine) &&
			each.lot === taken.lot &&
			each.lastDay === taken.lastDay,
	);
	const pieces = (same?.quantity ?? 0) + (taken.quantity ?? 0);
	if (pieces > piecesMost) throw new LedgerRefusal("basket-full", `A line of a basket takes ${piecesMost} pieces at most.`);
	if (same) {
		same.quantity = pieces;
		return same.line;
	}
	if (basket.lines.length >= linesMost) throw new LedgerRefusal("basket-full", `A basket takes ${linesMost} lines at most.`);
	const line = basket.nextLine;
	basket.nextLine += 1;
	basket.lines.push({ line, ...taken });
	return line;
}
