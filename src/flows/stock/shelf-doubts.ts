/** Changes of weighing shelves that may have been one thing or another; as the ledger keeps them. */
import type { Book } from "../../ledger/ledger.ts";
import type { ShelfDoubt } from "../../words/shelves/weighing-shelf.ts";

/** With more open ones on a shelf a count is quicker; the oldest can then no longer be answered by a choice. */
const mostOpen = 12;

export const doubtsOf = (book: Book, shelf: string): readonly ShelfDoubt[] => book.link.shelfDoubts()[shelf] ?? [];

function keep(book: Book, shelf: string, doubts: readonly ShelfDoubt[]): void {
	const { [shelf]: _, ...others } = book.link.shelfDoubts();
	book.link.set("shelfDoubts", JSON.stringify(doubts.length > 0 ? { ...others, [shelf]: doubts } : others));
}

export function addDoubt(book: Book, shelf: string, doubt: ShelfDoubt): void {
	const doubts = [...doubtsOf(book, shelf), doubt];
	keep(book, shelf, doubts.map((each, at) => (at < doubts.length - mostOpen ? { ...each, candidates: [] } : each)).slice(-2 * mostOpen));
}

export function dropDoubt(book: Book, shelf: string, change: number): void {
	keep(
		book,
		shelf,
		doubtsOf(book, shelf).filter((doubt) => doubt.change !== change),
	);
}

/** The articles were counted: nothing is in doubt any more that this alarm asked for. */
export function dropDoubts(book: Book, code: string, shelf: string): void {
	const doubts = doubtsOf(book, shelf);
	const left = doubts.filter((doubt) => doubt.code !== code);
	if (left.length !== doubts.length) keep(book, shelf, left);
}
