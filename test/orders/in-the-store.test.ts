import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const minutesLater = (n: number): string => new Date(Date.parse(noon) + n * 60_000).toISOString();
const code = "123456";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [
		article("100", { gtin: "04006381333931" }),
		article("200"),
		article("300"),
		article("c", { weighed: true }),
		price("200", 1, 300),
		price("300", 1, 250),
		price("100", 1, 400),
	]);
	for (const [sku, quantity] of [
		["100", 10],
		["200", 10],
		["300", 10],
		["c", 5_000_000],
	] as const)
		store.do("recordMovement", { id: `count-${sku}`, sku, quantity, reason: "count", occurredAt: "2026-03-01T00:00:00.000Z" });
	const expiresAt = "2026-03-09T13:00:00.000Z";
	fromHq(store, "stock", [
		{ type: "grant-ask", sku: "100", wanted: 6, grant: "g100", expiresAt },
		{ type: "grant-ask", sku: "200", wanted: 4, grant: "g200", expiresAt },
		{ type: "grant-ask", sku: "c", wanted: 2_000_000, grant: "gc", expiresAt },
	]);
});
afterEach(() => store.close());

function place(id: string, lines: { sku: string; quantity: number }[] = [{ sku: "100", quantity: 2 }], more: object = {}) {
	const order = {
		id,
		kind: "pickup",
		at: noon,
		by: "user:shop",
		lines: lines.map((line) => ({ substitution: "none", ...line })),
		takes: lines.map(({ sku, quantity }) => ({ grant: `g${sku}`, sku, quantity })),
		codeHash: createHash("sha256").update(`${id}:${code}`).digest("hex"),
		...more,
	};
	return fromHq(store, "stock", [{ type: "order", order }]);
}
const act = (order: string, name: "accept" | "ready") => store.do("actOnOrder", { order, act: { act: name } });
const scan = (order: string, scanned: string, id: string, more: object = {}) =>
	store.do("pickForOrder", { order, code: scanned, id, ...more });
const hand = (sku = "100") => {
	const { onHand, staged, granted, available } = store.book.stock.onHand(sku)!;
	expect(staged + granted + available).toBe(onHand);
	return { onHand, staged, granted, available };
};
const stateOf = (order: string) => store.book.orders.get(order)?.state;
const made = (order = "o1"): void => {
	place(order);
	act(order, "accept");
	scan(order, "4006381333931", `${order}-1`);
	scan(order, "100", `${order}-2`);
	act(order, "ready");
};

