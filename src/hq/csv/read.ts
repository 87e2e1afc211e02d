import type { RejectedRow } from "../../words/answers/head-office/pushes.ts";
import type { CsvField, CsvMapping } from "../../words/prices/csv-mapping.ts";
import type { PriceChange } from "../catalog/pushes.ts";
import { HqRefusal } from "../refusal.ts";
import { dateOrderOf } from "./dates.ts";
import { nearestOf, plainHeader } from "./headers.ts";
import { detectMapping, gondola } from "./mapping.ts";
import { styleOf } from "./numbers.ts";
import { type OpenedFile, openFile } from "./open-file.ts";
import { type FileStyle, RowFault, readRow } from "./row.ts";
import type { TableRow } from "./table.ts";
import { openTakenRows, type TakenRows } from "./taken-rows.ts";

export interface ReadCsv {
	mapping: string;
	changes: PriceChange[];
	/** Rows that were refused, and rows that were taken without their barcode; by line, at most `rejectedKept` of them. */
	rejected: RejectedRow[];
	rejectedCount: number;
	rows: number;
	/** Sentences about the file's format, and about columns that were not read. */
	notes: string[];
}

/** A limit, so that the answer to a file in a wrong encoding stays small. */
const rejectedKept = 10_000;
const rowsMost = 500_000;

const collectMost = 64 * 2 ** 20;

/** The bytes of a file that is looked at whole. Throws body-too-large. */
export async function collect(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
	const pieces: Buffer[] = [];
	let bytes = 0;
	for await (const piece of input) {
		const buffer = Buffer.from(piece);
		bytes += buffer.length;
		if (bytes > collectMost)
			throw new HqRefusal("body-too-large", `A file may have ${collectMost / 2 ** 20} MiB here. Guess from its beginning.`);
		pieces.push(buffer);
	}
	return Buffer.concat(pieces);
}

/**
 * Reads a price file: delimited text in many encodings, a workbook, XML or JSON lines, packed or not. Throws bad-csv when it is none of
 * these, or when its meaning is ambiguous. A fault in a row refuses only that row. `usualCurrency`: for rows without a currency.
 */
export async function readCsv(given: Uint8Array | string, mapping?: CsvMapping, usualCurrency?: string): Promise<ReadCsv> {
	const opened = openFile(typeof given === "string" ? Buffer.from(given) : given, mapping);
	const read = readOpened(opened, mapping, { usualCurrency, rowsMost, take: openTakenRows });
	return { ...read.about(), changes: read.taken.changes() };
}

export interface Reading<T extends Pick<TakenRows, "add">> {
	usualCurrency: string | undefined;
	rowsMost: number;
	/** Opens what takes the rows that were read. */
	take(refuse: (line: number, reason: string) => void): T;
	/** Called now and then with the share of the file that was read, 0 to 1. */
	progress?: (share: number) => void;
}

/** Reads all rows of a file that is open. What it says about the file is complete once what took the rows has refused what it refuses. */
export function readOpened<T extends Pick<TakenRows, "add">>(
	opened: OpenedFile,
	mapping: CsvMapping | undefined,
	{ usualCurrency, rowsMost, take, progress = () => {} }: Reading<T>,
): { taken: T; about(): Omit<ReadCsv, "changes"> } {
	const { count, table, style, notes } = openTable(opened, mapping, usualCurrency, rowsMost);
	const rejected: RejectedRow[] = [];
	let rejectedCount = 0;
	const refuse = (line: number, column: string, reason: string): void => {
		rejectedCount += 1;
		if (rejected.length < rejectedKept) rejected.push({ line, column, reason });
	};
	const taken = take((line, reason) => refuse(line, columnName(table.mapping, "sku"), reason));
	let rows = 0;
	let skippedCount = 0;
	for (const row of bodyOf(opened, table)) {
		const skipped = isNoRow(row, table);
		if (skipped !== undefined) {
			if (++skippedCount <= skippedNamed) notes.push(`Line ${row.line} was skipped: ${skipped}.`);
			continue;
		}
		rows += 1;
		if (rows % 10_000 === 0) progress(rows / count);
		const { read, faults } = readTableRow(row, table, style);
		if (read) taken.add(row.line, read.change, read.gtin);
		for (const { column, reason } of faults) refuse(row.line, column, reason);
	}
	if (skippedCount > skippedNamed) notes.push(`${skippedCount - skippedNamed} lines more were skipped, such as these.`);
	const about = () => {
		rejected.sort((a, b) => a.line - b.line);
		return { mapping: table.mapping.name, rejected, rejectedCount, rows, notes };
	};
	return { taken, about };
}

