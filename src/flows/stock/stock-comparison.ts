/** The stock was compared with head office's: an alarm for each article that differs, until it is counted or equal again. */
import type { Book } from "../../ledger/ledger.ts";
import type { StockDifferences } from "../../words/streams/arrived.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";

const perArticle = "stock-differs";
const forTheRest = "stock-differs-widely";
/** Differences beyond so many share one alarm: after a box was swapped every article differs. */
const mostAlarms = 20;
const milligramsPerKilogram = 1_000_000;

export function recordStockComparison(book: Book, { differs, undecided }: StockDifferences, now: Moment): { raised: number } {
	const named = differs.slice(0, mostAlarms);
	for (const { sku, here, atHq } of named) {
		const article = book.articles.bySku(sku);
		const said = (quantity: number): string => (article?.weighed ? `${quantity / milligramsPerKilogram} kg` : String(quantity));
		raise(book, { code: perArticle, subject: sku, facts: { sku, name: article?.name ?? sku, here: said(here), there: said(atHq) } }, now);
	}
	const more = differs.length - named.length;
	if (more > 0) raise(book, { code: forTheRest, subject: "stock", facts: { count: differs.length } }, now);
	else if (undecided.length === 0) clear(book, forTheRest, "stock", now);
	const stays = new Set([...named.map(({ sku }) => sku), ...undecided]);
	for (const { code, subject } of book.alarms.list()) if (code === perArticle && !stays.has(subject)) clear(book, code, subject, now);
	return { raised: named.length };
}
