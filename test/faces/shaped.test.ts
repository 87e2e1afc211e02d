/** Names on labels in scripts whose letters join, stack or run from right to left. The oracle is the ink. */
import { beforeAll, describe, expect, it } from "vitest";
import { loadShaping } from "../../drivers/text/shaping.ts";
import { startDrawing } from "../../src/faces/drawing/pool.ts";
import { type Line, type Style, setLine, widthOf } from "../../src/faces/text/letters.ts";
import { fitText } from "../../src/faces/text/wrap.ts";
import { nastyArticles } from "./nasty-articles.ts";

const style: Style = { weight: "bold", size: 24, squeeze: 1 };
/** Every pixel of ink from left to right, column by column, with empty columns in between left out. */
function inkOf({ glyphs }: Line): string[] {
	const columns = new Map<number, number>();
	for (const { bitmap, x } of glyphs)
		for (let at = 0; at < bitmap.ink.length; at += 1)
			if (bitmap.ink[at] === 1) columns.set(x + (at % bitmap.width), (columns.get(x + (at % bitmap.width)) ?? 0) + 1);
	return [...columns].toSorted(([a], [b]) => a - b).map(([, rows]) => String(rows));
}
const columnsOf = (text: string): number => inkOf(setLine(text, style)).length;

beforeAll(() => loadShaping("ا"));

describe("a name whose letters belong together", () => {
	it.each([
		["Arabic letters join", "حليب"],
		["a Devanagari vowel stands before its consonant", "कि"],
		["Tamil letters make one", "கௌ"],
	])("is one piece of ink, not a row of letters: %s", (_, word) => {
		const line = setLine(word, style);
		expect(line.glyphs).toHaveLength(1);
		expect(line.replaced).toEqual([]);
		const apart = [...word].reduce((sum, letter) => sum + widthOf(letter, style), 0);
		expect(widthOf(word, style)).not.toBeCloseTo(apart, 1);
	});

	it("is written from right to left, and its numbers from left to right", () => {
		const [first] = inkOf(setLine("חלב", style));
		// The last letter of the word is the leftmost.
		expect(first).toBe(inkOf(setLine("ב", style))[0]);
		const { glyphs } = setLine("חלב 15", style);
		const one = setLine("15", style).glyphs[0]!.bitmap;
		expect(glyphs[0]!.bitmap.ink).toEqual(one.ink);
	});

	it("keeps the paragraph's direction in each of its lines", () => {
		const own = setLine("15 L", style);
		const inHebrew = setLine("15 Lג", { ...style, direction: "rtl" });
		expect(inHebrew.glyphs.at(-1)!.x).toBeGreaterThan(own.glyphs[0]!.x);
		const room = { width: 130, height: 80, weight: "bold", largest: 24, smallest: 24, mostLines: 3 } as const;
		expect(fitText("חלב טרי בקרטון", room)!.lines).toHaveLength(2);
	});

	it("breaks between Thai words, without a hyphen, and keeps a consonant's vowels and tones", () => {
		const name = "น้ำมันมะพร้าวสกัดเย็นบริสุทธิ์ธรรมชาติ";
		const fitted = fitText(name, { width: 150, height: 90, weight: "bold", largest: 22, smallest: 22, mostLines: 3 })!;
		expect(fitted.lines.length).toBeGreaterThan(1);
		// Tones of the second line do not run into vowels of the first.
		for (const [above, below] of fitted.lines.slice(1).map((line, n) => [fitted.lines[n]!, line] as const))
			expect(fitted.pitch).toBeGreaterThan(Math.max(0, above.below) + below.above);
		const hyphen = setLine("-", { ...style, size: 22 }).glyphs[0]!.bitmap.ink;
		for (const { glyphs } of fitted.lines) expect(glyphs.map(({ bitmap }) => bitmap.ink)).not.toContainEqual(hyphen);
	});

	it("with a sign that no typeface has shows a question mark for that sign, and says which", () => {
		const line = setLine("حليب 🦄 طازج", style);
		expect(line.replaced).toEqual(["🦄"]);
		expect(columnsOf("حليب 🦄 طازج")).toBeGreaterThan(columnsOf("حليب طازج"));
	});

	it("is drawn by the pool, nothing replaced", async () => {
		const drawing = startDrawing({ workers: 1 });
		try {
			for (const name of [
				"an Arabic name",
				"a Hebrew offer",
				"a Thai name without spaces",
				"a Hindi name",
				"a Tamil name",
				"a Korean offer",
			])
				expect(await drawing.draw({ fields: nastyArticles[name]!, hwType: 1, firmware: 0 })).toMatchObject({
					replaced: [],
					withoutRoom: [],
				});
		} finally {
			await drawing.stop();
		}
	});
});
