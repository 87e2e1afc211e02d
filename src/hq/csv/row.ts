import { isCurrency, minorDigits } from "../../words/prices/currency.ts";
import type { UnitPrice } from "../../words/prices/price.ts";
import type { ArticleFields, PriceChange } from "../catalog/pushes.ts";
import { type Decimal, exactMinor, readDecimal, roundedMinor } from "./amounts.ts";
import type { CsvField, CsvMapping } from "./mapping.ts";

/** Thrown for a row that cannot be taken; `field` says where. */
export class RowFault extends Error {
	readonly field: CsvField;
	constructor(field: CsvField, reason: string) {
		super(reason);
		this.field = field;
	}
}

export interface ReadRow {
	change: PriceChange;
	gtin: string | undefined;
	notes: { field: CsvField; reason: string }[];
}

/**
 * One row, as a price change and what it says of the article.
 *
 * A barcode that is not a GTIN (a wrong check digit, letters) does not keep the row out: the shelf must show the new price all
 * the same. The article goes without it, and the row is mentioned, because the till will not know that barcode.
 */
export function readRow(get: (field: CsvField) => string, mapping: CsvMapping): ReadRow {
	const notes: ReadRow["notes"] = [];
	const sku = get("sku");
	if (sku === "") throw new RowFault("sku", "The row has no article number.");
	if (sku.length > 64) throw new RowFault("sku", "The article number is longer than 64 characters.");
	const currency = get("currency") || mapping.currency;
	if (!currency) throw new RowFault("currency", "The row has no currency, and the mapping names none.");
	if (!isCurrency(currency)) throw new RowFault("currency", `"${clip(currency)}" is not a currency of ISO 4217 such as EUR.`);
	const digits = minorDigits(currency);

	const minor = (field: CsvField, what: string): number | undefined => {
		const text = get(field);
		if (text === "") return undefined;
		const decimal = decimalOf(text, mapping, field, what);
		const amount = exactMinor(decimal, digits);
		if (amount === undefined) throw new RowFault(field, `The ${what} "${clip(text)}" has more decimals than ${currency} has.`);
		if (amount < 0) throw new RowFault(field, `The ${what} "${clip(text)}" is below zero.`);
		return amount;
	};
	const special = minor("specialAmount", "special price");
	const regular = minor("amount", "price");
	const amountMinor = special ?? regular;
	if (amountMinor === undefined) {
		throw new RowFault(
			"amount",
			mapping.columns.specialAmount ? "The row has neither a price nor a special price." : "The row has no price.",
		);
	}
	const kind = get("kind") || (special !== undefined ? "promotion" : "regular");
	if (kind !== "regular" && kind !== "promotion" && kind !== "clearance") {
		throw new RowFault("kind", `"${clip(kind)}" is not regular, promotion or clearance.`);
	}
	const prior = minor("priorAmount", "lowest price of 30 days");
	const from = instantOf(get("from"), "from");
	const until = instantOf(get("until"), "until");
	if (from !== undefined && until !== undefined && until <= from) throw new RowFault("until", "The price would end before it begins.");

	const name = get("name");
	const weighed = /^(kg|weighed)$/i.test(get("unit"));
	const netContent = get("netContent");
	const gtin = gtinOf(get("gtin"), notes);
	const deposit = minor("deposit", "deposit");
	const pieceGrams = get("pieceGrams");
	if (pieceGrams !== "" && !/^[1-9]\d{0,5}$/.test(pieceGrams))
		throw new RowFault("pieceGrams", `"${clip(pieceGrams)}" is not the whole grams of one piece.`);
	const unitPrice = unitPriceOf(get, mapping, digits, weighed, amountMinor);
	const article: ArticleFields = {
		...(name !== "" && { name: name.slice(0, 200) }),
		...(get("brand") !== "" && { brand: get("brand").slice(0, 200) }),
		...(netContent !== "" && { netContent: tidyContent(netContent) }),
		...(get("category") !== "" && { category: get("category").slice(0, 200) }),
		...(mapping.columns.unit !== undefined && get("unit") !== "" && { weighed }),
		...(deposit !== undefined && { depositMinor: deposit }),
		...(pieceGrams !== "" && { pieceMilligrams: Number(pieceGrams) * 1_000 }),
	};
	return {
		change: {
			sku,
			amountMinor,
			currency,
			kind,
			...(from !== undefined && { from }),
			...(until !== undefined && { until }),
			...(unitPrice && { unitPrice }),
			...(prior !== undefined && { priorAmountMinor: prior }),
			article,
		},
		gtin,
		notes,
	};
}

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

