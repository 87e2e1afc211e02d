/**
 * The price as a customer reads it from three steps away: large whole units, the coins small and raised beside them, the
 * currency (and "/kg" where the price is that of a kilogram) beneath the coins or, where the shop writes it first, before.
 */

import type { FaceFields } from "../words/label.ts";
import { type Area, type Canvas, paintGlyph } from "./drawing/canvas.ts";
import { FaceError } from "./fields.ts";
import { looseUnit } from "./fields-in-words.ts";
import { type MoneyParts, moneyParts } from "./money.ts";
import { type Line, setLine } from "./text/letters.ts";

interface Part {
	line: Line;
	x: number;
	/** Baseline, below the top of the area the price takes. */
	y: number;
}

/** Draws the price as large as the area allows, at its lower edge; returns the area of the ink. */
export function drawPrice(canvas: Canvas, fields: FaceFields, area: Area, align: "left" | "right", index: number): Area {
	const texts = priceTexts(fields);
	let size = Math.floor(area.height / 0.7);
	let laid = layOut(texts, size);
	while (laid.width > area.width || laid.height > area.height) {
		if (--size < 16) throw new FaceError("face-text-does-not-fit", { field: "price", sku: fields.sku });
		// Wide amounts are far too wide at first: the next guess comes from the measure.
		if (laid.width > area.width * 1.1) size = Math.min(size, Math.ceil((size * area.width * 1.05) / laid.width));
		laid = layOut(texts, size);
	}
	const left = align === "left" ? area.x : area.x + area.width - laid.width;
	const top = area.y + area.height - laid.height;
	for (const { line, x, y } of laid.parts) {
		for (const glyph of line.glyphs) paintGlyph(canvas, glyph.bitmap, left + x + glyph.x, top + y - glyph.bitmap.top, index);
	}
	return { x: left, y: top, width: laid.width, height: laid.height };
}

/** The texts of a price, whatever their size. */
interface PriceTexts {
	money: MoneyParts;
	/** Beneath the coins: the currency, unless it stands before the amount, and what the price is for, as "/kg". */
	beneath: string;
}

function priceTexts(fields: FaceFields): PriceTexts {
	const money = moneyParts(fields.amountMinor, fields.currency, fields.locale);
	const loose = looseUnit(fields);
	const perUnit = loose === undefined ? "" : `/${loose}`;
	return { money, beneath: money.symbolFirst ? perUnit : money.symbol + perUnit };
}

function layOut({ money, beneath }: PriceTexts, size: number): { parts: Part[]; width: number; height: number } {
	const sizeOf = (share: number): number => Math.max(10, Math.round(size * share));

	const whole = setLine(money.whole, { weight: "black", size, squeeze: 0.96 });
	const decimal = setLine(money.decimal, { weight: "black", size: sizeOf(0.8), squeeze: 1 });
	const cents = setLine(money.cents, { weight: "black", size: sizeOf(0.52), squeeze: 1 });
	const unit = setLine(beneath, { weight: "bold", size: sizeOf(beneath.length > 2 ? 0.27 : 0.33), squeeze: 1 });
	const symbol = setLine(money.symbolFirst ? money.symbol : "", { weight: "bold", size: sizeOf(0.42), squeeze: 1 });
	const baseline = Math.max(whole.above, cents.above);
	const gap = Math.max(1, Math.round(size * 0.03));

	const parts: Part[] = [];
	let pen = 0;
	const put = (line: Line, x: number, y: number): void => void (line.glyphs.length > 0 && parts.push({ line, x: x - inkLeft(line), y }));
	if (symbol.glyphs.length > 0) {
		put(symbol, pen, symbol.above);
		pen += inkWidth(symbol) + 2 * gap;
	}
	put(whole, pen, baseline);
	pen += inkWidth(whole) + gap;
	if (decimal.glyphs.length > 0) {
		// A comma hangs below the line; half of that is given up for larger digits.
		put(decimal, pen, baseline - Math.floor(decimal.below / 2));
		pen += inkWidth(decimal) + gap;
	}
	put(cents, pen, cents.above);
	// The currency stands on the price's own baseline, in the middle beneath the coins, clear of the comma.
	const unitX = pen + Math.max(gap, Math.floor((inkWidth(cents) - inkWidth(unit)) / 2));
	put(unit, unitX, baseline);
	const width = Math.max(pen + inkWidth(cents), unit.glyphs.length > 0 ? unitX + inkWidth(unit) : 0);
	const height = Math.max(...parts.map(({ line, y }) => y + line.below));
	const clear = unit.glyphs.length === 0 || cents.above + 2 <= baseline - unit.above;
	return { parts, width, height: clear ? height : height + cents.above + 2 - (baseline - unit.above) };
}

function inkLeft(line: Line): number {
	return Math.min(...line.glyphs.map(({ x }) => x));
}

function inkWidth(line: Line): number {
	if (line.glyphs.length === 0) return 0;
	return Math.max(...line.glyphs.map(({ x, bitmap }) => x + bitmap.width)) - inkLeft(line);
}
