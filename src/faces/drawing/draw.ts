/**
 * From an article's fields and a face to the palette indexes a label will show. The same input gives the same bytes on every
 * box, so a label whose picture did not change is recognised by the digest and not redrawn.
 */
import { Resvg } from "@resvg/resvg-js";
import type { LabelColour, LabelModel } from "../../../drivers/label/models.ts";
import type { FaceFields } from "../../words/label.ts";
import { FaceError } from "../fields.ts";
import { type FieldTexts, type TextName, textsOf } from "../fields-in-words.ts";
import { isRightToLeft } from "../language.ts";
import { drawPrice } from "../price.ts";
import { elementsFor, type Face, type FaceElement, type TextElement, textsIn } from "../template.ts";
import { setLine } from "../text/letters.ts";
import { type FitOptions, type Fitted, fitShortened, fitText } from "../text/wrap.ts";
import { type Barcode, barcodeOf, paintBarcode } from "./barcode.ts";
import { type Area, type Canvas, colourRgb, newCanvas, paintArea, paintGlyph } from "./canvas.ts";

export interface Drawn {
	face: string;
	/** width x height palette indexes, as picture.ts packs them. */
	indexes: Uint8Array;
	/** The painted areas; the texts in the order of the face. */
	inks: { what: string; area: Area; within: Area; size?: number }[];
	/** Characters no font has: each became a question mark. */
	replaced: string[];
	barcode: Barcode["symbology"] | undefined;
	/** Texts that had no room and end in an ellipsis. */
	shortened: TextName[];
	/** Secondary things that had no room at all, such as a deposit in large money. */
	leftOut: TextName[];
}

/**
 * Throws FaceError when the price, or something this face must have, is missing or has no room. A secondary text never keeps the price
 * back: it is shortened or left out, and that is said in the result.
 */
export function drawFace(fields: FaceFields, face: Face, model: LabelModel): Drawn {
	const barcode = barcodeOf(fields.gtin);
	const { gtin: _unchecked, ...texts } = textsOf(fields);
	const written: FieldTexts = barcode ? { ...texts, gtin: barcode.digits } : texts;
	for (const need of face.needs) {
		if (written[need] === undefined) throw new FaceError("face-field-missing", { face: face.name, field: need, sku: fields.sku });
	}
	const canvas = newCanvas(model.width, model.height);
	const drawn: Drawn = { face: face.name, indexes: canvas.indexes, inks: [], replaced: [], barcode: undefined, shortened: [], leftOut: [] };
	const placed = isRightToLeft(fields.locale)
		? elementsFor(face, model).map((each) => mirrored(each, model.width))
		: elementsFor(face, model);
	for (const element of placed) {
		if (element.if !== undefined && written[element.if] === undefined) continue;
		if (element.unless !== undefined && written[element.unless] !== undefined) continue;
		if (element.has !== undefined && !model.colours.includes(element.has)) continue;
		if (element.lacks !== undefined && model.colours.includes(element.lacks)) continue;
		drawElement(canvas, element, { fields, written, barcode, model, drawn, needs: face.needs });
	}
	return drawn;
}

const otherSide = { left: "right", right: "left" } as const;

/** The element in its place on a label that is read from right to left. */
function mirrored(element: FaceElement, width: number): FaceElement {
	const [x, y, wide, high] = element.at;
	const at: FaceElement["at"] = [width - x - wide, y, wide, high];
	if (!("align" in element) || element.align === "center") return { ...element, at };
	return { ...element, at, align: otherSide[element.align] } as FaceElement;
}

interface Context {
	fields: FaceFields;
	written: FieldTexts;
	barcode: Barcode | undefined;
	model: LabelModel;
	drawn: Drawn;
	needs: Face["needs"];
}

function drawElement(canvas: Canvas, element: FaceElement, context: Context): void {
	const { fields, written, barcode, model, drawn } = context;
	const [x, y, width, height] = element.at;
	const area: Area = { x, y, width, height };
	if ("box" in element) {
		paintArea(canvas, area, indexOf(element.box, model), element.radius);
	} else if ("svg" in element) {
		paintSvg(canvas, element.svg, area, model);
	} else if ("price" in element) {
		const ink = drawPrice(canvas, fields, area, element.align, indexOf(element.colour, model));
		drawn.inks.push({ what: "price", area: ink, within: area });
	} else if ("barcode" in element) {
		if (!barcode) return;
		drawBarcode(canvas, barcode, element.digits, area, context);
	} else {
		drawText(canvas, element, area, written, context);
	}
}

function drawBarcode(canvas: Canvas, barcode: Barcode, digits: boolean, area: Area, { model, drawn }: Context): void {
	const black = indexOf("black", model);
	const line = setLine(barcode.digits, { weight: "medium", size: 11, squeeze: 1 });
	const bars = paintBarcode(canvas, barcode, digits ? { ...area, height: area.height - line.above - 2 } : area, black);
	if (!bars) {
		drawn.leftOut.push("gtin");
		return;
	}
	if (digits) {
		const left = bars.x + Math.floor((bars.width - line.width) / 2);
		for (const { bitmap, x } of line.glyphs) paintGlyph(canvas, bitmap, left + x, area.y + area.height - bitmap.top, black);
	}
	drawn.barcode = barcode.symbology;
	drawn.inks.push({ what: "barcode", area: bars, within: area });
}

/** Words may lose their end and numbers of articles their middle; a price, a date or a percentage never. */
const shortening: { [Name in TextName]?: "end" | "middle" } = {
	name: "end",
	brand: "end",
	netContent: "end",
	footer: "end",
	sku: "middle",
	article: "middle",
};

