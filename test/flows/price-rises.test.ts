import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { article, fromHq, noon, openTestStore, price, snapshotFromHq, type TestStore } from "../support/store.ts";

const [left, right] = ["00000000000000A1", "00000000000000A2"];
let store: TestStore;

beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), article("200"), price("100", 1, 200), price("200", 2, 500)]);
	store.do("activateDue", {});
	store.do("bindLabel", { label: left, sku: "100", hwType: 0x01 });
	show(left);
});
afterEach(() => store.close());

/** The label takes its newest picture and reports it. */
function show(label: string, at = noon): void {
	const { desired_version: version } = store.book.labels.row(label)!;
	draw(label, at);
	store.do("recordShown", { label, version }, at);
}
function draw(label: string, at = noon): void {
	const { desired_version: version } = store.book.labels.row(label)!;
	const picture = `00000000000000${version.toString(16).padStart(2, "0")}`;
	store.do("recordDrawn", { label, version, hwType: 1, dataType: 0x20, picture, bytes: new Uint8Array([1]) }, at);
	store.do("recordSent", { label, version }, at);
}
const later = (seconds: number): string => new Date(Date.parse(noon) + seconds * 1_000).toISOString();
const pushed = (version: number, amountMinor: number, more: object = {}, sku = "100") => {
	fromHq(store, "catalog", [price(sku, version, amountMinor, { from: noon, push: `p${version}`, ...more })]);
	return store.do("activateDue", {});
};
const till = (at = noon, asked = {}, sku = "100") => store.book.prices.charged(sku, at, asked)?.amountMinor;
const scanned = (at = noon) => {
	store.do("recordScans", { scans: [{ device: "gun", code: "100", symbologySource: "guess" }] }, at);
	const event = store.book.events.after(0, 1_000).at(-1)!;
	return event.type === "article.scanned" ? event.amountMinor : undefined;
};
const facts = (type: string) => store.book.events.after(0, 1_000).filter((event) => event.type === type);
const ends = () => facts("price.rise-ended").map((event) => "because" in event && event.because);

