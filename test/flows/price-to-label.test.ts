import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), price("100", 1, 199)]);
	store.do("activateDue", {});
	store.do("bindLabel", { label: "00000000000000A1", sku: "100", hwType: 0x01 });
});
afterEach(() => store.close());

const types = () => store.book.events.after(0, 1000).map((event) => event.type);
const draw = (label: string, version: number) =>
	store.do("recordDrawn", {
		label,
		version,
		hwType: 1,
		dataType: 0x20,
		picture: `00000000000000${version.toString(16).padStart(2, "0")}`,
		bytes: new Uint8Array([1, 2]),
	});
const show = (label: string, version: number, at = noon) => {
	draw(label, version);
	store.do("recordSent", { label, version }, at);
	store.do("recordDownloaded", { label, version }, at);
	store.do("recordShown", { label, version }, at);
};
const label = () => store.book.labels.get("00000000000000A1")!;

describe("a label whose row changed by itself on a worn disk", () => {
	it("is drawn anew after a stop that was not clean, and no other is", () => {
		store.do("bindLabel", { label: "00000000000000A2", sku: "100", hwType: 0x01 });
		const versions = () => ["00000000000000A1", "00000000000000A2"].map((id) => store.book.labels.row(id)!.desired_version);
		expect(versions()).toEqual([1, 1]);
		const db = new Database(join(store.directory, "ledger.db"));
		db.exec("UPDATE label SET desired_fields = replace(desired_fields, '199', '599') WHERE id = '00000000000000A2'");
		db.close();
		expect(store.do("recheckLabels", { after: "" })).toEqual({ after: null });
		expect(versions()).toEqual([1, 2]);
		expect(store.book.labels.tasks("", 10).map(({ fields }) => fields.amountMinor)).toEqual([199, 199]);
		store.do("recheckLabels", { after: "" });
		expect(versions()).toEqual([1, 2]);
	});
});

