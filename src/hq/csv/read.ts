import { Readable } from "node:stream";
import { parse } from "csv-parse";
import type { PriceChange, RejectedRow } from "../catalog/pushes.ts";
import { HqRefusal } from "../refusal.ts";
import { type CsvField, type CsvMapping, detectMapping } from "./mapping.ts";
import { RowFault, readRow } from "./row.ts";

export interface ReadCsv {
	mapping: string;
	changes: PriceChange[];
	/** Rows not taken, and rows taken without their barcode; by line, at most `rejectedKept` of them. */
	rejected: RejectedRow[];
	rejectedCount: number;
	rows: number;
}

/** So that a file in the wrong encoding does not make an answer as large as itself. */
const rejectedKept = 10_000;
const rowsMost = 500_000;

/**
 * A file may be streamed; line 1 is the header. Throws bad-csv when it is no CSV of a kind we know. What is wrong in a row keeps
 * only that row out.
 */
export async function readCsv(input: AsyncIterable<Uint8Array | string> | Uint8Array | string, mapping?: CsvMapping): Promise<ReadCsv> {
	const rejected: RejectedRow[] = [];
	const articles = new Map<string, SeenArticle>();
	let rows = 0;
	let rejectedCount = 0;
	const refuse = (line: number, column: string, reason: string): void => {
		rejectedCount += 1;
		if (rejected.length < rejectedKept) rejected.push({ line, column, reason });
	};
	let header: string[] | undefined;
	let used: CsvMapping | undefined = mapping;
	let indexOf = new Map<CsvField, number>();

	const parser = parse({
		bom: true,
		delimiter: mapping?.delimiter ?? ",",
		relax_quotes: true,
		relax_column_count: true,
		skip_empty_lines: true,
		trim: true,
		info: true,
		max_record_size: 64 * 1024,
		encoding: "utf8",
	});
	const source = input instanceof Uint8Array || typeof input === "string" ? Readable.from([input]) : Readable.from(input);
	source.on("error", (error) => parser.destroy(error));
	source.pipe(parser);
	let line = 1;
	try {
		for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
			// info.lines is where the record ends; a quoted field may span lines, and a person looks for where it begins.
			const begins = line;
			line = info.lines + 1;
			if (!header) {
				header = record;
				used = mapping ?? detectMapping(header);
				if (!used)
					throw new HqRefusal(
						"bad-csv",
						`No built-in mapping fits the header "${header.join(",").slice(0, 200)}". Name one, or give one of your own with ?mapping=.`,
					);
				indexOf = indexColumns(header, used);
				continue;
			}
			rows += 1;
			if (rows > rowsMost) throw new HqRefusal("bad-csv", `The file has more than ${rowsMost} rows. Push it in parts.`);
			takeRow(record, begins, header, used!, indexOf, articles, refuse);
		}
	} catch (error) {
		if (error instanceof HqRefusal) throw error;
		throw new HqRefusal("bad-csv", `The file cannot be read as CSV near line ${line}: ${(error as Error).message.split("\n")[0]}`);
	} finally {
		parser.destroy();
		source.destroy();
	}
	if (!header || !used) throw new HqRefusal("bad-csv", "The file is empty: a header row is needed.");
	return { mapping: used.name, changes: changesOf(articles), rejected, rejectedCount, rows };
}

interface SeenArticle {
	sku: string;
	gtins: string[];
	prices: Map<string, PriceChange>;
	line: number;
}

function indexColumns(header: readonly string[], mapping: CsvMapping): Map<CsvField, number> {
	const index = new Map<CsvField, number>();
	for (const [field, column] of Object.entries(mapping.columns) as [CsvField, string][]) {
		const at = header.indexOf(column);
		if (at >= 0) index.set(field, at);
	}
	for (const field of ["sku", "amount"] as const) {
		if (mapping.columns[field] !== undefined && !index.has(field)) {
			throw new HqRefusal(
				"bad-csv",
				`The file has no column "${mapping.columns[field]}", which the mapping ${mapping.name} needs for ${field}.`,
			);
		}
	}
	return index;
}

function takeRow(
	record: readonly string[],
	line: number,
	header: readonly string[],
	mapping: CsvMapping,
	indexOf: ReadonlyMap<CsvField, number>,
	articles: Map<string, SeenArticle>,
	refuse: (line: number, column: string, reason: string) => void,
): void {
	const columnOf = (field: CsvField): string => mapping.columns[field] ?? field;
	if (record.length > header.length && record.slice(header.length).some((cell) => cell !== "")) {
		return refuse(line, "", `The row has ${record.length} cells, the header ${header.length}: is a delimiter in an unquoted text?`);
	}
	const get = (field: CsvField): string => {
		const at = indexOf.get(field);
		return at === undefined ? "" : (record[at] ?? "").replaceAll(/[\0-\x1f\x7f]+/g, " ").trim();
	};
	if (get("name").includes("\ufffd")) return refuse(line, columnOf("name"), "The text is not UTF-8. Save the file as UTF-8.");
	try {
		const { change, gtin, notes } = readRow(get, mapping);
		const seen: SeenArticle = articles.get(change.sku) ?? { sku: change.sku, gtins: [], prices: new Map(), line };
		const key = `${change.kind} ${change.from ?? ""} ${change.until ?? ""}`;
		const before = seen.prices.get(key);
		if (before && (before.amountMinor !== change.amountMinor || before.currency !== change.currency)) {
			return refuse(line, columnOf("sku"), `Line ${seen.line} has article ${change.sku} at another price; that one was taken.`);
		}
		if (!before) seen.prices.set(key, change);
		// The article's further barcodes: a row each, at the same price.
		if (gtin !== undefined && !seen.gtins.includes(gtin)) seen.gtins.push(gtin);
		articles.set(change.sku, seen);
		for (const note of notes) refuse(line, columnOf(note.field), note.reason);
	} catch (error) {
		if (!(error instanceof RowFault)) throw error;
		refuse(line, columnOf(error.field), error.message);
	}
}

function changesOf(articles: ReadonlyMap<string, SeenArticle>): PriceChange[] {
	return [...articles.values()].flatMap(({ gtins: [gtin, ...further], prices }) =>
		[...prices.values()].map((change) => ({
			...change,
			article: { ...change.article, ...(gtin !== undefined && { gtin }), ...(further.length > 0 && { gtins: further.slice(0, 64) }) },
		})),
	);
}
