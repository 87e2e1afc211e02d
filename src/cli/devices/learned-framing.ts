/**
 * Settings of a scanner, found from three known codes: the text that it sends before and after a code, whether it sends AIM identifiers,
 * how it sends GS, its character encoding, and whether its line has parity. Pure: the text of each scan in, settings or a doubt out.
 * Nothing is guessed: what the three codes do not agree on is no setting.
 */
import { type ScannerEncoding, scannerEncodings } from "../../../drivers/scanner/characters.ts";

/** The sheet that the operator scans from, in this order. The signs lie on other keys in each country's keyboard. */
export const knownCodes = {
	article: "4006381333931",
	elements: { before: "010400638133393110GONDOLA", after: "17301231" },
	words: { letters: "Größe äöü", signs: "zy-+*!'@#" },
} as const;
export const knownWords = `${knownCodes.words.letters} ${knownCodes.words.signs}`;

/** The parts of a scan around its code, and in it. */
export interface CodeReading {
	/** Undefined where the code's beginning came broken. */
	before: string | undefined;
	after: string;
	/** The identifier that a packet names beside the code. */
	aim?: string | undefined;
	/** The text between the two elements of code 2. */
	gs?: string;
	/** Of code 3; undefined: its letters came broken. */
	encoding?: ScannerEncoding | undefined;
	parity?: "even" | "odd" | undefined;
}
export type Doubt = { doubt: string };

/** How the codes come: as bytes on a line, as packets that tell length and AIM identifier, or as keys. */
export type ScannerWire = "line" | "packet" | "keys";

/** Names as in the configuration; undefined: the default, to be removed from the file. */
export interface LearnedFraming {
	suffix: string | undefined;
	prefix: string | undefined;
	aim: "on" | "off" | undefined;
	gs: string | undefined;
	encoding: ScannerEncoding | undefined;
	dataBits: 7 | undefined;
	parity: "even" | "odd" | undefined;
	/** Changes to make at the scanner, in sentences. */
	advice: string[];
}
/** `isAgain`: other scans may do; else the scanner itself must be set otherwise. */
export type Learning = { learned: LearnedFraming } | { fault: string; isAgain: boolean };

const suffixes: Readonly<Record<string, string>> = { "\r": "cr", "\r\n": "crlf", "\n": "lf", "\t": "tab", "": "none" };
const aimAtEnd = /\][A-Za-z][0-9A-Za-z]$/;
const longestPrefix = 32;
const longestGs = 3;
const shownBytes = 40;
const names = ["first", "second", "third"] as const;

/** Bytes for people: text where it is text, else hex. */
const shownText = (text: string): string => {
	if (text === "") return "nothing";
	if (/^[\x20-\x7e]+$/.test(text)) return `"${text.slice(0, shownBytes)}"`;
	const bytes = Buffer.from(text, /^[\0-\xff]*$/.test(text) ? "latin1" : "utf8").subarray(0, shownBytes);
	return bytes.toString("hex").replace(/..(?=.)/g, "$& ");
};

/** `text`: each byte as a character, or the signs of keys. `number` counts from 0. */
export function readCode(number: 0 | 1 | 2, bytes: Uint8Array, wire: ScannerWire): CodeReading | Doubt {
	const parity = wire === "line" ? parityOf(bytes) : undefined;
	const data = Buffer.from(parity ? bytes.map((byte) => byte & 0x7f) : bytes);
	const text = data.toString(wire === "keys" ? "utf8" : "latin1");
	const { article, words } = knownCodes;
	if (number === 2 && !text.includes(words.signs)) return wrongCode(number, text);
	if (number === 2) return { ...readWords(data, text), parity };
	const found = number === 0 ? around(text, article) : aroundElements(text);
	return found === undefined ? wrongCode(number, text) : "doubt" in found ? found : { ...found, parity };
}

