/**
 * The bars of an article's number, in whole pixels: a scanner measures widths, and a module of two and a half pixels has none.
 * GTIN-8 and GTIN-13 (and 12, with its zero) as EAN, GTIN-14 as ITF-14; quiet zones by the GS1 General Specifications, section 5.
 */
import bwipjs from "bwip-js";
import { hasRightCheckDigit } from "../../../drivers/scanner/gs1/gtin.ts";
import { type Area, type Canvas, paintArea } from "./canvas.ts";

export interface Barcode {
	symbology: "ean8" | "ean13" | "itf14";
	digits: string;
	/** Widths in modules: bar, space, bar and so on; of ITF-14, 1 for narrow and 2 for wide. */
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
	// The library ends ITF-14 with a space, which the quiet zone holds already.
	const bars = drawn!.sbs.length % 2 === 0 ? drawn!.sbs.slice(0, -1) : drawn!.sbs;
	return { symbology, digits, bars, quiet: [left, right] };
}

const mostPixels = 3;

/**
 * Widths in pixels, quiet zones not counted, for a narrow element of so many. EAN's are whole multiples. ITF-14 has two widths, of which
 * the wide one is 2.25 to 3 times the narrow (GS1 General Specifications, 5.3.2); the module's own ratio of 2 is not within that.
 */
function pixelWidths({ symbology, bars }: Barcode, pixels: number): number[] {
	const wide = Math.round(2.5 * pixels);
	return bars.map((width) => (symbology === "itf14" && width > 1 ? wide : width * pixels));
}

/** Paints into the area, quiet zones inside it, as wide as whole pixels allow; answers the bars' own area, or undefined without room. */
export function paintBarcode(canvas: Canvas, barcode: Barcode, area: Area, index: number): Area | undefined {
	const [left, right] = barcode.quiet;
	for (let pixels = mostPixels; pixels >= 1; pixels--) {
		const widths = pixelWidths(barcode, pixels);
		const bars = widths.reduce((sum, width) => sum + width, 0);
		if ((left + right) * pixels + bars > area.width) continue;
		let x = area.x + left * pixels;
		const painted: Area = { x, y: area.y, width: bars, height: area.height };
		widths.forEach((width, i) => {
			if (i % 2 === 0) paintArea(canvas, { x, y: area.y, width, height: area.height }, index);
			x += width;
		});
		return painted;
	}
	return undefined;
}
