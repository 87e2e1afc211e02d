/**
 * The folder of nightly backups: each is a file with a proof beside it. A backup without a proof was never checked, and does not
 * count.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeSecretFile } from "../secret-file.ts";

const proofSchema = z.object({
	file: z.string(),
	at: z.iso.datetime(),
	bytes: z.number(),
	events: z.number(),
	rows: z.number(),
	/** Size of the file as it is kept, encrypted or not. */
	sha256: z.string(),
	sealedFor: z.string().optional(),
	tookMs: z.number(),
});
export type KeptBackup = z.output<typeof proofSchema>;

export const backupFolder = ({ data, backup }: { data: string; backup: { directory?: string | undefined } }): string =>
	backup.directory ?? join(data, "backups");

/** The name of a backup made at that time, such as gondola-17-20261128T030000Z.db. */
export const backupName = (store: string, at: string, isSealed: boolean): string =>
	`gondola-${store}-${at.replace(/[-:]|\.\d+/g, "")}.${isSealed ? "sealed" : "db"}`;

/**
 * Exactly the names of one store's backups: several stores may share a folder, and s1 must not take those of s1-2 for its own. `before` is
 * what stands before the name of a file that is being made.
 */
const isOf = (name: string, store: string, before = ""): boolean =>
	name.startsWith(`${before}gondola-${store}-`) && /^\d{8}T\d{6}Z\./.test(name.slice(`${before}gondola-${store}-`.length));

const proofOf = (file: string): string => `${file}.proof.json`;

export function keepProof(folder: string, backup: KeptBackup): void {
	writeSecretFile(join(folder, proofOf(backup.file)), `${JSON.stringify(backup, null, "\t")}\n`);
}

/** Proved backups of this store, the newest first. A proof that is damaged, or whose backup is gone, is no proof. */
export function keptBackups(folder: string, store: string): KeptBackup[] {
	let names: string[];
	try {
		names = readdirSync(folder);
	} catch {
		return [];
	}
	return names
		.filter((name) => isOf(name, store) && name.endsWith(".proof.json"))
		.flatMap((name) => {
			try {
				const proof = proofSchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
				return proofOf(proof.file) === name && names.includes(proof.file) ? [proof] : [];
			} catch {
				return [];
			}
		})
		.sort((a, b) => b.at.localeCompare(a.at));
}

/** Only what carries a proof is removed: any other file in the folder is somebody else's. */
export function dropOldest(folder: string, store: string, keep: number): void {
	for (const { file } of keptBackups(folder, store).slice(keep)) {
		rmSync(join(folder, file), { force: true });
		rmSync(join(folder, proofOf(file)), { force: true });
	}
}

/** Removes what an interrupted backup left: it may be an unencrypted copy. */
export function sweepHalfMade(folders: readonly string[], store: string): void {
	for (const folder of folders) {
		for (const name of existsSync(folder) ? readdirSync(folder) : [])
			if (isOf(name, store, ".") || isOf(name, store, ".proving-.")) rmSync(join(folder, name), { recursive: true, force: true });
	}
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** When the newest backup is so long before the alarm, one is made at any time of the day. */
const earlierMs = 30 * 60_000;

/** Whether a backup is due. `sinceNightMs`: milliseconds since the clock showed the hour at which one is made. */
export function isDue(newestMs: number | undefined, nowMs: number, sinceNightMs: number): boolean {
	if (newestMs === undefined || nowMs - newestMs >= dayMs - earlierMs) return true;
	return sinceNightMs < hourMs && newestMs < nowMs - sinceNightMs;
}
