/** A customer brings goods back: one act, one transaction. Each return has an id; the same again changes nothing. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { actorText } from "../../words/actor.ts";
import { defined } from "../../words/defined.ts";
import {
	type GoodsReturn,
	lengthOf,
	lineName,
	type QualityPlace,
	type ReturnCondition,
	readLineName,
	refundOf,
	type SoldLine,
} from "../../words/tills/return.ts";
import { type Moment, priceInstantOf } from "../../words/time.ts";
import { type AskedSlip, queueRefundSlip } from "../receipts/refund-slip.ts";
import { moved } from "../stock/stock.ts";
import { lineOfReceipt } from "./receipt.ts";
import { askForRight, isOwnSale, soldLineOf, usableRights } from "./rights.ts";

interface AskedGoods {
	id: string;
	/** Pieces, or milligrams of a weighed article: one of them. */
	quantity?: number;
	milligrams?: number;
	condition: ReturnCondition;
	reason?: string;
	till?: string;
	/** Paper for the customer; left out: none. */
	slip?: AskedSlip;
}

export interface AskedReturn extends AskedGoods {
	/** The line's name (words/tills/return.ts), or the code on its receipt with the line's number or article: one of them. */
	line?: string;
	receipt?: string;
	number?: number;
	sku?: string;
	/** Days after the sale within which goods are taken back. */
	days: number;
	/** The sale that is paid in the same act. */
	exchange?: string;
}

export type ReturnAnswer =
	| Taken
	/** Head office was asked for the right; this is kept, and nothing else was done. */
	| { asked: true; why: string };

export function returnGoods(book: Book, asked: AskedReturn, now: Moment): ReturnAnswer {
	const done = takeBack(book, asked, now);
	return "taken" in done ? withSlip(book, done, asked.slip, now) : done;
}

interface Taken {
	taken: GoodsReturn;
	duplicate: boolean;
	/** The print job of its slip, where one was asked for. */
	slip?: string;
}

/** A slip that is asked for with a repeated request is printed, too, unless it was before. */
function withSlip(book: Book, done: Taken, slip: AskedSlip | undefined, now: Moment): Taken {
	// The slip of an exchange is that of its sale.
	if (done.taken.exchange !== undefined && slip === undefined) return done;
	const job = queueRefundSlip(book, { id: done.taken.id, returns: [done.taken], slip }, now);
	return job === undefined ? done : { ...done, slip: job };
}

function takeBack(book: Book, asked: AskedReturn, now: Moment): ReturnAnswer {
	const { till, exchange } = asked;
	const { receipt, number, sku: article } = asked;
	const name = receipt === undefined ? asked.line! : lineOfReceipt(book, { receipt, ...defined({ number, sku: article }) }, now);
	const by = readLineName(name);
	if (!by) throw new LedgerRefusal("return-line-unreadable", `"${name.slice(0, 80)}" names no line.`);
	// One line has one name, however it was percent-encoded.
	const line = lineName(by);
	const text = JSON.stringify([line, ...measureOf(asked), till ?? null, exchange ?? null]);
	const known = takenBefore(book, asked.id, text);
	if (known) return { taken: known, duplicate: true };
	const sold = soldLineOf(book, line, by);
	if (!sold && isOwnSale(book, by)) throw new LedgerRefusal("return-line-unknown", `This store knows no line ${line}.`);
	const quantity = sold ? quantityOf(asked, isWeighed(book, sold.sku), sold.name ?? sold.sku) : (asked.quantity ?? asked.milligrams!);
	if (sold) checkTerms(sold, quantity, asked.days, now);
	const pieces = takePieces(book, line, quantity, now);
	if (!sold || !pieces) return askOrRefuse(book, { line, quantity, isOwn: isOwnSale(book, by), sold }, now);
	for (const { right, to } of pieces) book.returns.useUpTo(right, to);
	const { sku, currency } = sold;
	const unit = isWeighed(book, sku) ? ("milligram" as const) : ("piece" as const);
	const goods = { sku, quantity, unit, ...defined({ name: sold.name }) };
	const amount = { refundMinor: refundOf(sold, pieces), currency };
	const more = defined({ reason: asked.reason, till, exchange });
	const taken: GoodsReturn = {
		id: asked.id,
		at: now.wall,
		line,
		...goods,
		condition: asked.condition,
		...amount,
		...more,
		by: byOf(now),
		pieces,
	};
	return { taken: keep(book, taken, text, now), duplicate: false };
}

