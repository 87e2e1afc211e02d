import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "../../src/hq/database/database.ts";
import type { Repositories } from "../../src/hq/repositories.ts";
import { clockAt, databases, openedBook, storeWriter } from "./open-book.ts";

const later = (minutes: number): string => new Date(Date.parse(clockAt) + minutes * 60_000).toISOString();

describe("an order that nobody accepts in time", () => {
	let db: Db;
	let book: Repositories;
	let says: Awaited<ReturnType<typeof storeWriter>>["says"];
	beforeAll(async () => {
		({ db, book } = await openedBook(databases[0]!.open));
		for (const store of ["a1", "b1", "c1"]) await book.enroll(store);
		const changes = [{ sku: "pen", amountMinor: 100, currency: "EUR", kind: "regular" as const, article: { name: "Pen" } }];
		await book.acceptPush({ id: "p", stores: "all", rejected: [], changes });
		for (const [store, granted] of [
			["a1", 5],
			["b1", 1],
			["c1", 5],
		] as const) {
			const writer = await storeWriter(book, store);
			if (store === "a1") says = writer.says;
			await writer.says({ type: "grant.given", grant: `g-${store}`, sku: "pen", granted, expiresAt: later(600) });
		}
	}, 120_000);
	afterAll(() => db.close());

	const place = (id: string, more: object = {}) =>
		book.placeOrder(
			{ id, store: "a1", kind: "pickup", lines: [{ sku: "pen", quantity: 2, substitution: "none" }], acceptBy: later(10), ...more },
			"user:shop",
		);
	const expire = (order: string) =>
		says({ type: "order.acted", order, act: { act: "expire", why: "late" }, state: "expired", by: "system:clock" });
	const sentTo = async (store: string) =>
		(await book.link.downAfter(store, "stock", 0, 50)).map(({ record }) => record as { type: string; order: { id: string } });
	const free = async (store: string) => {
		const { granted, reserved } = await book.stock(store, "pen");
		return granted - reserved;
	};

	it("goes to the next store whose grants cover it, with as much time and the same code", async () => {
		const { kept } = await place("o1");
		expect(await free("a1")).toBe(3);
		await expire("o1");
		const moved = await book.order("o1");
		expect(moved).toMatchObject({ store: "c1", code: kept.code, order: { state: "placed", acceptBy: later(10) } });
		expect(moved.order.history.map(({ state }) => state)).toEqual(["placed", "expired", "placed"]);
		expect([await free("a1"), await free("b1"), await free("c1")]).toEqual([5, 1, 3]);
		expect((await sentTo("c1")).filter(({ type }) => type === "order").map(({ order }) => order.id)).toEqual(["o1"]);
		expect(await sentTo("b1")).toEqual([]);
		expect((await place("o1")).created).toBe(false);
	});

	it("stays where it ended when no other store can take it, or its time is over", async () => {
		await place("o2", { lines: [{ sku: "pen", quantity: 4, substitution: "none" }] });
		await expire("o2");
		expect(await book.order("o2")).toMatchObject({ store: "a1", order: { state: "expired" } });
		expect(await free("a1")).toBe(5);
	});
});
