import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instant } from "../../words/time.ts";
import { type DatabaseOptions, type Db, openDatabase, type Queries } from "../database/database.ts";
import { migrate } from "../database/migrations.ts";
import { BackupBroken, type BackupHead, openRowSum, type Piece, readBackup, type TableSums, writeBackup } from "./backup-file.ts";

const rowsPerPage = 1_000;
const rowsPerInsert = 500;
/** PostgreSQL's error classes for data that it cannot store. */
const dataFault = /^2[23]/;

export interface BackupMade {
	file: string;
	at: Instant;
	tables: number;
	rows: number;
}

/**
 * Writes the whole database into a file, as of one instant, while head office works on. The embedded database answers no other
 * request meanwhile. Head office's keys are not in the database.
 */
export async function backUp(db: Db, file: string, now: Instant): Promise<BackupMade> {
	let sums: TableSums = {};
	await db.transaction(async (tx) => {
		await tx.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
		await writeBackup(
			file,
			dump(tx, now, (end) => (sums = end)),
		);
	});
	return madeOf(file, now, sums);
}

const madeOf = (file: string, at: Instant, sums: TableSums): BackupMade => ({
	...{ file, at, tables: Object.keys(sums).length },
	rows: Object.values(sums).reduce((total, { rows }) => total + rows, 0),
});

const tablesOf = async (tx: Queries): Promise<string[]> =>
	(
		await tx.query<{ name: string }>(
			"SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration' ORDER BY tablename",
		)
	).map(({ name }) => name);

async function shapeOf(tx: Queries): Promise<number> {
	const [row] = await tx.query<{ n: number }>("SELECT max(n) AS n FROM migration");
	return row!.n;
}

async function* dump(tx: Queries, at: Instant, ended: (sums: TableSums) => void): AsyncGenerator<Piece> {
	yield { head: { gondola: "hq-backup", v: 1, shape: await shapeOf(tx), at } };
	const sums: TableSums = {};
	for (const table of await tablesOf(tx)) {
		yield { table };
		const sum = openRowSum();
		for await (const row of rowsOf(tx, table)) {
			sum.add(row);
			yield { row };
		}
		sums[table] = sum.done();
	}
	ended(sums);
	yield { end: sums };
}

async function* rowsOf(tx: Queries, table: string): AsyncGenerator<string> {
	await tx.query(`DECLARE dumped NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS row FROM "${table}" t`);
	for (;;) {
		const page = await tx.query<{ row: string }>(`FETCH ${rowsPerPage} FROM dumped`);
		for (const { row } of page) yield row;
		if (page.length < rowsPerPage) break;
	}
	await tx.query("CLOSE dumped");
}

/**
 * Fills an empty database from a backup, compares each table's rows with the sums in the file, and then applies the newer
 * migrations. Throws BackupBroken where they differ; the database must not be used then.
 */
export async function restore(file: string, target: DatabaseOptions): Promise<BackupMade> {
	const head = await headOf(file);
	const db = await openDatabase(target, head.shape);
	try {
		const sums = await db.transaction(async (tx) => {
			const wanted = await load(tx, file);
			const has = await sumsIn(tx);
			compare(wanted, has);
			return has;
		});
		await migrate(db);
		return madeOf(file, head.at, sums);
	} finally {
		await db.close();
	}
}

async function headOf(file: string): Promise<BackupHead> {
	for await (const piece of readBackup(file)) {
		if ("head" in piece && piece.head.gondola === "hq-backup" && piece.head.v === 1) return piece.head;
		break;
	}
	throw new BackupBroken("the file is no backup of head office, or one of a newer build");
}

async function load(tx: Queries, file: string): Promise<TableSums> {
	const tables = await tablesOf(tx);
	await tx.query(`TRUNCATE ${tables.map((table) => `"${table}"`).join(", ")}`);
	let table = "";
	let waiting: string[] = [];
	let end: TableSums | undefined;
	const flush = async (): Promise<void> => {
		if (waiting.length === 0) return;
		// With the schema's name, because one table is called "record", which is also a type of PostgreSQL.
		const sql = `INSERT INTO public."${table}" SELECT * FROM json_populate_recordset(NULL::public."${table}", $1::json)`;
		await tx.query(sql, [`[${waiting.join(",")}]`]).catch((error: Error & { code?: string }) => {
			if (!dataFault.test(error.code ?? "")) throw error;
			throw new BackupBroken(`the file is damaged: a row of ${table} cannot be taken`);
		});
		waiting = [];
	};
	for await (const piece of readBackup(file)) {
		if ("row" in piece) {
			waiting.push(piece.row);
			if (waiting.length === rowsPerInsert) await flush();
		} else if ("table" in piece) {
			await flush();
			if (!tables.includes(piece.table))
				throw new BackupBroken(`the backup has a table ${piece.table.slice(0, 60)} that its shape does not have`);
			table = piece.table;
		} else if ("end" in piece) {
			await flush();
			end = piece.end;
		}
	}
	await setSequences(tx);
	return end!;
}

/** Sets each sequence above the highest row of its table. */
async function setSequences(tx: Queries): Promise<void> {
	const columns = await tx.query<{ table: string; column: string }>(
		`SELECT table_name AS table, column_name AS column FROM information_schema.columns
		 WHERE table_schema = 'public' AND column_default LIKE 'nextval%'`,
	);
	for (const { table, column } of columns)
		await tx.query(
			`SELECT setval(pg_get_serial_sequence('"${table}"', '${column}'), greatest(1, (SELECT coalesce(max("${column}"), 0) FROM "${table}")))`,
		);
}

async function sumsIn(tx: Queries): Promise<TableSums> {
	const sums: TableSums = {};
	for (const table of await tablesOf(tx)) {
		const sum = openRowSum();
		for await (const row of rowsOf(tx, table)) sum.add(row);
		sums[table] = sum.done();
	}
	return sums;
}

function compare(wanted: TableSums, has: TableSums): void {
	const differing = [...new Set([...Object.keys(wanted), ...Object.keys(has)])].filter(
		(table) => wanted[table]?.sum !== has[table]?.sum || wanted[table]?.rows !== has[table]?.rows,
	);
	if (differing.length > 0) throw new BackupBroken(`what was restored is not what the backup says, in ${differing.join(", ")}`);
}

/** Proves a backup: restores it into a temporary embedded database, compares every table, and deletes the copy. */
export async function proveBackup(file: string): Promise<BackupMade> {
	const folder = await mkdtemp(join(tmpdir(), "gondola-proof-"));
	try {
		return await restore(file, { dataDir: join(folder, "database") });
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Whether a database exists there: a restore never overwrites one. */
export async function isTaken(target: { dataDir: string } | { db: Db }): Promise<boolean> {
	if ("dataDir" in target) return existsSync(target.dataDir);
	const [row] = await target.db.query<{ found: string | null }>("SELECT to_regclass('public.migration')::text AS found");
	return row!.found !== null;
}
