/** Words that have to be shaped, as outlines for a receipt, so that a word is exactly as wide as it was measured. */
import { missingIn, outlineOf, type Run, runsOf, shape } from "../../text/shaping.ts";

export interface ShapedRun {
	/** Without a shape: its characters in visual order, left to right. */
	text: string;
	/** The outlines, with the baseline at 0; undefined: letters that need no shaping. */
	shape: { svg: string; dots: number } | undefined;
}

const weight = "400Regular";

/**
 * The runs of a line from left to right, as they are seen. `sizeDots`: the height of the letters. Throws RangeError for a letter that no
 * typeface has.
 */
export const shapedRuns = (text: string, sizeDots: number): ShapedRun[] =>
	runsOf(text, weight).map((run) => ({ text: run.text, shape: run.script && outlinesOf(run, sizeDots) }));

function outlinesOf(run: Run, sizeDots: number): { svg: string; dots: number } {
	const [missing] = missingIn(run, weight);
	if (missing !== undefined) {
		const name = `U+${missing.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
		throw new RangeError(`this printer's typefaces have no character "${missing}" (${name})`);
	}
	const { glyphs, unitsPerEm, advance } = shape(run, weight);
	const scale = sizeDots / unitsPerEm;
	const paths = glyphs.map(({ glyph, x, y }) => {
		const outline = outlineOf(run, weight, glyph);
		return outline === "" ? "" : `<path transform="translate(${x},${y})" d="${outline}"/>`;
	});
	return { svg: `<g transform="scale(${scale},${-scale})">${paths.join("")}</g>`, dots: advance * scale };
}
