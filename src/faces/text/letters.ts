/**
 * The letters of a face: which font has a character, how wide a line is, and its pixels. Fonts come with the package, so a
 * label looks the same on every box. The Chinese fonts weigh ten megabytes each and are opened when the first such character comes.
 */
import { createRequire } from "node:module";
import { type Direction, missingIn, needsShaping, type Run, runsOf, type Shaped, shape } from "../../../drivers/text/shaping.ts";
import { type GlyphBitmap, rasterOutline } from "../drawing/raster.ts";
import { type Contour, type Font, readFont } from "./font.ts";

export type Weight = "medium" | "semibold" | "bold" | "black";

export interface Style {
	weight: Weight;
	/** Pixels of the em square. */
	size: number;
	/** 1 as drawn; less presses letters together sideways. */
	squeeze: number;
	/** Of the paragraph that the line is of; left out: the line's own. */
	direction?: Direction;
}

export interface PlacedGlyph {
	bitmap: GlyphBitmap;
	x: number;
}

export interface Line {
	glyphs: PlacedGlyph[];
	/** Whole pixels from the pen's start to its end, ink included. */
	width: number;
	/** Ink above and below the baseline. */
	above: number;
	below: number;
	/** Ink left of the pen's start; 0 or negative. */
	left: number;
	/** Characters no font has; a question mark stands for each. */
	replaced: string[];
}

const files: Record<Weight, { latin: string; chinese: string }> = {
	medium: { latin: "noto-sans/500Medium/NotoSans_500Medium.ttf", chinese: "noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf" },
	semibold: { latin: "noto-sans/600SemiBold/NotoSans_600SemiBold.ttf", chinese: "noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf" },
	bold: { latin: "noto-sans/700Bold/NotoSans_700Bold.ttf", chinese: "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf" },
	black: { latin: "noto-sans/800ExtraBold/NotoSans_800ExtraBold.ttf", chinese: "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf" },
};

const fonts = new Map<string, Font>();
const found = new Map<string, Found | undefined>();
const bitmaps = new Map<string, GlyphBitmap>();
const mostBitmaps = 20_000;

/** One line as it would be painted with the pen starting at 0. Text is expected composed (NFC) and on one line. */
export function setLine(text: string, style: Style): Line {
	const glyphs: PlacedGlyph[] = [];
	const replaced: string[] = [];
	let pen = 0;
	let [left, right, above, below] = [0, 0, 0, 0];
	const place = (bitmap: GlyphBitmap): void => {
		const x = Math.round(pen);
		if (bitmap.width === 0) return;
		glyphs.push({ bitmap, x: x + bitmap.left });
		left = Math.min(left, x + bitmap.left);
		right = Math.max(right, x + bitmap.left + bitmap.width);
		above = Math.max(above, bitmap.top);
		below = Math.max(below, bitmap.height - bitmap.top);
	};
	for (const { text: part, shaped, missing } of partsOf(text, style)) {
		replaced.push(...missing);
		if (shaped) {
			place(shapedBitmap(part, shaped, style));
			pen += shapedAdvance(shaped, style);
			continue;
		}
		for (const character of part) {
			const own = find(character, style.weight);
			if (!own) replaced.push(character);
			const letter = own ?? find("?", style.weight)!;
			place(bitmapOf(letter, style));
			pen += advanceOf(letter, character, style);
		}
	}
	return { glyphs, width: Math.max(Math.ceil(pen), right) - left, left, above, below, replaced };
}

/** Width in pixels, without making a bitmap. */
export function widthOf(text: string, style: Style): number {
	if (!needsShaping(text)) return letterWidths(text, style);
	return partsOf(text, style).reduce(
		(pen, { text: part, shaped }) => pen + (shaped ? shapedAdvance(shaped, style) : letterWidths(part, style)),
		0,
	);
}

function letterWidths(text: string, style: Style): number {
	let pen = 0;
	for (const character of text) pen += advanceOf((find(character, style.weight) ?? find("?", style.weight))!, character, style);
	return pen;
}

/** Letters that are drawn one by one, or a run that HarfBuzz has shaped: its letters join, so it is one bitmap. */
interface Part {
	text: string;
	shaped: Shaped | undefined;
	/** Characters that the run's typeface lacks; a question mark was shaped for each. */
	missing: string[];
}

const shapedWeights: Record<Weight, "500Medium" | "700Bold"> = {
	medium: "500Medium",
	semibold: "500Medium",
	bold: "700Bold",
	black: "700Bold",
};
const parts = new Map<string, Part[]>();

