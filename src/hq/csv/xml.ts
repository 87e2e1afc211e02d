import { HqRefusal } from "../refusal.ts";

/** An element with its own text and its children. */
export interface XmlElement {
	name: string;
	attributes: Record<string, string>;
	line: number;
	text: string;
	children: XmlElement[];
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const plain = (text: string): string =>
	text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
		const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex as string, 16) : undefined;
		if (code !== undefined) return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
		return entities[name as string] ?? (whole as string);
	});

const token = new RegExp(
	[
		/<!\[CDATA\[([\s\S]*?)\]\]>/,
		/<!--[\s\S]*?-->/,
		/<\?[\s\S]*?\?>/,
		// 256 attributes are more than any element of a price list has; the engine keeps a place for each, and a million overflow its stack.
		/<(\/?)([^\s<>/!]+)((?:\s+[^\s=<>/]+\s*=\s*(?:"[^"]*"|'[^']*')){0,256})\s*(\/?)>/,
		/([^<]+)/,
	]
		.map(({ source }) => source)
		.join("|"),
	"y",
);
const deepest = 64;

/**
 * Reads XML. Document types and entities of the file's own are refused, because by them a small file can become a huge one. Names are
 * without their namespace.
 */
export function readXml(text: string): XmlElement {
	const refuse = (line: number, why: string): HqRefusal => new HqRefusal("bad-csv", `The XML cannot be read: line ${line} ${why}.`);
	if (/<!DOCTYPE/i.test(text))
		throw refuse(text.slice(0, text.search(/<!DOCTYPE/i)).split("\n").length, "has a document type, which is not taken");
	const root: XmlElement = { name: "", attributes: {}, line: 1, text: "", children: [] };
	const open: XmlElement[] = [root];
	let line = 1;
	token.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
	while (token.lastIndex < text.length) {
		const found = token.exec(text);
		if (!found) throw refuse(line, "holds something that is no XML");
		const [whole, cdata, closes, name, attributes, closesItself, words] = found;
		const top = open.at(-1)!;
		if (cdata !== undefined) top.text += cdata;
		else if (words !== undefined) top.text += plain(words);
		else if (name !== undefined && closes) {
			if (top === root || top.name !== localName(name)) throw refuse(line, `closes ${name}, which is not open`);
			open.pop();
		} else if (name !== undefined) {
			const element = { name: localName(name), attributes: attributesOf(attributes ?? ""), line, text: "", children: [] };
			top.children.push(element);
			if (!closesItself) open.push(element);
			if (open.length > deepest) throw refuse(line, "is nested too deeply");
		}
		line += whole.split("\n").length - 1;
	}
	if (open.length > 1) throw refuse(line, `does not close ${open.at(-1)!.name}`);
	return root;
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);
const attributesOf = (text: string): Record<string, string> =>
	Object.fromEntries(
		[...text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((m) => [localName(m[1]!), plain(m[2] ?? m[3] ?? "")]),
	);

/** Whether a text is an amount or another number, and no barcode. */
const isNumeric = (text: string): boolean => /^\D{0,4}\d[\d.,' \u00a0\u202f]*\D{0,4}$/.test(text) && !/^\d{8,14}$/.test(text);

/**
 * Texts and attributes below an element, by path: `PRICE/AMOUNT`, `PRICE@type`. Of several texts with one path the first counts; of
 * several amounts none does, because one may be before tax: they stand together, and are no number.
 */
export function leavesOf(element: XmlElement, path = ""): Map<string, string> {
	const leaves = new Map<string, string>();
	for (const [name, value] of Object.entries(element.attributes)) leaves.set(`${path}@${name}`, value);
	const own = element.text.trim();
	if (path !== "" && element.children.length === 0) leaves.set(path, own);
	for (const child of element.children)
		for (const [at, value] of leavesOf(child, path === "" ? child.name : `${path}/${child.name}`))
			if (!leaves.has(at)) leaves.set(at, value);
			else if (isNumeric(value) && leaves.get(at) !== value) leaves.set(at, `${leaves.get(at)} | ${value}`);
	return leaves;
}

/** Every element of that name, or whose path from the root ends with it. */
export function elementsAt(root: XmlElement, path: string): XmlElement[] {
	const found: XmlElement[] = [];
	const walk = (element: XmlElement, at: string): void => {
		for (const child of element.children) {
			const own = `${at}/${child.name}`;
			if (own.endsWith(`/${path.replace(/^\//, "")}`)) found.push(child);
			else walk(child, own);
		}
	};
	walk(root, "");
	return found;
}

/**
 * The name of the elements that are rows, where no mapping names it: the most of what they hold, however deep, has names that
 * `isKnown`, given the path within the row; of several such names the most frequent, and of those the innermost.
 */
export function rowName(root: XmlElement, isKnown: (path: string) => boolean): string | undefined {
	const found = new Map<string, { known: number; count: number; depth: number }>();
	const walk = (element: XmlElement, depth: number): void => {
		for (const child of element.children) {
			if (child.children.length === 0) continue;
			const known = new Set([...leavesOf(child).keys()].filter(isKnown).map((path) => path.split("/").at(-1))).size;
			const row = found.get(child.name) ?? { known: 0, count: 0, depth };
			found.set(child.name, { known: Math.max(row.known, known), count: row.count + 1, depth });
			walk(child, depth + 1);
		}
	};
	walk(root, 0);
	return [...found].sort(([, a], [, b]) => b.known - a.known || b.count - a.count || b.depth - a.depth)[0]?.[0];
}