function wrongCode(number: 0 | 1 | 2, text: string): Doubt {
	const { article, elements, words } = knownCodes;
	if (number !== 0 && text.toLowerCase().includes(number === 1 ? elements.before.toLowerCase() : words.signs))
		return { doubt: "capital and small letters came the wrong way round: set the scanner to Caps Lock off." };
	const other = text.includes(elements.before) ? 1 : text.includes(words.signs) ? 2 : text.includes(article) ? 0 : undefined;
	if (other !== undefined && other !== number)
		return { doubt: `that was the ${names[other]} code of the sheet, not the ${names[number]}.` };
	if (number === 0 && text.includes(article.slice(0, -1)))
		return { doubt: "the last digit of the article is missing: set the scanner to send the check digit of EAN-13 codes." };
	const why = number === 2 ? "the baud rate or the layout may be another one" : "the baud rate may be another one";
	return { doubt: `what came is not the ${names[number]} code of the sheet (${shownText(text)}): ${why}, or another code was scanned.` };
}

function around(text: string, known: string): CodeReading | Doubt | undefined {
	const at = text.indexOf(known);
	if (at < 0) return undefined;
	if (text.includes(known, at + known.length)) return { doubt: "the code came more than once." };
	return { before: text.slice(0, at), after: text.slice(at + known.length) };
}

function aroundElements(text: string): CodeReading | Doubt | undefined {
	const { before, after } = knownCodes.elements;
	const from = text.indexOf(before);
	const to = text.indexOf(after, from + before.length);
	if (from < 0 || to < 0) return undefined;
	if (text.includes(before, to)) return { doubt: "the code came more than once." };
	const gs = text.slice(from + before.length, to);
	return { before: text.slice(0, from), after: text.slice(to + after.length), gs };
}

function readWords(bytes: Uint8Array, text: string): CodeReading {
	for (const encoding of ["utf-8", ...scannerEncodings.filter((name) => name !== "auto")] as const) {
		const decoded = decodedAs(bytes, encoding);
		const found = decoded === undefined ? undefined : around(decoded, knownWords);
		if (found && "after" in found) return { ...found, encoding };
	}
	const { signs } = knownCodes.words;
	return { before: undefined, after: text.slice(text.indexOf(signs) + signs.length), encoding: undefined };
}

