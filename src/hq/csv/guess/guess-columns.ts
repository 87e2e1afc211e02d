import type { GuessedBy, GuessedColumn } from "../../../words/answers/head-office/price-lists.ts";
import type { CsvField, CsvMapping } from "../../../words/prices/csv-mapping.ts";
import { guessField } from "../headers.ts";
import { type ColumnLook, fieldsLike, lookOf } from "./column-look.ts";
import { isOtherPrice, similarHeader } from "./similar-header.ts";

interface Column {
	header: string;
	look: ColumnLook;
	samples: string[];
	field?: CsvField;
	by?: GuessedBy;
	maybe?: CsvField;
}

const samplesKept = 3;
const clip = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** The meaning of each column, by its name and its cells. `rows` are rows of the file below the header. */
export function guessColumns(header: readonly string[], rows: readonly (readonly string[])[]): GuessedColumn[] {
	const columns = header.map((name, at): Column => {
		const cells = rows.map((row) => row[at] ?? "");
		return { header: name, look: lookOf(cells), samples: cells.filter((cell) => cell !== "").slice(0, samplesKept) };
	});
	byName(columns);
	byContent(columns);
	const barcodeIsNumber = !columns.some(({ field }) => field === "sku");
	return columns.map(({ header: name, samples, field, by, maybe, look }) => ({
		header: name,
		fields: field === undefined ? [] : field === "gtin" && barcodeIsNumber && look.density === 1 ? ["sku", "gtin"] : [field],
		by: by ?? null,
		maybe: field === undefined ? (maybe ?? null) : null,
		samples: samples.map(clip),
	}));
}

function byName(columns: readonly Column[]): void {
	const isFree = (field: CsvField): boolean => !columns.some((other) => other.field === field);
	for (const column of columns) {
		const field = guessField(column.header.split("/").at(-1)!.replace(/^@/, "")) ?? guessField(column.header);
		if (field === undefined) continue;
		if (isFree(field)) Object.assign(column, { field, by: "header" });
		else column.maybe = field;
	}
	for (const column of columns) {
		if (column.field !== undefined || column.maybe !== undefined) continue;
		const similar = similarHeader(column.header);
		if (!similar) continue;
		if (similar.sure && isFree(similar.field) && doesNotContradict(similar.field, column.look))
			Object.assign(column, { field: similar.field, by: "similar" });
		else column.maybe = similar.field;
	}
}

/** A name that is only nearly usual counts with cells that fit it. */
function doesNotContradict(field: CsvField, look: ColumnLook): boolean {
	const like = fieldsLike(look);
	return like.length === 0 || like.includes(field) || !["gtin", "currency", "from"].some((sure) => like[0] === sure);
}

/**
 * Fields that no name gave. Prices and article numbers are taken from cells alone only where one column can be it: of two, a person
 * says which. A date may be when the list was written, and is never read by its cells alone.
 */
function byContent(columns: readonly Column[]): void {
	const open = columns.filter(({ field }) => field === undefined);
	const has = (field: CsvField): boolean => columns.some((column) => column.field === field);
	const give = (column: Column, field: CsvField): void => void Object.assign(column, { field, by: "content" });
	for (const field of ["currency", "gtin", "netContent", "unit", "amount", "sku"] as const) {
		const fits = open.filter((column) => column.field === undefined && fieldsLike(column.look).includes(field));
		const named = open.filter((column) => column.field === undefined && column.maybe === field);
		const unnamed = fits.filter(({ maybe }) => maybe === undefined);
		const sure = unnamed.filter(({ header }) => field !== "amount" || !isOtherPrice(header));
		const isRegular = field !== "amount" || !columns.some((column) => column.field === "specialAmount");
		if (!has(field) && named.length === 0 && unnamed.length === 1 && sure.length === 1 && isRegular) give(sure[0]!, field);
		else for (const column of unnamed) column.maybe = field;
	}
	for (const column of open)
		if (column.field === undefined && column.maybe === undefined && fieldsLike(column.look)[0] === "from") column.maybe = "from";
	if (has("name")) return;
	// Names differ from row to row, brands and categories repeat; lists have the name before both.
	const texts = open
		.filter(({ header, field, look }) => field === undefined && !header.includes("@") && look.texts >= 0.8 && look.contents < 0.5)
		.sort((a, b) => b.look.variety * b.look.density - a.look.variety * a.look.density);
	if (texts[0]) give(texts[0], "name");
}

export const columnsOf = (columns: readonly GuessedColumn[]): CsvMapping["columns"] =>
	Object.fromEntries(columns.flatMap(({ header, fields }) => fields.map((field) => [field, header] as const)));
