import { findAi } from "./dictionary.ts";
import { type Element, type ElementFault, valueFaults } from "./elements.ts";

/**
 * GS1 Digital Link: the same elements as a web address.
 *
 *   https://example.com/some/stem/01/09520123456788/10/ABC%2F1?17=201225&linkType=all#here
 *           └ domain ┘ └ stem ─┘ └ key ──────────┘ └ qualifiers ┘ └ attributes, others ignored
 *
 * Source: GS1 Digital Link Standard: URI Syntax, and the dictionary's dlpkey and "?" marks.
 */
export interface DigitalLinkOptions {
	/** Early links wrote GTIN-8, -12 and -13 without their zeros in the path. */
	zeroSuppressedGtin?: boolean;
	/** Withdrawn in 2022: "/gtin/…/lot/…". */
	convenienceAlphas?: boolean;
}

export type DigitalLinkReading = { domain: string; elements: Element[]; faults: ElementFault[] } | { fault: string };

const convenienceAlphas: Readonly<Record<string, string>> = {
	cpid: "8010",
	cpsn: "8011",
	cpv: "22",
	gcn: "255",
	gdti: "253",
	giai: "8004",
	ginc: "401",
	gln: "414",
	glnx: "254",
	gmn: "8013",
	grai: "8003",
	gsin: "402",
	gsrn: "8018",
	gsrnp: "8017",
	gtin: "01",
	itip: "8006",
	lot: "10",
	party: "417",
	refno: "8020",
	ser: "21",
	srin: "8019",
	sscc: "00",
};

export const canonicalStem = "https://id.gs1.org";

export function readDigitalLink(uri: string, options: DigitalLinkOptions = {}): DigitalLinkReading {
	if (!/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/.test(uri)) return { fault: "illegal-character" };
	const parts = /^(?:https?|HTTPS?):\/\/([^/]+)(\/[^#?]*)(?:\?([^#]*))?(?:#.*)?$/.exec(uri);
	const [, domain = "", path = "", query = ""] = parts ?? [];
	if (!parts) return { fault: "not-a-link" };
	if (!/^[A-Za-z0-9\-.:[\]]+$/.test(domain)) return { fault: "illegal-domain" };

	const inPath = pathElements(path, options);
	if ("fault" in inPath) return inPath;
	const inQuery = queryElements(query);
	if ("fault" in inQuery) return inQuery;

	const [key, ...qualifiers] = inPath.elements.map(({ ai }) => ai);
	const sequences = findAi(key!)?.qualifiers ?? [];
	if (qualifiers.length > 0 && !sequences.some((sequence) => isSubsequence(qualifiers, sequence))) {
		return { fault: "qualifiers-out-of-order" };
	}

	const elements = [...inPath.elements, ...inQuery.elements];
	for (const { ai } of inQuery.elements) {
		if (elements.filter((other) => other.ai === ai).length > 1) return { fault: "ai-twice" };
		if (!findAi(ai)?.dataAttribute) return { fault: "not-a-data-attribute" };
		// "?10=…" beside /01/… would say the lot where a resolver does not look for it.
		const belongsInPath = sequences.some((sequence) => sequence.includes(ai) && isSubsequence(qualifiers, sequence));
		if (belongsInPath) return { fault: "belongs-in-path" };
	}
	return { domain, elements, faults: elements.flatMap(valueFaults) };
}

/** The key is the right-most pair that can be one: a stem may look like an AI. */
function pathElements(path: string, options: DigitalLinkOptions): { elements: Element[] } | { fault: string } {
	const segments = path.split("/").slice(1);
	const elements: Element[] = [];
	for (let at = segments.length - 2; at >= 0; at -= 2) {
		const entry = findAi((options.convenienceAlphas && convenienceAlphas[segments[at]!]) || segments[at]!);
		if (!entry) break;
		const decoded = decode(segments[at + 1]!, false);
		if (!decoded) return { fault: "empty-value" };
		const value = entry.ai === "01" && options.zeroSuppressedGtin ? withItsZeros(decoded) : decoded;
		elements.unshift({ ai: entry.ai, value });
		if (entry.qualifiers) return { elements };
	}
	return { fault: "no-key" };
}

/** Keys that are not all digits are somebody else's: linkType, campaign numbers. */
function queryElements(query: string): { elements: Element[] } | { fault: string } {
	const elements: Element[] = [];
	for (const pair of query.split("&")) {
		const equalsAt = pair.indexOf("=");
		const key = pair.slice(0, Math.max(0, equalsAt));
		if (!/^\d+$/.test(key)) continue;
		if (!findAi(key)) return { fault: "unknown-ai" };
		const value = decode(pair.slice(equalsAt + 1), true);
		if (!value) return { fault: "empty-value" };
		elements.push({ ai: key, value: key === "01" ? withItsZeros(value) : value });
	}
	return { elements };
}

/** A lone "%" stays what it is; undefined for a NUL, which no element may hold. "+" is a blank only in the query. */
function decode(text: string, isQuery: boolean): string | undefined {
	const decoded = (isQuery ? text.replaceAll("+", " ") : text).replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
	return decoded.includes("\0") ? undefined : decoded;
}

function withItsZeros(gtin: string): string {
	return [8, 12, 13].includes(gtin.length) ? gtin.padStart(14, "0") : gtin;
}

function isSubsequence(some: readonly string[], all: readonly string[]): boolean {
	let from = 0;
	for (const one of some) {
		const at = all.indexOf(one, from);
		if (at < 0) return false;
		from = at + 1;
	}
	return true;
}

/**
 * The link for a set of elements, known lengths first in the query. Undefined when none can be the key, when an element may
 * stand neither in the path nor in the query, or when an AI is said twice differently.
 */
export function writeDigitalLink(elements: readonly Element[], stem: string = canonicalStem): string | undefined {
	const once = elements.filter((element, at) => elements.findIndex((other) => other.ai === element.ai) === at);
	if (elements.some(({ ai, value }) => once.find((other) => other.ai === ai)?.value !== value)) return undefined;
	const key = once.find(({ ai }) => findAi(ai)?.qualifiers);
	if (!key) return undefined;

	const matches = (sequence: readonly string[]) => sequence.filter((ai) => once.some((element) => element.ai === ai)).length;
	const sequences = findAi(key.ai)?.qualifiers ?? [];
	const best = [...sequences].sort((a, b) => matches(b) - matches(a))[0] ?? [];
	const inPath = [key, ...best.flatMap((ai) => once.filter((element) => element.ai === ai))];
	const inQuery = once.filter((element) => !inPath.includes(element));
	if (inQuery.some(({ ai }) => !findAi(ai)?.dataAttribute)) return undefined;

	const known = ({ ai }: Element) => (findAi(ai)?.predefined ? 0 : 1);
	const query = inQuery.sort((a, b) => known(a) - known(b)).map(({ ai, value }) => `${ai}=${encode(value).replaceAll("%20", "+")}`);
	const path = inPath.map(({ ai, value }) => `/${ai}/${encode(value)}`).join("");
	return stem.replace(/\/$/, "") + path + (query.length > 0 ? `?${query.join("&")}` : "");
}

function encode(value: string): string {
	return value.replace(/[^A-Za-z0-9\-._~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}
