/**
 * The right to take a piece back lies at one place at a time: first at the store that sold the line (of an online order: at head office).
 * On request that store gives what is left of the line to head office, which lends it to the store that asks, until a time. So no piece
 * comes back twice, whatever is cut.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import { type PieceRange, type ReturnLease, readLineName, type SoldBy, type SoldLine } from "../../words/tills/return.ts";
import type { Instant, Moment } from "../../words/time.ts";

export const isOwnSale = (book: Book, by: SoldBy): by is Extract<SoldBy, { store: string }> =>
	"store" in by && by.store === book.link.identity().store;

/** A line that a till of this store sold; undefined where the ledger does not know the sale. */
function soldHere(book: Book, { till, sale, number }: Extract<SoldBy, { store: string }>): SoldLine | undefined {
	const fact = book.events.bySource(till, sale);
	if (fact?.type !== "sale.recorded") return undefined;
	const line = fact.lines[number - 1];
	if (!line || line.quantity < 1) return undefined;
	const { sku, quantity, amountMinor, paidMinor = amountMinor, name } = line;
	const currency = book.prices.winning(sku, fact.at)?.currency ?? null;
	return { sku, quantity, paidMinor, currency, at: fact.at, ...defined({ name }) };
}

/** The sold line with its pieces. For a sale of this store, the store's own right is kept with it, the first time. */
export function soldLineOf(book: Book, line: string, by: SoldBy): SoldLine | undefined {
	const known = book.returns.soldLine(line);
	if (known) return known;
	const sold = isOwnSale(book, by) ? soldHere(book, by) : undefined;
	if (!sold) return undefined;
	book.returns.putSold(line, sold);
	book.returns.putOwn(line, sold.quantity);
	return sold;
}

interface UsableRight extends PieceRange {
	right: string;
}

/** Pieces of the line that may be taken back here, at this instant. */
export function usableRights(book: Book, line: string, at: Instant, isGuess: boolean): UsableRight[] {
	return book.returns
		.rights(line)
		.filter(({ closed, expires, next, to }) => closed === 0 && next < to && (expires === null || isGuess || expires > at))
		.map(({ id, next, to }) => ({ right: id, from: next, to }));
}

/** Asks head office for the right. One request about a line is open at a time; the same one is sent again when somebody asks again. */
export function askForRight(book: Book, line: string, quantity: number, now: Moment): void {
	const asks = book.returns.asks(line);
	const open = asks.find((ask) => ask.open === 1);
	const ask = open?.id ?? `${book.link.identity().store}:${line}:${asks.length + 1}`;
	if (!open) book.returns.putAsk(ask, line);
	book.events.append({ type: "return.asked", ask, line, quantity }, now);
}

/** Head office lends the right. A lease to the box before this one is not taken, because this box does not know what was used of it. */
export function takeReturnLease(book: Book, lease: ReturnLease): void {
	if (lease.inc !== book.link.identity().inc) return;
	const known = book.returns.right(lease.id);
	if (known && (known.line !== lease.line || known.from !== lease.from))
		throw new LedgerRefusal("return-differs", `Lease ${lease.id} is known here with other contents.`);
	book.returns.putSold(lease.line, lease.sold);
	if (!known) book.returns.putLease(lease);
	book.returns.endAsk(lease.ask, null);
}

export function takeReturnDenial(book: Book, { ask, why }: { ask: string; why: string }): void {
	book.returns.endAsk(ask, why);
}

/** Head office wants to lend a line that was sold here to another store: gives what is left, from the end of the line. */
export function releaseReturn(book: Book, { ask, line, quantity }: { ask: string; line: string; quantity: number }, now: Moment): void {
	const by = readLineName(line);
	const sold = by && isOwnSale(book, by) ? soldLineOf(book, line, by) : undefined;
	const say = (from: number, to: number, why?: string): void =>
		void book.events.append({ type: "return.released", ask, line, from, to, ...defined({ sold, why }) }, now);
	if (!sold) return say(0, 0, "return-line-unknown");
	const own = book.returns.right(line);
	if (!own || own.next >= own.to) return say(0, 0, "line-returned");
	const from = Math.max(own.next, own.to - quantity);
	book.returns.giveFrom(line, from);
	say(from, own.to);
}

const atOnce = 50;

/** Gives back what is left of leases that are over. While the clock is a guess none is. */
export function closeReturnLeases(book: Book, _: object, now: Moment): { more: boolean } {
	if (now.quality === "guess") return { more: false };
	const due = book.returns.dueLeases(now.wall, atOnce);
	for (const { id, line, next } of due) {
		book.returns.close(id);
		book.events.append({ type: "return.lease-closed", lease: id, line, next }, now);
	}
	return { more: due.length === atOnce };
}
