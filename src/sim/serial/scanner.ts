import type { Seeded } from "../seeded.ts";
import type { SerialEnd } from "./serial-end.ts";

/**
 * A hand scanner on a serial line. After each beep it sends one piece:
 *
 *   [ ]cm ] data suffix        AIM identifier only when switched on; suffix CR or CR LF
 *
 * AIM identifiers from ISO/IEC 15424. With them the EAN/UPC family always has thirteen digits under ]E0;
 * without them UPC-A is sent with twelve and UPC-E with eight digits, as printed.
 */
export type Symbology = "ean-13" | "ean-8" | "upc-a" | "upc-e" | "gs1-128" | "qr" | "code-128";

export interface ScannerSettings {
	suffix: "cr" | "crlf";
	aim: boolean;
}

export interface VirtualScanner {
	/** `code` is what is printed under the bars; for GS1-128 with its brackets: "(01)09501101530003(10)AB-1". */
	scan(code: string, symbology?: Symbology): void;
	/** A loose plug: bytes that no barcode made, with no end. */
	makeNoise(bytes: number): void;
	scans(): number;
}

export function runScanner(line: SerialEnd, settings: ScannerSettings, luck: Seeded): VirtualScanner {
	const suffix = settings.suffix === "cr" ? "\r" : "\r\n";
	let scans = 0;
	line.onBytes(() => {}); // trigger and menu commands of the host are ignored, as with "host commands off"
	return {
		scan(code, symbology = guessSymbology(code)) {
			scans += 1;
			line.write(Buffer.from(wordOf(code, symbology, settings.aim) + suffix, "utf8"));
		},
		makeNoise(bytes) {
			line.write(Uint8Array.from({ length: bytes }, () => luck.between(0x80, 0xff)));
		},
		scans: () => scans,
	};
}

/** The symbology that the eye sees: digits by their number, brackets, a web address. UPC-E and EAN-8 look alike, so UPC-E must be said. */
function guessSymbology(code: string): Symbology {
	if (/^\d{13}$/.test(code)) return "ean-13";
	if (/^\d{12}$/.test(code)) return "upc-a";
	if (/^\d{8}$/.test(code)) return "ean-8";
	if (/^\(\d{2,4}\)/.test(code)) return "gs1-128";
	if (/^https?:\/\//i.test(code)) return "qr";
	return "code-128";
}

function wordOf(code: string, symbology: Symbology, aim: boolean): string {
	switch (symbology) {
		case "ean-13":
			return (aim ? "]E0" : "") + code;
		case "ean-8":
			return (aim ? "]E4" : "") + code;
		case "upc-a":
			return aim ? `]E00${code}` : code;
		case "upc-e":
			return aim ? `]E00${widenUpcE(code)}` : code;
		case "gs1-128":
			return (aim ? "]C1" : "") + elementString(code);
		case "qr":
			return (aim ? "]Q1" : "") + code;
		case "code-128":
			return (aim ? "]C0" : "") + code;
		default:
			symbology satisfies never;
			return code;
	}
}

/** GS1 General Specifications, zero suppression: the last of the six digits says where the zeros were. */
function widenUpcE(code: string): string {
	const system = code[0] ?? "0";
	const six = code.slice(1, 7);
	const check = code.slice(7);
	const last = six[5] ?? "0";
	if (last <= "2") return `${system}${six.slice(0, 2)}${last}0000${six.slice(2, 5)}${check}`;
	if (last === "3") return `${system}${six.slice(0, 3)}00000${six.slice(3, 5)}${check}`;
	if (last === "4") return `${system}${six.slice(0, 4)}00000${six.slice(4, 5)}${check}`;
	return `${system}${six.slice(0, 5)}0000${last}${check}`;
}

/** GS1 General Specifications, predefined lengths: after any other field that is not the last the scanner sends GS (1D). */
const fixedLengthFields = /^(0[0-4]|1[1-9]|20|3[1-6]|41)/;

function elementString(printed: string): string {
	const fields = [...printed.matchAll(/\((\d{2,4})\)([^(]*)/g)];
	return fields
		.map(([, identifier = "", data = ""], at) => {
			const isLast = at === fields.length - 1;
			return identifier + data + (isLast || fixedLengthFields.test(identifier) ? "" : "\x1d");
		})
		.join("");
}
