import { describe, expect, it } from "vitest";
import { stepWithholding, type Withholding, type WithholdingEvent } from "../../../src/link/machine/withholding.ts";

const epoch = "e".repeat(16);
const hashOf = (seq: number): string => String(seq).padStart(32, "0");
const have = (position: number, of = epoch, hash = hashOf(position)) => ({ epoch: of, position, hash });
const welcome = (last: number, of = epoch): WithholdingEvent => ({ type: "welcome", end: { epoch: of, last, hash: hashOf(last) } });
const minute = 60_000;
const look = (at: ReturnType<typeof have>, heardMs = minute, progress = at.position): WithholdingEvent => ({
	type: "look",
	have: at,
	progress,
	heardMs,
});
const after = (events: readonly WithholdingEvent[], from: Withholding = { at: "even" }): Withholding =>
	events.reduce(stepWithholding, from);
const times = (n: number, event: WithholdingEvent): WithholdingEvent[] => Array.from({ length: n }, () => event);

describe("records that head office named in its welcome", () => {
	it("are not missed while they arrive, and not once they are there", () => {
		expect(after([welcome(9), ...times(4, look(have(3)))]).at).toBe("owed");
		expect(after([welcome(9), ...times(4, look(have(3))), look(have(9))]).at).toBe("even");
	});

	it("are withheld after five minutes without progress of a line that talks", () => {
		expect(after([welcome(9), ...times(7, look(have(3)))]).at).toBe("withheld");
		expect(after([welcome(9), ...times(90, look(have(3), 0))]).at).toBe("owed");
	});

	it("are withheld after an hour, however slowly they trickle", () => {
		const trickle = Array.from({ length: 70 }, (_, n) => look(have(n)));
		expect(after([welcome(900), ...trickle]).at).toBe("withheld");
	});

	it("are withheld although later welcomes name more, or another epoch each time", () => {
		const later = [1, 2, 3, 4, 5, 6, 7].flatMap((n) => [welcome(9 + n), look(have(3))]);
		expect(after([welcome(9), ...later]).at).toBe("withheld");
		const renamed = ["a", "b", "c", "d", "f", "0", "1"].flatMap((sign) => [welcome(9, sign.repeat(16)), look(have(3))]);
		expect(after([welcome(9), ...renamed]).at).toBe("withheld");
	});

	it("are not there because others were put in their place", () => {
		const other = have(9, epoch, "f".repeat(32));
		expect(after([welcome(9), ...times(7, look(other))]).at).toBe("withheld");
	});

	it("heal by themselves, and what was named meanwhile has time of its own", () => {
		const withheld = after([welcome(9), ...times(7, look(have(3))), welcome(12)]);
		expect(withheld.at).toBe("withheld");
		expect(stepWithholding(withheld, look(have(8))).at).toBe("withheld");
		expect(stepWithholding(withheld, look(have(10))).at).toBe("owed");
		expect(stepWithholding(withheld, look(have(12))).at).toBe("even");
		expect(stepWithholding(withheld, { type: "refused" }).at).toBe("even");
	});
});
