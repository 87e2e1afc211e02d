/** Movements of stock. Each has an id, and a repeated id changes nothing. On hand is the last count plus the movements after it. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import {
	type AskedMovement,
	countsFrom,
	isCountInFuture,
	isNear,
	isSameTime,
	type Movement,
	type OnHand,
	wrongSign,
} from "../../words/stock.ts";
import type { Instant, Moment } from "../../words/time.ts";
import { clear } from "../alarms.ts";
import { dropDoubts } from "./shelf-doubts.ts";

/** The id of a movement that a weighing shelf found: that of the next event, so it is counted once. */
export const shelfMovementId = (book: Book, shelf: string): string =>
	`shelf-${shelf}-${book.link.up("facts").epoch.slice(0, 6)}-${book.events.next()}`;

/** False when the id is known. */
export function moved(book: Book, movement: Movement, now: Moment, device?: string): boolean {
	const before = book.stock.onHand(movement.sku);
	if (!book.stock.move(movement)) return false;
	book.events.append({ type: "stock.moved", movement, ...defined({ device }) }, now);
	if (movement.reason === "sale" && movement.origin === "store") noteShortfall(book, movement, before, now);
	// A count ends the alarms that ask for one.
	if (movement.reason === "count") clearAlarmsOfCount(book, movement.sku, now);
	book.ring("stock");
	return true;
}

/** A sale of goods that were granted to HQ, whichever door reports it. */
function noteShortfall(book: Book, { id, sku, quantity, reference }: Movement, before: OnHand | undefined, now: Moment): void {
	if (!before || before.granted <= 0 || before.available >= -quantity) return;
	const short = -quantity - Math.max(0, before.available);
	book.events.append({ type: "stock.shortfall", sku, quantity: short, sale: reference ?? id }, now);
}

const waitForCount = ["shelf-unknown-change", "shelf-which-article", "shelf-offline-change", "stock-differs", "unit-changed"] as const;
/** The fact of an alarm about several articles: their SKUs, as JSON. It ends when each was counted since `at`. */
export const countedTogether = "skus";

function clearAlarmsOfCount(book: Book, sku: string, now: Moment): void {
	for (const { code, subject, facts } of book.alarms.list()) {
		if (!waitForCount.some((each) => each === code)) continue;
		if (facts["sku"] !== sku && !areCounted(book, facts, sku)) continue;
		clear(book, code, subject, now);
		dropDoubts(book, code, subject);
	}
}

function areCounted(book: Book, facts: Record<string, string | number>, sku: string): boolean {
	const together = facts[countedTogether];
	const skus = typeof together === "string" ? (JSON.parse(together) as string[]) : [];
	const since = Date.parse(String(facts["at"]));
	return skus.includes(sku) && skus.every((each) => Date.parse(book.stock.onHand(each)?.countedAt ?? "") >= since);
}

function checkSign({ reason, quantity }: AskedMovement): void {
	const why = wrongSign(reason, quantity);
	if (why !== undefined) throw new LedgerRefusal("movement-sign", why);
}

/** Not done while the clock is a guess. */
export function checkNotInFuture(movement: Pick<Movement, "reason" | "occurredAt">, now: Moment): void {
	if (now.quality === "guess" || !isCountInFuture(movement, now.wall)) return;
	const { occurredAt } = movement;
	throw new LedgerRefusal("count-in-future", `The count is dated ${occurredAt}, and it is ${now.wall} here. Give the time it was made at.`);
}

/** When a movement counts that a till or person dated. While the clock is a guess, theirs may be the right one. */
export const occurredBy = (movement: Pick<Movement, "reason" | "occurredAt">, now: Moment): Instant =>
	now.quality === "guess" ? movement.occurredAt : countsFrom(movement, now.wall);

export function recordMovement(
	book: Book,
	{ device, ...asked }: AskedMovement & { device?: string },
	now: Moment,
): { duplicate: boolean; movement: Movement; onHand: OnHand } {
	const article = book.articles.find(asked.sku);
	const known = book.stock.movement(asked.id);
	if (known) {
		const isSameArticle = known.sku === asked.sku || known.sku === article?.sku;
		const isSame = isSameArticle && known.quantity === asked.quantity && known.reason === asked.reason;
		const isThen = isNear(known.occurredAt, asked.occurredAt) || isSameTime(known, asked.occurredAt, now.wall);
		if (!isSame || known.reference !== asked.reference || !isThen)
			throw new LedgerRefusal("movement-differs", `Movement ${asked.id} is already recorded with other contents.`);
		return { duplicate: true, movement: known, onHand: book.stock.onHand(known.sku)! };
	}
	if (!article) throw new LedgerRefusal("article-unknown", `No article has SKU or GTIN ${asked.sku}.`);
	checkSign(asked);
	checkNotInFuture(asked, now);
	const movement: Movement = { ...asked, occurredAt: occurredBy(asked, now), sku: article.sku, origin: "store" };
	moved(book, movement, now, device);
	return { duplicate: false, movement, onHand: book.stock.onHand(article.sku)! };
}
