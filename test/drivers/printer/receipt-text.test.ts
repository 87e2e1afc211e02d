import { PNG } from "pngjs";
import { beforeAll, describe, expect, it } from "vitest";
import { dithered } from "../../../drivers/printer/receipt/image.ts";
import { drawReceipt, receiptBody } from "../../../drivers/printer/receipt/receipt.ts";
import { shapedRuns } from "../../../drivers/printer/receipt/shaped.ts";
import { clustersOf, loadShaping } from "../../../drivers/text/shaping.ts";

const narrow = {
	model: { dotsPerLine: 384, columns: 32, dotsPerMm: 8, protocol: "esc-pos" },
	mode: "raster",
	encoding: "multilingual",
	locale: "en",
} as const;
const text = { ...narrow, mode: "text", encoding: "cp437" } as const;
const picture = (document: string): string => Buffer.from(drawReceipt(document, narrow).dots).toString("hex");

beforeAll(() => loadShaping("ا"));

describe("the letters of a receipt", () => {
	it("are blanks where a document has control characters: 2 and 1,29 stay two numbers (case R8)", () => {
		expect(picture("2\t1,29 Milch")).toBe(picture("2 1,29 Milch"));
		expect(Buffer.from(receiptBody("2\u00071,29 Milch", text).bytes).toString("latin1")).toContain("2 1,29 Milch");
	});

	it("are drawn where the printer's own code page lacks one, and never become a question mark (case R8)", () => {
		const drawn = Buffer.from(receiptBody("Milch 4,99 €", text).bytes);
		expect(drawn.includes(Buffer.from([0x1d, 0x76, 0x30]))).toBe(true);
		expect(Buffer.from(receiptBody("Milch? 4,99 EUR", text).bytes).toString("latin1")).toContain("Milch? 4,99 EUR");
	});

	it.each(["සිංහල", "ភាសា", "🧀"])("that no typeface here has are refused with the reason: %s (case R8)", (word) => {
		expect(() => drawReceipt(`Brot ${word}`, narrow)).toThrow(/no character/);
	});

	it("may be Devanagari, whose conjuncts are shaped (case R8)", () => {
		expect(picture("क्षि")).not.toBe(picture("क् षि"));
	});

	it.each([
		["Bengali", "ক্ষি", "ক্\u200cষি"],
		["Gurmukhi", "ਪ੍ਰ", "ਪ੍\u200cਰ"],
		["Gujarati", "ક્ષ", "ક્\u200cષ"],
		["Telugu", "క్ష్మ", "క్\u200cష్\u200cమ"],
		["Kannada", "ಕ್ಷ", "ಕ್\u200cಷ"],
		["Malayalam", "ക്ഷ", "ക്\u200cഷ"],
	])("may be %s, whose conjuncts are shaped (case R8)", (_, conjunct, apart) => {
		expect(picture(conjunct)).not.toBe(picture(apart));
	});

	it("may be Tamil, whose vowel stands on both sides of its letter, and Korean, whole or in parts (case R8)", () => {
		expect(picture("\u0b95\u0bca")).toBe(picture("\u0b95\u0bc6\u0bbe"));
		expect(picture("한글 우유")).toBe(picture("한글 우유".normalize("NFD")));
		expect(picture("한글")).not.toBe(picture("한국"));
	});

	it.each([
		["Arabic, whose letters join", "سلام", "س\u200cل\u200cا\u200cم"],
		["Persian with a joiner left out on purpose", "می\u200cخواهم", "میخواهم"],
		["Thai, whose marks stand above their letters", "กำ", "กา"],
	])("may be %s (case R8)", (_, word, other) => {
		expect(picture(word)).not.toBe(picture(other));
		expect(picture(word)).not.toBe(picture(""));
	});

	it("run from right to left where they must, numbers from left to right, and brackets close what they open (case R8)", () => {
		const seen = (line: string): string[] => shapedRuns(line, 21).map(({ text: run, shape }) => (shape ? `<${run}>` : run));
		// The vector of UAX 9: "(ILS) 12.50" stands left of the word.
		expect(seen("מחיר 12.50 (ILS)")).toEqual(["(", "ILS", ") ", "12.50", "<מחיר >"]);
		expect(seen("חלב 3% (קרטון)")).toEqual(["< (קרטון)>", "3%", "<חלב >"]);
	});

	it("are measured as they are drawn: a price column ends where it ends beside Latin letters (case R8)", () => {
		const lastColumn = (document: string): number => {
			const { dots, bytesPerRow } = drawReceipt(document, narrow);
			let last = 0;
			for (let at = 0; at < dots.length; at++)
				for (let bit = 0; bit < 8; bit++) if (dots[at]! & (0x80 >> bit)) last = Math.max(last, 8 * (at % bytesPerRow) + bit);
			return last;
		};
		const latin = lastColumn("Milch | 12.50");
		for (const name of ["حليب كامل", "חלב טרי", "น้ำดื่ม", "दूध", "দুধ", "பால்", "పాలు", "우유"])
			expect([name, lastColumn(`${name} | 12.50`)]).toEqual([name, latin]);
	});

	it("break between letters, never between a letter and its mark (case R8)", () => {
		expect(clustersOf("กำที่")).toEqual(["กำ", "ที่"]);
		expect(() => drawReceipt("น้ำดื่มบรรจุขวดขนาดใหญ่มากสำหรับทั้งครอบครัวและเพื่อนบ้าน | 7.00", narrow)).not.toThrow();
	});

	it("may be the money of many countries (case R8)", () => {
		expect(() => drawReceipt("€ £ ¥ ₹ ₫ ₺ ₽ ₪ ₩", narrow)).not.toThrow();
	});
});

describe("the symbols of a receipt", () => {
	it("are made to fit: a QR code of 400 characters on 58 mm (case R9)", () => {
		expect(() => drawReceipt(`{code:${"a1".repeat(200)};option:qrcode,8,m}`, narrow)).not.toThrow();
	});

	it.each([
		["a QR code that cannot fit", `{code:${"a1".repeat(1_600)};option:qrcode,3,l}`],
		["a bar code wider than the paper", `{code:${"ABCDEFGH".repeat(6)};option:code128}`],
		["an EAN with a wrong check digit", "{code:4006381333932;option:ean}"],
		["letters as EAN", "{code:abc;option:ean}"],
	])("are refused with the reason: %s (case R9)", (_, document) => {
		expect(() => drawReceipt(document, narrow)).toThrow(RangeError);
	});

	it("are drawn when they are right", () => {
		expect(() => drawReceipt("{code:4006381333931;option:ean,2,48,hri}\n{code:ABC-123;option:code128,2,48}", narrow)).not.toThrow();
	});
});

describe("a picture on a receipt", () => {
	it("keeps its greys as dots, and is made to fit (case R9)", () => {
		const grey = new PNG({ width: 800, height: 100 });
		for (let at = 0; at < grey.data.length; at += 4) grey.data.fill(170, at, at + 3).fill(255, at + 3, at + 4);
		const out = PNG.sync.read(Buffer.from(dithered(PNG.sync.write(grey).toString("base64"), 384), "base64"));
		expect([out.width, out.height]).toEqual([384, 48]);
		let black = 0;
		for (let at = 0; at < out.data.length; at += 4) black += out.data[at] === 0 ? 1 : 0;
		expect(black / (out.width * out.height)).toBeCloseTo(1 - 170 / 255, 1);
	});

	it("that cannot be read is refused with the reason (case R9)", () => {
		expect(() => dithered("iVBORw0KGgo=", 384)).toThrow(RangeError);
	});
});
