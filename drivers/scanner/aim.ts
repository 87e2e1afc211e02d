/**
 * AIM symbology identifiers (ISO/IEC 15424): three characters a scanner puts before the data when it is told to.
 *
 *   ] C 1 0107032069804988…        "]", the family, how it was read
 *
 * Only with them is it certain that data are GS1 element strings; without them the kind of bars is a guess.
 */

/** The kind of data in a symbol. */
export type ContentClass = "gtin" | "element-string" | "text-or-link" | "text" | "add-on" | "not-a-barcode";

export interface Symbology {
	/** "ean-13", "gs1-data-matrix"; the modifier decides where it changes the meaning. */
	name: string;
	content: ContentClass;
}

const byIdentifier: Readonly<Record<string, Symbology>> = {
	"]E0": { name: "ean-13", content: "gtin" },
	"]E1": { name: "ean-2-add-on", content: "add-on" },
	"]E2": { name: "ean-5-add-on", content: "add-on" },
	"]E3": { name: "ean-13-with-add-on", content: "gtin" },
	"]E4": { name: "ean-8", content: "gtin" },
	"]C1": { name: "gs1-128", content: "element-string" },
	"]d1": { name: "data-matrix", content: "text-or-link" },
	"]d2": { name: "gs1-data-matrix", content: "element-string" },
	"]e0": { name: "gs1-databar", content: "element-string" },
	"]e1": { name: "gs1-composite", content: "element-string" },
	"]e2": { name: "gs1-composite", content: "element-string" },
	"]J1": { name: "gs1-dotcode", content: "element-string" },
	"]Q1": { name: "qr", content: "text-or-link" },
	"]Q3": { name: "gs1-qr", content: "element-string" },
	"]I1": { name: "itf-14", content: "gtin" },
};

const byFamily: Readonly<Record<string, Symbology>> = {
	A: { name: "code-39", content: "text" },
	C: { name: "code-128", content: "text" },
	F: { name: "codabar", content: "text" },
	G: { name: "code-93", content: "text" },
	H: { name: "code-11", content: "text" },
	I: { name: "itf", content: "text" },
	J: { name: "dotcode", content: "text-or-link" },
	L: { name: "pdf417", content: "text" },
	M: { name: "msi", content: "text" },
	Q: { name: "qr", content: "text-or-link" },
	U: { name: "maxicode", content: "text" },
	X: { name: "other", content: "text" },
	Z: { name: "no-barcode", content: "not-a-barcode" },
	d: { name: "data-matrix", content: "text-or-link" },
	z: { name: "aztec", content: "text-or-link" },
};

/** Undefined for identifiers that name no symbology we know. */
export function symbologyOf(aim: string): Symbology | undefined {
	if (!/^\][A-Za-z][0-9A-Fa-f]$/.test(aim)) return undefined;
	return byIdentifier[aim] ?? byFamily[aim[1]!];
}

/** Takes the identifier off the front. Without a known one the text is all data. */
export function splitAim(text: string): { aim?: string; data: string } {
	const aim = text.slice(0, 3);
	return symbologyOf(aim) ? { aim, data: text.slice(3) } : { data: text };
}
