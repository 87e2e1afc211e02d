/**
 * The bytes of a picture by a panel's colour scheme. Rows from top to bottom, pixels from left to right, most significant bits first,
 * each row filled up to a whole byte.
 *
 *   0  black, white          one plane, 1 = white
 *   1  and red               two planes: black 0,0  white 1,0  red 1,1
 *   2  and yellow            two planes: black 0,0  white 1,0  yellow 0,1
 *   3  red and yellow        two bits: 00 black, 01 white, 10 yellow, 11 red; controllers 1D and 1E swap the last two
 *   4  six colours           four bits: 0 black, 1 white, 2 yellow, 3 red, 5 blue, 6 green
 *   5  four greys            two planes: of each level's code in `greys` the low bit, then the high one; controllers 28 and 48 have another
 *   6  sixteen greys         four bits: 0 black to F white
 *   7  seven colours         four bits: 0 black, 1 white, 2 yellow, 3 red, 4 blue, 5 green, 6 orange
 *   8  six colours, split    the left half of all rows, then the right half; codes as in 4
 *
 * Source: OpenDisplay protocol text 2.2 and firmware since its pull request 87; older firmware did not fill up rows.
 */
export interface Panel {
	width: number;
	height: number;
	scheme: number;
	controller: number;
}

interface Layout {
	/** Planes of one bit, or one plane of `bits` bits. */
	planes: 1 | 2;
	bits: 1 | 2 | 4;
	isSplit: boolean;
	/**
	 * Code by ink; with two planes bit 0 is in the first. Inks: K black, W white, R red, Y yellow, B blue, G green, O orange; greys are named
	 * by their level, 0 to F.
	 */
	codes: Readonly<Record<string, number>>;
}

const swapsYellowAndRed = new Set([0x1d, 0x1e]);
const secondGreys = new Set([0x28, 0x48]);
const six = { K: 0, W: 1, Y: 2, R: 3, B: 5, G: 6 };
const greys = [3, 1, 2, 0];
const otherGreys = [3, 2, 1, 0];
const levels = "0123456789ABCDEF";

/** Undefined for a scheme of which no sender is known. */
export function layoutOf({ scheme, controller }: Pick<Panel, "scheme" | "controller">): Layout | undefined {
	const nibbles = (codes: Layout["codes"], isSplit = false): Layout => ({ planes: 1, bits: 4, isSplit, codes });
	const two = (codes: Layout["codes"]): Layout => ({ planes: 2, bits: 1, isSplit: false, codes });
	switch (scheme) {
		case 0:
			return { planes: 1, bits: 1, isSplit: false, codes: { K: 0, W: 1 } };
		case 1:
			return two({ K: 0, W: 1, R: 3 });
		case 2:
			return two({ K: 0, W: 1, Y: 2 });
		case 3: {
			const codes = swapsYellowAndRed.has(controller) ? { K: 0, W: 1, R: 2, Y: 3 } : { K: 0, W: 1, Y: 2, R: 3 };
			return { planes: 1, bits: 2, isSplit: false, codes };
		}
		case 4:
			return nibbles(six);
		case 5: {
			const table = secondGreys.has(controller) ? otherGreys : greys;
			return two({ ...Object.fromEntries(table.map((code, level) => [level, code])), K: table[0]!, W: table[3]! });
		}
		case 6:
			return nibbles({ ...Object.fromEntries([...levels].map((level, code) => [level, code])), K: 0, W: 15 });
		case 7:
			return nibbles({ K: 0, W: 1, Y: 2, R: 3, B: 4, G: 5, O: 6 });
		case 8:
			return nibbles(six, true);
		default:
			return undefined;
	}
}

/** How many bytes a picture of this panel has. */
export function bytesOfPanel(panel: Panel): number {
	const layout = layoutOf(panel);
	if (!layout) return 0;
	return stripsOf(panel, layout).reduce((sum, { width }) => sum + Math.ceil((width * layout.bits) / 8), 0) * panel.height * layout.planes;
}

/** The columns of a panel that are sent together: all of them, or its halves. */
function stripsOf({ width }: Panel, { isSplit }: Layout): { from: number; width: number }[] {
	if (!isSplit) return [{ from: 0, width }];
	const left = Math.floor(width / 2);
	return [
		{ from: 0, width: left },
		{ from: left, width: width - left },
	];
}

/** Calls `visit` for each pixel of each plane with the byte and the shift where its bits stand. */
function forEachPixel(panel: Panel, layout: Layout, visit: (pixel: number, plane: number, byte: number, shift: number) => void): void {
	const perByte = 8 / layout.bits;
	let base = 0;
	for (let plane = 0; plane < layout.planes; plane++)
		for (const strip of stripsOf(panel, layout)) {
			const rowBytes = Math.ceil(strip.width / perByte);
			for (let y = 0; y < panel.height; y++)
				for (let x = 0; x < strip.width; x++)
					visit(
						y * panel.width + strip.from + x,
						plane,
						base + y * rowBytes + Math.floor(x / perByte),
						8 - layout.bits * (1 + (x % perByte)),
					);
			base += rowBytes * panel.height;
		}
}

/** `inkOf` names the ink of a pixel, counted row by row. Throws RangeError for an ink that the scheme does not have. */
export function packPixels(panel: Panel, inkOf: (pixel: number) => string): Uint8Array {
	const layout = layoutOf(panel);
	if (!layout) throw new RangeError(`colour scheme ${panel.scheme} is not known`);
	const bytes = new Uint8Array(bytesOfPanel(panel));
	const mask = (1 << layout.bits) - 1;
	forEachPixel(panel, layout, (pixel, plane, byte, shift) => {
		const code = layout.codes[inkOf(pixel)];
		if (code === undefined) throw new RangeError(`colour scheme ${panel.scheme} has no ${inkOf(pixel)}`);
		bytes[byte]! |= ((code >> (plane * layout.bits)) & mask) << shift;
	});
	return bytes;
}

/** The code of each pixel, counted row by row. Throws RangeError for bytes of another length than the panel's. */
export function unpackPixels(panel: Panel, bytes: Uint8Array): Uint8Array {
	const layout = layoutOf(panel);
	if (!layout || bytes.length !== bytesOfPanel(panel))
		throw new RangeError(`${bytes.length} bytes for a panel of ${panel.width} x ${panel.height}, scheme ${panel.scheme}`);
	const codes = new Uint8Array(panel.width * panel.height);
	const mask = (1 << layout.bits) - 1;
	forEachPixel(panel, layout, (pixel, plane, byte, shift) => {
		codes[pixel]! |= ((bytes[byte]! >> shift) & mask) << (plane * layout.bits);
	});
	return codes;
}
