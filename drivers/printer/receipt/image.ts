/** Pictures on receipts: made to fit the paper, and their greys turned into dots that print as greys. */
import { PNG } from "pngjs";

/**
 * A picture in black and white, no wider than `most` dots, as PNG in base64. Greys are spread by the error diffusion of Floyd and
 * Steinberg (1976), so that a grey logo stays one. Throws a RangeError for what is no PNG; its size is judged before (limits.ts).
 */
export function dithered(base64: string, most: number): string {
	const light = lightnessOf(base64, most);
	const { width, height, values } = light;
	const out = new PNG({ width, height, colorType: 0 });
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const at = y * width + x;
			const shown = values[at]! < 128 ? 0 : 255;
			const error = values[at]! - shown;
			if (x + 1 < width) values[at + 1]! += (error * 7) / 16;
			if (y + 1 < height) {
				if (x > 0) values[at + width - 1]! += (error * 3) / 16;
				values[at + width]! += (error * 5) / 16;
				if (x + 1 < width) values[at + width + 1]! += error / 16;
			}
			out.data.fill(shown, 4 * at, 4 * at + 3);
			out.data[4 * at + 3] = 255;
		}
	return PNG.sync.write(out, { colorType: 0 }).toString("base64");
}

/** How light each dot is on white paper, 0 to 255; a picture that is too wide is averaged down. */
function lightnessOf(base64: string, most: number): { width: number; height: number; values: Float32Array } {
	let image: PNG;
	try {
		image = PNG.sync.read(Buffer.from(base64, "base64"));
	} catch (error) {
		throw new RangeError(`a picture on this receipt cannot be read: ${(error as Error).message}`, { cause: error });
	}
	const scale = Math.min(1, most / image.width);
	const width = Math.max(1, Math.floor(image.width * scale));
	const height = Math.max(1, Math.round(image.height * scale));
	const values = new Float32Array(width * height);
	for (let y = 0; y < height; y++) {
		const fromY = Math.floor(y / scale);
		const toY = Math.min(image.height, Math.max(fromY + 1, Math.floor((y + 1) / scale)));
		for (let x = 0; x < width; x++) {
			const fromX = Math.floor(x / scale);
			const toX = Math.min(image.width, Math.max(fromX + 1, Math.floor((x + 1) / scale)));
			let sum = 0;
			for (let sourceY = fromY; sourceY < toY; sourceY++)
				for (let sourceX = fromX; sourceX < toX; sourceX++) sum += lightnessAt(image.data, 4 * (sourceY * image.width + sourceX));
			values[y * width + x] = sum / ((toX - fromX) * (toY - fromY));
		}
	}
	return { width, height, values };
}

function lightnessAt(rgba: Uint8Array, at: number): number {
	const ink = (255 - (0.299 * rgba[at]! + 0.587 * rgba[at + 1]! + 0.114 * rgba[at + 2]!)) * (rgba[at + 3]! / 255);
	return 255 - ink;
}
