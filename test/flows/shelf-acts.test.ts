/** What people say at a weighing shelf: which of several articles it was, and that they fill it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noteRecord } from "../../src/link/protocol/events.ts";
import { article, fromHq, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("JAM"), price("JAM", 1, 129), article("TEA"), price("TEA", 1, 249)]);
	store.actor = { kind: "user", name: "ana" };
});
afterEach(() => store.close());

const at = (minute: number): string => `2026-03-02T12:${String(minute).padStart(2, "0")}:00.000Z`;
const jam = (pieces: number) => ({ sku: "JAM", pieces, milligrams: pieces * 250_000 });
const tea = (pieces: number) => ({ sku: "TEA", pieces, milligrams: pieces * 1_000_000 });
const doubt = (minute: number, candidates = [[tea(-1)], [jam(-4)]], more: object = {}) =>
	store.do(
		"recordShelf",
		{
			shelf: "s1",
			sku: null,
			skus: ["JAM", "TEA"],
			because: "unknown",
			milligrams: -1_000_000,
			state: {},
			post: true,
			candidates,
			...more,
		},
		at(minute),
	);
const open = (): number[] => (store.book.link.shelfDoubts()["s1"] ?? []).map(({ change }) => change);
const alarms = (): string[] => store.book.alarms.list().flatMap(({ code, clearedAt }) => (clearedAt === null ? [code] : []));
const facts = () => store.book.events.recent(500).flatMap((event) => (event.type === "shelf.changed" ? [event] : []));
const choose = (id: string, change: number, choice: { sku: string; pieces: number }[]) =>
	({ id, shelf: "s1", change, choice }) satisfies Parameters<TestStore["do"]>[1];
const onHand = (sku: string): number => store.book.stock.onHand(sku)?.onHand ?? 0;
const count = (sku: string, quantity: number, minute: number) =>
	store.do("recordMovement", { id: `c-${sku}-${minute}`, sku, quantity, reason: "count", occurredAt: at(minute) }, at(minute));

describe("a change that may have been several things", () => {
	it("becomes what a person chose, once, with that person as author, and its alarm ends", () => {
		doubt(1);
		const [change] = open();
		expect(store.do("chooseCandidate", choose("a1", change!, [{ sku: "JAM", pieces: -4 }]), at(5))).toEqual({ duplicate: false });
		expect(facts().at(-1)).toMatchObject({ because: "pick", sku: "JAM", pieces: -4, answers: change, actor: { name: "ana" } });
		expect(noteRecord.safeParse(facts().at(-1)).error?.message).toBeUndefined();
		expect([onHand("JAM"), onHand("TEA"), alarms(), open()]).toEqual([-4, 0, [], []]);
		expect(store.do("chooseCandidate", choose("a1", change!, [{ sku: "JAM", pieces: -4 }]), at(6))).toEqual({ duplicate: true });
		expect(onHand("JAM")).toBe(-4);
		expect(store.refused("chooseCandidate", choose("a1", change!, [{ sku: "TEA", pieces: -1 }]))).toBe("act-differs");
		expect(store.refused("chooseCandidate", choose("a2", change!, [{ sku: "TEA", pieces: -1 }]))).toBe("shelf-change-settled");
	});

	it("is not settled by what it cannot have been, nor on another shelf", () => {
		doubt(1);
		const [change] = open();
		expect(store.refused("chooseCandidate", choose("a1", change!, [{ sku: "JAM", pieces: -3 }]))).toBe("choice-unknown");
		expect(store.refused("chooseCandidate", { ...choose("a1", change!, [{ sku: "JAM", pieces: -4 }]), shelf: "s2" })).toBe(
			"shelf-change-settled",
		);
		expect([onHand("JAM"), alarms()]).toEqual([0, ["shelf-which-article"]]);
	});

	it("of two open ones leaves the alarm until both are answered, parts in any order", () => {
		doubt(1);
		doubt(2, [[jam(-1), tea(-1)], [jam(-5)]]);
		const [first, second] = open();
		store.do(
			"chooseCandidate",
			choose(
				"a1",
				second!,
				[tea(-1), jam(-1)].map(({ sku, pieces }) => ({ sku, pieces })),
			),
			at(3),
		);
		expect([onHand("JAM"), onHand("TEA"), alarms()]).toEqual([-1, -1, ["shelf-which-article"]]);
		store.do("chooseCandidate", choose("a2", first!, [{ sku: "TEA", pieces: -1 }]), at(4));
		expect([onHand("JAM"), onHand("TEA"), alarms()]).toEqual([-1, -2, []]);
	});

	it("beside one that only a count can explain keeps the alarm", () => {
		doubt(1, [], { because: "offline-change" });
		doubt(2, undefined, { because: "offline-change" });
		store.do("chooseCandidate", choose("a1", open()[1]!, [{ sku: "TEA", pieces: -1 }]), at(3));
		expect(alarms()).toEqual(["shelf-offline-change"]);
		count("JAM", 10, 4);
		count("TEA", 5, 5);
		expect([alarms(), open()]).toEqual([[], []]);
	});

	it("cannot be answered once both articles were counted; an article that was counted since keeps its count", () => {
		doubt(1);
		const [first] = open();
		count("JAM", 10, 2);
		store.do("chooseCandidate", choose("a1", first!, [{ sku: "JAM", pieces: -4 }]), at(3));
		expect(onHand("JAM")).toBe(10);
		doubt(4);
		const [second] = open();
		count("JAM", 9, 5);
		count("TEA", 3, 6);
		expect(store.refused("chooseCandidate", choose("a2", second!, [{ sku: "TEA", pieces: -1 }]))).toBe("shelf-change-settled");
		expect([onHand("JAM"), onHand("TEA")]).toEqual([9, 3]);
	});

	it("on a shelf that posts nothing becomes a fact and no movement", () => {
		doubt(1, undefined, { post: false });
		store.do("chooseCandidate", choose("a1", open()[0]!, [{ sku: "TEA", pieces: -1 }]), at(2));
		expect(facts().at(-1)).toMatchObject({ sku: "TEA", pieces: -1, movement: null });
		expect(onHand("TEA")).toBe(0);
	});

	it("survives a restart, and of too many open ones the oldest are left to a count", () => {
		for (let minute = 0; minute < 20; minute += 1) doubt(minute);
		store.reopen();
		expect(open()).toHaveLength(20);
		const [oldest] = open();
		expect(store.refused("chooseCandidate", choose("a1", oldest!, [{ sku: "TEA", pieces: -1 }]))).toBe("choice-unknown");
		const newest = open().at(-1)!;
		expect(store.do("chooseCandidate", choose("a2", newest, [{ sku: "TEA", pieces: -1 }]), at(30))).toEqual({ duplicate: false });
		expect(alarms()).toEqual(["shelf-which-article"]);
	});
});

describe("a shelf that staff fills", () => {
	const audits = () =>
		store.book.events.recent(100).flatMap((event) => (event.type === "audit.recorded" ? [[event.act, event.actor?.name, event.why]] : []));

	it("is begun and ended by a person, each once, and on record", () => {
		expect(store.do("setRestocking", { id: "r1", shelf: "s1", on: true })).toEqual({ duplicate: false, until: at(30) });
		expect(store.do("setRestocking", { id: "r1", shelf: "s1", on: true }, at(1))).toEqual({ duplicate: true, until: at(30) });
		expect(store.book.link.restocking()).toEqual({ s1: { until: at(30), by: "ana" } });
		expect(store.refused("setRestocking", { id: "r1", shelf: "s1", on: false })).toBe("act-differs");
		store.do("setRestocking", { id: "r2", shelf: "s1", on: false }, at(9));
		expect(store.book.link.restocking()).toEqual({});
		store.do("setRestocking", { id: "r3", shelf: "s1", on: false }, at(10));
		expect(audits()).toEqual([
			["restock-begun", "ana", undefined],
			["restock-ended", "ana", undefined],
		]);
	});

	it("that is forgotten ends by itself, also when the clock was set back", () => {
		store.do("setRestocking", { id: "r1", shelf: "s1", on: true });
		expect(store.do("tendRestocking", {}, at(29))).toBe(1);
		expect(store.do("tendRestocking", {}, at(30))).toBe(0);
		store.do("setRestocking", { id: "r2", shelf: "s1", on: true });
		expect(store.do("tendRestocking", {}, "2026-03-02T11:00:00.000Z")).toBe(0);
		expect(audits().filter(([, , why]) => why === "time-over")).toHaveLength(2);
	});
});
