/**
 * Head office changed how an article is sold: by the piece or by weight. The number on hand is in the old unit and is not converted: until
 * somebody counts, the stock says its old unit, and nothing of it is granted.
 */
import type { Book } from "../../ledger/ledger.ts";
import type { Article } from "../../words/article.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";

const unitOf = ({ weighed }: Pick<Article, "weighed">): "kg" | "piece" => (weighed ? "kg" : "piece");

export function noteUnitChange(book: Book, before: Article | undefined, after: Article, now: Moment): void {
	if (!before || before.gone || after.gone || unitOf(before) === unitOf(after)) return;
	const { sku, name } = after;
	const waiting = book.alarms.get(`unit-changed:${sku}`);
	// The unit came back before anybody counted: the number is right again.
	if (waiting?.clearedAt === null && waiting.facts["from"] === unitOf(after)) return clear(book, "unit-changed", sku, now);
	// Nothing was ever booked: there is no number to misread.
	if (waiting?.clearedAt === null || !book.stock.onHand(sku)?.lastMovementAt) return;
	raise(book, { code: "unit-changed", subject: sku, facts: { sku, name, from: unitOf(before), to: unitOf(after) } }, now);
}
