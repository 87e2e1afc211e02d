import { describe, expect, it } from "vitest";
import { judge, shareOf } from "../../bench/shelves/judge.ts";
import { measurePicks, measureQuiet, untouchedShelves } from "../../bench/shelves/measure.ts";
import { noiseLevels } from "../../bench/shelves/plate-model.ts";

/** A part of `npm run bench -- shelves`: the same physical model, other seeds, fewer interactions. */
describe("the shelf engine on a plate that is simulated as physics", () => {
	it.each([
		["low", 0.98],
		["middle", 0.98],
		["high", 0.8],
	] as const)("at %s noise finds what people take and put back, and never names a wrong count with confidence", (name, leastF1) => {
		const judged = judge(measurePicks({ level: noiseLevels[name], visits: 1_350, visitsPerPlate: 150, seed: 77 }));
		expect(judged.invented).toBe(0);
		expect(judged.f1.value).toBeGreaterThanOrEqual(leastF1);
	});

	it.each(Object.values(noiseLevels))("at $name noise moves no stock in an hour without a hand", (level) => {
		for (const [at, [name, shelf]] of untouchedShelves.entries())
			expect([name, measureQuiet(level, shelf, 1, 50 + at)]).toEqual([name, []]);
	});

	it("is judged by a judge that notices: an engine that misses or invents", () => {
		const right = { truth: -1, found: -1, invented: 0, asked: 0 };
		expect(judge([right, right]).f1.value).toBe(1);
		expect(judge([right, { ...right, found: 0 }])).toMatchObject({ recall: { value: 0.5 }, precision: { value: 1 } });
		expect(judge([right, { truth: 0, found: -1, invented: 1, asked: 0 }])).toMatchObject({ precision: { value: 0.5 }, invented: 1 });
		expect(shareOf(98, 100).low).toBeCloseTo(0.93, 2);
	});
});
