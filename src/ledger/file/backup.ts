import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { LedgerTrouble } from "../refusal.ts";
import { ledgerFile } from "./open.ts";

/**
 * One consistent copy of the ledger, made while the gateway runs and writes, inside one read transaction. The file is complete or
 * absent. Throws LedgerTrouble `ledger-missing`, `backup-failed`.
 */
export function backupLedger(directory: string, file: string): { bytes: number; events: number } {
	if (!statSync(ledgerFile(directory), { throwIfNoEntry: false }))
		throw new LedgerTrouble("ledger-missing", `there is no ledger in ${directory}`);
	const made = `${file}.part`;
	rmSync(made, { force: true });
	const db = new Database(ledgerFile(directory), { readonly: true, fileMustExist: true });
	try {
		db.prepare("VACUUM INTO ?").run(made);
		const copy = new Database(made, { readonly: true });
		const state = copy.pragma("quick_check", { simple: true });
		const events = copy.prepare<[], { last: number }>("SELECT last FROM head WHERE name = 'event'").get()!.last;
		copy.close();
		if (state !== "ok") throw new LedgerTrouble("backup-failed", `the copy is not whole (${String(state)}); the disk may be damaged`);
		const fd = openSync(made, "r+");
		fsyncSync(fd);
		closeSync(fd);
		renameSync(made, file);
		return { bytes: statSync(file).size, events };
	} finally {
		db.close();
		rmSync(made, { force: true });
	}
}
