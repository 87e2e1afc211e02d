import { splitAim, symbologyOf } from "./aim.ts";
import { withoutLineEnd } from "./characters.ts";
import { type Element, type ElementFault, GS, readBracketed, readElements, readGs1Symbol } from "./gs1/elements.ts";
import { gtin14Of, hasRightCheckDigit, isDigits, isGtinLength, isRestricted } from "./gs1/gtin.ts";
import { readLenientLink } from "./gs1/lenient-link.ts";
import { inUnits } from "./gs1/meaning.ts";
import { type RcnRule, readRcn } from "./gs1/rcn.ts";
import { type Doubt, meaningOf } from "./gs1-content.ts";
import { withSeparators } from "./reader.ts";

export type { Doubt } from "./gs1-content.ts";

/** The meaning of a scanned code about goods. */
export type CodeContent = GtinContent | Gs1Content | VariableMeasureContent | { kind: "text"; text: string };

export interface GtinContent {
	kind: "gtin";
	gtin14: string;
	asScanned: string;
	/** Has a meaning only in this country or company: never a key shared with others. */
	restricted?: true;
	/** Two or five digits beside the bars of books and magazines: issue, or price. */
	addOn?: string;
	doubts?: Doubt[];
}

export interface VariableMeasureContent {
	kind: "variable-measure";
	asScanned: string;
	/** The code with its value zeroed, as GTIN-14: the number the article is filed under. */
	itemGtin14: string;
	milligrams?: number;
	amountMinor?: number;
	pieces?: number;
	/** "value-check-digit": the digit over the value is wrong, and the store does not insist on it. */
	doubts?: Doubt[];
}

export interface Gs1Content {
	kind: "gs1";
	source: "element-string" | "digital-link" | "bracketed";
	elements: Element[];
	gtin14?: string;
	restricted?: true;
	lot?: string;
	serial?: string;
	/** Days as "2026-11-30", a time after "T" where the code has one. */
	expiry?: string;
	bestBefore?: string;
	sellBy?: string;
	packed?: string;
	produced?: string;
	netMilligrams?: number;
	priceAmountMinor?: number;
	/** ISO 4217 numeric, where the code says it; else the price is in the store's own money. */
	priceCurrency?: string;
	pieces?: number;
	/** A separator was probably dropped on the way; lot and serial are not to be trusted. */
	gsLost?: true;
	/** Faults inside values, or of values beside each other; those values are not among the fields above. */
	faults?: ElementFault[];
	/** Elements that may be read in another way. */
	doubts?: Doubt[];
}

export interface ReadCodeOptions {
	/** The AIM identifier, where the scanner gave it apart from the text. */
	aim?: string | undefined;
	/** Two-digit years are of the century around this day. */
	at: Date;
	/** When given, only links of this domain and of id.gs1.org are read as goods. */
	domain?: string | undefined;
	/** The store's rules for weights and prices inside EAN-13. */
	variableMeasure?: readonly RcnRule[] | undefined;
	/** Many scales leave the check digit over the price empty. */
	checkVariableMeasure?: boolean | undefined;
	/** Of the store's money: 2 for cents. */
	currencyDecimals?: number | undefined;
	/** The text that the scanner sends instead of GS, such as "|". */
	gs?: string | undefined;
}

/**
 * Reads the text of a scan, with or without its AIM identifier. Never throws: what is no number of goods is text.
 * Without an identifier element strings are guessed only from a GTIN with a right check digit or a GS in the data.
 */
