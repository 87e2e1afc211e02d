import { type LineEnd, lineCutter, longestLine } from "../transport/lines.ts";
import type { Port } from "../transport/port.ts";
import { splitAim, symbologyOf } from "./aim.ts";
import { hasRightCheckDigit } from "./gs1/gtin.ts";

export type ScannerReport =
	| {
			type: "scan";
			/** The data without AIM identifier and suffix; GS, RS and EOT are data. */
			text: string;
			aim?: string;
			symbology?: string;
			symbologySource: "aim" | "guess";
			/** "gap": the scanner sent no suffix, silence ended the code. "report": USB says where a code ends. */
			framing: "suffix" | "gap" | "report";
	  }
	/** How much could not be read since the start: a rising count is a loose plug or a wrong baud rate. */
	| { type: "garbled"; count: number };

export interface SerialScannerOptions {
	device: string;
	/** What the scanner's setup sheet says it sends after a code. */
	suffix: "cr" | "crlf" | "lf" | "any" | "none";
	/** Silence that ends a code without suffix. */
	idleGapMs: number;
	/** Whether codes begin with "]" and two more signs; "auto" takes what looks like one off. */
	aim: "auto" | "on" | "off";
	/** Longest code in bytes; 7089 digits are the most that any symbol holds (QR version 40). */
	maxLength: number;
}

export const usualSerialScanner = { suffix: "any", idleGapMs: 300, aim: "auto", maxLength: longestLine } as const;

/**
 * Listens to one scanner on a serial line, USB virtual COM port or network terminal server. Says nothing to it.
 * A code never waits for the next one: without a suffix, silence ends it.
 */
export function runScanner(port: Port, options: SerialScannerOptions, report: (report: ScannerReport) => void): () => void {
	let framing: "suffix" | "gap" = "suffix";
	let garbledTexts = 0;
	let silence: NodeJS.Timeout | undefined;
	const end: LineEnd = options.suffix;

	const reportGarbled = (): void => report({ type: "garbled", count: garbledTexts + cut.garbled() });

	const cut = lineCutter(
		(_, bytes) => {
			const text = textOf(bytes);
			if (text === undefined) {
				garbledTexts += 1;
				reportGarbled();
			} else if (text !== "") report({ type: "scan", ...readScan(text, options.aim), framing });
		},
		{ maxLength: options.maxLength, end, onGarbled: reportGarbled },
	);

	port.onBytes((bytes) => {
		clearTimeout(silence);
		framing = "suffix";
		cut(bytes);
		silence = setTimeout(() => {
			framing = "gap";
			cut.flush();
		}, options.idleGapMs);
	});

	return () => clearTimeout(silence);
}

/**
 * The characters of a code: UTF-8 where the bytes are, else Latin-1, the default of QR and Data Matrix. Undefined for
 * bytes that no code has: control characters other than those of ISO/IEC 15434 envelopes and GS1.
 */
export function textOf(bytes: Uint8Array): string | undefined {
	const first = bytes.findIndex((byte) => byte !== 0x00); // plugging in makes a break, which arrives as NUL
	const data = first < 0 ? new Uint8Array() : bytes.subarray(first);
	let text: string;
	try {
		text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
	} catch {
		text = Buffer.from(data).toString("latin1");
	}
	// FS, GS, RS, US and EOT are data; so are line ends, tabs and what else a text in a QR code may hold.
	return /[\u0000-\u0003\u0005-\u0008\u000b\u000c\u000e-\u001b\u007f-\u009f]/.test(text) ? undefined : text;
}

/** The AIM identifier off, or a guess from the digits. */
export function readScan(text: string, aimSetting: SerialScannerOptions["aim"]) {
	const { aim, data } = aimSetting === "off" ? { aim: undefined, data: text } : splitAim(text);
	if (aim !== undefined) {
		return { text: data, aim, symbology: symbologyOf(aim)?.name ?? "other", symbologySource: "aim" as const };
	}
	const symbology = guessSymbology(data);
	return { text: data, ...(symbology ? { symbology } : {}), symbologySource: "guess" as const };
}

function guessSymbology(data: string): string | undefined {
	if (/^https?:\/\//i.test(data)) return "qr";
	if (!hasRightCheckDigit(data)) return undefined;
	const byLength: Record<number, string> = { 8: "ean-8", 12: "upc-a", 13: "ean-13", 14: "itf-14" };
	return byLength[data.length];
}
