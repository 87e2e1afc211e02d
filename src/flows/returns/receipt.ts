/** The code of a receipt or of an order, as a customer brings it back: which lines it names. Checked without the line to head office. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { readPickupCode } from "../../words/codes/pickup-code.ts";
import { readReceiptCode, type SoldReceipt } from "../../words/codes/receipt-code.ts";
import { publicKeyObject } from "../../words/codes/signed-code.ts";
import { defined } from "../../words/defined.ts";
import { lengthOf, lineName, type SoldBy } from "../../words/tills/return.ts";
import type { Moment } from "../../words/time.ts";
import { isOwnSale, soldLineOf, usableRights } from "./rights.ts";

export interface NamedLine {
	/** The line's name, for `POST /api/v1/returns`. */
	line: string;
	/** The line's place on the receipt, from 1; left out for an order. */
	number?: number;
	sku?: string;
	name?: string;
	/** Pieces, or milligrams of a weighed article. */
	quantity?: number;
	/** Of these, what this store may take back without asking; left out where it knows nothing of the line. */
	left?: number;
}

export interface ReceiptLines {
	/** The store that sold; null: an online order. */
	store: string | null;
	till?: string;
	sale?: string;
	order?: string;
	at?: string;
	lines: NamedLine[];
}

/** The lines of a receipt or order whose code was scanned. */
export function readReceipt(book: Book, { code }: { code: string }, now: Moment): ReceiptLines {
	if (/^\s*GO1\./.test(code)) return linesOfOrder(book, code, now);
	const sold = checkedReceipt(book, code);
	const { store, till, sale, at } = sold;
	const lines = Array.from({ length: sold.lines }, (_, index) => lineOf(book, sold, index + 1, now));
	return { store, till, sale, at: new Date(at * 1_000).toISOString(), lines };
}

function lineOf(book: Book, { store, till, sale, goods }: SoldReceipt, number: number, now: Moment): NamedLine {
	const [sku, quantity] = goods?.[number - 1] ?? [];
	return { number, ...named(book, { store, till, sale, number }, { sku, quantity }, now) };
}

function named(
	book: Book,
	by: SoldBy,
	{ sku, quantity }: { sku: string | undefined; quantity: number | undefined },
	now: Moment,
): Omit<NamedLine, "number"> {
	const line = lineName(by);
	const known = soldLineOf(book, line, by);
	const isKnown = known !== undefined || isOwnSale(book, by);
	const left = isKnown ? lengthOf(usableRights(book, line, now.wall, now.quality === "guess")) : undefined;
	const of = known?.sku ?? sku;
	const name = known?.name ?? (of === undefined ? undefined : book.articles.bySku(of)?.name);
	return { line, ...defined({ sku: of, name, quantity: known?.quantity ?? quantity, left }) };
}

/** Also after the time for picking up: how long goods are taken back is another question. */
function linesOfOrder(book: Book, code: string, now: Moment): ReceiptLines {
	const order = checkedOrder(book, code);
	const known = book.orders.get(order);
	const skus = new Set(known?.lines.flatMap(({ sku, substitutes }) => [sku, ...substitutes.map((each) => each.sku)]) ?? []);
	const lines = [...skus].map((sku) => named(book, { order, sku }, { sku, quantity: undefined }, now));
	return { store: null, order, lines };
}

function checkedOrder(book: Book, code: string): string {
	const read = readPickupCode(code);
	if (!read) throw new LedgerRefusal("receipt-unreadable", "This is not the code of a receipt or an order, or it was not read as a whole.");
	if (!book.members.keys().some((key) => read.isSignedBy(publicKeyObject(key.public))))
		throw new LedgerRefusal("receipt-forged", "Head office did not sign this code.");
	return read.payload.order;
}

function checkedReceipt(book: Book, code: string): SoldReceipt {
	const read = readReceiptCode(code);
	if (!read) throw new LedgerRefusal("receipt-unreadable", "This is not the code of a receipt or an order, or it was not read as a whole.");
	const { store } = read.sold;
	const keys = book.receiptKeys.of(store);
	if (keys.length === 0) throw new LedgerRefusal("receipt-key-missing", `Head office has not sent the receipt key of store ${store}.`);
	if (!keys.some((key) => read.isSignedBy(publicKeyObject(key.public))))
		throw new LedgerRefusal("receipt-forged", `Store ${store} did not sign this code.`);
	return read.sold;
}

export interface AskedByReceipt {
	/** The scanned code of a receipt or an order. */
	receipt: string;
	/** One of the two: the line's place on the receipt, from 1, or its article. */
	number?: number;
	sku?: string;
}

/** The name of the line that comes back. */
export function lineOfReceipt(book: Book, { receipt, number, sku: asked }: AskedByReceipt, now: Moment): string {
	const sku = asked === undefined ? undefined : (book.articles.find(asked)?.sku ?? asked);
	if (/^\s*GO1\./.test(receipt)) {
		if (sku === undefined) throw new LedgerRefusal("receipt-line-unclear", "An order's lines have no numbers: give the article.");
		return lineName({ order: checkedOrder(book, receipt), sku });
	}
	const { lines } = readReceipt(book, { code: receipt }, now);
	const fitting = lines.filter((line) => (number === undefined ? line.sku === sku : line.number === number));
	if (fitting.length === 1) return fitting[0]!.line;
	if (fitting.length > 1)
		throw new LedgerRefusal("receipt-line-unclear", `Lines ${fitting.map((line) => line.number).join(", ")} are of this article.`);
	if (number === undefined && lines.some((line) => line.sku === undefined))
		throw new LedgerRefusal("receipt-line-unclear", "The code is too short to name its articles: give the number of the line.");
	throw new LedgerRefusal("return-line-unknown", `The receipt has ${lines.length} lines, and none is this one.`);
}
