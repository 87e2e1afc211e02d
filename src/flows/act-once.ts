/** Acts that people repeat until they are answered: each has an id that their device made, and takes effect once. */
import { type Book, LedgerRefusal } from "../ledger/ledger.ts";
import type { Moment } from "../words/time.ts";

/**
 * Does the act unless its id is known; returns whether it was known. Throws where the id is known with other contents. `what` is all that
 * was asked for. Without an id the act is done each time.
 */
export function actOnce(book: Book, { id, what }: { id?: string | undefined; what: unknown }, now: Moment, doIt: () => void): boolean {
	const asked = JSON.stringify(what);
	const before = id === undefined ? undefined : book.orders.act(id);
	if (before === asked) return true;
	if (before !== undefined) throw new LedgerRefusal("act-differs", `Act ${id} is recorded already with other contents.`);
	doIt();
	if (id !== undefined) book.orders.keepAct(id, asked, now.wall);
	return false;
}
