/**
 * An OpenDisplay label tells its panel itself, so that its model is no file but a number made of what it said:
 *
 *   D WWW HHH S T Z     hexadecimal: width and height as the panel scans them, colour scheme, T turns, Z how it takes pictures
 *                       T: bits 0 and 1 quarter turns clockwise from the picture as seen; bit 2 the scheme's other table of codes
 *                       Z: 0 as they stand, 1 compressed, 2 compressed up to 51,200 bytes
 *
 * Such a number is above every hardware type of OpenEPaperLink, which has 16 bits.
 */
import type { LabelColour, LabelModel } from "../models.ts";
import { bytesOfPanel, layoutOf, type Panel } from "./pixels.ts";
import type { PanelSettings } from "./settings.ts";

/** A label of this driver, beside what every model has. */
export interface OpenDisplayPanel extends Panel {
	/** The most bytes that a compressed picture may have; 0: the label takes pictures only as they stand. */
	compressedMost: number;
}

const coloursOf: Readonly<Record<number, readonly LabelColour[]>> = {
	0: ["white", "black"],
	1: ["white", "black", "red"],
	2: ["white", "black", "yellow"],
	3: ["white", "black", "red", "yellow"],
	4: ["white", "black", "red", "yellow"],
	5: ["white", "black"],
	6: ["white", "black"],
	7: ["white", "black", "red", "yellow"],
	8: ["white", "black", "red", "yellow"],
};
const schemeNames = ["BW", "BWR", "BWY", "BWRY", "6 colours", "4 greys", "16 greys", "7 colours", "6 colours, split"];
const largestSide = 2_048;
const bufferedMost = 51_200;
/** Quarter turns clockwise from the picture as seen, as picture.ts names them. */
const rotateBuffers = [0, 3, 2, 1] as const;
/** A controller whose codes differ, for schemes that have two tables. */
const otherController: Readonly<Record<number, number>> = { 3: 0x1d, 5: 0x28 };

/** Undefined for a panel that cannot be drawn for: a size of nothing, or a scheme of which no sender is known. */
export function modelNumberOf(settings: PanelSettings): number | undefined {
	const { width, height, scheme, controller, quarterTurns, modes } = settings;
	const sidesFit = [width, height].every((side) => side >= 8 && side <= largestSide);
	if (!sidesFit || !layoutOf(settings) || !coloursOf[scheme]) return undefined;
	const usual = layoutOf({ scheme, controller: 0 })!;
	const isOther = JSON.stringify(usual.codes) !== JSON.stringify(layoutOf({ scheme, controller })!.codes);
	const stream = modes & 0x01 ? 1 : modes & 0x02 ? 2 : 0;
	const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, "0");
	const text = `d${hex(width, 3)}${hex(height, 3)}${hex(scheme, 1)}${hex(quarterTurns | (isOther ? 4 : 0), 1)}${hex(stream, 1)}`;
	return Number.parseInt(text, 16);
}

/** Undefined for a number that is none of these. */
export function openDisplayModel(modelNumber: number): LabelModel | undefined {
	const fields = /^d([0-9a-f]{3})([0-9a-f]{3})([0-8])([0-7])([0-2])$/.exec(modelNumber.toString(16));
	if (!fields) return undefined;
	const [width, height, scheme, turns, stream] = fields.slice(1).map((digits) => Number.parseInt(digits, 16)) as [
		number,
		number,
		number,
		number,
		number,
	];
	const lies = (turns & 1) === 1;
	return {
		hwType: modelNumber,
		name: `OpenDisplay ${lies ? height : width}x${lies ? width : height} ${schemeNames[scheme]}`,
		width: lies ? height : width,
		height: lies ? width : height,
		rotateBuffer: rotateBuffers[turns & 3]!,
		colours: coloursOf[scheme]!,
		panel: {
			width,
			height,
			scheme,
			controller: turns & 4 ? (otherController[scheme] ?? 0) : 0,
			compressedMost: stream === 0 ? 0 : stream === 1 ? Number.MAX_SAFE_INTEGER : bufferedMost,
		},
	};
}

/** Whether a picture for the one model is a picture for the other: only how the bytes travel may differ. */
export const isSamePanel = (one: number, other: number): boolean => one.toString(16).slice(0, -1) === other.toString(16).slice(0, -1);

/** Bytes of a picture of this model as it stands. */
export const bytesOfModel = (modelNumber: number): number => {
	const panel = openDisplayModel(modelNumber)?.panel;
	return panel ? bytesOfPanel(panel) : 0;
};
