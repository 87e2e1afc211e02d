/**
 * The bars of an article's number, in whole pixels: a scanner measures widths, and a module of two and a half pixels has none.
 * GTIN-8 and GTIN-13 (and 12, with its zero) as EAN, GTIN-14 as ITF-14; quiet zones by the GS1 General Specifications, section 5.
 */
import bwipjs from "bwip-js";
import { type Area, type Canvas, paintArea } from "./canvas.ts";

export interface Barcode {
	symbology: "ean8" | "ean13" | "itf14";
	digits: string;
	/** Widths in modules: bar, space, bar and so on. */
	bars: number[];
	/** Modules that must stay white on the left and on the right. */
	quiet: [left: number, right: number];
}

const quietZones = { ean8: [7, 7], ean13: [11, 7], itf14: [10, 10] } as const;

/** Undefined for what is no GTIN with a right check digit: no till could scan it, and the label does without. */
export function barcodeOf(gtin: string | undefined): Barcode | undefined {
	if (gtin === undefined || !/^\d{8,14}$/.test(gtin)) return undefined;
	const padded = gtin.padStart(14, "0");
	if (!hasRightCheckDigit(padded) || /^0+$/.test(padded)) return undefined;
	const symbology = padded.startsWith("000000") ? "ean8" : padded.startsWith("0") ? "ean13" : "itf14";
	const digits = padded.slice({ ean8: 6, ean13: 1, itf14: 0 }[symbology]);
	const [drawn] = bwipjs.raw({ bcid: symbology, text: digits }) as { sbs: number[] }[];
	const [left, right] = quietZones[symbology];
	return { symbology, digits, bars: drawn!.sbs, quiet: [left, right] };
}

/** Paints into the area, quiet zones inside it, as wide as whole pixels allow; answers the bars' own area, or undefined without room. */
export function paintBarcode(canvas: Canvas, barcode: Barcode, area: Area, index: number): Area | undefined {
	const modules = barcode.bars.reduce((sum, width) => sum + width, 0);
	const [left, right] = barcode.quiet;
	const pixels = Math.min(3, Math.floor(area.width / (left + modules + right)));
	if (pixels < 1) return undefined;
	let x = area.x + left * pixels;
	const painted: Area = { x, y: area.y, width: modules * pixels, height: area.height };
	barcode.bars.forEach((width, i) => {
		if (i % 2 === 0) paintArea(canvas, { x, y: area.y, width: width * pixels, height: area.height }, index);
		x += width * pixels;
	});
	return painted;
}

/** Weights 3, 1, 3, ... from the right, the check digit itself not counted. */
function hasRightCheckDigit(gtin14: string): boolean {
	const sum = [...gtin14.slice(0, 13)].reduce((sum, digit, i) => sum + Number(digit) * (i % 2 === 0 ? 3 : 1), 0);
	return (10 - (sum % 10)) % 10 === Number(gtin14[13]);
}
