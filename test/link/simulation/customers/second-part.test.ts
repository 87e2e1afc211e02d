import { partOf, playSeeds } from "./seeds.ts";

/** In a process of its own: a run waits for its databases for a quarter of its time, so that two cores bear three parts. */
const { first, count } = partOf("second");

playSeeds(first, count);
