import { mkdirSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Timeline } from "../timeline.ts";
import { batteryMv, glassPng, type VirtualLabel } from "./label.ts";

/**
 * The pictures that labels really show, to check the gateway against: labels/<MAC>.png after each draw, and labels.json, at most once a
 * second.
 */
export interface LabelBoard {
	drawn(label: VirtualLabel): void;
	heard(): void;
	/** Writes what was not written yet. */
	settle(): Promise<void>;
}

const picturesPerTurn = 20;
const turnEveryMs = 100;
const listEveryMs = 1_000;

export function buildLabelBoard(outDir: string, labels: ReadonlyMap<string, VirtualLabel>, timeline: Timeline): LabelBoard {
	const folder = join(outDir, "labels");
	mkdirSync(folder, { recursive: true });
	const list = join(outDir, "labels.json");
	const toDraw = new Set<VirtualLabel>();
	let listIsOld = true;
	let isWriting = false;

	const writePictures = async (most: number): Promise<void> => {
		for (const label of [...toDraw].slice(0, most)) {
			toDraw.delete(label);
			await replaceFile(join(folder, `${label.mac}.png`), glassPng(label));
		}
	};
	const writeList = async (): Promise<void> => {
		listIsOld = false;
		await replaceFile(list, JSON.stringify(Object.fromEntries([...labels].map(([mac, label]) => [mac, labelFacts(label)]))));
	};
	const turn = async (): Promise<void> => {
		if (!isWriting && toDraw.size > 0) {
			isWriting = true;
			await writePictures(picturesPerTurn).catch(() => {}); // a full disk must not stop the store; the control port still answers
			isWriting = false;
		}
		timeline.after(turnEveryMs, () => void turn());
	};
	const listTurn = async (): Promise<void> => {
		if (listIsOld) await writeList().catch(() => {});
		timeline.after(listEveryMs, () => void listTurn());
	};
	writeFileSync(list, "{}");
	timeline.after(turnEveryMs, () => void turn());
	timeline.after(0, () => void listTurn());

	return {
		drawn(label) {
			toDraw.add(label);
			listIsOld = true;
		},
		heard() {
			listIsOld = true;
		},
		async settle() {
			await writePictures(Infinity);
			await writeList();
		},
	};
}

export function labelFacts(label: VirtualLabel) {
	return {
		version: label.shownVersion ?? null,
		drawnAt: label.drawnAt ?? null,
		draws: label.draws,
		checkIns: label.checkIns,
		batteryMv: batteryMv(label),
	};
}

/** A reader never sees half a file. */
async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
	await writeFile(`${path}.new`, content);
	await rename(`${path}.new`, path);
}
