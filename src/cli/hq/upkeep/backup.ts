import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BackupMade, backUp, isTaken, proveBackup, restore } from "../../../hq/backup/backup.ts";
import { BackupBroken } from "../../../hq/backup/backup-file.ts";
import { openDatabase, openPostgres } from "../../../hq/database/database.ts";
import { hqSocket } from "../../verb/ask.ts";
import { json } from "../../verb/output.ts";
import { fail, say } from "../../verb/verb.ts";
import { askConsole, NoConsole } from "../console.ts";

export interface BackupOptions {
	data: string;
	/** A PostgreSQL address with its password. Left out: the embedded database in `data`. */
	databaseUrl?: string | undefined;
	prove: boolean;
	json: boolean;
}

/** A running head office with an embedded database makes the backup itself; PostgreSQL is read directly, whether it runs or not. */
export async function makeBackup(file: string, { data, databaseUrl, prove, json: asJson }: BackupOptions): Promise<number> {
	const path = resolve(file);
	if (existsSync(path)) return fail(1, `${path} is there already. Name a file that is not.`);
	const made = databaseUrl === undefined ? await ofFolder(data, path) : await ofDatabase(() => openPostgres(databaseUrl, {}), path);
	if (typeof made === "number") return made;
	if (prove) await proveBackup(path);
	if (asJson) return json({ ...made, proved: prove });
	say(`${path}: ${made.rows} rows of ${made.tables} tables, as they were at ${made.at}`);
	say(
		prove
			? "It was restored aside, and every table compared: it is whole."
			: "`gondola hq prove FILE` restores it aside and compares every table.",
	);
	say("Head office's keys are not in it: `gondola hq keys export`, and a copy of the key folder.");
	return 0;
}

async function ofFolder(data: string, file: string): Promise<BackupMade | number> {
	try {
		return await askConsole<BackupMade>(hqSocket(data), "/api/v1/backups", { method: "POST", body: { file } });
	} catch (error) {
		if (!(error instanceof NoConsole)) throw error;
	}
	const dataDir = join(resolve(data), "database");
	if (!existsSync(dataDir)) return fail(1, `${dataDir} holds no head office. Name its --data DIR, or --database postgres://…`);
	return ofDatabase(() => openDatabase({ dataDir }), file);
}

async function ofDatabase(open: () => ReturnType<typeof openDatabase>, file: string): Promise<BackupMade> {
	const db = await open();
	return backUp(db, file, new Date().toISOString()).finally(() => db.close());
}

export async function proveFile(file: string, asJson: boolean): Promise<number> {
	try {
		const proved = await proveBackup(resolve(file));
		if (asJson) return json({ ...proved, proved: true });
		say(`${proved.file} is whole: ${proved.rows} rows of ${proved.tables} tables, as they were at ${proved.at}`);
		return 0;
	} catch (error) {
		return failed(file, error);
	}
}

/** Never writes over a database that is there. */
export async function restoreBackup(file: string, { data, databaseUrl, json: asJson }: BackupOptions): Promise<number> {
	const dataDir = join(resolve(data), "database");
	const db = databaseUrl === undefined ? undefined : await openPostgres(databaseUrl, {});
	const taken = await isTaken(db ? { db } : { dataDir }).finally(() => db?.close());
	if (taken)
		return fail(
			1,
			`${db ? "this database" : dataDir} holds a head office already. Restore into an empty one, and move the old one away first.`,
		);
	try {
		const restored = await restore(resolve(file), databaseUrl === undefined ? { dataDir } : { url: databaseUrl });
		if (asJson) return json(restored);
		say(`restored ${restored.rows} rows of ${restored.tables} tables, as they were at ${restored.at}; every table was compared`);
		say("Put the key folder in its place and start it: `gondola hq run`. It learns from its stores what came after the backup.");
		return 0;
	} catch (error) {
		return failed(file, error);
	}
}

function failed(file: string, error: unknown): number {
	const { code } = error as NodeJS.ErrnoException;
	if (error instanceof BackupBroken) return fail(1, `${file}: ${error.message}. Take another backup.`);
	if (code === "ENOENT") return fail(1, `there is no file ${file}.`);
	throw error;
}
