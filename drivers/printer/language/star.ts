/**
 * StarPRNT and Star's graphic mode, the command languages of Star's receipt printers: what we say, and how to read its status.
 *
 *   we send      1B 06 01                              status now, even when offline or out of paper
 *                1B 1E 61 01 / 00                      tell every change of status by yourself / do not. Both ways may not be mixed (Star
 *                                                      Line Mode specification, 5-11): it tells by itself while it prints, because a
 *                                                      question would wait behind the receipt, and is asked otherwise
 *                1B 1E 45 00                           the counter of printed documents becomes 0
 *                17                                    ETB: the counter rises by one when all before it is printed
 *                1B 1D 53 01 xL xH yL yH 00 …          StarPRNT: a slice of picture, x bytes wide and y rows high
 *                1B 2A 72 41 … 62 nL nH … 1B 2A 72 42  graphic mode: enters it, rows of n bytes, leaves it
 *
 *   it answers   0xx0xxx1 xxxxxxx0 0xx0xxx0 …          status, 7 to 15 bytes; the first two say how many
 *                11  13                                XON, XOFF
 *
 * Bytes of a status, from 0: 2 cover 20, offline 08, drawer 04 · 3 head hot 40, lasting error 20, knife 08 · 5 paper out 08, near its end
 * 04 · 7 the counter, five bits: 40 20 08 04 02.
 *
 * Source: Star Line Mode Command Specifications; Star's own browser library; receiptline. Left out: text, bar codes, logos (we draw them).
 */
import { type DotPicture, type PrinterAnswer, rowsPerSlice } from "../escpos.ts";
import type { PrinterStatus } from "../status.ts";

export const reportChanges = Uint8Array.of(0x1b, 0x1e, 0x61, 0x01);
export const automaticStatusOff = Uint8Array.of(0x1b, 0x1e, 0x61, 0x00);
export const askStatus = Uint8Array.of(0x1b, 0x06, 0x01);
export const countPrinted = Uint8Array.of(0x17);
/** Feeds to the knife and cuts all but a corner. */
export const feedAndCut = Uint8Array.of(0x1b, 0x64, 0x03);
export const feedToTear = Uint8Array.of(0x1b, 0x61, 0x05);
export const openDrawer = Uint8Array.of(0x07);
/** Enters it, paper without pages, and neither a form feed nor leaving it cuts. */
const enterGraphics = Buffer.from("1b2a72411b2a725030001b2a724531001b2a72463100", "hex");
const leaveGraphics = Buffer.from("1b2a7242", "hex");

/** The counter becomes `value` when the printer has obeyed it, 1 to 31. */
export function resetCounter(value: number): Uint8Array {
	return Buffer.concat([Uint8Array.of(0x1b, 0x1e, 0x45, 0x00), new Uint8Array(value).fill(countPrinted[0]!)]);
}

/** Slices as StarPRNT takes them ("block"), or row by row in graphic mode ("rows"). Dots that a printer would obey are changed by one. */
export function printPicture(picture: DotPicture, way: "block" | "rows"): Uint8Array {
	const dots = Uint8Array.from(picture.dots);
	disarm(dots);
	const { bytesPerRow, rows } = picture;
	const pieces: Uint8Array[] = [];
	if (way === "block") {
		for (let row = 0; row < rows; row += rowsPerSlice) {
			const most = Math.min(rowsPerSlice, rows - row);
			pieces.push(Uint8Array.of(0x1b, 0x1d, 0x53, 0x01, bytesPerRow & 0xff, bytesPerRow >> 8, most & 0xff, most >> 8, 0));
			pieces.push(dots.subarray(row * bytesPerRow, (row + most) * bytesPerRow));
		}
		return Buffer.concat(pieces);
	}
	for (let row = 0; row < rows; row += 1) {
		const whole = dots.subarray(row * bytesPerRow, (row + 1) * bytesPerRow);
		const inked = whole.subarray(0, Math.max(1, whole.findLastIndex((byte) => byte !== 0) + 1));
		pieces.push(Uint8Array.of(0x62, inked.length & 0xff, inked.length >> 8), inked);
	}
	return Buffer.concat([enterGraphics, ...pieces, leaveGraphics]);
}

