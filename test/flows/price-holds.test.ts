import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Rails } from "../../src/words/prices/rails.ts";
import { article, fromHq, noon, openTestStore, price, snapshotFromHq, type TestStore } from "../support/store.ts";

const usual: Rails = { currencies: ["EUR"], minAmountMinor: 1, maxRisePercent: 100, maxCutPercent: 70, clearance: { maxCutPercent: 90 } };
const label = "00000000000000A1";
let store: TestStore;
let settings = 0;

beforeEach(() => {
	store = openTestStore();
	settings = 0;
	tellRails(usual);
	fromHq(store, "catalog", [article("100"), price("100", 1, 199)]);
	store.do("activateDue", {});
	store.do("bindLabel", { label, sku: "100", hwType: 0x01 });
});
afterEach(() => store.close());

function tellRails(rails: Rails | null): ReturnType<TestStore["do"]> {
	const setting = { name: "guardRails", version: (settings += 1), value: rails === null ? null : JSON.stringify(rails) };
	return fromHq(store, "config", [{ type: "setting", setting }]);
}
const released = (...given: Parameters<typeof price>) => ({ ...price(...given), released: true });
const release = (sku: string, releases: number) => ({ type: "price-release", sku, version: 90, releases, by: "user:vera" });
const push = { push: "wild" };
const charged = (sku = "100", at = noon) => store.book.prices.effective(sku, at)?.amountMinor;
const onLabel = () => JSON.parse(store.book.labels.row(label)!.desired_fields!).amountMinor as number;
const facts = (type: string) => store.book.events.after(0, 1_000).filter((event) => event.type === type);
const alarm = (code = "price-held") => {
	const known = store.book.alarms.get(`${code}:prices`);
	return known?.clearedAt === null ? known : undefined;
};
const snapshot = (records: object[], articles = [article("100")]) => {
	snapshotFromHq(store, [...articles, ...records]);
	store.do("activateDue", {});
};

describe("a price that exceeds the rails of the store (case P19)", () => {
	it("is kept, in force nowhere, and said as one alarm and one fact each", () => {
		fromHq(store, "catalog", [
			article("200"),
			price("100", 2, 399, push),
			price("200", 3, 100, { currency: "USD", ...push }),
			price("999", 4, 100, push),
			article("998", { name: " \u200b" }),
			price("998", 5, 100, push),
		]);
		store.do("activateDue", {});
		expect([charged(), charged("200"), charged("999"), onLabel()]).toEqual([199, undefined, undefined, 199]);
		expect(store.book.priceHolds.page("", 10).map(({ price: { sku }, reasons }) => [sku, reasons.map(({ code }) => code)])).toEqual([
			["100", ["rise"]],
			["200", ["currency"]],
			["998", ["no-name"]],
			["999", ["no-name"]],
		]);
		expect(facts("price.held")).toHaveLength(4);
		expect(facts("price.held")[0]).toMatchObject({ sku: "100", version: 2, push: "wild", amountMinor: 399, reasons: [{ code: "rise" }] });
		expect(alarm()).toMatchObject({ level: "YELLOW", count: 1, facts: { count: 4, sku: "100", name: "Article 100" } });
		store.reopen();
		expect([store.book.priceHolds.count(), charged()]).toEqual([4, 199]);
	});

	it("counts once it is released also where a snapshot had left it out for a newer one that is held too", () => {
		const { price: older } = price("100", 2, 999_999, push) as { price: object };
		snapshot([price("100", 1, 199), { ...price("100", 3, 999_998, push), before: { amountMinor: 199, currency: "EUR" } }]);
		expect([charged(), store.book.priceHolds.count()]).toEqual([199, 1]);
		fromHq(store, "catalog", [
			{ ...release("100", 2), held: older },
			{ ...release("100", 2), held: older },
		]);
		store.do("activateDue", {});
		expect([charged(), onLabel(), store.book.priceHolds.count()]).toEqual([999_999, 999_999, 1]);
		expect(facts("price.hold-ended")).toMatchObject([{ sku: "100", version: 2, because: "released" }]);
		fromHq(store, "catalog", [release("100", 3)]);
		store.do("activateDue", {});
		expect([charged(), store.book.priceHolds.count()]).toEqual([999_998, 0]);
	});

	it("is not brought in by a release of another one", () => {
		const { price: other } = price("100", 5, 1, push) as { price: object };
		fromHq(store, "catalog", [{ ...release("100", 2), held: other }]);
		store.do("activateDue", {});
		expect(charged()).toBe(199);
	});

	it("counts once a second person releases it, and the alarm goes", () => {
		fromHq(store, "catalog", [price("100", 2, 399, push)]);
		fromHq(store, "catalog", [release("100", 2), release("100", 2), release("100", 77)]);
		store.do("activateDue", {});
		expect([charged(), onLabel(), store.book.priceHolds.count()]).toEqual([399, 399, 0]);
		expect(facts("price.hold-ended")).toMatchObject([{ sku: "100", version: 2, because: "released" }]);
		expect(alarm()).toBeUndefined();
	});

	it("that was released at head office before is not judged again", () => {
		fromHq(store, "catalog", [released("100", 2, 1)]);
		expect([charged(), store.book.priceHolds.count()]).toEqual([1, 0]);
	});

	it("of an article that is called by its number is not held for that: somebody at head office meant it", () => {
		fromHq(store, "catalog", [article("400", { name: "400" }), price("400", 2, 100)]);
		expect(charged("400")).toBe(100);
	});

	it("exactly at the rail, or as an article's first price, is no change", () => {
		fromHq(store, "catalog", [price("100", 2, 398), article("300"), price("300", 3, 999_999)]);
		expect([charged(), charged("300")]).toEqual([398, 999_999]);
	});

	it("is measured against the price of its own kind, and not against what the same push brings beside it", () => {
		const until = "2026-04-01T00:00:00.000Z";
		fromHq(store, "catalog", [price("100", 2, 390, push), price("100", 3, 100, { kind: "promotion", until, ...push })]);
		expect(charged()).toBe(100);
		store.do("activateDue", {});
		fromHq(store, "catalog", [price("100", 4, 29, { kind: "promotion", until, push: "later" })]);
		expect(charged()).toBe(100);
		fromHq(store, "catalog", [price("100", 5, 30, { kind: "promotion", until, push: "later" })]);
		expect(charged()).toBe(30);
	});

	it("cannot hide behind the name of the push that is in force", () => {
		fromHq(store, "catalog", [price("100", 2, 210, push)]);
		store.do("activateDue", {});
		fromHq(store, "catalog", [price("100", 3, 2, push)]);
		expect(charged()).toBe(210);
	});

	it("ends when another price of its kind begins, or when its own end comes", () => {
		const until = "2026-03-02T13:00:00.000Z";
		fromHq(store, "catalog", [price("100", 2, 999), price("100", 3, 1, { kind: "promotion", until })]);
		expect(alarm()?.facts["count"]).toBe(2);
		fromHq(store, "catalog", [price("100", 4, 219, { from: "2026-02-01T00:00:00.000Z" })]);
		store.do("activateDue", {});
		expect([charged(), alarm()?.facts["count"]]).toEqual([219, 1]);
		expect(store.do("activateDue", {}).nextAt).toBe(until);
		store.do("activateDue", {}, until);
		expect(facts("price.hold-ended").map((event) => "because" in event && event.because)).toEqual(["overtaken", "over"]);
		expect(alarm()).toBeUndefined();
		expect(charged("100", until)).toBe(219);
		// What replaced it is taken back: the one that nobody released does not take its place.
		fromHq(store, "catalog", [{ type: "price-end", sku: "100", version: 5, ends: 4, at: "2026-01-31T00:00:00.000Z" }]);
		store.do("activateDue", {}, until);
		expect(charged("100", until)).not.toBe(999);
	});
});

