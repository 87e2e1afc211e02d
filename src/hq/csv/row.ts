import { hasRightCheckDigit } from "../../../drivers/scanner/gs1/gtin.ts";
import type { ArticleFields } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import type { CsvField, CsvMapping } from "../../words/prices/csv-mapping.ts";
import { isCurrency, minorDigits } from "../../words/prices/currency.ts";
import { type MultiBuy, type PriceKind, priceKinds, type UnitPrice } from "../../words/prices/price.ts";
import { isVisible } from "../../words/text.ts";
import type { PriceChange } from "../catalog/pushes.ts";
import { type Contradiction, contradictionIn } from "../catalog/shapes.ts";
import { endsAfter } from "../catalog/times.ts";
import { unitPriceOf } from "../catalog/unit-price.ts";
import { type Decimal, exactMinor, roundedMinor } from "./amounts.ts";
import { type DateOrder, readTime } from "./dates.ts";
import { nearestOf } from "./headers.ts";
import { type NumberStyle, readNumber, splitAmount } from "./numbers.ts";
import { contentUnit, pricedContent, readUnit, tidyContent } from "./units.ts";

/** Thrown for a row that is refused; `field` names the column. */
export class RowFault extends Error {
	readonly field: CsvField;
	constructor(field: CsvField, reason: string) {
		super(reason);
		this.field = field;
	}
}

export interface RowNote {
	field: CsvField;
	reason: string;
}

interface ReadRow {
	change: PriceChange;
	gtin: string | undefined;
	notes: RowNote[];
}

/** The settings that are the same for every row of a file. */
export interface FileStyle {
	mapping: CsvMapping;
	numbers: NumberStyle;
	dates: DateOrder;
	/** The currency of rows that name none: the mapping's, or the one in which the tenant's stores charge. */
	currency: string | undefined;
}

type Get = (field: CsvField) => string;

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
/** A barcode that a spreadsheet turned into a number: digits are lost, and different articles get one barcode. */
const turned = (text: string): string | undefined =>
	/^\d(?:[.,]\d+)?E[+]?\d+$/i.test(text)
		? `The spreadsheet has turned this barcode into ${clip(text)}. Format the column as text.`
		: undefined;
