/**
 * A toy scale: every half second it sends its weight in grams, and `!` when the pan is overloaded.
 *
 *   it sends   "  512\n"      512 g
 *              "!\n"          more than it can weigh
 *
 * A driver is two things. The codec is pure: a line in, its meaning out; what it cannot read has a kind and is counted. The driver is a
 * function
 * over a device port: it opens nothing, reconnects nothing and logs nothing, and reports changes that mean something.
 */
import { lineCutter } from "../../drivers/transport/lines.ts";
import type { Port } from "../../drivers/transport/port.ts";

export type ToyAnswer = { kind: "weight"; milligrams: number } | { kind: "overloaded" } | { kind: "garbled"; line: string };

/** Reads one line without its end. Never throws. */
export function readToyLine(line: string): ToyAnswer {
	if (line.trim() === "!") return { kind: "overloaded" };
	const grams = /^\s*(\d{1,6})$/.exec(line)?.[1];
	return grams === undefined ? { kind: "garbled", line } : { kind: "weight", milligrams: Number(grams) * 1000 };
}

export interface ToyReport {
	weight(milligrams: number): void;
	overloaded(): void;
	/** How many lines could not be read since the start. */
	garbled(count: number): void;
}

/** Runs until the port closes. The same weight again is not reported again. */
export function runToyScale(port: Port, report: ToyReport): void {
	let lastMilligrams: number | undefined;
	let garbledLines = 0;
	port.onBytes(
		lineCutter(
			(line) => {
				const answer = readToyLine(line);
				if (answer.kind === "overloaded") report.overloaded();
				else if (answer.kind === "garbled") report.garbled((garbledLines += 1));
				else if (answer.milligrams !== lastMilligrams) report.weight((lastMilligrams = answer.milligrams));
			},
			{ maxLength: 16 },
		),
	);
}
