import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openCatalogReader } from "../../../src/hq/catalog/catalog-state.ts";
import { bucketOf } from "../../../src/link/protocol/buckets.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import type { Price } from "../../../src/words/prices/price.ts";
import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";

const at = "2026-01-01T00:00:00.000Z";
const price = (version: number, more: Partial<Price> = {}): Price => ({
	...{ sku: "tea", version, kind: "regular" as const, amountMinor: 129, currency: "EUR", from: at },
	...more,
});
const article = { sku: "tea", name: "Tea", version: 1 };
const records: CatalogRecord[] = [
	{ type: "article", article },
	{ type: "price", price: price(2, { multiBuy: { quantity: 2, amountMinor: 200 }, onlineAmountMinor: 119 }) },
	{ type: "conditional-price", price: price(3, { kind: "member", tier: "gold", amountMinor: 99 }) },
	{ type: "conditional-price", price: price(4, { fromQuantity: 3, amountMinor: 90 }) },
];
const epoch = "00000000000000e1";
const position = { epoch, position: records.length, hash: "f".repeat(32) };

/** The bucket's sum of these rows, as the first builds made it: 64 bits of each row's hash, added. */
function sumOf(rows: readonly object[]): string {
	const hashes = rows.map((row) => createHash("sha256").update(canonicalText(row)).digest().readBigUInt64BE(0));
	const sum = hashes.reduce((so, hash) => BigInt.asUintN(64, so + hash), 0n);
	return `${bucketOf("tea")}:${sum.toString(16).padStart(16, "0")}`;
}

describe("a catalog with prices for members and several pieces", () => {
	const reader = openCatalogReader(
		{
			positionAt: async () => ({ epoch, last: records.length, hash: position.hash }),
			records: async (_store, after) => records.slice(after).map((record, i) => ({ seq: after + i + 1, record })),
		},
		() => at,
	);

	it("equals what a store of an older build keeps of it, which asks without `shapes`: nothing is mended again and again", async () => {
		const kept = sumOf([{ article }, { price: price(2) }]);
		expect(await reader.sums("s1", position, at, true)).toContain(kept);
		expect(await reader.sums("s1", position, at)).not.toContain(kept);
	});

	it("differs for a store that knows them and has lost one", async () => {
		const prices = records.flatMap((record) => ("price" in record ? [{ price: record.price }] : []));
		expect(await reader.sums("s1", position, at)).toContain(sumOf([{ article }, ...prices]));
		expect(await reader.sums("s1", position, at)).not.toContain(sumOf([{ article }, ...prices.slice(0, -1)]));
	});
});
