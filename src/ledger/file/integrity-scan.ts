import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { limits } from "../limits.ts";
import { chainHash } from "../tables/events.ts";
import { compareChecksums } from "./checksum-file.ts";
import { readHighWaterMark } from "./high-water-mark.ts";
import { type Connection, LedgerTooNew, ledgerFile, migrations, tooNew } from "./open.ts";
import { walDamage } from "./wal.ts";

export type Verdict =
	| { kind: "well" }
	/** A ledger that was created but never acknowledged anything. */
	| { kind: "unborn" }
	| { kind: "damaged"; why: string };

/**
 * Checks the ledger before it is opened for writing. After a clean stop its checksum file is enough; otherwise SQLite's own check, the hash
 * chain of the events and the high-water mark are compared, for a bounded time. Throws LedgerTooNew.
 */
export function scanIntegrity(directory: string): Verdict {
	const file = ledgerFile(directory);
	const known = readHighWaterMark(directory);
	const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
	if (size === 0 || !hasHeader(file)) {
		if (!known && size < 4_096 && !existsSync(`${file}-wal`)) return { kind: "unborn" };
		if (known || size >= 4_096) return { kind: "damaged", why: size === 0 ? "the file is empty or gone" : "the file is not a database" };
		return { kind: "unborn" };
	}
	const inLog = walDamage(`${file}-wal`);
	if (inLog) return { kind: "damaged", why: inLog };
	let db: Connection | undefined;
	try {
		db = new Database(file, { readonly: true });
		const opened = db;
		const version = db.pragma("user_version", { simple: true }) as number;
		const shape = valueOf(db, "shape");
		const tables = db.prepare<[], { n: number }>("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()!.n;
		if (tables === 0 && version === 0) return known ? { kind: "damaged", why: "the file has no tables" } : { kind: "unborn" };
		if (version === 0 || (shape !== undefined && shape !== String(version)))
			return { kind: "damaged", why: "the header of the file is damaged" };
		const sums = compareChecksums(directory, file, () => valueOf(opened, "opens"));
		if (sums.kind === "broken") return { kind: "damaged", why: sums.why };
		if (version > migrations.length) throw new LedgerTooNew(tooNew(version));
		if (known && valueOf(db, "epoch") === known.epoch) {
			const last = db.prepare<[], { last: number }>("SELECT last FROM head WHERE name = 'event'").get()?.last ?? 0;
			if (last < known.seq) return { kind: "damaged", why: `${known.seq - last} events that were acknowledged are missing` };
		}
		if (sums.kind === "whole") return { kind: "well" };
		const found = checkPages(db, size) ?? checkChain(db, "facts") ?? checkChain(db, "notes") ?? checkStock(db, size);
		return found === undefined ? { kind: "well" } : { kind: "damaged", why: found };
	} catch (error) {
		if (error instanceof LedgerTooNew) throw error;
		return { kind: "damaged", why: (error as Error).message };
	} finally {
		db?.close();
	}
}

const valueOf = (db: Connection, key: string): string | undefined => {
	try {
		return db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?").get(key)?.value;
	} catch {
		return undefined;
	}
};

function hasHeader(file: string): boolean {
	const fd = openSync(file, "r");
	const head = Buffer.alloc(16);
	readSync(fd, head, 0, 16, 0);
	closeSync(fd);
	return head.toString("latin1") === "SQLite format 3\0";
}

/**
 * Checks all pages where that is quick, and of each table except the events, whose tail the chain checks, whether the indexes agree with
 * the rows. A flipped bit in a name or amount can be found only by HQ: the first welcome after such a start compares the catalogs.
 */
function checkPages(db: Connection, size: number): string | undefined {
	const tables = db.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'event'").all();
	const checks = [...(size <= limits.checkedWholeBytes ? ["quick_check(3)"] : []), ...tables.map(({ name }) => `integrity_check(${name})`)];
	const until = performance.now() + limits.checkMs;
	for (const check of checks) {
		if (performance.now() > until) return undefined;
		const answers = (db.pragma(check) as Record<string, string>[]).flatMap((row) => Object.values(row));
		if (answers[0] !== "ok") return answers.join("; ").slice(0, 200);
	}
	return undefined;
}

interface Row {
	seq: number;
	id: string;
	at: string;
	body: string;
	stream_seq: number;
	hash: string;
}

/** The fault of a ledger that nobody writes to, from a complete check without a time limit; undefined: none. */
export function wholeLedgerFault(db: Connection): string | undefined {
	try {
		const answers = (db.pragma("integrity_check(3)") as Record<string, string>[]).flatMap((row) => Object.values(row));
		if (answers[0] !== "ok") return answers.join("; ").slice(0, 200);
		return checkChain(db, "facts", true) ?? checkChain(db, "notes", true) ?? checkUnsent(db) ?? checkStock(db, 0);
	} catch (error) {
		return (error as Error).message;
	}
}

/** Facts that head office does not have are never dropped, so none of them may be missing between the others. */
function checkUnsent(db: Connection): string | undefined {
	const head = db.prepare<[], { last: number; acked: number }>("SELECT last, acked FROM head WHERE name = 'facts'").get()!;
	const kept = db
		.prepare<[number], { n: number }>("SELECT count(*) AS n FROM event WHERE stream = 'facts' AND stream_seq > ?")
		.get(head.acked)!.n;
	const missing = head.last - head.acked - kept;
	return missing === 0 ? undefined : `facts that head office does not have are missing: ${missing}`;
}

/** `isWhole`: every row that is kept; otherwise the last rows, for a limited time. */
function checkChain(db: Connection, stream: string, isWhole = false): string | undefined {
	const head = db.prepare<[string], { last: number; hash: string }>("SELECT last, hash FROM head WHERE name = ?").get(stream);
	if (!head) return `the head of ${stream} is gone`;
	const rows = db.prepare<[string, number], Row>(
		"SELECT seq, id, at, body, stream_seq, hash FROM event WHERE stream = ? AND stream_seq >= ? ORDER BY stream_seq",
	);
	const until = isWhole ? Number.POSITIVE_INFINITY : performance.now() + limits.checkMs;
	let before: { seq: number; hash: string } = { seq: 0, hash: "0".repeat(32) };
	for (const row of rows.iterate(stream, isWhole ? 1 : Math.max(1, head.last - limits.checkedRows))) {
		const record: unknown = { id: row.id, seq: row.seq, at: row.at, ...(JSON.parse(row.body) as object) };
		if (row.stream_seq === before.seq + 1 && chainHash(before.hash, record) !== row.hash)
			return `the chain of ${stream} breaks at ${row.stream_seq}`;
		before = { seq: row.stream_seq, hash: row.hash };
		if (performance.now() > until) return undefined;
	}
	return before.seq === head.last && (head.last === 0 || before.hash === head.hash)
		? undefined
		: `${stream} ends at ${before.seq}, its head says ${head.last}`;
}

/** SKUs whose stock on hand is not the last count plus the movements since. */
export const inconsistentRows = `
	SELECT h.sku FROM on_hand h LEFT JOIN movement c ON c.id = h.count_id
	WHERE h.on_hand <> coalesce(c.quantity, 0) + (SELECT coalesce(sum(quantity), 0) FROM movement m
		WHERE m.sku = h.sku AND m.reason <> 'count' AND (h.counted_at IS NULL OR m.occurred_at > h.counted_at))
	UNION SELECT sku FROM movement WHERE sku NOT IN (SELECT sku FROM on_hand)`;

function checkStock(db: Connection, size: number): string | undefined {
	if (size > limits.checkedWholeBytes) return undefined;
	const odd = db.prepare<[], { sku: string }>(`${inconsistentRows} LIMIT 3`).all();
	return odd.length === 0 ? undefined : `what is on hand disagrees with its movements: ${odd.map(({ sku }) => sku).join(", ")}`;
}
