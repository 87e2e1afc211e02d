import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { scanReadingOf } from "../../src/daemon/scan-inspection.ts";
import { noteRecord } from "../../src/link/protocol/events.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
const secondsLater = (n: number): string => new Date(Date.parse(noon) + n * 1_000).toISOString();
const coupon = (id: string, more: object = {}) => ({
	type: "coupon",
	coupon: {
		...{ id, code: `CODE-${id}`, what: "amount", amountMinor: 100, from: "2026-03-01T00:00:00.000Z" },
		...{ until: "2026-03-20T00:00:00.000Z", total: 100, ...more },
	},
});
const lease = (id: string, quantity: number) => ({
	type: "coupon-lease",
	lease: { id: `${id}-lease`, coupon: id, quantity, expiresAt: "2026-03-09T12:00:00.000Z", inc: 1 },
});
const config = (scanner: string): void =>
	void store.do(
		"keepScanReading",
		scanReadingOf(parseConfig(`store: a\ndevices:\n  - { id: hand-1, family: scanner, port: /dev/ttyS0, ${scanner} }`)),
	);

beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), price("100", 1, 400)]);
	store.do("activateDue", {});
	fromHq(store, "stock", [coupon("a"), lease("a", 3)]);
	config("mode: coupon");
});
afterEach(() => store.close());

/** What the clerk is told, as head office's door accepts it. */
function acted(code: string, at = noon, more: { sourceId?: string } = {}) {
	const before = store.book.events.recent(1)[0]?.seq ?? 0;
	store.do("recordScans", { scans: [{ device: "hand-1", code, symbologySource: "guess", ...more }] }, at);
	const news = store.book.events.recent(20).filter((event) => event.seq > before && event.type === "scan.acted");
	for (const event of news) expect(noteRecord.safeParse(event).error).toBeUndefined();
	return news;
}
const redeemed = (): number => store.book.events.after(0, 1_000).filter(({ type }) => type === "coupon.redeemed").length;

describe("a coupon that is scanned at a device in mode coupon", () => {
	it("is redeemed once for a scan, and not again while the scanner still looks at it", () => {
		expect(acted("CODE-a", noon, { sourceId: "1" })).toMatchObject([{ did: "redeemed", coupon: "a", amountMinor: 100 }]);
		expect(acted("CODE-a", noon, { sourceId: "1" })).toEqual([]);
		expect(acted("CODE-a", secondsLater(2))).toMatchObject([{ did: "refused", why: "coupon-just-redeemed" }]);
		expect(redeemed()).toBe(1);
		expect(acted("CODE-a", secondsLater(8))).toMatchObject([{ did: "redeemed" }]);
		expect(redeemed()).toBe(2);
	});

	it("goes into the basket whose code was scanned before it, and is redeemed when that is paid", () => {
		store.do("openBasket", { id: "basket-1", till: "till-1" });
		store.do("addToBasket", { basket: "basket-1", code: "100" });
		expect(acted("basket-1")).toMatchObject([{ did: "waits", basket: "basket-1" }]);
		expect(acted("CODE-a")).toMatchObject([{ did: "put-in", basket: "basket-1", coupon: "a", amountMinor: 100 }]);
		expect(acted("CODE-a")).toMatchObject([{ did: "refused", why: "coupon-in-basket" }]);
		expect(redeemed()).toBe(0);
		expect(store.book.baskets.get("basket-1")?.coupons).toHaveLength(1);
	});

	it("is refused with its reason: unknown, of goods that nobody named, used up, a payment card's or an article's code", () => {
		fromHq(store, "stock", [coupon("b", { conditions: { skus: ["100"] } }), lease("b", 1), coupon("c"), lease("c", 0)]);
		for (const [code, why] of [
			["nonsense", "coupon-unknown"],
			["100", "coupon-unknown"],
			["CODE-b", "coupon-needs-basket"],
			["CODE-c", "coupon-no-quota"],
		] as const)
			expect([code, acted(code)]).toMatchObject([code, [{ did: "refused", why }]]);
		expect(redeemed()).toBe(0);
	});

	it("is only looked at where the device is not set so, and after a mode code where it may be", () => {
		config("mode: lookup");
		expect(acted("CODE-a")).toEqual([]);
		config("modes: [coupon]");
		expect(acted("GONDOLA-MODE-COUPON")).toMatchObject([{ did: "mode", mode: "coupon" }]);
		expect(acted("CODE-a")).toMatchObject([{ did: "redeemed" }]);
	});
});
