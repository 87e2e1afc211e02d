import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PriceChange } from "../../../src/hq/catalog/pushes.ts";
import type { Db } from "../../../src/hq/database/database.ts";
import type { Repositories } from "../../../src/hq/repositories.ts";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import { linkVersion } from "../../../src/link/protocol/messages.ts";
import type { Price } from "../../../src/words/prices/price.ts";
import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";
import { clockAt, databases, openedBook, storeWriter } from "../open-book.ts";

const header = "sku,name,amount,currency,kind,tier,multi_quantity,multi_amount,from_quantity,deposit,online_amount\n";

describe("price shapes at head office's door", () => {
	let hq: Hq;
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test" });
		await post("/api/v1/stores", { id: "s1" });
	}, 120_000);
	afterAll(() => hq.stop());

	async function post(path: string, body: unknown) {
		const isFile = typeof body === "string";
		const headers = { "content-type": isFile ? "text/csv" : "application/json" };
		const answer = await fetch(hq.url + path, { method: "POST", headers, body: isFile ? body : JSON.stringify(body) });
		return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
	}
	const change = (sku: string, amountMinor: number, more = {}) => ({ sku, amountMinor, currency: "EUR", name: `Article ${sku}`, ...more });
	const push = (id: string, ...changes: object[]) => post("/api/v1/pushes", { id, stores: "all", changes });
	const look = (...changes: object[]) => post("/api/v1/pushes?dryRun=true", { id: "look", stores: "all", changes });
	const records = async (sku: string) =>
		(await hq.repositories.link.downAfter("s1", "catalog", 0, 10_000)).flatMap((row) => {
			const record = row.record as CatalogRecord;
			return "price" in record && record.price.sku === sku ? [record] : [];
		});

	it("cross as records of their own, in a file as in JSON, with the currency's digits (case H4)", async () => {
		const file =
			header +
			"f1,Tea,1.69,EUR,,,2,3.00,,0.25,1.59\nf1,Tea,1.49,EUR,member,gold,,,,,\nf1,Tea,1.39,EUR,,,,,3,,\nf2,Tej,399,JPY,member,gold,,,,,\n";
		expect(await post("/api/v1/pushes?id=file", file)).toMatchObject({ body: { accepted: 4, rejected: [] } });
		expect((await records("f1")).map(({ type, price }) => [type, price.kind, price.amountMinor, price.tier, price.fromQuantity])).toEqual([
			["price", "regular", 169, undefined, undefined],
			["conditional-price", "member", 149, "gold", undefined],
			["conditional-price", "regular", 139, undefined, 3],
		]);
		expect((await records("f1"))[0]!.price).toMatchObject({ multiBuy: { quantity: 2, amountMinor: 300 }, onlineAmountMinor: 159 });
		expect((await records("f2"))[0]!.price).toMatchObject({ amountMinor: 399, currency: "JPY" });
		const json = [
			change("j1", 169, { multiBuy: { quantity: 2, amountMinor: 300 }, depositMinor: 25, onlineAmountMinor: 159 }),
			change("j1", 149, { kind: "member", tier: "gold" }),
			change("j1", 139, { fromQuantity: 3 }),
		];
		expect(await push("json", ...json)).toMatchObject({ status: 202, body: { accepted: 3, rejected: [], held: [] } });
		const terms = ({ type, price: { version: _, sku: __, push: ___, from: ____, ...price } }: { type: string; price: Price }) => ({
			type,
			price,
		});
		expect((await records("j1")).map(terms)).toEqual((await records("f1")).map(terms));
	});

	it("refuses what contradicts itself, in a file as in JSON (case H16)", async () => {
		for (const [row, field, column] of [
			[change("x", 169, { kind: "member" }), "tier", "tier"],
			[change("x", 169, { tier: "gold" }), "tier", "tier"],
			[change("x", 169, { multiBuy: { quantity: 2, amountMinor: 350 } }), "multiBuy", "multi_amount"],
			[change("x", 169, { multiBuy: { quantity: 1, amountMinor: 100 } }), "multiBuy", "multi_amount"],
			[change("x", 169, { fromQuantity: 1 }), "fromQuantity", "from_quantity"],
			[change("x", 169, { unit: "kg", fromQuantity: 3 }), "fromQuantity", "from_quantity"],
			[change("x", 169, { kind: "member", tier: "gold", onlineAmountMinor: 99 }), "onlineAmountMinor", "online_amount"],
		] as const) {
			const { body } = await look(row);
			expect(body, JSON.stringify(row)).toMatchObject({ accepted: 0, rejected: [{ line: 1, column: field }] });
			const {
				kind = "",
				tier = "",
				multiBuy,
				fromQuantity = "",
				unit = "",
				onlineAmountMinor,
			} = row as Partial<PriceChange> & { unit?: string };
			const multi = multiBuy ? `${multiBuy.quantity},${multiBuy.amountMinor / 100}` : ",";
			const line = `x,Article x,1.69,EUR,${kind},${tier},${multi},${fromQuantity},,${onlineAmountMinor ? "0.99" : ""},${unit}`;
			const file = `${header.trim()},unit\n${line}\n`;
			expect((await post("/api/v1/pushes?id=look&dryRun=true", file)).body, line).toMatchObject({ rejected: [{ line: 2, column }] });
		}
		expect(await look(change("x", 169, { depositMinor: -1 }))).toMatchObject({ status: 400 });
		expect(
			(await post("/api/v1/pushes?id=look&dryRun=true", `${header}x,X,1.69,EUR,,,2,,,,\nx,X,1.69,EUR,,,,,,-0.25,\n`)).body,
		).toMatchObject({
			rejected: [{ column: "multi_amount" }, { column: "deposit" }],
		});
		const promotion = { kind: "promotion", priorAmountMinor: 199 };
		expect((await look(change("x", 299, promotion))).body).toMatchObject({ accepted: 1, rejected: [{ column: "priorAmountMinor" }] });
	});

	it("refuses two amounts for the same article, kind, tier and window, and no others", async () => {
		const gold = { kind: "member", tier: "gold" };
		expect((await look(change("d1", 99, gold), change("d1", 98, gold))).body).toMatchObject({ accepted: 0, rejected: [{}, {}] });
		const multi = (amountMinor: number) => change("d1", 99, { multiBuy: { quantity: 2, amountMinor } });
		expect((await look(multi(150), multi(160))).body).toMatchObject({ accepted: 0, rejected: [{}, {}] });
		const beside = [
			change("d1", 129),
			change("d1", 99, gold),
			change("d1", 98, { ...gold, tier: "silver" }),
			change("d1", 95, { fromQuantity: 3 }),
		];
		expect((await look(...beside)).body).toMatchObject({ accepted: 4, rejected: [] });
	});

	it("are judged by the same kind and tier, and against everybody's price as it will be (case P19)", async () => {
		await push("base", change("r1", 200), change("r1", 180, { kind: "member", tier: "gold" }));
		const gold = { kind: "member", tier: "gold" };
		expect((await look(change("r1", 170, gold))).body).toMatchObject({
			held: [],
			changes: [{ sku: "r1", kind: "member", tier: "gold", old: 180, new: 170 }],
		});
		expect((await look(change("r1", 50, gold))).body).toMatchObject({ held: [{ sku: "r1", code: "cut" }] });
		expect((await look(change("r1", 50, { kind: "member", tier: "new" }))).body).toMatchObject({ held: [{ code: "cut" }] });
		expect((await look(change("r1", 210, gold))).body).toMatchObject({ held: [{ sku: "r1", code: "no-advantage" }] });
		expect((await look(change("r1", 220), change("r1", 210, gold))).body).toMatchObject({ held: [] });
		expect((await look(change("r1", 210, { fromQuantity: 3 }))).body).toMatchObject({ held: [{ code: "no-advantage" }] });
		expect((await look(change("r1", 200, { multiBuy: { quantity: 10, amountMinor: 100 } }))).body).toMatchObject({
			held: [{ code: "multi-buy" }],
		});
		expect((await look(change("r1", 200, { onlineAmountMinor: 20 }))).body).toMatchObject({ held: [{ code: "online" }] });
		expect((await look(change("r1", 200, { onlineAmountMinor: 190 }))).body).toMatchObject({ held: [] });
	});
});

