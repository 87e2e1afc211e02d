import { inflateSync } from "node:zlib";
import { palettePng } from "../png.ts";
import { ink, type LabelModel, storedSize } from "./label-models.ts";

/**
 * A label unpacks the bytes that it was sent (OpenEPaperLink image types).
 *
 *   20  plane 1                      one bit a dot, most significant first, rows not filled up
 *   21  plane 1, plane 2             dot = plane 1 bit + 2 × plane 2 bit
 *   30  size32, zlib( 06 w16 h16 planes, plane 1, [plane 2] )
 *
 * The label has 4 kB for the zlib window, so a stream that asks for more is refused, as the chip would have to.
 */
export type Unpacked = { ok: true; planes: Uint8Array; planeCount: number } | { ok: false; refused: Refusal };

export type Refusal =
	| "type-unknown"
	| "type-too-new"
	| "size-wrong"
	| "md5-wrong"
	| "zlib-length-wrong"
	| "zlib-broken"
	| "picture-header-wrong"
	| "picture-size-wrong"
	| "colours-unknown";

const zlibWindowBits = 12;

export function unpackPicture(model: LabelModel, firmware: number, dataType: number, file: Uint8Array): Unpacked {
	const stored = storedSize(model);
	const planeBytes = Math.ceil((stored.width * stored.height) / 8);
	const refuse = (refused: Refusal): Unpacked => ({ ok: false, refused });
	const accept = (planes: Uint8Array, planeCount: number): Unpacked => {
		if (planes.length !== planeBytes * planeCount) return refuse("picture-size-wrong");
		if (planeCount === 2 && model.palette === "WB") return refuse("colours-unknown");
		return { ok: true, planes, planeCount };
	};

	if (dataType === 0x20) return accept(file, 1);
	if (dataType === 0x21) return accept(file, 2);
	if (dataType !== 0x30) return refuse("type-unknown");
	if (model.zlibFirmware === 0 || firmware < model.zlibFirmware) return refuse("type-too-new");

	const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
	if (bytes.length < 6) return refuse("zlib-length-wrong");
	let content: Buffer;
	try {
		const longest = 6 + 2 * planeBytes;
		content = inflateSync(bytes.subarray(4), { windowBits: zlibWindowBits, maxOutputLength: longest });
	} catch {
		return refuse("zlib-broken");
	}
	if (content.length !== bytes.readUInt32LE(0)) return refuse("zlib-length-wrong");
	const planeCount = content[5] ?? 0;
	const headerIsRight =
		content.length > 6 &&
		content[0] === 6 &&
		content.readUInt16LE(1) === stored.width &&
		content.readUInt16LE(3) === stored.height &&
		(planeCount === 1 || planeCount === 2);
	return headerIsRight ? accept(content.subarray(6), planeCount) : refuse("picture-header-wrong");
}

/** The glass as a shopper sees it, turned upright; without planes it is white. */
export function screenPng(model: LabelModel, planes: Uint8Array | undefined): Buffer {
	const { width, height } = model;
	const stored = storedSize(model);
	const planeBytes = Math.ceil((stored.width * stored.height) / 8);
	const two = planes !== undefined && planes.length > planeBytes;
	const bytesPerRow = Math.ceil(width / 4);
	const rows = new Uint8Array(bytesPerRow * height);
	if (planes) {
		for (let y = 0; y < stored.height; y++) {
			for (let x = 0; x < stored.width; x++) {
				const at = y * stored.width + x;
				const bit = 0x80 >> (at & 7);
				let index = planes[at >> 3]! & bit ? 1 : 0;
				if (two && planes[planeBytes + (at >> 3)]! & bit) index |= 2;
				if (index === 0) continue;
				const seen = asSeen(model, x, y);
				rows[seen.y * bytesPerRow + (seen.x >> 2)]! |= index << (6 - 2 * (seen.x & 3));
			}
		}
	}
	const inks = [...model.palette].map((letter) => ink[letter as keyof typeof ink]);
	// A pigment label told to be black and red at once shows the red, which lies on top.
	while (inks.length < 4) inks.push(inks[2] ?? inks[1]!);
	return palettePng({ width, height, bitsPerDot: 2, palette: inks, rows });
}

function asSeen(model: LabelModel, x: number, y: number): { x: number; y: number } {
	switch (model.turned) {
		case 0:
			return { x, y };
		case 1:
			return { x: model.width - 1 - y, y: x };
		case 2:
			return { x: model.width - 1 - x, y: model.height - 1 - y };
		case 3:
			return { x: y, y: model.height - 1 - x };
	}
}