export interface AskedWithoutReceipt extends AskedGoods {
	sku: string;
}

/** Nothing shows what was paid: the customer gets the price that anybody pays for it today. */
export function returnWithoutReceipt(book: Book, asked: AskedWithoutReceipt, now: Moment): Taken {
	return withSlip(book, takeUnseen(book, asked, now), asked.slip, now);
}

function takeUnseen(book: Book, asked: AskedWithoutReceipt, now: Moment): Taken {
	const text = JSON.stringify([null, asked.sku, ...measureOf(asked), asked.till ?? null]);
	const known = takenBefore(book, asked.id, text);
	if (known) return { taken: known, duplicate: true };
	const article = book.articles.find(asked.sku);
	if (!article) throw new LedgerRefusal("article-unknown", `No article has SKU or GTIN ${asked.sku}.`);
	const { sku, name } = article;
	const weighed = article.weighed === true;
	const quantity = quantityOf(asked, weighed, name);
	const price = book.prices.chargedPrice(sku, priceInstantOf(now, book));
	if (!price) throw new LedgerRefusal("price-unknown", `${name} has no price, so nothing says what it is worth.`);
	const refundMinor = weighed
		? Number((BigInt(price.amountMinor) * BigInt(quantity)) / 1_000_000n)
		: (price.amountMinor + (article.depositMinor ?? 0)) * quantity;
	const goods = { sku, name, quantity, unit: weighed ? ("milligram" as const) : ("piece" as const), condition: asked.condition };
	const more = defined({ reason: asked.reason, till: asked.till });
	const taken = { id: asked.id, at: now.wall, ...goods, refundMinor, currency: price.currency, ...more, by: byOf(now), pieces: [] };
	return { taken: keep(book, taken, text, now), duplicate: false };
}

const byOf = ({ actor }: Moment): string => (actor ? actorText({ kind: actor.kind, name: actor.name }) : "the gateway");

const measureOf = ({ quantity, milligrams, condition, reason }: AskedGoods) => [
	quantity ?? null,
	milligrams ?? null,
	condition,
	reason ?? null,
];

function takenBefore(book: Book, id: string, text: string): GoodsReturn | undefined {
	const before = book.returns.asked(id);
	if (before === undefined) return undefined;
	if (before !== text) throw new LedgerRefusal("return-differs", `Return ${id} was taken with other contents.`);
	return book.returns.get(id);
}

const isWeighed = (book: Book, sku: string): boolean => book.articles.bySku(sku)?.weighed === true;

function quantityOf({ quantity, milligrams }: AskedGoods, weighed: boolean, name: string): number {
	const given = weighed ? milligrams : quantity;
	if (given === undefined)
		throw new LedgerRefusal("unit-unclear", `${name} is sold by ${weighed ? "weight: give milligrams" : "the piece: give a quantity"}.`);
	return given;
}

function checkTerms({ at, quantity: sold, name, sku }: SoldLine, quantity: number, days: number, now: Moment): void {
	if (quantity > sold)
		throw new LedgerRefusal("return-too-many", `${name ?? sku}: ${sold} were sold in this line, and ${quantity} come back.`);
	// A box that does not know the day refuses nobody for the day.
	if (now.quality === "guess") return;
	const until = new Date(Date.parse(at) + days * 86_400_000).toISOString();
	if (now.wall >= until) throw new LedgerRefusal("return-too-late", `${name ?? sku} was sold on ${at} and was taken back until ${until}.`);
}

/** The pieces to take, each with its right; undefined where this store has not the right to so many. */
function takePieces(book: Book, line: string, quantity: number, now: Moment): GoodsReturn["pieces"] | undefined {
	const pieces: GoodsReturn["pieces"] = [];
	let missing = quantity;
	for (const { right, from, to } of usableRights(book, line, now.wall, now.quality === "guess")) {
		const some = Math.min(missing, to - from);
		if (some > 0) pieces.push({ from, to: from + some, right });
		missing -= some;
	}
	return missing === 0 ? pieces : undefined;
}

