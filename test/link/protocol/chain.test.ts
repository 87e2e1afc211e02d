import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { chainHash } from "../../../src/ledger/tables/events.ts";
import { checkRecord } from "../../../src/link/protocol/records.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../src/words/basics/chain.ts";

const at = "2026-03-01T08:00:00.000Z";

describe("the chain of a stream", () => {
	it("is sha256 over the previous 16 bytes and the RFC 8785 text, first 16 bytes kept", () => {
		const record = { b: [1, 2.5, "é"], a: { z: null, y: true } };
		expect(canonicalText(record)).toBe('{"a":{"y":true,"z":null},"b":[1,2.5,"é"]}');
		const expected = createHash("sha256").update(Buffer.alloc(16)).update(canonicalText(record)).digest("hex").slice(0, 32);
		expect(nextHash(genesis, canonicalText(record))).toBe(expected);
	});

	it("is the same rule for texts of every length, in every alphabet", () => {
		for (const letter of ["a", "é", "中", "🧀"])
			for (const length of [0, 1, 100, 5_455, 5_456, 5_457, 16_368, 16_369, 40_000]) {
				const text = letter.repeat(length);
				const previous = nextHash(genesis, `${letter}${length}`);
				const expected = createHash("sha256").update(previous, "hex").update(text).digest("hex").slice(0, 32);
				expect([letter, length, nextHash(previous, text)]).toEqual([letter, length, expected]);
			}
	});

	it("does not depend on the order of fields, and depends on every record before", () => {
		const chain = (records: unknown[]): string => records.reduce<string>((hash, record) => nextHash(hash, canonicalText(record)), genesis);
		expect(chain([{ a: 1, b: 2 }, { c: 3 }])).toBe(chain([{ b: 2, a: 1 }, { c: 3 }]));
		expect(chain([{ a: 1, b: 2 }, { c: 3 }])).not.toBe(chain([{ a: 1, b: 3 }, { c: 3 }]));
		expect(chain([{ a: 1 }, { c: 3 }])).not.toBe(chain([{ c: 3 }, { a: 1 }]));
	});

	it("is the one the ledger writes", () => {
		const record = { id: "s1-1-ab-1", seq: 1, at, quality: "synced", type: "weight.settled", device: "scale", milligrams: 1_250_000 };
		expect(nextHash("ab".repeat(16), canonicalText(record))).toBe(chainHash("ab".repeat(16), record));
	});

	it("refuses what JSON cannot say", () => {
		for (const record of [undefined, { a: Number.NaN }, { a: "\ud800" }]) expect(() => canonicalText(record)).toThrow(TypeError);
	});
});

describe("a record at the door", () => {
	const price = { type: "price", price: { sku: "1", version: 1, kind: "regular", amountMinor: 199, currency: "EUR", from: at } };

	it("is known when its type and fields are, with a newer build's fields left in", () => {
		expect(checkRecord("catalog", price)).toEqual({ kind: "known", record: price });
		const newer = { ...price, colour: "red" };
		expect(checkRecord("catalog", newer)).toEqual({ kind: "known", record: newer });
	});

	it("is parked when a newer build knows its type", () => {
		expect(checkRecord("catalog", { type: "promotion-basket", n: 1 })).toEqual({ kind: "parked", type: "promotion-basket" });
	});

	it("is poison when a known type is broken, and says where", () => {
		for (const bad of [null, 7, "x", {}, { type: 5 }, { type: "price" }, { ...price, price: { ...price.price, amountMinor: 1.5 } }]) {
			expect(checkRecord("catalog", bad).kind).toBe("poison");
		}
		expect(checkRecord("catalog", { ...price, price: { ...price.price, amountMinor: 1.5 } })).toMatchObject({
			code: "bad-record",
			why: expect.stringContaining("amountMinor"),
		});
	});
});
