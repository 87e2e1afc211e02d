/** Writes a small workbook (xlsx), uncompressed, as spreadsheets do. */
import { crc32 } from "node:zlib";

/** A text, a number, or a number with its format or type. */
type Cell = string | number | { value: number; format?: string; type?: "b" };
type Rows = readonly (readonly Cell[])[];

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

function sheetOf(rows: Rows, formats: string[]): string {
	const cellOf = (cell: Cell, row: number, column: number): string => {
		const at = `${String.fromCharCode(65 + column)}${row + 1}`;
		if (typeof cell === "string") return `<c r="${at}" t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`;
		const { value, format, type } = typeof cell === "number" ? { value: cell, format: undefined, type: undefined } : cell;
		if (format !== undefined && !formats.includes(format)) formats.push(format);
		const style = format === undefined ? "" : ` s="${formats.indexOf(format) + 1}"`;
		return `<c r="${at}"${style}${type === undefined ? "" : ` t="${type}"`}><v>${value}</v></c>`;
	};
	const rowsText = rows.map((row, at) => `<row r="${at + 1}">${row.map((cell, column) => cellOf(cell, at, column)).join("")}</row>`);
	return `<worksheet><sheetData>${rowsText.join("")}</sheetData></worksheet>`;
}

/** `isHidden`: of the first sheet; `next`: a second one. */
export function workbook(
	rows: Rows,
	{ is1904 = false, isHidden = false, next }: { is1904?: boolean; isHidden?: boolean; next?: Rows } = {},
): Buffer {
	const formats: string[] = [];
	const sheets = [rows, ...(next ? [next] : [])].map((each) => sheetOf(each, formats));
	const tabs = sheets.map(
		(_, at) => `<sheet name="S${at}" sheetId="${at + 1}"${isHidden && at === 0 ? ' state="hidden"' : ""} r:id="r${at}"/>`,
	);
	const numFmts = formats.map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${escaped(code)}"/>`);
	const styles = ['<xf numFmtId="0"/>', ...formats.map((_, at) => `<xf numFmtId="${164 + at}"/>`)];
	const relations = sheets.map((_, at) => `<Relationship Id="r${at}" Target="worksheets/sheet${at + 1}.xml"/>`);
	return zipOf({
		"xl/workbook.xml": `<workbook><workbookPr${is1904 ? ' date1904="1"' : ""}/><sheets>${tabs.join("")}</sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships>${relations.join("")}</Relationships>`,
		"xl/styles.xml": `<styleSheet><numFmts>${numFmts.join("")}</numFmts><cellXfs>${styles.join("")}</cellXfs></styleSheet>`,
		...Object.fromEntries(sheets.map((text, at) => [`xl/worksheets/sheet${at + 1}.xml`, text])),
	});
}

function zipOf(parts: Record<string, string>): Buffer {
	const bodies: Buffer[] = [];
	const list: Buffer[] = [];
	let at = 0;
	for (const [name, text] of Object.entries(parts)) {
		const data = Buffer.from(text);
		const title = Buffer.from(name);
		const common = Buffer.alloc(26);
		common.writeUInt16LE(20, 0);
		common.writeUInt32LE(crc32(data), 10);
		common.writeUInt32LE(data.length, 14);
		common.writeUInt32LE(data.length, 18);
		common.writeUInt16LE(title.length, 22);
		const place = Buffer.alloc(16);
		place.writeUInt32LE(at, 12);
		bodies.push(Buffer.from("PK\x03\x04", "latin1"), common, title, data);
		list.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, place.subarray(2), title);
		at += 30 + title.length + data.length;
	}
	const listed = Buffer.concat(list);
	const end = Buffer.alloc(22);
	end.write("PK\x05\x06", 0, "latin1");
	end.writeUInt16LE(Object.keys(parts).length, 8);
	end.writeUInt16LE(Object.keys(parts).length, 10);
	end.writeUInt32LE(listed.length, 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...bodies, listed, end]);
}
