import { expect, it } from "vitest";
import { brokenIn, playedHere } from "./broken-in.ts";

/** The seeds above those of simulation.test.ts, in a process of its own: both cores play. */
const seeds = Number(process.env["GONDOLA_SEEDS"] ?? 0) - playedHere;

it.skipIf(seeds <= 0)(
	`stores, head office and an evil broker keep every promise in ${seeds} more seeded runs`,
	async () => {
		expect(await brokenIn(seeds, {}, playedHere + 1)).toEqual([]);
	},
	800_000,
);
