/**
 * From an outline to whole pixels. E-paper has no greys: a pixel is ink where the outline covers enough of it, so a letter is
 * fitted to the pixel grid first. Baseline, x-height and cap height are moved to whole rows, and of a few positions left or
 * right of its place the one with the sharpest stems is taken. The same letter at the same size is always the same pixels.
 */
import type { Contour, Font } from "../text/font.ts";

export interface GlyphBitmap {
	width: number;
	height: number;
	/** From the pen to the bitmap's left column, and from the baseline up to its top row. */
	left: number;
	top: number;
	/** One byte a pixel: 1 is ink. */
	ink: Uint8Array;
}

const nothing: GlyphBitmap = { width: 0, height: 0, left: 0, top: 0, ink: new Uint8Array(0) };

/** Above this size half a pixel no longer shows. */
const fittedBelow = 44;

/** `fit`: move the lines that Latin letters share to whole rows. */
export function rasterOutline(outline: readonly Contour[], font: Font, size: number, squeeze: number, fit: boolean): GlyphBitmap {
	if (outline.length === 0) return nothing;
	const scale = size / font.unitsPerEm;
	const rowOf = fit && size < fittedBelow ? fittedRows(font, scale) : (y: number) => y * scale;
	const placed = outline.map((contour) => contour.map(({ x, y, on }) => ({ x: x * scale * squeeze, y: rowOf(y), on })));

	const shifts = size < fittedBelow ? [0, 0.25, -0.25, 0.5] : [0];
	let best: { sharpness: number; coverage: Coverage } | undefined;
	for (const shift of shifts) {
		const coverage = cover(placed, shift);
		const sharpness = sharpnessOf(coverage.area);
		// A later shift must be clearly sharper, else letters would move for nothing.
		if (!best || sharpness > best.sharpness * 1.03) best = { sharpness, coverage };
	}
	const { width, height, left, top, area } = best!.coverage;
	// Thin strokes of small letters would break at one half.
	const enough = size < 16 ? 0.44 : 0.5;
	const ink = new Uint8Array(width * height);
	for (let i = 0; i < ink.length; i++) ink[i] = area[i]! >= enough ? 1 : 0;
	return trimmed({ width, height, left, top, ink });
}

/** Maps heights in font units to pixels so that the lines all letters share fall on whole rows, round letters included. */
function fittedRows(font: Font, scale: number): (y: number) => number {
	const overshoot = 0.02 * font.unitsPerEm;
	const { xHeight, capHeight } = font;
	const xRows = Math.max(1, Math.round(xHeight * scale));
	const capRows = Math.max(xRows + 1, Math.round(capHeight * scale));
	return (y) => {
		if (y < -overshoot) return (y + overshoot) * scale;
		if (y <= 0) return 0;
		if (y <= xHeight) return (y / xHeight) * xRows;
		if (y <= xHeight + overshoot) return xRows;
		if (y <= capHeight) return xRows + ((y - xHeight - overshoot) / (capHeight - xHeight - overshoot)) * (capRows - xRows);
		if (y <= capHeight + overshoot) return capRows;
		return capRows + (y - capHeight - overshoot) * scale;
	};
}

interface Coverage {
	width: number;
	height: number;
	left: number;
	top: number;
	/** How much of each pixel is inside, 0 to 1. */
	area: Float32Array;
}

function cover(outline: Contour[], shift: number): Coverage {
	let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
	for (const contour of outline) {
		for (const { x, y } of contour) {
			minX = Math.min(minX, x);
			maxX = Math.max(maxX, x);
			minY = Math.min(minY, y);
			maxY = Math.max(maxY, y);
		}
	}
	const left = Math.floor(minX + shift) - 1;
	const top = Math.ceil(maxY) + 1;
	const width = Math.ceil(maxX + shift) - left + 2;
	const height = top - Math.floor(minY) + 1;
	const edges = new Float32Array(width * height + 1);
	for (const contour of outline) {
		forEachLine(contour, (x0, y0, x1, y1) => addEdge(edges, width, x0 + shift - left, top - y0, x1 + shift - left, top - y1));
	}
	const area = new Float32Array(width * height);
	for (let y = 0; y < height; y++) {
		let sum = 0;
		for (let x = 0; x < width; x++) {
			sum += edges[y * width + x]!;
			area[y * width + x] = Math.min(1, Math.abs(sum));
		}
	}
	return { width, height, left, top, area };
}

