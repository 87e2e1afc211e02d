import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { palettePng } from "../png.ts";

/**
 * The paper: rows of 576 dots that hang out of the printer until they are cut or torn off, and the box the slips
 * fall into. The box is the judge of every promise about receipts: it knows what a customer could hold in hand.
 *
 *   complete   cut, and nothing was lost between its first row and the cut
 *   void       cut after something was lost or broken off, or it says VOID itself
 *   partial    torn off, or still hanging there at the end of the day
 */
export type SlipState = "complete" | "void" | "partial";

export interface Slip {
	n: number;
	printer: string;
	at: string;
	state: SlipState;
	/**
	 * Over the dots between the first and the last black row, so the same receipt has the same digest whatever was fed before and after it.
	 */
	sha256: string;
	rows: number;
	/** Text that was sent as characters; pictures leave none. */
	text: string;
}

export interface SlipBox {
	drop(slip: { printer: string; state: SlipState; rows: readonly Uint8Array[]; text: string }): Slip | undefined;
	slips(): readonly Slip[];
	png(n: number): Uint8Array | undefined;
}

const dotsPerRow = 576;
export const bytesPerPaperRow = dotsPerRow / 8;

export function openSlipBox(outDir: string): SlipBox {
	const folder = join(outDir, "slips");
	mkdirSync(folder, { recursive: true });
	const index = join(outDir, "slips.json");
	const slips: Slip[] = [];
	const picturePath = (n: number): string => join(folder, `${String(n).padStart(4, "0")}.png`);
	writeFileSync(index, "[]");
	return {
		drop({ printer, state, rows, text }) {
			const sha256 = digestOf(rows);
			if (sha256 === undefined) return undefined;
			const n = slips.length + 1;
			const slip: Slip = { n, printer, at: new Date().toISOString(), state, sha256, rows: rows.length, text };
			const png = paperPng(rows);
			slips.push(slip);
			writeFileSync(picturePath(n), png);
			writeFileSync(`${index}.new`, JSON.stringify(slips, undefined, "\t"));
			renameSync(`${index}.new`, index);
			return slip;
		},
		slips: () => slips,
		png: (n) => (slips[n - 1] ? readFileSync(picturePath(n)) : undefined),
	};
}

/** Of the rows between the first and the last with ink; undefined for blank paper. */
export function digestOf(rows: readonly Uint8Array[]): string | undefined {
	const isInked = (row: Uint8Array): boolean => row.some((byte) => byte !== 0);
	const first = rows.findIndex(isInked);
	if (first < 0) return undefined;
	const sum = createHash("sha256");
	for (const row of rows.slice(first, rows.findLastIndex(isInked) + 1)) sum.update(row);
	return sum.digest("hex");
}

function paperPng(rows: readonly Uint8Array[]): Buffer {
	const packed = new Uint8Array(rows.length * bytesPerPaperRow);
	rows.forEach((row, y) => packed.set(row, y * bytesPerPaperRow));
	return palettePng({
		width: dotsPerRow,
		height: rows.length,
		bitsPerDot: 1,
		palette: [
			[255, 255, 255],
			[0, 0, 0],
		],
		rows: packed,
	});
}

/** The line under the print head: characters as grey blocks (a printer's font is not ours to copy) and columns of dots. */
export interface PrintLine {
	addText(text: string, wide: number, high: number): void;
	addColumns(dotsHigh: 8 | 24, doubleWidth: boolean, count: number, data: Uint8Array): void;
	/** The rows of the line, and an empty line again. Undefined when nothing was on it. */
	take(align: number): Uint8Array[] | undefined;
}

const characterWide = 12;
const characterHigh = 24;

export function emptyPrintLine(): PrintLine {
	let x = 0;
	let rows: Uint8Array[] = [];
	const dot = (column: number, y: number): void => {
		while (rows.length <= y) rows.push(new Uint8Array(bytesPerPaperRow));
		if (column < dotsPerRow) rows[y]![column >> 3]! |= 0x80 >> (column & 7);
	};
	return {
		addText(text, wide, high) {
			for (const character of text) {
				for (let y = 0; character !== " " && y < characterHigh * high; y++) {
					for (let column = 0; column < characterWide * wide; column++) {
						const isBlock = column > 1 && y > 3 && y < characterHigh * high - 4 && (column + y) % 2 === 0;
						if (isBlock) dot(x + column, y);
					}
				}
				x += characterWide * wide;
			}
		},
		addColumns(dotsHigh, doubleWidth, count, data) {
			const bytesPerColumn = dotsHigh / 8;
			// Eight-dot columns are three times as high, so that both modes fill the same line.
			const rowsPerDot = dotsHigh === 8 ? 3 : 1;
			for (let column = 0; column < count; column++) {
				for (let bit = 0; bit < dotsHigh; bit++) {
					if (!(data[column * bytesPerColumn + (bit >> 3)]! & (0x80 >> (bit & 7)))) continue;
					for (let y = 0; y < rowsPerDot; y++) {
						dot(x, bit * rowsPerDot + y);
						if (doubleWidth) dot(x + 1, bit * rowsPerDot + y);
					}
				}
				x += doubleWidth ? 2 : 1;
			}
		},
		take(align) {
			if (x === 0) return undefined;
			const shift = align === 0 || x >= dotsPerRow ? 0 : Math.floor((dotsPerRow - x) / (align === 1 ? 2 : 1) / 8);
			const taken = rows.map((row) => {
				const moved = new Uint8Array(bytesPerPaperRow);
				moved.set(row.subarray(0, bytesPerPaperRow - shift), shift);
				return moved;
			});
			x = 0;
			rows = [];
			return taken;
		},
	};
}

/** One row of dots as wide as the paper; `wide` 2 doubles each dot. */
export function paperRow(bytes: ArrayLike<number>, wide: number): Uint8Array {
	const row = new Uint8Array(bytesPerPaperRow);
	if (wide === 1) {
		for (let at = 0; at < bytes.length && at < bytesPerPaperRow; at++) row[at] = bytes[at]!;
		return row;
	}
	for (let x = 0; x < bytesPerPaperRow * 8; x++) {
		const from = x >> 1;
		if (((bytes[from >> 3] ?? 0) & (0x80 >> (from & 7))) !== 0) row[x >> 3]! |= 0x80 >> (x & 7);
	}
	return row;
}
