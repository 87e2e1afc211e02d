import { HqRefusal } from "../refusal.ts";

/** One record of a file: its cells, and the line it begins in. */
export interface TableRow {
	line: number;
	cells: string[];
}

/** No price list has a record this long; an open quote makes one. */
const recordMost = 64 * 1_024;

/**
 * Records of delimited text (RFC 4180), whatever ends each line: LF, CRLF or CR, also mixed. A quote inside an unquoted cell is a letter;
 * a quoted cell may hold line breaks. A quote that is never closed is refused with the line it stands in.
 */
export function* splitRows(text: string, delimiter: string): Generator<TableRow> {
	let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
	let line = 1;
	while (at < text.length) {
		const begins = line;
		const cells: string[] = [];
		for (let isMore = true; isMore; ) {
			let cell = "";
			while (text[at] === " ") at += 1;
			if (text[at] === '"') {
				const opened = line;
				const from = at;
				for (at += 1; ; ) {
					const end = text.indexOf('"', at);
					const part = end < 0 ? "" : text.slice(at, end);
					if (end < 0 || end - from > recordMost)
						throw new HqRefusal("bad-csv", `Line ${opened} opens a quote that is not closed. Nothing of the file was taken.`);
					cell += part;
					line += breaksIn(part);
					at = end + 1;
					if (text[at] !== '"') break;
					cell += '"';
					at += 1;
				}
			}
			const from = at;
			while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at += 1;
			cell += text.slice(from, at);
			cells.push(cell.trim());
			isMore = text[at] === delimiter;
			if (isMore) at += 1;
		}
		if (text[at] === "\r" && text[at + 1] === "\n") at += 2;
		else at += 1;
		line += 1;
		if (cells.some((cell) => cell !== "")) yield { line: begins, cells };
	}
}

const breaksIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/** `sep=;` in the first line, as spreadsheets write it: the delimiter, and the text after that line. */
export function sepLine(text: string): { delimiter: string; rest: string } | undefined {
	const found = /^\ufeff?"?sep=(.)"?(?:\r\n|\n|\r)/i.exec(text);
	return found ? { delimiter: found[1]!, rest: text.slice(found[0].length) } : undefined;
}

export const delimiters = [",", ";", "\t", "|"] as const;
