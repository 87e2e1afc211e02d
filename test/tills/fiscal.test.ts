import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FiscalView } from "../../src/words/tills/fiscal.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
const rules = { device: "fiscal", waitSeconds: 5, offlineHours: 48 };
const signature = { number: 7, signedAt: noon, code: "CODE-0007-XYZ", serial: "SN-1", practice: false };

beforeEach(() => {
	store = openTestStore();
	store.do("setIdentity", { store: "own", tenant: "t" });
	fromHq(store, "catalog", [article("100"), price("100", 1, 400)]);
	store.do("activateDue", {});
	store.do("recordDevice", { id: "printer-1", family: "printer", protocol: "esc-pos", address: "x", state: "well" });
	store.do("keepFiscal", { rules });
});
afterEach(() => store.close());

function fill(basket: string): void {
	store.do("openBasket", { id: basket, till: "till-1" });
	store.do("addToBasket", { basket, code: "100", quantity: 2 });
}
function settle(n: number, more: object = {}): { job: string; fiscal: FiscalView } {
	fill(`b${n}`);
	return store.do("settleBasket", { basket: `b${n}`, id: `s${n}`, country: "DE", ...more }) as never;
}
const slip = (job: string): string | undefined => store.book.jobs.get(job)?.document;
const events = (type: string) => store.book.events.after(0, 1_000).filter((event) => event.type === type);
const alarms = (): string[] => store.book.alarms.list().map(({ code }) => code);

describe("a sale where a fiscal device signs", () => {
	it("is on disk before its paper, which waits for the code", () => {
		const { job, fiscal } = settle(1);
		expect(fiscal).toMatchObject({ state: "waiting", kind: "sale", reference: "s1", till: "till-1", amountMinor: 800, currency: "EUR" });
		expect(events("sale.recorded")).toHaveLength(1);
		expect(slip(job)).toBeUndefined();
		store.do("recordFiscal", { id: fiscal.id, ...signature });
		expect(slip(job)).toContain("Fiscal code 7 of SN\\-1:\nCODE\\-0007\\-XYZ");
		expect(slip(job)).not.toContain("NOT A FISCAL RECEIPT");
		expect(slip(job)).not.toContain("{fiscal}");
		expect(events("fiscal.signed")).toMatchObject([{ request: fiscal.id, reference: "s1", number: 7, code: "CODE-0007-XYZ" }]);
		const again = store.do("settleBasket", { basket: "b1", id: "s1", country: "DE" });
		expect(again).toMatchObject({ duplicate: true, fiscal: { state: "signed", signature } });
	});

	it("is signed once and printed once, however often the answer comes", () => {
		const { fiscal } = settle(1);
		for (const number of [7, 7, 8]) store.do("recordFiscal", { id: fiscal.id, ...signature, number });
		store.do("recordFiscal", { id: "nobody", ...signature });
		expect(events("fiscal.signed")).toHaveLength(1);
		expect(events("receipt.queued")).toHaveLength(1);
		expect(store.book.fiscal.get(fiscal.id)!.view.signature!.number).toBe(7);
	});

	it.each([
		["away", "The fiscal device is out of reach."],
		["silent", "The fiscal device did not answer"],
	] as const)("goes to paper with the reason when it is %s, and is signed later without a second slip", (why, sentence) => {
		const { job, fiscal } = settle(1);
		store.do("missFiscal", { id: fiscal.id, why });
		expect(slip(job)).toContain("^NO FISCAL CODE\n");
		expect(slip(job)).toContain(sentence);
		expect(alarms()).toEqual(["fiscal-unsigned"]);
		expect(store.book.fiscal.next()).toMatchObject({ id: fiscal.id });
		store.do("recordFiscal", { id: fiscal.id, ...signature });
		expect(store.book.fiscal.get(fiscal.id)!.view).toMatchObject({ state: "signed", late: true });
		expect(events("receipt.queued")).toHaveLength(1);
		expect(alarms()).toEqual([]);
		expect(events("fiscal.signed")).toMatchObject([{ late: true }]);
	});

	it("that the device refuses calls a person, and is asked for again only when one says so", () => {
		const { job, fiscal } = settle(1);
		store.do("refuseFiscal", { id: fiscal.id, detail: "no-certificate" });
		expect(slip(job)).toContain("The fiscal device did not sign");
		expect(alarms()).toEqual(["fiscal-refused", "fiscal-unsigned"]);
		expect(store.book.fiscal.next()).toBeUndefined();
		expect(store.refused("retryFiscal", { id: "nobody" })).toBe("fiscal-unknown");
		for (let twice = 0; twice < 2; twice += 1) expect(store.do("retryFiscal", { id: fiscal.id }).state).toBe("missing");
		expect(store.book.fiscal.next()).toMatchObject({ id: fiscal.id });
		store.do("recordFiscal", { id: fiscal.id, ...signature });
		expect(alarms()).toEqual([]);
		expect(store.refused("retryFiscal", { id: fiscal.id })).toBe("fiscal-not-refused");
	});

	it("goes before what was left over, and what was left over follows by age", () => {
		const [first, second] = [settle(1).fiscal.id, settle(2).fiscal.id];
		for (const id of [first, second]) store.do("missFiscal", { id, why: "away" });
		const third = settle(3).fiscal.id;
		const order: string[] = [];
		for (let next = store.book.fiscal.next(); next; next = store.book.fiscal.next()) {
			order.push(next.id);
			store.do("recordFiscal", { id: next.id, ...signature });
		}
		expect(order).toEqual([third, first, second]);
	});

	it("asks the device with other contents for other goods, and with the same for the same", () => {
		const [one, two] = [settle(1).fiscal.id, settle(2).fiscal.id];
		expect(one).not.toBe(two);
		expect(store.book.fiscal.get(one)!.digest).not.toBe(store.book.fiscal.get(two)!.digest);
	});

	it("says on its slip that a practice device makes no fiscal receipt", () => {
		const { job, fiscal } = settle(1);
		store.do("recordFiscal", { id: fiscal.id, ...signature, practice: true });
		expect(slip(job)).toContain("NOT A FISCAL RECEIPT\nFiscal code 7");
	});

	it("without paper is signed all the same", () => {
		const { fiscal } = settle(1, { receipt: false });
		store.do("recordFiscal", { id: fiscal.id, ...signature });
		expect(events("fiscal.signed")).toHaveLength(1);
		expect(events("receipt.queued")).toEqual([]);
	});
});