describe("the rails that head office tells a store", () => {
	it("hold nothing that is in force or was accepted before, and let go what they no longer object to", () => {
		fromHq(store, "catalog", [price("100", 2, 390, { from: "2026-03-02T13:00:00.000Z" })]);
		tellRails({ ...usual, maxRisePercent: 1 });
		store.do("activateDue", {}, "2026-03-02T13:00:00.000Z");
		expect(charged("100", "2026-03-02T13:00:00.000Z")).toBe(390);
		fromHq(store, "catalog", [price("100", 3, 400, { from: "2026-03-02T13:30:00.000Z" })]);
		expect(store.book.priceHolds.count()).toBe(1);
		tellRails({ ...usual, maxRisePercent: 50 });
		store.do("activateDue", {}, "2026-03-02T13:30:00.000Z");
		expect([store.book.priceHolds.count(), charged("100", "2026-03-02T13:30:00.000Z")]).toEqual([0, 400]);
		expect(alarm()).toBeUndefined();
	});

	it("that cannot be read are refused, and those from before go on", () => {
		const setting = { name: "guardRails", version: 99, value: '{"currencies":"all"}' };
		expect(fromHq(store, "config", [{ type: "setting", setting }]).rejected).toMatchObject([{ code: "bad-rails" }]);
		fromHq(store, "catalog", [price("100", 2, 999)]);
		expect(charged()).toBe(199);
	});

	it("were never told to the store of an older head office: nothing is held", () => {
		tellRails(null);
		fromHq(store, "catalog", [price("100", 2, 9_999, { currency: "USD" })]);
		expect(charged()).toBe(9_999);
	});

	it("know the store's own wall clock", () => {
		store.do("setIdentity", { timeZone: "Europe/Zagreb" });
		tellRails({ ...usual, quietHours: { from: "22:00", to: "06:00" } });
		fromHq(store, "catalog", [price("100", 2, 200, { from: "2026-03-02T21:30:00.000Z" })]);
		expect(store.book.priceHolds.of("100")[0]?.reasons[0]?.code).toBe("quiet-hours");
	});
});

