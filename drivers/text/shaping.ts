/**
 * Words whose letters join, stack or run from right to left: Arabic, Hebrew, Thai, Korean and the scripts of India. HarfBuzz shapes each
 * run; the order of runs in a line is the Unicode Bidirectional Algorithm's (UAX 9). For receipts and labels alike.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type * as Harfbuzz from "harfbuzzjs";

/** A script that needs shaping: its letters, and the folder and file name of its typeface. */
interface Script {
	letters: RegExp;
	folder: string;
	name: string;
	/** The only weight that is shipped, where each is six megabytes. */
	only?: Weight;
}

export type Weight = "400Regular" | "500Medium" | "700Bold";
export type Direction = "ltr" | "rtl";

/** Letters of one script and one direction, in the order in which they are written. */
export interface Run {
	text: string;
	isRightToLeft: boolean;
	/** Undefined: signs and letters that need no shaping. */
	script: Script | undefined;
}

/** Glyphs of a run from left to right, with their places in font units, y upwards. */
export interface Shaped {
	/** The path of the typeface's TrueType file. */
	file: string;
	unitsPerEm: number;
	advance: number;
	glyphs: { glyph: number; x: number; y: number }[];
}

interface Face {
	file: string;
	font: Harfbuzz.Font;
	unitsPerEm: number;
	covered: ReadonlySet<number>;
}

const require = createRequire(import.meta.url);
const script = (letters: RegExp, folder: string, name: string): Script => ({ letters, folder, name });
const scripts: readonly Script[] = [
	script(/[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]/u, "noto-sans-arabic", "NotoSansArabic"),
	script(/[\u0590-\u05ff\ufb1d-\ufb4f]/u, "noto-sans-hebrew", "NotoSansHebrew"),
	script(/[\u0900-\u097f]/u, "noto-sans", "NotoSans"),
	script(/[\u0e00-\u0e7f]/u, "noto-sans-thai", "NotoSansThai"),
	script(/[\u0980-\u09ff]/u, "noto-sans-bengali", "NotoSansBengali"),
	script(/[\u0a00-\u0a7f]/u, "noto-sans-gurmukhi", "NotoSansGurmukhi"),
	script(/[\u0a80-\u0aff]/u, "noto-sans-gujarati", "NotoSansGujarati"),
	script(/[\u0b80-\u0bff]/u, "noto-sans-tamil", "NotoSansTamil"),
	script(/[\u0c00-\u0c7f]/u, "noto-sans-telugu", "NotoSansTelugu"),
	script(/[\u0c80-\u0cff]/u, "noto-sans-kannada", "NotoSansKannada"),
	script(/[\u0d00-\u0d7f]/u, "noto-sans-malayalam", "NotoSansMalayalam"),
	{ ...script(/[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]/u, "noto-sans-kr", "NotoSansKR"), only: "400Regular" },
];
/** One class of characters: it is asked for each width while a text is fitted. */
const shapedLetters = new RegExp(`[${scripts.map(({ letters }) => letters.source.slice(1, -1)).join("")}]`, "u");
const faces = new Map<string, Face>();
let loaded: typeof Harfbuzz | undefined;
let algorithm: ReturnType<typeof import("bidi-js").default> | undefined;

/**
 * Loads HarfBuzz where this text needs it: nine megabytes, which a store without such letters does without. Comes before `runsOf` and
 * `shape`.
 */
export async function loadShaping(text: string): Promise<void> {
	if (!loaded && needsShaping(text)) loaded = await import("harfbuzzjs");
}

function harfbuzz(): typeof Harfbuzz {
	if (!loaded) throw new Error("loadShaping comes before a text is shaped");
	return loaded;
}

/** The package's ES module has no types of its own. */
const bidi = () => (algorithm ??= (require("bidi-js") as typeof import("bidi-js").default)());

/** Whether a text has letters that must be shaped. */
export const needsShaping = (text: string): boolean => shapedLetters.test(text);

/** Made for the first text: it reads the runtime's tables, which delays a start. */
let graphemes: Intl.Segmenter | undefined;

/** The parts of a line that stay together: a letter with its marks. */
export function clustersOf(text: string): string[] {
	graphemes ??= new Intl.Segmenter("th", { granularity: "grapheme" });
	return [...graphemes.segment(text)].map(({ segment }) => segment);
}

/** The direction of a paragraph: that of its first letter that has one. */
export const directionOf = (text: string): Direction => (bidi().getEmbeddingLevels(text).paragraphs[0]?.level === 1 ? "rtl" : "ltr");

