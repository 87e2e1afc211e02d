import type { CsvField } from "../../../words/prices/csv-mapping.ts";
import { isCurrency } from "../../../words/prices/currency.ts";
import { readTime } from "../dates.ts";
import { splitAmount } from "../numbers.ts";
import { readGtin } from "../row.ts";
import { readUnit } from "../units.ts";

/** The look of a column's cells. Shares are of the cells that are filled, 0 to 1. */
export interface ColumnLook {
	filled: number;
	/** Filled cells per row. */
	density: number;
	gtins: number;
	/** Decimal amounts, or amounts with a currency sign. */
	amounts: number;
	currencies: number;
	dates: number;
	units: number;
	/** "250 g", "0,5 L". */
	contents: number;
	/** Codes without spaces that hold a digit. */
	codes: number;
	/** 1, 2, 3 …: the number of the row. */
	isRowNumber: boolean;
	texts: number;
	/** Distinct cells per filled cell. */
	variety: number;
	meanLength: number;
}

const amountShape = /^[^\d-]{0,4}\d[\d ., \u00a0\u202f']*[.,]\d{1,2}$|^[.,]\d{1,2}$|^\d{1,3}(?:[.,]\d{3})+$/;
const contentShape = /^\d+(?:[.,]\d+)? ?(?:x ?\d+(?:[.,]\d+)? ?)?(\p{L}[\p{L}²]{0,9})\.?$/u;

function isAmount(text: string): boolean {
	const { number, currencies } = splitAmount(text);
	return (currencies !== undefined && /^[\d., \u00a0\u202f]+$/.test(number) && /\d/.test(number)) || amountShape.test(text);
}

export function lookOf(cells: readonly string[]): ColumnLook {
	const filled = cells.filter((cell) => cell !== "");
	const share = (test: (cell: string) => boolean): number => filled.filter(test).length / Math.max(1, filled.length);
	const unquoted = (cell: string): string => cell.replace(/^'(?=\d)/, "");
	return {
		filled: filled.length,
		density: filled.length / Math.max(1, cells.length),
		gtins: share((cell) => readGtin(unquoted(cell)) !== undefined),
		amounts: share(isAmount),
		currencies: share((cell) => isCurrency(cell.toUpperCase()) && /^[A-Za-z]{3}$/.test(cell)),
		dates: share((cell) => /\D/.test(cell) && "time" in readTime(cell, "dmy")),
		units: share((cell) => /\p{L}/u.test(cell) && readUnit(cell) !== undefined),
		contents: share((cell) => readUnit(contentShape.exec(cell)?.[1] ?? "?") !== undefined),
		codes: share((cell) => /^[\p{L}\d._/-]{1,24}$/u.test(cell) && /\d/.test(cell)),
		isRowNumber: filled.length > 2 && filled.every((cell, at) => Number(cell) === Number(filled[0]) + at && Number(filled[0]) <= 1),
		texts: share((cell) => (cell.match(/\p{L}/gu)?.length ?? 0) >= 2),
		variety: new Set(filled).size / Math.max(1, filled.length),
		meanLength: filled.reduce((sum, cell) => sum + cell.length, 0) / Math.max(1, filled.length),
	};
}

/** The field that such cells may be of, the likeliest first, with nothing known of the column's name. */
export function fieldsLike(look: ColumnLook): CsvField[] {
	if (look.filled === 0) return [];
	if (look.currencies >= 0.9) return ["currency"];
	if (look.gtins >= 0.6) return ["gtin"];
	if (look.dates >= 0.8) return ["from", "until"];
	if (look.contents >= 0.7) return ["netContent"];
	if (look.units >= 0.8) return ["unit"];
	if (look.amounts >= 0.6) return ["amount"];
	if (look.codes >= 0.9 && look.variety === 1 && look.density === 1 && !look.isRowNumber) return ["sku"];
	if (look.texts >= 0.8) return ["name"];
	return [];
}
