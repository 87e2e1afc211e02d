import type { GuessedBy, GuessedColumn, GuessedFile, GuessedRow } from "../../../words/answers/head-office/price-lists.ts";
import { defined } from "../../../words/defined.ts";
import type { AskedMapping, CsvField, CsvMapping } from "../../../words/prices/csv-mapping.ts";
import type { PriceListQuestion } from "../../../words/prices/price-list-question.ts";
import { HqRefusal } from "../../refusal.ts";
import { EncodingDoubt, knownEncodings } from "../encodings.ts";
import { guessField, nearestOf, plainHeader } from "../headers.ts";
import { currencyOfHeader, isBuiltInName } from "../mapping.ts";
import { splitAmount } from "../numbers.ts";
import { type OpenedFile, openFile } from "../open-file.ts";
import { bodyOf, isNoRow, numbered, type OpenTable, openTable, readTableRow } from "../read.ts";
import type { TableRow } from "../table.ts";
import { lookOf } from "./column-look.ts";
import { columnsOf, guessColumns } from "./guess-columns.ts";
import { currencyIn, similarHeader } from "./similar-header.ts";

const rowsShown = 10;
const rowsLooked = 2_000;
const cellMost = 120;
const headerWithin = 20;
/** Each column is compared with every name that is known. */
const columnsMost = 300;

/**
 * The content of a price file of an unknown shape: its encoding, its header, what each column means, and its first rows as they would be
 * read. `asked`: what a person has decided; columns that are given are not guessed. Throws bad-csv for a file that nobody can open.
 */
export function guessFile(bytes: Uint8Array, asked: AskedMapping | undefined, usualCurrency: string | undefined): GuessedFile {
	let opened: OpenedFile;
	try {
		opened = openFile(bytes, asked);
	} catch (error) {
		if (error instanceof EncodingDoubt) return encodingUnknown(error.message);
		throw error;
	}
	const { header, line } = headerOf(opened, asked);
	if (header.length > columnsMost)
		throw new HqRefusal("bad-csv", `The file has ${header.length} columns, of which none is guessed; ${columnsMost} are the most.`);
	const body = rowsBelow(opened, line);
	const isOwn = asked?.name !== undefined && isBuiltInName(asked.name);
	const { columns, absent } = asked?.columns
		? columnsAsked(header, body, asked.columns)
		: {
				columns: guessColumns(
					header,
					body.map(({ cells }) => cells),
				),
				absent: [],
			};
	const questions = [...missingColumns(columns), ...currencyQuestion(columns, body, header, asked, usualCurrency)];
	const currency =
		asked?.currency ?? questions.find(({ about }) => about === "currency")?.proposed ?? statedCurrency(columns, header, body);
	const mapping: Omit<CsvMapping, "isStrict"> = {
		name: asked?.name ?? "guessed",
		columns: columnsOf(columns),
		currency: columns.some(({ fields }) => fields.includes("currency")) ? (asked?.currency ?? null) : (currency ?? null),
		...(line === 0 && opened.header === undefined && { header: false }),
		...pick(asked),
	};
	const found = {
		...{
			encoding: opened.encoding,
			delimiter: opened.delimiter,
			headerLine: line,
			asked: asked ?? null,
			columns,
			absent: isOwn ? [] : absent,
		},
		unread: columns.filter(({ fields, header: name }) => fields.length === 0 && name !== "").map(({ header: name }) => name),
	};
	if (questions.some(({ about }) => about === "sku" || about === "amount"))
		return { ...found, mapping: null, questions, ...rawOnly(body), problem: null, notes: opened.notes };
	try {
		const table = openTable(openFile(bytes, mapping), mapping, usualCurrency);
		const read = readRows(table);
		const all = [...questions, ...signQuestion(read.all, table, asked), ...dateQuestion(read.all, table)];
		const isOpen = all.some(({ proposed }) => proposed === null);
		const { all: _, ...rows } = read;
		return { ...found, mapping: isOpen ? null : mapping, questions: all, ...rows, problem: null, notes: table.notes };
	} catch (error) {
		if (!(error instanceof HqRefusal)) throw error;
		return { ...found, mapping: null, questions, ...rawOnly(body), problem: error.message, notes: opened.notes };
	}
}

/** The person's decisions beside columns and currency. */
const pick = ({ decimal, thousands, delimiter, encoding, dates, row, header }: AskedMapping = { currency: null }): Partial<CsvMapping> => ({
	...(decimal && { decimal }),
	...(thousands && { thousands }),
	...(delimiter && { delimiter }),
	...(encoding && { encoding }),
	...(dates && { dates }),
	...(row && { row }),
	...(header === false && { header }),
});

function encodingUnknown(problem: string): GuessedFile {
	const choices = knownEncodings.map((value) => ({ value, reads: value }));
	return {
		...{
			encoding: "",
			delimiter: "",
			headerLine: 0,
			mapping: null,
			asked: null,
			columns: [],
			unread: [],
			absent: [],
			rows: [],
			looked: 0,
			refused: 0,
		},
		...{ questions: [{ about: "encoding", found: null, choices, proposed: null }], problem, notes: [] },
	};
}

