import { expect, it } from "vitest";
import { clockAlarm } from "../../src/hq/alarms/clock-alarm.ts";
import type { Audit } from "../../src/hq/people/audit.ts";

it("says once an hour that head office's clock and its stores' differ, and nothing of what a line takes (case H19)", () => {
	const said: (string | undefined)[] = [];
	let nowMs = 0;
	const audit = {
		async note(_, what, subject, outcome) {
			said.push(`${what} ${subject} ${outcome}`);
		},
	} as Partial<Audit> as Audit;
	const hear = clockAlarm(
		audit,
		() => nowMs,
		(error) => {
			throw error;
		},
	);
	hear("s1", 60_000);
	expect(said).toEqual([]);
	for (const store of ["s1", "s2", "s3"]) hear(store, -86_400_000);
	expect(said).toEqual(["clocks-differ s1 alarm"]);
	nowMs += 3_600_001;
	hear("s2", -86_400_000);
	expect(said).toHaveLength(2);
});
