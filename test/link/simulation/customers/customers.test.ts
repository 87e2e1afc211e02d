import { expect, it } from "vitest";
import { misfits } from "../mutants/mutant-planting.ts";
import { customerMutants } from "./mutants.ts";
import { partOf, playSeeds } from "./seeds.ts";

/** A few on every `npm test`. This folder's tier in `.ci/run` plays a thousand, with those of the second and the third part. */
const { first, count } = partOf("first");

playSeeds(first, count);

it("each mistake that customers must notice still finds its place in the program", () => {
	expect(customerMutants.flatMap(misfits)).toEqual([]);
});
