import { longestLine } from "../transport/lines.ts";
import type { Port } from "../transport/port.ts";
import { DeviceTrouble } from "../trouble.ts";
import { type ScannedDataLayout, scannedDataLayout } from "./hid-descriptor.ts";
import { createReader, type ReaderSettings, type ScannerReport } from "./reader.ts";

/**
 * USB scanners in HID POS mode: exact framing, the symbology, and no keystrokes that could land in a console.
 *
 *   02 0D 5D 45 30 35 39 30 31 …  00 00 00        one report, as its descriptor orders it:
 *   id └ count └ "]E0" └ data            └ continued     a code longer than its data field takes several
 *
 * Source: HID Point of Sale Usage Tables 1.02; reports of Honeywell scanners in public code.
 */
export interface ScannedPiece {
	aim?: string;
	data: Uint8Array;
	continued: boolean;
}

/** Undefined for reports that carry no scan, and for those too short to be one. */
function readReport(report: Uint8Array, layout: ScannedDataLayout): ScannedPiece | undefined {
	if (layout.reportId !== undefined && report[0] !== layout.reportId) return undefined;
	if (report.length <= layout.dataAt) return undefined;
	const field = report.subarray(layout.dataAt, layout.dataAt + layout.dataLength);
	const count = layout.countAt === undefined ? field.findLastIndex((byte) => byte !== 0) + 1 : (report[layout.countAt] ?? 0);
	const aim = String.fromCharCode(...layout.aimAt.map((at) => report[at] ?? 0));
	const continued = layout.continuedAt !== undefined && ((report[layout.continuedAt.byte] ?? 0) & layout.continuedAt.mask) !== 0;
	return { ...(/^\][A-Za-z][0-9A-Za-z]$/.test(aim) && { aim }), data: field.slice(0, count), continued };
}

export interface HidPosScannerOptions extends Omit<ReaderSettings, "aim"> {
	device: string;
	/** As the kernel keeps it (`readReportDescriptor`). */
	descriptor: Uint8Array;
	/** Longest code in bytes. */
	maxLength?: number;
	/** A code whose next piece does not come within this time was cut off. */
	pieceWithinMs?: number;
}

/** The pieces of one code so far, and the identifier of the first. */
interface OpenCode {
	aim: string | undefined;
	data: Buffer;
	lastPieceMs: number;
}

/** Pieces of one code carry one identifier, or after the first none or "]X0" (other). */
function belongs(code: OpenCode, piece: ScannedPiece): boolean {
	return piece.aim === undefined || code.aim === undefined || piece.aim === code.aim || piece.aim === "]X0";
}

/** Throws scanner-wrong-mode when the descriptor is not that of a HID POS scanner. Sends nothing to the scanner. */
export function runHidPosScanner(port: Port, options: HidPosScannerOptions, report: (report: ScannerReport) => void): () => void {
	const { device, descriptor, maxLength = longestLine, pieceWithinMs = 500 } = options;
	const layout = scannedDataLayout(descriptor);
	if (!layout) throw new DeviceTrouble("scanner-wrong-mode", { device, port: port.name });

	const reader = createReader({ ...options, aim: "off" }, report);
	let code: OpenCode | undefined;
	let patience: NodeJS.Timeout | undefined;

	const forget = (): void => {
		clearTimeout(patience);
		code = undefined;
	};
	const giveUp = (): void => {
		forget();
		reader.garbled();
	};

	port.onBytes((bytes) => {
		const piece = readReport(bytes, layout);
		if (!piece) return;
		clearTimeout(patience);
		const nowMs = performance.now();
		if (code && !(belongs(code, piece) && nowMs - code.lastPieceMs <= pieceWithinMs)) giveUp();
		const { aim, data } = code ?? { aim: piece.aim, data: Buffer.alloc(0) };
		code = { aim, data: Buffer.concat([data, piece.data]), lastPieceMs: nowMs };
		if (code.data.length > maxLength) return giveUp();
		if (piece.continued) {
			patience = setTimeout(giveUp, pieceWithinMs);
			return;
		}
		const whole = code;
		forget();
		reader.take(whole.data, { aim, framing: "report" });
	});

	return forget;
}