/** Walks a contour in straight pieces; two control points in a row have an unwritten point halfway between them. */
function forEachLine(contour: Contour, line: (x0: number, y0: number, x1: number, y1: number) => void): void {
	const written = contour.flatMap((point, i) => {
		const next = contour[(i + 1) % contour.length]!;
		return point.on || next.on ? [point] : [point, { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2, on: true }];
	});
	const start = written.findIndex((point) => point.on);
	if (start === -1 || written.length < 3) return;
	const at = (i: number) => written[(start + i) % written.length]!;
	let pen = at(0);
	for (let i = 1; i <= written.length; i++) {
		if (at(i).on) {
			line(pen.x, pen.y, at(i).x, at(i).y);
		} else {
			curve(pen, at(i), at(i + 1), line);
			i++;
		}
		pen = at(i);
	}
}

function curve(
	from: { x: number; y: number },
	control: { x: number; y: number },
	to: { x: number; y: number },
	line: (x0: number, y0: number, x1: number, y1: number) => void,
): void {
	const bend = Math.hypot(from.x - 2 * control.x + to.x, from.y - 2 * control.y + to.y);
	const pieces = Math.max(1, Math.min(16, Math.ceil(Math.sqrt(bend * 4))));
	let { x, y } = from;
	for (let i = 1; i <= pieces; i++) {
		const t = i / pieces;
		const u = 1 - t;
		const nextX = u * u * from.x + 2 * u * t * control.x + t * t * to.x;
		const nextY = u * u * from.y + 2 * u * t * control.y + t * t * to.y;
		line(x, y, nextX, nextY);
		x = nextX;
		y = nextY;
	}
}

/** Adds the exact area an edge cuts off in each pixel of its rows; summed along a row this gives each pixel's coverage. */
function addEdge(edges: Float32Array, width: number, x0: number, y0: number, x1: number, y1: number): void {
	if (y0 === y1) return;
	const sign = y0 < y1 ? 1 : -1;
	const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
	const slope = (bottomX - topX) / (bottomY - topY);
	let x = topX;
	for (let row = Math.floor(topY); row < bottomY; row++) {
		const height = Math.min(row + 1, bottomY) - Math.max(row, topY);
		const nextX = x + slope * height;
		const [from, to] = x < nextX ? [x, nextX] : [nextX, x];
		const first = Math.floor(from);
		const last = Math.ceil(to);
		const share = sign * height;
		const at = row * width + first;
		if (last <= first + 1) {
			const inside = (from + to) / 2 - first;
			edges[at]! += share * (1 - inside);
			edges[at + 1]! += share * inside;
		} else {
			const perPixel = 1 / (to - from);
			const firstPart = 1 - (from - first);
			const firstArea = 0.5 * perPixel * firstPart * firstPart;
			const lastPart = to - last + 1;
			const lastArea = 0.5 * perPixel * lastPart * lastPart;
			edges[at]! += share * firstArea;
			if (last === first + 2) {
				edges[at + 1]! += share * (1 - firstArea - lastArea);
			} else {
				const secondArea = perPixel * (firstPart + 0.5);
				edges[at + 1]! += share * (secondArea - firstArea);
				for (let column = first + 2; column < last - 1; column++) edges[row * width + column]! += share * perPixel;
				const before = secondArea + (last - first - 3) * perPixel;
				edges[row * width + last - 1]! += share * (1 - before - lastArea);
			}
			edges[row * width + last]! += share * lastArea;
		}
		x = nextX;
	}
}

function sharpnessOf(area: Float32Array): number {
	let sum = 0;
	for (const part of area) sum += part * part;
	return sum;
}

function trimmed(bitmap: GlyphBitmap): GlyphBitmap {
	const { width, height, ink } = bitmap;
	let [x0, x1, y0, y1] = [width, -1, height, -1];
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			if (ink[y * width + x] === 0) continue;
			x0 = Math.min(x0, x);
			x1 = Math.max(x1, x);
			y0 = Math.min(y0, y);
			y1 = y;
		}
	}
	if (x1 < 0) return nothing;
	const cut = new Uint8Array((x1 - x0 + 1) * (y1 - y0 + 1));
	for (let y = y0; y <= y1; y++) cut.set(ink.subarray(y * width + x0, y * width + x1 + 1), (y - y0) * (x1 - x0 + 1));
	return { width: x1 - x0 + 1, height: y1 - y0 + 1, left: bitmap.left + x0, top: bitmap.top - y0, ink: cut };
}
