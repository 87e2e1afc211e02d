import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PriceChange } from "../../src/hq/catalog/pushes.ts";
import type { Db } from "../../src/hq/database/database.ts";
import type { Repositories } from "../../src/hq/repositories.ts";
import { canonicalText } from "../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../src/words/basics/chain.ts";
import type { Movement } from "../../src/words/stock.ts";
import type { CatalogRecord } from "../../src/words/streams/catalog.ts";
import { clockAt, databases, openedBook, storeWriter } from "./open-book.ts";

const change = (sku: string, amountMinor: number, more: Partial<PriceChange> = {}): PriceChange => ({
	sku,
	amountMinor,
	currency: "EUR",
	kind: "regular",
	article: {},
	...more,
});

const activated = (sku: string, version: number, amountMinor: number, push: string, labels = 1) =>
	({ type: "price.activated", sku, version, kind: "regular", amountMinor, currency: "EUR", push, labels }) as const;
const shown = (label: string, sku: string, upToVersion: number, amountMinor: number) =>
	({
		type: "label.shown",
		label,
		sku,
		version: upToVersion,
		priceVersion: upToVersion,
		upToVersion,
		amountMinor,
		currency: "EUR",
		picture: "00",
		downloadedAt: null,
	}) as const;
const bound = (label: string, sku: string) => ({ type: "label.bound", label, sku, face: null }) as const;

