/**
 * The dots of pictures in an ePOS document: mono has 1 bit a dot, 1 is ink, the highest bit left; gray16 has 4 bits, 0 black to F white.
 *
 * Source: Epson ePOS-Print XML user's manual, element image; epos.js; the tills of Odoo, which pack all dots as one string of bits.
 */
import type { EposRaster } from "./operations.ts";

/** More dots than a receipt of a metre and a half on the widest paper has. */
const mostDots = 4_000_000;

type Picture = Pick<EposRaster, "width" | "height" | "mode">;

/**
 * The rows of a picture, however its sender packed them. Epson pads each row to whole bytes; some tills pack all dots as one string of
 * bits. Both are the same where a row is whole bytes.
 */
export function rasterRows(picture: Picture, bytes: Uint8Array): Pick<EposRaster, "packing" | "rowsHex"> {
	const { width, height, mode } = picture;
	const bitsADot = mode === "mono" ? 1 : 4;
	const rowBytes = Math.ceil((width * bitsADot) / 8);
	const isDrawable = width > 0 && height > 0 && width * height <= mostDots;
	if (isDrawable && bytes.length === rowBytes * height) return { packing: "row-padded", rowsHex: Buffer.from(bytes).toString("hex") };
	if (isDrawable && mode === "mono" && bytes.length === Math.ceil((width * height) / 8))
		return { packing: "bit-packed", rowsHex: unpack(picture, bytes, rowBytes).toString("hex") };
	return { packing: "bad-length", rowsHex: null };
}

/**
 * Rows out of one string of bits. Older senders put the last bits at the low end of their byte, newer ones at the high end: a last byte
 * whose high bits are empty is taken for the older form.
 */
function unpack({ width, height }: Picture, bytes: Uint8Array, rowBytes: number): Buffer {
	const rows = Buffer.alloc(rowBytes * height);
	const dots = width * height;
	const inLastByte = dots % 8;
	const last = bytes.at(-1)!;
	const lastIsLow = inLastByte > 0 && last > 0 && last < 1 << inLastByte;
	const bitAt = (dot: number): number => {
		const isInLast = lastIsLow && dot >= dots - inLastByte;
		const shift = isInLast ? dots - 1 - dot : 7 - (dot % 8);
		return (bytes[dot >> 3]! >> shift) & 1;
	};
	for (let y = 0; y < height; y += 1)
		for (let x = 0; x < width; x += 1) if (bitAt(y * width + x)) rows[y * rowBytes + (x >> 3)]! |= 0x80 >> (x & 7);
	return rows;
}
