import { longestLine } from "../transport/lines.ts";
import type { Port } from "../transport/port.ts";
import { createReader, type ReaderSettings, type ScannerReport } from "./reader.ts";

/**
 * Honeywell's decode header (menu command DECHDR1): each code says how long it is and what it was read from.
 *
 *   16 FE  len(4, LE)  0D  "MSGGET"  "0014"  "d"  "E" "0"  1D  "4006381333931"  0D
 *   0      2           6   7         13      17   18  19   20  21
 *
 * The four digits count the data and the CR behind it; then come Honeywell's own name of the symbology and the AIM identifier without
 * its bracket. Source: Honeywell's serial manuals; a public parser checks the same bytes.
 */
const SYN = 0x16;
const FE = 0xfe;
const headerLength = 21;

export interface DechdrScannerOptions extends Omit<ReaderSettings, "prefix" | "aim"> {
	device: string;
	/** Longest code in bytes. */
	maxLength?: number;
	/** Silence that ends a code without header, and after which half a frame is noise. */
	idleGapMs?: number;
}

/** A code without the header is read too, ended by silence: the scanner lost its setting, but its scans must not be lost. */
export function runDechdrScanner(port: Port, options: DechdrScannerOptions, report: (report: ScannerReport) => void): () => void {
	const { maxLength = longestLine, idleGapMs = 300 } = options;
	const reader = createReader(options, report);
	let held: Buffer = Buffer.alloc(0);
	let silence: NodeJS.Timeout | undefined;

	/** Bytes that were used up; 0: the frame is not whole yet. */
	const takeFrame = (): number => {
		if (held.length < headerLength) return 0;
		const digits = held.toString("latin1", 13, 17);
		const isHeader = held[6] === 0x0d && held.toString("latin1", 7, 13) === "MSGGET" && /^\d{4}$/.test(digits) && held[20] === 0x1d;
		const length = Number(digits);
		if (!isHeader || length < 1 || length > maxLength) {
			reader.garbled();
			return 2;
		}
		if (held.length < headerLength + length) return 0;
		const aim = `]${held.toString("latin1", 18, 20)}`;
		const data = held.subarray(headerLength, headerLength + length);
		reader.take(data.at(-1) === 0x0d ? data.subarray(0, -1) : data, { aim, framing: "length" });
		return headerLength + length;
	};

	const takeBare = (bytes: Uint8Array): void => {
		if (bytes.some((byte) => byte !== 0x0d && byte !== 0x0a)) reader.take(bytes, { framing: "gap" });
	};

	const startOfFrame = (): number => {
		for (let at = 0; at < held.length; at++) if (held[at] === SYN && (at + 1 === held.length || held[at + 1] === FE)) return at;
		return -1;
	};

	port.onBytes((bytes) => {
		clearTimeout(silence);
		held = Buffer.concat([held, bytes]);
		for (let start = startOfFrame(); start >= 0; start = startOfFrame()) {
			if (start > 0) takeBare(held.subarray(0, start));
			held = held.subarray(start);
			const used = takeFrame();
			if (used === 0) break;
			held = held.subarray(used);
		}
		if (held.length > maxLength + headerLength) {
			held = Buffer.alloc(0);
			reader.garbled();
		}
		if (held.length === 0) return;
		silence = setTimeout(() => {
			const rest = held;
			held = Buffer.alloc(0);
			if (rest[0] === SYN) reader.garbled();
			else takeBare(rest);
		}, idleGapMs);
	});

	return () => clearTimeout(silence);
}
