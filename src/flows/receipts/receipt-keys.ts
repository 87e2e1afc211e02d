/**
 * The key that signs this store's receipts, and those of other stores. The store makes its own; its public half goes to head office as a
 * fact, and from there to other stores, which check receipts by it without their line.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { makeReceiptCode, type ReceiptKey } from "../../words/codes/receipt-code.ts";
import { privateKeyObject, publicKeyObject } from "../../words/codes/signed-code.ts";
import type { SaleLine } from "../../words/receipt.ts";
import type { Moment } from "../../words/time.ts";

/** Keeps a key that was just made, unless this ledger has one. */
export function keepReceiptKey(book: Book, made: { kid: string; public: string; private: string }, now: Moment): void {
	if (book.receiptKeys.own()) return;
	const { kid, public: publicText, private: secret } = made;
	book.receiptKeys.put(book.link.identity().store, { kid, public: publicText, since: now.wall }, secret);
	book.events.append({ type: "receipt-key.made", kid, public: publicText }, now);
}

/** A key from head office. A repeated record changes nothing. */
export function takeReceiptKey(book: Book, { store, key }: { store: string; key: ReceiptKey }): void {
	const known = book.receiptKeys.of(store).find(({ kid }) => kid === key.kid);
	if (known && known.public !== key.public)
		throw new LedgerRefusal("receipt-key-differs", `Receipt key ${key.kid} of store ${store} is known here with another content.`);
	if (known) return;
	publicKeyObject(key.public);
	book.receiptKeys.put(store, key);
}

const objects = new Map<string, ReturnType<typeof privateKeyObject>>();

/** The code at the end of a receipt; undefined while the store has no key. */
export function receiptCodeOf(
	book: Book,
	{ id, till, at }: { id: string; till: string; at: string },
	lines: readonly SaleLine[],
): string | undefined {
	const own = book.receiptKeys.own();
	if (!own || lines.length === 0) return undefined;
	const key = objects.get(own.public) ?? objects.set(own.public, privateKeyObject(own.public, own.private)).get(own.public)!;
	const goods = lines.map(({ sku, quantity }): [string, number] => [sku, quantity]);
	const { store } = book.link.identity();
	return makeReceiptCode({ store, till, sale: id, at: Math.floor(Date.parse(at) / 1_000), lines: lines.length, goods }, key);
}
