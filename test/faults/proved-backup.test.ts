/** Backups that prove themselves: what is damaged is never taken for a backup, and nobody sleeps through a night without one. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dropOldest, isDue, keepProof, keptBackups } from "../../src/access/box/backup-shelf.ts";
import { makeBackupKey } from "../../src/access/box/sealed-file.ts";
import { parseConfig } from "../../src/config/load.ts";
import { tendBackups } from "../../src/daemon/backups/nightly.ts";
import { backupLedger } from "../../src/ledger/file/backup.ts";
import { proveBackup } from "../../src/ledger/file/prove-backup.ts";
import { article, fromHq, openTestStore, price, type TestStore } from "../support/store.ts";
import { until } from "../support/until.ts";

let store: TestStore;
let file: string;
beforeEach(() => {
	store = openTestStore();
	store.do("setIdentity", { store: "s1", tenant: "main", locale: "en", timeZone: "UTC" });
	const records = Array.from({ length: 200 }, (_, n) => [article(String(n)), price(String(n), n + 1, 100 + n)]).flat();
	fromHq(store, "catalog", records);
	store.do("activateDue", {} as never);
	file = join(store.directory, "copy.db");
});
afterEach(() => store.close());

describe("proveBackup", () => {
	it("restores a copy aside and finds it whole, and leaves nothing behind", () => {
		backupLedger(store.directory, file);
		const { events, rows } = proveBackup(file);
		expect([events > 200, rows >= 400]).toEqual([true, true]);
		expect(readdirSync(store.directory).filter((name) => name.startsWith(".proving-"))).toEqual([]);
	});

	it.each([
		["a fact was changed", "UPDATE event SET body = replace(body, 'EUR', 'USD') WHERE stream = 'facts' AND stream_seq = 3"],
		["a fact is gone that head office does not have", "DELETE FROM event WHERE stream = 'facts' AND stream_seq = 50"],
		["the last fact is gone", "UPDATE head SET last = last + 1 WHERE name = 'facts'"],
	])("refuses a copy in which %s", (_, statement) => {
		backupLedger(store.directory, file);
		const db = new Database(file);
		expect(db.prepare(statement).run().changes).toBe(1);
		db.close();
		expect(() => proveBackup(file)).toThrow(/not whole|chain|would lose/);
	});

	it("refuses a copy with a torn page, one that is cut off, and what is no ledger", () => {
		backupLedger(store.directory, file);
		const whole = readFileSync(file);
		const torn = Buffer.from(whole);
		torn.fill(0x55, 4_096 * 12, 4_096 * 14);
		for (const bytes of [torn, whole.subarray(0, whole.length - 8_192), Buffer.from("no ledger at all"), Buffer.alloc(0)]) {
			writeFileSync(file, bytes);
			expect(() => proveBackup(file)).toThrow();
		}
		expect(readdirSync(store.directory).filter((name) => name.startsWith(".proving-"))).toEqual([]);
	});
});

describe("the nightly backup", () => {
	const hour = 3_600_000;
	const now = Date.UTC(2026, 5, 1, 12);
	it.each([
		["none yet", undefined, 9 * hour, true],
		["one of this night", now - 9 * hour, 9 * hour, false],
		["one of last night, and it is night", now - 23 * hour, 5 * 60_000, true],
		["one of ten minutes ago, and it is night", now - 2 * 60_000, 5 * 60_000, false],
		["one that is nearly a day old, at noon", now - 23.6 * hour, 9 * hour, true],
		["one from the future, because the clock went back", now + 5 * hour, 9 * hour, false],
	])("is due with %s: %s", (_, newest, sinceNight, due) => {
		expect(isDue(newest, now, sinceNight)).toBe(due);
	});

	function begin(lines: string): { stop(): Promise<void>; log: object[] } {
		const closing: (() => unknown)[] = [];
		const log: object[] = [];
		const keep = (facts: object): void => void log.push(facts);
		const ledger = {
			read: store.book,
			now: () => ({ wall: new Date().toISOString() }),
			do: async (flow: never, args: never) => store.do(flow, args),
		};
		const config = parseConfig(`store: s1\ndata: ${store.directory}\n${lines}`);
		const parts = { add: (close: () => unknown) => void closing.push(close) };
		tendBackups({ config, ledger, parts, isDemo: false, log: { info: keep, warn: keep, error: keep } } as never, 0);
		return { log, stop: async () => void (await Promise.all(closing.map((close) => close()))) };
	}
	const alarms = (): string[] => store.book.alarms.list().map(({ code, facts }) => `${code}: ${String(facts?.["why"])}`);

	it("is made, proved, kept with its proof, and ends the alarm about none", async () => {
		store.do("raiseAlarm", { code: "backup-old", subject: "backup", facts: { why: "the disk was full" } });
		const { stop } = begin("backup: { keep: 1 }");
		const folder = join(store.directory, "backups");
		await until(() => keptBackups(folder, "s1").length === 1 && alarms().length === 0, "a proved backup, and no alarm");
		await stop();
		const [kept] = keptBackups(folder, "s1");
		expect(statSync(join(folder, kept!.file)).mode & 0o777).toBe(0o600);
		expect(proveBackup(join(folder, kept!.file)).events).toBe(kept!.events);
	});

	it("says after a failure why there is none", async () => {
		writeFileSync(join(store.directory, "in-the-way"), "");
		const { stop } = begin(`backup: { directory: ${store.directory}/in-the-way }`);
		await until(() => alarms().length === 1, "the alarm");
		await stop();
		expect(alarms()[0]).toMatch(/^backup-old: .*in-the-way.*not a directory/);
	});

	it("removes the open copy that a power cut left in the middle of an encrypted one", async () => {
		writeFileSync(join(store.directory, ".gondola-s1-20260601T030000Z.sealed"), "open");
		writeFileSync(join(store.directory, ".gondola-s1-2-20260601T030000Z.sealed"), "another store's");
		await begin("").stop();
		expect(readdirSync(store.directory).filter((name) => name.startsWith(".gondola"))).toEqual([".gondola-s1-2-20260601T030000Z.sealed"]);
	});

	it("encrypts for the holder of a key, and leaves nothing open", async () => {
		const { public: key } = makeBackupKey();
		const { stop } = begin(`backup: { to: ${key} }`);
		const folder = join(store.directory, "backups");
		await until(() => keptBackups(folder, "s1").length === 1, "a proved backup");
		await stop();
		const [kept] = keptBackups(folder, "s1");
		expect([kept!.file.endsWith(".sealed"), kept!.sealedFor]).toEqual([true, key]);
		expect(readFileSync(join(folder, kept!.file)).subarray(0, 15).toString()).toBe("gondola-sealed/");
		expect([...readdirSync(folder), ...readdirSync(store.directory)].filter((name) => /^\.gondola/.test(name))).toEqual([]);
	});

	it("drops the oldest, never what is not its own, and counts no file without a proof", () => {
		const folder = join(store.directory, "shelf");
		mkdirSync(folder);
		backupLedger(store.directory, file);
		for (const n of [1, 2, 3]) {
			const at = `2026-06-0${n}T03:00:00.000Z`;
			copyFileSync(file, join(folder, `gondola-s1-2026060${n}T030000Z.db`));
			keepProof(folder, { file: `gondola-s1-2026060${n}T030000Z.db`, at, bytes: 1, events: 1, rows: 1, sha256: "", tookMs: 1 });
		}
		writeFileSync(join(folder, "gondola-s1-20260609T030000Z.db"), "no proof");
		dropOldest(folder, "s1", 2);
		expect(
			readdirSync(folder)
				.filter((name) => name.endsWith(".db"))
				.sort(),
		).toEqual(["gondola-s1-20260602T030000Z.db", "gondola-s1-20260603T030000Z.db", "gondola-s1-20260609T030000Z.db"]);
		rmSync(join(folder, "gondola-s1-20260603T030000Z.db"));
		// Another store in the same folder, whose name begins like this one's.
		copyFileSync(file, join(folder, "gondola-s1-2-20260610T030000Z.db"));
		keepProof(folder, {
			file: "gondola-s1-2-20260610T030000Z.db",
			at: "2026-06-10T03:00:00.000Z",
			bytes: 1,
			events: 1,
			rows: 1,
			sha256: "",
			tookMs: 1,
		});
		expect(keptBackups(folder, "s1").map(({ file: name }) => name)).toEqual(["gondola-s1-20260602T030000Z.db"]);
		expect(existsSync(join(folder, "gondola-s1-20260601T030000Z.db.proof.json"))).toBe(false);
	});
});
