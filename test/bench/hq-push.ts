/**
 * What a push costs head office: its embedded database on disk, 10,000 changes to 10, 100, 1,000 and 2,000 stores. Cost should grow with
 * changes plus stores, not with their product.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/hq/database/database.ts";
import { openRepositories } from "../../src/hq/repositories.ts";
import { type BenchResult, resultOf } from "./result.ts";

const changeCount = 10_000;
const pushes = 3;
const pageRecords = 200;

const bytesOf = (folder: string): number =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !entry.parentPath.includes("pg_wal"))
		.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const changesOf = (round: number) =>
	Array.from({ length: changeCount }, (_, n) => ({
		sku: `sku${n}`,
		amountMinor: 100 + ((n + round) % 900),
		currency: "EUR",
		kind: "regular" as const,
		article: { name: `Article number ${n}`, gtin: String(10_000_000_000_000 + n) },
	}));

export async function benchHqPush(storeCounts: readonly number[] = [10, 100, 1_000, 2_000]): Promise<BenchResult[]> {
	const results: BenchResult[] = [];
	for (const count of storeCounts) {
		const folder = mkdtempSync(join(tmpdir(), "gondola-bench-"));
		try {
			const db = await openDatabase({ dataDir: join(folder, "database") });
			const book = openRepositories(db, "bench", () => new Date().toISOString());
			const stores = Array.from({ length: count }, (_, n) => `s${String(n).padStart(4, "0")}`);
			for (const store of stores) await book.enroll(store);
			const seconds: number[] = [];
			const megabytes: number[] = [];
			for (let round = 0; round < pushes; round += 1) {
				await db.query("CHECKPOINT");
				const before = bytesOf(folder);
				const began = performance.now();
				await book.acceptPush({ id: `push-${round}`, stores: "all", changes: changesOf(round), rejected: [] });
				seconds.push((performance.now() - began) / 1_000);
				await db.query("CHECKPOINT");
				megabytes.push((bytesOf(folder) - before) / 1e6);
			}
			const began = performance.now();
			let sent = 0;
			for (const store of stores.slice(0, 100)) {
				for (let after = 0; ; ) {
					const rows = await book.link.downAfter(store, "catalog", after, pageRecords);
					sent += rows.length;
					if (rows.length < pageRecords) break;
					after = rows.at(-1)!.seq;
				}
			}
			const rate = sent / ((performance.now() - began) / 1_000);
			const note = `resident ${Math.round(process.memoryUsage().rss / 1e6)} MB`;
			results.push(
				resultOf(`${count} stores: 10,000 changes accepted`, seconds, "s", { note }),
				resultOf(`${count} stores: the database grew by`, megabytes, "MB"),
				resultOf(`${count} stores: records read for the line, with their chains`, [rate], "records/s"),
			);
			await db.close();
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}
	return results;
}
