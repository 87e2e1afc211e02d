/** Acts of a handheld, which sends each of them until it is answered. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noteRecord } from "../../src/link/protocol/events.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const label = "0000021A2B3C4D5E";
let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("MILK", { gtin: "04006381333931" }), price("MILK", 1, 129), article("BREAD"), price("BREAD", 1, 249)]);
	store.do("recordCheckIns", {
		checkIns: [{ label, at: noon, hwType: 1, batteryMillivolts: 3_000, rssi: -50, accessPoint: "ap" }],
	} as never);
});
afterEach(() => store.close());
const events = (type: string) => store.book.events.recent(200).filter((event) => event.type === type);

describe("a binding that is sent twice", () => {
	it("changes nothing the second time, though somebody bound the label to another article meanwhile", () => {
		store.do("bindLabel", { label, sku: "MILK", id: "act-1" });
		store.do("bindLabel", { label, sku: "BREAD", id: "act-2" });
		expect(store.do("bindLabel", { label, sku: "MILK", id: "act-1" })).toMatchObject({ sku: "BREAD" });
		expect(events("label.bound")).toHaveLength(2);
	});

	it("is refused with other contents under the same id, also where the other act was a pick", () => {
		store.do("bindLabel", { label, sku: "MILK", id: "act-1" });
		expect(() => store.do("bindLabel", { label, sku: "BREAD", id: "act-1" })).toThrow("act-differs");
		expect(() => store.do("auditShelf", { id: "act-1", article: "MILK", found: "right" })).toThrow("act-differs");
		expect(store.book.labels.get(label)).toMatchObject({ sku: "MILK" });
	});

	it("keeps no id where the act was refused, so that it can be sent again when the reason is gone", () => {
		expect(() => store.do("bindLabel", { label, sku: "TEA", id: "act-1" })).toThrow("article-unknown");
		fromHq(store, "catalog", [article("TEA")]);
		expect(store.do("bindLabel", { label, sku: "TEA", id: "act-1" })).toMatchObject({ sku: "TEA" });
	});

	it("works as before for callers that give no id", () => {
		for (const sku of ["MILK", "BREAD", "MILK"]) store.do("bindLabel", { label, sku });
		expect(events("label.bound")).toHaveLength(3);
	});
});

describe("a shelf that was filled", () => {
	const position = { place: "a1", sku: "MILK", capacity: 20, minimum: 5 };

	it("counts once for one act; another person's act of the same task is refused", () => {
		expect(store.do("fillShelf", { fill: "a1.1", position, quantity: 6, id: "act-1" })).toMatchObject({ duplicate: false });
		expect(store.do("fillShelf", { fill: "a1.1", position, quantity: 6, id: "act-1" })).toMatchObject({ duplicate: true, quantity: 6 });
		expect(() => store.do("fillShelf", { fill: "a1.1", position, quantity: 6, id: "act-2" })).toThrow("fill-differs");
		expect(store.do("fillShelf", { fill: "a1.1", position, quantity: 6 })).toMatchObject({ duplicate: true });
		expect(events("shelf.filled")).toHaveLength(1);
	});
});

describe("an audit of a shelf", () => {
	const audit = (id: string, found: "right" | "wrong" | "missing", more: { label?: string; article?: string } = {}) =>
		store.do("auditShelf", { id, article: "04006381333931", found, ...more });

	it("is a note that head office understands, once an act", () => {
		store.do("bindLabel", { label, sku: "MILK" });
		expect(audit("a-1", "right")).toMatchObject({ duplicate: false, sku: "MILK", why: "label-not-shown", redrawn: [] });
		expect(audit("a-1", "right")).toMatchObject({ duplicate: true });
		const [only, ...more] = events("scan.acted");
		expect(more).toEqual([]);
		expect(noteRecord.safeParse(only).error).toBeUndefined();
		expect(only).toMatchObject({ device: "hand", mode: "audit", did: "audited", sku: "MILK", label, why: "label-not-shown" });
	});

	it("has a label that shows another price drawn anew", () => {
		store.do("bindLabel", { label, sku: "MILK" });
		const before = store.book.labels.row(label)!.desired_version;
		expect(audit("a-1", "wrong")).toMatchObject({ redrawn: [label], why: "price-wrong" });
		expect(store.book.labels.row(label)!.desired_version).toBeGreaterThan(before);
		audit("a-1", "wrong");
		expect(store.book.labels.row(label)!.desired_version).toBe(before + 1);
	});

	it("says that an article has no label, and refuses another article's label", () => {
		expect(audit("a-1", "missing")).toMatchObject({ why: "no-label", labels: [] });
		store.do("bindLabel", { label, sku: "BREAD" });
		expect(() => audit("a-2", "right", { label })).toThrow("label-not-its");
		expect(() => audit("a-3", "right", { article: "NOTHING" })).toThrow("article-unknown");
	});
});
