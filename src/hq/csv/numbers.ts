import type { DecimalSeparator } from "../../words/prices/csv-mapping.ts";
import type { Decimal } from "./amounts.ts";
import { readDecimal } from "./amounts.ts";

/** How a file writes numbers, found by its own amounts. */
export interface NumberStyle {
	decimal: DecimalSeparator;
	/** Whether at least one amount shows that the other sign groups thousands, and none contradicts it. */
	hasThousands: boolean;
}

const symbols: Readonly<Record<string, readonly string[]>> = {
	"€": ["EUR"],
	$: ["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"],
	"£": ["GBP"],
	"¥": ["CNY", "JPY"],
	"￥": ["CNY", "JPY"],
	元: ["CNY"],
	円: ["JPY"],
	"₪": ["ILS"],
	"₹": ["INR"],
	"₺": ["TRY"],
	zł: ["PLN"],
	Kč: ["CZK"],
	Ft: ["HUF"],
	kr: ["SEK", "NOK", "DKK", "ISK"],
	kn: ["HRK"],
	lei: ["RON"],
	TL: ["TRY"],
	Fr: ["CHF"],
};
const symbolShape = "(?:€|\\$|£|¥|￥|元|円|₪|₹|₺|zł|Kč|Ft|kr\\.?|kn|lei|TL|Fr\\.?|[A-Z]{3})";
const withSymbol = new RegExp(`^(${symbolShape})?\\s*([^\\p{L}€$£¥]*?)\\s*(${symbolShape})?$`, "u");

export interface AmountText {
	/** The text without the currency sign. */
	number: string;
	/** The currencies that the sign may mean; undefined without a sign. */
	currencies: readonly string[] | undefined;
}

/** Splits "1,99 €", "$1.50" and "EUR 2" into number and currency. A leading apostrophe is a spreadsheet's mark for text. */
export function splitAmount(text: string): AmountText {
	const bare = text.replace(/^'/, "").trim();
	const [, before, number, after] = withSymbol.exec(bare) ?? [];
	const sign = before ?? after;
	if (number === undefined || sign === undefined || (before !== undefined && after !== undefined))
		return { number: bare, currencies: undefined };
	const plain = sign.replace(/\.$/, "");
	return { number, currencies: symbols[plain] ?? [plain] };
}

const spaces = /[ \u00a0\u202f\u2009]/g;
/** Spaces divide thousands, or stand beside a sign: "1 99" is no number, and no 199. */
const strayShape = /\d\s+(?!\d{3}(?!\d))\d|\d{4,}\s+\d|[.,]\d*\s+\d|\d\s+[.,]|[.,]\s+\d/;
const lakh = /^\d{1,2}(,\d{2})+,\d{3}(\.\d+)?$/;

/** The decimal sign of a file: the one that most of its amounts show; where none shows it, the one usual with the delimiter. */
export function styleOf(
	amounts: Iterable<string>,
	delimiter: string,
	asked: { decimal?: DecimalSeparator | undefined; thousands?: DecimalSeparator | undefined },
): NumberStyle {
	const decimals = { ".": 0, ",": 0 };
	const groups = { ".": 0, ",": 0 };
	for (const text of amounts) {
		const { number } = splitAmount(text);
		const signs = number.replaceAll(/[^.,]/g, "");
		const last = signs.at(-1) as DecimalSeparator | undefined;
		if (last === undefined) continue;
		const places = number.length - number.lastIndexOf(last) - 1;
		if (signs.includes(".") && signs.includes(",")) {
			decimals[last] += 1;
			groups[other(last)] += 1;
		} else if (signs.length > 1) groups[last] += 1;
		else if (places !== 3 || /^0?[.,]/.test(number)) decimals[last] += 1;
	}
	const usual = delimiter === ";" ? "," : ".";
	const chosen = asked.decimal ?? (asked.thousands && other(asked.thousands));
	const decimal = chosen ?? (decimals["."] === decimals[","] ? usual : decimals["."] > decimals[","] ? "." : ",");
	if (asked.thousands !== undefined) return { decimal, hasThousands: true };
	return { decimal, hasThousands: groups[other(decimal)] > 0 && decimals[other(decimal)] === 0 };
}

const other = (sign: DecimalSeparator): DecimalSeparator => (sign === "." ? "," : ".");

/** The number, or why the text has more than one reading. */
export function readNumber(text: string, { decimal, hasThousands }: NumberStyle): Decimal | string {
	if (strayShape.test(text.trim())) return "is not one number: a space stands where it divides no thousands";
	const number = text.replaceAll(spaces, "").replace(/^([.,]\d)/, "0$1");
	if (/^[-(]/.test(number)) return "is below zero";
	if (number.startsWith("=")) return "is a formula of a spreadsheet";
	if (number.startsWith("#")) return "is an error of a spreadsheet";
	if (/^\d(?:[.,]\d+)?E[+-]?\d+$/i.test(number)) return "was turned into a power of ten by the spreadsheet";
	const thousands = other(decimal);
	const isBare = new RegExp(`^\\d{1,3}\\${thousands}\\d{3}$`).test(number);
	if (isBare && !hasThousands)
		return `could be ${number.replace(thousands, "")} or ${number.replace(thousands, ".")}; write it with its decimals`;
	const plain = decimal === "." && lakh.test(number) ? number.replaceAll(",", "") : number;
	return readDecimal(plain, decimal) ?? `is not a number with "${decimal}" before its decimals`;
}
