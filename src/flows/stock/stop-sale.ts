/** Head office stops the sale of an article or a lot, or lifts the stop. A repeated record changes nothing. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { StopSale } from "../../words/streams/stop-sale.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";
import { wantPicture } from "../labels/label-picture.ts";
import { wantPaper } from "../labels/paper-labels.ts";

export function stopSale(book: Book, stop: StopSale, now: Moment): void {
	const known = book.stopSales.get(stop.id);
	if (known) {
		if (known.gtin === stop.gtin && known.lot === stop.lot) return;
		throw new LedgerRefusal("recall-differs", `Recall ${stop.id} is known here with other contents.`);
	}
	book.stopSales.put(stop);
	const name = book.articles.find(stop.gtin)?.name ?? stop.gtin;
	raise(book, { code: "article-recalled", subject: stop.id, facts: { name, lot: stop.lot ?? "*", reason: stop.reason } }, now);
	redrawLabels(book, stop, now);
}

export function liftStop(book: Book, { id, at }: { id: string; at: string }, now: Moment): void {
	const stop = book.stopSales.get(id);
	if (!book.stopSales.end(id, at)) return;
	clear(book, "article-recalled", id, now);
	if (stop) redrawLabels(book, stop, now);
}

/** Labels of the article say what is not for sale, and stop saying it. One without a picture yet gets it with its first price. */
function redrawLabels(book: Book, { gtin }: StopSale, now: Moment): void {
	const article = book.articles.find(gtin);
	if (!article) return;
	for (const label of book.labels.rowsForSku(article.sku)) if (label.desired_version > 0) wantPicture(book, label, now);
	wantPaper(book, article.sku, now);
}