const fill = (text: string, written: FieldTexts): string =>
	text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => written[name as keyof FieldTexts]!);

/** The text with its longest word-like field cut to what has room; "about" gives up its brand and keeps the content. */
function shortened(element: TextElement, names: TextName[], options: FitOptions, { written, drawn }: Context): Fitted | undefined {
	if (names.includes("about") && written.brand !== undefined && written.about?.startsWith(written.brand)) {
		const rest = written.about.slice(written.brand.length);
		const fitted = fitShortened(written.brand, "end", (brand) => fill(element.text, { ...written, about: brand + rest }), options);
		if (fitted) {
			drawn.shortened.push("brand");
			return fitted;
		}
	}
	const cuttable = names.filter((name) => shortening[name] !== undefined || name === "about");
	const longest = cuttable.toSorted((a, b) => written[b]!.length - written[a]!.length)[0];
	if (longest === undefined) return undefined;
	const around = (cut: string): string => fill(element.text, { ...written, [longest]: cut });
	const fitted = fitShortened(written[longest]!, shortening[longest] ?? "end", around, options);
	if (fitted) drawn.shortened.push(longest);
	return fitted;
}

function drawText(canvas: Canvas, element: TextElement, area: Area, written: FieldTexts, context: Context): void {
	const { fields, model, drawn, needs } = context;
	const names = textsIn(element.text, (why) => new FaceError("face-template-wrong", { face: drawn.face, why }));
	if (names.some((name) => written[name] === undefined)) return;
	const what = names.join(" ") || element.text;
	const { width, height } = area;
	const [largest, smallest] = element.size;
	const options: FitOptions = { width, height, weight: element.weight, largest, smallest, mostLines: element.lines };
	const fitted = fitText(fill(element.text, written), options) ?? shortened(element, names, options, context);
	if (!fitted) {
		if (names.some((name) => needs.includes(name))) throw new FaceError("face-text-does-not-fit", { field: what, sku: fields.sku });
		drawn.leftOut.push(...names);
		return;
	}

	const spare = area.height - fitted.height;
	// Texts are centred by their capitals; tails below the line do not move them while there is room.
	const below = Math.max(0, fitted.lines.at(-1)!.below);
	const middle = Math.min(spare, Math.round((spare + below) / 2));
	const top = area.y + (element.valign === "top" ? 0 : element.valign === "bottom" ? spare : middle);
	const index = indexOf(element.colour, model);
	let [left, right] = [Infinity, -Infinity];
	fitted.lines.forEach((line, i) => {
		const room = area.width - line.width;
		const x = area.x - line.left + (element.align === "left" ? 0 : element.align === "right" ? room : Math.floor(room / 2));
		const baseline = top + fitted.ascent + i * fitted.pitch;
		for (const glyph of line.glyphs) paintGlyph(canvas, glyph.bitmap, x + glyph.x, baseline - glyph.bitmap.top, index);
		drawn.replaced.push(...line.replaced);
		left = Math.min(left, x + line.left);
		right = Math.max(right, x + line.left + line.width);
		// A "before" price that was not higher is printed, but not crossed out.
		if (element.strike && (fields.priorAmountMinor ?? 0) > fields.amountMinor) {
			const thick = Math.max(1, Math.round(fitted.size / 12));
			const strikeY = baseline - Math.round(fitted.size * 0.33);
			paintArea(canvas, { x: x + line.left, y: strikeY, width: line.width, height: thick }, index);
		}
	});
	const ink: Area = { x: left, y: top, width: right - left, height: fitted.height };
	drawn.inks.push({ what, area: ink, within: area, size: fitted.size });
}

const rastered = new Map<string, Uint8Array>();

/** The logo of the shop. Each pixel becomes the nearest colour of the label; transparent pixels are not painted. */
function paintSvg(canvas: Canvas, svg: string, area: Area, model: LabelModel): void {
	const key = `${area.width} ${area.height} ${svg}`;
	let pixels = rastered.get(key);
	if (!pixels) {
		const fitTo = { mode: "width", value: area.width } as const;
		const image = new Resvg(svg, { fitTo, font: { loadSystemFonts: false } }).render();
		if (image.width !== area.width || image.height > area.height) {
			const why = `a drawing of ${image.width} x ${image.height} in an area of ${area.width} x ${area.height}`;
			throw new FaceError("face-template-wrong", { why });
		}
		pixels = image.pixels;
		rastered.set(key, pixels);
	}
	for (let i = 0; i < pixels.length; i += 4) {
		if (pixels[i + 3]! < 128) continue;
		const x = area.x + ((i / 4) % area.width);
		const y = area.y + Math.floor(i / 4 / area.width);
		canvas.indexes[y * canvas.width + x] = nearestIndex(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!, model);
	}
}

function nearestIndex(red: number, green: number, blue: number, model: LabelModel): number {
	const distance = (colour: LabelColour): number => {
		const [r, g, b] = colourRgb[colour];
		return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
	};
	return model.colours.reduce((best, colour, index) => (distance(colour) < distance(model.colours[best]!) ? index : best), 0);
}

/** A label without red has yellow in its place or shows black: an offer must not be white on white. */
function indexOf(colour: LabelColour, model: LabelModel): number {
	const own = model.colours.indexOf(colour);
	if (own !== -1) return own;
	return colour === "red" && model.colours.length > 2 ? 2 : model.colours.indexOf("black");
}
