import { parse } from "yaml";
import { z } from "zod";
import { isCurrency } from "../../words/prices/currency.ts";
import { HqRefusal } from "../refusal.ts";
import type { DecimalSeparator } from "./amounts.ts";

/** What a column can mean. Amounts are decimal text in the file's currency; instants RFC 3339 or a date, which begins at midnight UTC. */
const csvFields = [
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
] as const;
export type CsvField = (typeof csvFields)[number];

export interface CsvMapping {
	name: string;
	/** Header of the column for each field; what is not named is not read. */
	columns: Partial<Record<CsvField, string>>;
	decimal: DecimalSeparator;
	/** For rows without a currency of their own. */
	currency: string | null;
	delimiter: string;
}

const gondola: CsvMapping = {
	name: "gondola",
	decimal: ".",
	currency: null,
	delimiter: ",",
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
	delimiter: ",",
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

const custom = z.strictObject({
	name: z.string().min(1).max(64).default("custom"),
	decimal: z.enum([".", ","]).default("."),
	currency: z.string().refine(isCurrency, "an ISO 4217 code such as EUR").nullable().default(null),
	delimiter: z.string().length(1).default(","),
	columns: z
		.partialRecord(z.enum(csvFields), z.string().min(1).max(128))
		.refine((columns) => columns.sku !== undefined, "sku must be mapped")
		.refine((columns) => columns.amount !== undefined || columns.specialAmount !== undefined, "amount or specialAmount must be mapped"),
});

/**
 * The name of a built-in mapping, or a mapping of one's own as YAML or JSON text: `{columns: {sku: Artikelnr, amount: Preis},
 * decimal: ",", currency: EUR}`.
 */
export function readMapping(nameOrText: string): CsvMapping {
	const builtIn = builtInMappings.find((mapping) => mapping.name === nameOrText.trim());
	if (builtIn) return builtIn;
	let value: unknown;
	try {
		value = parse(nameOrText, { maxAliasCount: 0 });
	} catch (error) {
		throw new HqRefusal(
			"bad-mapping",
			`The mapping is neither ${builtInMappings.map((m) => m.name).join(" nor ")} nor YAML or JSON: ` +
				`${(error as Error).message.split("\n")[0]}`,
		);
	}
	const checked = custom.safeParse(value);
	if (checked.success) return checked.data;
	const said = typeof value === "string" ? ` (there is no built-in mapping "${value.slice(0, 40)}")` : "";
	throw new HqRefusal(
		"bad-mapping",
		`The mapping is not right${said}; the fields are ${csvFields.join(", ")}.`,
		checked.error.issues.map((issue) => ({ path: `mapping.${issue.path.join(".")}`, message: issue.message })),
	);
}

/** Known by its header; undefined when no built-in mapping fits. */
export function detectMapping(header: readonly string[]): CsvMapping | undefined {
	const has = (column: string | undefined): boolean => column !== undefined && header.includes(column);
	return builtInMappings.find(({ columns }) => has(columns.sku) && has(columns.amount));
}
