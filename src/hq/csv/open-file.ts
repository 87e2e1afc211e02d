import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { repeatedNameIn } from "../../words/basics/json-text.ts";
import type { CsvMapping } from "../../words/prices/csv-mapping.ts";
import { HqRefusal } from "../refusal.ts";
import { decodeFile } from "./encodings.ts";
import { guessField } from "./headers.ts";
import { delimiters, linesOf, sepLine, splitRows, type TableRow, type TextPieces } from "./table.ts";
import { readWorkbook } from "./workbook/xlsx.ts";
import { elementsAt, leavesOf, readXml, rowName } from "./xml.ts";

/** A price file as rows of texts, whatever its format. */
export interface OpenedFile {
	/** Reads from the first row, again at each call. */
	rows(): Iterable<TableRow>;
	/** Sentences about the file: its encoding, its delimiter, that it was packed. */
	notes: string[];
	encoding: string;
	delimiter: string;
	/** The names of the columns, where they are not in the first row. */
	header?: string[];
}

type Given = Pick<CsvMapping, "encoding" | "delimiter" | "row">;

/** A list of some hundred thousand rows; larger ones are sent unpacked, or as a large file (intake/read-large.ts). */
const unpackedMost = 128 * 2 ** 20;

/** Throws bad-csv for a format that is not known, or an encoding that cannot be found. */
export function openFile(given: Uint8Array, mapping: Given | undefined): OpenedFile {
	const notes: string[] = [];
	let bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
	if (isGzip(bytes)) {
		try {
			bytes = gunzipSync(bytes, { maxOutputLength: unpackedMost });
		} catch (error) {
			throw cannotUnpack(error);
		}
		notes.push(wasPacked);
	}
	if (bytes.length === 0) throw new HqRefusal("bad-csv", "The file is empty: a header row is needed.");
	if (isWorkbook(bytes)) {
		const rows = readWorkbook(bytes);
		return { rows: () => rows, notes: [...notes, "The file is a workbook; its first sheet was read."], encoding: "utf-8", delimiter: "" };
	}
	const { text, encoding } = decodeFile(bytes, mapping?.encoding);
	if (isXml(text)) return { ...fromXml(text, mapping), notes: [...notes, inEncoding(encoding)], encoding, delimiter: "" };
	return openText(() => [text], encoding, notes, mapping);
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
export const isWorkbook = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 4)).toString("latin1") === "PK\x03\x04";
export const isXml = (text: string): boolean => headOf(text).startsWith("<");
export const wasPacked = "The file was packed by gzip.";
export const cannotUnpack = (error: unknown): HqRefusal =>
	new HqRefusal("bad-csv", `The file is packed by gzip and cannot be unpacked: ${(error as Error).message}.`);
const inEncoding = (encoding: string): string => `The file is in ${encoding}.`;

const headOf = (text: string): string =>
	text
		.slice(0, 200)
		.replace(/^\ufeff/, "")
		.trimStart();