/** The first row whose names say the most; of a file without such names the first row, unless that is an article already. */
function headerOf(opened: OpenedFile, asked: AskedMapping | undefined): { header: readonly string[]; line: number } {
	if (opened.header) return { header: opened.header, line: 0 };
	if (asked?.header === false) return { header: numbered(opened), line: 0 };
	const first: TableRow[] = [];
	for (const row of opened.rows()) {
		first.push(row);
		if (first.length === headerWithin) break;
	}
	const wanted = new Set(Object.values(asked?.columns ?? {}).map(plainHeader));
	const known = ({ cells }: TableRow): number =>
		new Set(
			cells
				.slice(0, columnsMost)
				.map((cell) => guessField(cell) ?? similarHeader(cell)?.field)
				.filter((field) => field !== undefined),
		).size +
		100 * cells.filter((cell) => wanted.has(plainHeader(cell))).length;
	const best = first.map((row) => ({ row, known: known(row) })).sort((a, b) => b.known - a.known || a.row.line - b.row.line)[0];
	if (best && best.known >= 2) return { header: best.row.cells, line: best.row.line };
	const widest = Math.max(0, ...first.map(({ cells }) => cells.filter((cell) => cell !== "").length));
	const top = first.find(({ cells }) => cells.filter((cell) => cell !== "").length >= Math.max(2, widest - 1)) ?? first[0];
	if (!top) return { header: [], line: 1 };
	const isArticle = top.cells.some((cell) => {
		const { gtins, amounts } = lookOf([cell]);
		return gtins + amounts > 0;
	});
	return isArticle ? { header: numbered(opened), line: 0 } : { header: top.cells, line: top.line };
}

function rowsBelow(opened: OpenedFile, line: number): TableRow[] {
	const rows: TableRow[] = [];
	for (const row of opened.rows()) {
		if (row.line > line || opened.header) rows.push(row);
		if (rows.length === rowsLooked) break;
	}
	return rows;
}

function columnsAsked(
	header: readonly string[],
	body: readonly TableRow[],
	asked: CsvMapping["columns"],
): Pick<GuessedFile, "columns" | "absent"> {
	const wanted = Object.entries(asked) as [CsvField, string][];
	const placeOf = (column: string): number => {
		const exact = header.indexOf(column);
		return exact >= 0 ? exact : header.findIndex((name) => name !== "" && plainHeader(name) === plainHeader(column));
	};
	const guessed = guessColumns(
		header,
		body.map(({ cells }) => cells),
	);
	const columns = guessed.map((column, at): GuessedColumn => {
		const fields = wanted.filter(([, name]) => placeOf(name) === at).map(([field]) => field);
		const isAsGuessed = fields.join() === column.fields.join();
		const by: GuessedBy | null = isAsGuessed ? column.by : fields.length > 0 ? "person" : null;
		return { ...column, fields, by, maybe: fields.length > 0 ? null : (column.fields[0] ?? column.maybe) };
	});
	const names = header.filter((name) => name !== "");
	const absent = wanted
		.filter(([, name]) => placeOf(name) < 0)
		.map(([field, column]) => ({ field, column, nearest: nearestOf(column, [...names, ""]) }));
	return { columns, absent };
}

/** Columns without which nothing can be read. */
function missingColumns(columns: readonly GuessedColumn[]): PriceListQuestion[] {
	const has = (field: CsvField): boolean => columns.some(({ fields }) => fields.includes(field));
	const ask = (about: "sku" | "amount"): PriceListQuestion => {
		const likely = columns.filter(({ maybe }) => maybe === about);
		const any = columns.filter(({ fields, header, samples }) => fields.length === 0 && header !== "" && samples.length > 0);
		const choices = (likely.length > 0 ? likely : any).map(({ header, samples }) => ({ value: header, reads: samples.join(", ") }));
		return { about, found: null, choices, proposed: null };
	};
	return [...(has("sku") ? [] : [ask("sku")]), ...(has("amount") || has("specialAmount") ? [] : [ask("amount")])];
}

const amountFields: readonly CsvField[] = [
	"amount",
	"specialAmount",
	"priorAmount",
	"unitAmount",
	"multiAmount",
	"onlineAmount",
	"deposit",
];

function cellsOf(columns: readonly GuessedColumn[], body: readonly TableRow[], fields: readonly CsvField[]): string[] {
	const places = columns.flatMap((column, at) => (column.fields.some((field) => fields.includes(field)) ? [at] : []));
	return body.flatMap(({ cells }) => places.map((at) => cells[at] ?? "")).filter((cell) => cell !== "");
}

