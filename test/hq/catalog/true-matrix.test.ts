import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PriceChange } from "../../../src/hq/catalog/pushes.ts";
import type { Db } from "../../../src/hq/database/database.ts";
import type { Repositories } from "../../../src/hq/repositories.ts";
import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";
import { clockAt, databases, openedBook, storeWriter } from "../open-book.ts";

const year2999 = "2999-01-01T00:00:00.000Z";

describe.each(databases)("what the matrix says of a price that no shelf shows ($kind)", ({ open }) => {
	let db: Db;
	let book: Repositories;
	beforeAll(async () => {
		({ db, book } = await openedBook(open));
	}, 120_000);
	afterAll(() => db.close());

	const push = (id: string, store: string, amountMinor: number, more: Partial<PriceChange> = {}) =>
		book.acceptPush({
			id,
			stores: [store],
			changes: [{ sku: "tea", amountMinor, currency: "EUR", kind: "regular", article: { name: "Tea" }, ...more }],
			rejected: [],
		});
	const versionOf = async (store: string, of: string): Promise<number> => {
		const records = (await book.link.downAfter(store, "catalog", 0, 100)).map((row) => row.record as CatalogRecord);
		return records.flatMap((record) => (record.type === "price" && record.price.push === of ? [record.price.version] : []))[0]!;
	};
	const activated = async (store: string, of: string, amountMinor: number, masked?: true) => ({
		type: "price.activated" as const,
		sku: "tea",
		version: await versionOf(store, of),
		kind: "regular" as const,
		amountMinor,
		currency: "EUR",
		push: of,
		labels: 1,
		...(masked && { masked }),
	});
	const shown = async (store: string, of: string, amountMinor: number) => {
		const version = await versionOf(store, of);
		const of2 = { sku: "tea", version, priceVersion: version, upToVersion: version, amountMinor, currency: "EUR", picture: "00" };
		return { type: "label.shown" as const, label: "l1", ...of2, downloadedAt: null };
	};
	const at = async (id: string) => (await book.push(id)).stores[0]!;

	it("is masked by the promotion that counts, and comes into force when that ends (case H1)", async () => {
		await book.enroll("m1");
		const store = await storeWriter(book, "m1");
		await store.says({ type: "label.bound", label: "l1", sku: "tea", face: null });
		await push("wrong", "m1", 1, { kind: "promotion", until: year2999 });
		await store.says(await activated("m1", "wrong", 1), await shown("m1", "wrong", 1));
		expect(await at("wrong")).toMatchObject({ active: 1, shown: 1, labels: { total: 1, shown: 1, pending: 0, failed: 0 } });

		await push("correction", "m1", 119);
		await store.says(await activated("m1", "correction", 119, true));
		expect(await at("correction")).toMatchObject({ active: 0, shown: 0, masked: 1, neverInForce: 0, maskedBy: ["wrong"] });
		expect(await book.push("correction")).toMatchObject({ state: "sending" });
		await store.acknowledges();
		expect(await book.push("correction")).toMatchObject({ state: "superseded" });

		await store.says(await activated("m1", "correction", 119));
		expect(await at("correction")).toMatchObject({ active: 1, shown: 0, masked: 0 });
		await store.says(await shown("m1", "correction", 119));
		expect(await at("correction")).toMatchObject({ active: 1, shown: 1, masked: 0, maskedBy: [] });
		expect(await book.push("correction")).toMatchObject({ state: "done" });
	});

	it("is never in force when its end was over before it began (case H1)", async () => {
		await book.enroll("m2");
		const store = await storeWriter(book, "m2");
		await push("base", "m2", 100);
		await store.says(await activated("m2", "base", 100));
		await push("over", "m2", 50, { kind: "promotion", from: "2026-01-01T00:00:00.000Z", until: "2026-02-01T00:00:00.000Z" });
		await store.says(await activated("m2", "over", 50, true));
		expect(await at("over")).toMatchObject({ active: 0, shown: 0, masked: 0, neverInForce: 1 });
		await push("back-dated", "m2", 90, { from: "2025-01-01T00:00:00.000Z" });
		await store.says(await activated("m2", "back-dated", 90, true));
		expect(await at("back-dated")).toMatchObject({ active: 0, shown: 0, masked: 1, maskedBy: ["base"] });
	});

	it("is masked when another price came before any label showed it", async () => {
		await book.enroll("m3");
		const store = await storeWriter(book, "m3");
		await store.says({ type: "label.bound", label: "l1", sku: "tea", face: null });
		await push("first", "m3", 100);
		await store.says(await activated("m3", "first", 100));
		expect(await at("first")).toMatchObject({ active: 1, shown: 0 });
		await push("second", "m3", 110);
		await store.says(await activated("m3", "second", 110), await shown("m3", "second", 110));
		expect(await at("first")).toMatchObject({ active: 0, shown: 0, masked: 1, maskedBy: ["second"] });
		expect(await at("second")).toMatchObject({ active: 1, shown: 1 });
	});

	it("counts nothing of a push that was taken back, whatever stores still say of it (case H2)", async () => {
		await book.enroll("m4");
		const store = await storeWriter(book, "m4");
		await push("good", "m4", 100);
		await store.says(await activated("m4", "good", 100));
		await push("bad", "m4", 150);
		const late = await activated("m4", "bad", 150);
		await book.withdrawPush("bad", undefined, { kind: "user", name: "mara" });
		await store.says(late);
		expect(await book.push("bad")).toMatchObject({
			state: "withdrawn",
			withdrawnAt: clockAt,
			stores: [{ active: 0, shown: 0, masked: 0 }],
		});
		expect(await book.push("bad~withdrawn")).toMatchObject({ author: "user:mara", changes: 1 });
	});
});
