import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type VirtualLabel, wokeByTimer } from "./label/label.ts";

/**
 * State that a real store keeps while its gateway is switched off: e-paper keeps its picture and its flash, goods stay on their shelves.
 * Without it a restart would look as if every label had lost its battery and every shelf had been filled at night.
 */
const keptLabel = z.object({
	version: z.string(),
	dataType: z.number(),
	drawnAt: z.string().optional(),
	draws: z.number(),
	file: z.base64(),
});
const keptPlate = z.object({ stack: z.array(z.number()), loose: z.number() });
export type KeptPlate = z.infer<typeof keptPlate>;

export interface Kept {
	keepLabel(label: VirtualLabel): void;
	/** True when the label came back with its picture. */
	recallLabel(label: VirtualLabel): boolean;
	keepPlate(id: string, plate: KeptPlate): void;
	recallPlate(id: string): KeptPlate | undefined;
}

export function openKept(outDir: string): Kept {
	const folder = join(outDir, "kept");
	mkdirSync(folder, { recursive: true });
	const read = <T>(name: string, shape: z.ZodType<T>): T | undefined => {
		try {
			return shape.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
		} catch {
			return undefined; // never written, or half written when the power went: then it starts fresh, as a new device would
		}
	};
	return {
		keepLabel(label) {
			const shown = label.flash.find((picture) => picture.version === label.shownVersion);
			if (!shown) return;
			const content = {
				version: shown.version,
				dataType: shown.dataType,
				drawnAt: label.drawnAt,
				draws: label.draws,
				file: Buffer.from(shown.file).toString("base64"),
			};
			writeFileSync(join(folder, `${label.mac}.json`), JSON.stringify(content));
		},
		recallLabel(label) {
			const kept = read(`${label.mac}.json`, keptLabel);
			if (!kept) return false;
			label.flash = [{ version: kept.version, dataType: kept.dataType, file: Buffer.from(kept.file, "base64") }];
			Object.assign(label, { shownVersion: kept.version, drawnAt: kept.drawnAt, draws: kept.draws, wakeupReason: wokeByTimer });
			return true;
		},
		keepPlate: (id, plate) => writeFileSync(join(folder, `plate-${id}.json`), JSON.stringify(plate)),
		recallPlate: (id) => read(`plate-${id}.json`, keptPlate),
	};
}
