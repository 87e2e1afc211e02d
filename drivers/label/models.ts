/**
 * The label types we support and test, one file each in models/; labels of OpenDisplay tell their panel themselves, see
 * opendisplay/panel.ts. A file says what a label's firmware expects of a picture;
 * `hwType` and `zlibFromFirmware` are the hexadecimal numbers printed on OpenEPaperLink's own tag type lists.
 * A new type is a new file: width and height as a customer sees the label, `rotateBuffer` as the panel scans it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { type OpenDisplayPanel, openDisplayModel } from "./opendisplay/panel.ts";

export type LabelColour = "white" | "black" | "red" | "yellow";

export interface LabelModel {
	/** Hardware type of a check-in, e.g. 0x33. */
	hwType: number;
	name: string;
	/** Pixels, as the customer sees the label. */
	width: number;
	height: number;
	/** How the panel's memory lies against the picture; see picture.ts. */
	rotateBuffer: 0 | 1 | 2 | 3;
	/** The colours in the order of the palette indexes. */
	colours: readonly LabelColour[];
	/** The first firmware that unpacks zlib pictures; absent: never. */
	zlibFromFirmware?: number;
	/** Only of a label of OpenDisplay: how its panel takes pixels. */
	panel?: OpenDisplayPanel;
}

const hex = z
	.string()
	.regex(/^[0-9A-F]{2,4}$/)
	.transform((text) => Number.parseInt(text, 16));

const modelFile = z.strictObject({
	hwType: hex,
	name: z.string().min(1).max(60),
	width: z.int().min(8).max(2048),
	height: z.int().min(8).max(2048),
	rotateBuffer: z.literal([0, 1, 2, 3]),
	colours: z
		.array(z.enum(["white", "black", "red", "yellow"]))
		.min(2)
		.max(4),
	zlibFromFirmware: hex.optional(),
});

const models = readModels();

/** Undefined for a type we have no file for: such a label is reported and left alone, because a wrong guess draws noise. */
export function labelModel(hwType: number): LabelModel | undefined {
	return models.get(hwType) ?? openDisplayModel(hwType);
}

export function labelModels(): LabelModel[] {
	return [...models.values()];
}

function readModels(): Map<number, LabelModel> {
	const folder = new URL("./models/", import.meta.url);
	const found = new Map<number, LabelModel>();
	for (const name of readdirSync(folder)
		.filter((name) => name.endsWith(".json"))
		.sort()) {
		const model = modelFile.parse(JSON.parse(readFileSync(new URL(name, folder), "utf8")));
		const { zlibFromFirmware, ...rest } = model;
		found.set(model.hwType, zlibFromFirmware === undefined ? rest : { ...rest, zlibFromFirmware });
	}
	return found;
}
