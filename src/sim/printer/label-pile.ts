import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { palettePng } from "../png.ts";

/** Paper labels as they fell out of a printer: whole, or torn where the paper, the head or the power stopped it. */
export interface PaperLabel {
	n: number;
	printer: string;
	at: string;
	state: "whole" | "torn";
	/** Over the rows that are on the paper. */
	sha256: string;
	width: number;
	rows: number;
}

/** The judge of every promise about paper labels: it knows what a person holds in hand. */
export interface LabelPile {
	drop(label: { printer: string; state: PaperLabel["state"]; width: number; rows: readonly Uint8Array[] }): void;
	labels(): readonly PaperLabel[];
	png(n: number): Uint8Array | undefined;
}

export function openLabelPile(outDir: string): LabelPile {
	const folder = join(outDir, "paper-labels");
	mkdirSync(folder, { recursive: true });
	const index = join(outDir, "paper-labels.json");
	const labels: PaperLabel[] = [];
	const picturePath = (n: number): string => join(folder, `${String(n).padStart(4, "0")}.png`);
	writeFileSync(index, "[]");
	return {
		drop({ printer, state, width, rows }) {
			const n = labels.length + 1;
			const sum = createHash("sha256");
			for (const row of rows) sum.update(row);
			labels.push({ n, printer, at: new Date().toISOString(), state, sha256: sum.digest("hex"), width, rows: rows.length });
			if (rows.length > 0) writeFileSync(picturePath(n), pngOf(width, rows));
			writeFileSync(`${index}.new`, JSON.stringify(labels, undefined, "\t"));
			renameSync(`${index}.new`, index);
		},
		labels: () => labels,
		png: (n) => (labels[n - 1]?.rows ? readFileSync(picturePath(n)) : undefined),
	};
}

function pngOf(width: number, rows: readonly Uint8Array[]): Buffer {
	return palettePng({
		width,
		height: rows.length,
		bitsPerDot: 1,
		palette: [
			[255, 255, 255],
			[0, 0, 0],
		],
		rows: Buffer.concat(rows.map((row) => row.subarray(0, Math.ceil(width / 8)))),
	});
}