describe.each(databases)("head office's book ($kind)", ({ open }) => {
	let db: Db;
	let book: Repositories;
	beforeAll(async () => {
		({ db, book } = await openedBook(open));
	}, 120_000);
	afterAll(() => db.close());

	const catalogOf = async (store: string): Promise<CatalogRecord[]> =>
		(await book.link.downAfter(store, "catalog", 0, 10_000)).map((row) => row.record as CatalogRecord);
	const versionOf = async (store: string, push: string, sku: string): Promise<number> => {
		for (const record of await catalogOf(store))
			if (record.type === "price" && record.price.sku === sku && record.price.push === push) return record.price.version;
		throw new Error(`no price of ${sku} in ${push}`);
	};
	const at = async (push: string, store: string) => (await book.push(push)).stores.find((one) => one.store === store)!;

	it("knows when it last heard a store, and never an earlier time", async () => {
		await book.enroll("heard");
		await book.link.seen!("heard");
		expect((await book.store("heard")).lastContact).toBe(clockAt);
		await db.query("UPDATE store SET heard_at = '2027-01-01T00:00:00.000Z' WHERE id = 'heard'");
		await book.link.seen!("heard");
		expect((await book.store("heard")).lastContact).toBe("2027-01-01T00:00:00.000Z");
	});

	describe("a push", () => {
		beforeAll(async () => {
			for (const store of ["p1", "p2"]) await book.enroll(store);
		});

		it("reaches every addressed store as an article and a price, with a chain that holds", async () => {
			const answer = await book.acceptPush({
				id: "first",
				stores: ["p1", "p2"],
				changes: [change("milk", 129, { article: { name: "Milk", brand: "Hof" } })],
				rejected: [],
			});
			expect(answer).toEqual({ id: "first", accepted: 1, rejected: [], held: [] });
			for (const store of ["p1", "p2"]) {
				const [article, price] = await catalogOf(store);
				expect(article).toMatchObject({ type: "article", article: { sku: "milk", name: "Milk", brand: "Hof" } });
				expect(price).toMatchObject({ type: "price", price: { sku: "milk", amountMinor: 129, from: clockAt, push: "first" } });
			}
			let hash = genesis;
			for (const record of await book.link.downAfter("p1", "catalog", 0, 10)) {
				hash = nextHash(hash, canonicalText(record.record));
				expect(record.hash).toBe(hash);
			}
			expect((await book.link.load("p1"))!.dn.catalog).toMatchObject({ last: 2, hash, acked: 0 });
		});

		it("gives the same answer for the same id and writes nothing new, nor other contents (case H5)", async () => {
			const rejected = [{ line: 3, column: "amount", reason: "The row has no price." }];
			const push = { id: "again", stores: ["p1"], changes: [change("milk", 135)], rejected };
			const first = await book.acceptPush(push);
			const before = (await catalogOf("p1")).length;
			expect(await book.acceptPush({ ...push, changes: [change("milk", 135)], rejected: [] })).toEqual(first);
			const other = { ...push, changes: [change("milk", 1), change("salt", 2)] };
			await expect(book.acceptPush(other)).rejects.toMatchObject({ code: "push-differs" });
			expect((await catalogOf("p1")).length).toBe(before);
		});

		it("names the stores it does not know, and changes nothing", async () => {
			const push = { id: "lost", stores: ["p1", "nowhere"], changes: [change("milk", 1)], rejected: [] };
			await expect(book.acceptPush(push)).rejects.toMatchObject({ code: "stores-unknown", message: expect.stringContaining("nowhere") });
			await expect(book.push("lost")).rejects.toMatchObject({ code: "push-unknown" });
		});

		it("takes from the change, then from the push, then now", async () => {
			const noon = "2026-03-02T12:00:00.000Z";
			const own = "2026-03-03T12:00:00.000Z";
			await book.acceptPush({
				id: "timed",
				stores: ["p2"],
				effectiveAt: noon,
				changes: [change("a", 1), change("b", 2, { from: own })],
				rejected: [],
			});
			const prices = (await catalogOf("p2")).flatMap((record) =>
				record.type === "price" && record.price.push === "timed" ? [record.price] : [],
			);
			expect(prices.map((price) => price.from)).toEqual([noon, own]);
			expect(prices[1]!.version).toBeGreaterThan(prices[0]!.version);
		});

		it("sends an article again only when it says something new, and whole to a store that never had it", async () => {
			await book.acceptPush({ id: "same", stores: ["p1"], changes: [change("milk", 140, { article: { name: "Milk" } })], rejected: [] });
			expect((await catalogOf("p1")).filter((record) => record.type === "article")).toHaveLength(1);
			await book.enroll("p3");
			await book.acceptPush({ id: "late", stores: ["p3"], changes: [change("milk", 141)], rejected: [] });
			expect((await catalogOf("p3"))[0]).toMatchObject({ type: "article", article: { sku: "milk", name: "Milk", brand: "Hof" } });
		});
	});

	describe("the count of a push", () => {
		it("follows each change from sent to shown", async () => {
			await book.enroll("c1");
			const store = await storeWriter(book, "c1");
			await store.says(bound("l1", "tea"), bound("l2", "tea"), bound("l3", "oil"));
			await book.acceptPush({
				id: "count",
				stores: ["c1"],
				changes: [change("tea", 100), change("oil", 200), change("loose", 300)],
				rejected: [],
			});
			const version = Object.fromEntries(
				await Promise.all(["tea", "oil", "loose"].map(async (sku) => [sku, await versionOf("c1", "count", sku)] as const)),
			) as Record<"tea" | "oil" | "loose", number>;
			expect(await at("count", "c1")).toMatchObject({ sent: 3, stored: 0, active: 0, shown: 0, unlabelled: 0, failed: 0, firstAt: null });

			await store.acknowledges(5);
			expect(await at("count", "c1")).toMatchObject({ stored: 2 });
			await store.acknowledges();
			expect(await at("count", "c1")).toMatchObject({ stored: 3 });

			await store.says(
				activated("tea", version.tea, 100, "count", 2),
				activated("oil", version.oil, 200, "count"),
				activated("loose", version.loose, 300, "count", 0),
			);
			expect(await at("count", "c1")).toMatchObject({ active: 3, shown: 0, unlabelled: 1, firstAt: clockAt });

			await store.says(shown("l1", "tea", version.tea, 100), {
				type: "label.failed",
				label: "l3",
				sku: "oil",
				version: 1,
				upToVersion: version.oil,
				why: "label-redraw-failed",
			});
			expect(await at("count", "c1")).toMatchObject({ shown: 0, failed: 1 });
			await store.says(shown("l2", "tea", version.tea, 100), shown("l3", "oil", version.oil, 200));
			expect(await at("count", "c1")).toMatchObject({ active: 3, shown: 2, failed: 0, unlabelled: 1 });

			await store.says(bound("l4", "loose"));
			expect(await at("count", "c1")).toMatchObject({ unlabelled: 0, shown: 2 });
			await store.says(shown("l4", "loose", version.loose, 300));
			expect(await at("count", "c1")).toMatchObject({ shown: 3 });
			expect((await book.labels("c1", "", 10)).map((label) => [label.id, label.state])).toEqual([
				["l1", "SHOWN"],
				["l2", "SHOWN"],
				["l3", "SHOWN"],
				["l4", "SHOWN"],
			]);
		});

		it("does not take a picture from before a scheduled change for a picture of it", async () => {
			await book.enroll("c2");
			const store = await storeWriter(book, "c2");
			await book.acceptPush({
				id: "next-week",
				stores: ["c2"],
				effectiveAt: "2026-03-08T08:00:00.000Z",
				changes: [change("rice", 500)],
				rejected: [],
			});
			await book.acceptPush({ id: "today", stores: ["c2"], changes: [change("rice", 400)], rejected: [] });
			const [later, today] = [await versionOf("c2", "next-week", "rice"), await versionOf("c2", "today", "rice")];
			await store.says(bound("l1", "rice"), activated("rice", today, 400, "today"), shown("l1", "rice", today, 400));
			expect(await at("today", "c2")).toMatchObject({ active: 1, shown: 1 });
			await store.says(activated("rice", later, 500, "next-week"));
			expect(await at("next-week", "c2")).toMatchObject({ active: 1, shown: 0 });
			await store.says(shown("l1", "rice", today, 500));
			expect(await at("next-week", "c2")).toMatchObject({ shown: 1 });
		});

		it("counts a fact once, however often it comes, and a price the store refused as failed", async () => {
			await book.enroll("c3");
			const store = await storeWriter(book, "c3");
			await book.acceptPush({ id: "twice", stores: ["c3"], changes: [change("jam", 1), change("ham", 2)], rejected: [] });
			const jam = await versionOf("c3", "twice", "jam");
			await store.says({ ...activated("jam", jam, 1, "twice"), id: "one" });
			await store.says(
				{ ...activated("jam", jam, 1, "twice"), id: "one" },
				{ type: "record.refused", stream: "catalog", record: 4, code: "bad-record", why: "no" },
			);
			expect(await at("twice", "c3")).toMatchObject({ active: 1, unlabelled: 1, failed: 1 });
		});

		it("takes 10,000 changes whole", async () => {
			await book.enroll("big");
			const changes = Array.from({ length: 10_000 }, (_, i) => change(`s${i}`, 100 + i, { article: { name: `Article ${i}` } }));
			await book.acceptPush({ id: "big", stores: ["big"], changes, rejected: [] });
			expect(await at("big", "big")).toMatchObject({ stored: 0 });
			expect(await book.link.downAfter("big", "catalog", 19_999, 5)).toHaveLength(1);
		}, 120_000);
	});

	describe("the line's end", () => {
		it("keeps what it cannot take as a dead letter, with its reason, and goes on", async () => {
			await book.enroll("d1");
			const store = await storeWriter(book, "d1");
			const answer = await store.says(bound("l1", "a\0b"), bound("l2", "tea"));
			expect(answer).toMatchObject({ position: 2, rejected: [{ seq: 1, code: "bad-text" }] });
			expect(await book.deadLetters("d1", 10)).toMatchObject([{ seq: 1, code: "bad-text" }]);
			expect(await book.facts("d1", { after: 0, limit: 10 })).toMatchObject([{ type: "label.bound", label: "l2" }]);
		});

		it("changes nothing when a batch does not follow on", async () => {
			const hash = "1".repeat(32);
			const answer = await book.link.acceptUp("d1", {
				inc: 1,
				stream: "facts",
				epoch: "00000000000000aa",
				from: 9,
				upTo: 9,
				hash,
				records: [],
			});
			expect(answer).toEqual({ position: 2, hash, rejected: [] });
		});

		it("sends everything again under a new epoch after a fork", async () => {
			await book.acceptPush({ id: "fork", stores: ["d1"], changes: [change("tea", 1)], rejected: [] });
			const before = (await book.link.load("d1"))!.dn.catalog!;
			await book.link.moveDown("d1", "catalog", before.epoch, before.last, before.hash);
			const after = await book.link.forkDown("d1", "catalog");
			expect(after).toMatchObject({ last: before.last, hash: before.hash, acked: 0 });
			expect(after.epoch).not.toBe(before.epoch);
			await book.link.moveDown("d1", "catalog", before.epoch, before.last, before.hash);
			expect((await book.link.load("d1"))!.dn.catalog!.acked).toBe(0);
		});
	});

	describe("stock", () => {
		const move = (
			id: string,
			quantity: number,
			occurredAt: string,
			reason: Movement["reason"] = "sale",
			origin: "store" | "hq" = "store",
		) => ({ type: "stock.moved", movement: { id, sku: "egg", quantity, reason, occurredAt, origin } }) as const;

		it("is the last count and every later movement, whatever order they come in", async () => {
			await book.enroll("k1");
			const store = await storeWriter(book, "k1");
			await store.says(move("m1", 10, "2026-03-01T09:00:00.000Z", "receive"), move("m2", -2, "2026-03-01T11:00:00.000Z"));
			expect((await book.stock("k1", "egg")).onHand).toBe(8);
			await store.says(move("m3", 30, "2026-03-01T10:00:00.000Z", "count"), move("m4", -5, "2026-03-01T09:30:00.000Z"));
			expect((await book.stock("k1", "egg")).onHand).toBe(28);
			await store.says(move("m2", -2, "2026-03-01T11:00:00.000Z"), move("m5", 99, "2026-03-01T08:00:00.000Z", "count"));
			expect(await book.stock("k1", "egg")).toMatchObject({
				onHand: 28,
				countedAt: "2026-03-01T10:00:00.000Z",
				lastMovementAt: "2026-03-01T11:00:00.000Z",
			});
		});

		it("counts HQ's own movement once: when it is posted, not when the store echoes it", async () => {
			const delivery = { id: "hq-1", sku: "egg", quantity: 12, reason: "receive", occurredAt: "2026-03-01T07:00:00.000Z" } as const;
			await book.enroll("k2");
			await book.acceptPush({ id: "eggs-2", stores: ["k2"], changes: [change("egg", 30)], rejected: [] });
			const store = await storeWriter(book, "k2");
			expect(await book.moveStock("k2", delivery)).toMatchObject({ created: true });
			expect(await book.moveStock("k2", delivery)).toMatchObject({ created: false });
			await expect(book.moveStock("k2", { ...delivery, quantity: 13 })).rejects.toMatchObject({ code: "movement-differs" });
			await store.says(move("hq-1", 12, delivery.occurredAt, "receive", "hq"));
			expect((await book.stock("k2", "egg")).onHand).toBe(12);
			expect((await book.link.downAfter("k2", "stock", 0, 10)).map((row) => row.record)).toEqual([
				{ type: "movement", movement: { ...delivery, origin: "hq" } },
			]);
		});
	});

	describe("an online order", () => {
		it("takes from the store's grants and from nothing else", async () => {
			await book.enroll("o1");
			await book.acceptPush({ id: "eggs", stores: ["o1"], changes: [change("egg", 30)], rejected: [] });
			const store = await storeWriter(book, "o1");
			const order = {
				id: "web-1",
				store: "o1",
				lines: [
					{ sku: "egg", quantity: 4 },
					{ sku: "egg", quantity: 1 },
				],
			};
			await expect(book.takeOrder(order)).rejects.toMatchObject({ code: "grant-short" });
			await expect(book.takeOrder(order)).rejects.toMatchObject({ code: "grant-short" });
			const asks = await book.link.downAfter("o1", "stock", 0, 10);
			expect(asks.map((row) => row.record)).toMatchObject([{ type: "grant-ask", sku: "egg", wanted: 5 }]);

			const grant = (id: string, granted: number, expiresAt: string) =>
				({ type: "grant.given", grant: id, sku: "egg", granted, expiresAt }) as const;
			await store.says(
				grant("old", 50, "2026-02-01T08:00:00.000Z"),
				grant("g1", 3, "2026-03-02T08:00:00.000Z"),
				grant("g2", 4, "2026-03-03T08:00:00.000Z"),
			);
			expect(await book.takeOrder(order)).toMatchObject({
				created: true,
				order: {
					taken: [
						{ grant: "g1", quantity: 3 },
						{ grant: "g2", quantity: 2 },
					],
				},
			});
			expect(await book.takeOrder(order)).toMatchObject({
				created: false,
				order: {
					taken: [
						{ grant: "g1", quantity: 3 },
						{ grant: "g2", quantity: 2 },
					],
				},
			});
			expect(await book.stock("o1", "egg")).toMatchObject({ granted: 2, ordered: 5 });
			await expect(book.takeOrder({ ...order, id: "web-2", lines: [{ sku: "egg", quantity: 3 }] })).rejects.toMatchObject({
				code: "grant-short",
			});

			const used = (await book.link.downAfter("o1", "stock", 1, 10)).map((row) => row.record);
			expect(used).toMatchObject([
				{ type: "grant-used", grant: "g1", used: 3, order: "web-1" },
				{ type: "grant-used", grant: "g2", used: 2, order: "web-1~2" },
				{ type: "grant-ask" },
			]);
			await store.says({
				type: "stock.moved",
				movement: { id: "order-web-1-egg", sku: "egg", quantity: -3, reason: "sale", occurredAt: clockAt, origin: "hq" },
			});
			expect(await book.stock("o1", "egg")).toMatchObject({ ordered: 2, onHand: -3 });
		});
	});
});
