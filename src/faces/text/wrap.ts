/**
 * Fits a text into an area: the largest letters with which all of it has room, on as many lines as that takes. Lines break
 * at spaces, after a hyphen or slash, between Chinese characters, and between Thai words, which no space parts; a word too long for a
 * line is broken only when smaller letters did not help. Nothing is left out, unless it is asked to shorten.
 */
import { clustersOf, directionOf, needsShaping } from "../../../drivers/text/shaping.ts";
import { isWide, type Line, type Style, setLine, type Weight, widthOf } from "./letters.ts";

export interface Fitted {
	lines: Line[];
	size: number;
	/** From one baseline to the next. */
	pitch: number;
	/** From the top to the first baseline, and to the lowest ink. */
	ascent: number;
	height: number;
}

export interface FitOptions {
	width: number;
	height: number;
	weight: Weight;
	largest: number;
	smallest: number;
	mostLines: number;
}

/** Below this the dots of an ü begin to run into it. */
const legibleSize = 11;

/** Undefined when even the smallest letters have no room. */
export function fitText(text: string, options: FitOptions): Fitted | undefined {
	const legible = Math.min(options.largest, Math.max(options.smallest, legibleSize));
	const ways = [
		{ squeeze: 1, broken: false, down: legible },
		{ squeeze: 0.9, broken: false, down: legible },
		// A word broken in readable letters is better than a whole one that nobody can read.
		{ squeeze: 1, broken: true, down: legible },
		{ squeeze: 0.9, broken: false, down: options.smallest },
		{ squeeze: 0.9, broken: true, down: options.smallest },
		{ squeeze: 0.8, broken: true, down: options.smallest },
	];
	for (const { squeeze, broken, down } of ways) {
		for (let size = options.largest; size >= down; size--) {
			const fitted = fitAt(text, { weight: options.weight, size, squeeze }, broken, options);
			if (fitted) return fitted;
		}
	}
	return undefined;
}

/**
 * The most of a text that fits, with an ellipsis for the rest: at its end, or in its middle where both ends tell things apart (a number).
 * `around` puts the shortened text among what stands beside it. Undefined when not even one letter has room.
 */
export function fitShortened(text: string, at: "end" | "middle", around: (cut: string) => string, options: FitOptions): Fitted | undefined {
	const letters = lettersOf(text);
	const size = Math.max(options.smallest, Math.min(options.largest, legibleSize - 1));
	const fitCut = (kept: number): Fitted | undefined => {
		const head = at === "end" ? kept : Math.ceil(kept / 2);
		const tail = letters.slice(letters.length - (kept - head));
		const cut = `${letters.slice(0, head).join("").trimEnd()}…${tail.join("").trimStart()}`;
		return fitText(around(cut), { ...options, largest: size, smallest: size });
	};
	let best: Fitted | undefined;
	let [fits, tooMany] = [0, letters.length];
	while (tooMany - fits > 1) {
		const middle = (fits + tooMany) >> 1;
		const fitted = fitCut(middle);
		if (fitted) {
			best = fitted;
			fits = middle;
		} else {
			tooMany = middle;
		}
	}
	return best;
}

function fitAt(text: string, plain: Style, broken: boolean, { width, height, mostLines }: FitOptions): Fitted | undefined {
	const isShaped = needsShaping(text);
	const style = isShaped ? { ...plain, direction: directionOf(text) } : plain;
	const most = Math.min(mostLines, Math.floor(height / (style.size * 0.74)) + 1);
	const words = piecesOf(text, true);
	const letters = piecesOf(text, false);
	// Chinese may break anywhere, but where the writer put a space it reads better.
	const pieces = !broken && wrap(words, style, width, false, most) ? words : letters;
	const widest = wrap(pieces, style, width, broken, most);
	if (!widest) return undefined;
	const rows = broken ? widest : evened(pieces, style, width, widest);
	const lines = rows.map((row) => setLine(row, style));
	if (lines.some((line) => line.width > width)) return undefined;
	const pitch = Math.max(Math.round(style.size * 1.17), isShaped ? clearPitch(lines) : 0);
	// Room for a capital whatever the text, so that labels side by side share a baseline; an accent takes more.
	const ascent = Math.max(Math.round(style.size * 0.72), lines[0]!.above);
	const bottom = ascent + (lines.length - 1) * pitch + Math.max(0, lines.at(-1)!.below);
	return bottom <= height ? { lines, size: style.size, pitch, ascent, height: bottom } : undefined;
}

