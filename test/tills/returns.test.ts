import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ReturnAnswer } from "../../src/flows/returns/return-goods.ts";
import { type GoodsReturn, readLineName } from "../../src/words/tills/return.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
let own: string;
beforeEach(() => {
	store = openTestStore();
	store.do("setIdentity", { store: "s-own", tenant: "t" });
	own = "s-own";
	fromHq(store, "catalog", [
		...[article("100"), price("100", 1, 400), article("200", { depositMinor: 25 }), price("200", 1, 150)],
		...[article("300", { weighed: true, name: "Cheese" }), price("300", 1, 1_999)],
	]);
	store.do("activateDue", {});
});
afterEach(() => store.close());

const sell = (id: string, lines: object[], till = "till-1") => store.do("recordSale", { id, till, at: noon, lines: lines as never });
const lineOf = (sale: string, number: number, at = own) => `${at}/till-1/${sale}/${number}`;
const asked = (id: string, line: string, more: object = {}) => ({
	id,
	line,
	quantity: 1,
	condition: "sellable" as const,
	days: 30,
	...more,
});
const back = (id: string, line: string, more: object = {}, at = noon): ReturnAnswer => store.do("returnGoods", asked(id, line, more), at);
const taken = (answer: ReturnAnswer): GoodsReturn => {
	if (!("taken" in answer)) throw new Error(answer.why);
	return answer.taken;
};
const refused = (id: string, line: string, more: object = {}, at = noon) => store.refused("returnGoods", asked(id, line, more), at);
const events = (type: string) => store.book.events.after(0, 1_000).filter((event) => event.type === type);
const onHand = (sku: string) => store.book.stock.onHand(sku)!;

describe("goods that come back to the store that sold them", () => {
	it("go on hand once, with what was paid for them and who took them, without head office", () => {
		sell("s1", [{ sku: "100", quantity: 3, amountMinor: 1_000 }]);
		const first = back("r1", lineOf("s1", 1));
		expect(taken(first)).toMatchObject({ sku: "100", quantity: 1, refundMinor: 333, currency: "EUR", unit: "piece" });
		store.reopen();
		expect(back("r1", lineOf("s1", 1))).toEqual({ ...first, duplicate: true });
		expect(onHand("100").onHand).toBe(-2);
		expect(events("return.recorded")).toMatchObject([{ return: "r1", line: lineOf("s1", 1), refundMinor: 333, condition: "sellable" }]);
		expect(events("stock.moved").at(-1)).toMatchObject({ movement: { reason: "return", quantity: 1, reference: "r1" } });
		expect(store.refused("returnGoods", asked("r1", lineOf("s1", 1), { quantity: 2 }))).toBe("return-differs");
	});

	it("never more than was sold, in however many parts, and the parts add up to what was paid", () => {
		sell("s1", [{ sku: "100", quantity: 3, amountMinor: 1_000 }]);
		const amounts = [taken(back("r1", lineOf("s1", 1))).refundMinor, taken(back("r2", lineOf("s1", 1), { quantity: 2 })).refundMinor];
		expect(amounts).toEqual([333, 667]);
		expect(refused("r3", lineOf("s1", 1))).toBe("line-returned");
		expect(refused("r3", lineOf("s1", 1), { quantity: 4 })).toBe("return-too-many");
		expect(onHand("100").onHand).toBe(0);
	});

	it("of one line by one name, however it is percent-encoded", () => {
		sell("s 1/2%", [{ sku: "100", quantity: 1, amountMinor: 400 }]);
		const [name, other] = [`${own}/till-1/s%201%2F2%25/1`, `${own}/till%2D1/%73%201%2f2%25/1`];
		taken(back("r1", name));
		expect(refused("r2", other)).toBe("line-returned");
		expect(back("r1", other)).toMatchObject({ duplicate: true });
	});

	it("are kept apart when damaged or opened, and are waste when expired: on hand has only what can be sold", () => {
		sell("s1", [{ sku: "100", quantity: 4, amountMinor: 1_600 }]);
		back("r1", lineOf("s1", 1), { condition: "damaged" });
		back("r2", lineOf("s1", 1), { condition: "opened" });
		back("r3", lineOf("s1", 1), { condition: "expired" });
		expect(onHand("100")).toMatchObject({ onHand: -4, quality: 2 });
		expect(store.do("settleQuality", { id: "q1", sku: "100", quantity: 1, to: "shelf" })).toMatchObject({ quality: 1, duplicate: false });
		expect(store.do("settleQuality", { id: "q1", sku: "100", quantity: 1, to: "shelf" })).toMatchObject({ quality: 1, duplicate: true });
		expect(store.refused("settleQuality", { id: "q1", sku: "100", quantity: 1, to: "waste" })).toBe("return-differs");
		expect(store.refused("settleQuality", { id: "q2", sku: "100", quantity: 2, to: "waste" })).toBe("quality-short");
		store.do("settleQuality", { id: "q2", sku: "100", quantity: 1, to: "waste" });
		expect(onHand("100")).toMatchObject({ onHand: -3 });
		expect(onHand("100").quality).toBeUndefined();
	});

	it("within the days of the terms, and no day later", () => {
		sell("s1", [{ sku: "100", quantity: 2, amountMinor: 800 }]);
		expect(refused("r1", lineOf("s1", 1), {}, "2026-04-01T12:00:00.000Z")).toBe("return-too-late");
		taken(back("r1", lineOf("s1", 1), {}, "2026-04-01T11:59:59.999Z"));
	});

	it("by weight where they were sold by weight", () => {
		sell("s1", [{ sku: "300", milligrams: 250_000, amountMinor: 500 }]);
		expect(refused("r1", lineOf("s1", 1))).toBe("unit-unclear");
		const cut = store.do("returnGoods", { id: "r1", line: lineOf("s1", 1), milligrams: 100_000, condition: "sellable", days: 30 });
		expect(taken(cut)).toMatchObject({ quantity: 100_000, unit: "milligram", refundMinor: 200 });
	});

	it("only of lines that this store sold: others are refused, and change nothing", () => {
		sell("s1", [
			{ sku: "100", quantity: 1, amountMinor: 400 },
			{ sku: "200", quantity: -1, amountMinor: -150 },
		]);
		const before = store.book.events.last();
		for (const line of [lineOf("s1", 3), lineOf("s2", 1), lineOf("s1", 2)]) expect(refused("r1", line)).toBe("return-line-unknown");
		for (const line of ["", "a", "a/b", "a/b/c", "a/b/c/0", "a/b/c/1/2", "a/b/c/x", "a/%/c/1", "a/b%00/c/1", "order//x", "/a/b/1"])
			expect(refused("r1", line)).toBe("return-line-unreadable");
		expect(store.book.events.last()).toBe(before);
	});

	it("without a receipt at the price that anybody pays today, counted apart", () => {
		const without = { id: "r1", sku: "200", quantity: 2, condition: "opened" as const };
		const first = store.do("returnWithoutReceipt", without);
		expect(first.taken).toMatchObject({ refundMinor: 350, pieces: [] });
		expect(first.taken.line).toBeUndefined();
		expect(store.do("returnWithoutReceipt", without)).toEqual({ ...first, duplicate: true });
		expect(store.refused("returnWithoutReceipt", { ...without, quantity: 3 })).toBe("return-differs");
		expect(store.refused("returnWithoutReceipt", { ...without, id: "r2", sku: "900" })).toBe("article-unknown");
		expect(onHand("200").quality).toBe(2);
	});
});

