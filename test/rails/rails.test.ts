import { describe, expect, it } from "vitest";
import { type Circumstances, type JudgedChange, judge, usualRails } from "../../src/rails/rails.ts";
import type { Rails } from "../../src/words/prices/rails.ts";

const rails: Rails = { ...usualRails, currencies: ["EUR"] };
const change = (amountMinor: number, more: Partial<JudgedChange> = {}): JudgedChange => ({
	kind: "regular",
	amountMinor,
	currency: "EUR",
	...more,
});
const codes = (asked: JudgedChange, more: Partial<Circumstances> = {}, by: Rails = rails): string[] =>
	judge(by, asked, { named: true, ...more }).map((held) => held.code);
const before = (amountMinor: number): Partial<Circumstances> => ({ before: { amountMinor, currency: "EUR" } });

describe("guard rails", () => {
	it("hold a foreign currency, a price of 0 and an article without a name (case P19)", () => {
		expect(codes(change(249, { currency: "USD" }))).toEqual(["currency"]);
		expect(codes(change(0))).toEqual(["amount-low"]);
		expect(codes(change(249), { named: false })).toEqual(["no-name"]);
		expect(codes(change(0, { currency: "USD" }), { named: false })).toEqual(["currency", "amount-low", "no-name"]);
	});

	it("hold a change only strictly above the limit", () => {
		expect(codes(change(200), before(100))).toEqual([]);
		expect(codes(change(201), before(100))).toEqual(["rise"]);
		expect(codes(change(30), before(100))).toEqual([]);
		expect(codes(change(29), before(100))).toEqual(["cut"]);
		expect(codes(change(1), before(119))).toEqual(["cut"]);
		// Thirds: no rounding may move the limit.
		expect(codes(change(1), before(3))).toEqual([]);
	});

	it("let a clearance go deeper, down to its own limit", () => {
		expect(codes(change(10, { kind: "clearance" }), before(100))).toEqual([]);
		expect(codes(change(9, { kind: "clearance" }), before(100))).toEqual(["cut"]);
		expect(codes(change(10, { kind: "promotion" }), before(100))).toEqual(["cut"]);
	});

	it("do not take the first price of an article for a change, but any price after 0 for a rise", () => {
		expect(codes(change(1_000_000))).toEqual([]);
		expect(codes(change(1), before(0))).toEqual(["rise"]);
	});

	it("hold what is above the share of an hour and what falls into quiet hours, also over midnight", () => {
		const strict: Rails = { ...rails, maxSharePerHourPercent: 10, quietHours: { from: "22:00", to: "06:00" }, maxAmountMinor: 500 };
		expect(codes(change(100), { changedInHourPercent: 10, wallClock: "06:00" }, strict)).toEqual([]);
		expect(codes(change(100), { changedInHourPercent: 10.1, wallClock: "21:59" }, strict)).toEqual(["share"]);
		for (const wallClock of ["22:00", "00:00", "05:59"]) expect(codes(change(100), { wallClock }, strict)).toEqual(["quiet-hours"]);
		expect(codes(change(501), {}, strict)).toEqual(["amount-high"]);
	});
});
