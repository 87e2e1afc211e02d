/** Acts of people in the store on an order. Each is one transaction; a repeated id changes nothing. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { Article } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import type { OrderAct } from "../../words/orders/machine.ts";
import { type Order, openOf } from "../../words/orders/order.ts";
import type { StopSale } from "../../words/streams/stop-sale.ts";
import { type Moment, priceInstantOf } from "../../words/time.ts";
import { actOnce } from "../act-once.ts";
import { type Goods, goodsIn } from "../scan-to-hq.ts";
import { nameOf, orderOf, takeStep } from "./order-step.ts";

export interface DoneAct {
	order: Order;
	/** True where the act was recorded before under this id. */
	duplicate: boolean;
}

/** Accepting, refusing, saying that a line is short, making ready. */
export function actOnOrder(
	book: Book,
	{ order, id, act }: { order: string; id?: string; act: Extract<OrderAct, { act: "accept" | "refuse" | "short" | "ready" }> },
	now: Moment,
): DoneAct {
	return once(book, { order, id, what: act }, now, (known) =>
		takeStep(book, known, act.act === "short" ? { ...act, sku: book.articles.find(act.sku)?.sku ?? act.sku } : act, now),
	);
}

export interface ScannedPiece {
	order: string;
	id?: string;
	/** The code in the form a scanner reads: GTIN, SKU, GS1 elements, or the label of a weighed piece. */
	code: string;
	quantity?: number;
	milligrams?: number;
}

/** `instead`: the article on the order that this one stands in for. `agreed`: the customer was asked. */
export function pickForOrder(book: Book, asked: ScannedPiece & { instead?: string; agreed?: boolean }, now: Moment): DoneAct {
	const { order, id, instead, agreed, ...piece } = asked;
	return once(book, { order, id, what: { act: "pick", instead, agreed, ...piece } }, now, (known) => {
		const { article, quantity, stop } = pieceOf(book, piece, now);
		refuseStopped(stop, nameOf(book, article.sku));
		const replaced = instead === undefined ? undefined : (book.articles.find(instead)?.sku ?? instead);
		if (replaced !== undefined && replaced !== article.sku) checkSubstitute(book, known, { article, replaced, agreed }, now);
		const act = defined({ act: "pick" as const, sku: article.sku, quantity, instead: replaced === article.sku ? undefined : replaced });
		return takeStep(book, known, act, now);
	});
}

export function shelveForOrder(book: Book, { order, id, ...piece }: ScannedPiece, now: Moment): DoneAct {
	return once(book, { order, id, what: { act: "shelve", ...piece } }, now, (known) => {
		const { article } = knownGoods(book, piece.code, now);
		const staged = known.staged.find(({ sku }) => sku === article.sku)?.quantity;
		// A weighed piece is put back with the weight it was picked with.
		const whole = article.weighed && piece.milligrams === undefined ? staged : undefined;
		const quantity = whole ?? pieceOf(book, piece, now).quantity;
		return takeStep(book, known, { act: "shelve", sku: article.sku, quantity }, now);
	});
}

/** Does the act unless its id is known. Throws where the id is known with other contents. */
export function once(
	book: Book,
	{ order, id, what }: { order: string; id?: string | undefined; what: object },
	now: Moment,
	doIt: (order: Order) => Order,
): DoneAct {
	let after = orderOf(book, order);
	const duplicate = actOnce(book, { id, what: [order, what] }, now, () => {
		after = doIt(after);
	});
	return { order: after, duplicate };
}

/** Goods under a recall may not be picked, and no order that contains them may be handed over. */
export function refuseStopped(stop: StopSale | undefined, name: string): void {
	if (stop) throw new LedgerRefusal("article-recalled", `${name} is recalled (${stop.id}): ${stop.reason}.`);
}

function knownGoods(book: Book, code: string, now: Moment): Goods & { article: Article } {
	const goods = goodsIn(book, code, now);
	const { article } = goods;
	if (!article) throw new LedgerRefusal("article-unknown", `No article of this store has the code ${code}.`);
	return { ...goods, article };
}

interface Piece {
	article: Article;
	quantity: number;
	/** The recall that forbids to pick this article. */
	stop: StopSale | undefined;
}

/** The article of the code and its quantity: pieces, or milligrams where it is weighed. */
function pieceOf(book: Book, asked: Omit<ScannedPiece, "order" | "id">, now: Moment): Piece {
	const { article, stop, milligrams, pieces } = knownGoods(book, asked.code, now);
	if (!article.weighed) {
		if (asked.milligrams === undefined) return { article, stop, quantity: asked.quantity ?? pieces ?? 1 };
		throw new LedgerRefusal("unit-unclear", `${nameOf(book, article.sku)} is sold by the piece: give a quantity, not milligrams.`);
	}
	const weight = asked.milligrams ?? milligrams;
	if (asked.quantity !== undefined || weight === undefined || weight <= 0)
		throw new LedgerRefusal("unit-unclear", `${nameOf(book, article.sku)} is sold by weight: scan its label, or give milligrams.`);
	return { article, stop, quantity: weight };
}

/** A substitute costs the same or less, in the same unit. Where the order says `ask`, the customer must have agreed. */
function checkSubstitute(
	book: Book,
	order: Order,
	{ article, replaced, agreed }: { article: Article; replaced: string; agreed: boolean | undefined },
	now: Moment,
): void {
	const line = order.lines.find(({ sku }) => sku === replaced);
	if (!line || openOf(line) === 0) return;
	const names = `${nameOf(book, article.sku)} instead of ${nameOf(book, replaced)}`;
	if (line.substitution === "ask" && !agreed)
		throw new LedgerRefusal("substitute-ask", `The customer wants to be asked first about ${names}. Say "agreed" once they said yes.`);
	if ((line.weighed ?? false) !== (article.weighed ?? false))
		throw new LedgerRefusal("substitute-unfit", `${names}: one is sold by weight, the other by the piece.`);
	const at = priceInstantOf(now, book);
	const [its, theirs] = [book.prices.chargedPrice(article.sku, at), book.prices.chargedPrice(replaced, at)];
	if (!its || !theirs || its.currency !== theirs.currency || its.amountMinor > theirs.amountMinor)
		throw new LedgerRefusal("substitute-unfit", `${names}: a substitute costs the same or less.`);
}
