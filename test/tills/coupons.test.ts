import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
const later = "2026-03-20T00:00:00.000Z";
const coupon = (id: string, more: object = {}) => ({
	type: "coupon",
	coupon: { id, code: `CODE-${id}`, what: "amount", amountMinor: 100, from: "2026-03-01T00:00:00.000Z", until: later, total: 100, ...more },
});
const lease = (id: string, quantity: number, more: object = {}) => ({
	type: "coupon-lease",
	lease: { id: `${id}-lease`, coupon: id, quantity, expiresAt: "2026-03-09T12:00:00.000Z", inc: 1, ...more },
});
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), price("100", 1, 400), article("200", { depositMinor: 25 }), price("200", 1, 150)]);
	store.do("activateDue", {});
});
afterEach(() => store.close());

const redeem = (id: string, code: string, more: object = {}) => store.do("redeemCoupon", { id, code, till: "till-1", ...more });
const events = (type: string) => store.book.events.after(0, 1_000).filter((event) => event.type === type);

describe("a coupon at the till", () => {
	it("is accepted with what it is worth, and answered as before when the till asks again", () => {
		fromHq(store, "stock", [coupon("a"), lease("a", 5)]);
		const first = redeem("r1", "CODE-a", { sale: "s1" });
		expect(first).toEqual({ accepted: true, worth: 100, coupon: "a", duplicate: false });
		store.reopen();
		expect(redeem("r1", "CODE-a", { sale: "s1" })).toEqual({ ...first, duplicate: true });
		expect(store.refused("redeemCoupon", { id: "r1", code: "CODE-a", till: "till-2" })).toBe("redemption-differs");
		const amount = { id: "r1", code: "CODE-a", till: "till-1", sale: "s1", amountMinor: 700 };
		expect(store.refused("redeemCoupon", amount)).toBe("redemption-differs");
		expect(events("coupon.redeemed")).toMatchObject([{ redemption: "r1", coupon: "a", lease: "a-lease", amountMinor: 100, sale: "s1" }]);
	});

	it("is redeemed as often as was lent to this store and no more, and once more after one was given back", () => {
		fromHq(store, "stock", [coupon("a"), lease("a", 3)]);
		for (const n of [1, 2, 3]) expect(redeem(`r${n}`, "CODE-a")).toMatchObject({ accepted: true });
		expect(redeem("r4", "CODE-a")).toMatchObject({ accepted: false, code: "coupon-no-quota" });
		expect(store.do("voidRedemption", { id: "r2" })).toEqual({ coupon: "a", duplicate: false });
		expect(store.do("voidRedemption", { id: "r2" })).toEqual({ coupon: "a", duplicate: true });
		expect(redeem("r2", "CODE-a")).toMatchObject({ accepted: false, code: "coupon-voided" });
		expect(redeem("r5", "CODE-a")).toMatchObject({ accepted: true });
		expect(redeem("r6", "CODE-a")).toMatchObject({ accepted: false });
		expect(store.refused("voidRedemption", { id: "r9" })).toBe("redemption-unknown");
		expect(events("coupon.refused")).toMatchObject([{ code: "coupon-no-quota" }, { code: "coupon-no-quota" }]);
	});

	it("is refused before its time, after it, and when nobody here knows it", () => {
		fromHq(store, "stock", [coupon("a", { from: "2026-03-03T00:00:00.000Z" }), lease("a", 1)]);
		expect(redeem("r1", "CODE-a")).toMatchObject({ accepted: false, code: "coupon-early" });
		expect(store.do("redeemCoupon", { id: "r1", code: "CODE-a", till: "t" }, later)).toMatchObject({ code: "coupon-over" });
		expect(redeem("r1", "nonsense")).toMatchObject({ accepted: false, code: "coupon-unknown" });
		expect(redeem("r1", "GM1.x.y")).toMatchObject({ accepted: false, code: "coupon-unknown" });
		expect(store.refused("redeemCoupon", { id: "r1", code: "4111111111111111", till: "t" })).toBe("payment-card");
	});

	const ended = (id: string, at = noon) => ({ type: "coupon-ended", coupon: id, at });

	it("is refused with a code of its own once head office ended its campaign, also after a restart, and its leases go back", () => {
		fromHq(store, "stock", [coupon("a"), lease("a", 5)]);
		expect(redeem("r1", "CODE-a")).toMatchObject({ accepted: true });
		fromHq(store, "stock", [ended("a"), ended("a", later)]);
		store.reopen();
		const why = `Head office ended Coupon a early, at ${noon}.`;
		expect(redeem("r2", "CODE-a")).toEqual({ accepted: false, code: "coupon-ended", why });
		expect(redeem("r1", "CODE-a")).toMatchObject({ accepted: true, duplicate: true });
		expect(events("coupon.ended")).toMatchObject([{ coupon: "a", endedAt: noon, redeemed: 1 }]);
		// A head office that forgot the end lends again: nothing of it is used.
		fromHq(store, "stock", [lease("a", 7, { id: "a-again" })]);
		expect(redeem("r3", "CODE-a")).toMatchObject({ accepted: false, code: "coupon-ended" });
		expect(events("coupon.lease-closed")).toMatchObject([
			{ lease: "a-lease", used: 1 },
			{ lease: "a-again", used: 0 },
		]);
	});

	it("is read from AI 255, 8110 and 8112, and the same piece of paper is refused the second time", () => {
		fromHq(store, "stock", [
			...[coupon("gcn", { code: "9501101020917" }), lease("gcn", 9)],
			...[coupon("us", { code: "8110:0614141:123456" }), lease("us", 9)],
			...[coupon("paperless", { code: "8112:0614141:123456" }), lease("paperless", 9)],
		]);
		const codes = ["(255)95011010209170000001", "(8110)106141411234563100110000", "(8112)0106141411234560000007"];
		expect(redeem("r1", codes[0]!)).toMatchObject({ accepted: true, coupon: "gcn" });
		expect(redeem("r2", codes[0]!)).toMatchObject({ accepted: false, code: "coupon-used" });
		expect(redeem("r3", "(255)95011010209170000002")).toMatchObject({ accepted: true });
		expect(redeem("r4", codes[2]!)).toMatchObject({ accepted: true, coupon: "paperless" });
		expect(redeem("r5", codes[2]!)).toMatchObject({ accepted: false, code: "coupon-used" });
		for (const n of [7, 8]) expect(redeem(`r${n}`, codes[1]!)).toMatchObject({ accepted: true, coupon: "us" });
		const numbered = `${codes[1]}50000009`;
		expect(redeem("r9", numbered)).toMatchObject({ accepted: true, coupon: "us" });
		expect(redeem("r10", numbered)).toMatchObject({ accepted: false, code: "coupon-used" });
		store.do("voidRedemption", { id: "r4" });
		expect(redeem("r6", codes[2]!)).toMatchObject({ accepted: true });
	});

	it("counts from an amount on, which the till has to give", () => {
		fromHq(store, "stock", [coupon("a", { conditions: { minAmountMinor: 1_000 } }), lease("a", 1)]);
		expect(redeem("r1", "CODE-a")).toMatchObject({ code: "coupon-needs-basket" });
		expect(redeem("r1", "CODE-a", { amountMinor: 999 })).toMatchObject({ code: "coupon-conditions" });
		expect(redeem("r1", "CODE-a", { amountMinor: 1_000 })).toMatchObject({ accepted: true, worth: 100 });
	});

	it("may not be redeemed once what was lent is over, and head office is told what was used", () => {
		fromHq(store, "stock", [coupon("a"), lease("a", 3)]);
		redeem("r1", "CODE-a");
		const over = "2026-03-09T12:00:00.000Z";
		expect(store.do("redeemCoupon", { id: "r2", code: "CODE-a", till: "t" }, over)).toMatchObject({ code: "coupon-no-quota" });
		store.do("closeCouponLeases", {}, over);
		store.do("closeCouponLeases", {}, over);
		expect(events("coupon.lease-closed")).toMatchObject([{ lease: "a-lease", coupon: "a", used: 1 }]);
		expect(store.do("redeemCoupon", { id: "r3", code: "CODE-a", till: "t" }, noon)).toMatchObject({ code: "coupon-no-quota" });
	});

	it("lends nothing to a box that took another's place", () => {
		fromHq(store, "stock", [coupon("a"), lease("a", 3, { inc: 2 })]);
		expect(redeem("r1", "CODE-a")).toMatchObject({ code: "coupon-no-quota" });
		expect(fromHq(store, "stock", [coupon("a", { total: 7 })]).rejected).toMatchObject([{ code: "coupon-differs" }]);
	});
});

