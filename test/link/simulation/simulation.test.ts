import { describe, expect, it } from "vitest";
import { disasters } from "./faults.ts";
import { healsWithinMs, play, type Told, type Wishes } from "./play.ts";

/** More where there is time: `npm run simulate -- --seeds 10000`, or GONDOLA_SEEDS=1000 here. */
const seeds = Number(process.env["GONDOLA_SEEDS"] ?? 200);

async function brokenIn(count: number, wishes: Wishes = {}, from = 1): Promise<string[]> {
	const broken: string[] = [];
	for (let seed = from; seed < from + count; seed++) {
		const told = await play(seed, wishes);
		const again = [`--seed ${seed}`, wishes.disaster && `--disaster ${wishes.disaster}`, wishes.real && "--real"].filter(Boolean).join(" ");
		if (told.broken.length > 0) broken.push(`${told.broken[0]} · replay: npm run simulate -- ${again} --trace`);
	}
	return broken;
}

describe("stores, head office and an evil broker", () => {
	it(`keep every promise in ${seeds} seeded runs`, async () => {
		expect(await brokenIn(seeds)).toEqual([]);
	}, 280_000);

	it.each(Object.keys(disasters))("keep them through this disaster: %s", async (disaster) => {
		expect(await brokenIn(6, { disaster }, 5_000)).toEqual([]);
	}, 60_000);

	it("keep them with the stores' real ledgers", async () => {
		expect(await brokenIn(4, { real: true }, 9_000)).toEqual([]);
	}, 60_000);

	it("live the same run again for the same seed, to the last message", async () => {
		const once: Told = await play(7);
		expect(await play(7)).toEqual(once);
		expect(once.healedMs).toBeLessThan(healsWithinMs);
		expect(once.messages).toBeGreaterThan(50);
	});
});
