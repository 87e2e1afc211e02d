import { describe, expect, it } from "vitest";
import { customersToBeProved } from "./list.ts";
import { playCustomers } from "./play-customers.ts";

/** So many runs meet everything that is to be proved. */
const enough = 400;
/** How the runs of this folder's tier are shared out. The first part is large enough to meet everything. */
const shares = { first: [0, 0.4], second: [0.4, 0.7], third: [0.7, 1] } as const;

/** The seeds of a part: of GONDOLA_SEEDS, which `.ci/run` sets to a thousand, or of the few of each `npm test`. */
export function partOf(part: keyof typeof shares): { first: number; count: number } {
	const all = Number(process.env["GONDOLA_SEEDS"] ?? 15);
	const [from, to] = shares[part].map((share) => Math.round(share * all)) as [number, number];
	return { first: from + 1, count: to - from };
}

/** Plays `count` seeds from `first` on, as tests. */
export function playSeeds(first: number, count: number): void {
	describe("customers in several stores and at the online shop", () => {
		const seen = new Set<string>();

		it(`are promised, given and charged nothing wrong in ${count} seeded runs`, async () => {
			const broken: string[] = [];
			for (let seed = first; seed < first + count; seed++) {
				const told = await playCustomers(seed);
				for (const what of told.seen.keys()) seen.add(what);
				if (told.broken.length > 0) broken.push(`${told.broken[0]} · replay: npm run simulate -- --customers --seed ${seed} --trace`);
			}
			expect(broken).toEqual([]);
		}, 2_000_000);

		it("met everything in those runs that is to be proved", (context) => {
			if (count < enough) return context.skip(`only ${count} of the ${enough} runs that meet everything were played`);
			const unmet = Object.entries(customersToBeProved).flatMap(([what, names]) =>
				names.filter((name) => !seen.has(name)).map((name) => `${what}: ${name}`),
			);
			expect(unmet).toEqual([]);
		});
	});
}
