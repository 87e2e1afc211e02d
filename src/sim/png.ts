import { crc32, deflateSync } from "node:zlib";

/**
 * PNG with a palette, as small and exact as it gets: no colour is ever mixed, so a test may compare dot by dot.
 * Two thousand labels redraw in a minute; a true-colour encoder would spend that minute on nothing else.
 *
 * `rows` are packed as PNG wants them: most significant bits first, each row filled up to a whole byte.
 */
export function palettePng(picture: {
	width: number;
	height: number;
	bitsPerDot: 1 | 2;
	palette: readonly (readonly [number, number, number])[];
	rows: Uint8Array;
}): Buffer {
	const { width, height, bitsPerDot } = picture;
	const bytesPerRow = Math.ceil((width * bitsPerDot) / 8);
	const filtered = Buffer.alloc(height * (bytesPerRow + 1));
	for (let y = 0; y < height; y++) {
		filtered.set(picture.rows.subarray(y * bytesPerRow, (y + 1) * bytesPerRow), y * (bytesPerRow + 1) + 1);
	}
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header[8] = bitsPerDot;
	header[9] = 3; // colour type: palette
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk("IHDR", header),
		chunk("PLTE", Buffer.from(picture.palette.flat())),
		chunk("IDAT", deflateSync(filtered, { level: 3 })),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

function chunk(name: string, body: Uint8Array): Buffer {
	const framed = Buffer.alloc(body.length + 12);
	framed.writeUInt32BE(body.length, 0);
	framed.write(name, 4, "latin1");
	framed.set(body, 8);
	framed.writeUInt32BE(crc32(framed.subarray(4, body.length + 8)), body.length + 8);
	return framed;
}
