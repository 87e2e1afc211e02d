import { createHash } from "node:crypto";
import { palettePng } from "../../png.ts";
import { ink } from "../label-models.ts";
import type { PanelFacts } from "./od-wire.ts";

/** How many bytes fill the panel: each row begins with a new byte. */
export function panelBytes({ width, height, scheme }: PanelFacts): number {
	if (scheme === 3) return Math.ceil(width / 4) * height;
	return Math.ceil(width / 8) * height * (scheme === 0 ? 1 : 2);
}

/** Letters of `ink`: what a drop of pigment at (x, y) of the panel looks like. */
function dotAt({ width, height, scheme, controller }: PanelFacts, bytes: Uint8Array, x: number, y: number): "W" | "B" | "R" | "Y" {
	if (scheme === 3) {
		const pair = (bytes[y * Math.ceil(width / 4) + (x >> 2)]! >> (6 - 2 * (x & 3))) & 3;
		const isTurned = controller === 0x1d || controller === 0x1e;
		return pair === 0 ? "B" : pair === 1 ? "W" : (pair === 2) === isTurned ? "R" : "Y";
	}
	const row = Math.ceil(width / 8);
	const at = y * row + (x >> 3);
	const first = (bytes[at]! >> (7 - (x & 7))) & 1;
	if (scheme === 0) return first ? "W" : "B";
	const second = (bytes[row * height + at]! >> (7 - (x & 7))) & 1;
	if (scheme === 1) return second ? "R" : first ? "W" : "B";
	return second ? "Y" : first ? "W" : "B";
}

/** The glass as it hangs on the shelf; `undefined` is the white of a label that has never drawn. */
export function glassOf(panel: PanelFacts, bytes: Uint8Array | undefined): Buffer {
	const lies = panel.turns % 2 === 1;
	const [width, height] = lies ? [panel.height, panel.width] : [panel.width, panel.height];
	const inks = ["W", "B", "R", "Y"] as const;
	const bytesPerRow = Math.ceil(width / 4);
	const rows = new Uint8Array(bytesPerRow * height);
	for (let y = 0; bytes && y < panel.height; y += 1)
		for (let x = 0; x < panel.width; x += 1) {
			const [seenX, seenY] = upright(panel, x, y);
			rows[seenY * bytesPerRow + (seenX >> 2)]! |= inks.indexOf(dotAt(panel, bytes, x, y)) << (6 - 2 * (seenX & 3));
		}
	return palettePng({ width, height, bitsPerDot: 2, palette: inks.map((letter) => ink[letter]), rows });
}

/** The customer's picture was turned clockwise `turns` times to lie on the panel; here it is turned back. */
function upright({ width, height, turns }: PanelFacts, x: number, y: number): [number, number] {
	switch (turns) {
		case 0:
			return [x, y];
		case 1:
			return [y, width - 1 - x];
		case 2:
			return [width - 1 - x, height - 1 - y];
		case 3:
			return [height - 1 - y, x];
	}
}

/** A short name for what stands on a panel. */
export const nameOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
