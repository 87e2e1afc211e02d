import { beforeAll, describe, expect, it } from "vitest";
import { compileShim, pullPlugs } from "./power-cuts.ts";

/** More on a quiet machine: `npm run faults -- --cuts 5000`. */
const cuts = Number(process.env["GONDOLA_CUTS"] ?? 500);
const seed = Number(process.env["GONDOLA_SEED"] ?? 1);

describe("a power cut at any I/O", () => {
	let shim = "";
	beforeAll(() => {
		const made = compileShim();
		// A test that cannot cut the power must not look like one that did.
		if ("why" in made) throw new Error(`the power-cut VFS needs a C compiler: ${made.why}`);
		shim = made.shim;
	});

	it(`loses nothing that was acknowledged, ${cuts} times`, async () => {
		const result = await pullPlugs({ shim, cuts, seed, synchronous: "FULL" });
		console.log(`${result.cuts} power cuts, ${result.acknowledged} acknowledged answers, seed ${seed}`);
		expect(result.lossy).toEqual([]);
		expect(result.cuts).toBeGreaterThan(cuts * 0.9);
	});

	it("would be seen if commits were not synced", async () => {
		const result = await pullPlugs({ shim, cuts: 40, seed, synchronous: "NORMAL" });
		expect(result.lossy.length).toBeGreaterThan(0);
	});
});
