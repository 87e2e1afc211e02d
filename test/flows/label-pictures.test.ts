import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alarmInWords } from "../../src/daemon/alarm-words.ts";
import { article, fromHq, openTestStore, price, type TestStore } from "../support/store.ts";

const label = "00000000000000A1";
let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), price("100", 1, 199)]);
	store.do("activateDue", {});
	store.do("bindLabel", { label, sku: "100", hwType: 0x01 });
});
afterEach(() => store.close());

const drawn = (more: object) =>
	store.do("recordDrawn", {
		label,
		version: 1,
		hwType: 1,
		dataType: 0x20,
		picture: "0000000000000001",
		bytes: new Uint8Array([1]),
		...more,
	});
const alarms = () => store.book.alarms.list().map((alarm) => alarm.code);
const said = (code: string) => alarmInWords(store.book.alarms.get(`${code}:${label}`), "en")?.what;

describe("a label that could be drawn, but not as wished", () => {
	it("shows its price, and the alarm says what is missing, until it is drawn whole (case L4)", () => {
		drawn({ withoutRoom: ["brand"], replaced: ["ข"], insteadOf: { face: "wine", reason: "face-unknown", shown: "regular" } });
		expect(store.book.labels.get(label)).toMatchObject({ state: "PENDING", trouble: null });
		expect(alarms().sort()).toEqual(["label-face-replaced", "label-letters-unknown", "label-text-shortened"]);
		expect(said("label-text-shortened")).toMatch(/shows the price of article 100, but not all of its texts have room: brand/);
		expect(said("label-face-replaced")).toMatch(/with the face regular: the face wine cannot be drawn/);
		expect(said("label-letters-unknown")).toMatch(/no font here has ข/);
		drawn({ withoutRoom: [], replaced: [] });
		expect(alarms()).toEqual([]);
	});
});

describe("a label that could not be drawn", () => {
	it("is said to keep the old price, with the reason, and not to have refused anything (case L4)", () => {
		store.do("recordLabelTrouble", { label, code: "label-not-drawn", facts: { reason: "the price has no room" } });
		expect(store.book.labels.get(label)).toMatchObject({ state: "FAILED", trouble: "label-not-drawn" });
		expect(said("label-not-drawn")).toMatch(/with the price of article 100 \(the price has no room\); it still shows the old one/);
		drawn({});
		store.do("recordSent", { label, version: 1 });
		store.do("recordShown", { label, version: 1 });
		expect(alarms()).toEqual([]);
	});

	it("because nobody knows its model is named with that model (case L4)", () => {
		store.do("recordLabelTrouble", { label, code: "label-model-unknown", facts: { model: "F0" } });
		expect(said("label-model-unknown")).toMatch(/type F0/);
	});
});
