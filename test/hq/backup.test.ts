import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backUp, proveBackup, restore } from "../../src/hq/backup/backup.ts";
import { openDatabase } from "../../src/hq/database/database.ts";
import { openRepositories } from "../../src/hq/repositories.ts";
import { genesis } from "../../src/words/basics/chain.ts";
import type { StoreEvent } from "../../src/words/event.ts";

const epoch = "ab".repeat(8);
const at = "2026-03-01T00:00:00.000Z";

function fact(seq: number) {
	const movement = { id: `m${seq}`, sku: "1", quantity: 1, reason: "receive", occurredAt: at, origin: "store" };
	const record = { id: `s1-${seq}`, seq, at, quality: "synced", type: "stock.moved", movement } as StoreEvent;
	return { seq, hash: genesis, record };
}

describe("a backup of head office", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-hq-backup-"));
	const file = join(root, "hq.gz");
	let rows = 0;

	beforeAll(async () => {
		const db = await openDatabase({ memory: true });
		const hq = openRepositories(db, "t");
		await hq.enroll("s1");
		const changes = Array.from({ length: 1_500 }, (_, n) => ({
			...{ sku: String(n), amountMinor: 100 + n, currency: "EUR", kind: "regular" as const },
			article: { name: `Kava "žuta"\\ ${n}` },
		}));
		await hq.acceptPush({ id: "p1", stores: "all", rejected: [], changes });
		await hq.link.openUpEpoch("s1", "facts", epoch, { position: 0, hash: genesis });
		const records = [fact(1), fact(2)];
		await hq.link.acceptUp("s1", { inc: 1, stream: "facts", epoch, from: 1, upTo: 2, hash: genesis, records });
		({ rows } = await backUp(db, file, at));
		await db.close();
	}, 120_000);
	afterAll(() => rmSync(root, { recursive: true, force: true }));

	it("is only for its owner, and holds every row", () => {
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(rows).toBeGreaterThan(4_500);
	});

	it("is restored aside and compared, and goes on where it was", async () => {
		const dataDir = join(root, "restored");
		expect(await restore(file, { dataDir })).toMatchObject({ at, rows });
		const db = await openDatabase({ dataDir });
		const hq = openRepositories(db, "t");
		expect(await hq.push("p1")).toMatchObject({ id: "p1", changes: 1_500 });
		expect(await hq.article("7")).toMatchObject({ name: 'Kava "žuta"\\ 7' });
		expect((await hq.stock("s1", "1")).onHand).toBe(2);
		// New facts get numbers after the old ones.
		const before = (await hq.facts("s1", { limit: 10 })).at(-1)!.n;
		await hq.link.acceptUp("s1", { inc: 1, stream: "facts", epoch, from: 3, upTo: 3, hash: genesis, records: [fact(3)] });
		expect((await hq.facts("s1", { limit: 10 })).at(-1)!.n).toBeGreaterThan(before);
		await db.close();
	}, 120_000);

	it("that is cut off, damaged, bent by a row, or none at all is refused", async () => {
		const bent = join(root, "bent.gz");
		const refuses = (sentence: RegExp): Promise<void> => expect(proveBackup(bent)).rejects.toThrow(sentence);
		const whole = readFileSync(file);
		writeFileSync(bent, whole.subarray(0, whole.length / 2));
		await refuses(/cut off or damaged/);
		const flipped = Buffer.from(whole);
		flipped[Math.floor(whole.length / 2)]! ^= 0x40;
		writeFileSync(bent, flipped);
		await refuses(/damaged|backup/);
		writeFileSync(bent, gzipSync(gunzipSync(whole).toString().replace('"on_hand":2', '"on_hand":3')));
		await refuses(/not what the backup says, in on_hand/);
		writeFileSync(bent, "sku,amount\n1,2\n");
		await refuses(/no backup|damaged/);
	}, 180_000);
});
