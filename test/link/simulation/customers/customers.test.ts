import { expect, it } from "vitest";
import { misfits } from "../mutants/mutant-planting.ts";
import { customerMutants } from "./mutants.ts";
import { playSeeds } from "./seeds.ts";

/** A few on every `npm test`. This folder's tier in `.ci/run` plays a thousand: these, and as many in second-half.test.ts. */
const seeds = process.env["GONDOLA_SEEDS"];

playSeeds(1, seeds === undefined ? 6 : Math.ceil(Number(seeds) / 2));

it("each mistake that customers must notice still finds its place in the program", () => {
	expect(customerMutants.flatMap(misfits)).toEqual([]);
});