/** The question for the status is obeyed wherever it arrives, also in a picture; its answer would be one that nobody asked for. */
function disarm(dots: Uint8Array): void {
	for (let at = 0; at + 2 < dots.length; at++) {
		if (dots[at] === 0x1b && dots[at + 1] === 0x06 && dots[at + 2] === 0x01) dots[at + 1] = 0x07;
	}
}

/**
 * For a printer that was interrupted in a picture: NULs that it may take for the dots it still expects, and the way out of graphic mode.
 * Outside a picture they do nothing.
 */
export function payOwedDots(bytesPerRow: number): Uint8Array {
	return Buffer.concat([new Uint8Array(bytesPerRow * rowsPerSlice + 9), leaveGraphics]);
}

/** The bytes of `payOwedDots`, then the lines in the printer's own letters. */
export function payAndSay(lines: readonly string[], bytesPerRow: number): Uint8Array {
	const [first = "", ...others] = lines;
	return Buffer.concat([
		payOwedDots(bytesPerRow),
		// Without automatic status the printer does not report that it has counted the slip.
		reportChanges,
		Buffer.from(`\n\x1b\x1da\x01\x1bE${first}\n\x1bF`, "latin1"),
		...others.map((line) => Buffer.from(`${line}\n`, "latin1")),
		Uint8Array.of(0x1b, 0x1d, 0x61, 0x00),
	]);
}

/** The longest status that the first two bytes can announce. */
export const longestStatus = 33;
const shortestStatus = 7;

/** Takes whole answers off the front of what arrived; what is left, fewer than `longestStatus` bytes, belongs to the next call. */
export function takeAnswers(held: Uint8Array): { answers: PrinterAnswer[]; rest: Uint8Array } {
	const answers: PrinterAnswer[] = [];
	let at = 0;
	while (at < held.length) {
		const byte = held[at]!;
		if (byte === 0x11 || byte === 0x13) {
			answers.push({ kind: byte === 0x11 ? "may-send" : "stop-sending" });
			at += 1;
			continue;
		}
		const length = (byte & 0x91) === 0x01 ? statusLength(held, at) : 0;
		if (length === undefined || at + length > held.length) {
			if (isStatusSoFar(held.subarray(at))) break;
		} else if (length > 0 && isStatusSoFar(held.subarray(at, at + length))) {
			answers.push(readStatus(held.subarray(at, at + length)));
			at += length;
			continue;
		}
		answers.push({ kind: "noise", byte });
		at += 1;
	}
	return { answers, rest: Uint8Array.from(held.subarray(at)) };
}

/** 0 where these two bytes begin no status; undefined while the second has not come. */
function statusLength(held: Uint8Array, at: number): number | undefined {
	const second = held[at + 1];
	if (second === undefined) return undefined;
	const first = held[at]!;
	const whole = (((first >> 2) & 0x18) | ((first >> 1) & 0x07)) + ((second >> 6) & 0x02);
	return (second & 0x11) === 0 && whole >= shortestStatus ? whole : 0;
}

/** The second byte carries the version in its highest bit too; all others leave it free. */
const isStatusSoFar = (bytes: Uint8Array): boolean =>
	bytes.length < longestStatus && bytes.every((byte, at) => at === 0 || (byte & (at === 1 ? 0x11 : 0x91)) === 0);

function readStatus(bytes: Uint8Array): PrinterAnswer {
	const [, , panel = 0, errors = 0, , paper = 0, , counter] = bytes;
	const status: PrinterStatus = {
		online: !(panel & 0x08),
		cover: panel & 0x20 ? "open" : "closed",
		paper: paper & 0x08 ? "out" : paper & 0x04 ? "near-end" : "ok",
		cutter: errors & 0x08 ? "stuck" : "well",
		error: errors & 0x20 ? "lasting" : errors & 0x40 ? "passing" : "none",
		drawerPin: panel & 0x04 ? "high" : "low",
	};
	return counter === undefined
		? { kind: "whole-status", status }
		: { kind: "whole-status", status, printedCount: ((counter >> 2) & 0x18) | ((counter >> 1) & 0x07) };
}
