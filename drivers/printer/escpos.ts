/**
 * ESC/POS, the command language of receipt printers: what we say, and how to tell its answers apart.
 *
 *   we send      1D 61 0F                              GS a       tell every change of status by yourself (ASB)
 *                10 04 n                               DLE EOT    status n now, even when offline or out of paper
 *                1D 28 48 06 00 30 30 d1 d2 d3 d4      GS ( H 48  our job's tag: the fence
 *                1D 72 01                              GS r 1     paper status, answered in order with the print: a fence too
 *                1D 76 30 00 xL xH yL yH …             GS v 0     a slice of picture, x bytes wide and y rows high
 *
 *   it answers   0xx1xx00 0xx0xxxx ×3                  ASB, four bytes
 *                0xx1xx10                              DLE EOT
 *                0xx0xxxx                              GS r, GS I with numbers
 *                37 22 d1 d2 d3 d4 00                  the fence: all before it is on paper
 *                3B 31 00   3B 30 00                   it was just switched on; it is switching off
 *                5F … 00    35 37 39 3D … 00           GS I texts and other blocks
 *                11  13                                XON, XOFF
 *
 * A printer that could not answer for a while sends only the newest tag, so an answer settles that job and every job before it.
 * Source: Epson ESC/POS command reference. Left out: page mode, NV graphics, the printer's own barcodes (we draw them).
 */
import type { PrinterStatus } from "./status.ts";

export type PrinterAnswer =
	| { kind: "printed-up-to"; tag: string }
	| { kind: "status"; bytes: Uint8Array }
	| { kind: "realtime-status"; byte: number }
	/** Star: all of its status at once; `printedCount` where it counts what is printed. */
	| { kind: "whole-status"; status: PrinterStatus; printedCount?: number }
	/** The answer to GS r. Stray zeros look the same, so it counts only when it was asked for. */
	| { kind: "in-order-status"; byte: number }
	| { kind: "switched-on" }
	| { kind: "switching-off" }
	| { kind: "may-send" }
	| { kind: "stop-sending" }
	| { kind: "about"; text: string }
	| { kind: "block"; header: number; bytes: Uint8Array }
	| { kind: "noise"; byte: number };

/** Resets the printer's settings. Some models also forget GS a, so it is sent again. */
export const begin = Uint8Array.of(0x1b, 0x40, 0x1d, 0x61, 0x0f);
/** GS a: drawer, online, errors and paper. */
export const reportChanges = Uint8Array.of(0x1d, 0x61, 0x0f);
/** ESC = 1 selects the printer where a customer display shares the cable. */
export const listenToUs = Uint8Array.of(0x1b, 0x3d, 0x01, 0x1d, 0x61, 0x0f);
export const feedAndCut = Uint8Array.of(0x1d, 0x56, 0x42, 0x00);
/** For printers without a cutter: feeds past the tear bar. */
export const feedToTear = Uint8Array.of(0x1b, 0x64, 0x05);
/** Pin 2, 100 ms on and 200 ms off: what every common drawer opens on. */
export const openDrawer = Uint8Array.of(0x1b, 0x70, 0x00, 0x32, 0x64);
export const askPaperInOrder = Uint8Array.of(0x1d, 0x72, 0x01);

export type RealtimeQuestion = 1 | 2 | 3 | 4;

export function askStatusNow(question: RealtimeQuestion): Uint8Array {
	return Uint8Array.of(0x10, 0x04, question);
}

/** GS ( H, function 48. Throws a RangeError unless the tag has four printable ASCII characters. */
export function askWhenPrinted(tag: string): Uint8Array {
	if (!/^[\x20-\x7e]{4}$/.test(tag)) throw new RangeError(`a job's tag has four printable characters, not ${JSON.stringify(tag)}`);
	return Uint8Array.of(0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, ...Buffer.from(tag, "latin1"));
}

/** Black dots of a slip; rows of whole bytes, the leftmost dot in the highest bit, 1 is black. */
export interface DotPicture {
	bytesPerRow: number;
	rows: number;
	dots: Uint8Array;
}

/**
 * Rows per slice, fifteen millimetres of paper: after a broken link the printer expects at most so many more, and old firmware
 * refuses more than 255.
 */
export const rowsPerSlice = 120;

/** GS v 0, in slices. Dots that a printer would obey as a command are changed by one. */
export function printPicture(picture: DotPicture, mostRows = rowsPerSlice): Uint8Array {
	const dots = Uint8Array.from(picture.dots);
	disarm(dots);
	const pieces: Uint8Array[] = [];
	for (let row = 0; row < picture.rows; row += mostRows) {
		const rows = Math.min(mostRows, picture.rows - row);
		const { bytesPerRow } = picture;
		pieces.push(Uint8Array.of(0x1d, 0x76, 0x30, 0x00, bytesPerRow & 0xff, bytesPerRow >> 8, rows & 0xff, rows >> 8));
		pieces.push(dots.subarray(row * bytesPerRow, (row + rows) * bytesPerRow));
	}
	return Buffer.concat(pieces);
}

