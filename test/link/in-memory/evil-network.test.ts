import { describe, expect, it } from "vitest";
import type { Mistake } from "./memory.ts";
import { liveThrough } from "./scenario.ts";

const seeds = Number(process.env.GONDOLA_LINK_SEEDS ?? 200);

/** The first seed whose run breaks a promise; a mistake that no seed shows is a test that proves nothing. */
async function firstBroken(mistakes: { store?: Mistake; hq?: Mistake }): Promise<string[]> {
	for (let seed = 1; seed <= 100; seed++) {
		const { broken } = await liveThrough(seed, mistakes);
		if (broken.length > 0) return broken;
	}
	return [];
}

describe("a store and HQ over an evil network", () => {
	it("end up equal: nothing lost, nothing twice, in order, whatever was cut, doubled, late or bent", async () => {
		const failures: string[] = [];
		for (let seed = 1; seed <= seeds; seed++) {
			const { broken } = await liveThrough(seed);
			if (broken.length > 0) failures.push(`seed ${seed}: ${broken[0]}`);
		}
		expect(failures).toEqual([]);
	}, 120_000);

	it("are the same run for the same seed", async () => {
		expect(await liveThrough(7)).toEqual(await liveThrough(7));
	});
});

describe("the promises", () => {
	it("notice an HQ that acknowledges before its commit", async () => {
		expect((await firstBroken({ hq: "answers-before-commit" })).join()).toMatch(/acknowledged up to|stuck|HQ has/);
	});

	it("notice a store that moves its position apart from the effect", async () => {
		expect((await firstBroken({ store: "position-apart-from-effect" })).join()).toMatch(/the store applied|dead letters/);
	});

	it("notice an HQ that forgets what it knows", async () => {
		expect((await firstBroken({ hq: "forgets-what-it-knows" })).join()).toMatch(/twice|stuck|out of order/);
	});
});
