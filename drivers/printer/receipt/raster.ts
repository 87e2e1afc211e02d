import { Resvg } from "@resvg/resvg-js";
import type { DotPicture } from "../escpos.ts";
import type { LaidOut } from "./layout.ts";

/** A grey of a letter's edge becomes black a little early, because print heads print thin. */
const blackBelow = 150;

/** Draws a laid-out slip dot by dot; some tens of milliseconds for a receipt, more with Chinese. */
export function rasterise(laidOut: LaidOut): DotPicture {
	const font = { fontFiles: laidOut.fontFiles, loadSystemFonts: false, defaultFontFamily: "Noto Sans" };
	const { pixels, width, height } = new Resvg(laidOut.svg, { font }).render();
	const bytesPerRow = Math.ceil(width / 8);
	const dots = new Uint8Array(bytesPerRow * height);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const at = 4 * (y * width + x);
			const light = (pixels[at]! * 299 + pixels[at + 1]! * 587 + pixels[at + 2]! * 114) / 1000;
			if (light < blackBelow) dots[y * bytesPerRow + (x >> 3)]! |= 0x80 >> (x & 7);
		}
	}
	return { bytesPerRow, rows: height, dots };
}
