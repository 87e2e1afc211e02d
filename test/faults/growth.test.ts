import { describe, expect, it } from "vitest";
import { daysLeft } from "../../src/daemon/watch/growth.ts";
import { type GrowthSample, keepSamples, rungOf } from "../../src/ledger/space/pressure.ts";

const minute = 60_000;
const hour = 60 * minute;

describe("the days a store has left without head office", () => {
	it("are what is left, by what a day has been writing", () => {
		const samples = [
			{ atMs: 0, writtenBytes: 5_000_000 },
			{ atMs: 48 * hour, writtenBytes: 25_000_000 },
		];
		expect(daysLeft(samples, 100_000_000)).toBe(10);
		expect(daysLeft(samples, 0)).toBe(0);
	});

	it("are not guessed from a few minutes, or from a store where nothing happens", () => {
		expect(daysLeft([], 1e9)).toBeNull();
		expect(
			daysLeft(
				[
					{ atMs: 0, writtenBytes: 1 },
					{ atMs: 5 * minute, writtenBytes: 9e6 },
				],
				1e9,
			),
		).toBeNull();
		expect(
			daysLeft(
				[
					{ atMs: 0, writtenBytes: 7 },
					{ atMs: 24 * hour, writtenBytes: 7 },
				],
				1e9,
			),
		).toBeNull();
	});

	it("are measured over a week in a few hundred numbers", () => {
		let samples: GrowthSample[] = [];
		for (let n = 0; n <= 2_000; n += 1) samples = keepSamples(samples, { atMs: n * 10 * minute, writtenBytes: n * 1_000 });
		expect(samples.length).toBeLessThanOrEqual(240);
		expect(samples.at(-1)!.atMs - samples[0]!.atMs).toBeGreaterThan(3 * 24 * hour);
		expect(daysLeft(samples, 144_000 * 30)).toBeCloseTo(30, 0);
	});

	it("begin anew when the clock steps back", () => {
		const samples = keepSamples([{ atMs: 10 * hour, writtenBytes: 100 }], { atMs: 2 * hour, writtenBytes: 200 });
		expect(samples).toEqual([{ atMs: 2 * hour, writtenBytes: 200 }]);
	});
});

describe("the rungs of a disk that fills", () => {
	it.each([
		[69.9, "well"],
		[70, "short"],
		[84.9, "short"],
		[85, "shorter"],
		[95, "full"],
	] as const)("%s % is %s", (percent, rung) => {
		expect(rungOf(percent)).toBe(rung);
	});
});