/** The currency that the file itself says: in the name of its price column, or by signs that mean one only. */
function statedCurrency(columns: readonly GuessedColumn[], header: readonly string[], body: readonly TableRow[]): string | undefined {
	const priced = columns.findIndex(({ fields }) => fields.includes("amount") || fields.includes("specialAmount"));
	const named = currencyIn(header[priced] ?? "");
	if (named) return named;
	const signs = cellsOf(columns, body, ["amount", "specialAmount"]).map((cell) => splitAmount(cell).currencies);
	const first = signs[0];
	return first?.length === 1 && signs.every((each) => each?.length === 1 && each[0] === first[0]) ? first[0] : undefined;
}

function currencyQuestion(
	columns: readonly GuessedColumn[],
	body: readonly TableRow[],
	header: readonly string[],
	asked: AskedMapping | undefined,
	usual: string | undefined,
): PriceListQuestion[] {
	if (asked?.currency || columns.some(({ fields }) => fields.includes("currency"))) return [];
	if (statedCurrency(columns, header, body) !== undefined) return [];
	const sign = cellsOf(columns, body, ["amount", "specialAmount"])
		.map((cell) => splitAmount(cell).currencies)
		.find((currencies) => currencies !== undefined);
	const byLanguage = header.map((name) => currencyOfHeader[plainHeader(name)]).find((code) => code !== undefined);
	const likely = [byLanguage, usual].find((code) => code !== undefined && (sign === undefined || sign.includes(code)));
	const choices = (sign ?? []).map((value) => ({ value, reads: value }));
	return [{ about: "currency", found: byLanguage ?? null, choices, proposed: likely ?? null }];
}

interface ReadRows {
	rows: GuessedRow[];
	looked: number;
	refused: number;
	/** Every row that was looked at. */
	all: readonly TableRow[];
}

function readRows(open: OpenTable): ReadRows {
	const { opened, table, style } = open;
	const rows: GuessedRow[] = [];
	const all: TableRow[] = [];
	let refused = 0;
	for (const row of bodyOf(opened, table)) {
		if (isNoRow(row, table) !== undefined) continue;
		all.push(row);
		const { read, faults } = readTableRow(row, table, style);
		if (!read) refused += 1;
		const shown = read && { ...read.change, ...defined({ gtin: read.gtin }) };
		if (rows.length < rowsShown)
			rows.push({ line: row.line, cells: row.cells.map((cell) => cell.slice(0, cellMost)), read: shown ?? null, faults });
		if (all.length === rowsLooked) break;
	}
	return { rows, looked: all.length, refused, all };
}

const rawOnly = (body: readonly TableRow[]): Pick<GuessedFile, "rows" | "looked" | "refused"> => ({
	rows: body
		.slice(0, rowsShown)
		.map(({ line, cells }) => ({ line, cells: cells.map((cell) => cell.slice(0, cellMost)), read: null, faults: [] })),
	looked: body.length,
	refused: 0,
});

/**
 * An amount such as 1,299. Where other amounts show the decimal sign, such rows are refused unless a person says that the sign groups
 * thousands; where none does, nothing is read before the answer.
 */
function signQuestion(rows: readonly TableRow[], { table, style }: OpenTable, asked: AskedMapping | undefined): PriceListQuestion[] {
	if (asked?.thousands !== undefined || style.numbers.hasThousands) return [];
	const places = amountFields.flatMap((field) => table.indexOf.get(field) ?? []);
	const amounts = rows.flatMap(({ cells }) => places.map((place) => splitAmount(cells[place] ?? "").number.replaceAll(/\s/g, "")));
	const isShown = asked?.decimal !== undefined || amounts.some((amount) => /[.,]\d{1,2}$/.test(amount));
	const doubtful = amounts.find((amount) => {
		const sign = /^[1-9]\d{0,2}([.,])\d{3}$/.exec(amount)?.[1];
		return sign !== undefined && (!isShown || sign !== style.numbers.decimal);
	});
	if (doubtful === undefined) return [];
	const sign = /[.,]/.exec(doubtful)![0];
	const grouped = { value: `thousands:${sign}`, reads: doubtful.replace(sign, "") };
	if (isShown) return [{ about: "decimal", found: doubtful, choices: [grouped, { value: "refuse", reads: "" }], proposed: "refuse" }];
	const decimal = { value: `decimal:${sign}`, reads: doubtful.replace(sign, ".") };
	return [{ about: "decimal", found: doubtful, choices: [grouped, decimal], proposed: null }];
}

/** A date with slashes that fits two readings, where no other date of the file shows the order. */
function dateQuestion(rows: readonly TableRow[], { table, style }: OpenTable): PriceListQuestion[] {
	if (style.dates !== undefined) return [];
	const places = (["from", "until"] as const).flatMap((field) => table.indexOf.get(field) ?? []);
	const dates = rows.flatMap(({ cells }) => places.map((place) => cells[place] ?? ""));
	for (const date of dates) {
		const [, first, second, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})/.exec(date) ?? [];
		if (first === undefined || second === undefined || first === second) continue;
		const iso = (month: string, day: string): string => `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
		const choices = [
			{ value: "dmy", reads: iso(second, first) },
			{ value: "mdy", reads: iso(first, second) },
		];
		return [{ about: "dates", found: date, choices, proposed: null }];
	}
	return [];
}