interface Wanted {
	line: string;
	quantity: number;
	isOwn: boolean;
	sold: SoldLine | undefined;
}

function askOrRefuse(book: Book, { line, quantity, isOwn, sold }: Wanted, now: Moment): ReturnAnswer {
	const own = book.returns.right(line);
	// Rights that this store gave away may lie at head office, unused.
	const gaveAway = own !== undefined && sold !== undefined && own.to < sold.quantity;
	if (isOwn && !gaveAway) throw new LedgerRefusal("line-returned", `${sold!.name ?? sold!.sku}: ${leftOf(book, line, now)}`);
	const denied = book.returns.asks(line).at(-1);
	if (denied?.open === 0 && denied.denied !== null) {
		// Said once: whoever asks again asks head office again.
		book.returns.endAsk(denied.id, null);
		return { asked: true, why: denied.denied };
	}
	askForRight(book, line, quantity - lengthOf(usableRights(book, line, now.wall, now.quality === "guess")), now);
	return { asked: true, why: "return-asked" };
}

function leftOf(book: Book, line: string, now: Moment): string {
	const left = lengthOf(usableRights(book, line, now.wall, now.quality === "guess"));
	return left === 0 ? "all of it came back before." : `only ${left} of it did not come back before.`;
}

/** The movements, the pieces that are kept apart, and the fact. */
function keep(book: Book, taken: GoodsReturn, text: string, now: Moment): GoodsReturn {
	const { id, sku, quantity, condition, at, name: _name, unit: _unit, by: _by, ...rest } = taken;
	const back = (part: string) => ({ id: freeMovementId(book, part), sku, occurredAt: at, reference: id, origin: "store" as const });
	if (condition === "sellable" || condition === "expired")
		moved(book, { ...back(`return-${id}`), quantity, reason: "return" }, now, taken.till);
	if (condition === "expired") moved(book, { ...back(`return-${id}-waste`), quantity: -quantity, reason: "waste" }, now, taken.till);
	if (condition === "damaged" || condition === "opened") book.returns.addQuality(sku, quantity);
	book.returns.put(taken, text);
	book.events.append({ type: "return.recorded", return: id, sku, quantity, condition, ...rest }, now);
	return taken;
}

/** Another program may have used this id for a movement; the goods must count all the same. */
function freeMovementId(book: Book, wanted: string): string {
	let id = wanted;
	for (let n = 2; book.stock.movement(id); n += 1) id = `${wanted}~${n}`;
	return id;
}

export interface AskedQuality {
	id: string;
	sku: string;
	quantity: number;
	to: QualityPlace;
}

/** A person has looked at goods that were kept apart. */
export function settleQuality(
	book: Book,
	{ id, sku: asked, quantity, to }: AskedQuality,
	now: Moment,
): { sku: string; quality: number; duplicate: boolean } {
	const sku = book.articles.find(asked)?.sku ?? asked;
	const text = JSON.stringify([sku, quantity, to]);
	const known = book.returns.qualityAct(id);
	if (known !== undefined) {
		if (known !== text) throw new LedgerRefusal("return-differs", `Act ${id} was another one.`);
		return { sku, quality: book.returns.quality(sku), duplicate: true };
	}
	const apart = book.returns.quality(sku);
	if (quantity > apart) throw new LedgerRefusal("quality-short", `${apart} of ${sku} are kept apart, not ${quantity}.`);
	book.returns.addQuality(sku, -quantity);
	book.returns.putQualityAct(id, text);
	const back = { sku, occurredAt: now.wall, reference: id, origin: "store" as const };
	moved(book, { ...back, id: freeMovementId(book, `quality-${id}`), quantity, reason: "return" }, now);
	if (to === "waste") moved(book, { ...back, id: freeMovementId(book, `quality-${id}-waste`), quantity: -quantity, reason: "waste" }, now);
	book.events.append({ type: "quality.settled", act: id, sku, quantity, to }, now);
	return { sku, quality: apart - quantity, duplicate: false };
}
