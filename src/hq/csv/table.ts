import { HqRefusal } from "../refusal.ts";

/** One record of a file: its cells, and the line it begins in. */
export interface TableRow {
	line: number;
	cells: string[];
}

/** No price list has a record this long; an open quote makes one. */
const recordMost = 64 * 1_024;
/** Cells of a whole record together; a file without line breaks is one record. */
const recordWhole = 1_024 * 1_024;

/** The text of a file in pieces, from its beginning again at each call. */
export type TextPieces = () => Iterable<string>;

/** How far a record was read: its cells, where the next one begins, and that record's line. */
interface ReadRecord {
	cells: string[];
	next: number;
	line: number;
}

/**
 * Records of delimited text (RFC 4180), whatever ends each line: LF, CRLF or CR, also mixed. A quote inside an unquoted cell is a letter;
 * a quoted cell may hold line breaks. A quote that is never closed is refused with the line it stands in. Of the text, only the piece that
 * is read is kept in memory.
 */
export function* splitRows(pieces: Iterable<string>, delimiter: string): Generator<TableRow> {
	const source = pieces[Symbol.iterator]();
	let text = "";
	let at = 0;
	let line = 1;
	let isWhole = false;
	const more = (): void => {
		const piece = source.next();
		isWhole = piece.done === true;
		if (!piece.done) text = text.slice(at) + piece.value;
		if (!piece.done) at = 0;
	};
	more();
	if (text.charCodeAt(0) === 0xfeff) at = 1;
	while (at < text.length || !isWhole) {
		const record = recordAt(text, at, line, delimiter, isWhole);
		if (record === undefined) {
			if (text.length - at > recordWhole)
				throw new HqRefusal("bad-csv", `Line ${line} is longer than a million characters: the file has no line breaks, or an open quote.`);
			more();
			continue;
		}
		if (record.cells.some((cell) => cell !== "")) yield { line, cells: record.cells };
		at = record.next;
		line = record.line;
	}
}

/** The record that begins at a place; undefined where it may go on beyond the text. */
function recordAt(text: string, from: number, begins: number, delimiter: string, isWhole: boolean): ReadRecord | undefined {
	let at = from;
	let line = begins;
	const cells: string[] = [];
	for (let isMore = true; isMore; ) {
		let cell = "";
		while (text[at] === " ") at += 1;
		if (text[at] === '"') {
			const opened = line;
			const quote = at;
			for (at += 1; ; ) {
				const end = text.indexOf('"', at);
				if (end < 0 && !isWhole && text.length - quote <= recordMost) return undefined;
				if (end < 0 || end - quote > recordMost)
					throw new HqRefusal("bad-csv", `Line ${opened} opens a quote that is not closed. Nothing of the file was taken.`);
				const part = text.slice(at, end);
				cell += part;
				line += breaksIn(part);
				at = end + 1;
				if (at === text.length && !isWhole) return undefined;
				if (text[at] !== '"') break;
				cell += '"';
				at += 1;
			}
		}
		const bare = at;
		while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at += 1;
		// A CR may be followed by its LF in the next piece.
		if (at >= text.length - 1 && !isWhole) return undefined;
		cell += text.slice(bare, at);
		cells.push(cell.trim());
		isMore = text[at] === delimiter;
		if (isMore) at += 1;
	}
	const next = text[at] === "\r" && text[at + 1] === "\n" ? at + 2 : at + 1;
	return { cells, next, line: line + 1 };
}

/** Lines of a text in pieces, without their ends. */
export function* linesOf(pieces: Iterable<string>): Generator<string> {
	let rest = "";
	for (const piece of pieces) {
		const text = rest + piece;
		// A CR at the end may be followed by its LF in the next piece.
		const lines = text.split(/\r\n|\n|\r(?!$)/);
		rest = lines.pop()!;
		if (rest.length > recordWhole)
			throw new HqRefusal("bad-csv", "A line is longer than a million characters: the file has no line breaks.");
		yield* lines;
	}
	if (rest !== "") yield* rest.split(/\r/);
}

const breaksIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/** `sep=;` in the first line, as spreadsheets write it: the delimiter, and the text after that line. */
export function sepLine(text: string): { delimiter: string; rest: string } | undefined {
	const found = /^\ufeff?"?sep=(.)"?(?:\r\n|\n|\r)/i.exec(text);
	return found ? { delimiter: found[1]!, rest: text.slice(found[0].length) } : undefined;
}

export const delimiters = [",", ";", "\t", "|"] as const;
