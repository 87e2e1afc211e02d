import { describe, expect, it } from "vitest";
import type { DotPicture } from "../../../drivers/printer/escpos.ts";
import { printerModels } from "../../../drivers/printer/models.ts";
import { printerOptions } from "../../../drivers/printer/options.ts";
import { longestDocument } from "../../../drivers/printer/receipt/limits.ts";
import type { ReceiptStyle } from "../../../drivers/printer/receipt/receipt.ts";
import { drawReceipt, receiptBody } from "../../../drivers/printer/receipt/receipt.ts";
import { voidBody } from "../../../drivers/printer/receipt/void-slip.ts";

const style: ReceiptStyle = { model: printerModels["generic-80mm"]!, mode: "raster", encoding: "multilingual", locale: "de" };

function isBlack(picture: DotPicture, x: number, y: number): boolean {
	return (picture.dots[y * picture.bytesPerRow + (x >> 3)]! & (0x80 >> (x & 7))) !== 0;
}

function ink(picture: DotPicture): { left: number; right: number; dots: number } {
	let [left, right, dots] = [Infinity, -1, 0];
	for (let y = 0; y < picture.rows; y++) {
		for (let x = 0; x < picture.bytesPerRow * 8; x++) {
			if (!isBlack(picture, x, y)) continue;
			dots += 1;
			left = Math.min(left, x);
			right = Math.max(right, x);
		}
	}
	return { left, right, dots };
}

describe("a drawn receipt", () => {
	it.each(Object.entries(printerModels))("is as wide as the paper of %s", (_, model) => {
		expect(drawReceipt("Milch", { ...style, model }).bytesPerRow * 8).toBe(model.dotsPerLine);
	});

	it.each([
		["German", "Käse", "Kase"],
		["Croatian", "čćžšđ", "cczsd"],
		["Chinese", "牛奶", "牛肉"],
	])("shows %s letters as themselves", (_, word, other) => {
		expect(ink(drawReceipt(word, style)).dots).toBeGreaterThan(100);
		expect(drawReceipt(word, style).dots).not.toEqual(drawReceipt(other, style).dots);
	});

	it("ends every price in the same dot, bold or plain, Chinese beside it or not", () => {
		const right = ["Milch | 1,59", "牛奶 | 1,59", 'Käse | "21,59'].map((line) => ink(drawReceipt(`{w:*,10}\n${line}`, style)).right);
		expect(Math.max(...right) - Math.min(...right)).toBeLessThanOrEqual(1);
		expect(right[0]).toBeGreaterThan(570);
	});

	it("gives a barcode bars of whole dots", () => {
		const picture = drawReceipt("{c:4006381333931;o:ean,2,60}", style);
		const row = Array.from({ length: 576 }, (_, x) => isBlack(picture, x, 30));
		const bars = row.reduce((count, black, x) => count + Number(black && !row[x - 1]), 0);
		expect(bars).toBe(30);
	});

	it("is the same to the dot each time", () => {
		expect(drawReceipt("Šunka 12,50", style).dots).toEqual(drawReceipt("Šunka 12,50", style).dots);
	});

	it("survives control characters, and signs without a look of their own", () => {
		expect(() => drawReceipt("\\x00\\x10\\x14 \ufeff\u200d & <b>", style)).not.toThrow();
	});

	it("is refused when it would eat the roll", () => {
		expect(() => drawReceipt("x\n".repeat(1_900), style)).toThrow(/1500 mm/);
		expect(() => drawReceipt("x".repeat(longestDocument + 1), style)).toThrow(RangeError);
	});
});

describe("a receipt as bytes", () => {
	const hex = (body: { bytes: Uint8Array }) => Buffer.from(body.bytes).toString("hex");

	it("has no cut in it: that waits for the printer's word", () => {
		for (const mode of ["raster", "text"] as const) {
			const body = hex(receiptBody("Milch | 1,59\n=\nKassa 2\n=", { ...style, mode }));
			expect(body).not.toMatch(/^(..)*1d56/);
		}
	});

	it("obeys no machine code of a document", () => {
		for (const mode of ["raster", "text"] as const) {
			const body = hex(receiptBody("{x:\\x1bp\\x00\\x32\\x64}\nMilch \\x10\\x14\\x01\\x00\\x01 \\x1bp\\x00", { ...style, mode }));
			expect(body).not.toMatch(/^(..)*(1b70|1014)/);
		}
	});

	it("prints the printer's own letters in text mode", () => {
		expect(Buffer.from(receiptBody("Milch | 1.59", { ...style, mode: "text" }).bytes).toString("latin1")).toContain("Milch");
	});

	it("says on top that it is a copy", () => {
		expect(receiptBody("Milch", style, 2).millimetres).toBeGreaterThan(receiptBody("Milch", style, 1).millimetres);
		expect(Buffer.from(receiptBody("Milch", { ...style, mode: "text" }, 2).bytes).toString("latin1")).toContain("KOPIE 2");
	});

	it("has the printer forget what came, and pays a torn picture's dots, before it calls a slip void", () => {
		const clear = Buffer.from("10140801031401060208", "hex");
		const sent = Buffer.from(voidBody("bon-4711", style).bytes);
		expect(sent.subarray(0, clear.length)).toEqual(clear);
		const body = sent.subarray(clear.length);
		const begin = body.indexOf(Buffer.from("1b40", "hex"));
		expect(begin).toBeGreaterThanOrEqual(72 * 120);
		expect(body.subarray(0, begin).every((byte) => byte === 0)).toBe(true);
		expect(body.toString("latin1")).toMatch(/\*\*\* VOID - NOT COMPLETE \*\*\*[\s\S]*bon-4711/);
	});
});

describe("the options of a printer", () => {
	it("need a name and where it is", () => {
		const filled = { tcpPort: 9100, model: "generic-80mm", mode: "raster", locale: "en" };
		expect(printerOptions.parse({ id: "till-1", host: "10.0.0.9" })).toMatchObject(filled);
	});

	it.each([
		["neither port nor host", { id: "till-1" }],
		["a model nobody knows", { id: "till-1", host: "10.0.0.9", model: "abacus" }],
		["a key nobody knows", { id: "till-1", host: "10.0.0.9", paper: "blue" }],
	])("refuse %s", (_, input) => {
		expect(printerOptions.safeParse(input).success).toBe(false);
	});
});