describe("a price change", () => {
	it("is in force at its time and not before", () => {
		fromHq(store, "catalog", [price("100", 2, 149, { from: "2026-03-02T13:00:00.000Z" })]);
		expect(store.do("activateDue", {}).nextAt).toBe("2026-03-02T13:00:00.000Z");
		expect(store.book.prices.effective("100", noon)?.amountMinor).toBe(199);
		store.do("activateDue", {}, "2026-03-02T13:00:00.000Z");
		expect(store.book.prices.effective("100", "2026-03-02T13:00:00.000Z")?.amountMinor).toBe(149);
		expect(
			store.book.events
				.after(0, 100)
				.filter((event) => event.type === "price.activated")
				.map((event) => event.amountMinor),
		).toEqual([199, 149]);
	});

	it("is shown only when the label itself says so, and then exactly once", () => {
		expect(label().state).toBe("PENDING");
		draw("00000000000000A1", 1);
		store.do("recordSent", { label: "00000000000000A1", version: 1 });
		store.do("recordDownloaded", { label: "00000000000000A1", version: 1 });
		expect(label().state).toBe("PENDING");
		store.do("recordShown", { label: "00000000000000A1", version: 1 });
		store.do("recordShown", { label: "00000000000000A1", version: 1 });
		expect(label().state).toBe("SHOWN");
		expect(types().filter((type) => type === "label.shown")).toHaveLength(1);
		expect(store.book.labels.tasks("", 10)).toEqual([]);
	});

	it("that comes while the label draws leaves the label pending, and says which price it shows meanwhile", () => {
		draw("00000000000000A1", 1);
		store.do("recordSent", { label: "00000000000000A1", version: 1 });
		fromHq(store, "catalog", [price("100", 2, 179)]);
		store.do("activateDue", {});
		store.do("recordShown", { label: "00000000000000A1", version: 1 });
		expect(label()).toMatchObject({ state: "PENDING", confirmed: { version: 1 }, desired: { version: 2 } });
		const shown = store.book.events.after(0, 100).find((event) => event.type === "label.shown");
		expect(shown).toMatchObject({ amountMinor: 199, upToVersion: 1 });
	});

	it("that changes nothing a customer sees is reported shown without a new picture", () => {
		show("00000000000000A1", 1);
		fromHq(store, "catalog", [price("100", 2, 199)]);
		store.do("activateDue", {});
		expect(label().desired?.version).toBe(1);
		expect(store.book.events.after(0, 100).at(-1)).toMatchObject({ type: "label.shown", upToVersion: 2, unchanged: true });
	});

	it("older than what the store knows is never applied", () => {
		fromHq(store, "catalog", [price("100", 5, 500), price("100", 4, 400)]);
		store.do("activateDue", {});
		expect(store.book.prices.effective("100", noon)?.amountMinor).toBe(500);
	});

	it("with an end gives way to the price before it when it is over, and the label is drawn again", () => {
		show("00000000000000A1", 1);
		fromHq(store, "catalog", [price("100", 2, 99, { kind: "promotion", until: "2026-03-03T00:00:00.000Z", priorAmountMinor: 189 })]);
		store.do("activateDue", {});
		show("00000000000000A1", 2);
		store.do("activateDue", {}, "2026-03-03T00:00:00.000Z");
		expect(label().desired?.version).toBe(3);
		show("00000000000000A1", 3, "2026-03-03T00:00:05.000Z");
		expect(store.book.events.after(0, 100).findLast(({ type }) => type === "label.shown")).toMatchObject({
			type: "label.shown",
			amountMinor: 199,
			upToVersion: 2,
		});
	});

	it("with an end keeps its place while a new shelf price arrives beneath it", () => {
		fromHq(store, "catalog", [
			price("100", 2, 99, { kind: "promotion", until: "2026-03-03T00:00:00.000Z" }),
			price("100", 3, 209, { from: "2026-03-01T00:00:00.000Z" }),
		]);
		store.do("activateDue", {});
		expect(store.book.prices.effective("100", noon)?.amountMinor).toBe(99);
		expect(store.book.prices.effective("100", "2026-03-03T00:00:00.000Z")?.amountMinor).toBe(209);
	});

	it("without an end is replaced by the next price HQ sends", () => {
		fromHq(store, "catalog", [
			price("100", 2, 99, { kind: "promotion", from: "2026-02-01T00:00:00.000Z" }),
			price("100", 3, 209, { from: "2026-03-01T00:00:00.000Z" }),
		]);
		store.do("activateDue", {});
		expect(store.book.prices.effective("100", noon)?.amountMinor).toBe(209);
	});
});

describe("a batch from HQ", () => {
	const batch = (from: number, records: object[]) => ({
		stream: "catalog",
		epoch: "00000000000000e1",
		from,
		records: records as never,
		hash: "f".repeat(32),
	});

	it("sent twice changes nothing the second time, and is acknowledged again", () => {
		const again = batch(1, [{ record: article("100") }, { record: price("100", 1, 999) }]);
		expect(store.do("acceptDown", again)).toEqual({ position: 2, rejected: [] });
		expect(store.book.prices.effective("100", noon)?.amountMinor).toBe(199);
	});

	it("with a gap before it is refused and nothing of it is kept", () => {
		expect(store.refused("acceptDown", batch(9, [{ record: article("900") }]))).toBe("gap");
		expect(store.book.articles.bySku("900")).toBeUndefined();
	});

	it("with a poisoned record in the middle buries that record, says so to HQ, and takes the rest", () => {
		const answer = store.do(
			"acceptDown",
			batch(3, [
				{ record: article("101") },
				{ poison: { code: "schema", why: "amountMinor is not an integer" }, raw: {} },
				{ record: article("102") },
			]),
		);
		expect(answer).toEqual({ position: 5, rejected: [{ seq: 4, code: "schema" }] });
		expect(store.book.articles.bySku("102")?.sku).toBe("102");
		expect(types().at(-1)).toBe("articles.accepted");
		expect(types()).toContain("record.refused");
	});
});