/** Vowels and tones stack high above some letters and far below others: lines keep a row of pixels between them. */
const clearPitch = (lines: readonly Line[]): number =>
	Math.max(0, ...lines.slice(1).map((line, before) => lines[before]!.below + line.above + 1));

/** As many lines as before, but of like length: one short word alone on the last line looks like a mistake. */
function evened(pieces: readonly Piece[], style: Style, width: number, widest: string[]): string[] {
	let best = widest;
	let [tooNarrow, enough] = [Math.floor(width / 2), width];
	while (best.length > 1 && enough - tooNarrow > 4) {
		const middle = (tooNarrow + enough) >> 1;
		const rows = wrap(pieces, style, middle, false, best.length);
		if (rows && rows.length <= best.length) {
			best = rows;
			enough = middle;
		} else {
			tooNarrow = middle;
		}
	}
	return best;
}

interface Piece {
	text: string;
	spaceBefore: boolean;
}

function wrap(pieces: readonly Piece[], style: Style, width: number, broken: boolean, most: number): string[] | undefined {
	const rows: string[] = [];
	let row = "";
	for (const piece of pieces) {
		const longer = row === "" ? piece.text : `${row}${piece.spaceBefore ? " " : ""}${piece.text}`;
		if (widthOf(longer, style) <= width) {
			row = longer;
			continue;
		}
		if (row !== "" && widthOf(piece.text, style) <= width) {
			rows.push(row);
			row = piece.text;
		} else if (broken) {
			const parts = breakWord(row === "" ? "" : row + (piece.spaceBefore ? " " : ""), piece.text, style, width);
			if (!parts) return undefined;
			rows.push(...parts.slice(0, -1));
			row = parts.at(-1)!;
		} else {
			return undefined;
		}
		if (rows.length >= most) return undefined;
	}
	return [...rows, row];
}

/** Fills the row that was begun, then as many as the word takes. */
function breakWord(begun: string, word: string, style: Style, width: number): string[] | undefined {
	const rows: string[] = [];
	let row = begun;
	for (const letter of lettersOf(word)) {
		// A number broken by a hyphen would be another number.
		const hyphen = isWide(letter) || needsShaping(letter) || /\d$/.test(row) ? "" : "-";
		if (widthOf(row + letter + hyphen, style) <= width) {
			row += letter;
			continue;
		}
		if (row === begun && begun !== "") rows.push(begun.trimEnd());
		else if (row === "") return undefined;
		else rows.push(row + (/[-/.]$/.test(row) ? "" : hyphen));
		row = letter;
	}
	rows.push(row);
	return rows;
}

/** Chinese closing marks do not begin a line, opening marks do not end one. */
const notFirst = /^[、。，．：；！？）》」』】〉％·…]/u;
const notLast = /[（《「『【〈]$/u;

function piecesOf(text: string, keepWide: boolean): Piece[] {
	const pieces: Piece[] = [];
	for (const word of text.split(" ").filter((word) => word !== "")) {
		let spaceBefore = pieces.length > 0;
		for (const part of word.match(/[^-/]+[-/]*|[-/]+/gu) ?? []) {
			for (const run of keepWide ? [part] : runsOf(part)) {
				const previous = pieces.at(-1);
				if (previous && !spaceBefore && (notFirst.test(run) || notLast.test(previous.text))) previous.text += run;
				else pieces.push({ text: run, spaceBefore });
				spaceBefore = false;
			}
		}
	}
	return pieces;
}

const thai = /[\u0e00-\u0e7f]/u;
const thaiWords = new Intl.Segmenter("th", { granularity: "word" });

/** Each Chinese character and each Thai word alone, everything else together. */
function runsOf(part: string): string[] {
	const runs: string[] = [];
	let narrow = "";
	for (const letter of lettersOf(part)) {
		if (!isWide(letter)) {
			narrow += letter;
			continue;
		}
		if (narrow !== "") runs.push(narrow);
		narrow = "";
		runs.push(letter);
	}
	if (narrow !== "") runs.push(narrow);
	return runs.flatMap((run) => (thai.test(run) ? [...thaiWords.segment(run)].map(({ segment }) => segment) : [run]));
}

/** A letter and the marks that stand on it stay together. */
function lettersOf(text: string): string[] {
	return needsShaping(text) ? clustersOf(text) : (text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []);
}
