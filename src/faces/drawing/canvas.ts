/** The palette indexes a label will show, painted pixel by pixel. Painting outside throws. */
import type { LabelColour } from "../../../drivers/label/models.ts";
import type { GlyphBitmap } from "./raster.ts";

/** The colours as previews show them. */
export const colourRgb: Record<LabelColour, readonly [red: number, green: number, blue: number]> = {
	white: [255, 255, 255],
	black: [0, 0, 0],
	red: [255, 0, 0],
	yellow: [255, 255, 0],
};

export interface Area {
	x: number;
	y: number;
	width: number;
	height: number;
}

export interface Canvas {
	readonly width: number;
	readonly height: number;
	readonly indexes: Uint8Array;
}

export function newCanvas(width: number, height: number): Canvas {
	return { width, height, indexes: new Uint8Array(width * height) };
}

export function paintArea(canvas: Canvas, { x, y, width, height }: Area, index: number, radius = 0): void {
	for (let row = 0; row < height; row++) {
		const inset = cornerInset(Math.min(row, height - 1 - row), radius);
		const start = (y + row) * canvas.width + x;
		canvas.indexes.fill(index, start + inset, start + width - inset);
	}
}

export function paintGlyph(canvas: Canvas, { width, height, ink }: GlyphBitmap, x: number, y: number, index: number): void {
	if (x < 0 || y < 0 || x + width > canvas.width || y + height > canvas.height) {
		throw new RangeError(`a letter at ${x},${y} of ${width} x ${height} would be cut at the edge of the label`);
	}
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			if (ink[row * width + column] === 1) canvas.indexes[(y + row) * canvas.width + x + column] = index;
		}
	}
}

/** How many pixels a rounded corner takes from a row this far from the edge. */
function cornerInset(row: number, radius: number): number {
	if (row >= radius) return 0;
	const up = radius - row - 0.5;
	return Math.round(radius - Math.sqrt(radius * radius - up * up));
}
