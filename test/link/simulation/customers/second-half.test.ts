import { playSeeds } from "./seeds.ts";

/** In a process of its own, so that both halves take half the time. */
const half = Math.ceil(Number(process.env["GONDOLA_SEEDS"] ?? 12) / 2);

playSeeds(half + 1, half);
