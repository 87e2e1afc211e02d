import { inflateRawSync } from "node:zlib";
import { HqRefusal } from "../../refusal.ts";
import type { TableRow } from "../table.ts";
import { elementsAt, readXml, type XmlElement } from "../xml.ts";
import { type CellFormat, cellFormats, firstDay, shownNumber } from "./formats.ts";

/** The most bytes that a part of a workbook may have when unpacked: a small archive can unpack to any size. */
const partMost = 256 * 2 ** 20;
/** A row that names only its last column has 16,384 cells, all but one of them empty. */
const cellsMost = 10_000_000;

const broken = (why: string): HqRefusal =>
	new HqRefusal("bad-csv", `The file is a workbook (xlsx) that cannot be read: ${why}. Save it anew, or as CSV.`);

/** Names and places of the parts in a zip archive, by its central directory. */
function partsOf(bytes: Buffer): Map<string, () => string> {
	const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
	if (end < 0 || end + 22 > bytes.length) throw broken("its end is missing");
	const parts = new Map<string, () => string>();
	let at = bytes.readUInt32LE(end + 16);
	for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
		if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw broken("its list of parts is damaged");
		const [method, size, nameLength] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)];
		const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
		const local = bytes.readUInt32LE(at + 42);
		parts.set(name, () => unpack(bytes, local, method, size));
		at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
	}
	return parts;
}

function unpack(bytes: Buffer, local: number, method: number, size: number): string {
	if (local + 30 > bytes.length) throw broken("a part lies outside of it");
	const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
	const packed = bytes.subarray(from, from + size);
	try {
		return (method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: partMost })).toString("utf8");
	} catch (error) {
		throw broken((error as Error).message);
	}
}

const textOf = (element: XmlElement): string =>
	element.name === "t" ? element.text : element.name === "rPh" ? "" : element.children.map(textOf).join("");

/** "BC12" is column 54, counted from 0. */
function columnOf(reference: string): number {
	let column = 0;
	for (const letter of /^[A-Z]{1,3}/.exec(reference)?.[0] ?? "A") column = column * 26 + letter.charCodeAt(0) - 64;
	return column - 1;
}

/** Workbooks store binary numbers: 1.49 may be kept as 1.4900000000000002. */
const tidyNumber = (text: string): string => {
	const value = Number(text);
	if (!Number.isFinite(value) || Math.abs(value) >= 1e15) return text;
	return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(12)));
};

interface Book {
	shared: readonly string[];
	formats: readonly (CellFormat | undefined)[];
	firstDay: number;
}

function cellText(cell: XmlElement, { shared, formats, firstDay }: Book): string {
	const value = cell.children.find(({ name }) => name === "v")?.text ?? "";
	switch (cell.attributes["t"]) {
		case "s":
			return shared[Number(value)] ?? "";
		case "inlineStr":
			return cell.children.map(textOf).join("");
		case "str":
		case "e":
			return value;
		case "b":
			return value === "1" ? "TRUE" : "FALSE";
		default:
			return value === "" ? "" : shownNumber(tidyNumber(value), formats[Number(cell.attributes["s"] ?? 0)], firstDay);
	}
}

/** The part of the first sheet in the order of the tabs, which need not be that of the files' names. */
function firstSheet(parts: ReadonlyMap<string, unknown>, part: (name: string) => XmlElement | undefined): string | undefined {
	const workbook = part("xl/workbook.xml");
	const tab = workbook && elementsAt(workbook, "sheets/sheet").find(({ attributes }) => (attributes["state"] ?? "visible") === "visible");
	const related = part("xl/_rels/workbook.xml.rels");
	const target = related && elementsAt(related, "Relationship").find(({ attributes }) => attributes["Id"] === tab?.attributes["id"]);
	const name = target?.attributes["Target"]?.replace(/^\/?(?:xl\/)?/, "xl/");
	if (name !== undefined && parts.has(name)) return name;
	return [...parts.keys()]
		.filter((each) => /^xl\/worksheets\/sheet\d+\.xml$/.test(each))
		.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
}

/** The rows of a workbook's first sheet; `line` is the number the sheet gives the row. */
export function readWorkbook(bytes: Buffer): TableRow[] {
	const parts = partsOf(bytes);
	const part = (name: string): XmlElement | undefined => {
		const read = parts.get(name);
		return read && readXml(read());
	};
	const first = firstSheet(parts, part);
	const sheet = first === undefined ? undefined : part(first);
	if (!sheet) throw broken("it has no sheet");
	const strings = part("xl/sharedStrings.xml");
	const book: Book = {
		shared: strings ? elementsAt(strings, "sst/si").map(textOf) : [],
		formats: cellFormats(part("xl/styles.xml")),
		firstDay: firstDay(part("xl/workbook.xml")),
	};
	let line = 0;
	let count = 0;
	return elementsAt(sheet, "sheetData/row").map((row) => {
		line = Number(row.attributes["r"] ?? line + 1);
		const cells: string[] = [];
		for (const cell of row.children.filter(({ name }) => name === "c")) {
			const column = cell.attributes["r"] === undefined ? cells.length : columnOf(cell.attributes["r"]);
			if (column > 16_384) continue;
			while (cells.length < column) cells.push("");
			cells[column] = cellText(cell, book).trim();
		}
		count += cells.length;
		if (count > cellsMost) throw broken(`it has more than ${cellsMost} cells`);
		return { line, cells };
	});
}