/** The parts of a line from left to right, as they are seen. */
function partsOf(text: string, { weight, direction }: Style): Part[] {
	if (!needsShaping(text)) return [{ text, shaped: undefined, missing: [] }];
	const key = `${weight} ${direction} ${text}`;
	let known = parts.get(key);
	if (!known) {
		known = runsOf(text, shapedWeights[weight], direction).map((run) => partOf(run, shapedWeights[weight]));
		if (parts.size >= mostBitmaps) parts.clear();
		parts.set(key, known);
	}
	return known;
}

function partOf(run: Run, weight: "500Medium" | "700Bold"): Part {
	if (!run.script) return { text: run.text, shaped: undefined, missing: [] };
	const missing = missingIn(run, weight);
	const text = missing.reduce((kept, character) => kept.replaceAll(character, "?"), run.text);
	return { text, shaped: shape({ ...run, text }, weight), missing };
}

const shapedAdvance = ({ advance, unitsPerEm }: Shaped, { size, squeeze }: Style): number => (advance / unitsPerEm) * size * squeeze;

function shapedBitmap(text: string, { file, glyphs }: Shaped, { size, squeeze, direction }: Style): GlyphBitmap {
	const key = `${file} ${text} ${size} ${squeeze} ${direction}`;
	return bitmapOnce(key, () => {
		const font = fontAt(file);
		const outline = glyphs.flatMap(({ glyph, x, y }) =>
			font.outlineOf(glyph).map((contour): Contour => contour.map((point) => ({ ...point, x: point.x + x, y: point.y + y }))),
		);
		return rasterOutline(outline, font, size, squeeze, false);
	});
}

/** Whether a font has this character; a question mark would stand for it. */
export function hasLetter(character: string): boolean {
	return find(character, "bold") !== undefined || needsShaping(character);
}

/** Between small words a space of two pixels is lost among the letters' own gaps. */
function advanceOf(letter: Found, character: string, { size, squeeze }: Style): number {
	return letter.advance * size * squeeze + (size < 14 && (character === " " || character === "\u00a0") ? 1 : 0);
}

/** A Chinese, Japanese or Korean character: one may break a line before and after it. */
export function isWide(character: string): boolean {
	return /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]|[\u{20000}-\u{2fa1f}]/u.test(character);
}

interface Found {
	font: Font;
	file: string;
	glyph: number;
	chinese: boolean;
	/** In parts of the em square. */
	advance: number;
}

function find(character: string, weight: Weight): Found | undefined {
	const key = weight + character;
	if (found.has(key)) return found.get(key);
	if (found.size >= mostBitmaps) found.clear();
	const searched = search(character, weight);
	found.set(key, searched);
	return searched;
}

function search(character: string, weight: Weight): Found | undefined {
	const codePoint = character.codePointAt(0)!;
	const { latin, chinese } = files[weight];
	const latinFont = fontOf(latin);
	const glyph = latinFont.glyphOf(codePoint);
	if (glyph !== 0) return foundIn(latinFont, latin, glyph, false);
	if (codePoint < 0x2000) return undefined;
	const chineseFont = fontOf(chinese);
	const wideGlyph = chineseFont.glyphOf(codePoint);
	return wideGlyph === 0 ? undefined : foundIn(chineseFont, chinese, wideGlyph, true);
}

function foundIn(font: Font, file: string, glyph: number, chinese: boolean): Found {
	return { font, file, glyph, chinese, advance: font.advanceOf(glyph) / font.unitsPerEm };
}

function fontOf(file: string): Font {
	return fontAt(createRequire(import.meta.url).resolve(`@expo-google-fonts/${file}`));
}

function fontAt(path: string): Font {
	let font = fonts.get(path);
	if (!font) {
		font = readFont(path);
		fonts.set(path, font);
	}
	return font;
}

function bitmapOf({ font, file, glyph, chinese }: Found, style: Style): GlyphBitmap {
	return bitmapOnce(`${file} ${glyph} ${style.size} ${style.squeeze}`, () =>
		rasterOutline(font.outlineOf(glyph), font, style.size, style.squeeze, !chinese),
	);
}

function bitmapOnce(key: string, draw: () => GlyphBitmap): GlyphBitmap {
	let bitmap = bitmaps.get(key);
	if (!bitmap) {
		bitmap = draw();
		if (bitmaps.size >= mostBitmaps) bitmaps.clear();
		bitmaps.set(key, bitmap);
	}
	return bitmap;
}
