import { createHash } from "node:crypto";
import type { Article } from "../../words/article.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import type { Price } from "../../words/prices/price.ts";
import type { StockRow } from "./messages.ts";

/**
 * Anti-entropy of catalog and stock (LINK rule 6). 256 buckets by the first byte of sha256(SKU); a bucket's sum is the sum of 64-bit hashes
 * of its rows, so it does not depend on their order. A row is an article, or a price that lasts (words/prices/live-prices.ts).
 */
const bucketCount = 256;

export type BucketSums = BigUint64Array;

export const openSums = (): BucketSums => new BigUint64Array(bucketCount);

export function bucketOf(sku: string): string {
	return createHash("sha256").update(sku).digest("hex").slice(0, 2);
}

/** Only the members that a store's price row has: further members of a newer build must not make the two ends differ for ever. */
function priceRow(price: Price): object {
	const { sku, version, kind, amountMinor, currency, from, until, unitPrice, priorAmountMinor, push } = price;
	const { tier, fromQuantity, multiBuy, onlineAmountMinor } = price;
	return {
		sku,
		version,
		kind,
		amountMinor,
		currency,
		from,
		...defined({ until }),
		...(unitPrice && { unitPrice: { amountMinor: unitPrice.amountMinor, per: unitPrice.per } }),
		...defined({ priorAmountMinor, push, tier, fromQuantity }),
		...(multiBuy && { multiBuy: { quantity: multiBuy.quantity, amountMinor: multiBuy.amountMinor } }),
		...defined({ onlineAmountMinor }),
	};
}

/** Adds one article and its live prices. The array wraps around at 2^64 by itself. */
export function addToSums(sums: BucketSums, sku: string, article: Article | undefined, prices: readonly Price[]): void {
	const index = Number.parseInt(bucketOf(sku), 16);
	const add = (row: object): void => {
		sums[index]! += createHash("sha256").update(canonicalText(row)).digest().readBigUInt64BE(0);
	};
	if (article) add({ article });
	for (const price of prices) add({ price: priceRow(price) });
}

/** Adds the stock of one article. What was never moved nor counted adds nothing, whether or not there is a row of it. */
export function addStockToSums(sums: BucketSums, [sku, onHand, countedAt]: StockRow): void {
	if (onHand === 0 && countedAt === null) return;
	const row = canonicalText({ stock: [sku, onHand, countedAt] });
	sums[Number.parseInt(bucketOf(sku), 16)]! += createHash("sha256").update(row).digest().readBigUInt64BE(0);
}

export function textsOfSums(sums: BucketSums): string[] {
	return Array.from(sums, (sum, index) => `${index.toString(16).padStart(2, "0")}:${sum.toString(16).padStart(16, "0")}`);
}

/** Names of buckets whose sums differ; one that is left out counts as empty. */
export function differing(sums: BucketSums, theirs: readonly string[]): string[] {
	const other = openSums();
	for (const text of theirs) other[Number.parseInt(text.slice(0, 2), 16)] = BigInt(`0x${text.slice(3)}`);
	return Array.from(sums.keys())
		.filter((index) => sums[index] !== other[index])
		.map((index) => index.toString(16).padStart(2, "0"));
}

/** The numbers of the buckets that differ, where the sums of both ends came as texts. */
export function differingTexts(ours: readonly string[], theirs: readonly string[]): string[] {
	const sums = openSums();
	for (const text of ours) sums[Number.parseInt(text.slice(0, 2), 16)] = BigInt(`0x${text.slice(3)}`);
	return differing(sums, theirs);
}
