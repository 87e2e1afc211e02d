/** A ledger that came as a copy: checked as a whole, counted, and begun anew as a fork of the store's history. */
import { rmSync } from "node:fs";
import Database from "better-sqlite3";
import { wholeLedgerFault } from "../file/integrity-scan.ts";
import { ledgerFile, migrations, tooNew } from "../file/open.ts";
import { walDamage } from "../file/wal.ts";
import { LedgerTrouble } from "../refusal.ts";

export interface CopiedLedger {
	store: string;
	events: number;
	/** When the newest fact happened, RFC 3339; null in a ledger without any. */
	newestAt: string | null;
	/** Facts that head office had not confirmed. */
	factsWaiting: number;
	articlesInStock: number;
	grants: number;
	sessions: number;
	/** Receipts by state. */
	receipts: Record<string, number>;
	queued: string[];
}

/** Checks pages, chains and stock of a copy, and works its log in. Throws LedgerTrouble `copy-damaged`, `copy-too-new`. */
export function checkCopiedLedger(directory: string): CopiedLedger {
	const file = ledgerFile(directory);
	const damaged = (why: string): LedgerTrouble => new LedgerTrouble("copy-damaged", `the copy is not whole: ${why}`);
	const inLog = walDamage(`${file}-wal`);
	if (inLog !== undefined) throw damaged(inLog);
	let db: Database.Database;
	try {
		db = new Database(file, { fileMustExist: true });
	} catch (error) {
		throw damaged((error as Error).message);
	}
	try {
		const version = db.pragma("user_version", { simple: true }) as number;
		if (version > migrations.length) throw new LedgerTrouble("copy-too-new", tooNew(version));
		const fault = wholeLedgerFault(db);
		if (fault !== undefined) throw damaged(fault);
		db.pragma("wal_checkpoint(TRUNCATE)");
		return countsOf(db);
	} catch (error) {
		throw error instanceof LedgerTrouble ? error : damaged((error as Error).message);
	} finally {
		db.close();
		rmSync(`${file}-shm`, { force: true });
	}
}

function countsOf(db: Database.Database): CopiedLedger {
	const number = (sql: string): number => db.prepare<[], { n: number }>(sql).get()!.n;
	const heads = db.prepare<[], { last: number; acked: number }>("SELECT last, acked FROM head WHERE name = 'facts'").get()!;
	const newest = db.prepare<[], { at: string }>("SELECT at FROM event ORDER BY seq DESC LIMIT 1").get();
	const receipts = db.prepare<[], { state: string; n: number }>("SELECT state, count(*) AS n FROM print_job GROUP BY state").all();
	return {
		store: db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'store'").get()?.value ?? "",
		events: db.prepare<[], { last: number }>("SELECT last FROM head WHERE name = 'event'").get()!.last,
		newestAt: newest?.at ?? null,
		factsWaiting: heads.last - heads.acked,
		articlesInStock: number("SELECT count(*) AS n FROM on_hand"),
		grants: number("SELECT count(*) AS n FROM stock_grant"),
		sessions: number("SELECT count(DISTINCT client) AS n FROM broker_subscription"),
		receipts: Object.fromEntries(receipts.map(({ state, n }) => [state, n])),
		queued: db
			.prepare<[], { id: string }>("SELECT id FROM print_job WHERE state = 'queued' ORDER BY n")
			.all()
			.map(({ id }) => id),
	};
}
