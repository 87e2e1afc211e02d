import { splitAim, symbologyOf } from "./aim.ts";
import { readDigitalLink } from "./gs1/digital-link.ts";
import { type Element, type ElementFault, GS, readElements, seemsToHaveLostGs } from "./gs1/elements.ts";
import { gtin14Of, isRestricted } from "./gs1/gtin.ts";
import { dateOf, decimalOf, inUnits } from "./gs1/meaning.ts";
import { type RcnRule, readRcn } from "./gs1/rcn.ts";

/** What a scanned code says about goods. */
export type CodeContent = GtinContent | Gs1Content | VariableMeasureContent | { kind: "text"; text: string };

export interface GtinContent {
	kind: "gtin";
	gtin14: string;
	asScanned: string;
	/** Means something only in this country or company: never a key shared with others. */
	restricted?: true;
}

export interface VariableMeasureContent {
	kind: "variable-measure";
	asScanned: string;
	/** The code with its value zeroed, as GTIN-14: the number the article is filed under. */
	itemGtin14: string;
	milligrams?: number;
	amountMinor?: number;
	pieces?: number;
}

export interface Gs1Content {
	kind: "gs1";
	source: "element-string" | "digital-link";
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
	/** What is wrong inside values; those values are not among the fields above. */
	faults?: ElementFault[];
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
}

/**
 * Reads the text of a scan, with or without its AIM identifier. Never throws: what is no number of goods is text.
 * Without an identifier element strings are guessed only from a GTIN with a right check digit or a GS in the data.
 */
export function readCode(text: string, options: ReadCodeOptions): CodeContent {
	const { aim, data } = options.aim === undefined ? splitAim(text) : { aim: options.aim, data: text };
	const asText: CodeContent = { kind: "text", text: data };
	const content = aim === undefined ? "unknown" : (symbologyOf(aim)?.content ?? "unknown");
	if (content === "add-on" || content === "not-a-barcode") return asText;

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

function readNumber(data: string, aim: string | undefined, options: ReadCodeOptions): CodeContent | undefined {
	// An add-on of 2 or 5 digits may follow the EAN-13; the composite part of a pack is a symbol of its own.
	const code = aim === "]E3" ? data.slice(0, 13) : data.replace(/\|\]e0.*$/s, "");
	if (!/^\d{8}(\d{4,6})?$/.test(code)) return undefined; // six and seven digits are house numbers more often than UPC-E
	const measured = options.variableMeasure && readVariableMeasure(code, options.variableMeasure, options);
	if (measured) return measured;
	const gtin14 = gtin14Of(code, aim === "]E4" ? "ean-8" : undefined);
	if (gtin14 === undefined) return undefined;
	return { kind: "gtin", gtin14, asScanned: code, ...(isRestricted(gtin14) ? { restricted: true as const } : {}) };
}

function readVariableMeasure(code: string, rules: readonly RcnRule[], options: ReadCodeOptions): CodeContent | undefined {
	const ean13 = code.length === 12 ? `0${code}` : code;
	const reading = readRcn(ean13, rules, { checkValue: options.checkVariableMeasure ?? true });
	if ("fault" in reading) return undefined;
	const value = { digits: reading.value, decimals: reading.decimals };
	const measured: VariableMeasureContent = { kind: "variable-measure", asScanned: code, itemGtin14: reading.itemKey.padStart(14, "0") };
	const amount = inUnits(value, options.currencyDecimals ?? 2);
	if (reading.measure === "weight") measured.milligrams = reading.value * 10 ** (6 - reading.decimals);
	else if (reading.measure === "count") measured.pieces = reading.value;
	else if (amount !== undefined) measured.amountMinor = amount;
	return measured;
}

function readLink(data: string, options: ReadCodeOptions): Gs1Content | undefined {
	if (!/^https?:\/\//i.test(data)) return undefined;
	const link = readDigitalLink(data, { zeroSuppressedGtin: true });
	if ("fault" in link) return undefined;
	// A blog's /2026/01/hello looks like a GTIN until its check digit is reckoned.
	if (link.faults.some(({ ai }) => ai === link.elements[0]?.ai)) return undefined;
	const ours = [options.domain, "id.gs1.org"].includes(link.domain.toLowerCase());
	if (options.domain !== undefined && !ours) return undefined;
	return meaningOf(link.elements, link.faults, "digital-link", options);
}

function readGs1(data: string, options: ReadCodeOptions, isGuess = false): Gs1Content | undefined {
	const reading = readElements(data.replace(/^\u001d/, "")); // some scanners send the leading FNC1 too
	if ("fault" in reading || (isGuess && reading.faults.length > 0)) return undefined;
	return meaningOf(reading.elements, reading.faults, "element-string", options);
}

const milligramsPerPound = 453_592.37;

function meaningOf(elements: Element[], faults: ElementFault[], source: Gs1Content["source"], options: ReadCodeOptions): Gs1Content {
	const content: Gs1Content = { kind: "gs1", source, elements };
	if (faults.length > 0) content.faults = faults;
	if (source === "element-string" && seemsToHaveLostGs(elements)) content.gsLost = true;

	for (const element of elements) {
		const { ai, value } = element;
		if (faults.some((fault) => fault.ai === ai)) continue;
		const day = dateOf(element, options.at);
		const decimal = decimalOf(element);
		if (ai === "01" || ai === "02") {
			content.gtin14 ??= value;
			if (isRestricted(value)) content.restricted = true;
		} else if (ai === "8006" || ai === "8026") content.gtin14 ??= value.slice(0, 14);
		else if (ai === "10") content.lot = value;
		else if (ai === "21") content.serial = value;
		else if (ai === "30" || ai === "37") content.pieces = Number(value);
		else if (day !== undefined) {
			if (ai === "17" || ai === "7003") content.expiry = day;
			else if (ai === "15") content.bestBefore = day;
			else if (ai === "16") content.sellBy = day;
			else if (ai === "13") content.packed = day;
			else if (ai === "11" || ai === "8008") content.produced = day;
		} else if (decimal) {
			const milligrams = inUnits(decimal, 6);
			const amount = inUnits(decimal, options.currencyDecimals ?? 2);
			if (ai.startsWith("310") && milligrams !== undefined) content.netMilligrams = milligrams;
			else if (ai.startsWith("320")) content.netMilligrams = Math.round((decimal.digits * milligramsPerPound) / 10 ** decimal.decimals);
			else if (/^39[23]/.test(ai) && amount !== undefined) {
				content.priceAmountMinor = amount;
				if (decimal.currency !== undefined) content.priceCurrency = decimal.currency;
			}
		}
	}
	return content;
}
