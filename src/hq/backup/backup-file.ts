/**
 * A backup of head office's database as a file: gzip of lines, the same for PostgreSQL and the embedded one, so that either can be restored
 * into the other.
 *
 *   H{"gondola":"hq-backup","v":1,"shape":21,"at":"…"}     shape: the last migration
 *   Tarticle                                               rows of this table follow
 *   R{"sku":"1001",…}                                      one row, as PostgreSQL's row_to_json writes it
 *   E{"article":{"rows":1,"sum":"9f31…"},…}                the last line: how many rows, and the sum of their 64-bit hashes
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { createGunzip, createGzip } from "node:zlib";
import type { Instant } from "../../words/time.ts";

export interface BackupHead {
	gondola: "hq-backup";
	v: 1;
	shape: number;
	at: Instant;
}
export type TableSums = Record<string, { rows: number; sum: string }>;
export type Piece = { head: BackupHead } | { table: string } | { row: string } | { end: TableSums };

export class BackupBroken extends Error {
	override name = "BackupBroken";
}

export interface RowSum {
	add(row: string): void;
	done(): { rows: number; sum: string };
}

/** The order of rows does not matter. */
export function openRowSum(): RowSum {
	const sum = new BigUint64Array(1);
	let rows = 0;
	return {
		add(row) {
			rows += 1;
			sum[0]! += createHash("sha256").update(row).digest().readBigUInt64BE(0);
		},
		done: () => ({ rows, sum: sum[0]!.toString(16).padStart(16, "0") }),
	};
}

function lineOf(piece: Piece): string {
	if ("row" in piece) return `R${piece.row}\n`;
	if ("table" in piece) return `T${piece.table}\n`;
	return "head" in piece ? `H${JSON.stringify(piece.head)}\n` : `E${JSON.stringify(piece.end)}\n`;
}

function pieceOf(line: string): Piece {
	const text = line.slice(1);
	try {
		if (line[0] === "R") return { row: text };
		if (line[0] === "T") return { table: text };
		if (line[0] === "E") return { end: JSON.parse(text) as TableSums };
		if (line[0] === "H") return { head: JSON.parse(text) as BackupHead };
	} catch {}
	throw new BackupBroken("the file is no backup of head office, or a damaged one");
}

/** Writes into a temporary file and renames it when everything is on disk, so that a file with this name is complete. */
export async function writeBackup(file: string, pieces: AsyncIterable<Piece>): Promise<void> {
	const part = `${file}.part`;
	const lines = async function* (): AsyncGenerator<string> {
		for await (const piece of pieces) yield lineOf(piece);
	};
	try {
		await pipeline(Readable.from(lines()), createGzip(), createWriteStream(part, { flags: "wx", mode: 0o600 }));
		const written = await open(part, "r+");
		await written.sync().finally(() => written.close());
		await rename(part, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") await rm(part, { force: true });
		throw error;
	}
}

async function* linesOf(file: string): AsyncGenerator<string> {
	const source = createReadStream(file);
	const unzipped = createGunzip();
	source.on("error", (error) => unzipped.destroy(error));
	source.pipe(unzipped);
	const decoder = new StringDecoder("utf8");
	let rest = "";
	try {
		for await (const part of unzipped) {
			const lines = (rest + decoder.write(part as Buffer)).split("\n");
			rest = lines.pop()!;
			yield* lines;
		}
	} finally {
		source.destroy();
		unzipped.destroy();
	}
}

/** Throws BackupBroken where the file is cut off or damaged. */
export async function* readBackup(file: string): AsyncGenerator<Piece> {
	let isWhole = false;
	try {
		for await (const line of linesOf(file)) {
			const piece = pieceOf(line);
			if ("end" in piece) isWhole = true;
			yield piece;
		}
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code?.startsWith("Z_") !== true) throw error;
		throw new BackupBroken("the file is cut off or damaged: it cannot be unpacked");
	}
	if (!isWhole) throw new BackupBroken("the file is cut off or damaged: its last line is missing");
}
