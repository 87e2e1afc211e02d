import canonicalize from "canonicalize";
import { describe, expect, it } from "vitest";
import { canonicalText, canonicalTexts } from "../../src/ledger/canonical.ts";
import { chainHash } from "../../src/ledger/tables/events.ts";
import { nextHash } from "../../src/words/basics/chain.ts";
import { dice } from "./shop-day.ts";

const roll = dice(2026);
const text = (): string =>
	Array.from({ length: Math.floor(roll() * 9) }, () =>
		String.fromCodePoint([0x41, 0x22, 0x5c, 0x0a, 0x1f, 0x7f, 0xe9, 0x20ac, 0x4e2d, 0x1f9c0, 0x2028][Math.floor(roll() * 11)]!),
	).join("");
function anything(depth: number): unknown {
	const kind = Math.floor(roll() * (depth > 0 ? 8 : 6));
	if (kind < 2) return text();
	if (kind === 2) return Math.floor(roll() * 2e9) - 1e9;
	if (kind === 3) return (roll() - 0.5) * 10 ** Math.floor(roll() * 40 - 20);
	if (kind === 4) return roll() < 0.5;
	if (kind === 5) return roll() < 0.5 ? null : -0;
	if (kind === 6) return Array.from({ length: Math.floor(roll() * 4) }, () => anything(depth - 1));
	return Object.fromEntries(Array.from({ length: Math.floor(roll() * 6) }, () => [text(), roll() < 0.1 ? undefined : anything(depth - 1)]));
}

describe("the text a fact's hash is made of", () => {
	it("is RFC 8785's, as head office makes it", () => {
		for (let n = 0; n < 3_000; n += 1) {
			const record = { id: `s-${n}`, at: text(), seq: n, body: anything(3) };
			expect(canonicalText(record)).toBe(canonicalize(record));
			expect(chainHash("ab".repeat(16), record)).toBe(nextHash("ab".repeat(16), canonicalize(record)!));
			const { text: whole, rest } = canonicalTexts(record, new Set(["id", "at"]));
			expect(whole).toBe(canonicalText(record));
			expect(rest).toBe(canonicalText({ seq: record.seq, body: record.body }));
		}
	});

	it("is not made of half a character, which JSON cannot say", () => {
		expect(() => canonicalText({ code: "\ud83e" })).toThrow(TypeError);
	});
});
