/** The dots and colours of a label of one hardware type, and how its buffer is rotated against its display. */
export interface LabelModel {
	hwType: number;
	/** Pixels, as a shopper sees the label. */
	width: number;
	height: number;
	/** 0 to 3: quarter turns between the picture as seen and the buffer as stored. */
	turned: 0 | 1 | 2 | 3;
	/** First firmware that understands zlib pictures; 0 means none does. */
	zlibFirmware: number;
	palette: Palette;
}

/** In the order of the palette indexes: white, black, then the third and the fourth colour. */
export type Palette = "WB" | "WBR" | "WBY" | "WBRY";

export const ink = {
	W: [0xff, 0xff, 0xff],
	B: [0x00, 0x00, 0x00],
	R: [0xff, 0x00, 0x00],
	Y: [0xff, 0xff, 0x00],
} as const;

export function labelModel(hwType: number): LabelModel | undefined {
	return models.get(hwType);
}

/** The buffer the label is sent: a quarter turn swaps its sides. */
export function storedSize(model: LabelModel): { width: number; height: number } {
	return model.turned % 2 === 0 ? { width: model.width, height: model.height } : { width: model.height, height: model.width };
}

/** Hardware type, width, height, turn, zlib from firmware, palette. Sizes and turns as OpenEPaperLink labels report them. */
const rows: [number, number, number, 0 | 1 | 2 | 3, number, Palette][] = [
	[0x00, 152, 152, 0, 0, "WBR"],
	[0x01, 296, 128, 1, 0, "WBR"],
	[0x02, 400, 300, 0, 0, "WBR"],
	[0x03, 212, 104, 1, 0, "WBR"],
	[0x04, 296, 152, 1, 0, "WBR"],
	[0x05, 640, 384, 0, 0x27, "WBR"],
	[0x06, 250, 128, 3, 0, "WBRY"],
	[0x07, 296, 128, 3, 0, "WBRY"],
	[0x08, 400, 300, 2, 0, "WBR"],
	[0x09, 640, 384, 2, 0, "WBR"],
	[0x22, 264, 176, 1, 0, "WBR"],
	[0x28, 168, 168, 0, 0x27, "WBRY"],
	[0x29, 296, 168, 3, 0x27, "WBRY"],
	[0x2a, 400, 168, 3, 0x27, "WBRY"],
	[0x2b, 384, 168, 3, 0x27, "WBRY"],
	[0x2c, 522, 152, 3, 0x27, "WBRY"],
	[0x2d, 960, 768, 2, 0x27, "WBR"],
	[0x2e, 960, 672, 2, 0x27, "WBR"],
	[0x2f, 522, 152, 3, 0x27, "WBR"],
	[0x30, 200, 200, 0, 0x27, "WBR"],
	[0x31, 296, 160, 3, 0x27, "WBR"],
	[0x32, 360, 184, 3, 0x27, "WBR"],
	[0x33, 384, 168, 3, 0x27, "WBR"],
	[0x34, 400, 300, 0, 0x27, "WBR"],
	[0x35, 600, 448, 0, 0x27, "WBR"],
	[0x36, 800, 480, 0, 0x27, "WBR"],
	[0x37, 960, 640, 2, 0x27, "WBR"],
	[0x38, 1024, 576, 2, 0x27, "WBRY"],
	[0x3c, 400, 300, 0, 0x27, "WBY"],
	[0x40, 384, 168, 3, 0x27, "WB"],
	[0x41, 792, 272, 0, 0x27, "WBR"],
	[0x42, 792, 272, 0, 0x27, "WB"],
	[0x43, 144, 200, 0, 0x27, "WBR"],
	[0x44, 720, 256, 1, 0x27, "WB"],
	[0x45, 250, 128, 3, 0x27, "WBR"],
	[0x46, 296, 160, 3, 0x27, "WB"],
	[0x47, 300, 200, 3, 0x27, "WBR"],
	[0x48, 720, 256, 1, 0x27, "WBR"],
	[0x49, 720, 256, 0, 0x27, "WBR"],
	[0x4a, 200, 200, 0, 0x27, "WBRY"],
	[0x4b, 296, 160, 3, 0x27, "WBRY"],
	[0x4c, 800, 480, 0, 0x27, "WBRY"],
	[0x4d, 960, 640, 0, 0x27, "WBRY"],
	[0x4e, 360, 184, 3, 0x27, "WB"],
	[0x4f, 360, 184, 3, 0x27, "WBRY"],
	[0x55, 256, 128, 1, 0x27, "WBR"],
	[0x58, 256, 128, 1, 0x27, "WBR"],
	[0x90, 400, 300, 0, 0x27, "WBRY"],
	[0x91, 200, 200, 3, 0, "WBRY"],
];

const models = new Map(
	rows.map(([hwType, width, height, turned, zlibFirmware, palette]): [number, LabelModel] => [
		hwType,
		{ hwType, width, height, turned, zlibFirmware, palette },
	]),
);