describe("a rise", () => {
	it("is charged by till and scan when the label shows it, and not before", () => {
		pushed(3, 250);
		expect([till(), scanned()]).toEqual([200, 200]);
		expect(store.book.prices.charged("100", noon)).toMatchObject({
			amountMinor: 200,
			version: 1,
			rise: { version: 3, amountMinor: 250, since: noon, until: later(600) },
		});
		expect(facts("price.rise-waits")).toMatchObject([{ version: 3, push: "p3", amountMinor: 250, chargedMinor: 200, until: later(600) }]);
		draw(left);
		expect(till()).toBe(200);
		show(left);
		expect([till(), scanned()]).toEqual([250, 250]);
		expect(ends()).toEqual(["shown"]);
	});

	it("is not charged in the moment before a price whose time has come is put in force", () => {
		fromHq(store, "catalog", [price("100", 3, 250, { from: later(10) })]);
		expect(till(later(11))).toBe(200);
		store.do("activateDue", {}, later(11));
		expect(till(later(11))).toBe(200);
		show(left, later(12));
		expect(till(later(12))).toBe(250);
	});

	it("waits for every label of the article", () => {
		store.do("bindLabel", { label: right, sku: "100", hwType: 0x01 });
		show(right);
		pushed(3, 250);
		show(left);
		expect(till()).toBe(200);
		show(right);
		expect(till()).toBe(250);
	});

	it("goes on when its push allows no longer wait, and is counted", () => {
		expect(pushed(3, 250, { riseWaitsMs: 30_000 }).nextAt).toBe(later(30));
		store.do("activateDue", {}, later(29));
		expect(till(later(29))).toBe(200);
		store.do("activateDue", {}, later(30));
		expect(till(later(30))).toBe(250);
		expect(facts("price.rise-ended")).toMatchObject([{ version: 3, push: "p3", because: "went-on" }]);
		expect([store.book.priceRises.count(), store.book.link.risesWentOn()]).toEqual([0, 1]);
	});

	it("of a push that does not wait is charged at once, and counted", () => {
		pushed(3, 250, { riseWaitsMs: 0 });
		expect(till()).toBe(250);
		expect(ends()).toEqual(["went-on"]);
	});

	it("of an article without a label does not wait, nor where no label was ever sent a picture", () => {
		pushed(4, 600, {}, "200");
		expect(till(noon, {}, "200")).toBe(600);
		store.do("bindLabel", { label: right, sku: "200", hwType: 0x01 });
		pushed(5, 700, {}, "200");
		expect(till(noon, {}, "200")).toBe(700);
		expect(facts("price.rise-waits")).toEqual([]);
	});

	it("that is replaced before any label showed it leaves the till at the lowest that the shelf may say", () => {
		pushed(3, 250);
		pushed(4, 230);
		expect(till()).toBe(200);
		pushed(5, 180);
		expect(till()).toBe(180);
		pushed(6, 220);
		expect(till()).toBe(180);
		show(left);
		expect(till()).toBe(220);
		expect(ends()).toEqual(["replaced", "replaced", "shown"]);
	});

	it("whose push is withdrawn meanwhile is never charged", () => {
		pushed(3, 250);
		fromHq(store, "catalog", [{ type: "price-end", sku: "100", version: 4, ends: 3, at: noon }, price("100", 5, 200, { from: noon })]);
		store.do("activateDue", {});
		show(left);
		expect([till(), store.book.priceRises.count()]).toEqual([200, 0]);
		expect(ends()).toEqual(["replaced"]);
	});

	it("is kept over a restart of the gateway", () => {
		pushed(3, 250, { riseWaitsMs: 60_000 });
		store.reopen();
		expect(till()).toBe(200);
		store.do("activateDue", {}, later(60));
		expect(till(later(60))).toBe(250);
	});
});

describe("what ends or hides a reduction", () => {
	it("is a rise: the till charges the reduction until the label shows the price after it", () => {
		pushed(3, 150, { kind: "promotion", until: later(60), riseWaitsMs: 120_000 });
		show(left);
		expect(till()).toBe(150);
		expect(till(later(61))).toBe(150);
		store.do("activateDue", {}, later(61));
		expect(till(later(61))).toBe(150);
		expect(facts("price.rise-waits")).toMatchObject([{ version: 1, amountMinor: 200, chargedMinor: 150, until: later(181) }]);
		show(left, later(62));
		expect(till(later(62))).toBe(200);
	});

	it("is one for members too: theirs ends, and they pay as before until the label says so", () => {
		fromHq(store, "catalog", [
			{
				type: "conditional-price",
				price: { ...price("100", 3, 150, { from: noon, until: later(60) }).price, kind: "member", tier: "gold" },
			},
		]);
		store.do("activateDue", {});
		show(left);
		expect([till(), till(noon, { tier: "gold" })]).toEqual([200, 150]);
		store.do("activateDue", {}, later(61));
		expect([till(later(61)), till(later(61), { tier: "gold" })]).toEqual([200, 150]);
		show(left, later(62));
		expect(till(later(62), { tier: "gold" })).toBe(200);
	});
});

describe("a cut", () => {
	it("is charged before the shelf shows it", () => {
		pushed(3, 150);
		expect([till(), scanned()]).toEqual([150, 150]);
		expect(store.book.labels.row(left)!.confirmed_version).toBe(1);
		expect(facts("price.rise-waits")).toEqual([]);
	});
});

