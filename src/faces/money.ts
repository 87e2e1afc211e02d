/**
 * Amounts and days as people of a locale write them, by ICU: group and decimal signs, the currency's place and sign, the order of day and
 * month. ICU comes with the pinned Node, so every box of one build draws the same pixels.
 */

import { minorDigits } from "../words/prices/currency.ts";
import { hasLetter } from "./text/letters.ts";

export interface MoneyParts {
	whole: string;
	/** The decimal sign, or empty where the amount has no smaller coin. */
	decimal: string;
	cents: string;
	symbol: string;
	symbolFirst: boolean;
}

/**
 * Currencies whose smaller coin is out of use, with the language of their country: shops there do not write ",00". ISO 4217 still counts
 * them in hundredths, and so do all amounts here.
 */
const coinless: Readonly<Record<string, string>> = {
	ALL: "sq",
	AMD: "hy",
	COP: "es",
	HUF: "hu",
	IDR: "id",
	IRR: "fa",
	KHR: "km",
	LAK: "lo",
	LBP: "ar",
	MGA: "mg",
	MMK: "my",
	UZS: "uz",
};

const languageOf = (locale: string): string => locale.split("-")[0]!.toLowerCase();

/** Making an Intl object takes as long as drawing a label, so each is made once. */
const formats = new Map<string, Intl.NumberFormat>();
const dayFormats = new Map<string, Intl.DateTimeFormat>();

function dayFormatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = `${locale} ${options.month} ${options.timeZone}`;
	let format = dayFormats.get(key);
	if (!format) dayFormats.set(key, (format = new Intl.DateTimeFormat(locale, options)));
	return format;
}

function formatOf(locale: string, currency: string, digits: number): Intl.NumberFormat {
	const key = `${locale} ${currency} ${digits}`;
	let format = formats.get(key);
	if (!format) {
		// Arabic, Persian and Bengali digits are in none of the fonts that labels are drawn with.
		const options = { currency, minimumFractionDigits: digits, maximumFractionDigits: digits, numberingSystem: "latn" } as const;
		format = new Intl.NumberFormat(knownLocale(locale), { style: "currency", currencyDisplay: "narrowSymbol", ...options });
		formats.set(key, format);
	}
	return format;
}

/** English where the text is no locale at all: a label is drawn all the same. */
function knownLocale(locale: string): string {
	try {
		return Intl.getCanonicalLocales(locale)[0] ?? "en";
	} catch {
		return "en";
	}
}

/** As ICU writes it, but in letters the fonts have: no direction marks, wide signs of East Asia or narrow spaces. */
function drawable(text: string): string {
	return text
		.normalize("NFKC")
		.replace(/\p{Cf}/gu, "")
		.replace(/\s/gu, "\u00a0");
}

function partsOf(amountMinor: number, currency: string, locale: string): Intl.NumberFormatPart[] {
	const places = minorDigits(currency);
	const text = String(amountMinor).padStart(places + 1, "0");
	const fraction = text.slice(text.length - places);
	const isWhole = places === 0 || (coinless[currency] === languageOf(locale) && /^0+$/.test(fraction));
	// As a text, so that amounts beyond 2^53 hundredths stay exact.
	const decimal = `${text.slice(0, text.length - places)}${isWhole ? "" : `.${fraction}`}` as Intl.StringNumericLiteral;
	const parts = formatOf(locale, currency, isWhole ? 0 : places).formatToParts(decimal);
	return parts.map(({ type, value }) => {
		const drawn = drawable(value);
		const isUnknown = type === "currency" && [...drawn].some((letter) => !hasLetter(letter));
		return { type, value: isUnknown ? currency : drawn };
	});
}

export function moneyParts(amountMinor: number, currency: string, locale: string): MoneyParts {
	const parts = partsOf(amountMinor, currency, locale);
	const join = (...types: string[]): string => {
		const some = parts.filter(({ type }) => types.includes(type));
		return some.map(({ value }) => value).join("");
	};
	const place = (type: string): number => parts.findIndex((part) => part.type === type);
	return {
		whole: join("integer", "group"),
		decimal: join("decimal"),
		cents: join("fraction"),
		symbol: join("currency"),
		symbolFirst: place("currency") < place("integer"),
	};
}

/** On one line, never broken: "1.234,50 €", "£4.99". */
export function moneyText(amountMinor: number, currency: string, locale: string): string {
	return partsOf(amountMinor, currency, locale)
		.map(({ value }) => value)
		.join("")
		.replace(/^\u00a0+|\u00a0+$/g, "");
}

export interface Day {
	year: number;
	month: number;
	day: number;
}

/** The last day on which a price holds that ends at this instant; undefined when it is no instant. */
export function lastDay(until: string, timeZone: string): Day | undefined {
	// A date alone is meant as that whole day.
	const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(until) ?? [];
	if (year !== undefined) return { year: Number(year), month: Number(month), day: Number(day) };
	const endMs = Date.parse(until);
	if (Number.isNaN(endMs)) return undefined;
	// A promotion that ends at midnight ends with the day before.
	const format = dayFormatOf("en-GB", { timeZone, year: "numeric", day: "numeric", month: "numeric" });
	const parts = format.formatToParts(endMs - 1);
	const numberOf = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
	return { year: numberOf("year"), month: numberOf("month"), day: numberOf("day") };
}

/** Where the month's number is how shops write a day; elsewhere its short name is. */
const numericMonths = new Set("bs cs da de et fi hr hu lv mk pl ro sk sl sr".split(" "));

/** "5. 12.", "5 Dec", "12月5日". */
export function dayText({ year, month: monthNumber, day }: Day, locale: string): string {
	// Plain "en" writes the day first, as all but one country of that language do.
	const known = locale.toLowerCase() === "en" ? "en-GB" : knownLocale(locale);
	const write = (month: "numeric" | "short"): string => {
		const options = { month, day: "numeric", timeZone: "UTC", numberingSystem: "latn", calendar: "gregory" } as const;
		return drawable(dayFormatOf(known, options).format(Date.UTC(year, monthNumber - 1, day)));
	};
	const text = write(numericMonths.has(languageOf(locale)) ? "numeric" : "short");
	return [...text].every(hasLetter) ? text : write("numeric");
}
