import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lastDay } from "../../src/faces/money.ts";
import { wallText } from "../../src/words/time.ts";
import { article, fromHq, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), price("100", 1, 199)]);
	store.do("activateDue", {});
	store.do("bindLabel", { label: "00000000000000A1", sku: "100", hwType: 0x01 });
});
afterEach(() => store.close());

const zagreb = "Europe/Zagreb";
const fields = () => JSON.parse(store.book.labels.row("00000000000000A1")!.desired_fields!) as { until?: string; timeZone?: string };
const promote = (version: number, until: string): void => {
	fromHq(store, "catalog", [price("100", version, 99 + version, { kind: "promotion", until })]);
	store.do("activateDue", {});
};

describe("a store in Zagreb", () => {
	it("names on its labels the last day by its own clock, in winter and in summer, and in the nights between", () => {
		store.do("setIdentity", { timeZone: zagreb });
		const days = ["2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"].map(
			(until, n) => {
				promote(2 + n, until);
				const said = fields();
				return lastDay(said.until!, said.timeZone!);
			},
		);
		expect(days).toMatchObject([
			{ day: 28, month: 3 },
			{ day: 29, month: 3 },
			{ day: 24, month: 10 },
			{ day: 25, month: 10 },
		]);
	});

	it("prints on its receipts the time that its clock on the wall says, also around a change of the clocks", () => {
		store.do("setIdentity", { timeZone: zagreb });
		store.do("recordDevice", { id: "p", family: "printer", protocol: "escpos", address: "usb", state: "well" });
		const says = (id: string, at: string): string => {
			const { job } = store.do("recordSale", {
				id,
				till: "1",
				at,
				lines: [{ sku: "100", quantity: 1, amountMinor: 199 }],
				receipt: { printer: "p" },
			});
			return /\d{4}-\d{2}-\d{2} \d{2}:\d{2}/.exec(store.book.jobs.get(job!)!.document)![0];
		};
		expect(says("s1", "2026-03-29T00:59:00.000Z")).toBe("2026-03-29 01:59");
		expect(says("s2", "2026-03-29T01:00:00.000Z")).toBe("2026-03-29 03:00");
		expect(says("s3", "2026-10-25T00:30:00.000Z")).toBe("2026-10-25 02:30");
		expect(says("s4", "2026-10-25T01:30:00.000Z")).toBe("2026-10-25 02:30");
		expect(says("s5", "2026-12-31T23:05:00.000Z")).toBe("2027-01-01 00:05");
		expect(wallText("2026-07-01T22:00:00.000Z", "UTC")).toBe("2026-07-01 22:00");
	});

	it("draws a dated label anew when it says where it is, and leaves the others", () => {
		promote(2, "2026-03-28T23:00:00.000Z");
		store.do("bindLabel", { label: "00000000000000A2", sku: "100", hwType: 0x01 });
		fromHq(store, "catalog", [article("200"), price("200", 9, 500)]);
		store.do("activateDue", {});
		store.do("bindLabel", { label: "00000000000000A3", sku: "200", hwType: 0x01 });
		const versions = () => ["A1", "A2", "A3"].map((id) => store.book.labels.row(`00000000000000${id}`)!.desired_version);
		const before = versions();
		expect(store.do("setIdentity", { timeZone: zagreb })).toEqual({ redraws: true });
		store.do("recheckLabels", { after: "" });
		expect(versions()).toEqual([before[0]! + 1, before[1]! + 1, before[2]]);
		expect(store.do("setIdentity", { timeZone: zagreb })).toEqual({ redraws: false });
	});
});
