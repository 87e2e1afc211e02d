import { readFileSync } from "node:fs";

/**
 * How wide each letter of a TrueType file is, so that a line can be set before it is drawn.
 * Reads four tables of the OpenType specification: head (units per em), hhea and hmtx (advances), cmap (formats 4 and 12).
 */
export interface Typeface {
	file: string;
	/** In ems; undefined when the typeface has no such letter. */
	advance(codePoint: number): number | undefined;
}

/** Throws a RangeError for a file that is no TrueType font with a Unicode character map. */
export function readTypeface(file: string): Typeface {
	const table = tablesOf(file);
	const unitsPerEm = table("head").readUInt16BE(18);
	const advances = table("hmtx");
	const lastAdvance = table("hhea").readUInt16BE(34) - 1;
	const glyphOf = readCharacterMap(table("cmap"), file);

	return {
		file,
		advance(codePoint) {
			const glyph = glyphOf(codePoint);
			return glyph === 0 ? undefined : advances.readUInt16BE(4 * Math.min(glyph, lastAdvance)) / unitsPerEm;
		},
	};
}

/** Copies of single tables: the outlines, ten megabytes in the Chinese file, are for the one who draws. */
function tablesOf(file: string): (tag: string) => Buffer {
	const bytes = readFileSync(file);
	return (tag) => {
		for (let at = 12, left = bytes.readUInt16BE(4); left > 0; at += 16, left--) {
			if (bytes.toString("latin1", at, at + 4) !== tag) continue;
			const start = bytes.readUInt32BE(at + 8);
			return Buffer.from(bytes.subarray(start, start + bytes.readUInt32BE(at + 12)));
		}
		throw new RangeError(`${file} has no table ${tag}`);
	};
}

function readCharacterMap(bytes: Buffer, file: string): (codePoint: number) => number {
	const found = new Map<number, number>();
	for (let at = 4, left = bytes.readUInt16BE(2); left > 0; at += 8, left--) {
		const map = bytes.readUInt32BE(at + 4);
		found.set(bytes.readUInt16BE(map), map);
	}
	const wide = found.get(12);
	if (wide !== undefined) return (codePoint) => glyphInGroups(bytes, wide, codePoint);
	const narrow = found.get(4);
	if (narrow !== undefined) return (codePoint) => glyphInSegments(bytes, narrow, codePoint);
	throw new RangeError(`${file} has no Unicode character map`);
}

/** cmap format 12: groups of (first, last, glyph of the first), ascending. */
function glyphInGroups(bytes: Buffer, map: number, codePoint: number): number {
	let low = 0;
	let high = bytes.readUInt32BE(map + 12) - 1;
	while (low <= high) {
		const middle = (low + high) >> 1;
		const group = map + 16 + 12 * middle;
		if (codePoint < bytes.readUInt32BE(group)) high = middle - 1;
		else if (codePoint > bytes.readUInt32BE(group + 4)) low = middle + 1;
		else return bytes.readUInt32BE(group + 8) + codePoint - bytes.readUInt32BE(group);
	}
	return 0;
}

/** cmap format 4: four parallel arrays of segments, for the letters below U+10000. */
function glyphInSegments(bytes: Buffer, map: number, codePoint: number): number {
	if (codePoint > 0xffff) return 0;
	const twice = bytes.readUInt16BE(map + 6);
	const ends = map + 14;
	const starts = ends + twice + 2;
	for (let at = 0; at < twice; at += 2) {
		if (codePoint > bytes.readUInt16BE(ends + at)) continue;
		const start = bytes.readUInt16BE(starts + at);
		if (codePoint < start) return 0;
		const delta = bytes.readUInt16BE(starts + twice + at);
		const rangeAt = starts + 2 * twice + at;
		const range = bytes.readUInt16BE(rangeAt);
		if (range === 0) return (codePoint + delta) & 0xffff;
		const glyph = bytes.readUInt16BE(rangeAt + range + 2 * (codePoint - start));
		return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
	}
	return 0;
}
