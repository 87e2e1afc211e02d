import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { scanReadingOf } from "../../src/daemon/scan-inspection.ts";
import { factRecord, noteRecord } from "../../src/link/protocol/events.ts";
import { longestCode } from "../../src/words/scan.ts";
import { article, fromHq, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [
		article("CHEESE", { gtin: "02812340000002", weighed: true }),
		price("CHEESE", 1, 1290),
		article("2100001"),
		price("2100001", 1, 990),
		article("FISH", { gtin: "09506000134352" }),
		price("FISH", 1, 500),
		article("BOOK", { gtin: "9783161484100" }),
	]);
});
afterEach(() => store.close());

const settings = (...lines: string[]): void =>
	void store.do("keepScanReading", scanReadingOf(parseConfig(["store: a", ...lines].join("\n"))));

/** The fact that comes of a scan, as head office's door accepts it. */
function fact(code: string, more: { aim?: string; device?: string; sourceId?: string; raw?: string } = {}) {
	store.do("recordScans", { scans: [{ device: "hand-1", code, symbologySource: "guess", ...more }] });
	const event = store.book.events.recent(1)[0]!;
	expect(noteRecord.safeParse(event).error).toBeUndefined();
	return event;
}

describe("a label of the cheese counter", () => {
	it("is its article with weight and catalog price, by the country of the store (case S1)", () => {
		settings("scanning:", "  variableMeasure: de");
		expect(fact("2812345007501")).toMatchObject({ sku: "CHEESE", gtin: "02812340000002", milligrams: 750_000, amountMinor: 1290 });
		store.reopen();
		expect(fact("2812345007501")).toMatchObject({ sku: "CHEESE", milligrams: 750_000 });
	});

	it("is its article by the chain's own table, filed under its first digits (case S2)", () => {
		settings(
			"scanning:",
			"  variableMeasure:",
			'    - { prefix: "2100001", measure: weight, pattern: PPPPPPPVVVVV, decimals: 3 }',
			"    - de",
		);
		expect(fact("2100001027506")).toMatchObject({ sku: "2100001", milligrams: 2_750_000, amountMinor: 990 });
		expect(fact("2812345007501")).toMatchObject({ sku: "CHEESE", milligrams: 750_000 });
	});

	it("may be read differently by one scanner, and carries the price to pay (case S1)", () => {
		settings(
			"devices:",
			"  - { id: counter-1, family: scanner, port: /dev/ttyS0, variableMeasure: at }",
			"scanning: { variableMeasure: de }",
		);
		expect(fact("2212345012343", { device: "counter-1" })).toMatchObject({ labelAmountMinor: 1234 });
		expect(fact("2812345007501")).toMatchObject({ milligrams: 750_000 });
	});

	it("means nothing to a store that names no country (case S1)", () => {
		settings();
		expect(fact("2812345007501")).not.toHaveProperty("milligrams");
	});
});

describe("what a code leaves in doubt", () => {
	it("is in the fact: a separator that was lost, and no expiry made of it (case S10)", () => {
		const scanned = fact("]d2010950600013435210COV010917220901");
		expect(scanned).toMatchObject({
			sku: "FISH",
			elements: { "01": "09506000134352", "10": "COV010917220901" },
			doubts: [{ ai: "10", doubt: "separator-lost", hides: ["17=220901"] }],
		});
	});

	it("is in the fact: two articles in one symbol, a bad check digit beside a good lot (case S11)", () => {
		expect(fact("]d201095060001343520104006381333931")).toMatchObject({
			sku: null,
			gtin: null,
			faults: [{ ai: "01", fault: "said-twice-differently" }],
		});
		expect(fact("]d2010950600013435310L7")).toMatchObject({ sku: null, faults: [{ ai: "01", fault: "incorrect-check-digit" }] });
	});

	it("never hides an article that is certain (case S9), (case S12), (case S13)", () => {
		expect(fact("978316148410051299")).toMatchObject({ sku: "BOOK", addOn: "51299" });
		expect(fact("(01)09506000134352(17)261130")).toMatchObject({ sku: "FISH", elements: { "17": "261130" } });
		expect(fact("https://example.com/01/09506000134352/?n=Müsli")).toMatchObject({ sku: "FISH", doubts: [{ doubt: "odd-link" }] });
	});

	it("keeps the bytes that were no UTF-8 (case S6)", () => {
		expect(fact("日本", { raw: Buffer.from([0x93, 0xfa, 0x96, 0x7b]).toString("base64") })).toMatchObject({
			code: "日本",
			raw: "k/qWew==",
		});
	});
});

describe("a code of any length that a scanner sends", () => {
	it("reaches head office", () => {
		expect(fact("7".repeat(7_089))).toMatchObject({ sku: null });
		expect(fact("x".repeat(longestCode))).toBeDefined();
	});
});

describe("a device that counts anew after a restart", () => {
	const scans = (): string[] =>
		store.book.events.after(0, 100).flatMap((event) => (event.type === "article.scanned" ? [`${event.sourceId} ${event.code}`] : []));

	it("loses none of its scans, and none is made twice (case S22)", () => {
		for (const [sourceId, code] of [
			["1", "A"],
			["2", "B"],
			["3", "C"],
			["1", "D"],
			["2", "E"],
			["3", "F"],
			["4", "G"],
			["1", "D"],
			["1", "A"],
			["4", "G"],
		] as const)
			store.do("recordScans", { scans: [{ device: "hand-1", code, symbologySource: "guess", sourceId }] });
		expect(scans()).toEqual(["1 A", "2 B", "3 C", "1 D", "2 E", "3 F", "4 G"]);
	});

	it("loses none of its weights (case S22)", () => {
		const weigh = (sourceId: string, milligrams: number) =>
			store.do("recordWeights", { weights: [{ device: "shelf-1", milligrams, sourceId }] });
		const duplicates = [weigh("1", 5_000_000), weigh("1", 5_000_000), weigh("1", 4_000_000), weigh("1", 4_000_000)].flat();
		expect(duplicates.map(({ duplicate }) => duplicate)).toEqual([false, true, false, true]);
	});
});

describe("a payment card that got past the doors", () => {
	it("becomes no fact, also out of a storm, and no dead letter", () => {
		expect(store.refused("recordScans", { scans: [{ device: "hand-1", code: "4111111111111111", symbologySource: "guess" }] })).toBe(
			"payment-card",
		);
		const packed = JSON.stringify([
			["hand-1", "4111111111111111", null, "1"],
			["hand-1", "4006381333931", null, "2"],
		]);
		store.do("takeScans", { packed, isStorm: true });
		while (store.do("readScanBacklog", {}));
		const all = JSON.stringify(store.book.events.after(0, 100));
		expect(all).toContain("4006381333931");
		expect(all).not.toContain("4111111111111111");
	});
});

it("the fact of an older build is still accepted", () => {
	expect(factRecord).toBeDefined();
	const old = {
		id: "s-1-abc-1",
		seq: 1,
		at: "2026-03-02T12:00:00.000Z",
		quality: "synced",
		type: "article.scanned",
		device: "hand-1",
		code: "4006381333931",
		symbology: null,
		symbologySource: "guess",
		gtin: null,
		sku: null,
		name: null,
		amountMinor: null,
		currency: null,
	};
	expect(noteRecord.safeParse(old).success).toBe(true);
});
