import { parse } from "yaml";
import { z } from "zod";
import { type CsvField, type CsvMapping, csvFields } from "../../words/prices/csv-mapping.ts";
import { isCurrency } from "../../words/prices/currency.ts";
import { HqRefusal } from "../refusal.ts";
import { knownEncodings } from "./encodings.ts";
import { guessField, plainHeader } from "./headers.ts";

export const gondola: CsvMapping = {
	name: "gondola",
	currency: null,
	isStrict: true,
	columns: {
		sku: "sku",
		gtin: "gtin",
		name: "name",
		brand: "brand",
		netContent: "net_content",
		unit: "unit",
		category: "category",
		amount: "amount",
		unitAmount: "unit_amount",
		kind: "kind",
		from: "from",
		until: "until",
		priorAmount: "prior_amount",
		currency: "currency",
		deposit: "deposit",
		pieceGrams: "piece_grams",
		pieceToleranceGrams: "piece_tolerance_grams",
		minimumAge: "minimum_age",
		tier: "tier",
		multiQuantity: "multi_quantity",
		multiAmount: "multi_amount",
		fromQuantity: "from_quantity",
		onlineAmount: "online_amount",
	},
};

/**
 * The price list Croatian retailers must publish. A filled SpecialPrice is the price now, BestPrice30 the lowest of 30 days before it
 * (98/6/EC article 6a). AnchorPrice, the price of a fixed day in the past, is not shown on labels and not read.
 */
const pricelistHr: CsvMapping = {
	name: "pricelist-hr",
	decimal: ".",
	currency: "EUR",
	columns: {
		sku: "ProductId",
		gtin: "Barcode",
		name: "Product",
		brand: "Brand",
		netContent: "Quantity",
		unit: "Unit",
		category: "Category",
		amount: "Price",
		unitAmount: "UnitPrice",
		specialAmount: "SpecialPrice",
		priorAmount: "BestPrice30",
	},
};

const builtInMappings: readonly CsvMapping[] = [gondola, pricelistHr];

const columnName = z.string().min(1).max(128);
const shape = {
	decimal: z.enum([".", ","]).optional(),
	thousands: z.enum([".", ","]).optional(),
	currency: z.string().refine(isCurrency, "an ISO 4217 code such as EUR").nullable().default(null),
	delimiter: z.string().length(1).optional(),
	encoding: z.enum(knownEncodings).optional(),
	dates: z.enum(["dmy", "mdy"]).optional(),
	row: z.string().min(1).max(200).optional(),
	header: z.boolean().optional(),
};
const signsDiffer = ({ decimal, thousands }: Pick<CsvMapping, "decimal" | "thousands">): boolean =>
	thousands === undefined || decimal !== thousands;
const signs = { path: ["thousands"], message: "the decimal sign is the other one" };

/** A mapping that can read a file. */
export const mappingSchema = z
	.strictObject({
		name: z.string().min(1).max(64).default("custom"),
		...shape,
		columns: z
			.partialRecord(z.enum(csvFields), columnName)
			.refine((columns) => columns.sku !== undefined, "sku must be mapped")
			.refine((columns) => columns.amount !== undefined || columns.specialAmount !== undefined, "amount or specialAmount must be mapped"),
	})
	.refine(signsDiffer, signs);

/** An `AskedMapping`. */
export const partialMappingSchema = z
	.strictObject({
		name: z.string().min(1).max(64).optional(),
		...shape,
		columns: z.partialRecord(z.enum(csvFields), columnName).optional(),
	})
	.refine(signsDiffer, signs);
export const builtInNamed = (name: string): CsvMapping | undefined => builtInMappings.find((mapping) => mapping.name === name);
export const isBuiltInName = (name: string): boolean => builtInNamed(name) !== undefined;

/**
 * The name of a built-in mapping, or a mapping of one's own as YAML or JSON text: `{columns: {sku: Artikelnr, amount: Preis},
 * decimal: ",", currency: EUR}`.
 */
export function readMapping(nameOrText: string): CsvMapping {
	const builtIn = builtInNamed(nameOrText.trim());
	if (builtIn) return builtIn;
	let value: unknown;
	try {
		value = parse(nameOrText, { maxAliasCount: 0 });
	} catch (error) {
		throw new HqRefusal(
			"bad-mapping",
			`The mapping is neither ${builtInMappings.map((m) => m.name).join(" nor ")}, nor one that was saved, nor YAML or JSON: ` +
				`${(error as Error).message.split("\n")[0]}`,
		);
	}
	const checked = mappingSchema.safeParse(value);
	if (checked.success) return checked.data;
	const said = typeof value === "string" ? ` (no mapping has the name "${value.slice(0, 40)}")` : "";
	throw new HqRefusal(
		"bad-mapping",
		`The mapping is not right${said}; the fields are ${csvFields.join(", ")}.`,
		checked.error.issues.map((issue) => ({ path: `mapping.${issue.path.join(".")}`, message: issue.message })),
	);
}

/** The currency in the header of a price column, where the file has no currency column. */
export const currencyOfHeader: Readonly<Record<string, string>> = {
	"maloprodajna cijena": "EUR",
	mpc: "EUR",
	itemprice: "ILS",
	零售价: "CNY",
	售价: "CNY",
	"satis fiyati": "TRY",
	fiyat: "TRY",
};

/** The mapping for a header, from a built-in mapping or the usual column names; undefined: this row is no header of a price list. */
export function detectMapping(header: readonly string[]): CsvMapping | undefined {
	const plain = new Set(header.map(plainHeader));
	const has = (column: string | undefined): boolean => column !== undefined && plain.has(plainHeader(column));
	const builtIn = builtInMappings.find(({ columns }) => has(columns.sku) && has(columns.amount));
	if (builtIn) return builtIn;
	const columns: CsvMapping["columns"] = {};
	let twice: string | undefined;
	for (const name of header) {
		const field = guessField(name);
		if (field === undefined) continue;
		if (columns[field] === undefined) columns[field] = name;
		else if (isMoney(field)) twice ??= `"${columns[field]}" and "${name}"`;
	}
	if (columns.sku === undefined || (columns.amount === undefined && columns.specialAmount === undefined)) return undefined;
	if (twice !== undefined)
		throw new HqRefusal("bad-csv", `The columns ${twice} may both be the price that counts. Say in a mapping which one does.`);
	const currency = header.map((name) => currencyOfHeader[plainHeader(name)]).find((code) => code !== undefined) ?? null;
	return { name: "guessed", currency, columns };
}

const isMoney = (field: CsvField): boolean => field === "amount" || field === "specialAmount";