/** Skipped lines that are named each by itself. */
const skippedNamed = 200;

/** A file whose header is found, and how its numbers and dates are written. */
export interface OpenTable {
	opened: OpenedFile;
	/** Rows of the file, the header among them. */
	count: number;
	table: Table;
	style: FileStyle;
	notes: string[];
}

/** Throws as readCsv does. */
export function openTable(
	opened: OpenedFile,
	mapping: CsvMapping | undefined,
	usualCurrency: string | undefined,
	most = rowsMost,
): OpenTable {
	let count = 0;
	// Rows are counted before any is kept, so that a file with too many costs no memory.
	for (const _ of opened.rows())
		if (++count > most + 1) throw new HqRefusal("bad-csv", `The file has more than ${most} rows. Push it in parts.`);
	const table = findHeader(opened, mapping);
	const notes = [...opened.notes, ...table.notes];
	return { opened, count, table, style: styleOfFile(opened, table, usualCurrency, notes), notes };
}

interface Table {
	mapping: CsvMapping;
	header: readonly string[];
	indexOf: ReadonlyMap<CsvField, number>;
	/** The line of the header; 0 where the names are not in a row of the file. */
	line: number;
	notes: string[];
}

const headerWithin = 20;

function findHeader(opened: OpenedFile, mapping: CsvMapping | undefined): Table {
	if (mapping?.header === false) return tableOf(numbered(opened), 0, mapping, true, []);
	if (opened.header) return tableOf(opened.header, 0, mapping ?? detectMapping(opened.header), mapping !== undefined, []);
	const titles: TableRow[] = [];
	for (const row of opened.rows()) {
		const used = mapping === undefined ? detectMapping(row.cells) : fits(mapping, row.cells) ? mapping : undefined;
		if (used) {
			const notes = titles.map(
				({ line, cells }) => `Line ${line} was skipped: a title ("${cells.find((cell) => cell !== "")?.slice(0, 60)}").`,
			);
			return tableOf(row.cells, row.line, used, mapping !== undefined, notes);
		}
		titles.push(row);
		if (titles.length === headerWithin) break;
	}
	return tableOf(titles[0]?.cells ?? [], titles[0]?.line ?? 1, mapping, mapping !== undefined, []);
}

/** The numbers of the columns, as names, of a file without a header: as many as its first rows have cells. */
export function numbered(opened: OpenedFile): string[] {
	let widest = 0;
	let looked = 0;
	for (const { cells } of opened.rows()) {
		widest = Math.max(widest, cells.length);
		if (++looked === headerWithin) break;
	}
	return Array.from({ length: widest }, (_, at) => String(at + 1));
}

const placeOf = (header: readonly string[], column: string): number => {
	const exact = header.indexOf(column);
	return exact >= 0 ? exact : header.findIndex((name) => plainHeader(name) === plainHeader(column) && plainHeader(name) !== "");
};

/** The header is the first row with columns for article and price; rows above it are titles. */
const fits = ({ columns }: CsvMapping, header: readonly string[]): boolean =>
	placeOf(header, columns.sku!) >= 0 &&
	[columns.amount, columns.specialAmount].some((column) => column !== undefined && placeOf(header, column) >= 0);

function tableOf(header: readonly string[], line: number, mapping: CsvMapping | undefined, isAsked: boolean, notes: string[]): Table {
	const names = header.filter((name) => name !== "");
	if (names.length === 0) throw new HqRefusal("bad-csv", "The file is empty: a header row is needed.");
	if (!mapping) throw noMapping(header);
	const indexOf = new Map<CsvField, number>();
	for (const [field, column] of Object.entries(mapping.columns) as [CsvField, string][]) {
		const at = placeOf(header, column);
		if (at >= 0) indexOf.set(field, at);
		else if (isAsked && !isBuiltIn(mapping))
			throw new HqRefusal(
				"bad-csv",
				`The file has no column "${column}", which the mapping ${mapping.name} needs for ${field}; ` +
					`the nearest is "${nearestOf(column, names)}".`,
			);
	}
	if (!fits(mapping, header)) throw noMapping(header);
	const twice = header.find((name, at) => name !== "" && header.findIndex((other) => plainHeader(other) === plainHeader(name)) < at);
	if (twice !== undefined)
		throw new HqRefusal("bad-csv", `The header names the column "${twice}" twice; nobody can tell which one counts.`);
	const unread = header.filter((name, at) => name !== "" && ![...indexOf.values()].includes(at));
	if (unread.length > 0 && mapping.isStrict) {
		const known = Object.values(mapping.columns);
		throw new HqRefusal(
			"bad-csv",
			`The column "${unread[0]}" is not known; the nearest is "${nearestOf(unread[0]!, known)}". Known are ${known.join(", ")}.`,
		);
	}
	return { mapping, header, indexOf, line, notes: unread.length > 0 ? [...notes, `Not read: the columns ${unread.join(", ")}.`] : notes };
}

