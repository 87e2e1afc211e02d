/**
 * A backup of head office each night, proved by a restore aside, and the alarm when none is younger than 24 hours.
 *
 *     due: this machine's clock passed the hour since the newest one (a look each minute, for an hour), or the newest is nearly a day old
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { isDue } from "../../access/box/backup-shelf.ts";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { writeSecretFile } from "../../access/secret-file.ts";
import { endAlarms, standAlarms } from "../alarms/standing-alarms.ts";
import type { Db } from "../database/database.ts";
import { startRounds } from "../rounds.ts";
import { type BackupMade, backUp } from "./backup.ts";

export interface NightlyOptions {
	folder: string;
	/** HH:MM by this machine's clock. */
	at: string;
	/** How many are kept. */
	keep: number;
	/** Restores a backup aside and compares every table; rejects where it is not whole. Not in this thread: it takes a while. */
	prove(file: string): Promise<Pick<BackupMade, "rows" | "tables">>;
	/** When the first look is after the start; a test shortens it. */
	startsAfterMs?: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const lookEveryMs = 60_000;
const firstAfterMs = 10 * 60_000;

const proofSchema = z.object({
	file: z.string(),
	at: z.iso.datetime(),
	bytes: z.number(),
	rows: z.number(),
	tables: z.number(),
	sha256: z.string(),
});
type ProvedBackup = z.output<typeof proofSchema>;

const isName = (name: string): boolean => /^gondola-hq-\d{8}T\d{6}Z\.gz$/.test(name);
const proofOf = (file: string): string => `${file}.proof.json`;

/** Backups of the folder that were proved, the newest first. One without a proof was never checked, and does not count. */
export function provedBackups(folder: string): ProvedBackup[] {
	const names = existsSync(folder) ? readdirSync(folder) : [];
	return names
		.filter((name) => isName(name) && names.includes(proofOf(name)))
		.flatMap((name) => {
			try {
				return [proofSchema.parse(JSON.parse(readFileSync(join(folder, proofOf(name)), "utf8")))];
			} catch {
				return [];
			}
		})
		.sort((a, b) => (a.at < b.at ? 1 : -1));
}

/** Makes one backup, proves it, and drops the oldest ones. What cannot be proved is not kept. */
async function makeOne(db: Db, { folder, keep, prove }: NightlyOptions, at: string): Promise<ProvedBackup> {
	makeDirectory(folder, 0o700);
	for (const name of readdirSync(folder)) if (/^gondola-hq-.*\.gz\.part$/.test(name)) rmSync(join(folder, name), { force: true });
	const newest = provedBackups(folder)[0];
	const { bavail, bsize } = await statfs(folder);
	const needed = 2 * (newest?.bytes ?? 0);
	if (bavail * bsize < needed) throw new Error(`${folder} has too little room: ${Math.ceil(needed / 1e6)} MB are needed`);
	const file = `gondola-hq-${at.replace(/[-:]|\.\d+/g, "")}.gz`;
	const path = join(folder, file);
	const made = await backUp(db, path, at);
	try {
		const proved = await prove(path);
		if (proved.rows !== made.rows) throw new Error(`${proved.rows} of ${made.rows} rows came back`);
		const digest = createHash("sha256");
		await pipeline(createReadStream(path), digest);
		const { rows, tables } = made;
		const proof = { file, at, bytes: statSync(path).size, rows, tables, sha256: digest.digest("hex") };
		writeSecretFile(join(folder, proofOf(file)), `${JSON.stringify(proof, null, "\t")}\n`);
		for (const old of provedBackups(folder).slice(keep))
			for (const name of [proofOf(old.file), old.file]) rmSync(join(folder, name), { force: true });
		return proof;
	} catch (error) {
		rmSync(path, { force: true });
		throw error;
	}
}

/** Looks each minute. Answers with how to stop; that waits for a backup which is being made. */
export function tendBackups(db: Db, options: NightlyOptions, report: (error: unknown) => void): () => Promise<void> {
	const alarm = { code: "hq-backup-old", store: "", subject: hostname() };
	const id = `${alarm.code}:${alarm.store}:${alarm.subject}`;
	let triedAtMs = -Infinity;
	let why: string | undefined;
	const look = async (): Promise<void> => {
		const now = new Date();
		const nowMs = now.getTime();
		const newestMs = (): number | undefined => {
			const at = provedBackups(options.folder)[0]?.at;
			return at === undefined ? undefined : Date.parse(at);
		};
		// A backup that failed is tried again after an hour.
		if (performance.now() - triedAtMs >= hourMs && isDue(newestMs(), nowMs, sinceNight(options.at, now))) {
			triedAtMs = performance.now();
			try {
				await makeOne(db, options, now.toISOString());
				why = undefined;
			} catch (error) {
				why = (error as Error).message;
				report(error);
			}
		}
		const newest = newestMs();
		const isOld = newest === undefined || nowMs - newest >= dayMs;
		const facts = { folder: options.folder, host: alarm.subject, why: why ?? "none was due yet" };
		await db.transaction((tx) =>
			isOld && why !== undefined
				? standAlarms(tx, [{ ...alarm, facts }], now.toISOString())
				: isOld
					? Promise.resolve()
					: endAlarms(tx, [id]),
		);
	};
	return startRounds(look, { firstAfterMs: options.startsAfterMs ?? firstAfterMs, everyMs: lookEveryMs }, report);
}

/** Milliseconds since this machine's clock showed that hour. */
function sinceNight(at: string, now: Date): number {
	const [hours, minutes] = at.split(":").map(Number);
	return ((now.getHours() * 60 + now.getMinutes() - hours! * 60 - minutes! + 1_440) % 1_440) * 60_000;
}
