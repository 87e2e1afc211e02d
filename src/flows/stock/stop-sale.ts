/** Head office stops the sale of an article or a lot, or lifts the stop. A repeated record changes nothing. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { StopSale } from "../../words/streams/stop-sale.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";

export function stopSale(book: Book, stop: StopSale, now: Moment): void {
	const known = book.stopSales.get(stop.id);
	if (known) {
		if (known.gtin === stop.gtin && known.lot === stop.lot) return;
		throw new LedgerRefusal("recall-differs", `Recall ${stop.id} is known here with other contents.`);
	}
	book.stopSales.put(stop);
	const name = book.articles.find(stop.gtin)?.name ?? stop.gtin;
	raise(book, { code: "article-recalled", subject: stop.id, facts: { name, lot: stop.lot ?? "*", reason: stop.reason } }, now);
}

export function liftStop(book: Book, { id, at }: { id: string; at: string }, now: Moment): void {
	if (book.stopSales.end(id, at)) clear(book, "article-recalled", id, now);
}
