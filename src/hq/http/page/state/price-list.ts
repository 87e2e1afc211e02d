import { ask } from "../../../../desk/cockpit/shared/ask.ts";
import type { GuessedColumn, GuessedFile, SavedMapping } from "../../../../words/answers/head-office/price-lists.ts";
import type { AskedMapping } from "../../../../words/prices/csv-mapping.ts";

/** Meanings of a column, in the order of the choice. `skuAndGtin`: the barcode is the article number as well. */
export const meanings = [
	"sku",
	"skuAndGtin",
	"gtin",
	"name",
	"amount",
	"currency",
	"unit",
	"netContent",
	"brand",
	"category",
	"specialAmount",
	"priorAmount",
	"unitAmount",
	"from",
	"until",
	"kind",
	"tier",
	"multiQuantity",
	"multiAmount",
	"fromQuantity",
	"onlineAmount",
	"deposit",
	"minimumAge",
	"pieceGrams",
	"pieceToleranceGrams",
] as const;
export type Meaning = (typeof meanings)[number];

/** The meaning of a column as one word; "": it is not read. */
export const meaningOf = ({ fields }: GuessedColumn): Meaning | "" =>
	fields.includes("sku") && fields.includes("gtin") ? "skuAndGtin" : ((fields[0] as Meaning | undefined) ?? "");

/** The columns of a guess as a mapping names them, with another meaning for one of them. A meaning has one column at most. */
export function columnsWith(guess: GuessedFile, header: string, meaning: Meaning | ""): Record<string, string> {
	const wanted: readonly string[] = meaning === "skuAndGtin" ? ["sku", "gtin"] : meaning === "" ? [] : [meaning];
	const others = guess.columns.flatMap((column) => (column.header === header ? [] : column.fields.map((field) => [field, column.header])));
	return {
		...Object.fromEntries(others.filter(([field]) => !wanted.includes(field!))),
		...Object.fromEntries(wanted.map((field) => [field, header])),
	};
}

const wholeMost = 4 * 2 ** 20;
const beginningMost = 2 ** 20;

/** The part of a file that is sent to be guessed: of a large text its beginning, up to the end of a line; packed files and XML whole. */
async function beginningOf(file: Blob): Promise<Blob> {
	if (file.size <= wholeMost) return file;
	const bytes = new Uint8Array(await file.slice(0, beginningMost).arrayBuffer());
	const [a, b] = bytes;
	const isPacked = (a === 0x1f && b === 0x8b) || (a === 0x50 && b === 0x4b);
	// Letters of UTF-16 have two bytes, one of which may look like the end of a line.
	const isWide = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || bytes.subarray(0, 512).includes(0);
	const isXml = new TextDecoder("latin1")
		.decode(bytes.subarray(0, 64))
		.trimStart()
		.replace(/^\u00ef\u00bb\u00bf/, "")
		.startsWith("<");
	const end = bytes.lastIndexOf(0x0a);
	return isPacked || isWide || isXml || end < 0 ? file : new Blob([bytes.subarray(0, end + 1)]);
}

/** Guesses wait for the whole file to be read. */
const guessWithinMs = 120_000;

/** The part of head office's API that is about the shape of price lists. */
export function priceLists(language: () => string) {
	const key = encodeURIComponent;
	return {
		/** `asked`: the name of a mapping, or what was decided so far. */
		guess: async (file: Blob, asked?: string | AskedMapping) => {
			const text = asked === undefined ? "" : `?mapping=${key(typeof asked === "string" ? asked : JSON.stringify(asked))}`;
			return ask<GuessedFile>("POST", `/api/v1/price-lists/guess${text}`, language(), await beginningOf(file), guessWithinMs);
		},
		mappings: async () => (await ask<{ items: SavedMapping[] }>("GET", "/api/v1/mappings?limit=1000", language())).items,
		saveMapping: (name: string, mapping: AskedMapping) => ask<SavedMapping>("PUT", `/api/v1/mappings/${key(name)}`, language(), mapping),
	};
}
