/**
 * One export as a file: gzip of JSON lines.
 *
 *   {"gondola":"hq-export","v":1,"kind":"facts","place":3,"id":"9f31…","before":"…","cutoff":"…"}   before: SHA-256 of the file at place 2
 *   {"table":"up_fact","row":{…}}                                                                  one row, as row_to_json writes it
 *   {"end":{"rows":10000,"sha256":"…"}}                                                            of the lines before, with their ends
 */
import { createHash } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { syncDirectory } from "../../access/files/sync-directory.ts";
import type { DueRow } from "./kinds.ts";

const exportHead = z.strictObject({
	gondola: z.literal("hq-export"),
	v: z.literal(1),
	kind: z.string(),
	place: z.int().min(1),
	id: z.string(),
	before: z.string().nullable(),
	cutoff: z.string(),
});
export type ExportHead = z.output<typeof exportHead>;
const exportEnd = z.strictObject({ end: z.strictObject({ rows: z.int().min(0), sha256: z.string() }) });

export class ExportBroken extends Error {
	override name = "ExportBroken";
}

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

export function exportText(head: ExportHead, rows: readonly DueRow[]): string {
	const lines = [
		JSON.stringify(head),
		...rows.map(({ table, row }) => `{"table":${JSON.stringify(table)},"row":${row.replaceAll("\n", " ")}}`),
	];
	const text = `${lines.join("\n")}\n`;
	return `${text}${JSON.stringify({ end: { rows: rows.length, sha256: sha256(text) } })}\n`;
}

export const exportName = ({ kind, place, id }: Pick<ExportHead, "kind" | "place" | "id">): string =>
	`gondola-${kind}-${String(place).padStart(6, "0")}-${id}.jsonl.gz`;

/**
 * Writes the file, syncs it, and reads it again. Where a process that was killed left it, it is the same file; a file of that name with
 * another content (head office was restored from a backup since) is never overwritten: this one gets a name of its own.
 */
export async function writeExport(folder: string, name: string, text: string): Promise<{ file: string; bytes: number; sha256: string }> {
	makeDirectory(folder, 0o700);
	for (let copy = 1; ; copy += 1) {
		const file = copy === 1 ? name : name.replace(/\.jsonl\.gz$/, `.${copy}.jsonl.gz`);
		const there = await readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== "ENOENT") throw error;
		});
		if (there && (await textOf(there).catch(() => undefined)) !== text) continue;
		if (!there) await writeSynced(folder, file, await promisify(gzip)(text));
		// Also a file that a killed process renamed may have a name that is not on disk yet.
		syncDirectory(folder);
		const kept = await readFile(join(folder, file));
		if ((await textOf(kept)) !== text) throw new ExportBroken(`${join(folder, file)} does not hold what was written into it`);
		return { file, bytes: kept.length, sha256: sha256(kept) };
	}
}

async function writeSynced(folder: string, file: string, content: Uint8Array): Promise<void> {
	const part = join(folder, `${file}.part`);
	const handle = await open(part, "w", 0o600);
	try {
		await handle.writeFile(content);
		await handle.sync();
	} finally {
		await handle.close();
	}
	await rename(part, join(folder, file));
}

const textOf = async (content: Uint8Array): Promise<string> => (await promisify(gunzip)(content)).toString("utf8");

/** Reads an export and checks that it is whole. Throws ExportBroken. */
export async function readExport(path: string): Promise<{ head: ExportHead; rows: number; sha256: string }> {
	const content = await readFile(path);
	const text = await textOf(content).catch(() => {
		throw new ExportBroken("it is cut off or damaged: it cannot be unpacked");
	});
	const lastAt = text.lastIndexOf("\n", text.length - 2) + 1;
	try {
		const head = exportHead.parse(JSON.parse(text.slice(0, text.indexOf("\n"))));
		const { end } = exportEnd.parse(JSON.parse(text.slice(lastAt)));
		const body = text.slice(0, lastAt);
		if (end.sha256 !== sha256(body)) throw new ExportBroken("its lines are not those that its end says");
		return { head, rows: end.rows, sha256: sha256(content) };
	} catch (error) {
		throw error instanceof ExportBroken ? error : new ExportBroken("it is no export of head office, or a damaged one");
	}
}