describe("the ledger", () => {
	it("gives facts dense numbers and a chain that a restart continues", () => {
		const before = store.book.link.up("facts");
		store.reopen();
		expect(store.book.link.up("facts")).toEqual(before);
		fromHq(store, "catalog", [price("100", 2, 210)]);
		store.do("activateDue", {});
		expect(store.book.link.upAfter("facts", 0, 100).map((fact) => fact.seq)).toEqual(
			Array.from({ length: store.book.link.up("facts").last }, (_, i) => i + 1),
		);
	});

	it("takes back the numbers of a refused flow", () => {
		const last = store.book.events.last();
		store.refused("queuePrint", { id: "j1", document: "x" });
		fromHq(store, "catalog", [price("100", 2, 210)]);
		store.do("activateDue", {});
		expect(store.book.events.after(last, 10)[0]?.seq).toBe(last + 1);
	});
});

describe("a label that is not what it was", () => {
	const alarms = () => store.book.alarms.list().filter((alarm) => alarm.clearedAt === null);

	it("is not shown any more when somebody else drew on it, until it says so again (case L2)", () => {
		show(label().id, 1);
		expect(label().state).toBe("SHOWN");
		store.do("recordLabelTrouble", { label: label().id, code: "label-foreign-picture" });
		expect(label()).toMatchObject({ state: "PENDING", confirmed: null, trouble: "label-foreign-picture" });
		expect(alarms()).toMatchObject([{ code: "label-foreign-picture", level: "RED" }]);
		expect(store.book.labels.tasks("", 10).map((task) => task.label)).toEqual([label().id]);
		store.do("recordShown", { label: label().id, version: 1 });
		expect(label().state).toBe("SHOWN");
		expect(alarms()).toEqual([]);
		expect(types().filter((type) => type === "label.shown")).toHaveLength(2);
	});

	const checkIn = (id: string, more: object = {}) => ({
		label: id,
		at: noon,
		accessPoint: "ap",
		hwType: 1,
		firmware: 1,
		batteryMillivolts: null,
		rssi: null,
		temperatureCelsius: null,
		...more,
	});

	it("says that its battery is low, and that it was changed (case L3)", () => {
		store.do("recordCheckIns", { checkIns: [checkIn(label().id, { batteryMillivolts: 1_900 })] });
		expect(alarms()).toMatchObject([{ code: "label-battery-low", subject: label().id }]);
		store.do("recordCheckIns", { checkIns: [checkIn(label().id, { batteryMillivolts: 2_500 })] });
		expect(alarms()).toHaveLength(1);
		store.do("recordCheckIns", { checkIns: [checkIn(label().id, { batteryMillivolts: 3_000 })] });
		expect(alarms()).toEqual([]);
	});

	it("is one of thousands that nobody has seen: only the newest are kept (case L10)", () => {
		const invented = (n: number) => `FFFFFFFF${n.toString(16).toUpperCase().padStart(8, "0")}`;
		for (let from = 0; from < 4_000; from += 500)
			store.do("recordCheckIns", { checkIns: Array.from({ length: 500 }, (_, i) => checkIn(invented(from + i))) });
		const unbound = store.book.labels.list({ after: "", limit: 5_000, state: "UNBOUND" });
		expect(unbound).toHaveLength(200);
		expect(label().sku).toBe("100");
	});

	it("can be bound by hand only when it is known (case L7)", () => {
		expect(store.refused("bindLabel", { label: "00000000000000FF", sku: "100", mustBeKnown: true })).toBe("label-unknown");
		expect(store.book.labels.get("00000000000000FF")).toBeUndefined();
		store.do("recordCheckIns", { checkIns: [checkIn("00000000000000FF")] });
		expect(store.do("bindLabel", { label: "00000000000000FF", sku: "100", mustBeKnown: true }).state).toBe("PENDING");
	});
});
