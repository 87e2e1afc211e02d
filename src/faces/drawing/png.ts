/** A preview from the bytes that were sent to a label. */
import { PNG } from "pngjs";
import type { LabelModel } from "../../../drivers/label/models.ts";
import { unpackPicture } from "../../../drivers/label/picture.ts";
import { colourRgb } from "./canvas.ts";

/** Throws RangeError when the bytes are no picture of this model. */
export function pictureToPng(dataType: number, bytes: Uint8Array, model: LabelModel): Buffer {
	return indexesToPng(unpackPicture(dataType, bytes, model), model);
}

function indexesToPng(indexes: Uint8Array, model: LabelModel): Buffer {
	const png = new PNG({ width: model.width, height: model.height, colorType: 2 });
	indexes.forEach((index, i) => {
		const [red, green, blue] = colourRgb[model.colours[index] ?? "white"];
		png.data.set([red, green, blue, 255], 4 * i);
	});
	return PNG.sync.write(png, { colorType: 2 });
}
