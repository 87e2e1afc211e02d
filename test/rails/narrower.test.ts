import { describe, expect, it } from "vitest";
import { areNarrower } from "../../src/rails/narrower.ts";
import { judge } from "../../src/rails/rails.ts";
import { defined } from "../../src/words/defined.ts";
import type { Rails } from "../../src/words/prices/rails.ts";

const rails: Rails = {
	...{ currencies: ["EUR"], minAmountMinor: 10, maxAmountMinor: 1_000, maxRisePercent: 100, maxCutPercent: 50 },
	...{ clearance: { maxCutPercent: 90 }, maxSharePerHourPercent: 20, quietHours: { from: "08:00", to: "20:00" } },
};

describe("guard rails that hold whatever those before held", () => {
	it.each<[string, Partial<Rails>, boolean]>([
		["are the same", {}, true],
		["allow another currency", { currencies: ["EUR", "USD"] }, false],
		["allow every currency", { currencies: [] }, false],
		["have a lower floor", { minAmountMinor: 9 }, false],
		["have a higher floor", { minAmountMinor: 11 }, true],
		["have a higher ceiling", { maxAmountMinor: 1_001 }, false],
		["allow a larger rise", { maxRisePercent: 101 }, false],
		["allow a smaller rise", { maxRisePercent: 1 }, true],
		["allow a larger cut", { maxCutPercent: 51 }, false],
		["allow a larger cut in clearances", { clearance: { maxCutPercent: 91 } }, false],
		["allow in clearances what others may fall", { clearance: {} }, true],
		["allow a larger share", { maxSharePerHourPercent: 21 }, false],
		["are quiet in other hours", { quietHours: { from: "09:00", to: "20:00" } }, false],
	])("where they %s: %o", (_, change, isNarrower) => {
		expect(areNarrower({ ...rails, ...change }, rails)).toBe(isNarrower);
	});

	it.each(["minAmountMinor", "maxAmountMinor", "maxRisePercent", "maxCutPercent", "maxSharePerHourPercent", "quietHours"] as const)(
		"have %s where those before have it",
		(name) => {
			const { [name]: _, ...without } = rails;
			expect(areNarrower(without, rails)).toBe(false);
			expect(areNarrower(rails, without)).toBe(true);
		},
	);

	it("object to every price to which those before object", () => {
		const some = (seed: number, values: readonly (number | undefined)[]) => values[seed % values.length];
		const made = (n: number): Rails => ({
			currencies: [[], ["EUR"], ["EUR", "USD"]][n % 3]!,
			...defined({
				minAmountMinor: some(n >> 1, [undefined, 1, 50]),
				maxRisePercent: some(n >> 3, [undefined, 10, 100]),
				maxCutPercent: some(n >> 5, [undefined, 10, 70]),
				clearance: [undefined, {}, { maxCutPercent: 90 }, { maxCutPercent: 5 }][(n >> 6) % 4],
			}),
		});
		const prices = [1, 20, 49, 90, 110, 250].flatMap((amountMinor) =>
			(["regular", "clearance"] as const).flatMap((kind) => ["EUR", "USD"].map((currency) => ({ amountMinor, kind, currency }))),
		);
		const isHeld = (by: Rails, price: (typeof prices)[number]): boolean =>
			judge(by, price, { named: true, before: { amountMinor: 100, currency: "EUR" } }).length > 0;
		let narrower = 0;
		for (let a = 0; a < 512; a += 3)
			for (let b = 0; b < 512; b += 5) {
				const [after, before] = [made(a), made(b)];
				if (!areNarrower(after, before)) continue;
				narrower += 1;
				expect([after, before, prices.filter((price) => isHeld(before, price) && !isHeld(after, price))]).toEqual([after, before, []]);
			}
		expect(narrower).toBeGreaterThan(100);
	});
});
