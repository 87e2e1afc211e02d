/** Reads a price list that lies on the disk, in bounded memory. Runs in a thread of its own, because it reads and computes for long. */
import { closeSync, createReadStream, createWriteStream, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { CsvMapping } from "../../words/prices/csv-mapping.ts";
import { decodePieces, encodingOf, sampleOf } from "../csv/encodings.ts";
import { cannotUnpack, isGzip, isWorkbook, isXml, type OpenedFile, openFile, openText, wasPacked } from "../csv/open-file.ts";
import { type ReadCsv, readOpened } from "../csv/read.ts";
import { HqRefusal } from "../refusal.ts";
import { openPartFiles, type PartsOnDisk } from "./part-files.ts";
import { uploadFile } from "./spool.ts";

export interface LargeFile {
	folder: string;
	mapping: CsvMapping | undefined;
	usualCurrency: string | undefined;
}

export type ReadLarge = Omit<ReadCsv, "changes"> & { onDisk: PartsOnDisk };

const pieceBytes = 2 ** 18;
const rowsMost = 5_000_000;
const unpackedMost = 1_024 * 2 ** 20;
/** Workbooks and XML are read whole: their parts refer to one another. */
const wholeMost = 64 * 2 ** 20;

/** Reads the upload in a folder and leaves its changes there in parts. Throws bad-csv and body-too-large as `readCsv` does. */
export async function readLarge(file: LargeFile, progress: (share: number) => void): Promise<ReadLarge> {
	const { mapping, usualCurrency, folder } = file;
	const opened = openPieces(await unpacked(folder), mapping);
	const { taken, about } = readOpened(opened, mapping, {
		usualCurrency,
		rowsMost,
		take: (refuse) => openPartFiles(folder, opened.count, refuse),
		progress: (share) => progress(share * 0.8),
	});
	const onDisk = taken.settle((share) => progress(0.8 + share * 0.2));
	return { ...about(), onDisk };
}

/** The pieces of a file, from its beginning. */
function* piecesOf(path: string): Generator<Buffer> {
	const fd = openSync(path, "r");
	try {
		for (;;) {
			const piece = Buffer.alloc(pieceBytes);
			const bytes = readSync(fd, piece);
			if (bytes === 0) return;
			yield piece.subarray(0, bytes);
		}
	} finally {
		closeSync(fd);
	}
}

function firstOf(path: string): Buffer {
	for (const piece of piecesOf(path)) return piece;
	return Buffer.alloc(0);
}

interface Unpacked {
	path: string;
	notes: string[];
}

/** The file as it is, or unpacked beside it. */
async function unpacked(folder: string): Promise<Unpacked> {
	const path = uploadFile(folder);
	if (!isGzip(firstOf(path))) return { path, notes: [] };
	const target = join(folder, "unpacked");
	let bytes = 0;
	const limit = new Transform({
		transform(piece: Buffer, _encoding, done) {
			bytes += piece.length;
			if (bytes > unpackedMost)
				done(new HqRefusal("body-too-large", `Unpacked, a file may have ${unpackedMost / 2 ** 20} MiB. Push it in parts.`));
			else done(null, piece);
		},
	});
	try {
		await pipeline(createReadStream(path), createGunzip(), limit, createWriteStream(target, { flags: "wx", mode: 0o600 }));
	} catch (error) {
		if (error instanceof HqRefusal || (error as NodeJS.ErrnoException).code === "ENOSPC") throw error;
		throw cannotUnpack(error);
	}
	return { path: target, notes: [wasPacked] };
}

function openPieces({ path, notes }: Unpacked, mapping: CsvMapping | undefined): OpenedFile & { count: number } {
	const first = firstOf(path);
	if (isWorkbook(first)) return { ...openFile(wholeOf(path, "A workbook"), mapping), count: wholeMost / 64 };
	const asked = mapping?.encoding;
	const encoding = asked ?? encodingOf(first, () => (isAllUtf8(path) ? undefined : sampleOf(piecesOf(path))));
	const pieces = (): Iterable<string> => decodePieces(piecesOf(path), encoding, asked);
	const [head = ""] = pieces();
	if (isXml(head)) return { ...openFile(wholeOf(path, "XML"), mapping), count: wholeMost / 64 };
	const opened = openText(pieces, encoding, notes, mapping);
	let count = 0;
	// Counted before anything is kept, so that the number of parts fits the list.
	for (const _ of opened.rows())
		if (++count > rowsMost + 1) throw new HqRefusal("bad-csv", `The file has more than ${rowsMost} rows. Push it in parts.`);
	return { ...opened, count };
}

function wholeOf(path: string, what: string): Buffer {
	const pieces: Buffer[] = [];
	let bytes = 0;
	for (const piece of piecesOf(path)) {
		pieces.push(piece);
		bytes += piece.length;
		if (bytes > wholeMost)
			throw new HqRefusal(
				"body-too-large",
				`${what} is read whole and may have ${wholeMost / 2 ** 20} MiB; larger lists are read as CSV or JSON lines. Export it as one of these.`,
			);
	}
	return Buffer.concat(pieces);
}

function isAllUtf8(path: string): boolean {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	try {
		for (const piece of piecesOf(path)) decoder.decode(piece, { stream: true });
		decoder.decode();
		return true;
	} catch {
		return false;
	}
}