describe("the catalog fetched whole, and single rows put right", () => {
	it("are judged by the step that each price made, and leave in force what it would replace", () => {
		snapshot([{ ...price("100", 7, 1), before: { amountMinor: 199, currency: "EUR" } }]);
		expect([charged(), onLabel(), store.book.priceHolds.count()]).toEqual([199, 199, 1]);
		store.do("acceptDown", {
			...{ stream: "catalog", epoch: "00000000000000e9", from: 10, hash: "f".repeat(32) },
			records: [{ record: release("100", 7) as never }],
		});
		store.do("activateDue", {});
		expect([charged(), onLabel()]).toEqual([1, 1]);
	});

	it("take what came in steps, and what was released", () => {
		snapshot([{ ...price("100", 7, 900), before: { amountMinor: 600, currency: "EUR" } }]);
		expect(charged()).toBe(900);
		snapshot([{ ...released("100", 8, 1), before: { amountMinor: 900, currency: "EUR" } }]);
		expect(charged()).toBe(1);
	});

	it("go on holding what is held, also when its end was moved, and let it go when it was released", () => {
		fromHq(store, "catalog", [price("100", 2, 999)]);
		const before = { amountMinor: 199, currency: "EUR" };
		snapshot([price("100", 1, 199), { ...price("100", 2, 999), before }]);
		expect([charged(), store.book.priceHolds.count()]).toEqual([199, 1]);
		snapshot([price("100", 1, 199), { ...price("100", 2, 999, { until: "2027-01-01T00:00:00.000Z" }), before }]);
		expect([charged(), store.book.priceHolds.count()]).toEqual([199, 1]);
		snapshot([price("100", 1, 199), { ...released("100", 2, 999, { until: "2027-01-01T00:00:00.000Z" }), before }]);
		expect([charged(), store.book.priceHolds.count()]).toEqual([999, 0]);
	});

	it("repair a row only within the rails", () => {
		const { epoch, position } = store.book.link.dn("catalog")!;
		const before = { amountMinor: 199, currency: "EUR" };
		const repair = (record: object) =>
			store.do("repairBucket", {
				epoch,
				position,
				asOf: noon,
				skus: ["100"],
				articles: [article("100").article as never],
				prices: [price("100", 1, 199), record] as never,
			});
		repair({ ...price("100", 5, 1), before });
		store.do("activateDue", {});
		expect([charged(), store.book.priceHolds.count()]).toEqual([199, 1]);
	});
});

describe("frozen prices", () => {
	const later = "2026-03-02T14:00:00.000Z";
	it("stay as they are until the thaw; what came meanwhile then begins in its order", () => {
		store.do("freezePrices", { reason: "wrong list" });
		fromHq(store, "catalog", [
			price("100", 2, 210, { from: "2026-03-02T12:30:00.000Z" }),
			price("100", 3, 220, { from: "2026-03-02T12:10:00.000Z" }),
		]);
		expect(store.do("activateDue", {}, later)).toEqual({ activated: 0, more: false, nextAt: null });
		store.reopen();
		expect([charged("100", later), onLabel()]).toEqual([199, 199]);
		expect(alarm("prices-frozen")).toMatchObject({ level: "YELLOW", facts: { reason: "wrong list", at: noon } });
		expect(store.do("thawPrices", {}, later)).toEqual({ since: noon });
		store.do("activateDue", {}, later);
		expect([charged("100", later), onLabel(), alarm("prices-frozen")]).toEqual([210, 210, undefined]);
		expect(facts("price.activated").map((event) => "version" in event && event.version)).toEqual([1, 3, 2]);
	});

	it("keep a promotion beyond its end, at the till as on the label", () => {
		const until = "2026-03-02T13:00:00.000Z";
		fromHq(store, "catalog", [price("100", 2, 149, { kind: "promotion", until })]);
		store.do("activateDue", {});
		store.do("freezePrices", { reason: null });
		store.do("activateDue", {}, later);
		expect([charged("100", later), onLabel()]).toEqual([149, 149]);
		store.do("thawPrices", {}, later);
		store.do("activateDue", {}, later);
		expect([charged("100", later), onLabel()]).toEqual([199, 199]);
	});

	it("are frozen once: the second time answers the first, and thawing what is not frozen changes nothing", () => {
		expect(store.do("thawPrices", {})).toBeNull();
		const first = store.do("freezePrices", { reason: "a" });
		expect(store.do("freezePrices", { reason: "b" }, later)).toEqual(first);
		expect(facts("prices.frozen")).toHaveLength(1);
	});

	it("outlast a whole catalog that no longer has them", () => {
		store.do("freezePrices", { reason: null });
		snapshot([{ ...price("100", 7, 249), before: { amountMinor: 199, currency: "EUR" } }]);
		expect([charged("100", later), onLabel()]).toEqual([199, 199]);
		store.do("thawPrices", {}, later);
		store.do("activateDue", {}, later);
		expect(charged("100", later)).toBe(249);
	});
});
