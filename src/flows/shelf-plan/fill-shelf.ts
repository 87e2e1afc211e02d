/** Somebody brought goods from the back room to a shelf. Stock stays as it is: the pieces were in the store before. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { ShelfPosition } from "../../words/replenishment/shelf-plan.ts";
import { onShelfOf, reckonedFrom } from "../../words/replenishment/shelf-plan.ts";
import type { Moment } from "../../words/time.ts";
import { actOnce } from "../act-once.ts";

export interface FillShelf {
	/** The task that is done: the place, and the number of its filling. */
	fill: string;
	position: ShelfPosition;
	quantity: number;
	/** The act's id, where the caller may repeat it: then a task that somebody else has done is refused, whatever they brought. */
	id?: string;
}

export interface Filled {
	duplicate: boolean;
	quantity: number;
	onShelf: number;
}

export function fillShelf(book: Book, { id, ...asked }: FillShelf, now: Moment): Filled {
	const { fill, position, quantity } = asked;
	let filled: Filled | undefined;
	actOnce(book, { id, what: ["fill", fill, position.sku, quantity] }, now, () => {
		filled = fillOnce(book, asked, id !== undefined, now);
	});
	return filled ?? { duplicate: true, quantity, onShelf: book.shelfFills.get(fill)!.onShelf };
}

function fillOnce(book: Book, { fill, position, quantity }: Omit<FillShelf, "id">, isNewAct: boolean, now: Moment): Filled {
	const known = book.shelfFills.get(fill);
	if (known) {
		if (!isNewAct && known.quantity === quantity && known.sku === position.sku)
			return { duplicate: true, quantity, onShelf: known.onShelf };
		throw new LedgerRefusal("fill-differs", `Task ${fill} was done with ${known.quantity} of ${known.sku}.`);
	}
	const newest = book.shelfFills.newest(position.place);
	const n = (newest?.count ?? 0) + 1;
	if (fill !== `${position.place}.${n}`)
		throw new LedgerRefusal("task-unknown", `There is no task ${fill}; the next of this place is ${position.place}.${n}.`);
	const held = book.stock.onHand(position.sku);
	const inStore = held ? held.onHand - held.staged : 0;
	const goneSince = book.shelfFills.goneSince(position.sku, reckonedFrom(newest?.fill, now.wall, book.link.timeZone()));
	// More may stand there than was reckoned: the clerk sees the shelf.
	const onShelf = Math.min(position.capacity, onShelfOf({ position, filled: newest?.fill, goneSince, inStore }) + quantity);
	book.shelfFills.put({ fill, place: position.place, sku: position.sku, quantity, onShelf, at: now.wall }, n);
	book.events.append({ type: "shelf.filled", place: position.place, sku: position.sku, quantity, onShelf }, now);
	return { duplicate: false, quantity, onShelf };
}
