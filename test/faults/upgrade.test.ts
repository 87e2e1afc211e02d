import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { flows } from "../../src/flows/flows.ts";
import { LedgerTooNew, migrations } from "../../src/ledger/file/open.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { faultsOf } from "./checks.ts";
import { dice, shopDay } from "./shop-day.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const shapes = readdirSync(fixtures).filter((name) => name.endsWith(".db.gz"));

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "gondola-upgrade-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("a data directory of an earlier build", () => {
	it.each(shapes)("opens as it was left, and goes on (%s)", (name) => {
		writeFileSync(join(directory, "ledger.db"), gunzipSync(readFileSync(join(fixtures, name))));
		expect(faultsOf(directory, [])).toEqual([]);
		const old = new Database(join(directory, "ledger.db"), { readonly: true });
		const events = old.prepare("SELECT * FROM event ORDER BY seq").all();
		const hands = old.prepare("SELECT * FROM on_hand ORDER BY sku").all();
		const epoch = old.prepare("SELECT value FROM meta WHERE key = 'epoch'").get();
		old.close();

		const writer = createWriter(directory, flows);
		expect(writer.book.meta.rebuilt()).toBeUndefined();
		const next = shopDay(dice(3), { catalog: writer.book.link.dn("catalog")!.position, stock: writer.book.link.dn("stock")!.position });
		for (let n = 1_000; n < 1_040; n += 1) expect(writer.run([next(n).call]).answers).toHaveLength(1);
		writer.close();

		const now = new Database(join(directory, "ledger.db"), { readonly: true });
		expect(now.pragma("user_version", { simple: true })).toBe(migrations.length);
		expect(now.prepare("SELECT * FROM event ORDER BY seq").all().slice(0, events.length)).toEqual(events);
		expect(now.prepare("SELECT value FROM meta WHERE key = 'epoch'").get()).toEqual(epoch);
		expect(hands.length).toBeGreaterThan(3);
		now.close();
		expect(faultsOf(directory, [])).toEqual([]);
	});
});

describe("a data directory of a newer build", () => {
	it("is refused with what to do, and left as it is", () => {
		createWriter(directory, flows).close();
		const db = new Database(join(directory, "ledger.db"));
		db.pragma(`user_version = ${migrations.length + 1}`);
		db.prepare("UPDATE meta SET value = ? WHERE key = 'shape'").run(String(migrations.length + 1));
		db.close();
		rmSync(join(directory, "ledger.seal"));
		const before = readFileSync(join(directory, "ledger.db"));
		expect(() => createWriter(directory, flows)).toThrow(LedgerTooNew);
		expect(() => createWriter(directory, flows)).toThrow(/newer Gondola .* Install that version again, or restore a backup/);
		expect(readFileSync(join(directory, "ledger.db")).equals(before)).toBe(true);
		expect(readdirSync(directory).some((name) => name.includes("damaged"))).toBe(false);
		expect(existsSync(join(directory, "rebuilding"))).toBe(false);
	});
});
