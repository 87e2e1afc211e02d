import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Queries } from "../../../src/hq/database/database.ts";
import { migrate } from "../../../src/hq/database/migrations.ts";

describe("a head office's database in which each sealed record has a row of its own", { timeout: 60_000 }, () => {
	let lite: PGlite;
	const db: Queries = { query: async (sql, values) => (await lite.query(sql, values as unknown[])).rows as never };
	beforeAll(async () => {
		lite = await PGlite.create();
		await migrate({ transaction: (work) => work(db) }, 23);
		// Leaves in order of one seal: a run, a hole of one number, a run, and a number from before. Another seal shares some of them.
		const rows = [
			...[101, 102, 103, 105, 106, 90].map((record, leaf) => ({ record, leaf, seal: "a" })),
			...[103, 104].map((record, leaf) => ({ record, leaf, seal: "b" })),
		];
		for (const { record, leaf, seal } of rows)
			await db.query("INSERT INTO sealed (record, seal, leaf) VALUES ($1, $2, $3)", [record, seal, leaf]);
		await migrate({ transaction: (work) => work(db) });
	}, 120_000);
	afterAll(() => lite.close());

	it("keeps each record's seal and leaf, a row for each run", async () => {
		expect(await db.query("SELECT seal, leaf, first, count FROM sealed_run ORDER BY seal, leaf")).toEqual([
			{ seal: "a", leaf: 0, first: 101, count: 3 },
			{ seal: "a", leaf: 3, first: 105, count: 2 },
			{ seal: "a", leaf: 5, first: 90, count: 1 },
			{ seal: "b", leaf: 0, first: 103, count: 2 },
		]);
	});
});
