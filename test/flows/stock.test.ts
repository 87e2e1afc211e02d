import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { factRecord } from "../../src/link/protocol/events.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100", { gtin: "04006381333931" }), price("100", 1, 199)]);
});
afterEach(() => store.close());
const hand = () => store.book.stock.onHand("100")!;
const movement = (id: string, reason: "sale" | "receive" | "waste" | "count", quantity: number, occurredAt = noon) => ({
	id,
	sku: "100",
	reason,
	quantity,
	occurredAt,
});
const inMs = (ms: number) => new Date(Date.parse(noon) + ms).toISOString();
const ofType = (type: string) => store.book.events.after(0, 100).filter((event) => event.type === type);

describe("a movement that cannot be right", () => {
	it("is refused when its quantity goes the wrong way (case H17)", () => {
		expect(store.refused("recordMovement", movement("a", "sale", 5))).toBe("movement-sign");
		expect(store.refused("recordMovement", movement("b", "receive", -5))).toBe("movement-sign");
		expect(store.refused("recordMovement", movement("c", "waste", 4))).toBe("movement-sign");
		expect(hand().onHand).toBe(0);
	});

	it("is refused when it is a count from the future, by whoever says so (case H12)", () => {
		const late = "2099-01-01T00:00:00.000Z";
		expect(store.refused("recordMovement", movement("a", "count", 5, late))).toBe("count-in-future");
		const { rejected } = fromHq(store, "stock", [{ type: "movement", movement: movement("b", "count", 5, late) }]);
		expect(rejected).toEqual([expect.objectContaining({ code: "count-in-future" })]);
		store.do("recordMovement", movement("c", "receive", 3));
		expect(hand().onHand).toBe(3);
	});

	it("counts from when it came where it is dated ahead, so that a later count is not changed by it (case H12)", () => {
		const late = "2099-01-01T00:00:00.000Z";
		const first = store.do("recordMovement", movement("a", "receive", 5, late));
		expect(first).toMatchObject({ duplicate: false, movement: { occurredAt: noon } });
		expect(store.do("recordMovement", movement("a", "receive", 5, late))).toMatchObject({ duplicate: true });
		store.do("recordSale", { id: "s9", till: "till-1", at: late, lines: [{ sku: "100", quantity: 2, amountMinor: 398 }] });
		expect(hand().onHand).toBe(3);
		const later = new Date(Date.parse(noon) + 1_000).toISOString();
		store.do("recordMovement", movement("c", "count", 10, later), later);
		expect(hand().onHand).toBe(10);
	});

	it("is another one where its reference or its time is another, and is refused", () => {
		const first = { ...movement("d", "receive", 5), reference: "note-1" };
		store.do("recordMovement", first);
		expect(store.do("recordMovement", first)).toMatchObject({ duplicate: true });
		expect(store.do("recordMovement", { ...first, occurredAt: inMs(60_000) })).toMatchObject({ duplicate: true });
		expect(store.refused("recordMovement", { ...first, reference: "note-2" })).toBe("movement-differs");
		expect(store.refused("recordMovement", { ...first, occurredAt: inMs(-3_600_000) })).toBe("movement-differs");
		expect(hand().onHand).toBe(5);
	});

	it("does not hide the sales after it where it is a count dated minutes ahead", () => {
		const ahead = movement("n", "count", 10, inMs(8 * 60_000));
		expect(store.do("recordMovement", ahead)).toMatchObject({ movement: { occurredAt: noon } });
		store.do(
			"recordSale",
			{ id: "s", till: "till-1", at: inMs(1_000), lines: [{ sku: "100", quantity: 2, amountMinor: 398 }] },
			inMs(1_000),
		);
		expect(hand().onHand).toBe(8);
		expect(store.do("recordMovement", ahead, inMs(60_000))).toMatchObject({ duplicate: true });
		expect(store.do("recordMovement", ahead, inMs(20 * 60_000))).toMatchObject({ duplicate: true });
		expect(hand().onHand).toBe(8);
	});

	it("is refused from head office when its id stands here with other contents (case H3)", () => {
		store.do("recordMovement", movement("x", "receive", 22));
		const told = (quantity: number) => fromHq(store, "stock", [{ type: "movement", movement: movement("x", "receive", quantity) }]);
		expect(told(24).rejected).toEqual([expect.objectContaining({ code: "movement-differs" })]);
		expect(told(22).rejected).toEqual([]);
		expect(hand().onHand).toBe(22);
	});

	it("is known again when it names its article by barcode", () => {
		const asked = { ...movement("g", "receive", 2), sku: "4006381333931" };
		expect(store.do("recordMovement", asked).duplicate).toBe(false);
		expect(store.do("recordMovement", asked).duplicate).toBe(true);
		expect(hand().onHand).toBe(2);
	});
});

