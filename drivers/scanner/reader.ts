/**
 * The part that all scanners share: from the bytes of one code, however they came, to a report.
 *
 *   bytes ─▶ prefix off ─▶ characters ─▶ AIM identifier off ─▶ GS put back ─▶ a payment card? ─▶ scan
 *                              │no                                                  │yes
 *                              ▼                                                    ▼
 *                       garbled, counted                                    refused, counted, masked
 */
import { splitAim, symbologyOf } from "./aim.ts";
import { parityOf, type ScannerEncoding, textOf, withoutLineEnd } from "./characters.ts";
import { GS, readElements } from "./gs1/elements.ts";
import { hasRightCheckDigit } from "./gs1/gtin.ts";
import { isPaymentCard, maskCard } from "./payment-card.ts";

export type Framing = "suffix" | "gap" | "report" | "length";

export type ScannerReport =
	| {
			type: "scan";
			/** The data without AIM identifier and suffix; GS, RS and EOT are data. */
			text: string;
			aim?: string;
			symbology?: string;
			symbologySource: "aim" | "driver" | "guess";
			/** "gap": the scanner sent no suffix, silence ended the code. "report", "length": USB or a header says where it ends. */
			framing: Framing;
			/** The bytes as they came, where the text in UTF-8 is not the same bytes. */
			raw?: Uint8Array;
	  }
	/** How much could not be read since the start: a rising count is a loose plug or a wrong baud rate. */
	| { type: "garbled"; count: number }
	/** The scanner sends with a parity bit that the line is not set to. */
	| { type: "wrong-parity"; parity: "even" | "odd"; count: number }
	/** A code that may not be kept; `masked` is what may be shown of it. */
	| { type: "refused"; reason: "payment-card"; masked: string; count: number };

export interface ReaderSettings {
	/** Whether codes begin with "]" and two more characters; "auto" takes what looks like one off. */
	aim?: "auto" | "on" | "off";
	/** The text that the scanner sends before each code, as bytes in Latin-1. */
	prefix?: string | undefined;
	encoding?: ScannerEncoding;
	/** The text that the scanner sends instead of GS, such as "|". */
	gs?: string | undefined;
}

/** Facts about a code from the port or the packet. */
export interface Known {
	aim?: string | undefined;
	symbology?: string | undefined;
	framing: Framing;
}

export interface Reader {
	/** Bytes of one whole code. */
	take(bytes: Uint8Array, known: Known): void;
	/** Bytes arrived that are no code. */
	garbled(): void;
}

export function createReader(settings: ReaderSettings, report: (report: ScannerReport) => void): Reader {
	const { aim: aimSetting = "auto", prefix, encoding = "auto", gs } = settings;
	let garbledCount = 0;
	let parityCount = 0;
	let refusedCount = 0;
	const prefixBytes = prefix === undefined ? undefined : Uint8Array.from(Buffer.from(prefix, "latin1"));

	const garbled = (): void => report({ type: "garbled", count: (garbledCount += 1) });

	const takeText = (text: string, bytes: Uint8Array, known: Known): void => {
		const { aim, data } =
			known.aim !== undefined ? { aim: known.aim, data: text } : aimSetting === "off" ? { aim: undefined, data: text } : splitAim(text);
		const trimmed = withoutLineEnd(data);
		if (trimmed === "" || (aim !== undefined && symbologyOf(aim)?.content === "not-a-barcode")) return;
		for (const code of codesIn(trimmed)) {
			if (isPaymentCard(code, aim)) {
				report({ type: "refused", reason: "payment-card", masked: maskCard(code), count: (refusedCount += 1) });
				continue;
			}
			const restored = gs === undefined ? code : withSeparators(code, aim, gs);
			const symbology = known.symbology ?? (aim !== undefined ? (symbologyOf(aim)?.name ?? "other") : guessSymbology(restored));
			report({
				type: "scan",
				text: restored,
				...(aim !== undefined && { aim }),
				...(symbology !== undefined && { symbology }),
				symbologySource: known.symbology !== undefined ? "driver" : aim !== undefined ? "aim" : "guess",
				framing: known.framing,
				...(!(sameBytes(text, bytes) && restored === code) && { raw: bytes.slice() }),
			});
		}
	};

	return {
		garbled,
		take(bytes, known) {
			// A scanner's answers to commands come as ]Z, with bytes that no code has.
			if (known.aim !== undefined && symbologyOf(known.aim)?.content === "not-a-barcode") return;
			if (bytes.every(isLineEnd)) return;
			const data = prefixBytes ? withoutPrefix(bytes, prefixBytes) : bytes;
			if (encoding === "auto") {
				const parity = known.framing === "report" || known.framing === "length" ? undefined : parityOf(data);
				if (parity) return report({ type: "wrong-parity", parity, count: (parityCount += 1) });
			}
			const text = textOf(data, encoding);
			if (text === undefined) garbled();
			else if (text !== "") takeText(text, data, known);
		},
	};
}

/** CR or LF, also with a parity bit on it. */
const isLineEnd = (byte: number): boolean => (byte & 0x7f) === 0x0d || (byte & 0x7f) === 0x0a;

/** A code without the prefix comes from another setting, or lost its prefix; it is read all the same. */
function withoutPrefix(bytes: Uint8Array, prefix: Uint8Array): Uint8Array {
	return prefix.every((byte, at) => bytes[at] === byte) ? bytes.subarray(prefix.length) : bytes;
}

/** Article numbers with tabs between them are as many scans: the scanner's suffix is TAB, which nobody has set here. */
function codesIn(text: string): string[] {
	const parts = text.split("\t");
	return parts.length > 1 && parts.every((part) => /^\d{8,14}$/.test(part) && hasRightCheckDigit(part)) ? parts : [text];
}

/** Puts GS back where the scanner sends another character for it, in what then reads as element strings; all else stays. */
export function withSeparators(text: string, aim: string | undefined, instead: string): string {
	if (instead === "" || instead === GS || !text.includes(instead)) return text;
	const content = aim === undefined ? undefined : symbologyOf(aim)?.content;
	if (content !== undefined && content !== "element-string") return text;
	const restored = text.replaceAll(instead, GS);
	return "elements" in readElements(restored.replace(/^\u001d/, "")) ? restored : text;
}

function sameBytes(text: string, bytes: Uint8Array): boolean {
	const written = Buffer.from(text, "utf8");
	return bytes.length >= written.length && Buffer.from(bytes).includes(written);
}

function guessSymbology(data: string): string | undefined {
	if (/^https?:\/\//i.test(data)) return "qr";
	if (!hasRightCheckDigit(data)) return undefined;
	const byLength: Record<number, string> = { 8: "ean-8", 12: "upc-a", 13: "ean-13", 14: "itf-14" };
	return byLength[data.length];
}
