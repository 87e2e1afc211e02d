import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeKey } from "../../src/trust/keys.ts";
import { makeMemberCode } from "../../src/words/members/member-code.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const gtin = "04006381333931";
let store: TestStore;
const key = makeKey("member");
const seconds = Date.parse(noon) / 1_000;
let nonces = 0;
const memberCode = (tier = "gold") =>
	makeMemberCode({ pseudonym: "p-000001", tier, iat: seconds, exp: seconds + 120, nonce: `nonce-${1_000 + nonces++}` }, key.privateKey);

beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [
		article("100", { gtin }),
		price("100", 1, 400, { multiBuy: { quantity: 3, amountMinor: 1_000 } }),
		{ type: "conditional-price", price: { ...price("100", 2, 300, { kind: "member", tier: "gold" }).price } },
		article("200", { depositMinor: 25 }),
		price("200", 1, 150),
		article("300", { weighed: true, name: "Cheese" }),
		price("300", 1, 1_999),
		article("400"),
	]);
	fromHq(store, "stock", [{ type: "member-key", key: { kid: key.kid, public: key.public, since: noon } }]);
	store.do("activateDue", {});
	store.do("openBasket", { id: "b1", till: "till-1" });
});
afterEach(() => store.close());

const add = (code: string, more: object = {}) => store.do("addToBasket", { basket: "b1", code, ...more });
const refusedLine = (code: string, more: object = {}) => store.refused("addToBasket", { basket: "b1", code, ...more });
const events = (type: string) => store.book.events.after(0, 1_000).filter((event) => event.type === type);

describe("a basket at the till", () => {
	it("takes pieces of one article into one line, at the price for all of them together", () => {
		expect(add("100").line).toMatchObject({ line: 1, sku: "100", name: "Article 100", quantity: 1, amountMinor: 400 });
		expect(add("4006381333931", { quantity: 2 })).toMatchObject({
			line: { line: 1, quantity: 3, amountMinor: 1_000, why: "3 pieces together cost less than one by one." },
			basket: { totalMinor: 1_000, currency: "EUR" },
		});
	});

	it("keeps lots apart, and counts the offer across them", () => {
		add(`(01)${gtin}(10)A`);
		add(`(01)${gtin}(10)B`, { quantity: 2 });
		const { lines, totalMinor } = store.do("showBasket", { basket: "b1" });
		expect(lines.map(({ quantity, amountMinor }) => [quantity, amountMinor])).toEqual([
			[1, 333],
			[2, 667],
		]);
		expect(totalMinor).toBe(1_000);
	});

	it("shows the deposit apart from the goods, and asks for both", () => {
		expect(add("200", { quantity: 2 })).toMatchObject({
			line: { amountMinor: 300, depositMinor: 50 },
			basket: { totalMinor: 350, depositMinor: 50 },
		});
	});

	it("charges a member's price from the code on, for what lies in it already, too", () => {
		add("100", { quantity: 2 });
		const code = memberCode();
		const first = store.do("memberOfBasket", { basket: "b1", code });
		expect(first).toMatchObject({ member: { tier: "gold" }, totalMinor: 600 });
		expect(store.do("memberOfBasket", { basket: "b1", code })).toEqual(first);
		expect(store.refused("presentMember", { code })).toBe("member-code-used");
		expect(events("member.presented")).toHaveLength(1);
	});

	it("takes weighed goods by milligrams, by decimal kilograms and by their label, and never guesses a unit", () => {
		expect(add("300", { milligrams: 250_000 }).line).toMatchObject({ quantity: 250_000, unit: "milligram", amountMinor: 500 });
		expect(add("300", { quantity: 0.5 }).line).toMatchObject({ line: 2, quantity: 500_000, amountMinor: 1_000 });
		for (const more of [{}, { quantity: 2 }]) expect(refusedLine("300", more)).toBe("unit-unclear");
		for (const more of [{ milligrams: 5 }, { quantity: 1.5 }]) expect(refusedLine("100", more)).toBe("unit-unclear");
		expect(store.do("showBasket", { basket: "b1" }).lines).toHaveLength(2);
	});

	it("adds nothing when the till sends the same scan again, and refuses another one under its id", () => {
		const first = add("100", { id: "scan-1" });
		expect(add("100", { id: "scan-1" })).toEqual(first);
		expect(refusedLine("200", { id: "scan-1" })).toBe("act-differs");
	});

	it("refuses what is no article with a code of its own, and changes nothing", () => {
		expect(refusedLine("nothing")).toBe("article-unknown");
		expect(refusedLine("400")).toBe("price-unknown");
		expect(refusedLine(memberCode())).toBe("code-not-goods");
		expect(refusedLine("(255)9501101020917")).toBe("code-not-goods");
		expect(refusedLine("4111111111111111")).toBe("payment-card");
		expect(store.refused("addToBasket", { basket: "b9", code: "100" })).toBe("basket-unknown");
		expect(store.refused("openBasket", { id: "b1", till: "till-2" })).toBe("basket-differs");
		expect(store.do("showBasket", { basket: "b1" }).lines).toEqual([]);
	});

	it("marks what is recalled or past its day, is not settled with it, and is once the line is out", () => {
		add("200");
		add(`(01)${gtin}(10)L7`);
		expect(add(`(01)${gtin}(17)260301`).line).toMatchObject({ stop: "expired" });
		expect(add(`(01)${gtin}(17)260302`).line).not.toHaveProperty("stop");
		fromHq(store, "stock", [{ type: "stop-sale", stop: { id: "r1", gtin, lot: "L7", reason: "glass", at: noon } }]);
		expect(store.do("showBasket", { basket: "b1" }).lines.map(({ stop }) => stop)).toEqual([undefined, "recall", "expired", undefined]);
		expect(store.refused("settleBasket", { basket: "b1", id: "s1" })).toBe("basket-stopped");
		for (const line of [2, 3]) store.do("dropFromBasket", { basket: "b1", line });
		expect(store.do("settleBasket", { basket: "b1", id: "s1" }).basket.totalMinor).toBe(575);
	});
});

