/**
 * Faces are data: config/faces/*.yaml says what stands where, and an installer may change it. See config/faces/README.md.
 * A face is written for some sizes of label; others take the nearest and stretch it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import type { LabelModel } from "../../drivers/label/models.ts";
import { FaceError } from "./fields.ts";
import { textNames } from "./fields-in-words.ts";

const colour = z.enum(["white", "black", "red", "yellow"]);
const textName = z.enum(textNames);
const at = z.tuple([z.int().min(0), z.int().min(0), z.int().min(1), z.int().min(1)]).describe("left, top, width, height in pixels");
const when = {
	at,
	if: textName.optional(),
	unless: textName.optional(),
	/** Only on labels that have this colour, or only on those that lack it. */
	has: colour.optional(),
	lacks: colour.optional(),
};
const letterSize = z.number().int().min(7).max(300);

const textElement = z.strictObject({
	text: z.string().min(1).max(200),
	...when,
	size: z.union([letterSize.transform((size) => [size, size] as const), z.tuple([letterSize, letterSize])]),
	weight: z.enum(["medium", "semibold", "bold", "black"]).default("semibold"),
	lines: z.int().min(1).max(12).default(12),
	align: z.enum(["left", "center", "right"]).default("left"),
	valign: z.enum(["top", "middle", "bottom"]).default("top"),
	colour: colour.default("black"),
	strike: z.boolean().default(false),
});
const priceElement = z.strictObject({
	price: z.literal("amount"),
	...when,
	align: z.enum(["left", "right"]).default("right"),
	colour: colour.default("black"),
});
const barcodeElement = z.strictObject({ barcode: z.literal("gtin"), ...when, digits: z.boolean().default(false) });
const boxElement = z.strictObject({ box: colour, ...when, radius: z.int().min(0).max(60).default(0) });
const pictureElement = z.strictObject({ svg: z.string().startsWith("<svg").max(100_000), ...when });

const element = z.union([textElement, priceElement, barcodeElement, boxElement, pictureElement]);
export type FaceElement = z.infer<typeof element>;
export type TextElement = z.infer<typeof textElement>;

const faceFile = z.strictObject({
	face: z.string().regex(/^[a-z0-9-]{1,32}$/),
	needs: z.array(textName).default([]),
	sizes: z.record(z.string().regex(/^\d{2,4}x\d{2,4}$/), z.array(element).min(1).max(100)),
});

export interface Face {
	name: string;
	/** Fields that an article must have for this face to be drawn. */
	needs: readonly (typeof textNames)[number][];
	sizes: readonly { width: number; height: number; elements: readonly FaceElement[] }[];
}

const shippedFolder = fileURLToPath(new URL("../../config/faces/", import.meta.url));

/** Reads every face of a folder. Throws FaceError "face-template-wrong" with the file, the path inside it and what is wrong. */
export function loadFaces(folder: string = shippedFolder): Map<string, Face> {
	const faces = new Map<string, Face>();
	for (const file of readdirSync(folder)
		.filter((name) => name.endsWith(".yaml"))
		.sort()) {
		const face = readFace(readFileSync(join(folder, file), "utf8"), file);
		faces.set(face.name, face);
	}
	return faces;
}

export function readFace(text: string, file: string): Face {
	const wrong = (why: string, cause?: unknown): FaceError => new FaceError("face-template-wrong", { file, why }, { cause });
	let yaml: unknown;
	try {
		yaml = parse(text);
	} catch (cause) {
		throw wrong("not well-formed YAML", cause);
	}
	const checked = faceFile.safeParse(yaml);
	if (!checked.success) throw wrong(z.prettifyError(checked.error));

	const sizes = Object.entries(checked.data.sizes).map(([size, elements]) => {
		const [width, height] = size.split("x").map(Number) as [number, number];
		for (const { at } of elements) {
			if (at[0] + at[2] > width || at[1] + at[3] > height) throw wrong(`[${at.join(", ")}] reaches beyond ${size}`);
		}
		return { width, height, elements };
	});
	for (const { elements } of sizes) {
		const said = elements.flatMap((element) => ("text" in element ? textsIn(element.text, wrong) : []));
		// Directive 98/6/EC art. 6a: whoever announces a reduction says the price before.
		const announces = said.includes("word") || said.includes("percent");
		if (announces && !said.includes("prior")) throw wrong("announces a reduction without {{prior}}");
	}
	return { name: checked.data.face, needs: checked.data.needs, sizes };
}

export function textsIn(text: string, wrong: (why: string) => Error): (typeof textNames)[number][] {
	return [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([written, name]) => {
		const known = textName.safeParse(name);
		if (!known.success) throw wrong(`${written} is unknown; known are ${textNames.join(", ")}`);
		return known.data;
	});
}

/** The elements for this model, stretched from the size whose shape is nearest. Letters grow by the smaller of the two factors. */
export function elementsFor(face: Face, model: LabelModel): FaceElement[] {
	const shape = (size: { width: number; height: number }): number => Math.log(size.width / size.height);
	const distance = (size: { width: number; height: number }): number =>
		Math.abs(shape(size) - shape(model)) + 0.1 * Math.abs(Math.log(size.width / model.width));
	const nearest = face.sizes.toSorted((a, b) => distance(a) - distance(b))[0];
	if (!nearest) throw new FaceError("face-template-wrong", { face: face.name, why: "no sizes" });
	const across = model.width / nearest.width;
	const down = model.height / nearest.height;
	if (across === 1 && down === 1) return [...nearest.elements];
	const letters = Math.min(across, down);
	return nearest.elements.map((element) => {
		const [x, y, width, height] = element.at;
		const left = Math.round(x * across);
		const top = Math.round(y * down);
		const at: [number, number, number, number] = [
			left,
			top,
			Math.max(1, Math.round((x + width) * across) - left),
			// A line of at most 2 dots keeps its height, however the face is stretched.
			height <= 2 ? height : Math.max(1, Math.round((y + height) * down) - top),
		];
		if (!("text" in element)) return { ...element, at };
		// Small letters stay legible on a smaller label, and a long text may still shrink to what it was drawn for.
		const [largest, smallest] = element.size;
		return { ...element, at, size: [Math.max(smallest, Math.floor(largest * letters)), smallest] as const };
	});
}
