/** Proves a backup: restores it beside itself, checks the restored ledger completely, and compares the two. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import Database from "better-sqlite3";
import { LedgerTrouble } from "../refusal.ts";
import { restoreLedger } from "./integrity-check.ts";
import { wholeLedgerFault } from "./integrity-scan.ts";
import { type Connection, ledgerFile } from "./open.ts";

export interface BackupProof {
	bytes: number;
	events: number;
	/** Rows that were compared between the backup and what was restored from it. */
	rows: number;
}

/** Rows that a store must not lose, one count each. Events are counted by their chains: a restored ledger begins new chains. */
const compared = ["article", "price", "label", "movement", "on_hand", "stock_grant", "print_job", "store_order"] as const;

/** Free space needed for the backup, the copy that is checked, and the ledger restored from it. */
const copiesAtOnce = 2.2;

/**
 * Throws LedgerTrouble `backup-damaged` with the reason, or `backup-failed` where the disk has no room for the check. The work is
 * done in a folder beside the file, which is removed afterwards.
 */
export function proveBackup(file: string): BackupProof {
	const { size: bytes } = statSync(file);
	const { bavail, bsize } = statfsSync(dirname(resolve(file)));
	if (bavail * bsize < bytes * copiesAtOnce)
		throw new LedgerTrouble(
			"backup-failed",
			`there is no room to restore ${file} aside: ${Math.ceil((bytes * copiesAtOnce) / 1e6)} MB are needed`,
		);
	const room = mkdtempSync(join(dirname(resolve(file)), `.proving-${basename(file)}-`));
	try {
		const original = join(room, "backup.db");
		copyFileSync(file, original);
		const before = reading(original, (db) => {
			const fault = wholeLedgerFault(db);
			if (fault !== undefined) throw new LedgerTrouble("backup-damaged", `${file} is not whole: ${fault}`);
			return { counts: countsOf(db), events: db.prepare<[], { n: number }>("SELECT count(*) AS n FROM event").get()!.n };
		});
		const restored = join(room, "restored");
		mkdirSync(restored);
		const { lost } = restoreLedger(restored, original);
		if (lost !== "nothing") throw new LedgerTrouble("backup-damaged", `restoring ${file} would lose ${lost}`);
		const after = reading(ledgerFile(restored), (db) => {
			const fault = wholeLedgerFault(db);
			if (fault !== undefined) throw new LedgerTrouble("backup-damaged", `what ${file} restores is not whole: ${fault}`);
			return countsOf(db);
		});
		const missing = compared.filter((table) => after[table] !== before.counts[table]);
		if (missing.length > 0)
			throw new LedgerTrouble("backup-damaged", `restoring ${file} brings back another number of rows of ${missing.join(", ")}`);
		return { bytes, events: before.events, rows: Object.values(before.counts).reduce((sum, n) => sum + n, 0) };
	} finally {
		rmSync(room, { recursive: true, force: true });
	}
}

function reading<T>(file: string, read: (db: Connection) => T): T {
	let db: Connection;
	try {
		db = new Database(file, { readonly: true, fileMustExist: true });
	} catch (error) {
		throw new LedgerTrouble("backup-damaged", `${file} cannot be opened: ${(error as Error).message}`);
	}
	try {
		return read(db);
	} finally {
		db.close();
	}
}

/** A backup of an older build lacks tables that the restored ledger has, empty. */
function countsOf(db: Connection): Record<string, number> {
	const has = db.prepare<[string], unknown>("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
	return Object.fromEntries(
		compared.map((table) => [
			table,
			has.get(table) === undefined ? 0 : db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()!.n,
		]),
	);
}
