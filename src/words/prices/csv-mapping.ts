/** How the columns of a price file are read. A file may also be a workbook, XML or JSON lines. */
/** Meanings of a column. Amounts are decimal text in the file's currency; times are instants or by each store's own clock. */
export const csvFields = [
	"sku",
	"gtin",
	"name",
	"brand",
	"netContent",
	"unit",
	"category",
	"amount",
	"unitAmount",
	"kind",
	"from",
	"until",
	"priorAmount",
	"currency",
	"specialAmount",
	"deposit",
	"pieceGrams",
	"pieceToleranceGrams",
	"minimumAge",
	"tier",
	"multiQuantity",
	"multiAmount",
	"fromQuantity",
	"onlineAmount",
] as const;
export type CsvField = (typeof csvFields)[number];

/** The sign before the decimals of an amount. */
export type DecimalSeparator = "." | ",";

export interface CsvMapping {
	name: string;
	/** The header of each field's column; columns that are not named are not read. */
	columns: Partial<Record<CsvField, string>>;
	/** Left out: found by the amounts of the file. The delimiter, the encoding and the order of dates with slashes are found likewise. */
	decimal?: DecimalSeparator | undefined;
	/** The sign that groups thousands, where the amounts of the file may not show it: "1,299" is 1299 with ",". */
	thousands?: DecimalSeparator | undefined;
	/** The currency of rows that name none. */
	currency: string | null;
	delimiter?: string | undefined;
	encoding?: string | undefined;
	dates?: "dmy" | "mdy" | undefined;
	/** The element of an XML file that is one row, by its name or the end of its path. */
	row?: string | undefined;
	/** False: the file has no row of column names, and its columns go by their number: "1", "2" … */
	header?: boolean | undefined;
	/**
	 * Whether a column that the mapping does not name is refused, as in Gondola's own format. Otherwise such columns are listed in the
	 * notes and ignored.
	 */
	isStrict?: boolean | undefined;
}

/** A person's decisions about a mapping so far. Columns left out: they are guessed. */
export type AskedMapping = { [K in keyof Omit<CsvMapping, "isStrict">]?: CsvMapping[K] | undefined };
