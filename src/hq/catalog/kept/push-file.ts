/** The file of a push, kept as its sender uploaded it. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { createGzip, gunzip, gzip } from "node:zlib";
import type { PushFile } from "../../../words/answers/head-office/pushes.ts";
import type { Instant } from "../../../words/time.ts";
import type { Queries } from "../../database/database.ts";
import { HqRefusal } from "../../refusal.ts";

/** A file that was uploaded, packed for the database. */
export interface PackedFile {
	type: string;
	bytes: number;
	sha256: string;
	packing: "gzip" | "none";
	/** Empty where it is too large to be kept. */
	packed: Uint8Array;
}

/** A price list of 64 MiB is packed into about ten. */
const packedMost = 16 * 2 ** 20;
/** Small, because a backup reads a thousand rows at once. */
const partBytes = 12 * 1_024;

/** Packs a file that lies on the disk, as `packFile` does; what it holds in memory is at most the size that is kept. */
export async function packOnDisk(path: string, about: Pick<PackedFile, "type" | "bytes" | "sha256">): Promise<PackedFile> {
	const isPacked = await startsPacked(path);
	const pieces: Uint8Array[] = [];
	let bytes = 0;
	const source = createReadStream(path);
	const packed: Readable = isPacked ? source : source.pipe(createGzip());
	if (packed !== source) source.on("error", (error) => packed.destroy(error));
	for await (const piece of packed) {
		bytes += piece.length;
		if (bytes > packedMost) {
			source.destroy();
			pieces.length = 0;
			break;
		}
		pieces.push(piece);
	}
	return { ...about, packing: isPacked ? "none" : "gzip", packed: Buffer.concat(pieces) };
}

async function startsPacked(path: string): Promise<boolean> {
	const file = await open(path);
	try {
		const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
		return (buffer[0] === 0x1f && buffer[1] === 0x8b) || (buffer[0] === 0x50 && buffer[1] === 0x4b);
	} finally {
		await file.close();
	}
}

/** Packs a file unless it came packed. What is larger than 16 MiB then is not kept; its length and sum are. */
export async function packFile(content: Uint8Array, type: string, most = packedMost): Promise<PackedFile> {
	const sha256 = createHash("sha256").update(content).digest("hex");
	const isPacked = (content[0] === 0x1f && content[1] === 0x8b) || (content[0] === 0x50 && content[1] === 0x4b);
	const packed = isPacked ? content : await promisify(gzip)(content);
	const about = { type, bytes: content.length, sha256, packing: isPacked ? "none" : "gzip" } as const;
	return { ...about, packed: packed.length > most ? new Uint8Array() : packed };
}

/** Keeps the file of a push that is being written. */
export async function keepFile(tx: Queries, push: string, { packed, ...file }: PackedFile, now: Instant): Promise<void> {
	const parts: string[] = [];
	for (let at = 0; at < packed.length; at += partBytes) parts.push(Buffer.from(packed.subarray(at, at + partBytes)).toString("base64"));
	await tx.query("INSERT INTO push_file (push, at, type, bytes, sha256, packing, parts) VALUES ($1, $2, $3, $4, $5, $6, $7)", [
		...[push, now, file.type, file.bytes, file.sha256, file.packing, parts.length],
	]);
	const perInsert = 200;
	for (let from = 0; from < parts.length; from += perInsert)
		await tx.query(
			"INSERT INTO push_file_part (push, n, base64) SELECT $1, $2::int + o, b FROM unnest($3::text[]) WITH ORDINALITY AS t (b, o)",
			[push, from, parts.slice(from, from + perInsert)],
		);
}

interface Row {
	type: string;
	bytes: number;
	sha256: string;
	packing: string;
	parts: number;
}

const rowOf = async (db: Queries, push: string): Promise<Row | undefined> =>
	(await db.query<Row>("SELECT type, bytes, sha256, packing, parts FROM push_file WHERE push = $1", [push]))[0];

/** Null: the push came as JSON, from head office itself, or before head office kept files. */
export async function aboutFile(db: Queries, push: string): Promise<PushFile | null> {
	const row = await rowOf(db, push);
	return row ? { type: row.type, bytes: row.bytes, sha256: row.sha256, isKept: row.parts > 0 } : null;
}

/** The file as it came. Throws push-file-none. */
export async function readFile(db: Queries, push: string): Promise<{ type: string; content: Uint8Array }> {
	const row = await rowOf(db, push);
	if (!row || row.parts === 0)
		throw new HqRefusal(
			"push-file-none",
			row
				? `The file of push ${push} (${row.bytes} bytes, SHA-256 ${row.sha256}) is not kept: it was too large, or a policy thinned it.`
				: `Push ${push} has no file: it came as JSON or from head office itself. Its changes: GET /api/v1/pushes/${push}/changes`,
		);
	const parts = await db.query<{ base64: string }>("SELECT base64 FROM push_file_part WHERE push = $1 ORDER BY n", [push]);
	const packed = Buffer.concat(parts.map(({ base64 }) => Buffer.from(base64, "base64")));
	const content = row.packing === "gzip" ? await promisify(gunzip)(packed) : packed;
	if (createHash("sha256").update(content).digest("hex") !== row.sha256)
		throw new Error(`the kept file of push ${push} is not the one that was uploaded`);
	return { type: row.type, content };
}
