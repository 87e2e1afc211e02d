import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judgeDocument } from "../../drivers/printer/receipt/limits.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	store.actor = { kind: "user", name: "mara" };
	store.do("setIdentity", { store: "s-own", tenant: "t" });
	fromHq(store, "catalog", [
		...[article("100", { name: "Tea | {code:1} `now`" }), price("100", 1, 400)],
		...[article("300", { weighed: true, name: "Cheese" }), price("300", 1, 1_999)],
	]);
	store.do("activateDue", {});
	const lines = [
		{ sku: "100", quantity: 3, amountMinor: 1_000 },
		{ sku: "300", milligrams: 500_000, amountMinor: 1_000 },
	];
	store.do("recordSale", { id: "s1", till: "till-1", at: noon, lines });
});
afterEach(() => store.close());

const goods = { condition: "sellable" as const, days: 30 };
const document = (job: string): string => store.book.jobs.get(job)!.document;
const queued = () => store.book.events.after(0, 1_000).filter(({ type }) => type === "receipt.queued");

describe("the slip of a refund", () => {
	it("names what came back and what the customer gets, once, and is no fiscal receipt", () => {
		const asked = { id: "r1", line: "s-own/till-1/s1/1", quantity: 2, ...goods };
		expect(store.do("returnGoods", asked)).not.toHaveProperty("slip");
		expect(queued()).toEqual([]);
		const first = store.do("returnGoods", { ...asked, slip: true });
		expect(first).toMatchObject({ duplicate: true, slip: "refund-r1" });
		expect(store.do("returnGoods", { ...asked, slip: true })).toEqual(first);
		expect(queued()).toHaveLength(1);
		const text = document("refund-r1");
		expect(text).toContain("Refund r1");
		expect(text).toContain("2 × Tea \\| \\{code:1\\} \\`now\\`");
		expect(text).toMatch(/TO THE CUSTOMER \| \^\^\^€6\.66/);
		expect(text).toContain("NOT A FISCAL RECEIPT");
		expect(judgeDocument(text)).toBeUndefined();
	});

	it("is there for goods without a receipt and for weighed ones", () => {
		const done = store.do("returnWithoutReceipt", { id: "r2", sku: "300", milligrams: 250_000, condition: "opened", slip: {} });
		expect(document((done as { slip: string }).slip)).toMatch(/0\.250 kg Cheese \| -€4\.99/);
	});

	it("comes beside the receipt of what was bought in exchange, and not where no paper was wanted", () => {
		const pay = (basket: string, more: object) => {
			store.do("openBasket", { id: basket, till: "till-1" });
			store.do("addToBasket", { basket, code: "100" });
			const returns = [{ id: `r-${basket}`, line: "s-own/till-1/s1/1", quantity: 1, ...goods }];
			return store.do("settleBasket", { basket, id: `s-${basket}`, returns, ...more });
		};
		const paid = pay("b1", {});
		expect(paid).toMatchObject({ refundMinor: 333, dueMinor: 67, refundJob: "refund-till-1-s-b1" });
		expect(document(paid.refundJob!)).toContain("1 × Tea");
		const again = { basket: "b1", id: "s-b1", returns: [{ id: "r-b1", line: "s-own/till-1/s1/1", quantity: 1, ...goods }] };
		expect(store.do("settleBasket", again)).toEqual({ ...paid, duplicate: true });
		expect(queued()).toHaveLength(2);
		expect(pay("b2", { receipt: false })).not.toHaveProperty("refundJob");
		expect(queued()).toHaveLength(2);
	});
});
