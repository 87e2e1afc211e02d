import { closeSync, constants, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Rebuilt } from "./book.ts";
import { openBallast } from "./ballast.ts";
import { examine } from "./examine.ts";
import { readHeadFile } from "./head-file.ts";
import { limits } from "./limits.ts";
import { ledgerFile, openForWriting, type Connection, type OpenOptions } from "./open.ts";
import { salvage } from "./salvage.ts";
import { breakSeal } from "./seal.ts";
import { mendedWal } from "./wal.ts";

/**
 * Opens the ledger for writing, after a look at it. A damaged one is set aside, never deleted, and a new one of a new epoch takes over what can
 * be read; whatever happens on the way, the store comes up. Throws only LedgerTooNew, and what the disk itself says.
 */
export function openSound(directory: string, options: OpenOptions = {}): Connection {
	mkdirSync(directory, { recursive: true });
	finishMove(directory);
	const verdict = examine(directory);
	if (verdict.kind === "unborn") for (const tail of ["", "-wal", "-shm"]) rmSync(ledgerFile(directory) + tail, { force: true });
	if (verdict.kind === "damaged") rebuild(directory, verdict.why);
	const db = openForWriting(directory, options);
	breakSeal(directory);
	return db;
}

const roomOf = (directory: string): string => join(directory, "rebuilding");

function rebuild(directory: string, why: string): void {
	const n = 1 + Math.max(0, ...numbers(directory));
	const file = `ledger.db.damaged-${n}`;
	const said = (lost: string): Rebuilt => ({ file, why, lost, at: new Date().toISOString() });
	const knownSeq = readHeadFile(directory)?.seq ?? 0;
	// There may be two ledgers on the disk for a while.
	openBallast(directory).drop();
	try {
		build(directory, (to) => {
			const from = new Database(withMendedLog(directory), { readonly: true, fileMustExist: true });
			try {
				return said(salvage(from, to, knownSeq).lost);
			} finally {
				from.close();
			}
		});
	} catch {
		build(directory, (to) => {
			to.prepare("UPDATE head SET last = ? WHERE name = 'event'").run(knownSeq);
			return said("everything that head office does not have; IT may find more in the file that was set aside");
		});
	}
	setAside(directory, file);
	finishMove(directory);
	for (const old of numbers(directory).filter((number) => number <= n - limits.damagedKept))
		for (const tail of ["", "-wal", "-shm"]) rmSync(join(directory, `ledger.db.damaged-${old}${tail}`), { force: true });
}

/** SQLite would stop reading the log at the damage; a copy whose sums were made to fit is read to its end. Without damage in the log it is the ledger itself. */
function withMendedLog(directory: string): string {
	const file = ledgerFile(directory);
	const log = existsSync(`${file}-wal`) ? mendedWal(readFileSync(`${file}-wal`)) : undefined;
	if (!log) return file;
	const copy = join(roomOf(directory), "damaged.db");
	copyFileSync(file, copy, constants.COPYFILE_FICLONE);
	writeFileSync(`${copy}-wal`, log);
	return copy;
}

/** Built beside the damaged one, so that a plug pulled meanwhile costs nothing but the time. */
function build(directory: string, fill: (to: Connection) => Rebuilt): void {
	rmSync(roomOf(directory), { recursive: true, force: true });
	const to = openForWriting(roomOf(directory));
	try {
		const rebuilt = fill(to);
		to.prepare("INSERT INTO meta (key, value) VALUES ('rebuilt', ?)").run(JSON.stringify(rebuilt));
		to.pragma("wal_checkpoint(TRUNCATE)");
	} finally {
		to.close();
	}
}

function setAside(directory: string, file: string): void {
	for (const tail of ["", "-wal"]) if (existsSync(ledgerFile(directory) + tail)) renameSync(ledgerFile(directory) + tail, join(directory, file + tail));
	rmSync(`${ledgerFile(directory)}-shm`, { force: true });
	// Nothing that was known of the old one is true of the new one.
	breakSeal(directory);
	rmSync(join(directory, "ledger.head"), { force: true });
	syncDirectory(directory);
}

/** The new ledger takes its place; also after a plug was pulled between the old one's leaving and this. */
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
			return db.prepare("SELECT 1 FROM meta WHERE key = 'rebuilt'").get() !== undefined;
		} finally {
			db.close();
		}
	} catch {
		return false;
	}
}

const numbers = (directory: string): number[] => readdirSync(directory).flatMap((name) => /^ledger\.db\.damaged-(\d+)$/.exec(name)?.slice(1).map(Number) ?? []);

function syncDirectory(directory: string): void {
	const fd = openSync(directory, "r");
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}
