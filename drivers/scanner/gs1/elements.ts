import { type AiEntry, aiAtStartOf, findAi, fitsPattern } from "./dictionary.ts";
import { characterFault, linters } from "./linters.ts";

/**
 * GS1 element strings: an application identifier (AI), its value, the next AI …
 *
 *   01 07032069804988  15 210526  10 0329 <GS> 21 12
 *   └ known length, nothing between ┘  └ else runs to GS (FNC1) or the end
 *
 * An AI outside the table of predefined lengths needs the GS even when its own format has one length (422, 8005).
 * Sources: General Specifications 7.8; GS1 Barcode Syntax Dictionary.
 */
export interface Element {
	ai: string;
	value: string;
}

export interface ElementFault {
	ai: string;
	/** "incorrect-check-digit", "illegal-month" … */
	fault: string;
}

/**
 * `fault` alone: it is no element string at all. Otherwise its elements, and what is wrong inside their values: a wrong
 * check digit is still a lot number that a person may want to see.
 */
export type ElementReading = { elements: Element[]; faults: ElementFault[] } | { fault: string; ai?: string };

/** FNC1 as scanners send it. */
export const GS = "\u001d";

/** Reads the data of a GS1 symbol, without its AIM identifier. A separator after a known length or at the end is forgiven. */
export function readElements(data: string, separator: string = GS): ElementReading {
	const { elements, stopped } = elementsOf(data, separator);
	return stopped ?? { elements, faults: elements.flatMap(valueFaults) };
}

/**
 * Reads data that the scanner named a GS1 symbol: elements before one that cannot be read are still what the symbol says. The unreadable
 * one is among the faults, by its first digits.
 */
export function readGs1Symbol(data: string, separator: string = GS): ElementReading {
	const { elements, stopped, rest } = elementsOf(data, separator);
	if (!stopped || elements.length === 0) return stopped ?? { elements, faults: elements.flatMap(valueFaults) };
	const ai = stopped.ai ?? (/^\d{1,4}/.exec(rest)?.[0] || "?");
	return { elements, faults: [...elements.flatMap(valueFaults), { ai, fault: stopped.fault }] };
}

/** The elements up to the end or up to one that cannot be read, and what was left then. */
function elementsOf(data: string, separator: string): { elements: Element[]; stopped?: { fault: string; ai?: string }; rest: string } {
	const elements: Element[] = [];
	let rest = data;
	while (rest !== "") {
		const entry = aiAtStartOf(rest);
		if (!entry) return { elements, stopped: { fault: "unknown-ai" }, rest };
		const afterAi = rest.slice(entry.ai.length);
		const separatorAt = afterAi.indexOf(separator);
		const upTo = separatorAt < 0 ? afterAi.length : separatorAt;
		const value = afterAi.slice(0, entry.predefined ? Math.min(entry.most, upTo) : upTo);
		const fault = lengthFault(entry, value);
		if (fault) return { elements, stopped: { fault, ai: entry.ai }, rest };
		elements.push({ ai: entry.ai, value });
		rest = afterAi.slice(value.length);
		if (rest.startsWith(separator)) rest = rest.slice(separator.length);
	}
	return elements.length === 0 ? { elements, stopped: { fault: "empty" }, rest } : { elements, rest };
}

/**
 * Reads what is printed under the bars, "(01)07032069804988(10)0329"; a bracket that belongs to a value is written "\(".
 * `keepsOthers`: an element behind the first one that cannot be read is among the faults, and the others count.
 */