describe.each(databases)("a push of prices with conditions ($kind)", ({ open }) => {
	let db: Db;
	let book: Repositories;
	beforeAll(async () => {
		({ db, book } = await openedBook(open));
	}, 120_000);
	afterAll(() => db.close());

	const push = (id: string, stores: string[] | "all", amountMinor: number, more: Partial<PriceChange> = {}) =>
		book.acceptPush({
			...{ id, stores, rejected: [] },
			changes: [{ sku: "tea", amountMinor, currency: "EUR", kind: "regular", article: { name: "Tea" }, ...more }],
		});
	const gold = { kind: "member", tier: "gold" } as const;
	const prices = async (store: string): Promise<Price[]> =>
		(await book.link.downAfter(store, "catalog", 0, 100)).flatMap((row) =>
			"price" in (row.record as object) ? [(row.record as { price: Price }).price] : [],
		);
	const priceOf = async (store: string, of: string): Promise<Price> => (await prices(store)).find((price) => price.push === of)!;
	const activated = async (store: string, of: string, masked?: true) => {
		const { sku, version, kind, amountMinor, currency, tier } = await priceOf(store, of);
		return {
			type: "price.activated" as const,
			...{ sku, version, kind, amountMinor, currency, push: of, labels: 1 },
			...(tier && { tier }),
			...(masked && { masked }),
		};
	};
	const shown = async (store: string, of: string, upTo: string) => ({
		...{ type: "label.shown" as const, label: "l1", sku: "tea", version: 1, currency: "EUR", picture: "00", downloadedAt: null },
		...{
			priceVersion: (await priceOf(store, of)).version,
			upToVersion: (await priceOf(store, upTo)).version,
			amountMinor: (await priceOf(store, of)).amountMinor,
		},
	});
	const at = async (id: string) => (await book.push(id)).stores[0]!;

	it("is counted beside everybody's price, and masked where it is no advantage (case H1)", async () => {
		await book.enroll("c1");
		const store = await storeWriter(book, "c1");
		await store.says({ type: "label.bound", label: "l1", sku: "tea", face: null });
		await push("all1", ["c1"], 129);
		await push("gold1", ["c1"], 99, gold);
		await store.says(await activated("c1", "all1"), await activated("c1", "gold1"));
		expect([await at("all1"), await at("gold1")]).toMatchObject([
			{ active: 1, masked: 0 },
			{ active: 1, shown: 0 },
		]);
		await store.says(await shown("c1", "all1", "gold1"));
		expect([await at("all1"), await at("gold1")]).toMatchObject([{ shown: 1 }, { shown: 1, masked: 0 }]);

		await push("gold2", ["c1"], 150, gold);
		await store.says(await activated("c1", "gold2", true));
		expect(await at("gold2")).toMatchObject({ active: 0, shown: 0, masked: 1, maskedBy: ["all1"] });

		await push("gold3", ["c1"], 95, gold);
		await push("all2", ["c1"], 90);
		await store.says(await activated("c1", "gold3"), await activated("c1", "all2"), await activated("c1", "gold3", true));
		expect(await at("gold3")).toMatchObject({ active: 0, shown: 0, masked: 1 });
		await store.says(await shown("c1", "all2", "all2"));
		expect(await at("gold3")).toMatchObject({ active: 0, shown: 0 });
		expect(await at("all2")).toMatchObject({ active: 1, shown: 1 });
	});

	it("is taken back without touching the others: the tier's own price comes back, everybody's stays (case H2)", async () => {
		await book.enroll("c2");
		await push("base2", ["c2"], 129);
		await push("good2", ["c2"], 109, gold);
		await push("bad2", ["c2"], 9, gold);
		const before = (await prices("c2")).length;
		await book.withdrawPush("bad2", undefined, { kind: "user", name: "mara" });
		expect((await prices("c2")).slice(before)).toMatchObject([{ kind: "member", tier: "gold", amountMinor: 109, push: "bad2~withdrawn" }]);
		expect(await book.endPush("good2", undefined, undefined)).toMatchObject({ changes: 1 });
	});

	it("reaches a store that is enrolled later, also where it has a newer price of everybody (case H6)", async () => {
		await push("later-gold", "all", 100, gold);
		await book.enroll("c3");
		await push("only-c3", ["c3"], 140);
		await book.catchUp("c3");
		expect(await prices("c3")).toEqual(expect.arrayContaining([expect.objectContaining({ tier: "gold", amountMinor: 100 })]));
	});

	it("says which stores cannot take it yet, because their build is older", async () => {
		await book.enroll("c4");
		await push("mixed", ["c4"], 100, gold);
		const clock = { wall: clockAt, monoMs: 0, quality: "synced" as const };
		const hello = {
			v: linkVersion,
			inc: 1,
			boot: "b",
			session: "s",
			build: "0.1",
			schema: 1,
			clock,
			up: {},
			dn: {},
			free: { bytes: null, offlineDaysLeft: null },
		} as const;
		await book.link.heard("c4", { ...hello, can: ["marks"] });
		expect(await at("mixed")).toMatchObject({ changes: 1, unsupported: 1 });
		await book.link.heard("c4", { ...hello, can: ["marks", "price-shapes"] });
		expect(await at("mixed")).toMatchObject({ unsupported: 0 });
	});
});