/** `="0123"` and `'0123` keep a spreadsheet from reading digits as a number. */
const asText = (text: string): string => /^="(.*)"$/.exec(text)?.[1] ?? text.replace(/^'(?=\d)/, "");

/**
 * One row, as a price change and what it says of the article.
 *
 * A barcode that is not a GTIN (wrong check digit, letters) does not refuse the row, because the shelf must show the new price. The
 * article gets no barcode, and the row is reported, because tills will not know that barcode.
 */
export function readRow(get: Get, style: FileStyle): ReadRow {
	const notes: RowNote[] = [];
	const sku = skuOf(get);
	const currency = currencyOf(get, style);
	const digits = minorDigits(currency);
	const minor = (field: CsvField, what: string): number | undefined => minorOf(get, style, currency, field, what);
	const special = minor("specialAmount", "special price");
	const regular = minor("amount", "price");
	const amountMinor = special ?? regular;
	if (amountMinor === undefined)
		throw new RowFault(
			"amount",
			style.mapping.columns.specialAmount ? "The row has neither a price nor a special price." : "The row has no price.",
		);
	const kind = kindOf(get("kind"), special !== undefined);
	const from = timeOf(get("from"), "from", style.dates);
	const until = timeOf(get("until"), "until", style.dates);
	if (from !== undefined && until !== undefined && !endsAfter(from, until))
		throw new RowFault("until", "The price would end before it begins.");
	const { weighed, netContent } = contentOf(get, style, amountMinor, digits);
	const name = isVisible(get("name")) ? get("name") : "";
	const text = (field: CsvField): string | undefined => (get(field) === "" ? undefined : get(field).slice(0, 200));
	const article: ArticleFields = defined({
		name: name === "" ? undefined : name.slice(0, 200),
		brand: text("brand"),
		netContent: netContent === "" ? undefined : tidyContent(netContent),
		category: text("category"),
		weighed: get("unit") === "" ? undefined : weighed,
		depositMinor: minor("deposit", "deposit"),
		minimumAge: minimumAgeOf(get),
		pieceMilligrams: gramsOf(get, "pieceGrams", /^[1-9]\d{0,5}$/, "the whole grams of one piece"),
		pieceToleranceMilligrams: gramsOf(get, "pieceToleranceGrams", /^\d{1,5}$/, "the whole grams by which a piece may differ"),
		// A dash removes the barcodes; an empty cell keeps them.
		...(get("gtin") === noBarcode && { gtin: null, gtins: null }),
	});
	const unitPrice = unitPriceOfRow(get, style, { digits, weighed, amountMinor, netContent, isSpecial: special !== undefined }, notes);
	// A list that the law requires is taken as published, although its amounts are rounded and a prior price may be below the price.
	const isPublished = style.mapping.name === "pricelist-hr";
	const prior = priorOf(minor("priorAmount", "lowest price of 30 days"), { kind, amountMinor, isPublished }, notes);
	const change: PriceChange = defined({
		...{ sku, amountMinor, currency, kind, from, until, unitPrice, priorAmountMinor: prior, article },
		tier: get("tier") === "" ? undefined : get("tier"),
		fromQuantity: piecesOf(get, "fromQuantity"),
		multiBuy: multiBuyOf(get, minor("multiAmount", "price of several together")),
		onlineAmountMinor: minor("onlineAmount", "online price"),
	});
	const wrong = contradictionIn(change);
	if (wrong) throw new RowFault(columnsOf[wrong.field], wrong.reason);
	return { change, gtin: get("gtin") === noBarcode ? undefined : gtinOf(asText(get("gtin")), notes), notes };
}

const noBarcode = "-";

/** Milligrams, out of whole grams. */
function gramsOf(get: Get, field: "pieceGrams" | "pieceToleranceGrams", form: RegExp, what: string): number | undefined {
	const text = get(field);
	if (text === "") return undefined;
	if (!form.test(text)) throw new RowFault(field, `"${clip(text)}" is not ${what}.`);
	return Number(text) * 1_000;
}

/** The row is refused where the age cannot be read: goods for adults must not be sold to anybody because of a typing error. */
function minimumAgeOf(get: Get): number | undefined {
	const text = get("minimumAge");
	if (text === "") return undefined;
	const years = /^(\d{1,2})\+?$/.exec(text)?.[1];
	if (years === undefined) throw new RowFault("minimumAge", `"${clip(text)}" is not an age in whole years such as 18; 0 is for anybody.`);
	return Number(years);
}

function skuOf(get: Get): string {
	const sku = asText(get("sku"));
	if (sku === "") throw new RowFault("sku", "The row has no article number.");
	if (sku.length > 64) throw new RowFault("sku", "The article number is longer than 64 characters.");
	const fault = turned(sku);
	if (fault !== undefined) throw new RowFault("sku", fault);
	return sku;
}

function currencyOf(get: Get, style: FileStyle): string {
	const said = get("currency").toUpperCase();
	const sign = splitAmount(get("amount") || get("specialAmount")).currencies;
	const currency = said || (sign?.length === 1 ? sign[0]! : style.currency);
	if (!currency) throw new RowFault("currency", "The row has no currency, and the mapping names none.");
	if (!isCurrency(currency)) throw new RowFault("currency", `"${clip(currency)}" is not a currency of ISO 4217 such as EUR.`);
	return currency;
}

function minorOf(get: Get, style: FileStyle, currency: string, field: CsvField, what: string): number | undefined {
	const text = get(field);
	if (text === "") return undefined;
	const amount = exactMinor(decimalOf(text, style, currency, field, what), minorDigits(currency));
	if (amount === undefined) throw new RowFault(field, `The ${what} "${clip(text)}" has more decimals than ${currency} has.`);
	if (amount > 1e12) throw new RowFault(field, `The ${what} "${clip(text)}" is out of range.`);
	return amount;
}

function decimalOf(text: string, style: FileStyle, currency: string, field: CsvField, what: string): Decimal {
	const { number, currencies } = splitAmount(text);
	if (currencies && !currencies.includes(currency))
		throw new RowFault(field, `The ${what} "${clip(text)}" is in another currency than the row's, ${currency}.`);
	const decimal = readNumber(number, style.numbers);
	if (typeof decimal === "string") throw new RowFault(field, `The ${what} "${clip(text)}" ${decimal}.`);
	if (decimal.digits < 0n) throw new RowFault(field, `The ${what} "${clip(text)}" is below zero.`);
	return decimal;
}

function kindOf(text: string, isSpecial: boolean): PriceKind {
	if (text === "") return isSpecial ? "promotion" : "regular";
	const kind = priceKinds.find((known) => known === text.toLowerCase());
	if (!kind)
		throw new RowFault(
			"kind",
			`"${clip(text)}" is not regular, promotion, clearance or member; the nearest is ${nearestOf(text, priceKinds)}.`,
		);
	return kind;
}

const columnsOf: Record<Contradiction["field"], CsvField> = {
	tier: "tier",
	fromQuantity: "fromQuantity",
	multiBuy: "multiAmount",
	onlineAmountMinor: "onlineAmount",
	priorAmountMinor: "priorAmount",
	unitAmountMinor: "unitAmount",
};

function piecesOf(get: Get, field: "fromQuantity" | "multiQuantity"): number | undefined {
	const text = get(field);
	if (text === "") return undefined;
	if (!/^[1-9]\d{0,5}$/.test(text)) throw new RowFault(field, `"${clip(text)}" is not a whole number of pieces.`);
	return Number(text);
}

function multiBuyOf(get: Get, amountMinor: number | undefined): MultiBuy | undefined {
	const quantity = piecesOf(get, "multiQuantity");
	if (quantity === undefined && amountMinor === undefined) return undefined;
	if (quantity === undefined) throw new RowFault("multiQuantity", "The price of several together says not of how many.");
	if (amountMinor === undefined) throw new RowFault("multiAmount", `${quantity} together have no price.`);
	return { quantity, amountMinor };
}

function timeOf(text: string, field: "from" | "until", dates: DateOrder): string | undefined {
	if (text === "") return undefined;
	const read = readTime(text, dates);
	if ("fault" in read) throw new RowFault(field, `"${clip(text)}" ${read.fault}.`);
	return read.time;
}

/**
 * Whether the price is per kilogram, and the content of a pack. In some lists the unit is that of the content beside it: "0,06" and "KG"
 * is a roll of 60 g, "1,00" and "KG" loose goods. A pack of fixed weight is a piece.
 */
function contentOf(get: Get, style: FileStyle, amountMinor: number, digits: number): { weighed: boolean; netContent: string } {
	const word = get("unit");
	const content = get("netContent");
	const unit = word === "" || word.toLowerCase() === "weighed" ? "kg" : readUnit(word);
	if (unit === undefined)
		throw new RowFault("unit", `"${clip(word)}" is no unit that is known: write kg for goods sold by weight, else piece.`);
	if (unit === "lb" || unit === "oz")
		throw new RowFault(
			"unit",
			`The price is per ${unit}; weighed goods are priced per kg. Convert it, so that nobody is charged a rounded price.`,
		);
	const bare = /^\d+(?:[.,]\d+)?$/.test(content) ? Number(content.replace(",", ".")) : undefined;
	const netContent = bare !== undefined && word !== "" ? `${bare} ${unit === "piece" ? "pcs" : unit}` : content;
	if (content === "" && ["g", "dag", "mg"].includes(unit))
		throw new RowFault(
			"unit",
			`The price is for ${clip(word)}, and no column says of how many: write the content of a pack, or a price per kg.`,
		);
	if (word === "" || unit !== "kg") return { weighed: false, netContent };
	const per = splitAmount(get("unitAmount")).number;
	const unitAmount = per === "" ? undefined : readNumber(per, style.numbers);
	const isPerKilogram =
		unitAmount === undefined ||
		typeof unitAmount === "string" ||
		roundedMinor(unitAmount, digits) === amountMinor ||
		get("specialAmount") !== "";
	const isLoose = content === "" || bare === 1 || (/^1(?:[.,]0+)? ?kg$/i.test(content) && isPerKilogram);
	return { weighed: isLoose && (isPerKilogram || content !== ""), netContent };
}

interface PricedRow {
	digits: number;
	weighed: boolean;
	amountMinor: number;
	netContent: string;
	isSpecial: boolean;
}

/** Two unit prices that differ by more than this share contradict each other. */
const tolerance = 0.02;

function unitPriceOfRow(get: Get, style: FileStyle, row: PricedRow, notes: RowNote[]): UnitPrice | undefined {
	const { digits, weighed, amountMinor, netContent, isSpecial } = row;
	// Weighed goods are priced per kilogram to begin with.
	if (weighed) return { amountMinor, per: "kg" };
	const own = unitPriceOf(amountMinor, { netContent: pricedContent(netContent) });
	const text = get("unitAmount");
	if (text === "") return netContent.includes("/") ? own : undefined;
	const amount = roundedMinor(decimalOf(text, style, currencyOf(get, style), "unitAmount", "price per unit"), digits);
	if (amount === undefined) throw new RowFault("unitAmount", `The price per unit "${clip(text)}" is out of range.`);
	if (own && style.mapping.name !== "pricelist-hr" && Math.abs(own.amountMinor - amount) > Math.max(2, own.amountMinor * tolerance)) {
		// A list may repeat the unit price of the regular price in the row of a special price.
		if (!isSpecial)
			notes.push({
				field: "unitAmount",
				reason:
					`The price was taken; the price per unit "${clip(text)}" was not: price and content make ` +
					`${own.amountMinor} minor units per ${own.per}.`,
			});
		return own;
	}
	return { amountMinor: amount, per: contentUnit(netContent) ?? contentUnit(get("unit")) ?? "piece" };
}

/** Drops a prior price that is not above the reduced one: a label would show a reduction that is none. */
function priorOf(
	prior: number | undefined,
	{ kind, amountMinor, isPublished }: { kind: PriceChange["kind"]; amountMinor: number; isPublished: boolean },
	notes: RowNote[],
): number | undefined {
	if (prior === undefined || isPublished || kind === "regular" || prior >= amountMinor) return prior;
	notes.push({
		field: "priorAmount",
		reason: "The price was taken; the lowest price of 30 days was not: it is below the reduced price, so this is no reduction.",
	});
	return undefined;
}

/** GTIN-8, -12, -13 or -14 with a right check digit, as 14 digits (GS1 General Specifications, 7.9). */
export function readGtin(text: string): string | undefined {
	if (!/^(\d{8}|\d{12,14})$/.test(text)) return undefined;
	return hasRightCheckDigit(text) ? text.padStart(14, "0") : undefined;
}

function gtinOf(text: string, notes: RowNote[]): string | undefined {
	if (text === "") return undefined;
	const gtin = readGtin(text);
	if (gtin === undefined) notes.push({ field: "gtin", reason: turned(text) ?? gtinRefused(text) });
	return gtin;
}

export const gtinRefused = (text: string): string =>
	`The price was taken; the barcode "${clip(text)}" was not: it is not a GTIN with a right check digit.`;
