/**
 * Reads what drawing needs out of a TrueType file: which glyph a character has, how far the pen moves, and the outline.
 * Left out: hinting programs, kerning, ligatures and right-to-left scripts. (Apple, "TrueType Reference Manual"; the tables
 * head, hhea, maxp, hmtx, loca, glyf, OS/2, and cmap formats 4 and 12.)
 */
import { openSync, readSync } from "node:fs";

/** Closed contour of on-curve and off-curve (quadratic control) points, in font units, y upwards. */
export type Contour = { x: number; y: number; on: boolean }[];

export interface Font {
	unitsPerEm: number;
	xHeight: number;
	capHeight: number;
	/** 0 where the font has no glyph for this character. */
	glyphOf(codePoint: number): number;
	advanceOf(glyph: number): number;
	outlineOf(glyph: number): Contour[];
}

/**
 * Keeps the file open and reads an outline when its character comes: of ten megabytes of Chinese a store needs some hundred characters.
 * Throws RangeError when the file is no TrueType font with outlines.
 */
export function readFont(path: string): Font {
	const file = openSync(path, "r");
	const read = (at: number, length: number): Buffer => {
		const bytes = Buffer.allocUnsafe(length);
		return bytes.subarray(0, readSync(file, bytes, 0, length, at));
	};
	const directory = read(12, 16 * read(0, 12).readUInt16BE(4));
	const find = (tag: string): { start: number; length: number } => {
		for (let at = 0; at < directory.length; at += 16)
			if (directory.toString("latin1", at, at + 4) === tag)
				return { start: directory.readUInt32BE(at + 8), length: directory.readUInt32BE(at + 12) };
		throw new RangeError(`not a TrueType font with outlines: no table ${tag}`);
	};
	const table = (tag: string): Buffer => {
		const { start, length } = find(tag);
		return read(start, length);
	};
	const head = table("head");
	const os2 = table("OS/2");
	const hmtx = table("hmtx");
	const outlines = find("glyf").start;
	const loca = table("loca");
	const wideLoca = head.readInt16BE(50) === 1;
	const advances = table("hhea").readUInt16BE(34);
	const glyphs = table("maxp").readUInt16BE(4);

	const bytesOf = (glyph: number): Buffer => {
		if (glyph >= glyphs) return Buffer.alloc(0);
		const [from, to] = wideLoca
			? [loca.readUInt32BE(4 * glyph), loca.readUInt32BE(4 * glyph + 4)]
			: [2 * loca.readUInt16BE(2 * glyph), 2 * loca.readUInt16BE(2 * glyph + 2)];
		return read(outlines + from, to - from);
	};
	const outlineOf = (glyph: number, depth = 0): Contour[] => {
		const bytes = bytesOf(glyph);
		if (bytes.length === 0 || depth > 6) return [];
		const contours = bytes.readInt16BE(0);
		return contours >= 0 ? simpleOutline(bytes, contours) : compositeOutline(bytes, (part) => outlineOf(part, depth + 1));
	};

	return {
		unitsPerEm: head.readUInt16BE(18),
		xHeight: os2.readInt16BE(86),
		capHeight: os2.readInt16BE(88),
		glyphOf: readCmap(table("cmap")),
		advanceOf: (glyph) => hmtx.readUInt16BE(4 * Math.min(glyph, advances - 1)),
		outlineOf: (glyph) => outlineOf(glyph),
	};
}

function readCmap(cmap: Buffer): (codePoint: number) => number {
	let best: { format: number; bytes: Buffer } | undefined;
	for (let i = 0; i < cmap.readUInt16BE(2); i++) {
		const bytes = cmap.subarray(cmap.readUInt32BE(8 + 8 * i));
		const format = bytes.readUInt16BE(0);
		if ((format === 4 || format === 12) && format > (best?.format ?? 0)) best = { format, bytes };
	}
	if (!best) throw new RangeError("the font has no character map of format 4 or 12");
	return best.format === 12 ? groupsLookup(best.bytes) : segmentsLookup(best.bytes);
}

