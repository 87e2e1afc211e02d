import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const printerModel = z.strictObject({
	name: z.string(),
	source: z.string(),
	protocol: z.enum(["esc-pos", "star-prnt"]).default("esc-pos"),
	dotsPerLine: z.number().int().multipleOf(8).min(160).max(1280),
	/** Columns of twelve dots, the cell a ReceiptLine document counts in. */
	columns: z.number().int().min(24).max(96),
	dotsPerMm: z.number().positive(),
	cutter: z.boolean(),
	confirm: z.enum(["process-id", "gs-r", "counter", "none"]),
	/** Star: pictures in slices (StarPRNT), or row by row (graphic mode). Absent: slices. */
	picture: z.enum(["block", "rows"]).optional(),
	/**
	 * Bytes of its buffer, for a printer that loses data arriving faster than it prints: it is sent data at its printing speed.
	 * Absent: the printer holds the sender back.
	 */
	bufferBytes: z.number().int().min(256).optional(),
	/** The slowest speed that the maker states. */
	millimetresPerSecond: z.number().positive(),
});

export type PrinterModel = z.infer<typeof printerModel>;

const folder = join(import.meta.dirname, "models");

/** Every model this version knows, by the name an installer writes into the config. */
export const printerModels: Readonly<Record<string, PrinterModel>> = Object.fromEntries(
	readdirSync(folder)
		.filter((file) => file.endsWith(".json"))
		.sort()
		.map((file) => [file.slice(0, -".json".length), printerModel.parse(JSON.parse(readFileSync(join(folder, file), "utf8")))]),
);