describe("a basket and what comes back of it", () => {
	const coupon = (id: string, more: object = {}) => [
		{
			type: "coupon",
			coupon: { id, code: `C-${id}`, what: "amount", amountMinor: 100, from: noon, until: "2026-03-20T00:00:00.000Z", total: 9, ...more },
		},
		{ type: "coupon-lease", lease: { id: `${id}-lease`, coupon: id, quantity: 9, expiresAt: "2026-03-09T12:00:00.000Z", inc: 1 } },
	];
	const fill = (id: string, ...goods: [sku: string, quantity: number][]) => {
		store.do("openBasket", { id, till: "till-1" });
		for (const [code, quantity] of goods) store.do("addToBasket", { basket: id, code, quantity });
	};

	it("refunds what the coupons left to pay, so that all lines together come to what was paid", () => {
		fromHq(store, "stock", [...coupon("a"), ...coupon("b", { what: "articles", skus: ["200"], amountMinor: 50 })]);
		fill("b1", ["100", 1], ["200", 2]);
		for (const code of ["C-a", "C-b"]) store.do("couponOfBasket", { basket: "b1", code });
		const { basket } = store.do("settleBasket", { basket: "b1", id: "s1" });
		expect(basket.totalMinor).toBe(600);
		const amounts = [taken(back("r1", lineOf("s1", 1))), taken(back("r2", lineOf("s1", 2), { quantity: 2 }))].map((it) => it.refundMinor!);
		expect(amounts.reduce((sum, one) => sum + one)).toBe(600);
		expect(amounts[0]).toBe(400 - 58);
	});

	it("is exchanged in one act: the goods come back with the sale, or neither happens", () => {
		sell("s1", [{ sku: "100", quantity: 1, amountMinor: 400 }]);
		fill("b1", ["200", 1]);
		const returns = [asked("r1", lineOf("s1", 1))];
		const paid = store.do("settleBasket", { basket: "b1", id: "s2", returns });
		expect(paid).toMatchObject({ refundMinor: 400, dueMinor: -225, returns: [{ id: "r1", exchange: "s2", till: "till-1" }] });
		store.reopen();
		expect(store.do("settleBasket", { basket: "b1", id: "s2", returns })).toEqual({ ...paid, duplicate: true });
		expect(store.refused("settleBasket", { basket: "b1", id: "s2" })).toBe("sale-differs");
		fill("b2", ["200", 1]);
		const before = store.book.events.last();
		expect(store.refused("settleBasket", { basket: "b2", id: "s3", returns: [asked("r2", lineOf("s1", 1))] })).toBe("line-returned");
		expect(store.refused("settleBasket", { basket: "b2", id: "s3", returns: [asked("r2", "other/t/s/1")] })).toBe("return-not-here");
		expect(store.refused("settleBasket", { basket: "b2", id: "s3", returns })).toBe("return-differs");
		expect(store.book.events.last()).toBe(before);
		expect(events("return.recorded")).toHaveLength(1);
	});
});