export function readBracketed(text: string, { keepsOthers = false } = {}): ElementReading {
	const elements: Element[] = [];
	const unread: ElementFault[] = [];
	let rest = text;
	while (rest !== "") {
		const match = /^\((\d{2,4})\)((?:\\\(|[^(])*)/.exec(rest);
		const entry = match && findAi(match[1]!);
		const value = match?.[2]!.replaceAll("\\(", "(") ?? "";
		const fault = !match ? "not-bracketed" : entry ? lengthFault(entry, value) : "unknown-ai";
		if (fault && (!keepsOthers || elements.length === 0)) return { fault, ...(entry && { ai: entry.ai }) };
		if (fault) unread.push({ ai: match?.[1] ?? "?", fault });
		else elements.push({ ai: entry!.ai, value });
		rest = match ? rest.slice(match[0].length) : "";
	}
	return elements.length === 0 ? { fault: "empty" } : { elements, faults: [...elements.flatMap(valueFaults), ...unread] };
}

/** The text that a printer or a scanner simulator sends after FNC1. */
export function writeElements(elements: readonly Element[], separator: string = GS): string {
	return elements.map(({ ai, value }, at) => ai + value + (at < elements.length - 1 && !findAi(ai)?.predefined ? separator : "")).join("");
}

/** For people. */
export function writeBracketed(elements: readonly Element[]): string {
	return elements.map(({ ai, value }) => `(${ai})${value.replaceAll("(", "\\(")}`).join("");
}

function lengthFault(entry: AiEntry, value: string): string | undefined {
	if (value === "") return "empty-value";
	let left = value.length;
	for (const component of entry.components) {
		if (left === 0 && component.optional) break;
		if (left < component.least) return "too-short";
		left -= Math.min(left, component.most);
	}
	return left > 0 ? "too-long" : undefined;
}

/** The first fault of one element's value: its length, its characters, then the dictionary's own checks. */
export function valueFaults({ ai, value }: Element): ElementFault[] {
	const entry = findAi(ai);
	if (!entry) return [{ ai, fault: "unknown-ai" }];
	const length = lengthFault(entry, value);
	if (length) return [{ ai, fault: length }];
	let rest = value;
	for (const { set, most, checks, optional } of entry.components) {
		if (rest === "" && optional) break;
		const part = rest.slice(0, most);
		rest = rest.slice(most);
		const fault = characterFault(set, part) ?? checks.map((check) => linters[check]?.(part)).find((found) => found !== undefined);
		if (fault) return [{ ai, fault }];
	}
	return [];
}

/**
 * Faults of elements beside each other: one is missing, may not stand there, or is said twice differently. Meant for all symbols of one
 * item together (General Specifications 4.14): one symbol alone may be right and still "miss" what the other one carries.
 */
export function associationFaults(elements: readonly Element[]): ElementFault[] {
	const faults: ElementFault[] = [];
	const there = (pattern: string) => elements.some(({ ai }) => fitsPattern(ai, pattern));
	for (const { ai, value } of elements) {
		const entry = findAi(ai);
		for (const alternatives of entry?.requires ?? []) {
			if (!alternatives.some((all) => all.every(there))) faults.push({ ai, fault: "required-ai-missing" });
		}
		if (entry?.excludes.some((pattern) => elements.some((other) => other.ai !== ai && fitsPattern(other.ai, pattern)))) {
			faults.push({ ai, fault: "excluded-ai-present" });
		}
		if (elements.some((other) => other.ai === ai && other.value !== value)) faults.push({ ai, fault: "said-twice-differently" });
	}
	return faults;
}

/**
 * Elements in whose value a GS was probably lost on the way, as keyboard wedges do: the value of a variable AI ends in what
 * reads as further elements that begin with a real date, weight or price. Only a suspicion; one string cannot prove it.
 */
export function doubtfulElements(elements: readonly Element[]): { ai: string; hides: Element[] }[] {
	return elements.flatMap(({ ai, value }) => {
		const entry = findAi(ai);
		if (!entry || entry.predefined || entry.most - entry.least < 6) return [];
		for (let at = 1; at <= value.length - 8; at++) {
			const tail = value.slice(at);
			if (!/^(1[1-7]\d{6}|3[12]\d[0-5]\d{6})/.test(tail)) continue;
			const reading = readElements(tail);
			if (!("elements" in reading) || reading.faults.length > 0) continue;
			if (reading.elements.every((found) => !elements.some((known) => known.ai === found.ai))) return [{ ai, hides: reading.elements }];
		}
		return [];
	});
}

/** Whether any element is doubtful in this way. */
export function seemsToHaveLostGs(elements: readonly Element[]): boolean {
	return doubtfulElements(elements).length > 0;
}
