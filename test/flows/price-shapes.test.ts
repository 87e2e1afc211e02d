import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkRecord } from "../../src/link/protocol/records.ts";
import type { FaceFields } from "../../src/words/label.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const label = "00000000000000A1";
const later = "2026-03-02T13:00:00.000Z";
const conditional = (sku: string, version: number, amountMinor: number, more: object) => ({
	...price(sku, version, amountMinor, more),
	type: "conditional-price",
});
const member = (sku: string, version: number, amountMinor: number, tier = "gold", more: object = {}) =>
	conditional(sku, version, amountMinor, { kind: "member", tier, ...more });

describe("prices with conditions", () => {
	let store: TestStore;
	beforeEach(() => {
		store = openTestStore();
		fromHq(store, "catalog", [article("tea", { depositMinor: 25 })]);
	});
	afterEach(() => store.close());
	const send = (...records: object[]) => {
		fromHq(store, "catalog", records);
		store.do("activateDue", {});
	};
	const asked = (tier?: string, quantity?: number, at = noon) => store.book.prices.effective("tea", at, { tier, quantity })!;
	const fields = (): FaceFields => JSON.parse(store.book.labels.row(label)!.desired_fields!) as FaceFields;
	const activations = () => store.book.events.after(0, 1_000).flatMap((event) => (event.type === "price.activated" ? [event] : []));

	it("of members stand beside everybody's price, and never take its place", () => {
		send(price("tea", 1, 129), member("tea", 2, 99), member("tea", 3, 109, "silver"));
		expect(asked()).toMatchObject({ amountMinor: 129, kind: "regular", tier: null, version: 1 });
		expect(asked("gold")).toMatchObject({ amountMinor: 99, kind: "member", tier: "gold", version: 2 });
		expect(asked("gold").why).toMatch(/member price of tier gold/);
		expect(asked("bronze")).toMatchObject({ amountMinor: 129, kind: "regular" });
		expect(asked().memberPrices).toMatchObject([
			{ tier: "gold", amountMinor: 99 },
			{ tier: "silver", amountMinor: 109 },
		]);
		expect(store.book.prices.winning("tea", noon)).toMatchObject({ amountMinor: 129 });
	});

	it("of members above everybody's are masked: neither charged nor drawn, until they are an advantage (case H1)", () => {
		store.do("bindLabel", { label, sku: "tea" });
		send(price("tea", 1, 129), member("tea", 2, 139));
		expect(activations().map(({ version, masked }) => [version, masked])).toEqual([
			[1, undefined],
			[2, true],
		]);
		expect(asked("gold")).toMatchObject({ amountMinor: 129, memberPrices: [] });
		expect(fields().offers).toBeUndefined();
		send(price("tea", 3, 149));
		expect(activations().slice(2)).toMatchObject([{ version: 3 }, { version: 2, tier: "gold" }]);
		expect(activations().at(-1)!.masked).toBeUndefined();
		expect(fields().offers).toEqual([{ tier: "gold", amountMinor: 139 }]);
		send(price("tea", 4, 119));
		expect(activations().at(-1)).toMatchObject({ version: 2, masked: true });
		expect(fields().offers).toBeUndefined();
	});

	it("of two windows of one tier follow decision 0008 among themselves", () => {
		send(price("tea", 1, 129), member("tea", 2, 99), member("tea", 3, 89, "gold", { until: later }));
		expect(asked("gold").amountMinor).toBe(89);
		expect(asked("gold", undefined, later).amountMinor).toBe(99);
		fromHq(store, "catalog", [{ type: "price-end", sku: "tea", version: 4, ends: 2, at: noon }]);
		expect(asked("gold", undefined, later).amountMinor).toBe(129);
	});

	it("of several pieces: together for an amount, or each from a quantity on", () => {
		send(price("tea", 1, 129, { multiBuy: { quantity: 2, amountMinor: 200 }, onlineAmountMinor: 119 }));
		expect(asked()).toMatchObject({
			amountMinor: 129,
			multiBuy: { quantity: 2, amountMinor: 200 },
			onlineAmountMinor: 119,
			depositMinor: 25,
		});
		expect(asked(undefined, 5).total).toEqual({ quantity: 5, amountMinor: 529, depositMinor: 125 });
		expect(asked(undefined, 5).why).toMatch(/together cost less/);
		send(conditional("tea", 2, 95, { fromQuantity: 3 }));
		expect(asked()).toMatchObject({ amountMinor: 129, fromQuantity: 1, quantityPrices: [{ fromQuantity: 3, amountMinor: 95 }] });
		expect(asked(undefined, 2).total).toMatchObject({ amountMinor: 200 });
		expect(asked(undefined, 3)).toMatchObject({ amountMinor: 95, fromQuantity: 3, total: { amountMinor: 285 } });
	});

	it("that a label says are drawn anew when one begins and when one ends", () => {
		store.do("bindLabel", { label, sku: "tea" });
		send(price("tea", 1, 129), member("tea", 2, 99, "gold", { until: later }));
		expect(fields()).toMatchObject({ amountMinor: 129, depositMinor: 25, offers: [{ tier: "gold", amountMinor: 99 }] });
		store.do("activateDue", {}, later);
		expect(fields().offers).toBeUndefined();
	});

	it("are said on a receipt as far as the till's amount shows them, and never refuse a sale", () => {
		fromHq(store, "catalog", [article("ham", { weighed: true })]);
		send(
			price("tea", 1, 129, { multiBuy: { quantity: 2, amountMinor: 200 } }),
			member("tea", 2, 99),
			price("ham", 3, 1_000),
			member("ham", 4, 800),
		);
		const receipt = (id: string, ...lines: object[]): string => {
			store.do("recordSale", { id, till: "till-1", at: noon, receipt: {}, lines: lines as never });
			const { document } = store.book.jobs.get(`receipt-till-1-${id}`)!;
			return document.replaceAll(/[\u00a0\u202f]/g, " ");
		};
		expect(receipt("s1", { sku: "tea", quantity: 3, amountMinor: 329 })).toContain("2 for €2.00");
		const withDeposit = receipt("s2", { sku: "tea", quantity: 3, amountMinor: 404 });
		expect([withDeposit.includes("2 for €2.00"), withDeposit.includes("incl. deposit €0.75")]).toEqual([true, true]);
		const odd = receipt("s3", { sku: "tea", quantity: 3, amountMinor: 311 });
		expect([odd.includes("2 for"), odd.includes("deposit")]).toEqual([false, false]);
		expect(receipt("s4", { sku: "tea", quantity: 1, amountMinor: 124 })).toContain("incl. deposit €0.25");
		expect(receipt("s5", { sku: "ham", milligrams: 500_000, amountMinor: 400 })).toContain("€8.00/kg");
		expect(receipt("s6", { sku: "ham", milligrams: 500_000, amountMinor: 500 })).toContain("€10.00/kg");
	});

	it("survive a snapshot and the repair of a bucket", () => {
		send(price("tea", 1, 129, { multiBuy: { quantity: 2, amountMinor: 200 } }), member("tea", 2, 99));
		const { epoch, position } = store.book.link.dn("catalog")!;
		const repair = { epoch, position, asOf: noon, skus: ["tea"], articles: [store.book.articles.bySku("tea")!] };
		const same = [price("tea", 1, 129, { multiBuy: { quantity: 2, amountMinor: 200 } }), member("tea", 2, 99)] as never[];
		expect(store.do("repairBucket", { ...repair, prices: same })).toEqual({ articles: 0, prices: 0 });
		const other = [price("tea", 1, 129), member("tea", 2, 98)] as never[];
		expect(store.do("repairBucket", { ...repair, prices: other })).toEqual({ articles: 0, prices: 2 });
		expect(asked("gold")).toMatchObject({ amountMinor: 98, multiBuy: null });
	});
});