describe("a sale", () => {
	const sale = (quantity: number) => ({
		id: "s1",
		till: "till-1",
		at: noon,
		lines: [{ code: "4006381333931", quantity, amountMinor: 199 }],
	});

	it("with the longest number a till may give makes facts that head office takes, and is known again", () => {
		const long = { ...sale(2), id: "x".repeat(127) + "é", receipt: {} };
		const first = store.do("recordSale", long);
		expect(store.do("recordSale", long)).toMatchObject({ duplicate: true, event: first.event });
		const facts = store.book.events.after(0, 100).filter(({ type }) => type === "sale.recorded" || type === "stock.moved");
		expect(facts.length).toBe(2);
		for (const fact of facts) expect(factRecord.safeParse(fact).error).toBeUndefined();
		expect(hand().onHand).toBe(-2);
	});

	it("keeps a payment card's number that stands for an article masked, and is known again", () => {
		const card = "4111111111111111";
		const paid = { ...sale(1), lines: [{ sku: card, quantity: 1, amountMinor: 199 }] };
		expect(store.do("recordSale", paid)).toMatchObject({ duplicate: false, unknown: ["411111******1111"] });
		expect(store.do("recordSale", paid)).toMatchObject({ duplicate: true });
		expect(JSON.stringify(store.book.events.after(0, 100))).not.toContain(card);
	});

	it("is answered again as before, and its number is refused for another one (case B4)", () => {
		const first = store.do("recordSale", sale(1));
		expect(store.do("recordSale", sale(1))).toMatchObject({ duplicate: true, event: first.event });
		expect(store.refused("recordSale", sale(2))).toBe("sale-differs");
		expect(hand().onHand).toBe(-1);
	});

	it("of the same goods at another time is another sale, as when a till's numbers begin anew each day", () => {
		const ahead = { ...sale(1), id: "s2", at: inMs(3_600_000) };
		for (const one of [sale(1), ahead]) store.do("recordSale", one);
		expect(store.refused("recordSale", { ...sale(1), at: inMs(-24 * 3_600_000) })).toBe("sale-differs");
		expect(store.do("recordSale", ahead, inMs(3_500_000))).toMatchObject({ duplicate: true });
		expect(hand().onHand).toBe(-2);
	});

	it("is refused where sku and code of a line name two articles", () => {
		fromHq(store, "catalog", [article("200", { gtin: "09520000010010" }), price("200", 2, 99)]);
		const line = { sku: "200", quantity: 1, amountMinor: 99 };
		const of = (id: string, code: string) => ({ id, till: "till-1", at: noon, lines: [{ ...line, code }] });
		expect(store.refused("recordSale", of("a", "4006381333931"))).toBe("sale-malformed");
		expect(store.do("recordSale", of("b", "9520000010010"))).toMatchObject({ duplicate: false, unknown: [] });
	});

	it("is refused in another currency than the store's prices, of the sale or of a line (case B3)", () => {
		const sold = (id: string, currency: string) => ({
			id,
			till: "till-1",
			at: noon,
			lines: [{ sku: "100", quantity: 1, amountMinor: 199, currency }],
		});
		expect(store.refused("recordSale", sold("a", "USD"))).toBe("sale-currency");
		expect(store.do("recordSale", sold("a", "EUR"))).toMatchObject({ duplicate: false });
	});

	it("of what was lent to head office is a shortfall also when a program posts it as a movement (case H25)", () => {
		store.do("recordMovement", movement("count", "count", 10, "2026-03-01T00:00:00.000Z"));
		fromHq(store, "stock", [{ type: "grant-ask", sku: "100", wanted: 4, grant: "g1", expiresAt: "2026-03-02T13:00:00.000Z" }]);
		store.do("recordMovement", movement("m1", "sale", -8));
		expect(ofType("stock.shortfall")).toEqual([expect.objectContaining({ sku: "100", quantity: 2, sale: "m1" })]);
	});
});

describe("a sale of weighed goods", () => {
	beforeEach(() => fromHq(store, "catalog", [article("W", { weighed: true }), price("W", 3, 899)]));
	const sale = (id: string, line: object, more = {}) => ({
		id,
		till: "till-1",
		at: noon,
		lines: [{ sku: "W", amountMinor: 310, ...line }],
		...more,
	});
	const onHand = () => store.book.stock.onHand("W")!.onHand;

	it("takes milligrams, or kilograms with a decimal point (case B3)", () => {
		store.do("recordSale", sale("a", { milligrams: 345_000 }));
		expect(onHand()).toBe(-345_000);
		store.do("recordSale", sale("b", { quantity: 0.345, isDecimal: true }));
		expect(onHand()).toBe(-690_000);
		store.do("recordSale", sale("c", { quantity: 2, isDecimal: true }));
		expect(onHand()).toBe(-2_690_000);
		expect(store.do("recordSale", sale("b", { milligrams: 345_000 })).duplicate).toBe(true);
		expect(store.refused("recordSale", sale("b", { milligrams: 345_001 }))).toBe("sale-differs");
	});

	it("is refused where its unit is not clear, except from a till of the old form (case B3)", () => {
		expect(store.refused("recordSale", sale("a", { quantity: 345 }))).toBe("unit-unclear");
		expect(store.refused("recordSale", { ...sale("a", {}), lines: [{ sku: "100", quantity: 0.5, isDecimal: true, amountMinor: 1 }] })).toBe(
			"unit-unclear",
		);
		expect(store.refused("recordSale", { ...sale("a", {}), lines: [{ sku: "100", milligrams: 5, amountMinor: 1 }] })).toBe("unit-unclear");
		expect(onHand()).toBe(0);
		store.do("recordSale", sale("a", { quantity: 345_000 }, { isOldForm: true }));
		expect(onHand()).toBe(-345_000);
	});

	it("counts also where its movement's id is taken by another movement", () => {
		store.do("recordMovement", { ...movement("till-1-a-1", "receive", 5), sku: "100" });
		store.do("recordSale", { ...sale("a", {}), lines: [{ sku: "100", quantity: 2, amountMinor: 1 }] });
		expect(hand().onHand).toBe(3);
	});
});