function groupsLookup(bytes: Buffer): (codePoint: number) => number {
	const count = bytes.readUInt32BE(12);
	return (codePoint) => {
		let low = 0;
		let high = count - 1;
		while (low <= high) {
			const middle = (low + high) >> 1;
			const at = 16 + 12 * middle;
			if (codePoint < bytes.readUInt32BE(at)) high = middle - 1;
			else if (codePoint > bytes.readUInt32BE(at + 4)) low = middle + 1;
			else return bytes.readUInt32BE(at + 8) + codePoint - bytes.readUInt32BE(at);
		}
		return 0;
	};
}

function segmentsLookup(bytes: Buffer): (codePoint: number) => number {
	const doubled = bytes.readUInt16BE(6);
	return (codePoint) => {
		for (let i = 0; i < doubled && codePoint <= 0xffff; i += 2) {
			if (bytes.readUInt16BE(14 + i) < codePoint) continue;
			const start = bytes.readUInt16BE(16 + doubled + i);
			if (start > codePoint) return 0;
			const delta = bytes.readUInt16BE(16 + 2 * doubled + i);
			const offsetAt = 16 + 3 * doubled + i;
			const offset = bytes.readUInt16BE(offsetAt);
			if (offset === 0) return (codePoint + delta) & 0xffff;
			const glyph = bytes.readUInt16BE(offsetAt + offset + 2 * (codePoint - start));
			return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
		}
		return 0;
	};
}

function simpleOutline(bytes: Buffer, contours: number): Contour[] {
	const ends = Array.from({ length: contours }, (_, i) => bytes.readUInt16BE(10 + 2 * i));
	const points = (ends.at(-1) ?? -1) + 1;
	let at = 10 + 2 * contours;
	at += 2 + bytes.readUInt16BE(at); // the hinting program

	const flags: number[] = [];
	while (flags.length < points) {
		const flag = bytes[at++]!;
		flags.push(flag);
		if (flag & 8) for (let repeats = bytes[at++]!; repeats > 0; repeats--) flags.push(flag);
	}
	const axis = (short: number, same: number): number[] => {
		let value = 0;
		return flags.map((flag) => {
			if (flag & short) value += flag & same ? bytes[at++]! : -bytes[at++]!;
			else if (!(flag & same)) {
				value += bytes.readInt16BE(at);
				at += 2;
			}
			return value;
		});
	};
	const xs = axis(2, 16);
	const ys = axis(4, 32);
	let from = 0;
	return ends.map((end) => {
		const contour: Contour = [];
		for (let i = from; i <= end; i++) contour.push({ x: xs[i]!, y: ys[i]!, on: (flags[i]! & 1) !== 0 });
		from = end + 1;
		return contour;
	});
}

/** An accented letter is its base and its accent, each moved and perhaps scaled. */
function compositeOutline(bytes: Buffer, outlineOf: (glyph: number) => Contour[]): Contour[] {
	const whole: Contour[] = [];
	for (let at = 10, more = true; more; ) {
		const flags = bytes.readUInt16BE(at);
		const glyph = bytes.readUInt16BE(at + 2);
		at += 4;
		const words = (flags & 1) !== 0;
		const dx = words ? bytes.readInt16BE(at) : bytes.readInt8(at);
		const dy = words ? bytes.readInt16BE(at + 2) : bytes.readInt8(at + 1);
		at += words ? 4 : 2;
		const fixed = (): number => bytes.readInt16BE((at += 2) - 2) / 16384;
		let [a, b, c, d] = [1, 0, 0, 1];
		if (flags & 0x08) a = d = fixed();
		else if (flags & 0x40) [a, d] = [fixed(), fixed()];
		else if (flags & 0x80) [a, b, c, d] = [fixed(), fixed(), fixed(), fixed()];
		// Without this flag the two numbers name points to be joined, which these fonts never use.
		const [moveX, moveY] = flags & 2 ? [dx, dy] : [0, 0];
		for (const contour of outlineOf(glyph)) {
			whole.push(contour.map(({ x, y, on }) => ({ x: a * x + c * y + moveX, y: b * x + d * y + moveY, on })));
		}
		more = (flags & 0x20) !== 0;
	}
	return whole;
}
