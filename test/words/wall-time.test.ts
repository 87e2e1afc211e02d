import { describe, expect, it } from "vitest";
import { instantOfWall, isWallTime, nextClockTime, wallOfInstant } from "../../src/words/wall-time.ts";

describe("a time on a shop's wall (case H7)", () => {
	it("is a whole day in the shop's own zone, its end included", () => {
		expect(instantOfWall("2026-12-01", "America/New_York", "from")).toBe("2026-12-01T05:00:00.000Z");
		expect(instantOfWall("2026-12-07", "America/New_York", "until")).toBe("2026-12-08T05:00:00.000Z");
		expect(instantOfWall("2026-12-01", "Asia/Shanghai", "from")).toBe("2026-11-30T16:00:00.000Z");
		expect(instantOfWall("2026-12-01", "UTC", "from")).toBe("2026-12-01T00:00:00.000Z");
	});

	it("is right over both nights in which the clocks change", () => {
		const zone = "Europe/Zagreb";
		// 29 March 2026 has 23 hours, 25 October 25.
		expect([instantOfWall("2026-03-29", zone, "from"), instantOfWall("2026-03-29", zone, "until")]).toEqual([
			"2026-03-28T23:00:00.000Z",
			"2026-03-29T22:00:00.000Z",
		]);
		expect([instantOfWall("2026-10-25", zone, "from"), instantOfWall("2026-10-25", zone, "until")]).toEqual([
			"2026-10-24T22:00:00.000Z",
			"2026-10-25T23:00:00.000Z",
		]);
		// 02:30 does not exist in March and comes twice in October.
		expect(instantOfWall("2026-03-29T02:30", zone, "from")).toBe("2026-03-29T01:30:00.000Z");
		expect(instantOfWall("2026-10-25T02:30", zone, "from")).toBe("2026-10-25T00:30:00.000Z");
		expect(instantOfWall("2026-10-25T02:30", zone, "until")).toBe("2026-10-25T01:30:00.000Z");
		// In Santiago midnight itself is left out.
		expect(instantOfWall("2026-09-06", "America/Santiago", "from")).toBe("2026-09-06T04:00:00.000Z");
	});

	it("can be the next 06:00 of each shop", () => {
		expect(nextClockTime("06:00", "Europe/Zagreb", "2026-03-28T05:30:00.000Z")).toBe("2026-03-29T04:00:00.000Z");
		expect(nextClockTime("06:00", "America/New_York", "2026-03-28T05:30:00.000Z")).toBe("2026-03-28T10:00:00.000Z");
		expect(wallOfInstant("2026-03-29T04:00:00.000Z", "Europe/Zagreb")).toBe("2026-03-29T06:00:00");
	});

	it("exists in the calendar and on the clock (case H20)", () => {
		expect(["2026-12-01", "2026-12-01T08:00", "2026-12-01 08:00:00", "2028-02-29"].every(isWallTime)).toBe(true);
		expect(["2026-02-31", "2026-02-29", "2026-12-01T24:00", "2026-12-01T25:00:00", "2026-13-01", "1.12.2026", ""].some(isWallTime)).toBe(
			false,
		);
	});
});
