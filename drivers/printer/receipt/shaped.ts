/**
 * Words whose letters join, stack or run from right to left: Arabic, Hebrew, Thai, Korean and the scripts of India. HarfBuzz shapes each
 * run, and its outlines are drawn, so that a word is exactly as wide as it was measured. The order of runs in a line is the Unicode
 * Bidirectional Algorithm's (UAX 9).
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as harfbuzz from "harfbuzzjs";

export interface ShapedRun {
	/** Without a shape: its characters in visual order, left to right. */
	text: string;
	/** The outlines, with the baseline at 0; undefined: no font here has this run's characters. */
	shape: { svg: string; dots: number } | undefined;
}

interface Face {
	font: harfbuzz.Font;
	upem: number;
	covered: ReadonlySet<number>;
}

const require = createRequire(import.meta.url);
/** The package's ES module has no types of its own. */
const bidi = (require("bidi-js") as typeof import("bidi-js").default)();
const scripts: readonly (readonly [letters: RegExp, file: string])[] = [
	[/[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]/u, "noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf"],
	[/[\u0590-\u05ff\ufb1d-\ufb4f]/u, "noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf"],
	[/[\u0900-\u097f]/u, "noto-sans/400Regular/NotoSans_400Regular.ttf"],
	[/[\u0e00-\u0e7f]/u, "noto-sans-thai/400Regular/NotoSansThai_400Regular.ttf"],
	[/[\u0980-\u09ff]/u, "noto-sans-bengali/400Regular/NotoSansBengali_400Regular.ttf"],
	[/[\u0a00-\u0a7f]/u, "noto-sans-gurmukhi/400Regular/NotoSansGurmukhi_400Regular.ttf"],
	[/[\u0a80-\u0aff]/u, "noto-sans-gujarati/400Regular/NotoSansGujarati_400Regular.ttf"],
	[/[\u0b80-\u0bff]/u, "noto-sans-tamil/400Regular/NotoSansTamil_400Regular.ttf"],
	[/[\u0c00-\u0c7f]/u, "noto-sans-telugu/400Regular/NotoSansTelugu_400Regular.ttf"],
	[/[\u0c80-\u0cff]/u, "noto-sans-kannada/400Regular/NotoSansKannada_400Regular.ttf"],
	[/[\u0d00-\u0d7f]/u, "noto-sans-malayalam/400Regular/NotoSansMalayalam_400Regular.ttf"],
	[/[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]/u, "noto-sans-kr/400Regular/NotoSansKR_400Regular.ttf"],
];
const faces = new Map<string, Face>();

/** Whether a text has letters that must be shaped. */
export const needsShaping = (text: string): boolean => scripts.some(([letters]) => letters.test(text));

/** The parts of a line that stay together: a letter with its marks. */
export const clustersOf = (text: string): string[] =>
	[...new Intl.Segmenter("th", { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment);

/** The runs of a line from left to right, as they are seen. `sizeDots`: the height of the letters. */
export function shapedRuns(text: string, sizeDots: number): ShapedRun[] {
	const { levels } = bidi.getEmbeddingLevels(text);
	const runs: Run[] = [];
	let at = 0;
	for (const character of text) {
		const level = levels[at]!;
		at += character.length;
		const file = scripts.find(([letters]) => letters.test(character))?.[1];
		const last = runs.at(-1);
		if (last?.level === level && join(last, character, file)) continue;
		runs.push({ text: character, level, file });
	}
	return inVisualOrder(runs).map(({ text: run, level, file }) => {
		const isRightToLeft = level % 2 === 1;
		if (file !== undefined) return { text: run, shape: shape(run, faceOf(file), isRightToLeft, sizeDots) };
		return { text: isRightToLeft ? mirrored(run) : run, shape: undefined };
	});
}

const mirrored = (run: string): string =>
	[...run]
		.reverse()
		.map((each) => bidi.getMirroredCharacter(each) ?? each)
		.join("");

interface Run {
	text: string;
	level: number;
	/** Undefined: signs and letters that need no shaping. */
	file: string | undefined;
}

/** Blanks and signs beside letters go with them, where the letters' typeface has them: brackets are mirrored by the shaping then. */
function join(run: Run, character: string, file: string | undefined): boolean {
	const isSame = run.file === file;
	const isSignBehind = file === undefined && run.file !== undefined && isCovered(run.file, character);
	const areSignsBefore =
		run.file === undefined && file !== undefined && run.level % 2 === 1 && [...run.text].every((each) => isCovered(file, each));
	if (!isSame && !isSignBehind && !areSignsBefore) return false;
	run.text += character;
	run.file ??= file;
	return true;
}

/** Rule L2: from the highest level to the lowest odd one, whatever is at that level or above is reversed. */
function inVisualOrder(runs: readonly Run[]): Run[] {
	const ordered = [...runs];
	const highest = Math.max(0, ...runs.map(({ level }) => level));
	for (let level = highest; level > 0; level--) {
		for (let from = 0; from < ordered.length; from++) {
			if (ordered[from]!.level < level) continue;
			let to = from;
			while (to < ordered.length && ordered[to]!.level >= level) to += 1;
			ordered.splice(from, to - from, ...ordered.slice(from, to).reverse());
			from = to;
		}
	}
	return ordered;
}

const isCovered = (file: string, character: string): boolean => faceOf(file).covered.has(character.codePointAt(0)!);

function faceOf(file: string): Face {
	const known = faces.get(file);
	if (known) return known;
	const bytes = Uint8Array.from(readFileSync(require.resolve(`@expo-google-fonts/${file}`)));
	const face = new harfbuzz.Face(new harfbuzz.Blob(bytes.buffer));
	const made = { font: new harfbuzz.Font(face), upem: face.upem, covered: new Set(face.collectUnicodes()) };
	faces.set(file, made);
	return made;
}

/** Throws a RangeError for a character that the typeface lacks. */
function shape(text: string, { font, upem, covered }: Face, isRightToLeft: boolean, sizeDots: number): { svg: string; dots: number } {
	for (const character of text) {
		const codePoint = character.codePointAt(0)!;
		if (covered.has(codePoint) || codePoint === 0x200c || codePoint === 0x200d) continue;
		const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
		throw new RangeError(`this printer's typefaces have no character "${character}" (${name})`);
	}
	const buffer = new harfbuzz.Buffer();
	buffer.addText(text);
	buffer.guessSegmentProperties();
	buffer.setDirection(isRightToLeft ? harfbuzz.Direction.RTL : harfbuzz.Direction.LTR);
	harfbuzz.shape(font, buffer);
	const scale = sizeDots / upem;
	let svg = "";
	let x = 0;
	for (const { codepoint, xAdvance = 0, xOffset = 0, yOffset = 0 } of buffer.getGlyphInfosAndPositions()) {
		const outline = font.glyphToPath(codepoint);
		if (outline !== "") svg += `<path transform="translate(${x + xOffset},${yOffset})" d="${outline}"/>`;
		x += xAdvance;
	}
	return { svg: `<g transform="scale(${scale},${-scale})">${svg}</g>`, dots: x * scale };
}