const isBuiltIn = ({ name }: CsvMapping): boolean => name === gondola.name || name === "pricelist-hr";

function noMapping(header: readonly string[]): HqRefusal {
	const text = header.join(",").slice(0, 200);
	return new HqRefusal(
		"bad-csv",
		`No built-in mapping fits the header "${text}": a column for the article number and one for the price are needed. Give a mapping of ` +
			"your own with ?mapping=, such as {columns: {sku: Artikelnr, amount: Preis}, currency: EUR}.",
	);
}

export function* bodyOf(opened: OpenedFile, { line }: Table): Generator<TableRow> {
	let isBody = line === 0;
	for (const row of opened.rows()) {
		if (isBody) yield row;
		isBody ||= row.line === line;
	}
}

const totals = /^(grand |sub)?(total|totale|summe|gesamt|ukupno|sum|suma|somme|toplam|razem|celkem|итого|合计|总计|小计|合計|總計)/i;

/** Why a row is not an article: it is a total, or repeats the header. */
export function isNoRow({ cells }: TableRow, { header, indexOf }: Table): string | undefined {
	if (header.every((name, at) => (cells[at] ?? "") === name)) return "the header once more";
	const first = cells.find((cell) => cell !== "") ?? "";
	const sku = cells[indexOf.get("sku")!] ?? "";
	const isTotal = totals.test(first) && (sku === "" || sku === first) && (cells[indexOf.get("name") ?? -1] ?? "") === "";
	return isTotal ? `a total ("${first.slice(0, 60)}")` : undefined;
}

function styleOfFile(opened: OpenedFile, table: Table, usualCurrency: string | undefined, notes: string[]): FileStyle {
	const { mapping, indexOf } = table;
	function* texts(fields: readonly CsvField[]): Generator<string> {
		const places = fields.flatMap((field) => indexOf.get(field) ?? []);
		for (const { cells } of bodyOf(opened, table)) for (const place of places) if (cells[place]) yield cells[place];
	}
	const numbers = styleOf(
		texts(["amount", "specialAmount", "priorAmount", "unitAmount", "multiAmount", "onlineAmount", "deposit"]),
		opened.delimiter,
		mapping,
	);
	if (numbers.decimal === ",") notes.push("Decimals are written with a comma.");
	const currency = mapping.currency ?? usualCurrency;
	if (currency !== undefined && mapping.currency !== null && mapping.name === "guessed" && !indexOf.has("currency"))
		notes.push(`The file names no currency; by its header it is ${currency}.`);
	else if (currency !== undefined && !indexOf.has("currency") && mapping.currency === null)
		notes.push(`The file names no currency; ${currency} was taken, which the stores charge in.`);
	return { mapping, numbers, dates: dateOrderOf(texts(["from", "until"]), mapping.dates), currency };
}

const columnName = (mapping: CsvMapping, field: CsvField): string => mapping.columns[field] ?? field;

/** The reading of a row, or why it is refused. A row that is taken may have faults too: its barcode was not. */
export interface RowReading {
	read?: { change: PriceChange; gtin: string | undefined };
	faults: { column: string; reason: string }[];
}

export function readTableRow({ cells }: TableRow, { mapping, header, indexOf }: Table, style: FileStyle): RowReading {
	if (cells.length > header.length && cells.slice(header.length).some((cell) => cell !== "")) {
		const reason = `The row has ${cells.length} cells, the header ${header.length}: is a delimiter in an unquoted text?`;
		return { faults: [{ column: "", reason }] };
	}
	const get = (field: CsvField): string => {
		const at = indexOf.get(field);
		return at === undefined ? "" : (cells[at] ?? "").replaceAll(/[\0-\x1f\x7f]+/g, " ").trim();
	};
	try {
		const { change, gtin, notes } = readRow(get, style);
		return { read: { change, gtin }, faults: notes.map(({ field, reason }) => ({ column: columnName(mapping, field), reason })) };
	} catch (error) {
		if (!(error instanceof RowFault)) throw error;
		return { faults: [{ column: columnName(mapping, error.field), reason: error.message }] };
	}
}
