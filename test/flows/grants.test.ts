import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { article, fromHq, noon, openTestStore, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100")]);
	store.do("recordMovement", { id: "count", sku: "100", quantity: 10, reason: "count", occurredAt: "2026-03-01T00:00:00.000Z" });
	fromHq(store, "stock", [{ type: "grant-ask", sku: "100", wanted: 4, grant: "g1", expiresAt: "2026-03-02T13:00:00.000Z" }]);
});
afterEach(() => store.close());
const hand = () => store.book.stock.onHand("100")!;

describe("a grant to head office", () => {
	it("lends no more than is there, and is not available to the store meanwhile", () => {
		expect(hand()).toMatchObject({ onHand: 10, granted: 4, available: 6 });
		fromHq(store, "stock", [{ type: "grant-ask", sku: "100", wanted: 50, grant: "g2", expiresAt: "2026-03-02T13:00:00.000Z" }]);
		expect(hand()).toMatchObject({ onHand: 10, granted: 10, available: 0 });
	});

	it("comes back unused an hour after its end, later than head office stops selling from it", () => {
		store.do("keepClockFloor", {}, "2026-03-02T13:30:00.000Z");
		expect(hand().granted).toBe(4);
		store.do("keepClockFloor", {}, "2026-03-02T14:01:00.000Z");
		expect(hand()).toMatchObject({ granted: 0, available: 10 });
	});

	it("still takes what head office sold in time and tells late", () => {
		store.do("keepClockFloor", {}, "2026-03-05T00:00:00.000Z");
		fromHq(store, "stock", [{ type: "grant-used", grant: "g1", sku: "100", used: 3, order: "o1" }]);
		expect(hand().onHand).toBe(7);
		const refused = fromHq(store, "stock", [{ type: "grant-used", grant: "g1", sku: "100", used: 2, order: "o2" }]);
		expect(refused.rejected).toEqual([expect.objectContaining({ code: "grant-overspent" })]);
		expect(hand().onHand).toBe(7);
	});

	it("is noted as a shortfall when the till sells what was lent", () => {
		store.do("recordSale", { id: "s1", till: "till-1", at: noon, lines: [{ sku: "100", quantity: 8, amountMinor: 800 }] });
		expect(store.book.events.after(0, 50).find((event) => event.type === "stock.shortfall")).toMatchObject({
			sku: "100",
			quantity: 2,
			sale: "s1",
		});
	});
});
