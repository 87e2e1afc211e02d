import { type LineEnd, lineCutter, longestLine } from "../transport/lines.ts";
import type { Port } from "../transport/port.ts";
import { createReader, type Framing, type ReaderSettings, type ScannerReport } from "./reader.ts";

export interface SerialScannerOptions extends ReaderSettings {
	device: string;
	/** The end that the scanner sends after a code, as on its setup sheet. */
	suffix: LineEnd;
	/** Silence that ends a code without suffix. */
	idleGapMs: number;
	/** Longest code in bytes; 7089 digits are the most that any symbol holds (QR version 40). */
	maxLength: number;
}

export const usualSerialScanner = { suffix: "any", idleGapMs: 300, aim: "auto", maxLength: longestLine } as const;

/**
 * Listens to one scanner on a serial line, USB virtual COM port or network terminal server. Sends nothing to it.
 * A code never waits for the next one: without a suffix, silence ends it.
 */
export function runScanner(port: Port, options: SerialScannerOptions, report: (report: ScannerReport) => void): () => void {
	let framing: Framing = "suffix";
	let silence: NodeJS.Timeout | undefined;
	const reader = createReader(options, report);
	const cut = lineCutter((_, bytes) => reader.take(bytes, { framing }), {
		maxLength: options.maxLength,
		end: options.suffix,
		onGarbled: reader.garbled,
	});

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