export function readCode(text: string, options: ReadCodeOptions): CodeContent {
	// Digits alone, the most common scan, are neither an identifier nor a link, and have no line end, separator or bracket.
	if (options.aim === undefined && options.gs === undefined && isDigits(text)) return readBareDigits(text, options);
	const { aim, data: sent } = options.aim === undefined ? splitAim(text) : { aim: options.aim, data: text };
	const trimmed = withoutLineEnd(sent);
	const data = options.gs === undefined ? trimmed : withSeparators(trimmed, aim, options.gs);
	const asText: CodeContent = { kind: "text", text: data };
	const content = aim === undefined ? "unknown" : (symbologyOf(aim)?.content ?? "unknown");
	if (content === "add-on" || content === "not-a-barcode") return asText;

	const bracketed = readPrinted(data, options);
	if (bracketed) return bracketed;
	if (content === "element-string") return readGs1(data, options) ?? asText;
	if (content === "unknown" || content === "text-or-link") {
		const link = readLink(data, options);
		if (link) return link;
	}
	const number = readNumber(data, aim, options);
	if (number) return number;
	const looksGs1 = /^\u001d?01\d{14}./.test(data) || data.includes(GS);
	return (content === "unknown" && looksGs1 && readGs1(data, options, true)) || asText;
}

function readBareDigits(digits: string, options: ReadCodeOptions): CodeContent {
	const number = readDigits(digits, undefined, options);
	if (number) return number;
	const looksGs1 = digits.length > 16 && digits.startsWith("01");
	return (looksGs1 && readGs1(digits, options, true)) || { kind: "text", text: digits };
}

/** Where the add-on of two or five digits begins in all that a scanner sends, by its length (General Specifications 5.2.2.5). */
const addOnAt: Readonly<Record<number, number>> = { 18: 13, 17: 12, 15: 13, 14: 12, 13: 8, 10: 8 };

function readNumber(data: string, aim: string | undefined, options: ReadCodeOptions): CodeContent | undefined {
	const sent = data.replace(/\|\]e0.*$/s, ""); // the composite part of a pack is a symbol of its own
	// Some scanners put a blank between a code and its add-on.
	const apart = /^(\d{8}|\d{12,13})[ +](\d{2}|\d{5})$/.exec(sent);
	if (apart) return readGtin(apart[1]!, apart[2], aim, options);
	return isDigits(sent) ? readDigits(sent, aim, options) : undefined;
}

function readDigits(digits: string, aim: string | undefined, options: ReadCodeOptions): CodeContent | undefined {
	if (digits.length < 6 || digits.length > 18) return undefined;
	const at = addOnBegin(digits, aim);
	return at === undefined ? readGtin(digits, undefined, aim, options) : readGtin(digits.slice(0, at), digits.slice(at), aim, options);
}

function readGtin(code: string, addOn: string | undefined, aim: string | undefined, options: ReadCodeOptions): CodeContent | undefined {
	const isUpcE = aim === "]E0" || aim === "]E3" ? code.length <= 8 : false;
	// Six and seven digits are house numbers more often than UPC-E, unless the scanner says that they are none.
	if (!isUpcE && !isGtinLength(code.length)) return undefined;
	const measured = options.variableMeasure && readVariableMeasure(code, options.variableMeasure, options);
	if (measured) return measured;
	const asUpcE = isUpcE ? gtin14Of(code, "upc-e") : undefined;
	const gtin14 = asUpcE ?? gtin14Of(code, aim === "]E4" ? "ean-8" : undefined);
	if (gtin14 === undefined) return undefined;
	const isEitherOne = aim === undefined && code.length === 8 && hasRightCheckDigit(code) && gtin14Of(code, "upc-e") !== undefined;
	const content: GtinContent = { kind: "gtin", gtin14, asScanned: code };
	if (isRestricted(gtin14)) content.restricted = true;
	if (addOn !== undefined) content.addOn = addOn;
	if (isEitherOne) content.doubts = [{ doubt: "ean-8-or-upc-e" }];
	return content;
}

/**
 * Where the add-on begins; undefined: there is none. Without an identifier only in 15, 17 and 18 digits that no other number has; eighteen
 * digits that are also a right SSCC are a book's or a magazine's only with their prefix.
 */
