import { findAi } from "./dictionary.ts";
import { type DigitalLinkReading, readDigitalLink } from "./digital-link.ts";
import { type Element, type ElementFault, valueFaults } from "./elements.ts";

/**
 * Digital Links as they stand on packs: everything outside the key may be odd, and the article is still meant.
 *
 *   Https://user@bücher.example/01/09506000134352/x/y/?n=Müsli&10=A      the key is right, so this is 09506000134352
 *
 * Refused is only what would name another article: a key with a wrong check digit, two keys of one kind that differ, or an
 * address in which nothing is marked as a key. What else was odd is listed.
 */
export type LenientLinkReading = { domain: string; elements: Element[]; faults: ElementFault[]; oddities: string[] } | { fault: string };

export function readLenientLink(uri: string): LenientLinkReading {
	const trimmed = uri.trim();
	const strict: DigitalLinkReading = readDigitalLink(trimmed, { zeroSuppressedGtin: true });
	const isKeyWrong = "fault" in strict || strict.faults.some(({ ai }) => ai === strict.elements[0]?.ai);
	if (!("fault" in strict) && !isKeyWrong) return { ...strict, oddities: [] };

	const parts = /^(?:(https?):\/{1,2}|\/\/)?([^/?#\s]+)(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/is.exec(trimmed);
	if (!parts) return { fault: "not-a-link" };
	const [, scheme, authority = "", wholePath = "", asked = ""] = parts;
	const oddities: string[] = [];
	// Where a page's own program built the address, its first sign after the key may be the wrong one: /01/…&17=261130.
	const [path = "", ...more] = wholePath.split(/[&;]/);
	const query = [...more, asked].join("&");
	if (more.length > 0) oddities.push("query-without-question-mark");
	if (scheme === undefined) oddities.push("no-scheme");
	if (authority.includes("@")) oddities.push("user-in-address");
	const domain = authority.slice(authority.lastIndexOf("@") + 1);
	if (scheme === undefined && !/^[^\s:@]+\.[^\s:@.]{2,}(:\d+)?$/.test(domain)) return { fault: "not-a-link" };

	const inPath = keyIn(path.split("/").filter((segment) => segment !== ""));
	if (!inPath) return { fault: "no-key" };
	if (inPath.rest > 0) oddities.push("more-in-path");
	const elements = [...inPath.elements];
	for (const pair of query.split(/[&;]/)) {
		const [ai = "", text = ""] = pair.split(/=(.*)/s);
		if (!/^\d{2,4}$/.test(ai)) continue;
		const value = decoded(text.replaceAll("+", " "));
		const known = elements.find((element) => element.ai === ai);
		if (known && known.value !== value && ai === elements[0]!.ai) return { fault: "ai-twice" };
		if (known || value === "" || valueFaults({ ai, value }).length > 0) oddities.push(`query-${ai}`);
		else elements.push({ ai, value });
	}
	if (/[^\x21-\x7e]/.test(trimmed)) oddities.push("characters-outside-ascii");
	if (oddities.length === 0) oddities.push("fault" in strict ? strict.fault : "key");
	return { domain, elements, faults: [], oddities };
}

/** The right-most pair that is a key with a right value, and the qualifiers behind it as far as they are in order. */
function keyIn(segments: readonly string[]): { elements: Element[]; rest: number } | undefined {
	for (let at = segments.length - 2; at >= 0; at--) {
		const entry = findAi(decoded(segments[at]!));
		if (!entry?.qualifiers) continue;
		const key = elementOf(entry.ai, segments[at + 1]!);
		if (!key) continue;
		const elements = [key];
		const allowed = new Set(entry.qualifiers.flat());
		let next = at + 2;
		for (; next + 1 < segments.length && allowed.has(segments[next]!); next += 2) {
			const element = elementOf(segments[next]!, segments[next + 1]!);
			if (element && !elements.some(({ ai }) => ai === element.ai)) elements.push(element);
		}
		return { elements, rest: segments.length - next };
	}
	return undefined;
}

function elementOf(ai: string, segment: string): Element | undefined {
	const text = decoded(segment);
	const value = ai === "01" && [8, 12, 13].includes(text.length) ? text.padStart(14, "0") : text;
	return valueFaults({ ai, value }).length === 0 ? { ai, value } : undefined;
}

/** A sequence that is no percent-encoding stays what it is. */
function decoded(text: string): string {
	return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