describe("a sale with a receipt, where no printer is", () => {
	const sale = { id: "r", till: "till-1", at: noon, lines: [{ sku: "100", quantity: 1, amountMinor: 199 }] };
	const printer = { id: "p1", family: "printer" as const, protocol: "escpos", address: "tcp", state: "starting" as const };

	it("is booked; the receipt waits, the answer says so, and the first printer that comes prints it (case B14)", () => {
		const answer = store.do("recordSale", { ...sale, receipt: {} });
		expect(answer).toMatchObject({
			duplicate: false,
			job: "receipt-till-1-r",
			receipt: { state: "waiting", why: expect.stringContaining("no receipt printer") },
		});
		expect(hand().onHand).toBe(-1);
		expect(store.do("recordSale", { ...sale, receipt: {} })).toMatchObject({ duplicate: true, receipt: { state: "waiting" } });
		expect(store.book.alarms.list().map(({ code }) => code)).toEqual(["receipt-without-printer"]);
		store.do("recordDevice", printer);
		expect(store.book.jobs.open("p1").map(({ id }) => id)).toEqual(["receipt-till-1-r"]);
		expect(store.book.alarms.list()).toEqual([]);
		expect(store.do("recordSale", { ...sale, receipt: {} }).receipt).toBeUndefined();
	});

	it("waits for the printer it names (case B14)", () => {
		store.do("recordDevice", printer);
		expect(store.do("recordSale", { ...sale, receipt: { printer: "bar" } }).receipt?.why).toContain("bar");
		expect(store.book.jobs.open("p1")).toEqual([]);
		store.do("recordDevice", { ...printer, id: "bar" });
		expect(store.book.jobs.open("bar")).toHaveLength(1);
		expect(store.book.alarms.list()).toEqual([]);
	});
});

describe("the alarm of a shelf", () => {
	const seen = (because: "unknown" | "offline-change" | "pick") =>
		store.do("recordShelf", { shelf: "shelf-1", sku: "100", because, pieces: -1, milligrams: -330_000, state: {}, post: true });
	const open = () =>
		store.book.alarms
			.list()
			.filter(({ clearedAt }) => clearedAt === null)
			.map(({ code }) => code)
			.sort();

	it("stays through a pick that fits, and goes when the article is counted (case S24)", () => {
		seen("unknown");
		seen("offline-change");
		seen("pick");
		expect(open()).toEqual(["shelf-offline-change", "shelf-unknown-change"]);
		store.do("recordMovement", movement("counted", "count", 7));
		expect(open()).toEqual([]);
	});
});

describe("a receipt while the clock is only a guess", () => {
	it("says how an amount came about by the prices that the till was told", () => {
		const offer = { multiBuy: { quantity: 2, amountMinor: 300 }, until: "2026-03-03T00:00:00.000Z" };
		fromHq(store, "catalog", [price("100", 2, 199, { kind: "promotion", ...offer })]);
		store.do("activateDue", {});
		store.do("keepClockFloor", {});
		const lines = [{ sku: "100", quantity: 2, amountMinor: 300 }];
		store.guessing(
			"recordSale",
			{ id: "s-7", till: "till-1", at: "2026-03-05T00:00:00.000Z", lines, receipt: {} },
			"2026-03-05T00:00:00.000Z",
		);
		expect(store.book.jobs.get("receipt-till-1-s-7")?.document).toContain("2 for €3.00");
	});
});

describe("a scan while the clock is only a guess", () => {
	it("is priced as the till and the label are: by the last time that was sure", () => {
		fromHq(store, "catalog", [price("100", 2, 149, { from: "2026-03-02T13:00:00.000Z" })]);
		store.do("activateDue", {});
		store.do("keepClockFloor", {});
		const scan = { device: "scanner-1", code: "4006381333931", symbologySource: "guess" as const };
		store.guessing("recordScans", { scans: [scan] }, "2026-03-05T00:00:00.000Z");
		expect(ofType("article.scanned")).toEqual([expect.objectContaining({ sku: "100", amountMinor: 199 })]);
	});
});
