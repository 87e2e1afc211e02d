/**
 * A request of a till that knows Epson printers, as it comes over HTTP:
 *
 *     POST /cgi-bin/epos/service.cgi?devid=local_printer&timeout=10000
 *     <s:Envelope xmlns:s="…soap/envelope/">
 *       <s:Header><parameter xmlns="…epos-print"><devid/><timeout/><printjobid/></parameter></s:Header>      may be left out
 *       <s:Body><epos-print xmlns="…epos-print"> text, feed, image, barcode, symbol, cut, pulse … </epos-print></s:Body>
 *     </s:Envelope>
 *
 * Elements are recognised by their local names, because senders differ in prefixes and namespaces. A parameter in the query
 * overrides the header.
 *
 * Source: Epson ePOS-Print XML user's manual; requests as epos.js and the tills of Odoo send them.
 */
import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { type Attributes, attributesOfElements, type EposOperation, shapeNames } from "./operations.ts";
import { rasterRows } from "./raster.ts";

export interface EposRequest {
	devid: string;
	timeoutMs: number;
	printjobid: string | null;
	/** The document asks to be printed also while the printer has an error that a command can clear. */
	force: boolean;
	/** None: the status is asked for, or with a `printjobid` what became of that job. */
	ops: EposOperation[];
}

export type ReadRequest = { request: EposRequest } | { fault: "not-xml" | "no-epos-print" };

const defaultTimeoutMs = 60_000;
const longestTimeoutMs = 300_000;
/** A slip a metre and a half long has some hundred; the document is read on the thread that serves every till. */
const mostElements = 5_000;
/** Signs that begin markup, an entity, or an attribute's value, of any document. */
const mostSigns = 80_000;
/** More nesting than any till uses; the XML parser is recursive. */
const deepest = 32;

/** `query`: the part of the address behind the question mark. Never throws: a body that is no ePOS document is a fault. */
export function readEposRequest(query: string, body: string): ReadRequest {
	const root = parsed(body);
	if (!root) return { fault: "not-xml" };
	const print = find(root, "epos-print");
	if (!print) return { fault: "no-epos-print" };
	const asked = new URLSearchParams(query);
	const header = find(root, "Header");
	const value = (name: string): string | undefined => asked.get(name)?.trim() || (header && find(header, name)?.text.trim()) || undefined;
	const timeoutMs = Number(value("timeout") ?? defaultTimeoutMs);
	return {
		request: {
			devid: value("devid") ?? "local_printer",
			timeoutMs: Number.isFinite(timeoutMs) && timeoutMs > 0 ? Math.min(timeoutMs, longestTimeoutMs) : defaultTimeoutMs,
			printjobid: value("printjobid") ?? null,
			force: isTrue(print.attributes["force"]),
			ops: operationsOf(print),
		},
	};
}

function parsed(body: string): XmlElement | undefined {
	const text = body.trimStart();
	// A document type of the sender's own is how a small document becomes a huge one.
	if (!text.startsWith("<") || /<!DOCTYPE/i.test(text) || isTooLarge(text)) return undefined;
	try {
		return parseXml(text).root ?? undefined;
	} catch {
		return undefined;
	}
}

const signs: ReadonlySet<number> = new Set(Buffer.from("<&\"'"));

/** Too deep, or of too many elements. A document is refused whole: one that is cut short would count as printed. */
function isTooLarge(text: string): boolean {
	let marks = 0;
	for (let at = 0; at < text.length; at += 1) if (signs.has(text.charCodeAt(at)) && ++marks > mostSigns) return true;
	let depth = 0;
	let elements = 0;
	for (const [tag] of text.matchAll(/<\/?[^!?<>][^<>]*>/g)) {
		if (tag.startsWith("</")) depth -= 1;
		else {
			elements += 1;
			if (!tag.endsWith("/>")) depth += 1;
		}
		if (depth > deepest || elements > mostElements) return true;
	}
	return false;
}

const localName = ({ name }: XmlElement): string => name.slice(name.indexOf(":") + 1);
const childrenOf = (element: XmlElement): XmlElement[] =>
	element.children.filter((child): child is XmlElement => child instanceof XmlElement);

function find(element: XmlElement, name: string): XmlElement | undefined {
	for (const child of childrenOf(element)) {
		const found = localName(child) === name ? child : find(child, name);
		if (found) return found;
	}
	return undefined;
}

const isTrue = (text: string | undefined): boolean => text === "true" || text === "1";
const operationsOf = (element: XmlElement): EposOperation[] => childrenOf(element).flatMap(operationOf);