function decodedAs(bytes: Uint8Array, encoding: string): string | undefined {
	try {
		return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** Bytes with the highest bit set only as parity asks. */
function parityOf(bytes: Uint8Array): "even" | "odd" | undefined {
	if (!bytes.some((byte) => byte >= 0x80)) return undefined;
	const ones = (byte: number): number => [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, bit) => sum + ((byte >> bit) & 1), 0);
	if (bytes.every((byte) => ones(byte) % 2 === 0)) return "even";
	return bytes.every((byte) => ones(byte) % 2 === 1) ? "odd" : undefined;
}

/** The settings that all three scans agree on. */
export function learnFraming(scans: readonly CodeReading[], wire: ScannerWire): Learning {
	const [article, elements, words] = scans as [CodeReading, CodeReading, CodeReading];
	const parts = scans.map((scan) => ({ ...scan, ...splitBefore(scan.before) }));
	const { prefix = "", inBand: aimed } = parts[0]!;
	// A leading FNC1 may come as GS too, and belongs to the code.
	const { before = "", gs: between = "" } = elements;
	if (parts[1]!.prefix !== prefix && between !== "" && before.endsWith(between))
		Object.assign(parts[1]!, splitBefore(before.slice(0, -between.length)));
	const differs = disagreement(parts);
	if (differs !== undefined) return { fault: differs, isAgain: true };
	const frame = frameOf(prefix, article.after, wire);
	if ("fault" in frame) return frame;
	const advice: string[] = [];
	const gs = gsOf(elements.gs ?? "", advice);
	if ("fault" in gs) return gs;
	if (words.encoding === undefined) advice.push("Letters that are not ASCII come broken: set the scanner to send UTF-8.");
	const hasAim = aimed !== undefined || article.aim !== undefined;
	if (!hasAim) advice.push("Switch AIM identifiers on in the scanner if it has them: a GS1 code is then known for sure.");
	return {
		learned: {
			...frame,
			aim: aimed === undefined ? "off" : "on",
			...gs,
			encoding: article.parity ? undefined : encodingSetting(words.encoding),
			dataBits: article.parity && 7,
			parity: article.parity,
			advice,
		},
	};
}

/** "auto", the default, reads UTF-8, and what is none as Latin-1, which windows-1252 holds. */
const encodingSetting = (found: ScannerEncoding | undefined): ScannerEncoding | undefined =>
	found === "utf-8" || found === "windows-1252" ? undefined : found;

function splitBefore(before: string | undefined): { prefix?: string; inBand?: string | undefined } {
	if (before === undefined) return {};
	const inBand = aimAtEnd.exec(before)?.[0];
	return { prefix: inBand === undefined ? before : before.slice(0, -inBand.length), inBand };
}

/** The disagreement of two scans, as a sentence. The beginning of a broken code says nothing. */
function disagreement(parts: readonly (CodeReading & { prefix?: string; inBand?: string | undefined })[]): string | undefined {
	const whole = parts.filter(({ prefix }) => prefix !== undefined);
	const first = parts[0]!;
	const odd = whole.find(({ prefix }) => prefix !== first.prefix);
	if (odd)
		return `before the codes came ${shownText(first.prefix ?? "")} once and ${shownText(odd.prefix ?? "")} once: the prefix is not known.`;
	if (new Set(whole.map(({ inBand }) => inBand !== undefined)).size > 1)
		return "an AIM identifier came with some of the codes and not with the others: switch it on for all of them, or off.";
	const other = parts.find(({ after }) => after !== first.after);
	if (other) return `after the codes came ${shownText(first.after)} once and ${shownText(other.after)} once: the suffix is not known.`;
	return parts.some(({ parity }) => parity !== first.parity) ? "the codes came with different parities: is the plug loose?" : undefined;
}

type Frame = Pick<LearnedFraming, "suffix" | "prefix">;

function frameOf(before: string, after: string, wire: ScannerWire): Frame | { fault: string; isAgain: false } {
	const [start, isFramed] = before.startsWith("\x02") && after.startsWith("\x03") ? [before.slice(1), true] : [before, false];
	const suffix = suffixes[after];
	if (!isFramed && suffix === undefined)
		return {
			fault: `after each code the scanner sends ${shownText(after)}, which no setting has: set CR as its suffix, and learn again.`,
			isAgain: false,
		};
	if (start.length > longestPrefix || (wire === "keys" && !/^[\x20-\x7e]*$/.test(start)))
		return { fault: `before each code the scanner sends ${shownText(start)}, which no setting has: switch it off.`, isAgain: false };
	const prefix = start === "" ? undefined : escaped(start);
	// "any" takes CR and LF; a file that says no more than it must is easier to read.
	if (isFramed) return { suffix: "etx", prefix };
	return { suffix: wire === "packet" || ["cr", "crlf", "lf"].includes(suffix!) ? undefined : suffix, prefix };
}

function gsOf(between: string, advice: string[]): { gs: string | undefined } | { fault: string; isAgain: false } {
	if (between === "") advice.push("The scanner leaves GS out: set it to send GS (FNC1) in GS1 codes, or a lot swallows what follows it.");
	if (between === "" || between === "\x1d") return { gs: undefined };
	const key = /^[\ue0f1-\ue0fc]$/.test(between) ? `F${between.charCodeAt(0) - 0xe0f0}` : undefined;
	if (key !== undefined) return { gs: key };
	const sign = /[\x80-\xff]/.test(between) ? (decodedAs(Buffer.from(between, "latin1"), "utf-8") ?? between) : between;
	if (sign.length > longestGs || /[A-Za-z0-9]/.test(sign))
		return { fault: `instead of GS the scanner sends ${shownText(between)}: set it to send GS (FNC1), or "|".`, isAgain: false };
	return { gs: escaped(sign) };
}

/** As the configuration writes it: what cannot be typed as \xNN. */
const escaped = (text: string): string =>
	text.replace(/[\\\x00-\x1f\x7f]/g, (sign) => (sign === "\\" ? "\\\\" : `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`));