describe("a price with a condition on the line", () => {
	it("is never taken for everybody's: its type is its own, and builds without it put it aside", () => {
		const { price: body } = member("tea", 2, 99);
		expect(checkRecord("catalog", member("tea", 2, 99)).kind).toBe("known");
		expect(checkRecord("catalog", { type: "price", price: body }).kind).toBe("poison");
		expect(checkRecord("catalog", price("tea", 2, 99, { fromQuantity: 3 })).kind).toBe("poison");
		expect(checkRecord("catalog", { type: "conditional-price", price: price("tea", 2, 99).price }).kind).toBe("poison");
		expect(checkRecord("catalog", { type: "a-later-shape", price: body })).toEqual({ kind: "parked", type: "a-later-shape" });
	});

	it("is fetched after an upgrade, because the catalog is compared after the first start of a newer build", () => {
		const store = openTestStore();
		const start = (boot: string) => {
			const { isUpgraded } = store.do("recordStart", { version: "1", boot });
			store.do("recordStop", undefined);
			return isUpgraded;
		};
		expect([start("b1"), start("b2")]).toEqual([false, false]);
		store.book.link.set("ranShape", "6");
		expect([start("b3"), start("b4")]).toEqual([true, false]);
		store.close();
	});

	it("that an older build put aside counts after the upgrade, also behind newer prices of everybody", () => {
		const store = openTestStore();
		const epoch = "00000000000000e1";
		fromHq(store, "catalog", [article("tea"), price("tea", 1, 129)]);
		store.do("acceptDown", {
			...{ stream: "catalog", epoch, from: 3, hash: "f".repeat(32) },
			records: [{ parked: member("tea", 2, 99), type: "conditional-price" }, { record: price("tea", 3, 119) as never }],
		});
		store.do("activateDue", {});
		expect(store.book.prices.effective("tea", noon, { tier: "gold" })).toMatchObject({ amountMinor: 119 });
		store.do("unpark", { records: [{ stream: "catalog", epoch, seq: 3, item: { record: member("tea", 2, 99) as never } }] });
		store.do("activateDue", {});
		expect(store.book.prices.effective("tea", noon, { tier: "gold" })).toMatchObject({ amountMinor: 99, version: 2 });
		store.close();
	});
});