function addOnBegin(sent: string, aim: string | undefined): number | undefined {
	const at = addOnAt[sent.length];
	if (at === undefined || (aim !== undefined && aim !== "]E3")) return undefined;
	// Thirteen digits may be an EAN-13 whose add-on was not read, rather than an EAN-8 or UPC-E with five more.
	if (sent.length === 13 && hasRightCheckDigit(sent) && gtin14Of(sent.slice(0, at)) === undefined) return undefined;
	if (aim === undefined) {
		if (sent.length < 15 || !hasRightCheckDigit(sent.slice(0, at))) return undefined;
		if (sent.length === 18 && hasRightCheckDigit(sent) && !/^97[789]/.test(sent)) return undefined;
	}
	return at;
}

function readVariableMeasure(code: string, rules: readonly RcnRule[], options: ReadCodeOptions): CodeContent | undefined {
	const ean13 = code.length === 12 ? `0${code}` : code;
	const checked = readRcn(ean13, rules);
	const isUnchecked = "fault" in checked && checked.fault === "incorrect-value-check-digit" && options.checkVariableMeasure === false;
	const reading = isUnchecked ? readRcn(ean13, rules, { checkValue: false }) : checked;
	if ("fault" in reading) return undefined;
	const value = { digits: reading.value, decimals: reading.decimals };
	const measured: VariableMeasureContent = { kind: "variable-measure", asScanned: code, itemGtin14: reading.itemKey.padStart(14, "0") };
	const amount = inUnits(value, options.currencyDecimals ?? 2);
	if (reading.measure === "weight") measured.milligrams = reading.value * 10 ** (6 - reading.decimals);
	else if (reading.measure === "count") measured.pieces = reading.value;
	else if (amount !== undefined) measured.amountMinor = amount;
	if (isUnchecked) measured.doubts = [{ doubt: "value-check-digit" }];
	return measured;
}

function readLink(data: string, options: ReadCodeOptions): Gs1Content | undefined {
	const hasScheme = /^\s*https?:\//i.test(data);
	if (!hasScheme && !/^\s*(?:\/\/)?[^\s/]+\.[^\s/]+\/(?:.*\/)?\d{2,4}\/\d/.test(data)) return undefined;
	const link = readLenientLink(data);
	if ("fault" in link) return undefined;
	// A blog's /2026/01/hello looks like a GTIN until its check digit is reckoned.
	if (link.faults.some(({ ai }) => ai === link.elements[0]?.ai)) return undefined;
	const ours = [options.domain, "id.gs1.org"].includes(link.domain.toLowerCase());
	if (options.domain !== undefined && !ours) return undefined;
	const content = meaningOf(link.elements, link.faults, "digital-link", options);
	const doubts: Doubt[] = [...(content.doubts ?? []), ...link.oddities.map((note) => ({ doubt: "odd-link" as const, note }))];
	return doubts.length > 0 ? { ...content, doubts } : content;
}

function readGs1(data: string, options: ReadCodeOptions, isGuess = false): Gs1Content | undefined {
	const read = isGuess ? readElements : readGs1Symbol;
	const reading = read(data.replace(/^\u001d/, "")); // some scanners send the leading FNC1 too
	if ("fault" in reading || (isGuess && reading.faults.length > 0)) return undefined;
	return meaningOf(reading.elements, reading.faults, "element-string", options);
}

/** Reads the text that is printed under the bars, typed in by somebody: "(01)…(17)…". */
function readPrinted(data: string, options: ReadCodeOptions): Gs1Content | undefined {
	if (!/^\s*\(\d{2,4}\)/.test(data)) return undefined;
	// People copy the blanks of the label too; no value of GS1 holds one.
	const reading = readBracketed(data.replace(/\s*(?<!\\)(\(\d{2,4}\))\s*/g, "$1").trimEnd(), { keepsOthers: true });
	return "fault" in reading ? undefined : meaningOf(reading.elements, reading.faults, "bracketed", options);
}
