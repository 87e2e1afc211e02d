/**
 * The code at the end of a receipt: `GR1.…`, signed by the store that sold. It names the sale, and its articles as far as a code that a
 * scanner reads holds them, so that any store of the chain finds the line that comes back.
 */
import type { KeyObject } from "node:crypto";
import type { Instant } from "../time.ts";
import { isSeconds, makeSignedCode, readSignedCode } from "./signed-code.ts";

/** Signs a store's receipts. Made by the store; its public half goes to head office and from there to other stores. */
export interface ReceiptKey {
	kid: string;
	/** Ed25519, base64url of the 32 bytes. */
	public: string;
	since: Instant;
}

export interface SoldReceipt {
	store: string;
	till: string;
	sale: string;
	/** Seconds since 1970. */
	at: number;
	/** How many lines the sale has. */
	lines: number;
	/** SKU and quantity (pieces, or milligrams of a weighed article) of each line; left out where they do not fit into the code. */
	goods?: [sku: string, quantity: number][];
}

/** Longer codes are drawn with dots that a scanner no longer tells apart on a slip of 58 mm. */
const longestOnPaper = 420;
export const longestReceiptCode = 1_200;

export function makeReceiptCode(sold: SoldReceipt, key: KeyObject): string {
	const whole = makeSignedCode("GR1", packed(sold), key);
	if (whole.length <= longestOnPaper) return whole;
	const { goods: _, ...rest } = sold;
	return makeSignedCode("GR1", packed(rest), key);
}

const packed = ({ store, till, sale, at, lines, goods }: SoldReceipt): unknown => [
	...[store, till, sale, at, lines],
	...(goods ? [goods.flat()] : []),
];

/** Undefined for a text of another form. Nothing in the answer may be trusted before its signature is checked. */
export function readReceiptCode(text: string): { sold: SoldReceipt; isSignedBy(key: KeyObject): boolean } | undefined {
	const read = readSignedCode("GR1", text.trim(), longestReceiptCode);
	if (!read || !Array.isArray(read.payload) || read.payload.length > 6) return undefined;
	const [store, till, sale, at, lines, goods] = read.payload as unknown[];
	if (!isName(store) || !isName(till) || !isName(sale) || !isSeconds(at)) return undefined;
	if (!Number.isSafeInteger(lines) || (lines as number) < 1 || (lines as number) > 9_999) return undefined;
	const unpacked = goods === undefined ? undefined : goodsOf(goods, lines as number);
	if (goods !== undefined && !unpacked) return undefined;
	const sold = { store, till, sale, at, lines: lines as number };
	return { sold: unpacked ? { ...sold, goods: unpacked } : sold, isSignedBy: read.isSignedBy };
}

const isName = (value: unknown): value is string => typeof value === "string" && /^[^\0-\x1f\x7f]{1,128}$/.test(value);

function goodsOf(flat: unknown, lines: number): [string, number][] | undefined {
	if (!Array.isArray(flat) || flat.length !== 2 * lines) return undefined;
	const pairs: [string, number][] = [];
	for (let i = 0; i < flat.length; i += 2) {
		if (!isName(flat[i]) || !Number.isSafeInteger(flat[i + 1])) return undefined;
		pairs.push([flat[i], flat[i + 1]]);
	}
	return pairs;
}
