import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DeviceScan, packScans } from "../../src/words/scan.ts";
import { article, fromHq, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("A1", { gtin: "4006381333931" }), price("A1", 1, 199)]);
});
afterEach(() => store.close());

const scan = (sourceId: string, device = "hand-1"): DeviceScan => ({ device, code: "4006381333931", aim: "]E0", sourceId });
const take = (ids: string[], isStorm: boolean, at?: string): void =>
	void store.do("takeScans", { packed: packScans(ids.map((id) => scan(id))), isStorm }, at);
const facts = () => store.book.events.after(0, 1_000).flatMap((event) => (event.type === "article.scanned" ? [event] : []));
const sources = (): unknown[] => facts().map((event) => (event as { sourceId?: string }).sourceId);

describe("a storm of scans", () => {
	it("is on the disk at once and becomes facts afterwards, in order, at the time it came", () => {
		take(["a", "b"], true, "2026-03-02T12:00:01.000Z");
		take(["c"], true, "2026-03-02T12:00:02.000Z");
		expect(facts()).toEqual([]);
		store.reopen();
		expect(store.do("readScanBacklog", {}, "2026-03-02T12:05:00.000Z")).toBe(false);
		expect(sources()).toEqual(["a", "b", "c"]);
		expect(facts().map((event) => event.at)).toEqual(["2026-03-02T12:00:01.000Z", "2026-03-02T12:00:01.000Z", "2026-03-02T12:00:02.000Z"]);
		expect(facts()[0]).toMatchObject({ device: "hand-1", sku: "A1", amountMinor: 199, symbologySource: "aim" });
	});

	it("keeps later scans behind it, so that a device's scans stay in their order", () => {
		take(["a"], true);
		take(["b"], false);
		expect(facts()).toEqual([]);
		while (store.do("readScanBacklog", {})) {}
		expect(sources()).toEqual(["a", "b"]);
		take(["c"], false);
		expect(sources()).toEqual(["a", "b", "c"]);
	});

	it("makes one fact of a message that came twice, before it was read or after", () => {
		take(["a"], false);
		take(["a", "b", "b"], true);
		while (store.do("readScanBacklog", {})) {}
		take(["b"], false);
		expect(sources()).toEqual(["a", "b"]);
	});

	it("is not held up for ever by a scan that cannot be a fact", () => {
		store.do("takeScans", {
			packed: packScans([scan("a"), { device: "hand-1", code: "half \ud800", sourceId: "b" }, scan("c")]),
			isStorm: true,
		});
		expect(store.do("readScanBacklog", {})).toBe(false);
		expect(sources()).toEqual(["a", "c"]);
	});

	it("is read at the pace it comes once it is far behind: what waits is bounded", () => {
		const storm = (n: number): string[] => Array.from({ length: 400 }, (_, i) => `${n}-${i}`.padEnd(60, "."));
		for (let n = 0; n < 510; n++) take(n < 10 ? storm(n) : [String(n)], true);
		expect(store.book.scanBacklog.rows()).toBeLessThanOrEqual(500);
		expect(sources().slice(0, 400)).toEqual(storm(0));
	});
});
