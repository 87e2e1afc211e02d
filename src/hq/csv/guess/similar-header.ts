import type { CsvField } from "../../../words/prices/csv-mapping.ts";
import { isCurrency } from "../../../words/prices/currency.ts";
import { distanceOf, plainHeader, wordsOfFields } from "../headers.ts";

/** Words beside a column's name that do not change what it contains. */
const idle = new Set(
	"in je per pro the of de der die das des du la le les incl inkl ttc mwst mit brutto gross vat tax pdv s sa ve item artikel eur euro".split(
		" ",
	),
);
/** Words that make another price of a price: before tax, of purchase, of another time or for other people. */
const otherPrice = new RegExp(
	"\\b(net|netto|excl|exkl|ohne|bez|ht|hors|old|alt|alter|alte|stara|staro|ancien|previous|vorher|last|purchase|einkauf|einkaufspreis|ek|" +
		"nabavna|achat|cost|wholesale|vpc|vp|rrp|uvp|msrp|list|listen|listenpreis|srp|diff|change|promjena|anderung)\\b|进价|成本|原价|批发",
);

/** The meaning of a column's name. */
export interface HeaderReading {
	field: CsvField;
	/** `sure`: it is the column's usual name, or nearly. Otherwise the name only holds such a word: a person has to look. */
	sure: boolean;
}

/** Whether a column of amounts says by its name that it is not what customers pay. */
export const isOtherPrice = (header: string): boolean => otherPrice.test(plainHeader(header));

/** "Verkaufspreis inkl. MwSt (EUR)", "Artikel-Nr.", "barcod": names that are nearly those that are usual. */
export function similarHeader(header: string): HeaderReading | undefined {
	const plain = plainHeader(header);
	const words = plain.split(" ").filter((word) => !isCurrency(word.toUpperCase()));
	const isOther = isOtherPrice(header);
	const named = wordsOfFields.get(words.join(" "));
	if (named !== undefined) return { field: named, sure: !isOther };
	const bare = words.filter((word) => !idle.has(word)).join(" ");
	let nearest: { field: CsvField; distance: number } | undefined;
	for (const [name, field] of wordsOfFields) {
		if (name === bare) return { field, sure: !isOther };
		if (name.length < 5 || Math.abs(name.length - bare.length) > 2) continue;
		const distance = distanceOf(bare, name);
		if (distance <= (name.length < 10 ? 1 : 2) && (nearest === undefined || distance < nearest.distance)) nearest = { field, distance };
	}
	if (nearest) return { field: nearest.field, sure: !isOther };
	let longest: { field: CsvField; length: number } | undefined;
	for (const [name, field] of wordsOfFields)
		if (name.length > 3 && name.length > (longest?.length ?? 0) && ` ${bare} `.includes(` ${name} `))
			longest = { field, length: name.length };
	return longest && { field: longest.field, sure: false };
}

/** The currency that the name of a column says: "Preis (EUR)", "Price $". */
export function currencyIn(header: string): string | undefined {
	const code = header.match(/(?<![\p{L}])[A-Z]{3}(?![\p{L}])/gu)?.find(isCurrency);
	const sign = /[€£₪₹₺]|zł|Kč|Ft/.exec(header)?.[0];
	return code ?? (sign && signs[sign]);
}

const signs: Readonly<Record<string, string>> = {
	"€": "EUR",
	"£": "GBP",
	"₪": "ILS",
	"₹": "INR",
	"₺": "TRY",
	zł: "PLN",
	Kč: "CZK",
	Ft: "HUF",
};
