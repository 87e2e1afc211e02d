import {
	closeSync,
	constants,
	copyFileSync,
	existsSync,
	fsyncSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { RecoveryReport } from "../book.ts";
import { limits } from "../limits.ts";
import { LedgerTrouble } from "../refusal.ts";
import { openBallast } from "../space/ballast.ts";
import { dropChecksums } from "./checksum-file.ts";
import { readHighWaterMark } from "./high-water-mark.ts";
import { scanIntegrity } from "./integrity-scan.ts";
import { mendSchema, schemaTexts } from "./mend-schema.ts";
import { type Connection, ledgerFile, type OpenOptions, openForWriting } from "./open.ts";
import { recover } from "./recovery.ts";
import { repairedWal } from "./wal.ts";

/**
 * Opens the ledger for writing after a check. A damaged one is renamed, never deleted, and a new one with a new epoch takes over what can
 * be read, so the store starts in any case. Throws only LedgerTooNew and errors of the disk.
 */
export function openChecked(directory: string, options: OpenOptions = {}): Connection {
	mkdirSync(directory, { recursive: true });
	finishMove(directory);
	const verdict = scanIntegrity(directory);
	if (verdict.kind === "unborn") for (const tail of ["", "-wal", "-shm"]) rmSync(ledgerFile(directory) + tail, { force: true });
	if (verdict.kind === "damaged") rebuild(directory, verdict.why);
	const db = openForWriting(directory, options);
	dropChecksums(directory);
	return db;
}

const roomOf = (directory: string): string => join(directory, "rebuilding");

function rebuild(directory: string, why: string): void {
	const n = 1 + Math.max(0, ...numbers(directory));
	const file = `ledger.db.damaged-${n}`;
	const report = (lost: string): RecoveryReport => ({ file, why, lost, at: new Date().toISOString() });
	const knownSeq = readHighWaterMark(directory)?.seq ?? 0;
	// Two ledgers must fit on the disk for a while.
	openBallast(directory).drop();
	try {
		build(directory, (to) => note(to, report(takeOver(mendedCopy(directory, schemaTexts(to)), to, knownSeq))));
	} catch {
		build(directory, (to) => {
			to.prepare("UPDATE head SET last = ? WHERE name = 'event'").run(knownSeq);
			note(to, report("everything that head office does not have; IT may find more in the file that was kept as damaged"));
		});
	}
	keepDamaged(directory, file);
	finishMove(directory);
	for (const old of numbers(directory).filter((number) => number <= n - limits.damagedKept))
		for (const tail of ["", "-wal", "-shm"]) rmSync(join(directory, `ledger.db.damaged-${old}${tail}`), { force: true });
}

/**
 * A copy from which SQLite reads as much as possible: it would refuse the original for one wrong bit in the header or for missing
 * pages, and would stop reading the log at the first damaged frame.
 */
function mendedCopy(directory: string, schema: readonly string[]): string {
	const file = ledgerFile(directory);
	const copy = join(roomOf(directory), "damaged.db");
	copyFileSync(file, copy, constants.COPYFILE_FICLONE);
	mendHeader(copy);
	mendSchema(copy, schema);
	const log = existsSync(`${file}-wal`) ? repairedWal(readFileSync(`${file}-wal`)) : undefined;
	if (!log) return copy;
	const without = eventsIn(copy);
	for (const tail of ["-wal", "-shm"]) rmSync(copy + tail, { force: true });
	writeFileSync(`${copy}-wal`, log);
	// The log's page with the file header may be torn and hide everything that the file still has.
	if (eventsIn(copy) < without) for (const tail of ["-wal", "-shm"]) rmSync(copy + tail, { force: true });
	return copy;
}

/** The number of events that can be read; 0 when the file cannot be opened. */
function eventsIn(file: string): number {
	let db: Connection | undefined;
	try {
		db = new Database(file, { readonly: true, fileMustExist: true });
		return db.prepare<[], { n: number }>("SELECT count(*) AS n FROM event").get()!.n;
	} catch {
		return 0;
	} finally {
		db?.close();
	}
}

/**
 * The header fields that are the same in all ledgers of this program (SQLite's file format, section 1.3), and the real number of
 * pages.
 */
function mendHeader(file: string): void {
	const fd = openSync(file, "r+");
	try {
		const header = Buffer.alloc(100);
		readSync(fd, header, 0, 100, 0);
		header.write("SQLite format 3\0", 0, "latin1");
		header.writeUInt16BE(4_096, 16);
		Buffer.from([2, 2, 0, 64, 32, 32]).copy(header, 18);
		header.writeUInt32BE(Math.ceil(statSync(file).size / 4_096), 28);
		header.writeUInt32BE(4, 44);
		header.writeUInt32BE(1, 56);
		header.copy(header, 92, 24, 28);
		writeSync(fd, header, 0, 100, 0);
	} finally {
		closeSync(fd);
	}
}

const note = (to: Connection, rebuilt: RecoveryReport): void =>
	void to.prepare("INSERT INTO meta (key, value) VALUES ('rebuilt', ?)").run(JSON.stringify(rebuilt));

function takeOver(file: string, to: Connection, knownSeq: number): string {
	const from = new Database(file, { readonly: true, fileMustExist: true });
	try {
		return recover(from, to, knownSeq).lost;
	} finally {
		from.close();
	}
}

/**
 * Puts a backup in the ledger's place, with a new epoch: what happened after the backup is missing here, so HQ must not take this history
 * for the old one. Facts that HQ may lack go up again under their old ids. The old ledger is renamed. Throws LedgerTooNew, LedgerTrouble
 * `backup-damaged`, `ledger-in-use`.
 */
export function restoreLedger(directory: string, backup: string): { setAside: string | null; lost: string } {
	mkdirSync(directory, { recursive: true });
	refuseIfInUse(directory);
	const room = mkdtempSync(join(directory, "checking-"));
	try {
		copyFileSync(backup, ledgerFile(room), constants.COPYFILE_FICLONE);
		const verdict = scanIntegrity(room);
		if (verdict.kind !== "well")
			throw new LedgerTrouble(
				"backup-damaged",
				`${backup} is not a whole ledger${verdict.kind === "damaged" ? `: ${verdict.why}` : ""}. Nothing was changed.`,
			);
		const knownSeq = readHighWaterMark(directory)?.seq ?? 0;
		let lost = "nothing";
		build(directory, (to) => (lost = takeOver(ledgerFile(room), to, knownSeq)));
		const file = existsSync(ledgerFile(directory)) ? `ledger.db.replaced-${Date.now()}` : null;
		if (file !== null) keepDamaged(directory, file);
		finishMove(directory);
		return { setAside: file, lost };
	} finally {
		rmSync(room, { recursive: true, force: true });
	}
}

function refuseIfInUse(directory: string): void {
	if (!existsSync(ledgerFile(directory))) return;
	let db: Connection | undefined;
	try {
		db = new Database(ledgerFile(directory), { timeout: 0 });
		db.pragma("locking_mode = EXCLUSIVE");
		db.exec("BEGIN EXCLUSIVE; ROLLBACK");
	} catch (error) {
		// Any other error is damage, which is a reason to restore a backup.
		if ((error as { code?: string }).code === "SQLITE_BUSY")
			throw new LedgerTrouble("ledger-in-use", `a gateway runs on ${directory}. Stop it first.`);
	} finally {
		db?.close();
	}
}

/** The new ledger is built beside the damaged one, so a power cut meanwhile costs only time. */
function build(directory: string, fill: (to: Connection) => void): void {
	rmSync(roomOf(directory), { recursive: true, force: true });
	const to = openForWriting(roomOf(directory));
	try {
		fill(to);
		to.prepare("INSERT INTO meta (key, value) VALUES ('whole', '1')").run();
		to.pragma("wal_checkpoint(TRUNCATE)");
	} finally {
		to.close();
	}
}

function keepDamaged(directory: string, file: string): void {
	for (const tail of ["", "-wal"])
		if (existsSync(ledgerFile(directory) + tail)) renameSync(ledgerFile(directory) + tail, join(directory, file + tail));
	rmSync(`${ledgerFile(directory)}-shm`, { force: true });
	// Checksums and high-water mark were those of the old ledger.
	dropChecksums(directory);
	rmSync(join(directory, "ledger.head"), { force: true });
	syncDirectory(directory);
}

/** Moves the new ledger into place; also at the start after a power cut between the two renames. */
function finishMove(directory: string): void {
	const made = ledgerFile(roomOf(directory));
	if (existsSync(made) && !existsSync(ledgerFile(directory)) && isFinished(made)) {
		renameSync(made, ledgerFile(directory));
		syncDirectory(directory);
	}
	if (existsSync(ledgerFile(directory))) rmSync(roomOf(directory), { recursive: true, force: true });
}

function isFinished(file: string): boolean {
	try {
		const db = new Database(file, { readonly: true });
		try {
			return db.prepare("SELECT 1 FROM meta WHERE key = 'whole'").get() !== undefined;
		} finally {
			db.close();
		}
	} catch {
		return false;
	}
}

const numbers = (directory: string): number[] =>
	readdirSync(directory).flatMap((name) => /^ledger\.db\.damaged-(\d+)$/.exec(name)?.slice(1).map(Number) ?? []);

function syncDirectory(directory: string): void {
	const fd = openSync(directory, "r");
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}
