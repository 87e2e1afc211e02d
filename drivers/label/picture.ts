/**
 * A label's picture: from palette indexes as a customer sees them to the bytes the label's firmware draws, and back.
 *
 *   indexes   0 white, 1 black, 2 the third colour, 3 the fourth; row by row, width x height
 *   stored    the same pixels as the panel scans them; r = rotateBuffer, W x H = the picture
 *               r0  stored[y][x] = seen(x, y)              r2  seen(W-1-x, H-1-y)
 *               r1  H wide, W high: seen(W-1-y, x)         r3  H wide, W high: seen(y, H-1-x)
 *   planes    one bit a pixel, MSB first, no padding at a row's end: plane 1 has indexes 1 and 3, plane 2 has 2 and 3
 *
 *   0x20      plane 1                                      0x21   plane 1, plane 2
 *   0x30      u32 length, then zlib of: u8 6, u16 stored width, u16 stored height, u8 planes, the planes
 *             (little endian; window 4096, because a label has no RAM for a larger one)
 *   0x100     for OpenDisplay: pixels by the panel's colour scheme (opendisplay/pixels.ts)
 *   0x109     the same, zlib with a window of 512 bytes: a label refuses a larger one
 *
 * Left out: G5 pictures (0x31) and panels of more than four colours.
 *
 * Source: the firmware of OpenEPaperLink's access points and labels, and its tag types (facts only, no code); for OpenDisplay see there.
 */
