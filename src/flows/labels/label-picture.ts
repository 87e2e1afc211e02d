/**
 * The wanted picture of a label: the fields of its article, of the price that counts, and of recalls. A new picture is drawn only when it
 * would look different.
 */
import type { Book, LabelRow } from "../../ledger/ledger.ts";
import type { Article } from "../../words/article.ts";
import type { FaceFields } from "../../words/label.ts";
import { fieldsOf, recallOnLabel } from "../../words/prices/face-fields.ts";
import type { Price } from "../../words/prices/price.ts";
import { type Moment, priceInstantOf } from "../../words/time.ts";
import { failed, shown, wantNothing } from "./label-progress.ts";

/**
 * Sets the picture that the label should show now. Draws a new version only when something a customer sees is different. `isNewPrice`: a
 * price has just come into force, and HQ waits to hear that the label shows it, also when the picture stays as it is.
 */
export function wantPicture(book: Book, label: LabelRow, now: Moment, isNewPrice = false): void {
	if (label.sku === null) return;
	const article = book.articles.bySku(label.sku);
	const price = book.prices.winning(label.sku, priceInstantOf(now, book));
	if (!article || article.gone || !price) {
		// A label that failed for this reason already has its alarm; `failed` would not raise it a second time.
		if (label.trouble !== "label-without-price") wantNothing(book, label.id, now);
		failed(book, label, "label-without-price", now);
		return;
	}
	const better = book.prices.standing(label.sku, priceInstantOf(now, book)).slice(1);
	const fields = fieldsIn(book, article, price, better);
	const upTo = book.prices.upToVersion(label.sku);
	if (label.desired_version > 0 && label.desired_fields === JSON.stringify(fields)) {
		book.labels.takesIntoAccount(label.id, label.desired_version, price.version, upTo);
		if (label.confirmed_version === label.desired_version && (isNewPrice || (label.confirmed_up_to ?? 0) < upTo)) {
			book.labels.confirmedUpTo(label.id, upTo);
			shown(book, label, label.desired_version, now, true);
		}
		return;
	}
	book.labels.desire(label.id, label.desired_version + 1, now.wall, fields, price.version, upTo);
}

/** The fields that a label of the article should show now; undefined where the article has no price or is gone. */
export function fieldsNow(book: Book, sku: string, now: Moment): FaceFields | undefined {
	const article = book.articles.bySku(sku);
	const at = priceInstantOf(now, book);
	const price = book.prices.winning(sku, at);
	if (!article || article.gone || !price) return undefined;
	return fieldsIn(book, article, price, book.prices.standing(sku, at).slice(1));
}

const recheckedPerStep = 200;

/**
 * After a stop that was not clean: checks, a page of labels at a time, that each label's picture agrees with its article and price,
 * because a worn disk may have changed a row. One that does not is drawn again. Call again with the last answer until it is null.
 */
export function recheckLabels(book: Book, { after }: { after: string }, now: Moment): { after: string | null } {
	const page = book.labels.list({ after, limit: recheckedPerStep });
	for (const { id } of page) wantPicture(book, book.labels.row(id)!, now);
	return { after: page.length < recheckedPerStep ? null : page.at(-1)!.id };
}

/** The article's own barcodes only: a recall of another one's is none of this label. */
function fieldsIn(book: Book, article: Article, price: Price, better: readonly Price[]): FaceFields {
	const place = { locale: book.link.locale(), timeZone: book.link.timeZone(), recall: recallOnLabel(book.stopSales.of(article)) };
	return fieldsOf(article, price, better, place);
}