/** They order what stands beside them, and have no ink. */
const directionMarks = /[\u200e\u200f\u2066-\u2069]/;

/**
 * The runs of a line from left to right, as they are seen. A run without a script is in visual order, others as they are written.
 * `direction`: that of the paragraph which the line is of; left out: the line's own.
 */
export function runsOf(text: string, weight: Weight, direction?: Direction): Run[] {
	const { levels } = bidi().getEmbeddingLevels(text, direction);
	const runs: LevelledRun[] = [];
	let at = 0;
	for (const character of text) {
		const level = levels[at]!;
		at += character.length;
		if (directionMarks.test(character)) continue;
		const own = scripts.find(({ letters }) => letters.test(character));
		const last = runs.at(-1);
		if (last?.level === level && join(last, character, own, weight)) continue;
		runs.push({ text: character, level, script: own });
	}
	return inVisualOrder(runs).map(({ text: run, level, script: own }) => {
		const isRightToLeft = level % 2 === 1;
		return { text: own === undefined && isRightToLeft ? mirrored(run) : run, isRightToLeft, script: own };
	});
}

/** Characters of a run that its typeface lacks. */
export function missingIn({ text, script: own }: Run, weight: Weight): string[] {
	if (!own) return [];
	const { covered } = faceOf(own, weight);
	return [...text].filter((character) => !covered.has(character.codePointAt(0)!) && character !== "\u200c" && character !== "\u200d");
}

/** Shapes a run that has a script. */
export function shape({ text, isRightToLeft, script: own }: Run, weight: Weight): Shaped {
	const { file, font, unitsPerEm } = faceOf(own!, weight);
	const { Buffer, Direction, shape: shapeBuffer } = harfbuzz();
	const buffer = new Buffer();
	buffer.addText(text);
	buffer.guessSegmentProperties();
	buffer.setDirection(isRightToLeft ? Direction.RTL : Direction.LTR);
	shapeBuffer(font, buffer);
	const glyphs: Shaped["glyphs"] = [];
	let x = 0;
	for (const { codepoint, xAdvance = 0, xOffset = 0, yOffset = 0 } of buffer.getGlyphInfosAndPositions()) {
		glyphs.push({ glyph: codepoint, x: x + xOffset, y: yOffset });
		x += xAdvance;
	}
	return { file, unitsPerEm, advance: x, glyphs };
}

/** The outline of a glyph of a run as an SVG path, in font units, y upwards. */
export const outlineOf = ({ script: own }: Run, weight: Weight, glyph: number): string => faceOf(own!, weight).font.glyphToPath(glyph);

const mirrored = (run: string): string =>
	[...run]
		.reverse()
		.map((each) => bidi().getMirroredCharacter(each) ?? each)
		.join("");

interface LevelledRun {
	text: string;
	/** Embedding level; odd ones run from right to left. */
	level: number;
	script: Script | undefined;
}

/** Blanks and signs beside letters go with them, where the letters' typeface has them: brackets are mirrored by the shaping then. */
function join(run: LevelledRun, character: string, own: Script | undefined, weight: Weight): boolean {
	const isSame = run.script === own;
	const isSignBehind = own === undefined && run.script !== undefined && isCovered(run.script, weight, character);
	const areSignsBefore =
		run.script === undefined && own !== undefined && run.level % 2 === 1 && [...run.text].every((each) => isCovered(own, weight, each));
	if (!isSame && !isSignBehind && !areSignsBefore) return false;
	run.text += character;
	run.script ??= own;
	return true;
}

/** Rule L2: from the highest level to the lowest odd one, whatever is at that level or above is reversed. */
function inVisualOrder(runs: readonly LevelledRun[]): LevelledRun[] {
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

const isCovered = (own: Script, weight: Weight, character: string): boolean => faceOf(own, weight).covered.has(character.codePointAt(0)!);

function faceOf({ folder, name, only }: Script, asked: Weight): Face {
	const weight = only ?? asked;
	const path = `${folder}/${weight}/${name}_${weight}.ttf`;
	const known = faces.get(path);
	if (known) return known;
	const file = require.resolve(`@expo-google-fonts/${path}`);
	const bytes = Uint8Array.from(readFileSync(file));
	const { Blob, Face, Font } = harfbuzz();
	const face = new Face(new Blob(bytes.buffer));
	const made = { file, font: new Font(face), unitsPerEm: face.upem, covered: new Set(face.collectUnicodes()) };
	faces.set(path, made);
	return made;
}