describe("a label that changes its article while a rise waits", () => {
	it("is waited for until it shows the other article", () => {
		pushed(3, 250);
		store.do("bindLabel", { label: left, sku: "200" });
		expect(till()).toBe(200);
		show(left);
		expect(till()).toBe(250);
		expect(ends()).toEqual(["unlabelled"]);
	});

	it("is waited for, too, by a rise that comes after it was bound away", () => {
		store.do("bindLabel", { label: right, sku: "100", hwType: 0x01 });
		show(right);
		store.do("bindLabel", { label: left, sku: "200" });
		pushed(3, 250);
		show(right);
		expect(till()).toBe(200);
		show(left);
		expect(till()).toBe(250);
	});

	it("and is taken off the shelf is not waited for", () => {
		pushed(3, 250);
		store.do("bindLabel", { label: left, sku: null });
		expect(till()).toBe(250);
	});

	it("is swapped for a new one: the new one shows nothing yet, so nothing is waited for", () => {
		pushed(3, 250);
		store.do("bindLabel", { label: right, sku: "100", hwType: 0x01 });
		store.do("bindLabel", { label: left, sku: null });
		expect(till()).toBe(250);
	});
});

describe("while prices are frozen", () => {
	it("no rise goes on by its time, and the till stays; the thaw lets it", () => {
		pushed(3, 250, { riseWaitsMs: 30_000 });
		store.do("freezePrices", { reason: null });
		store.do("activateDue", {}, later(60));
		show(left, later(61));
		expect(till()).toBe(200);
		store.do("thawPrices", {}, later(90));
		expect(till(later(90))).toBe(250);
		expect(ends()).toEqual(["shown"]);
	});
});

describe("prices that are replaced as a whole", () => {
	const snapshot = (records: object[]) => snapshotFromHq(store, [article("100"), ...records]);

	it("rise only when the label shows it", () => {
		snapshot([price("100", 8, 260)]);
		expect(till()).toBe(200);
		store.do("activateDue", {});
		expect(till()).toBe(200);
		show(left);
		expect(till()).toBe(260);
	});

	it("rise only when the label shows it, also where they begin in some seconds, because head office's clock is ahead", () => {
		snapshot([price("100", 8, 260, { from: later(12) })]);
		expect(till(later(13))).toBe(200);
		store.do("activateDue", {}, later(14));
		expect(till(later(14))).toBe(200);
		show(left, later(15));
		expect(till(later(15))).toBe(260);
		expect(ends()).toEqual(["shown"]);
	});

	it("leave nothing waiting where none is to come soon", () => {
		snapshot([price("100", 8, 260, { from: later(3_600) })]);
		expect([till(), store.book.priceRises.page("", 10)]).toEqual([undefined, []]);
	});

	it("leave nothing waiting where they are the same", () => {
		snapshot([price("100", 1, 200)]);
		store.do("activateDue", {});
		expect([till(), store.book.priceRises.page("", 10)]).toEqual([200, []]);
	});
});

describe("a label that is bound in the moment before its price is put in force", () => {
	beforeEach(() => {
		fromHq(store, "catalog", [article("300"), price("300", 3, 100)]);
		store.do("bindLabel", { label: right, sku: "300", hwType: 0x01 });
		show(right);
	});

	it("is waited for by a price that comes before that moment", () => {
		fromHq(store, "catalog", [price("300", 4, 150, { from: noon })]);
		expect(till(noon, {}, "300")).toBe(100);
		store.do("activateDue", {});
		expect(till(noon, {}, "300")).toBe(100);
		show(right);
		expect(till(noon, {}, "300")).toBe(150);
	});

	it("is waited for by a price that a second person releases before that moment", () => {
		const rails = JSON.stringify({ currencies: ["EUR"], maxAmountMinor: 120 });
		fromHq(store, "config", [{ type: "setting", setting: { name: "guardRails", version: 1, value: rails } }]);
		fromHq(store, "catalog", [price("300", 4, 150, { from: noon })]);
		expect(till(noon, {}, "300")).toBe(100);
		fromHq(store, "catalog", [{ type: "price-release", sku: "300", version: 5, releases: 4, by: "user:vera" }]);
		expect(till(noon, {}, "300")).toBe(100);
		store.do("activateDue", {});
		show(right);
		expect(till(noon, {}, "300")).toBe(150);
	});
});
