import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/until.ts";

import { type Box, openPair, type Pair } from "./pair.ts";

const coffee = "03850000000017";
const tea = "03850000000024";

describe("an article that HQ changes without a price", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-articles-"));
	let pair: Pair;
	let box: Box;
	const here = (sku: string) => box.writer.book.articles.find(sku);
	const change = (sku: string, name: string, gtin: string, unit?: "kg") => ({
		...{ sku, amountMinor: 100, currency: "EUR", kind: "regular" as const },
		article: { name, gtin, ...(unit && { weighed: true }) },
	});
	const count = (sku: string, quantity: number, id: string): void =>
		void box.do("recordMovement", { id, sku, quantity, reason: "count", occurredAt: new Date().toISOString() });
	const alarms = () =>
		box.writer.book.alarms
			.list()
			.filter(({ clearedAt }) => clearedAt === null)
			.map(({ id }) => id);

	beforeAll(async () => {
		pair = await openPair();
		const changes = [change("coffee", "Coffee", coffee), change("tea", "Tea", tea), change("ham", "Ham", "03850000000031")];
		await pair.hq.acceptPush({ id: "p1", stores: "all", rejected: [], changes });
		box = pair.box(join(root, "disk"));
		await eventually(() => expect(here("ham")).toBeDefined());
		box.do("activateDue", {});
		box.do("bindLabel", { label: "00000000000000A1", sku: "tea" });
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	it("is renamed, in the store and at HQ", async () => {
		expect(await pair.hq.editArticle("coffee", { name: "Coffee, ground", brand: "Kava" })).toMatchObject({ stores: ["s1"] });
		await eventually(() => expect(here("coffee")).toMatchObject({ name: "Coffee, ground", brand: "Kava", gtin: coffee }));
		expect(await pair.hq.editArticle("coffee", { name: "Coffee, ground" })).toMatchObject({ stores: [] });
		expect((await pair.hq.articles({ query: "ground", after: "", limit: 10 })).map(({ sku }) => sku)).toEqual(["coffee"]);
	});

	it("loses a barcode, which another article may then have, and not before (case H11)", async () => {
		await expect(pair.hq.editArticle("tea", { gtins: [coffee] })).rejects.toMatchObject({ code: "barcode-taken" });
		await expect(pair.hq.dropBarcode("coffee", tea)).rejects.toMatchObject({ code: "barcode-unknown" });
		await pair.hq.dropBarcode("coffee", coffee);
		await eventually(() => expect(here(coffee)).toBeUndefined());
		await pair.hq.editArticle("tea", { gtins: [coffee] });
		await eventually(() => expect(here(coffee)?.sku).toBe("tea"));
		expect((await pair.hq.article(coffee)).sku).toBe("tea");
	});

	it("asks for a count where its unit was changed, and reads no number of pieces as milligrams (case H15)", async () => {
		count("ham", 24, "c1");
		await eventually(async () => expect((await pair.hq.stock("s1", "ham")).onHand).toBe(24));
		await pair.hq.editArticle("ham", { weighed: true });
		await eventually(() => expect(alarms()).toEqual(["unit-changed:ham"]));
		expect(box.writer.book.stock.onHand("ham")).toMatchObject({ onHand: 24, unit: "piece", available: 0, needsCount: true });
		await eventually(async () =>
			expect(await pair.hq.stock("s1", "ham")).toMatchObject({ onHand: 24, unit: "piece", available: 0, needsCount: true }),
		);
		count("ham", 4_200_000, "c2");
		expect(alarms()).toEqual([]);
		expect(box.writer.book.stock.onHand("ham")).toMatchObject({ onHand: 4_200_000, unit: "milligram", available: 4_200_000 });
		await eventually(async () => expect(await pair.hq.stock("s1", "ham")).toMatchObject({ onHand: 4_200_000, unit: "milligram" }));
		expect(box.writer.book.stock.onHand("ham")).not.toHaveProperty("needsCount");
	});

	it("asks for no count where the unit comes back, or nothing was ever booked", async () => {
		await pair.hq.editArticle("ham", { weighed: false });
		await eventually(() => expect(alarms()).toEqual(["unit-changed:ham"]));
		await pair.hq.editArticle("ham", { weighed: true });
		await eventually(() => expect(alarms()).toEqual([]));
		await pair.hq.editArticle("tea", { weighed: true });
		await eventually(() => expect(here("tea")?.weighed).toBe(true));
		expect(alarms()).toEqual([]);
	});

	it("is deleted: nothing finds it, its price ends and its barcode is free; the same SKU may begin anew", async () => {
		const deleted = await pair.hq.deleteArticle("tea");
		expect(deleted).toMatchObject({ sku: "tea", name: "Tea", prices: 1, stores: ["s1"], onHand: [] });
		await eventually(() => expect(here("tea")).toBeUndefined());
		expect(here(coffee)).toBeUndefined();
		box.do("activateDue", {});
		expect(box.writer.book.prices.effective("tea", new Date().toISOString())).toBeUndefined();
		expect(alarms()).toEqual(["label-without-price:00000000000000A1"]);
		expect(() => count("tea", 1, "c3")).toThrow(/No article/);
		expect(() => box.do("bindLabel", { label: "00000000000000A2", sku: "tea" })).toThrow(/No article/);
		expect((await pair.hq.articles({ after: "", limit: 10 })).map(({ sku }) => sku)).toEqual(["coffee", "ham"]);
		await expect(pair.hq.deleteArticle("tea")).rejects.toMatchObject({ code: "article-unknown" });
		expect((await pair.session().command("catalog.compare", {}, 10_000)).out).toMatchObject({ comparison: "equal" });

		await pair.hq.acceptPush({ id: "p2", stores: "all", rejected: [], changes: [change("tea", "Tea, green", tea)] });
		await eventually(() => expect(here("tea")).toMatchObject({ name: "Tea, green", gtin: tea }));
		expect(here("tea")).not.toHaveProperty("weighed");
		expect(here("tea")).not.toHaveProperty("gone");
	});
});
