import type { Gs1Content, ReadCodeOptions } from "./content.ts";
import { associationFaults, doubtfulElements, type Element, type ElementFault } from "./gs1/elements.ts";
import { isRestricted } from "./gs1/gtin.ts";
import { dateOf, decimalOf, inUnits } from "./gs1/meaning.ts";

/** A doubt: something that may be read in another way, so nothing may be done because of it alone. */
export interface Doubt {
	/** The element that is meant; absent when it is the whole code. */
	ai?: string;
	/**
	 * "separator-lost": the value ends in what reads as further elements, so a GS was probably dropped on the way.
	 * "required-ai-missing": right on a symbol that stands beside another one, wrong alone.
	 * "ean-8-or-upc-e": the eight digits are a right number of both kinds. "value-check-digit": that over weight or price is wrong.
	 * "odd-link": `note` says what is odd.
	 */
	doubt: "separator-lost" | "required-ai-missing" | "ean-8-or-upc-e" | "value-check-digit" | "odd-link";
	/** With separator-lost: the elements that the value may hide, "17=220901". */
	hides?: string[];
	note?: string;
}

const milligramsPerPound = 453_592.37;

/**
 * The fields of a set of elements. Values with a fault, and those said twice differently, are in none of them; elements that
 * doubtfully hold others are, and are named among the doubts.
 */
export function meaningOf(
	elements: Element[],
	valueFaults: ElementFault[],
	source: Gs1Content["source"],
	options: Pick<ReadCodeOptions, "at" | "currencyDecimals">,
): Gs1Content {
	const content: Gs1Content = { kind: "gs1", source, elements };
	const beside = associationFaults(elements).filter(isFirstOfItsKind);
	const faults = [...valueFaults, ...beside.filter(({ fault }) => fault !== "required-ai-missing")];
	if (faults.length > 0) content.faults = faults;
	const lost = source === "element-string" ? doubtfulElements(elements) : [];
	if (lost.length > 0) content.gsLost = true;
	const doubts: Doubt[] = [
		...lost.map(({ ai, hides }): Doubt => ({ ai, doubt: "separator-lost", hides: hides.map((each) => `${each.ai}=${each.value}`) })),
		...beside.filter(({ fault }) => fault === "required-ai-missing").map(({ ai }): Doubt => ({ ai, doubt: "required-ai-missing" })),
	];
	if (doubts.length > 0) content.doubts = doubts;

	for (const element of elements) {
		const isUnfit = faults.some(({ ai, fault }) => ai === element.ai && fault !== "excluded-ai-present");
		if (!isUnfit) addField(content, element, options);
	}
	return content;
}

const isFirstOfItsKind = (fault: ElementFault, at: number, all: readonly ElementFault[]): boolean =>
	all.findIndex((other) => other.ai === fault.ai && other.fault === fault.fault) === at;

function addField(content: Gs1Content, element: Element, options: Pick<ReadCodeOptions, "at" | "currencyDecimals">): void {
	const { ai, value } = element;
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
