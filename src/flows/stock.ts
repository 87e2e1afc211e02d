/** Movements: each with an id of its own, so that whatever is sent twice counts once. On hand is the last count plus what came after it. */
import { type Book, LedgerRefusal } from "../ledger/ledger.ts";
import type { Movement, MovementReason, OnHand } from "../words/stock.ts";
import type { Moment } from "../words/time.ts";

/** False when the id is known. */
export function moved(book: Book, movement: Movement, now: Moment, device?: string): boolean {
	if (!book.stock.move(movement)) return false;
	book.events.append({ type: "stock.moved", movement, ...(device !== undefined && { device }) }, now);
	book.ring("stock");
	return true;
}

export interface AskedMovement {
	id: string;
	sku: string;
	quantity: number;
	reason: MovementReason;
	occurredAt: string;
	reference?: string;
	device?: string;
}

export function recordMovement(
	book: Book,
	{ device, ...asked }: AskedMovement,
	now: Moment,
): { duplicate: boolean; movement: Movement; onHand: OnHand } {
	const known = book.stock.movement(asked.id);
	if (known) {
		if (known.sku !== asked.sku || known.quantity !== asked.quantity || known.reason !== asked.reason)
			throw new LedgerRefusal("movement-differs", `Movement ${asked.id} is already recorded with other contents.`);
		return { duplicate: true, movement: known, onHand: book.stock.onHand(known.sku)! };
	}
	const article = book.articles.find(asked.sku);
	if (!article) throw new LedgerRefusal("article-unknown", `No article has SKU or GTIN ${asked.sku}.`);
	const movement: Movement = { ...asked, sku: article.sku, origin: "store" };
	moved(book, movement, now, device);
	return { duplicate: false, movement, onHand: book.stock.onHand(article.sku)! };
}
