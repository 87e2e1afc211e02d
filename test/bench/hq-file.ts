/** What a price list of 200 MB costs head office: its embedded database on disk, two stores; time, and memory above that at rest. */
import { createReadStream, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/hq/database/database.ts";
import { withUpload } from "../../src/hq/intake/read-upload.ts";
import { openSpool } from "../../src/hq/intake/spool.ts";
import { openRepositories } from "../../src/hq/repositories.ts";
import { type BenchResult, resultOf } from "./result.ts";

const fileBytes = 200_000_000;

/** Every thousandth row is refused. Answers how many rows there are. */
function writeList(path: string): number {
	const fd = openSync(path, "w");
	let rows = 0;
	let text = "sku,name,brand,category,amount,currency\n";
	for (let bytes = 0; bytes < fileBytes; text = "") {
		for (const end = rows + 10_000; rows < end; rows += 1) {
			const price = rows % 1_000 === 7 ? "oops" : (((rows * 37) % 9_000) / 100 + 1).toFixed(2);
			text += `A${rows},"Article number ${rows}, a pack of good things",Brand ${rows % 300},Category ${rows % 40},${price},EUR\n`;
		}
		bytes += writeSync(fd, text);
	}
	return rows;
}

export async function benchHqFile(): Promise<BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "gondola-bench-"));
	try {
		const path = join(folder, "list.csv");
		const rows = writeList(path);
		const db = await openDatabase({ dataDir: join(folder, "database") });
		const book = openRepositories(db, "bench", () => new Date().toISOString());
		for (const store of ["s1", "s2"]) await book.enroll(store);
		const atRest = process.memoryUsage.rss();
		let peak = atRest;
		const watch = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()));
		const timer = setInterval(watch, 50);
		const began = performance.now();
		let readMs = 0;
		const how = { mapping: undefined, usualCurrency: undefined, riseWaitsMs: undefined, keepAs: "text/csv" };
		const upload = await openSpool(folder).take(createReadStream(path), watch);
		const accepted = await withUpload(upload, { at: watch }, how, async (read) => {
			if (read.parts === undefined) throw new Error("the list was read in memory");
			readMs = performance.now() - began;
			const by = { kind: "user" as const, name: "bench" };
			return (await book.acceptPush({ id: "list", stores: "all", by, progress: watch, ...read })).accepted;
		});
		clearInterval(timer);
		const note = `${rows} rows, ${accepted} changes accepted`;
		await db.close();
		return [
			resultOf("a price list of 200 MB: read", [readMs / 1_000], "s", { note }),
			resultOf("a price list of 200 MB: read, judged and written", [(performance.now() - began) / 1_000], "s"),
			resultOf("a price list of 200 MB: memory above that at rest, at most", [(peak - atRest) / 1e6], "MB", {
				note: `${Math.round(peak / 1e6)} MB in all, with the embedded database, just made, and the thread that reads`,
			}),
		];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
