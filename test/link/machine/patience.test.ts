import { describe, expect, it } from "vitest";
import { givesUpAtMs, type Patience, type PatienceEvent, stepPatience } from "../../../src/link/machine/patience.ts";

const after = (...events: [PatienceEvent, number][]): Patience =>
	events.reduce<Patience>((state, [event, nowMs]) => stepPatience(state, event, nowMs), { at: "quiet", heardAtMs: 0, givenUp: 0 });

describe("the patience with a connection on which nothing arrives", () => {
	it.each<[string, [PatienceEvent, number][], number]>([
		["counts from its opening", [["opened", 1_000]], 106_000],
		[
			"counts from its last message",
			[
				["opened", 1_000],
				["arrived", 50_000],
			],
			155_000,
		],
		[
			"ends sooner after a question",
			[
				["opened", 1_000],
				["asked", 2_000],
			],
			47_000,
		],
		[
			"counts from the first question that is not answered",
			[
				["opened", 1_000],
				["asked", 2_000],
				["asked", 40_000],
			],
			47_000,
		],
		[
			"forgets a question that was answered",
			[
				["opened", 1_000],
				["asked", 2_000],
				["arrived", 3_000],
			],
			108_000,
		],
		[
			"doubles for the connection after one that was given up",
			[
				["opened", 0],
				["given-up", 105_000],
				["opened", 110_000],
			],
			320_000,
		],
		[
			"is as it was again once something arrives",
			[
				["given-up", 0],
				["opened", 10_000],
				["arrived", 20_000],
			],
			125_000,
		],
		[
			"is five minutes at most",
			[
				["given-up", 0],
				["given-up", 0],
				["given-up", 0],
				["opened", 0],
			],
			300_000,
		],
	])("%s", (_, events, givenUpAtMs) => {
		expect(givesUpAtMs(after(...events))).toBe(givenUpAtMs);
	});
});