describe("the rules of a store whose fiscal device is away", () => {
	it("let sales go on until the oldest unsigned one is too old", () => {
		store.do("missFiscal", { id: settle(1).fiscal.id, why: "away" });
		fill("b2");
		expect(store.refused("settleBasket", { basket: "b2", id: "s2" }, "2026-03-04T12:00:00.000Z")).toBe("fiscal-away");
		expect(events("sale.recorded")).toHaveLength(1);
		store.do("settleBasket", { basket: "b2", id: "s2" }, "2026-03-04T11:59:59.000Z");
	});

	it("let nothing be sold where they allow no hour", () => {
		store.do("keepFiscal", { rules: { ...rules, offlineHours: 0 } });
		fill("b1");
		expect(store.refused("settleBasket", { basket: "b1", id: "s1" })).toBe("fiscal-away");
		store.do("recordDevice", { id: "fiscal", family: "fiscal", protocol: "gondola-fiscal", address: "x", state: "well" });
		const { fiscal } = store.do("settleBasket", { basket: "b1", id: "s1" });
		store.do("missFiscal", { id: fiscal!.id, why: "silent" });
		fill("b2");
		expect(store.refused("settleBasket", { basket: "b2", id: "s2" })).toBe("fiscal-away");
	});

	it("settle nothing where the law wants a signature and no device is configured; elsewhere the slip says so", () => {
		const waiting = settle(1);
		store.do("keepFiscal", {});
		expect(slip(waiting.job)).toContain("There is no fiscal device here");
		fill("b2");
		expect(store.refused("settleBasket", { basket: "b2", id: "s2", country: "DE" })).toBe("fiscal-missing");
		const { job, fiscal } = store.do("settleBasket", { basket: "b2", id: "s2", country: "AR" });
		expect(fiscal).toBeUndefined();
		expect(slip(job!)).toContain("NOT A FISCAL RECEIPT");
	});
});

describe("a refund where a fiscal device signs", () => {
	const back = { id: "r1", line: "own/till-1/s1/1", quantity: 1, condition: "sellable" as const, days: 30 };
	const refunds = () => store.book.fiscal.list({ after: "", limit: 9, open: false }).filter(({ kind }) => kind === "refund");

	it("is signed as such, and its slip waits for the code", () => {
		settle(1);
		const done = store.do("returnGoods", { ...back, slip: true }) as { slip: string };
		const [refund] = refunds();
		expect(refund).toMatchObject({ reference: "r1", amountMinor: -400, currency: "EUR", state: "waiting" });
		expect(slip(done.slip)).toBeUndefined();
		store.do("recordFiscal", { id: refund!.id, ...signature });
		expect(slip(done.slip)).toContain("CODE\\-0007\\-XYZ");
		store.do("returnGoods", { ...back, slip: true });
		expect(refunds()).toHaveLength(1);
	});

	it("gets its slip with the code, too, when it is asked for afterwards", () => {
		settle(1);
		store.do("returnGoods", back);
		store.do("recordFiscal", { id: refunds()[0]!.id, ...signature });
		const { slip: job } = store.do("returnGoods", { ...back, slip: true }) as { slip: string };
		expect(slip(job)).toContain("CODE\\-0007\\-XYZ");
	});

	it("in exchange is one signature beside the sale's", () => {
		settle(1);
		settle(2, { returns: [back] });
		expect(refunds()).toMatchObject([{ amountMinor: -400, reference: "till-1-s2" }]);
	});
});