import { createHash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import type { LabelColour, LabelModel } from "./models.ts";
import type { OpenDisplayPanel } from "./opendisplay/panel.ts";
import { bytesOfPanel, layoutOf, packPixels, unpackPixels } from "./opendisplay/pixels.ts";

export type PictureType = 0x20 | 0x21 | 0x30 | typeof panelRaw | typeof panelCompressed;

/** The two kinds of pictures of OpenDisplay; numbers that OpenEPaperLink cannot use, because its have 8 bits. */
const panelRaw = 0x100;
export const panelCompressed = 0x109;

export interface PackedPicture {
	dataType: PictureType;
	bytes: Uint8Array;
	/** 16 bytes; the first eight are the picture's version on air. */
	md5: Uint8Array;
	/** 16 upper-case hex digits: the version as an access point asks for it, that is with its eight bytes reversed. */
	version: string;
}

const headerLength = 6;

/** `firmware` is the number from the label's last long check-in; 0 when unknown, which means: no compression. */
export function packPicture(indexes: Uint8Array, model: LabelModel, firmware: number): PackedPicture {
	if (model.panel) return packForPanel(indexes, model, model.panel);
	const { planes, count } = toPlanes(indexes, model);
	const raw = { dataType: count === 2 ? 0x21 : 0x20, bytes: planes } as const;
	if (model.zlibFromFirmware === undefined || firmware < model.zlibFromFirmware) return versioned(raw.dataType, raw.bytes);
	const packed = zlibFile(planes, count, model);
	return packed.length < raw.bytes.length ? versioned(0x30, packed) : versioned(raw.dataType, raw.bytes);
}

/** The picture a label draws from these bytes, for previews. Throws RangeError on bytes that are no picture of this model. */
export function unpackPicture(dataType: number, bytes: Uint8Array, model: LabelModel): Uint8Array {
	if (model.panel) return unpackFromPanel(dataType, bytes, model, model.panel);
	const planeLength = Math.ceil((model.width * model.height) / 8);
	const planes = dataType === 0x30 ? unzipPlanes(bytes, model, planeLength) : bytes;
	if (dataType !== 0x20 && dataType !== 0x21 && dataType !== 0x30) {
		throw new RangeError(`data type 0x${dataType.toString(16)} is not a picture we know`);
	}
	if (planes.length !== planeLength && planes.length !== 2 * planeLength) {
		throw new RangeError(`${planes.length} bytes of planes, where ${model.name} has ${planeLength} or twice that`);
	}
	const indexes = new Uint8Array(model.width * model.height);
	forEachStored(model, (stored, seen) => {
		const bit = 0x80 >> (stored & 7);
		const black = (planes[stored >> 3]! & bit) !== 0 ? 1 : 0;
		const coloured = planes.length > planeLength && (planes[planeLength + (stored >> 3)]! & bit) !== 0 ? 2 : 0;
		indexes[seen] = black | coloured;
	});
	return indexes;
}

const inks: Readonly<Record<LabelColour, string>> = { black: "K", white: "W", red: "R", yellow: "Y" };

function packForPanel(indexes: Uint8Array, model: LabelModel, panel: OpenDisplayPanel): PackedPicture {
	checkIndexes(indexes, model);
	const letters = model.colours.map((colour) => inks[colour]);
	const seenAt = new Uint32Array(indexes.length);
	forEachStored(model, (stored, seen) => {
		seenAt[stored] = seen;
	});
	const raw = packPixels(panel, (pixel) => letters[indexes[seenAt[pixel]!]!]!);
	if (panel.compressedMost === 0) return versioned(panelRaw, raw);
	const packed = Uint8Array.from(deflateSync(raw, { level: 9, windowBits: 9 }));
	return packed.length <= panel.compressedMost ? versioned(panelCompressed, packed) : versioned(panelRaw, raw);
}

/** The picture as it stands, for a label that refuses the compressed one. Throws RangeError for bytes that do not unpack to `size`. */
export function unpackStream(bytes: Uint8Array, size: number): Uint8Array {
	let raw: Buffer;
	try {
		raw = inflateSync(bytes, { maxOutputLength: Math.max(1, size) });
	} catch (cause) {
		throw new RangeError("the picture does not unpack", { cause });
	}
	if (raw.length !== size) throw new RangeError(`the picture unpacks to ${raw.length} bytes, where its panel has ${size}`);
	return Uint8Array.from(raw);
}

function unpackFromPanel(dataType: number, bytes: Uint8Array, model: LabelModel, panel: OpenDisplayPanel): Uint8Array {
	if (dataType !== panelRaw && dataType !== panelCompressed)
		throw new RangeError(`data type 0x${dataType.toString(16)} is not a picture of ${model.name}`);
	const codes = unpackPixels(panel, dataType === panelRaw ? bytes : unpackStream(bytes, bytesOfPanel(panel)));
	const layout = layoutOf(panel)!;
	const indexOf = new Map(model.colours.map((colour, index) => [layout.codes[inks[colour]], index]));
	const indexes = new Uint8Array(model.width * model.height);
	forEachStored(model, (stored, seen) => {
		const index = indexOf.get(codes[stored]);
		if (index === undefined) throw new RangeError(`${model.name} has no colour of code ${codes[stored]}`);
		indexes[seen] = index;
	});
	return indexes;
}

function versioned(dataType: PictureType, bytes: Uint8Array): PackedPicture {
	const md5 = Uint8Array.from(createHash("md5").update(bytes).digest());
	const version = Buffer.from(md5.subarray(0, 8)).reverse().toString("hex").toUpperCase();
	return { dataType, bytes, md5, version };
}

/** The highest palette index of the picture. Throws RangeError for a picture of another size, or a colour the label does not have. */
function checkIndexes(indexes: Uint8Array, model: LabelModel): number {
	if (indexes.length !== model.width * model.height) {
		throw new RangeError(`${indexes.length} pixels for ${model.name}, which has ${model.width} x ${model.height}`);
	}
	let highest = 0;
	for (const index of indexes) if (index > highest) highest = index;
	if (highest >= model.colours.length) throw new RangeError(`${model.name} has no colour ${highest}`);
	return highest;
}

function toPlanes(indexes: Uint8Array, model: LabelModel): { planes: Uint8Array; count: 1 | 2 } {
	const highest = checkIndexes(indexes, model);
	const count = highest >= 2 ? 2 : 1;
	const planeLength = Math.ceil(indexes.length / 8);
	const planes = new Uint8Array(planeLength * count);
	forEachStored(model, (stored, seen) => {
		const index = indexes[seen]!;
		const bit = 0x80 >> (stored & 7);
		if (index & 1) planes[stored >> 3]! |= bit;
		if (index & 2) planes[planeLength + (stored >> 3)]! |= bit;
	});
	return { planes, count };
}

function forEachStored(model: LabelModel, visit: (stored: number, seen: number) => void): void {
	const { width, height } = model;
	const { storedWidth, storedHeight } = storedSize(model);
	let stored = 0;
	for (let y = 0; y < storedHeight; y++) {
		for (let x = 0; x < storedWidth; x++) {
			switch (model.rotateBuffer) {
				case 0:
					visit(stored++, y * width + x);
					break;
				case 1:
					visit(stored++, x * width + (width - 1 - y));
					break;
				case 2:
					visit(stored++, (height - 1 - y) * width + (width - 1 - x));
					break;
				case 3:
					visit(stored++, (height - 1 - x) * width + y);
					break;
			}
		}
	}
}

function storedSize({ width, height, rotateBuffer }: LabelModel): { storedWidth: number; storedHeight: number } {
	const lies = rotateBuffer === 1 || rotateBuffer === 3;
	return lies ? { storedWidth: height, storedHeight: width } : { storedWidth: width, storedHeight: height };
}

function zlibFile(planes: Uint8Array, count: number, model: LabelModel): Uint8Array {
	const { storedWidth, storedHeight } = storedSize(model);
	const content = Buffer.alloc(headerLength + planes.length);
	content.writeUInt8(headerLength, 0);
	content.writeUInt16LE(storedWidth, 1);
	content.writeUInt16LE(storedHeight, 3);
	content.writeUInt8(count, 5);
	content.set(planes, headerLength);
	const length = Buffer.alloc(4);
	length.writeUInt32LE(content.length);
	return Uint8Array.from(Buffer.concat([length, deflateSync(content, { level: 9, windowBits: 12 })]));
}

function unzipPlanes(bytes: Uint8Array, model: LabelModel, planeLength: number): Uint8Array {
	let content: Buffer;
	try {
		// The limit keeps a hostile file from unpacking into the box's whole memory.
		content = inflateSync(bytes.subarray(4), { maxOutputLength: headerLength + 2 * planeLength });
	} catch (cause) {
		throw new RangeError("the picture does not unpack", { cause });
	}
	const { storedWidth, storedHeight } = storedSize(model);
	const wellFormed =
		content.length > headerLength &&
		Buffer.from(bytes).readUInt32LE(0) === content.length &&
		content[0] === headerLength &&
		content.readUInt16LE(1) === storedWidth &&
		content.readUInt16LE(3) === storedHeight &&
		content.length === headerLength + content[5]! * planeLength;
	if (!wellFormed) throw new RangeError(`the unpacked picture is not one of ${model.name}`);
	return content.subarray(headerLength);
}