describe("the right to take a line back", () => {
	const sold = { sku: "100", quantity: 5, paidMinor: 1_000, currency: "EUR", at: noon };
	const line = "other/till-1/s9/1";
	const until = "2026-03-02T16:00:00.000Z";
	const lease = (id: string, from: number, to: number, more: object = {}) => ({
		type: "return-lease",
		lease: { id, ask: `${own}:${line}:1`, line, from, to, sold, expiresAt: until, inc: 1, ...more },
	});

	it("of another store is asked of head office, once, and used within what was lent until it is over", () => {
		expect(back("r1", line)).toEqual({ asked: true, why: "return-asked" });
		expect(back("r1", line)).toEqual({ asked: true, why: "return-asked" });
		const asks = events("return.asked") as unknown as { ask: string }[];
		expect(new Set(asks.map(({ ask }) => ask)).size).toBe(1);
		expect(onHand("100").onHand).toBe(0);
		fromHq(store, "stock", [lease("l1", 3, 5)]);
		expect(taken(back("r1", line))).toMatchObject({ refundMinor: 200, pieces: [{ from: 3, to: 4, right: "l1" }] });
		expect(back("r2", line, { quantity: 2 })).toMatchObject({ asked: true });
		store.do("closeReturnLeases", {}, until);
		store.do("closeReturnLeases", {}, until);
		expect(events("return.lease-closed")).toMatchObject([{ lease: "l1", line, next: 4 }]);
		expect(back("r3", line)).toMatchObject({ asked: true });
	});

	it("is not used after its end, nor by a box that took the place of the one it was lent to", () => {
		fromHq(store, "stock", [lease("l1", 0, 1), lease("l2", 1, 2, { inc: 2 })]);
		expect(back("r1", line, {}, until)).toMatchObject({ asked: true });
		taken(back("r1", line));
		expect(back("r2", line)).toMatchObject({ asked: true });
	});

	it("of its own lines is given to head office from the end, and what was given is not taken back here", () => {
		sell("s1", [{ sku: "100", quantity: 3, amountMinor: 900 }]);
		const name = lineOf("s1", 1);
		fromHq(store, "stock", [{ type: "return-ask", ask: "x:1", line: name, quantity: 2 }]);
		expect(events("return.released")).toMatchObject([{ ask: "x:1", line: name, from: 1, to: 3, sold: { quantity: 3, paidMinor: 900 } }]);
		expect(back("r1", name, { quantity: 2 })).toEqual({ asked: true, why: "return-asked" });
		expect(taken(back("r1", name))).toMatchObject({ refundMinor: 300 });
		fromHq(store, "stock", [
			{ type: "return-ask", ask: "x:2", line: name, quantity: 1 },
			{ type: "return-ask", ask: "x:3", line: lineOf("s7", 1), quantity: 1 },
		]);
		expect(events("return.released").slice(1)).toMatchObject([
			{ ask: "x:2", from: 0, to: 0, why: "line-returned" },
			{ ask: "x:3", from: 0, to: 0, why: "return-line-unknown" },
		]);
	});

	it("that head office denies is said to the clerk, who may ask again later", () => {
		back("r1", line);
		fromHq(store, "stock", [{ type: "return-denied", ask: `${own}:${line}:1`, line, why: "line-returned" }]);
		expect(back("r1", line)).toEqual({ asked: true, why: "line-returned" });
		expect(back("r1", line)).toEqual({ asked: true, why: "return-asked" });
		expect(events("return.asked")).toHaveLength(2);
	});

	it("is named by store, till, sale and number, or by order and article", () => {
		expect(readLineName("s1/t/x/12")).toEqual({ store: "s1", till: "t", sale: "x", number: 12 });
		expect(readLineName("order/web-1/100")).toEqual({ order: "web-1", sku: "100" });
	});
});
