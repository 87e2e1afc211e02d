import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changedBy, ledgerPayload } from "../../src/broker/ledger/retained-from-ledger.ts";
import { article, fromHq, moment, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const gtin = "04006381333931";
let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100", { gtin }), price("100", 1, 400)]);
	store.do("activateDue", {});
	store.do("recordMovement", { id: "count", sku: "100", quantity: 10, reason: "count", occurredAt: "2026-03-01T00:00:00.000Z" });
});
afterEach(() => store.close());

const recall = (id: string, more: object = {}) =>
	fromHq(store, "stock", [{ type: "stop-sale", stop: { id, gtin, reason: "glass", at: noon, ...more } }]);
const scanned = (code: string) => {
	store.do("recordScans", { scans: [{ device: "scanner-1", code, symbologySource: "guess" }] });
	return store.book.events.after(0, 100).findLast((event) => event.type === "article.scanned")!;
};

describe("a recalled article", () => {
	it("has no price at a scan, until the recall is lifted", () => {
		expect(scanned("4006381333931")).toMatchObject({ amountMinor: 400 });
		recall("r1");
		expect(scanned("4006381333931")).toMatchObject({ sku: "100", amountMinor: null, stop: "recall" });
		expect(store.book.alarms.get("article-recalled:r1")).toMatchObject({ level: "RED", clearedAt: null });
		fromHq(store, "stock", [{ type: "stop-lifted", id: "r1", at: noon }]);
		expect(scanned("4006381333931")).toMatchObject({ amountMinor: 400 });
		expect(store.book.alarms.get("article-recalled:r1")!.clearedAt).not.toBeNull();
	});

	it("of one lot stops that lot and no other", () => {
		recall("r1", { lot: "L7" });
		expect(scanned(`(01)${gtin}(10)L7`)).toMatchObject({ stop: "recall" });
		for (let n = 0; n < 200; n += 1) expect(scanned(`(01)${gtin}(10)L${100 + n}`)).not.toHaveProperty("stop");
		expect(scanned("4006381333931")).not.toHaveProperty("stop");
	});

	it("is told twice without harm, and refused under an id that is known with other contents", () => {
		recall("r1");
		expect(recall("r1").rejected).toEqual([]);
		expect(recall("r1", { lot: "L7" }).rejected).toMatchObject([{ code: "recall-differs" }]);
	});

	it("goes into no bag, and no bag with it out of the store", () => {
		fromHq(store, "stock", [{ type: "grant-ask", sku: "100", wanted: 6, grant: "g", expiresAt: "2026-03-09T13:00:00.000Z" }]);
		const codeHash = createHash("sha256").update("o1:123456").digest("hex");
		const lines = [{ sku: "100", quantity: 1, substitution: "none" }];
		const takes = [{ grant: "g", sku: "100", quantity: 1 }];
		fromHq(store, "stock", [{ type: "order", order: { id: "o1", kind: "pickup", at: noon, by: "x", lines, takes, codeHash } }]);
		store.do("actOnOrder", { order: "o1", act: { act: "accept" } });
		recall("r1");
		expect(store.refused("pickForOrder", { order: "o1", code: "100", id: "p1" })).toBe("article-recalled");
		fromHq(store, "stock", [{ type: "stop-lifted", id: "r1", at: noon }]);
		store.do("pickForOrder", { order: "o1", code: "100", id: "p1" });
		store.do("actOnOrder", { order: "o1", act: { act: "ready" } });
		recall("r2");
		expect(store.refused("handOverOrder", { order: "o1", code: "123456" })).toBe("article-recalled");
	});

	const fields = () => JSON.parse(store.book.labels.row("0000000000000001")!.desired_fields!) as { recall?: { lots: string[] } };
	const priceTopic = () => JSON.parse(ledgerPayload({ read: store.book, now: () => moment(noon) }, { kind: "price", key: "100" })!);

	it("is named on its label and in its retained price, by its lots or as a whole, until the recall is lifted", () => {
		store.do("bindLabel", { label: "0000000000000001", sku: "100" });
		expect(fields()).not.toHaveProperty("recall");
		recall("r1", { lot: "L7" });
		expect(fields().recall).toEqual({ lots: ["L7"] });
		expect(priceTopic()).toMatchObject({ amountMinor: 400, recalls: [{ id: "r1", lot: "L7", reason: "glass" }] });
		for (const lot of ["L8", "L9", "M1"]) recall(`more-${lot}`, { lot });
		expect(fields().recall).toEqual({ lots: ["L8", "L9", "M1", "…"] });
		for (const lot of ["L8", "L9", "M1"]) fromHq(store, "stock", [{ type: "stop-lifted", id: `more-${lot}`, at: noon }]);
		recall("r2");
		expect(fields().recall).toEqual({ lots: [] });
		const raised = store.book.events.after(0, 100).findLast(({ type }) => type === "alarm.raised")!;
		const affected = { labelsOf: () => [], recalledBy: (id: string) => (id === "r2" ? "100" : undefined) };
		expect(changedBy(raised, affected)).toEqual([
			{ kind: "alarm", key: "article-recalled:r2" },
			{ kind: "price", key: "100" },
		]);
		for (const id of ["r1", "r2"]) fromHq(store, "stock", [{ type: "stop-lifted", id, at: noon }]);
		expect(fields()).not.toHaveProperty("recall");
		expect(priceTopic()).not.toHaveProperty("recalls");
	});
});