const known: Readonly<Record<string, (element: XmlElement) => EposOperation[]>> = {
	text(element) {
		const set = attributesOf(element);
		const style: EposOperation[] = Object.keys(set).length > 0 ? [{ op: "style", set }] : [];
		return element.text === "" ? style : [...style, { op: "text", text: element.text }];
	},
	feed: (element) => [feedOf(element)],
	image: (element) => [imageOf(element)],
	barcode: (element) => [codeOf("barcode", element)],
	symbol: (element) => [codeOf("symbol", element)],
	cut: ({ attributes: { type } }) => [{ op: "cut", ...(type !== undefined && { type }) }],
	pulse: ({ attributes: { drawer, time } }) => [
		{ op: "pulse", drawer: drawer === "drawer_2" ? 2 : 1, ms: Number(/^pulse_(\d{1,3})$/.exec(time ?? "")?.[1] ?? 100) },
	],
	sound: ({ attributes: { pattern, repeat, cycle } }) => [
		{ op: "sound", repeat: numberOr(repeat, 1), cycle: numberOr(cycle, 1_000), ...(pattern !== undefined && { pattern }) },
	],
	command(element) {
		const hex = element.text.replaceAll(/\s/g, "").toLowerCase();
		return [/^(?:[0-9a-f]{2})*$/.test(hex) ? { op: "raw", hex } : { op: "ignored", name: "command" }];
	},
	page: (element) => [{ op: "page", ops: operationsOf(element) }],
	reset: () => [{ op: "reset" }],
	recovery: () => [{ op: "recovery" }],
	...Object.fromEntries(shapeNames.map((op) => [op, (element: XmlElement) => [{ ...attributesOf(element), op }]])),
};

function operationOf(element: XmlElement): EposOperation[] {
	const name = localName(element);
	if (!Object.hasOwn(known, name)) return [{ op: "ignored", name }];
	const own = attributesOfElements[name]!.split(" ");
	const others = Object.keys(attributesOf(element)).filter((attribute) => !own.includes(attribute));
	return [...others.map((attribute): EposOperation => ({ op: "ignored", name: `${name} ${attribute}` })), ...known[name]!(element)];
}

function feedOf({ attributes: { line, unit, pos, linespc } }: XmlElement): EposOperation {
	const feed = {
		...(linespc !== undefined && { linespc: numberOr(linespc, 0) }),
		...(unit !== undefined && { dots: numberOr(unit, 0) }),
		...(line !== undefined && { lines: numberOr(line, 1) }),
		...(pos !== undefined && { pos }),
	};
	return { op: "feed", ...(unit === undefined && line === undefined && pos === undefined ? { ...feed, lines: 1 } : feed) };
}

function imageOf({ attributes, text }: XmlElement): EposOperation {
	const picture = {
		width: numberOr(attributes["width"], 0),
		height: numberOr(attributes["height"], 0),
		mode: attributes["mode"] === "gray16" ? ("gray16" as const) : ("mono" as const),
	};
	return {
		op: "raster",
		...picture,
		color: attributes["color"] ?? "color_1",
		...(attributes["align"] !== undefined && { align: attributes["align"] }),
		...rasterRows(picture, Buffer.from(text, "base64")),
	};
}

function codeOf(op: "barcode" | "symbol", element: XmlElement): EposOperation {
	const { type = "", ...rest } = attributesOf(element);
	return { ...rest, op, type: String(type), data: withEscapes(element.text) };
}

/** `\xHH` is a byte, `\\` a backslash; any other backslash stands for itself. */
function withEscapes(text: string): string {
	return text.replaceAll(/\\(?:x([0-9a-f]{2})|(\\))/gi, (_, hex: string | undefined) =>
		hex === undefined ? "\\" : String.fromCharCode(Number.parseInt(hex, 16)),
	);
}

const numberOr = (text: string | undefined, otherwise: number): number =>
	text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : otherwise;

function attributesOf({ attributes }: XmlElement): Attributes {
	const own = Object.entries(attributes).filter(([name]) => !name.startsWith("xmlns"));
	return Object.fromEntries(own.map(([name, text]) => [name.slice(name.indexOf(":") + 1), meant(text)]));
}

/** Attributes have types of their own in Epson's schema: numbers and truths are written as words. */
function meant(text: string): string | number | boolean {
	if (text === "true" || text === "false") return text === "true";
	return /^-?\d{1,9}$/.test(text) ? Number(text) : text;
}
