import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

describe("a store in whose ledger the mark of a stream from head office is damaged", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-mark-"));
	let pair: Pair;
	let box: Box;
	const deliver = (id: string): Promise<unknown> =>
		pair.hq.moveStock("s1", { id, sku: "milk", quantity: 1, reason: "receive", occurredAt: "2026-03-01T08:00:00.000Z" });

	beforeAll(async () => {
		pair = await openPair("s1", join(root, "hq"));
		const milk = { sku: "milk", amountMinor: 100, currency: "EUR", kind: "regular", article: { name: "Milk" } } as const;
		await pair.hq.acceptPush({ id: "p", stores: "all", changes: [milk], rejected: [] });
		await deliver("d1");
		box = pair.box(join(root, "store"));
		await eventually(() => expect(box.writer.book.stock.movement("d1")).toBeDefined());
		box.stop();
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	it("is sent what head office said before its own last start, which the store never heard", async () => {
		await deliver("d2");
		const db = new Database(join(root, "store", "ledger.db"));
		db.prepare("UPDATE down SET hash = iif(hash LIKE 'f%', '0', 'f') || substr(hash, 2) WHERE stream = 'stock'").run();
		db.close();
		await pair.reopenHq(() => {});
		box = pair.box(join(root, "store"));
		await eventually(() => expect(box.writer.book.stock.movement("d2")).toBeDefined());
		expect(box.writer.book.stock.movement("d1")).toBeDefined();
	}, 120_000);
});
