import type { ArticleFields } from "../../article.ts";
import type { AskedMapping, CsvField, CsvMapping } from "../../prices/csv-mapping.ts";
import type { PriceKind, PriceTerms } from "../../prices/price.ts";
import type { PriceListQuestion } from "../../prices/price-list-question.ts";
import type { Instant } from "../../time.ts";

/** How a column came to its meaning: by its name, by a name that is nearly a usual one, by its cells, or a person said so. */
export type GuessedBy = "header" | "similar" | "content" | "person";

export interface GuessedColumn {
	header: string;
	/** Nothing: the column is not read. The barcode may be the article number as well. */
	fields: CsvField[];
	by: GuessedBy | null;
	/** A possible meaning, where that is not sure enough to read it so. */
	maybe: CsvField | null;
	/** The first filled cells. */
	samples: string[];
}

/** A row as head office reads it. Times are instants, or times by each store's own clock. */
export interface ReadRow extends PriceTerms {
	sku: string;
	gtin?: string;
	amountMinor: number;
	currency: string;
	kind: PriceKind;
	from?: string;
	until?: string;
	article: ArticleFields;
}

export interface GuessedRow {
	line: number;
	/** As they stand in the file, in the order of `columns`. */
	cells: string[];
	/** Null: the row would be refused. */
	read: ReadRow | null;
	faults: { column: string; reason: string }[];
}

/** A price file of an unknown shape: the meaning of its columns, and its first rows as they would be read. */
export interface GuessedFile {
	encoding: string;
	/** Empty where the file has none, as workbooks and XML. */
	delimiter: string;
	/** The line of the header; 0: there is none. */
	headerLine: number;
	/** As it would be saved; null until its questions are answered. */
	mapping: Omit<CsvMapping, "isStrict"> | null;
	/** The person's decisions when it was guessed. */
	asked: AskedMapping | null;
	columns: GuessedColumn[];
	/** Columns that nobody reads. */
	unread: string[];
	/** Columns that the mapping names and the file does not have. */
	absent: { field: CsvField; column: string; nearest: string }[];
	questions: PriceListQuestion[];
	rows: GuessedRow[];
	/** Of the first rows: how many were looked at, and how many of them would be refused. */
	looked: number;
	refused: number;
	/** Why nothing can be read, beside open questions. */
	problem: string | null;
	notes: string[];
}

/** A mapping under its name. `version` rises with each change, and never falls, also where the name was removed in between. */
export interface SavedMapping {
	name: string;
	version: number;
	at: Instant;
	by: string;
	mapping: CsvMapping;
}