/** JSON lines or delimited text that comes in pieces, of which only one at a time is in memory. */
export function openText(pieces: TextPieces, encoding: string, before: readonly string[], mapping: Given | undefined): OpenedFile {
	const notes = [...before, inEncoding(encoding)];
	const [first = ""] = pieces();
	if (/^\[\s*(?:\{|$)/.test(headOf(first)))
		throw new HqRefusal("bad-csv", "The file is a JSON list. Write one change a line, without the brackets around all of them.");
	if (headOf(first).startsWith("{")) return { ...fromJsonLines(pieces), notes, encoding, delimiter: "" };
	const sep = sepLine(first);
	const head = sep ? sep.rest : first;
	const delimiter = mapping?.delimiter ?? sep?.delimiter ?? bestDelimiter(head);
	if (delimiter !== ",") notes.push(`Cells are divided by ${delimiter === "\t" ? "tabs" : `"${delimiter}"`}.`);
	const skipped = sep ? 1 : 0;
	function* body(): Generator<string> {
		let isFirst = true;
		for (const piece of pieces()) {
			yield isFirst ? piece.slice(first.length - head.length) : piece;
			isFirst = false;
		}
	}
	return {
		*rows() {
			for (const row of splitRows(body(), delimiter)) yield { ...row, line: row.line + skipped };
		},
		notes,
		encoding,
		delimiter,
	};
}

/** The delimiter with which one of the first rows has the most columns with known names; where none has, the one that divides alike. */
function bestDelimiter(text: string): string {
	const head = text.slice(0, 64 * 1_024);
	const known = (delimiter: string): number => {
		let best = 0;
		const widths = new Map<number, number>();
		let looked = 0;
		try {
			for (const { cells } of splitRows([head], delimiter)) {
				if (cells.length > 1) best = Math.max(best, cells.filter((cell) => guessField(cell) !== undefined).length * 100);
				widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
				if (++looked === 20) break;
			}
			for (const [width, rows] of widths) if (width > 1) best = Math.max(best, best + (Math.min(width, 90) * rows) / looked);
		} catch (error) {
			if (!(error instanceof HqRefusal)) throw error;
		}
		return best;
	};
	return delimiters.map((delimiter) => ({ delimiter, best: known(delimiter) })).sort((a, b) => b.best - a.best)[0]!.delimiter;
}

function fromXml(text: string, mapping: Given | undefined): Pick<OpenedFile, "rows" | "header"> {
	const root = readXml(text);
	const name = mapping?.row ?? rowName(root, (path) => guessField(path.split("/").at(-1)!) !== undefined);
	const elements = name === undefined ? [] : elementsAt(root, name);
	if (elements.length === 0)
		throw new HqRefusal("bad-csv", `The XML has no element ${name ?? "with prices in it"}. Say row: PATH in the mapping.`);
	const items = elements.map((element) => ({ line: element.line, leaves: leavesOf(element) }));
	return asTable(() => items);
}

function fromJsonLines(pieces: TextPieces): Pick<OpenedFile, "rows" | "header"> {
	function* items(): Generator<{ line: number; leaves: Map<string, string> }> {
		let at = 0;
		for (const text of linesOf(pieces())) {
			at += 1;
			const line = at === 1 ? text.replace(/^\ufeff/, "") : text;
			if (line.trim() !== "") yield { line: at, leaves: leavesOfLine(line, at) };
		}
	}
	return asTable(items);
}

function leavesOfLine(line: string, at: number): Map<string, string> {
	try {
		return cellsOfJson(line);
	} catch {
		throw new HqRefusal(
			"bad-csv",
			`Line ${at} is no JSON object of plain values with each name once. A file of JSON has one change a line, or is sent as ` +
				"application/json.",
		);
	}
}

/** Throws where the line is no object, holds a list or an object, or says a name twice. */
function cellsOfJson(line: string): Map<string, string> {
	// A number as it stands in the text: a long article number as a float would be another article.
	const asWritten = (_name: string, value: unknown, context?: { source?: string }): unknown =>
		typeof value === "number" ? (context?.source ?? value) : value;
	const cells = z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])).parse(JSON.parse(line, asWritten));
	if (repeatedNameIn(line) !== undefined) throw new SyntaxError("a name stands twice");
	return new Map(Object.entries(cells).map(([name, cell]) => [name, cell === null ? "" : String(cell)]));
}

/** More names than any list has columns: names that differ from line to line would make a header as long as the file. */
const namesMost = 1_000;

function asTable(items: () => Iterable<{ line: number; leaves: ReadonlyMap<string, string> }>): Pick<OpenedFile, "rows" | "header"> {
	const names = new Set<string>();
	for (const { line, leaves } of items()) {
		for (const name of leaves.keys()) names.add(name);
		if (names.size > namesMost) throw new HqRefusal("bad-csv", `Up to line ${line} the file has more than ${namesMost} different names.`);
	}
	const header = [...names];
	return {
		header,
		*rows() {
			for (const { line, leaves } of items()) yield { line, cells: header.map((name) => leaves.get(name) ?? "") };
		},
	};
}
