import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packFile } from "../../../src/hq/catalog/kept/push-file.ts";
import type { Db } from "../../../src/hq/database/database.ts";
import { openRepositories, type Repositories } from "../../../src/hq/repositories.ts";
import { readExport } from "../../../src/hq/retention/export-file.ts";
import { listExports } from "../../../src/hq/retention/export-rows.ts";
import { markFacts } from "../../../src/hq/retention/fact-marks.ts";
import { factsGoneUpTo } from "../../../src/hq/retention/gone.ts";
import { setPolicy } from "../../../src/hq/retention/policies.ts";
import { exportRound } from "../../../src/hq/retention/tend.ts";
import { databases, storeWriter } from "../open-book.ts";

const day = (n: number): string => new Date(Date.UTC(2026, 0, n)).toISOString();
const change = { amountMinor: 129, currency: "EUR", kind: "regular" as const, article: { name: "Tea" } };

/** The rows in an export, as JSON. */
const rowsIn = (path: string): { table: string; row: Record<string, unknown> }[] =>
	gunzipSync(readFileSync(path))
		.toString("utf8")
		.trimEnd()
		.split("\n")
		.slice(1, -1)
		.map((line) => JSON.parse(line));

describe.each(databases)("what head office keeps by a policy ($kind)", ({ open }) => {
	const root = mkdtempSync(join(tmpdir(), "gondola-exports-"));
	let now = day(1);
	let db: Db;
	let book: Repositories;
	beforeAll(async () => {
		db = await open();
		book = openRepositories(db, "test", () => now);
	}, 120_000);
	afterAll(async () => {
		await db.close();
		rmSync(root, { recursive: true, force: true });
	});

	const folderNamed = (name: string): string => join(root, name);
	const round = (folder: string) => exportRound(db, folder, () => now, 1_000);
	const policy = (kind: string, days: number | null) => setPolicy(db, kind, days, "user:ana", now);
	const idsOf = async (store: string) =>
		(await db.query<{ id: string }>("SELECT id FROM up_fact WHERE store = $1 ORDER BY n", [store])).map(({ id }) => id);

	it("is everything as it comes: no file is written, no row leaves", async () => {
		await book.enroll("r0");
		const writer = await storeWriter(book, "r0");
		await writer.says({ type: "receipt.voided", job: "j1", printer: "p" }, { type: "receipt.voided", job: "j2", printer: "p" });
		await markFacts(db, now);
		now = day(300);
		expect(await round(folderNamed("none"))).toEqual({ exports: [], more: false });
		expect([existsSync(folderNamed("none")), (await idsOf("r0")).length]).toEqual([false, 2]);
	});

	it("are facts: exported by when head office took them, whatever the store's clock said, and known when they come again", async () => {
		await book.enroll("r1");
		const writer = await storeWriter(book, "r1");
		await writer.says(
			{ type: "receipt.voided", job: "old", printer: "p" },
			{ type: "prices.frozen", reason: "a class of its own" },
			{ type: "receipt.voided", job: "older", printer: "p" },
		);
		now = day(301);
		await markFacts(db, now);
		now = day(340);
		// By the store's clock as old as the others.
		await writer.says({ type: "receipt.voided", job: "young", printer: "p" }, { type: "receipt.voided", job: "newest", printer: "p" });
		await markFacts(db, now);
		await policy("facts", 30);
		await policy("facts.prices", 300);
		const folder = folderNamed("facts");
		const { exports } = await round(folder);
		expect(exports.map(({ kind, rows }) => [kind, rows])).toEqual([["facts", 4]]);
		const left = rowsIn(join(folder, exports[0]!.file));
		expect(left.map(({ table, row }) => [table, (JSON.parse(row["body"] as string) as { job: string }).job])).toEqual([
			...["j1", "j2", "old", "older"].map((job) => ["up_fact", job]),
		]);
		expect((statSync(join(folder, exports[0]!.file)).mode & 0o777).toString(8)).toBe("600");
		const facts = await book.facts("r1", { limit: 100 });
		expect(facts.map((fact) => ("job" in fact ? fact.job : fact.type))).toEqual(["prices.frozen", "young", "newest"]);
		expect(await factsGoneUpTo(db)).toBe(5);

		// The same box sends an exported fact again under another epoch, as after a restore; and one more with its id and other content.
		const epoch = "00000000000000bb";
		await book.link.openUpEpoch("r1", "facts", epoch, { position: 0, hash: "0".repeat(32) });
		const again = left[2]!.row as { id: string; body: string };
		const record = JSON.parse(again.body) as Record<string, unknown>;
		const records = [record, { ...record, printer: "another" }].map((each, i) => ({
			seq: i + 1,
			hash: "1".repeat(32),
			record: each as never,
		}));
		const batch = { inc: 1, stream: "facts" as const, epoch, from: 1, upTo: 2, hash: "1".repeat(32), records };
		expect((await book.link.acceptUp("r1", batch)).position).toBe(2);
		expect((await idsOf("r1")).filter((id) => id.startsWith(again.id))).toEqual([`${again.id}~${epoch.slice(0, 6)}`]);
		await policy("facts", null);
		await policy("facts.prices", null);
	});

	it("stay while a webhook was not sent them", async () => {
		await book.enroll("r2");
		now = day(350);
		const writer = await storeWriter(book, "r2");
		await writer.says({ type: "receipt.voided", job: "w1", printer: "p" }, { type: "receipt.voided", job: "w2", printer: "p" });
		await markFacts(db, now);
		const [{ n }] = (await db.query<{ n: number }>("SELECT max(n) AS n FROM up_fact")) as [{ n: number }];
		await db.transaction((tx) =>
			tx.query(
				`INSERT INTO webhook (id, url, secret, notes, after_n, made_at, made_by, due_at) VALUES ('erp', 'https://x', 's', false, $1, '', '', '')`,
				[n - 2],
			),
		);
		now = day(400);
		await policy("facts.receipt", 7);
		await round(folderNamed("hooks"));
		expect((await book.facts("r2", { limit: 10 })).map((fact) => "job" in fact && fact.job)).toEqual(["w1", "w2"]);
		await db.transaction((tx) => tx.query("UPDATE webhook SET after_n = $1", [n]));
		await round(folderNamed("hooks"));
		// The newest of all stays: numbers go on from it.
		expect((await book.facts("r2", { limit: 10 })).map((fact) => "job" in fact && fact.job)).toEqual(["w2"]);
		await policy("facts.receipt", null);
		await db.transaction((tx) => tx.query("DELETE FROM webhook"));
	});

	it("are files and refused rows of pushes, once every store has acknowledged the push; both are said to be gone", async () => {
		await book.enroll("r3");
		const file = await packFile(Buffer.from("sku,amount\n1,1.29\n"), "text/csv");
		const rejected = [{ line: 3, column: "amount", reason: "no amount" }];
		await book.acceptPush({ id: "kept", stores: ["r3"], changes: [{ sku: "1", ...change }], rejected, file });
		await book.acceptPush({ id: "unheard", stores: ["r3"], changes: [{ sku: "2", ...change }], rejected, file });
		const { catalog } = (await book.link.load("r3"))!.dn;
		await book.link.moveDown("r3", "catalog", catalog!.epoch, catalog!.last - 2, catalog!.hash);
		now = day(500);
		await policy("push-files", 30);
		await policy("refused-rows", 30);
		const folder = folderNamed("pushes");
		const { exports } = await round(folder);
		expect(exports.map(({ kind, rows }) => [kind, rows])).toEqual([
			["push-files", 1],
			["refused-rows", 1],
		]);
		const [kept] = rowsIn(join(folder, exports[0]!.file));
		const packed = Buffer.concat((kept!.row["base64"] as string[]).map((part) => Buffer.from(part, "base64")));
		expect(gunzipSync(packed).toString()).toBe("sku,amount\n1,1.29\n");
		expect(rowsIn(join(folder, exports[1]!.file))[0]!.row).toMatchObject({ id: "kept", rejectedCount: 1, rejected });
		await expect(book.pushFile("kept")).rejects.toThrow(/a policy thinned it/);
		expect(await book.push("kept")).toMatchObject({ rejected: [], rejectedCount: 1, file: { isKept: false } });
		expect((await book.pushFile("unheard")).type).toBe("text/csv");
		expect((await book.push("unheard")).rejected).toEqual(rejected);
		await book.link.moveDown("r3", "catalog", catalog!.epoch, catalog!.last, catalog!.hash);
		expect((await round(folder)).exports).toHaveLength(2);
		// The chain: each file names the sum of the one before it.
		const made = await listExports(db, { kind: "push-files", before: "\u{10ffff}", limit: 10 });
		expect(made.map(({ place }) => place)).toEqual([2, 1]);
		expect(made[0]!.before).toBe(made[1]!.sha256);
		expect(await readExport(join(folder, made[0]!.file))).toMatchObject({ head: { before: made[1]!.sha256 }, sha256: made[0]!.sha256 });
		await policy("push-files", null);
		await policy("refused-rows", null);
	});

	it("is the audit but its newest row, and alarms that a person ended; not those that may still stand", async () => {
		const audit = (what: string) =>
			db.transaction((tx) =>
				tx.query("INSERT INTO audit (at, kind, name, what, outcome) VALUES ($1, 'user', 'ana', $2, '200')", [now, what]),
			);
		for (const what of ["a", "b", "c"]) await audit(what);
		const alarm = (id: string, code: string, at: string | null) =>
			db.transaction((tx) =>
				tx.query(
					"INSERT INTO standing_alarm (id, code, store, subject, facts, since, acknowledged_at) VALUES ($1, $2, 'r3', '', '{}', $3, $4)",
					[id, code, now, at],
				),
			);
		await alarm("1", "movement-differs", now);
		await alarm("2", "movement-differs", null);
		await alarm("3", "stock-differs", now);
		now = day(600);
		await policy("audit", 30);
		await policy("alarms", 30);
		const { exports } = await round(folderNamed("office"));
		expect(exports.map(({ kind, rows }) => [kind, rows])).toEqual([
			["alarms", 1],
			["audit", 2],
		]);
		expect((await db.query("SELECT what FROM audit ORDER BY n")).map((row) => row["what"])).toEqual(["c"]);
		expect((await db.query("SELECT id FROM standing_alarm ORDER BY id")).map((row) => row["id"])).toEqual(["2", "3"]);
		await policy("audit", null);
		await policy("alarms", null);
	});

	it("are orders that are over; their ids stay taken, and what was handed over may still come back", async () => {
		const line = { sku: "1", quantity: 2, picked: 2, substitutes: [] };
		const order = { id: "o1", lines: [line], state: "handed-over", history: [{ state: "handed-over", at: day(550), by: "x" }] };
		const keep = (id: string, isOver: boolean) =>
			db.transaction((tx) =>
				tx.query(
					`INSERT INTO store_order (id, store, state, body, asked, code, over, changed_at) VALUES ($1, 'r3', $2, $3, '{"a":1}', '', $4, $5)`,
					[id, isOver ? "handed-over" : "placed", JSON.stringify({ ...order, id }), isOver, day(550)],
				),
			);
		await keep("o1", true);
		await keep("o2", false);
		await policy("orders", 30);
		const { exports } = await round(folderNamed("orders"));
		expect(exports.map(({ kind, rows }) => [kind, rows])).toEqual([["orders", 1]]);
		await expect(book.order("o1")).rejects.toMatchObject({ code: "order-gone" });
		expect((await book.order("o2")).order.id).toBe("o2");
		const asked = { id: "o1", store: "r3", kind: "pickup" as const, lines: [{ sku: "1", quantity: 9, substitution: "none" as const }] };
		await expect(book.placeOrder(asked as never, "user:ana")).rejects.toMatchObject({ code: "order-differs" });
		expect(await db.query("SELECT line FROM return_line")).toEqual([{ line: "order/o1/1" }]);
		await policy("orders", null);
	});

	it("leaves nothing where the export cannot be written, says so by an alarm that ends by itself, and overwrites no file", async () => {
		await db.transaction((tx) =>
			tx.query("INSERT INTO audit (at, kind, name, what, outcome) VALUES ($1, 'user', 'bo', 'd', '200')", [now]),
		);
		now = day(700);
		await policy("audit", 30);
		writeFileSync(folderNamed("a-file"), "");
		const alarms = async () =>
			(await book.standingAlarms({ each: 20, most: 20 })).map(({ id }) => id).filter((id) => id.includes("export"));
		await expect(round(join(folderNamed("a-file"), "below"))).rejects.toThrow();
		expect([(await db.query("SELECT 1 FROM audit")).length, await alarms()]).toEqual([2, [`hq-export-failed::${hostname()}`]]);

		// Head office was restored from a backup: a file of the planned name is there, with rows that this database does not know.
		const [plan] = await db.query<{ id: string }>("SELECT id FROM retention_export WHERE place IS NULL");
		const folder = folderNamed("office");
		const taken = `gondola-audit-000002-${plan!.id}.jsonl.gz`;
		writeFileSync(join(folder, taken), "of another life");
		const { exports } = await round(folder);
		expect(exports.map(({ file, rows }) => [file, rows])).toEqual([[taken.replace(".jsonl", ".2.jsonl"), 1]]);
		expect(readFileSync(join(folder, taken), "utf8")).toBe("of another life");
		expect([readdirSync(folder).some((name) => name.endsWith(".part")), await alarms()]).toEqual([false, []]);
		await policy("audit", null);
	});

	it("of a policy that was lengthened meanwhile, nothing younger leaves by the older plan", async () => {
		await db.transaction((tx) =>
			tx.query("INSERT INTO audit (at, kind, name, what, outcome) VALUES ($1, 'user', 'bo', 'e', '200')", [now]),
		);
		now = day(760);
		await policy("audit", 30);
		await expect(round(join(folderNamed("a-file"), "below"))).rejects.toThrow();
		await policy("audit", 200);
		expect((await round(folderNamed("office"))).exports).toEqual([]);
		expect((await db.query("SELECT 1 FROM audit")).length).toBe(2);
	});
});