function decimalOf(text: string, mapping: CsvMapping, field: CsvField, what: string): Decimal {
	const decimal = readDecimal(text, mapping.decimal);
	if (!decimal) throw new RowFault(field, `The ${what} "${clip(text)}" is not a number with "${mapping.decimal}" before its decimals.`);
	return decimal;
}

function instantOf(text: string, field: "from" | "until"): string | undefined {
	if (text === "") return undefined;
	const shape = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;
	const ms = shape.test(text) ? Date.parse(text) : Number.NaN;
	// Date.parse takes 31 February for 3 March.
	if (Number.isNaN(ms) || (text.length === 10 && !new Date(ms).toISOString().startsWith(text))) {
		throw new RowFault(field, `"${clip(text)}" is not a date (2026-03-01) or a time with its zone (2026-03-01T08:00:00Z).`);
	}
	return new Date(ms).toISOString();
}

/** GTIN-8, -12, -13 or -14 with a right check digit, as 14 digits (GS1 General Specifications, 7.9). */
export function readGtin(text: string): string | undefined {
	if (!/^(\d{8}|\d{12,14})$/.test(text)) return undefined;
	const gtin = text.padStart(14, "0");
	let sum = 0;
	for (let i = 0; i < 13; i += 1) sum += Number(gtin[i]) * (i % 2 === 0 ? 3 : 1);
	return (10 - (sum % 10)) % 10 === Number(gtin[13]) ? gtin : undefined;
}

function gtinOf(text: string, notes: ReadRow["notes"]): string | undefined {
	if (text === "") return undefined;
	const gtin = readGtin(text);
	if (gtin === undefined) {
		const reason = `The price was taken; the barcode "${clip(text)}" was not: it is not a GTIN with a right check digit.`;
		notes.push({ field: "gtin", reason });
	}
	return gtin;
}

/**
 * What one unit is, by the unit of the content: "0.30 kg" and "250 g" are priced per kg, "0.75 l" per l, "25.00 ko" (komada,
 * pieces) per piece.
 */
const referenceUnits: Record<string, string> = {
	kg: "kg",
	g: "kg",
	dag: "kg",
	mg: "kg",
	l: "l",
	dl: "l",
	cl: "l",
	ml: "l",
	m: "m",
	cm: "m",
	m2: "m2",
	"m²": "m2",
	ko: "piece",
	kom: "piece",
	pc: "piece",
	pcs: "piece",
	piece: "piece",
	pieces: "piece",
	st: "piece",
	stk: "piece",
	dose: "dose",
	wl: "dose",
};

/** Which unit a price per unit refers to, by the content's own: undefined when it names none we know. */
export function contentUnit(text: string): string | undefined {
	const word = /([\p{L}²]+2?)\.?$/u.exec(text.trim())?.[1]?.toLowerCase();
	return word === undefined ? undefined : referenceUnits[word];
}

function unitPriceOf(
	get: (field: CsvField) => string,
	mapping: CsvMapping,
	digits: number,
	weighed: boolean,
	amountMinor: number,
): UnitPrice | undefined {
	// Weighed goods are priced per kilogram to begin with.
	if (weighed) return { amountMinor, per: "kg" };
	const text = get("unitAmount");
	if (text === "") return undefined;
	const decimal = decimalOf(text, mapping, "unitAmount", "price per unit");
	const amount = roundedMinor(decimal, digits);
	if (amount === undefined || amount < 0) throw new RowFault("unitAmount", `The price per unit "${clip(text)}" is out of range.`);
	const per = contentUnit(get("netContent")) ?? contentUnit(get("unit")) ?? "piece";
	return { amountMinor: amount, per };
}

/** As a shopper reads it: "0.30 kg" stays, "25.00 ko" is "25 pcs". */
function tidyContent(text: string): string {
	const parts = /^(\d+)(?:\.0+)? ?(?:ko|kom)$/.exec(text);
	return parts ? `${parts[1]} pcs` : text.slice(0, 64);
}
