/** An article's stock in other stores: head office is asked, and its last answer is kept with its age. */
import type { Book } from "../../ledger/ledger.ts";
import type { StockElsewhere } from "../../words/streams/stock-elsewhere.ts";
import type { Moment } from "../../words/time.ts";

/** An answer that is younger than this is not asked for again. */
const freshMs = 60_000;

/** False: head office was asked, or answered, within the last minute. */
export function askElsewhere(book: Book, { sku }: { sku: string }, now: Moment): { asked: boolean } {
	const kept = book.elsewhere.get(sku);
	const last = Math.max(...[kept?.asked, kept?.figures?.at].map((at) => (at ? Date.parse(at) : 0)));
	const age = Date.parse(now.wall) - last;
	// A clock that was set back must not silence the question.
	if (age >= 0 && age < freshMs) return { asked: false };
	book.elsewhere.ask(sku, now.wall);
	book.events.append({ type: "stock.asked", sku }, now);
	return { asked: true };
}

export function takeElsewhere(book: Book, figures: StockElsewhere): void {
	book.elsewhere.put(figures);
}
