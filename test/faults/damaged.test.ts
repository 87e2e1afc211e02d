import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sayRebuilt } from "../../src/daemon/watch/rebuilt.ts";
import { flows, type StoreLedger } from "../../src/flows/flows.ts";
import type { RecoveryReport } from "../../src/ledger/book.ts";
import { createWriter, type Writer } from "../../src/ledger/ledger.ts";
import { faultsOf } from "./checks.ts";
import { dice, shopDay } from "./shop-day.ts";

const root = mkdtempSync(join(tmpdir(), "gondola-damage-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Dump = Record<string, unknown[]>;

function dump(directory: string): Dump {
	const db = new Database(join(directory, "ledger.db"), { readonly: true });
	const tables = (db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all() as { name: string }[]).map(
		({ name }) => name,
	);
	const rows = Object.fromEntries(
		tables.filter((name) => name !== "meta").map((name) => [name, db.prepare(`SELECT * FROM ${name}`).all()]),
	);
	db.close();
	return rows;
}

/** Two boxes with the same day behind them: one was shut down, the other lost its power with the log still full. */
let shut = "";
let cut = "";
let before: Dump = {};
beforeAll(() => {
	shut = join(root, "shut");
	cut = join(root, "cut");
	const writer = createWriter(shut, flows, { walPages: 100_000 });
	const next = shopDay(dice(42), { catalog: 0, stock: 0 });
	for (let n = 1; n < 500; ) writer.run(Array.from({ length: 4 }, () => next(n++).call));
	const { epoch, last } = writer.book.link.up("facts");
	writer.run([{ n: 0, flow: "moveUpPosition", args: { stream: "facts", epoch, upTo: Math.floor(last / 2) }, now: next(1).call.now }]);
	for (let n = 500; n < 560; n += 1) writer.run([next(n).call]);
	cpSync(shut, cut, { recursive: true });
	rmSync(join(cut, "ledger.db-shm"), { force: true });
	writer.close();
	before = dump(shut);
});

const copies = { n: 0 };
function boxLike(box: string): string {
	const directory = join(root, `box-${(copies.n += 1)}`);
	cpSync(box, directory, { recursive: true });
	return directory;
}

function flip(file: string, at: number, bit: number): void {
	const bytes = readFileSync(file);
	bytes[at]! ^= 1 << bit;
	writeFileSync(file, bytes);
}

/** Opens the box twice, as a supervisor would that starts it again. Says whether it was rebuilt, and what still holds. */
function start(directory: string): { rebuilt: RecoveryReport | undefined; writer: Writer } {
	const first = createWriter(directory, flows);
	first.run([
		{
			n: 1,
			flow: "recordStart",
			args: { version: "1", boot: "b2" },
			now: { wall: "2026-03-03T08:00:00.000Z", boot: "b2", monoMs: 1, quality: "synced" },
		},
	]);
	const rebuilt = first.book.meta.rebuilt();
	first.close();
	const writer = createWriter(directory, flows);
	expect(writer.book.meta.rebuilt()).toEqual(rebuilt);
	expect(writer.book.events.last()).toBeGreaterThan(before["event"]!.length);
	return { rebuilt, writer };
}

/** Whatever was taken over must be true: facts as they were, each number of the stock as before or named as to be counted. */
function nothingIsMadeUp(directory: string, lost: string): void {
	const after = dump(directory);
	const known = new Map((before["event"] as { id: string; body: string; at: string }[]).map((row) => [row.id, row]));
	for (const row of after["event"] as { id: string; body: string; at: string }[]) {
		const was = known.get(row.id);
		if (was) expect({ body: row.body, at: row.at }).toEqual({ body: was.body, at: was.at });
	}
	const hands = new Map((before["on_hand"] as { sku: string; on_hand: number }[]).map((row) => [row.sku, row.on_hand]));
	for (const row of after["on_hand"] as { sku: string; on_hand: number }[])
		if (row.on_hand !== hands.get(row.sku) && !/stock|the events/.test(lost)) expect(lost).toContain(row.sku);
}

describe("a ledger whose file changed while the box was off", () => {
	const roll = dice(7);
	it.each(Array.from({ length: 36 }, (_, n) => ({ n, where: roll(), bit: Math.floor(roll() * 8) })))(
		"opens, and says so (flip $n)",
		({ n, where, bit }) => {
			const directory = boxLike(shut);
			const file = join(directory, "ledger.db");
			// The first ones hit the header, where a single bit means most.
			flip(file, n < 8 ? Math.floor(where * 100) : Math.floor(where * statSync(file).size), bit);
			const { rebuilt, writer } = start(directory);
			writer.close();
			expect(rebuilt).toBeDefined();
			expect(existsSync(join(directory, rebuilt!.file))).toBe(true);
			nothingIsMadeUp(directory, rebuilt!.lost);
			// One bit costs at most the rows of a page or two, not the ledger.
			const ids = new Set((dump(directory)["event"] as { id: string }[]).map(({ id }) => id));
			expect((before["event"] as { id: string }[]).filter(({ id }) => ids.has(id)).length).toBeGreaterThan(before["event"]!.length * 0.7);
		},
	);
});

describe("a ledger in whose schema a letter changed while the box was off", () => {
	// One wrong letter in any of these statements, and SQLite reads no table at all.
	it.each(["CREATE TABLE event", "CREATE TABLE next_price", "CREATE TABLE return_right", "CREATE INDEX return_ask_of"])(
		"keeps all its rows (%s)",
		(statement) => {
			const directory = boxLike(shut);
			const file = join(directory, "ledger.db");
			const at = readFileSync(file).indexOf(statement);
			expect(at).toBeGreaterThan(0);
			flip(file, at + statement.length + 4, 6);
			const { rebuilt, writer } = start(directory);
			writer.close();
			expect(rebuilt).toBeDefined();
			const ids = new Set((dump(directory)["event"] as { id: string }[]).map(({ id }) => id));
			expect((before["event"] as { id: string }[]).filter(({ id }) => ids.has(id))).toHaveLength(before["event"]!.length);
		},
	);
});

describe("a ledger whose power was cut, and in whose rows a bit flipped", () => {
	it("is known at start by its indexes: a label's name, the article it is bound to", () => {
		const whole = boxLike(cut);
		const merge = (directory: string): void => {
			const db = new Database(join(directory, "ledger.db"));
			db.pragma("wal_checkpoint(TRUNCATE)");
			db.close();
		};
		merge(whole);
		const bytes = readFileSync(join(whole, "ledger.db"));
		const bound = before["label"]!.find((row) => (row as { sku: string | null }).sku !== null) as { id: string; sku: string };
		const entry = Buffer.from(bound.sku + bound.id);
		const places = [];
		for (let at = bytes.indexOf(entry); at >= 0; at = bytes.indexOf(entry, at + 1)) places.push(at);
		expect(places.length).toBeGreaterThan(0);
		for (const at of [...places, ...places.map((place) => place + bound.sku.length + 10)]) {
			const directory = boxLike(whole);
			flip(join(directory, "ledger.db"), at + 1, 1);
			const { rebuilt, writer } = start(directory);
			writer.close();
			expect(rebuilt?.why).toContain("index");
		}
	});
});

describe("a write-ahead log that changed while the box was off", () => {
	const roll = dice(8);
	it.each(Array.from({ length: 16 }, (_, n) => ({ n, where: roll(), bit: Math.floor(roll() * 8) })))(
		"loses nothing in silence (flip $n)",
		({ where, bit }) => {
			const directory = boxLike(cut);
			const file = join(directory, "ledger.db-wal");
			flip(file, Math.floor(where * statSync(file).size), bit);
			const { rebuilt, writer } = start(directory);
			writer.close();
			if (rebuilt) {
				nothingIsMadeUp(directory, rebuilt.lost);
				// All but the record that was hit can be read past the damage.
				const ids = new Set((dump(directory)["event"] as { id: string }[]).map(({ id }) => id));
				expect((before["event"] as { id: string }[]).filter(({ id }) => !ids.has(id)).length).toBeLessThan(60);
			} else {
				const after = dump(directory);
				for (const table of ["movement", "on_hand", "price", "article", "label"]) expect(after[table]).toEqual(before[table]);
				expect((after["event"] as unknown[]).slice(0, before["event"]!.length)).toEqual(before["event"]);
			}
		},
	);
});

describe("a ledger that lost a part of itself", () => {
	const cases: [string, () => string, (directory: string) => void][] = [
		["the file cut in half", () => shut, (d) => truncateSync(join(d, "ledger.db"), statSync(join(d, "ledger.db")).size >> 1)],
		["the file cut inside a page", () => shut, (d) => truncateSync(join(d, "ledger.db"), statSync(join(d, "ledger.db")).size - 1_000)],
		["an empty file", () => shut, (d) => truncateSync(join(d, "ledger.db"), 0)],
		["a file of zeros", () => shut, (d) => writeFileSync(join(d, "ledger.db"), Buffer.alloc(statSync(join(d, "ledger.db")).size))],
		[
			"a file of something else",
			() => shut,
			(d) => writeFileSync(join(d, "ledger.db"), "<html>Sign in to the store's network</html>".repeat(200)),
		],
		["no file at all", () => shut, (d) => rmSync(join(d, "ledger.db"))],
		["no log", () => cut, (d) => rmSync(join(d, "ledger.db-wal"))],
		["the log cut in half", () => cut, (d) => truncateSync(join(d, "ledger.db-wal"), statSync(join(d, "ledger.db-wal")).size >> 1)],
		[
			"a file put back from an older copy",
			() => shut,
			(d) => {
				const old = join(root, "old");
				const writer = createWriter(old, flows);
				writer.close();
				cpSync(join(old, "ledger.db"), join(d, "ledger.db"));
			},
		],
	];
	it.each(cases)("opens with %s, and says what is missing", (_, box, hurt) => {
		const directory = boxLike(box());
		hurt(directory);
		const writer = createWriter(directory, flows);
		const rebuilt = writer.book.meta.rebuilt();
		expect(rebuilt).toBeDefined();
		expect(rebuilt!.lost).not.toBe("");
		writer.close();
		expect(faultsOf(directory, [], { whole: false })).toEqual([]);
	});
});

describe("what is taken over from a damaged ledger", () => {
	it("goes up again under its old ids, in a new epoch, and the catalog starts over", () => {
		const directory = boxLike(shut);
		flip(join(directory, "ledger.db"), 40, 3);
		const { writer } = start(directory);
		const { epoch, acked } = writer.book.link.up("facts");
		const waiting = writer.book.link.upAfter("facts", 0, 10_000);
		const was = (before["event"] as { id: string; stream: string; stream_seq: number }[]).filter((row) => row.stream === "facts");
		const hadAcked = (before["head"] as { name: string; acked: number }[]).find(({ name }) => name === "facts")!.acked;
		expect(epoch).not.toBe(
			(
				new Database(join(directory, writer.book.meta.rebuilt()!.file), { readonly: true })
					.prepare("SELECT value FROM meta WHERE key = 'epoch'")
					.get() as { value: string }
			).value,
		);
		expect(acked).toBe(0);
		expect(waiting.map(({ record }) => record.id).slice(0, was.length - hadAcked)).toEqual(
			was.filter((row) => row.stream_seq > hadAcked).map((row) => row.id),
		);
		expect(writer.book.link.dn("catalog")).toBeUndefined();
		expect(writer.book.link.dn("stock")).toEqual(
			(before["down"] as { stream: string }[]).filter(({ stream }) => stream === "stock").map((row) => ({ ...row, stream: undefined }))[0],
		);
		writer.close();
		expect(faultsOf(directory, [], { whole: false })).toEqual([]);
	});

	it("tells head office of a movement whose fact cannot be read any more", () => {
		const directory = boxLike(cut);
		const db = new Database(join(directory, "ledger.db"));
		const { acked } = db.prepare("SELECT acked FROM head WHERE name = 'facts'").get() as { acked: number };
		const hit = db
			.prepare("SELECT seq, body FROM event WHERE stream = 'facts' AND type = 'stock.moved' AND stream_seq > ? ORDER BY seq LIMIT 1")
			.get(acked) as { seq: number; body: string };
		db.prepare("UPDATE event SET body = ? WHERE seq = ?").run(hit.body.replace('"reason"', '"rfason"'), hit.seq);
		db.close();
		const { rebuilt, writer } = start(directory);
		expect(rebuilt?.why).toContain("chain of facts breaks");
		const { movement } = JSON.parse(hit.body) as { movement: { id: string } };
		const told = writer.book.link
			.upAfter("facts", 0, 10_000)
			.flatMap(({ record }) => (record.type === "stock.moved" ? [record.movement] : []));
		expect(told.filter(({ id }) => id === movement.id)).toEqual([movement]);
		writer.close();
		expect(faultsOf(directory, [], { whole: false })).toEqual([]);
	});

	it("is told to people once, with the file and the losses", async () => {
		const directory = boxLike(shut);
		truncateSync(join(directory, "ledger.db"), 0);
		const { writer } = start(directory);
		const ledger = {
			read: writer.book,
			do: async (flow: string, args: object) =>
				writer.run([{ n: 1, flow, args, now: { wall: "2026-03-03T08:00:00.000Z", boot: "b2", monoMs: 1, quality: "synced" } }]),
		} as unknown as StoreLedger;
		await sayRebuilt(ledger, { warn: () => {} });
		await sayRebuilt(ledger, { warn: () => {} });
		const alarms = writer.book.alarms.list().filter(({ code }) => code === "ledger-rebuilt");
		expect(alarms).toHaveLength(1);
		expect(alarms[0]).toMatchObject({ count: 1, level: "RED", facts: { file: "ledger.db.damaged-1" } });
		writer.close();
	});
});

describe("a log whose first page is torn", () => {
	it("does not hide what the file itself still has", () => {
		const box = boxLike(shut);
		const db = new Database(join(box, "ledger.db"));
		db.pragma("wal_autocheckpoint = 0");
		// The page where the file begins, and another.
		db.pragma(`user_version = ${String(db.pragma("user_version", { simple: true }))}`);
		db.exec("INSERT INTO meta (key, value) VALUES ('another', 'page')");
		const torn = boxLike(box);
		db.close();
		rmSync(join(torn, "ledger.db-shm"), { force: true });
		const log = readFileSync(join(torn, "ledger.db-wal"));
		expect(log.readUInt32BE(32)).toBe(1);
		log.fill(0, 32 + 24, 32 + 24 + 4_096);
		writeFileSync(join(torn, "ledger.db-wal"), log);
		const { writer } = start(torn);
		expect(dump(torn)["event"]!.length).toBeGreaterThanOrEqual(before["event"]!.length);
		writer.close();
	});
});