describe("an online order in the store", () => {
	it("reserves, stages and sells, and the four figures add up at each step", () => {
		expect(hand()).toEqual({ onHand: 10, staged: 0, granted: 6, available: 4 });
		place("o1");
		expect(hand()).toEqual({ onHand: 10, staged: 0, granted: 6, available: 4 });
		act("o1", "accept");
		scan("o1", "4006381333931", "p1");
		expect(hand()).toEqual({ onHand: 10, staged: 1, granted: 5, available: 4 });
		scan("o1", "100", "p2");
		act("o1", "ready");
		expect(store.do("handOverOrder", { order: "o1", code })).toMatchObject({ order: { state: "handed-over" } });
		expect(hand()).toEqual({ onHand: 8, staged: 0, granted: 4, available: 4 });
		expect(store.book.stock.movements("100", 5)[0]).toMatchObject({ reason: "online-sale", quantity: -2, reference: "o1" });
	});

	it("counts a scan once, however often its id is sent, and refuses the id for another piece", () => {
		place("o1");
		act("o1", "accept");
		expect(scan("o1", "100", "p1").duplicate).toBe(false);
		expect(scan("o1", "100", "p1").duplicate).toBe(true);
		expect(hand().staged).toBe(1);
		expect(store.refused("pickForOrder", { order: "o1", code: "100", id: "p1", quantity: 2 })).toBe("act-differs");
		expect(store.refused("pickForOrder", { order: "o1", code: "200", id: "p2" })).toBe("order-wrong-article");
		expect(store.refused("pickForOrder", { order: "o1", code: "no such code", id: "p3" })).toBe("article-unknown");
	});

	it("is placed once, and the same id with other contents is refused audibly", () => {
		place("o1");
		place("o1");
		expect(hand().granted).toBe(6);
		expect(store.book.grants.get("g100")!.used).toBe(2);
		expect(place("o1", [{ sku: "100", quantity: 3 }]).rejected).toMatchObject([{ code: "order-differs" }]);
	});

	it("is refused by the store where its grants do not cover it, and head office hears why", () => {
		place("o1", [{ sku: "100", quantity: 7 }]);
		expect(stateOf("o1")).toBe("refused");
		expect(hand()).toEqual({ onHand: 10, staged: 0, granted: 6, available: 4 });
		expect(store.book.events.after(0, 100).at(-1)).toMatchObject({ type: "order.acted", act: { act: "refuse", why: "grant-overspent" } });
	});

	it("is handed over only by its code, never twice, and five wrong codes close it for a quarter of an hour", () => {
		made();
		for (let n = 0; n < 5; n += 1)
			expect(store.do("handOverOrder", { order: "o1", code: `00000${n}` })).toMatchObject({ refused: "code-wrong" });
		expect(store.do("handOverOrder", { order: "o1", code })).toMatchObject({ refused: "code-locked" });
		expect(store.book.alarms.get("order-code-guessed:o1")).toMatchObject({ level: "YELLOW" });
		expect(store.do("handOverOrder", { order: "o1", code, id: "h1" }, minutesLater(16))).toMatchObject({ order: { state: "handed-over" } });
		expect(store.do("handOverOrder", { order: "o1", code, id: "h1" }, minutesLater(17))).toMatchObject({ duplicate: true });
		expect(store.refused("handOverOrder", { order: "o1", code }, minutesLater(18))).toBe("order-handed-over");
		expect(hand().onHand).toBe(8);
	});

	it("is not closed for longer where the clock was ahead while wrong codes came, and was set right since", () => {
		made();
		const ahead = minutesLater(24 * 60);
		for (let n = 0; n < 5; n += 1) store.do("handOverOrder", { order: "o1", code: `00000${n}` }, ahead);
		expect(store.do("handOverOrder", { order: "o1", code, id: "h1" })).toMatchObject({ order: { state: "handed-over" } });
	});

	it("takes weighed goods by their weight and gives the rest back", () => {
		place("o1", [{ sku: "c", quantity: 500_000, weighed: true } as never]);
		act("o1", "accept");
		expect(store.refused("pickForOrder", { order: "o1", code: "c", id: "p1" })).toBe("unit-unclear");
		expect(store.refused("pickForOrder", { order: "o1", code: "c", id: "p1", quantity: 1 })).toBe("unit-unclear");
		scan("o1", "c", "p1", { milligrams: 480_000 });
		act("o1", "ready");
		expect(hand("c")).toEqual({ onHand: 5_000_000, staged: 480_000, granted: 1_520_000, available: 3_000_000 });
	});

	it("takes a substitute of the same price or lower, and only where the customer wants one", () => {
		place("o1", [{ sku: "200", quantity: 1, substitution: "similar" } as never]);
		act("o1", "accept");
		expect(store.refused("pickForOrder", { order: "o1", code: "100", id: "p1", instead: "200" })).toBe("substitute-unfit");
		expect(scan("o1", "300", "p2", { instead: "200" }).order.lines[0]).toMatchObject({
			picked: 0,
			substitutes: [{ sku: "300", quantity: 1 }],
		});
		expect(hand("200").granted).toBe(4);
		expect(hand("300")).toMatchObject({ staged: 1, granted: 0, available: 9 });
		place("o2", [{ sku: "200", quantity: 1, substitution: "ask" } as never]);
		act("o2", "accept");
		expect(store.refused("pickForOrder", { order: "o2", code: "300", id: "q1", instead: "200" })).toBe("substitute-ask");
		scan("o2", "300", "q2", { instead: "200", agreed: true });
	});

	it("cancelled in time brings every piece back; after the hand-over the hand-over counts", () => {
		made("o1");
		const cancel = (order: string) => fromHq(store, "stock", [{ type: "order-cancel", order, at: noon, by: "user:shop", why: "customer" }]);
		cancel("o1");
		cancel("o1");
		expect(stateOf("o1")).toBe("cancelled");
		expect(hand()).toMatchObject({ staged: 2, granted: 4 });
		expect(store.refused("handOverOrder", { order: "o1", code })).toBe("order-state");
		store.do("shelveForOrder", { order: "o1", code: "100" });
		expect(stateOf("o1")).toBe("returning");
		store.do("shelveForOrder", { order: "o1", code: "100" });
		expect(stateOf("o1")).toBe("returned-to-shelf");
		expect(hand()).toEqual({ onHand: 10, staged: 0, granted: 6, available: 4 });
		made("o2");
		store.do("handOverOrder", { order: "o2", code });
		expect(cancel("o2").rejected).toEqual([]);
		expect(stateOf("o2")).toBe("handed-over");
	});

	it("ends by its clocks, warns before it is late, and does neither while the clock is a guess", () => {
		place("o1", undefined, { acceptBy: minutesLater(5) });
		place("o2", undefined, { readyBy: minutesLater(30), collectBy: minutesLater(60) });
		act("o2", "accept");
		store.guessing("tendOrderClocks", {}, minutesLater(90));
		expect(stateOf("o1")).toBe("placed");
		expect(store.do("tendOrderClocks", {}, minutesLater(6)).nextAt).toBe(minutesLater(29));
		expect(stateOf("o1")).toBe("expired");
		store.do("tendOrderClocks", {}, minutesLater(29));
		expect(store.book.alarms.get("order-late-soon:o2")).toMatchObject({ level: "YELLOW", clearedAt: null });
		expect(store.do("tendOrderClocks", {}, minutesLater(31)).nextAt).toBe(minutesLater(60));
		expect(store.book.alarms.get("order-late:o2")).toMatchObject({ level: "RED", clearedAt: null });
		store.do("tendOrderClocks", {}, minutesLater(60));
		expect(stateOf("o2")).toBe("expired");
		expect(store.book.alarms.get("order-late:o2")!.clearedAt).not.toBeNull();
		expect(hand()).toEqual({ onHand: 10, staged: 0, granted: 6, available: 4 });
	});

	it("prints a pick ticket where a printer is, and none where there is none", () => {
		place("o1");
		expect(store.book.jobs.get("pick-o1")).toBeUndefined();
		store.do("recordDevice", { id: "printer-1", family: "printer", protocol: "escpos", address: "x", state: "well" } as never);
		place("o2");
		expect(store.book.jobs.get("pick-o2")).toMatchObject({ state: "queued", printer: "printer-1" });
		expect(store.book.jobs.get("pick-o2")!.document).toContain("Article 100");
	});

	it("is there again after the box was switched off", () => {
		made();
		store.reopen();
		expect(stateOf("o1")).toBe("ready");
		expect(hand()).toEqual({ onHand: 10, staged: 2, granted: 4, available: 4 });
	});
});
