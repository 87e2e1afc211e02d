import { afterAll, beforeAll, expect, it } from "vitest";
import type { PriceChange } from "../../../src/hq/catalog/pushes.ts";
import type { Db } from "../../../src/hq/database/database.ts";
import type { Repositories } from "../../../src/hq/repositories.ts";
import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";
import { databases, openedBook } from "../open-book.ts";

let db: Db;
let book: Repositories;
beforeAll(async () => {
	({ db, book } = await openedBook(databases[0]!.open));
});
afterAll(() => db.close());

const push = (id: string, stores: string[] | "all", changes: (Partial<PriceChange> & { sku: string; amountMinor: number })[]) =>
	book.acceptPush({
		id,
		stores,
		changes: changes.map((change) => ({ currency: "EUR", kind: "regular", article: { name: `Article ${change.sku}` }, ...change })),
		rejected: [],
	});
const records = async (store: string): Promise<CatalogRecord[]> =>
	(await book.link.downAfter(store, "catalog", 0, 1_000)).map((row) => row.record as CatalogRecord);
const prices = async (store: string) => (await records(store)).flatMap((record) => (record.type === "price" ? [record.price] : []));

it("a store that is enrolled later gets what is in force for all stores, in its own time (case H6)", async () => {
	await book.enroll("old", false, "Europe/Zagreb");
	await push("p1", "all", [
		{ sku: "a", amountMinor: 100 },
		{ sku: "b", amountMinor: 200 },
	]);
	await push("p2", "all", [
		{ sku: "a", amountMinor: 110 },
		{ sku: "c", amountMinor: 90, kind: "promotion", from: "2026-12-01", until: "2026-12-07" },
	]);
	await push("only-old", ["old"], [{ sku: "b", amountMinor: 1 }]);
	await push("wrong", "all", [{ sku: "b", amountMinor: 777 }]);
	await book.withdrawPush("wrong", undefined, { kind: "user", name: "mara" });

	await book.enroll("new", false, "America/New_York");
	expect((await records("new")).filter(({ type }) => type === "article")).toHaveLength(3);
	expect((await prices("new")).map(({ sku, amountMinor, from, until }) => [sku, amountMinor, from, until])).toEqual([
		["b", 200, expect.any(String), undefined],
		["c", 90, "2026-12-01T05:00:00.000Z", "2026-12-08T05:00:00.000Z"],
		["a", 110, expect.any(String), undefined],
	]);
	expect((await book.push("new~catch-up")).stores).toMatchObject([{ store: "new", changes: 3 }]);
	// Nothing is lacking now, and the store that had it all from the beginning lacks nothing either.
	expect(await book.catchUp("new")).toEqual({ push: null, changes: 0 });
	expect(await book.catchUp("old")).toEqual({ push: null, changes: 0 });
	await push("p3", "all", [{ sku: "a", amountMinor: 120 }]);
	expect((await prices("new")).at(-1)).toMatchObject({ sku: "a", amountMinor: 120 });
	expect(await book.catchUp("new")).toEqual({ push: null, changes: 0 });
});
