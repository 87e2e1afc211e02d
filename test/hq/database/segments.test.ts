import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db, Queries } from "../../../src/hq/database/database.ts";
import { migrate } from "../../../src/hq/database/migrations.ts";
import { openChainReader } from "../../../src/hq/streams/chain-reader.ts";
import { appendDown, keepRecords, openDownStreams, takeNumbers } from "../../../src/hq/streams/down.ts";
import { appendToStreams, cutStream, recordsMissing } from "../../../src/hq/streams/segments.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../src/words/basics/chain.ts";
import { databases, openedBook, storeWriter } from "../open-book.ts";

/** The same dice for every run of a seed. */
function dice(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

async function keep(tx: Queries, count: number): Promise<{ n: number; text: string }[]> {
	const first = await takeNumbers(tx, count);
	const records = Array.from({ length: count }, (_, index) => ({ n: first + index, text: canonicalText({ type: "x", n: first + index }) }));
	await keepRecords(tx, records);
	return records;
}

const chainOf = (texts: readonly string[]): string[] => {
	let hash = genesis;
	return texts.map((text) => (hash = nextHash(hash, text)));
};

describe.each(databases)("streams as segments over shared records ($kind)", ({ open }) => {
	let db: Db;
	beforeAll(async () => {
		db = await open();
	}, 120_000);
	afterAll(() => db.close());

	it.each([1, 2, 3, 4])(
		"read as if each store had its own rows, whatever was appended, cut or read before (seed %d)",
		async (seed) => {
			const roll = dice(seed);
			const stores = ["a", "b", "c"].map((name) => `${name}${seed}`);
			for (const store of stores) await db.transaction((tx) => openDownStreams(tx, store));
			const reader = openChainReader(db);
			const expected = new Map<string, string[]>(stores.map((store) => [store, []]));
			for (let step = 0; step < 40; step += 1) {
				const store = stores[roll(3)]!;
				const texts = expected.get(store)!;
				const act = roll(5);
				if (act === 0) {
					await db.transaction(async (tx) => {
						const records = await keep(tx, 1 + roll(700));
						await appendToStreams(
							tx,
							stores,
							"catalog",
							records.map(({ n }) => n),
						);
						for (const each of expected.values()) each.push(...records.map(({ text }) => text));
					});
				} else if (act === 1) {
					// Some of a run, in an order of its own.
					await db.transaction(async (tx) => {
						const records = (await keep(tx, 1 + roll(20))).filter(() => roll(3) > 0);
						if (roll(2) === 0) records.reverse();
						await appendDown(tx, store, "catalog", records);
						texts.push(...records.map(({ text }) => text));
					});
				} else if (act === 2 && texts.length > 0) {
					const at = roll(texts.length);
					// A fork or a restore opens an epoch in the same transaction.
					await db.transaction(async (tx) => {
						await cutStream(tx, store, "catalog", at, at === 0 ? genesis : chainOf(texts)[at - 1]!);
						await tx.query("UPDATE down_stream SET epoch = $2 WHERE store = $1 AND stream = 'catalog'", [store, `${seed}-${step}`]);
					});
					texts.length = at;
				} else if (texts.length > 0) {
					const after = roll(texts.length);
					const limit = 1 + roll(450);
					const rows = await reader.after(store, "catalog", after, limit);
					const chain = chainOf(texts);
					expect(rows.map(({ seq, hash, record }) => [seq, hash, canonicalText(record)])).toEqual(
						texts.slice(after, after + limit).map((text, index) => [after + index + 1, chain[after + index], text]),
					);
				}
				// A second reader has nothing in its cache, as another process of head office.
				const chain = chainOf(texts);
				const at = roll(texts.length + 1);
				for (const each of [reader, openChainReader(db)])
					expect(await each.hashAt(store, "catalog", at)).toBe(at === 0 ? genesis : chain[at - 1]);
				expect(await reader.hashAt(store, "catalog", texts.length + 1)).toBeUndefined();
			}
		},
		60_000,
	);

	it("know which records a store was not sent", async () => {
		for (const store of ["m1", "m2", "m3"]) await db.transaction((tx) => openDownStreams(tx, store));
		await db.transaction(async (tx) => {
			const run = (await keep(tx, 30)).map(({ n }) => n);
			const other = (await keep(tx, 5)).map(({ n }) => n);
			await appendToStreams(tx, ["m1", "m2"], "catalog", run);
			await appendToStreams(tx, ["m3"], "catalog", [run[3]!, run[4]!, run[29]!]);
			await appendToStreams(tx, ["m1"], "catalog", other);
			const missing = await recordsMissing(tx, ["m1", "m2", "m3"], [...other, ...run.slice(2, 6)]);
			expect(Object.fromEntries(missing)).toEqual({ m2: other, m3: [run[2], run[5], ...other] });
		});
	});

	it("cost a push a row or two a store, however many changes it has", async () => {
		const { book } = await openedBook(async () => db);
		for (const store of ["p1", "p2", "p3"]) await book.enroll(store);
		const rows = async (): Promise<number> =>
			(await db.query<{ n: number }>("SELECT count(*)::bigint AS n FROM down_segment WHERE stream = 'catalog'"))[0]!.n;
		const change = (sku: string) => ({
			sku,
			amountMinor: 100,
			currency: "EUR",
			kind: "regular" as const,
			article: { name: `Article ${sku}` },
		});
		const skus = Array.from({ length: 900 }, (_, n) => `seg-${n}`);
		const before = await rows();
		await book.acceptPush({ id: "seg-1", stores: ["p1", "p2", "p3"], changes: skus.map(change), rejected: [] });
		await book.acceptPush({ id: "seg-2", stores: ["p1", "p2", "p3"], changes: skus.map(change), rejected: [] });
		// The first push has a run of articles and one of prices, the second prices only.
		expect((await rows()) - before).toBe(9);
		const store = await storeWriter(book, "p2");
		await store.acknowledges();
		expect((await book.push("seg-2")).stores.map(({ store: id, stored }) => [id, stored])).toEqual([
			["p1", 0],
			["p2", 900],
			["p3", 0],
		]);
	});
});

describe("a database of a build that kept one row a store and record", () => {
	it("becomes segments with the same records, numbers and chains", async () => {
		const lite = await PGlite.create();
		const queries: Queries = {
			query: async <R>(sql: string, params?: readonly unknown[]) => (await lite.query<R>(sql, params as unknown[])).rows,
		};
		const db = { ...queries, transaction: <T>(fn: (tx: Queries) => Promise<T>) => fn(queries) };
		await migrate(db, 7);
		const roll = dice(7);
		const texts = Array.from({ length: 1_500 }, (_, index) => canonicalText({ n: index + 1 }));
		await db.query("INSERT INTO record (n, body) SELECT o, b FROM unnest($1::text[]) WITH ORDINALITY AS t (b, o)", [texts]);
		await db.query("UPDATE counter SET last = 1500");
		const expected = new Map<string, string[]>();
		for (const store of ["s1", "s2", "s3"]) {
			const numbers = texts.map((_, index) => index + 1).filter(() => store === "s1" || roll(10) > 0);
			if (store === "s3") numbers.splice(100, 2, 1_200, 3);
			const mine = numbers.map((n) => texts[n - 1]!);
			const chain = chainOf(mine);
			expected.set(store, mine);
			await db.query(
				"INSERT INTO down_record (store, stream, seq, hash, record) SELECT $1, 'catalog', o, h, r FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS t (h, r, o)",
				[store, chain, numbers],
			);
			await db.query(
				"INSERT INTO down_stream (store, stream, epoch, last, hash, handed, acked) VALUES ($1, 'catalog', 'e', $2, $3, 0, 0)",
				[store, mine.length, chain.at(-1)],
			);
		}
		await migrate(db);
		const reader = openChainReader(db as unknown as Db);
		for (const [store, mine] of expected) {
			const chain = chainOf(mine);
			const rows = await reader.after(store, "catalog", 0, 2_000);
			expect(rows.map(({ record }) => canonicalText(record)).join("")).toBe(mine.join(""));
			expect(rows.map(({ hash }) => hash).join()).toBe(chain.join());
			expect(await openChainReader(db as unknown as Db).hashAt(store, "catalog", 777)).toBe(chain[776]);
		}
		// What is appended goes on from there.
		await db.transaction(async (tx) => appendDown(tx, "s1", "catalog", await keep(tx, 3)));
		expect((await reader.after("s1", "catalog", 1_498, 10)).map(({ seq }) => seq)).toEqual([1_499, 1_500, 1_501, 1_502, 1_503]);
		expect(Object.fromEntries(await recordsMissing(db, ["s1", "s3"], [1_200, 1_501]))).toEqual({ s3: [1_501] });
		await lite.close();
	}, 120_000);
});
