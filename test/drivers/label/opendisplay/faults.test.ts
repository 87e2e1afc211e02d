import { describe, expect, it } from "vitest";
import { labelDay } from "./world.ts";

const seeds = 250;

describe("an OpenDisplay label among faults", () => {
	it("is shown only by its panel's own word, and ends in a true state", async () => {
		const wrong: string[] = [];
		const met = new Map<string, number>();
		let shown = 0;
		for (let seed = 1; seed <= seeds; seed += 1) {
			const day = await labelDay(seed);
			shown += day.shown;
			for (const [fault, times] of Object.entries(day.faults)) met.set(fault, (met.get(fault) ?? 0) + times);
			wrong.push(...day.wrong.map((sentence) => `seed ${seed}: ${sentence}`));
		}
		expect(wrong).toEqual([]);
		expect(shown).toBeGreaterThan(seeds);
		expect([...met].filter(([, times]) => times < 10)).toEqual([]);
	});

	it.each([
		["that all bytes came for the panel's word", "downloaded", "shown"],
		["a picture that is sent again for one that is shown", "unproved", "shown"],
	] as const)("finds out a gateway that takes %s", async (_, from, to) => {
		let found = 0;
		for (let seed = 1; seed <= 40; seed += 1) {
			const day = await labelDay(seed, (report) => (report.type === from ? { type: to, version: report.version } : report));
			if (day.wrong.length > 0) found += 1;
		}
		expect(found).toBeGreaterThan(0);
	});
});