/** Firmware looks for DLE EOT, DLE ENQ and DLE DC4 in every byte it receives, pictures included: an image could open the drawer. */
function disarm(dots: Uint8Array): void {
	for (let at = 0; at + 1 < dots.length; at++) {
		const next = dots[at + 1];
		if (dots[at] === 0x10 && (next === 0x04 || next === 0x05 || next === 0x14)) dots[at] = 0x11;
	}
}

/**
 * NULs for a printer that was interrupted in a picture: it may take them as dots before it obeys commands again; outside a picture
 * they have no effect.
 */
function payOwedDots(bytesPerRow: number): Uint8Array {
	return new Uint8Array(bytesPerRow * rowsPerSlice + 8);
}

/**
 * DLE DC4 8: the printer forgets what it has received and not printed, and the picture it still expects. Obeyed at once, also among
 * dots; one that does not know it ignores it. A header that was damaged on its way may ask for a million dots, more than can be sent.
 */
const forgetWhatCame = Uint8Array.of(0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08);

/** The missing dots, a reset, then the lines in the printer's built-in font, which works most reliably after a fault. */
export function payAndSay(lines: readonly string[], bytesPerRow: number): Uint8Array {
	const [first = "", ...others] = lines;
	return Buffer.concat([
		forgetWhatCame,
		payOwedDots(bytesPerRow),
		begin,
		Buffer.from(`\n\x1ba\x01\x1bE\x01${first}\n\x1bE\x00`, "latin1"),
		...others.map((line) => Buffer.from(`${line}\n`, "latin1")),
		Uint8Array.of(0x1b, 0x61, 0x00),
	]);
}

const blockHeaders = new Set([0x35, 0x37, 0x39, 0x3b, 0x3d, 0x5f]);

/** The longest known block is a GS I text of 80 characters. */
export const longestBlock = 96;

/** Takes whole answers off the front of what arrived; what is left, fewer than `longestBlock` bytes, belongs to the next call. */
export function takeAnswers(held: Uint8Array): { answers: PrinterAnswer[]; rest: Uint8Array } {
	const answers: PrinterAnswer[] = [];
	let at = 0;
	while (at < held.length) {
		const byte = held[at]!;
		let taken = 1;
		if (byte === 0x11 || byte === 0x13) {
			answers.push({ kind: byte === 0x11 ? "may-send" : "stop-sending" });
		} else if (blockHeaders.has(byte)) {
			const end = held.indexOf(0x00, at + 1);
			if (end === -1 && held.length - at < longestBlock) break;
			if (end === -1 || end - at >= longestBlock) {
				answers.push({ kind: "noise", byte });
			} else {
				answers.push(readBlock(Uint8Array.from(held.subarray(at, end))));
				taken = end + 1 - at;
			}
		} else if ((byte & 0x93) === 0x10) {
			const rest = held.subarray(at + 1, at + 4);
			if (rest.some((next) => (next & 0x90) !== 0)) answers.push({ kind: "noise", byte });
			else if (rest.length < 3) break;
			else {
				answers.push({ kind: "status", bytes: Uint8Array.from(held.subarray(at, at + 4)) });
				taken = 4;
			}
		} else if ((byte & 0x93) === 0x12) {
			answers.push({ kind: "realtime-status", byte });
		} else if ((byte & 0x90) === 0) {
			answers.push({ kind: "in-order-status", byte });
		} else {
			answers.push({ kind: "noise", byte });
		}
		at += taken;
	}
	return { answers, rest: Uint8Array.from(held.subarray(at)) };
}

function readBlock(block: Uint8Array): PrinterAnswer {
	const [header = 0, first] = block;
	const text = (from: number) => Buffer.from(block.subarray(from)).toString("latin1");
	if (header === 0x37 && first === 0x22 && block.length === 6) return { kind: "printed-up-to", tag: text(2) };
	if (header === 0x3b && block.length === 2 && first === 0x31) return { kind: "switched-on" };
	if (header === 0x3b && block.length === 2 && first === 0x30) return { kind: "switching-off" };
	if (header === 0x5f) return { kind: "about", text: text(1) };
	return { kind: "block", header, bytes: block.slice(1) };
}

/** A blank for each control character: XML takes none, and a printer in text mode would obey them. "2\t1,29" must not become 21,29. */
export function withoutControls(text: string): string {
	return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ").replace(/[\ufffe\uffff]/g, "");
}