describe("a coupon in a basket", () => {
	const basket = (id = "b1") => store.do("openBasket", { id, till: "till-1" });
	const add = (code: string, quantity = 1) => store.do("addToBasket", { basket: "b1", code, quantity });
	const put = (code: string) => store.do("couponOfBasket", { basket: "b1", code });

	it("takes off what it is worth, and is redeemed with the sale and not before", () => {
		fromHq(store, "stock", [coupon("a", { name: "One euro off" }), lease("a", 1)]);
		basket();
		add("200", 2);
		expect(put("CODE-a")).toMatchObject({ coupons: [{ coupon: "a", amountMinor: 100 }], totalMinor: 250, depositMinor: 50 });
		expect(store.refused("couponOfBasket", { basket: "b1", code: "CODE-a" })).toBe("coupon-in-basket");
		expect(events("coupon.redeemed")).toEqual([]);
		const paid = store.do("settleBasket", { basket: "b1", id: "s1", totalMinor: 250 });
		expect(store.do("settleBasket", { basket: "b1", id: "s1" })).toEqual({ ...paid, duplicate: true });
		expect(events("coupon.redeemed")).toMatchObject([{ coupon: "a", amountMinor: 100, sale: "s1" }]);
		expect(events("sale.recorded")).toMatchObject([{ coupons: [{ coupon: "a", amountMinor: 100 }] }]);
		const receipt = store.book.jobs.get(paid.job!)!.document;
		expect(receipt).toContain("One euro off | -€1.00");
		expect(receipt).toContain("TOTAL | ^^^€2.50");
		const [{ redemption }] = events("coupon.redeemed") as unknown as [{ redemption: string }];
		expect(store.refused("voidRedemption", { id: redemption })).toBe("redemption-settled");
	});

	it("that another till redeemed meanwhile stops the settling as a whole, until it is taken out", () => {
		fromHq(store, "stock", [coupon("a"), lease("a", 1)]);
		basket();
		add("100");
		put("CODE-a");
		redeem("r1", "CODE-a");
		expect(store.refused("settleBasket", { basket: "b1", id: "s1" })).toBe("coupon-no-quota");
		expect(events("sale.recorded")).toEqual([]);
		expect(events("stock.moved")).toEqual([]);
		store.do("dropCoupon", { basket: "b1", coupon: "a" });
		expect(store.do("settleBasket", { basket: "b1", id: "s1" }).basket.totalMinor).toBe(400);
	});

	it("whose campaign ended meanwhile stops the settling as a whole, until it is taken out", () => {
		fromHq(store, "stock", [coupon("a"), lease("a", 1)]);
		basket();
		add("100");
		put("CODE-a");
		fromHq(store, "stock", [{ type: "coupon-ended", coupon: "a", at: noon }]);
		expect(store.refused("settleBasket", { basket: "b1", id: "s1" })).toBe("coupon-ended");
		expect(events("sale.recorded")).toEqual([]);
		store.do("dropCoupon", { basket: "b1", coupon: "a" });
		expect(store.do("settleBasket", { basket: "b1", id: "s1" }).basket.totalMinor).toBe(400);
	});

	it("counts for its articles only, for so many pieces, and never takes off more than they cost", () => {
		fromHq(store, "stock", [
			...[coupon("a", { what: "articles", skus: ["100"], pieces: 2, amountMinor: 150 }), lease("a", 9)],
			...[coupon("b", { what: "article-for", skus: ["200"], amountMinor: 1 }), lease("b", 9)],
			...[coupon("c", { amountMinor: 100_000 }), lease("c", 9)],
			...[coupon("m", { conditions: { tier: "gold" } }), lease("m", 9)],
		]);
		basket();
		add("200");
		expect(store.refused("couponOfBasket", { basket: "b1", code: "CODE-a" })).toBe("coupon-nothing");
		expect(store.refused("couponOfBasket", { basket: "b1", code: "CODE-m" })).toBe("coupon-members-only");
		add("100", 3);
		expect(put("CODE-a").coupons).toMatchObject([{ amountMinor: 300 }]);
		expect(put("CODE-b").coupons[1]).toMatchObject({ amountMinor: 149 });
		expect(put("CODE-c")).toMatchObject({ totalMinor: 25 });
	});
});
