/**
 * What three known codes show about a scanner: what it sends before and after a code, whether it sends AIM identifiers, how it
 * sends GS, its character encoding, and whether its line has parity. Pure: bytes of each scan in, settings out.
 */
import { type ScannerEncoding, scannerEncodings } from "../../../drivers/scanner/characters.ts";

/** The sheet that the operator scans from, in this order. */
export const knownCodes = {
	article: "4006381333931",
	elements: { before: "010400638133393110GONDOLA", after: "17301231" },
	words: "Größe äöü",
} as const;

/** Names as in the configuration; undefined: the default, to be removed from the file. */
export interface LearnedFraming {
	suffix: string | undefined;
	prefix: string | undefined;
	aim: "on" | "off" | undefined;
	gs: string | undefined;
	encoding: ScannerEncoding | undefined;
	dataBits: 7 | undefined;
	parity: "even" | "odd" | undefined;
	/** What must be changed at the scanner, in sentences. */
	advice: string[];
}

export type Learning = { learned: LearnedFraming } | { fault: string };

const suffixes: Readonly<Record<string, string>> = { "\r": "cr", "\r\n": "crlf", "\n": "lf", "\t": "tab", "": "none" };
const aimAtEnd = /\][A-Za-z][0-9A-Za-z]$/;
const hexOf = (text: string): string =>
	text === ""
		? "nothing"
		: Buffer.from(text, "latin1")
				.toString("hex")
				.replace(/..(?=.)/g, "$& ");

export function learnFraming(article: Uint8Array, elements: Uint8Array, words: Uint8Array): Learning {
	const parity = parityOf(article);
	const read = (bytes: Uint8Array): string => Buffer.from(parity ? bytes.map((byte) => byte & 0x7f) : bytes).toString("latin1");
	const first = around(read(article), knownCodes.article);
	if (!first) return { fault: notFound("first", article) };
	const aimed = aimAtEnd.exec(first.before)?.[0];
	const before = aimed === undefined ? first.before : first.before.slice(0, -aimed.length);
	const frame = frameOf(before, first.after);
	if ("fault" in frame) return frame;
	const advice: string[] = [];
	const gs = gsOf(read(elements), advice);
	if ("fault" in gs) return { fault: notFound("second", elements) };
	const encoding = parity ? "auto" : encodingOf(words, before, first.after, advice);
	if (aimed === undefined) advice.push("Switch AIM identifiers on in the scanner if it has them: a GS1 code is then known for sure.");
	return {
		learned: {
			...frame,
			aim: aimed === undefined ? "off" : "on",
			gs: gs.gs,
			encoding: encoding === "auto" ? undefined : encoding,
			dataBits: parity && 7,
			parity,
			advice,
		},
	};
}

function notFound(which: string, bytes: Uint8Array): string {
	const shown = hexOf(Buffer.from(bytes.subarray(0, 40)).toString("latin1"));
	return `what came is not the ${which} code of the sheet (${shown}): the baud rate may be another one, or another code was scanned.`;
}

function around(text: string, known: string): { before: string; after: string } | undefined {
	const at = text.indexOf(known);
	return at < 0 ? undefined : { before: text.slice(0, at), after: text.slice(at + known.length) };
}

/** Digits with the highest bit set only as parity asks. */
function parityOf(bytes: Uint8Array): "even" | "odd" | undefined {
	if (!bytes.some((byte) => byte >= 0x80)) return undefined;
	const ones = (byte: number): number => [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, bit) => sum + ((byte >> bit) & 1), 0);
	if (bytes.every((byte) => ones(byte) % 2 === 0)) return "even";
	return bytes.every((byte) => ones(byte) % 2 === 1) ? "odd" : undefined;
}

function frameOf(before: string, after: string): Pick<LearnedFraming, "suffix" | "prefix"> | { fault: string } {
	if (before.startsWith("\x02") && after.startsWith("\x03")) return { suffix: "etx", prefix: before.slice(1) || undefined };
	const suffix = suffixes[after];
	if (suffix === undefined)
		return {
			fault: `after each code the scanner sends ${hexOf(after)}, which no setting has: set CR as its suffix, and learn again.`,
		};
	// "any" takes CR and LF; a file that says no more than it must is easier to read.
	return { suffix: ["cr", "crlf", "lf"].includes(suffix) ? undefined : suffix, prefix: before || undefined };
}

function gsOf(text: string, advice: string[]): { gs: string | undefined } | { fault: true } {
	const { before, after } = knownCodes.elements;
	const from = text.indexOf(before);
	const to = text.indexOf(after, from + before.length);
	if (from < 0 || to < 0) return { fault: true };
	const between = text.slice(from + before.length, to);
	if (between === "") advice.push("The scanner leaves GS out: set it to send GS (FNC1) in GS1 codes, or a lot swallows what follows it.");
	return { gs: between === "\x1d" || between === "" ? undefined : between };
}

function encodingOf(bytes: Uint8Array, before: string, after: string, advice: string[]): ScannerEncoding {
	const text = Buffer.from(bytes).toString("latin1");
	const end = after !== "" && text.endsWith(after) ? text.length - after.length : text.length;
	const from = text.startsWith(before) ? before.length : 0;
	const code = Buffer.from(text.slice(from, end).replace(/^\][A-Za-z][0-9A-Za-z]/, ""), "latin1");
	const found = ["utf-8", ...scannerEncodings.filter((name) => name !== "auto")].find((name) => {
		try {
			return new TextDecoder(name, { fatal: true }).decode(code) === knownCodes.words;
		} catch {
			return false;
		}
	}) as ScannerEncoding | undefined;
	if (found === undefined) advice.push("Characters that are not ASCII come broken: set the scanner to send UTF-8.");
	// "auto" reads UTF-8, and what is none as Latin-1, which windows-1252 holds.
	return found === undefined || found === "utf-8" || found === "windows-1252" ? "auto" : found;
}
