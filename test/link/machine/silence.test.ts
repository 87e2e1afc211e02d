import { describe, expect, it } from "vitest";
import { beforeWelcome, silentSince, stepSilence } from "../../../src/link/machine/silence.ts";

const noon = "2026-11-29T12:00:00.000Z";
const hours = (count: number): string => new Date(Date.parse(noon) + count * 3_600_000).toISOString();
const welcomed = stepSilence(beforeWelcome, { type: "welcome", at: noon, trustForMs: 3_600_000 });

describe("head office's silence", () => {
	it("lasts too long after eight days, until a welcome names another time", () => {
		expect(silentSince(beforeWelcome, noon, hours(192))).toBeUndefined();
		expect(silentSince(beforeWelcome, noon, hours(193))).toBe(noon);
		expect(silentSince(welcomed, noon, hours(2))).toBe(noon);
	});

	it("is not reckoned by clocks that prove nothing", () => {
		expect(silentSince(welcomed, null, hours(500))).toBeUndefined();
	});

	it("is counted while head office is heard without a welcome, and begins anew with the next", () => {
		const owed = stepSilence(stepSilence(welcomed, { type: "heard", ms: 900_000 }), { type: "heard", ms: 900_000 });
		expect(silentSince(owed, null, noon)).toBe(noon);
		expect(silentSince(stepSilence(owed, { type: "welcome", at: hours(1), trustForMs: undefined }), null, noon)).toBeUndefined();
	});

	it("keeps the time that an earlier welcome named where the next names none", () => {
		const again = stepSilence(welcomed, { type: "welcome", at: noon, trustForMs: undefined });
		expect(silentSince(again, noon, hours(2))).toBe(noon);
	});
});
