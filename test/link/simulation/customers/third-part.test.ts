import { partOf, playSeeds } from "./seeds.ts";

/** As second-part.test.ts. */
const { first, count } = partOf("third");

playSeeds(first, count);