describe("a basket that is paid", () => {
	it("is one sale, its movements and its receipt, once, however often the till asks", () => {
		add("100", { quantity: 2 });
		add("300", { milligrams: 250_000 });
		add("200");
		store.do("memberOfBasket", { basket: "b1", code: memberCode() });
		const paid = store.do("settleBasket", { basket: "b1", id: "s1", totalMinor: 1_275 });
		expect(paid).toMatchObject({ sale: "s1", duplicate: false, basket: { state: "settled", totalMinor: 1_275 } });
		expect(events("sale.recorded")).toMatchObject([
			{
				sale: "s1",
				till: "till-1",
				basket: "b1",
				member: "p-000001",
				tier: "gold",
				lines: [
					{ sku: "100", quantity: 2, amountMinor: 600 },
					{ sku: "300", quantity: 250_000, amountMinor: 500 },
					{ sku: "200", quantity: 1, amountMinor: 175 },
				],
			},
		]);
		expect(events("stock.moved")).toHaveLength(3);
		expect(store.book.jobs.get(paid.job!)!.document).toContain("NOT A FISCAL RECEIPT");
		store.reopen();
		expect(store.do("settleBasket", { basket: "b1", id: "s1" })).toEqual({ ...paid, duplicate: true });
		expect(events("sale.recorded")).toHaveLength(1);
		expect(store.refused("settleBasket", { basket: "b1", id: "s2" })).toBe("basket-settled");
		expect(store.refused("settleBasket", { basket: "b1", id: "s1", totalMinor: 1 })).toBe("sale-differs");
		expect(refusedLine("100")).toBe("basket-settled");
	});

	it("is refused when the till told another amount, when it is empty, and when the id is another sale's", () => {
		expect(store.refused("settleBasket", { basket: "b1", id: "s1" })).toBe("basket-empty");
		add("100");
		expect(store.refused("settleBasket", { basket: "b1", id: "s1", totalMinor: 399 })).toBe("basket-total");
		store.do("settleBasket", { basket: "b1", id: "s1", receipt: false });
		expect(events("receipt.queued")).toEqual([]);
		store.do("openBasket", { id: "b2", till: "till-1" });
		store.do("addToBasket", { basket: "b2", code: "100" });
		expect(store.refused("settleBasket", { basket: "b2", id: "s1" })).toBe("sale-differs");
		expect(events("sale.recorded")).toHaveLength(1);
	});
});
