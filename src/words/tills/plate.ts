/** The weighing plate of a self-checkout: what a basket should weigh, and whether what lies on the plate fits. Pure. */
import { defined } from "../defined.ts";
import type { Instant } from "../time.ts";

/** A plate's report about the basket. */
export interface Weighing {
	milligrams: number;
	at: Instant;
	/** The lines as they were weighed (`linesText`): once they change, the weighing says nothing about the basket. */
	of: string;
	/** A person looked into the basket and found it right in spite of a doubt. */
	accepted?: { by: string; person?: string; at: Instant };
}

/** A line as the plate feels it. */
export interface PlateLine {
	line: number;
	/** Pieces; of weighed goods left out. */
	pieces?: number;
	/** Of one piece with its packing; of weighed goods their net weight. Left out: not known. */
	milligrams?: number;
	/** By how much one piece may differ. Left out: the usual share of its weight. */
	toleranceMilligrams?: number;
}

/** `stale`: goods came into the basket or left it after the weighing. `missing`: the basket has to be weighed and was not. */
export const weightDoubts = ["too-heavy", "too-light", "weight-unknown", "stale", "missing"] as const;
export type WeightDoubt = (typeof weightDoubts)[number];

export interface ExpectedWeight {
	/** Of the lines whose weight is known. */
	expectedMilligrams: number;
	toleranceMilligrams: number;
	/** Numbers of the lines whose weight is not known. */
	unknown: number[];
}

export interface WeightView extends ExpectedWeight {
	measuredMilligrams: number | null;
	at: Instant | null;
	/** Left out: it fits. */
	doubt?: WeightDoubt;
	/** Lines of which one piece weighs as much as is too much or missing. */
	like?: number[];
	accepted?: { by: string; person?: string; at: Instant };
}

/** The error of a plate for 15 to 30 kg by itself (divisions of 5 g). */
const plateMilligrams = 5_000;
/** Pieces and their packing differ by some percent from what their article says. */
const pieceShare = 0.03;
const pieceLeastMilligrams = 3_000;
/** Bag and tray of weighed goods are not in their net weight. */
const bagMilligrams = 15_000;

/** The pieces' tolerances add up: pieces of one delivery are too heavy or too light together. */
function expectedWeight(lines: readonly PlateLine[]): ExpectedWeight {
	let expectedMilligrams = 0;
	let toleranceMilligrams = plateMilligrams;
	const unknown: number[] = [];
	for (const { line, pieces, milligrams, toleranceMilligrams: own } of lines) {
		if (milligrams === undefined) {
			unknown.push(line);
			continue;
		}
		expectedMilligrams += milligrams * (pieces ?? 1);
		toleranceMilligrams += pieces === undefined ? bagMilligrams : pieces * (own ?? usualTolerance(milligrams));
	}
	return { expectedMilligrams, toleranceMilligrams, unknown };
}

const usualTolerance = (milligrams: number): number => Math.max(pieceLeastMilligrams, Math.round(milligrams * pieceShare));

export const linesText = (lines: readonly { line: number; quantity?: number; milligrams?: number; labelAmountMinor?: number }[]): string =>
	JSON.stringify(lines.map(({ line, quantity, milligrams, labelAmountMinor }) => [line, quantity, milligrams, labelAmountMinor]));

/** `isAsked`: the till has a plate, so that a basket without a weighing is in doubt. Undefined: no plate has anything to do with it. */
export function judgeWeight(
	lines: readonly PlateLine[],
	{ weighing, text, isAsked }: { weighing: Weighing | undefined; text: string; isAsked: boolean },
): WeightView | undefined {
	if (!weighing) {
		if (!isAsked) return undefined;
		return { ...expectedWeight(lines), measuredMilligrams: null, at: null, ...(lines.length > 0 && { doubt: "missing" as const }) };
	}
	const expected = expectedWeight(lines);
	const { milligrams: measuredMilligrams, at, accepted } = weighing;
	const doubt = weighing.of === text ? doubtOf(expected, measuredMilligrams) : ("stale" as const);
	const off = Math.abs(measuredMilligrams - expected.expectedMilligrams);
	const like = lines.flatMap(({ line, pieces, milligrams }) =>
		pieces !== undefined && milligrams !== undefined && Math.abs(off - milligrams) <= expected.toleranceMilligrams ? [line] : [],
	);
	const isOff = doubt === "too-heavy" || doubt === "too-light";
	return { ...expected, measuredMilligrams, at, ...defined({ doubt, accepted }), ...(isOff && like.length > 0 && { like }) };
}

function doubtOf({ expectedMilligrams, toleranceMilligrams, unknown }: ExpectedWeight, measured: number): WeightDoubt | undefined {
	if (measured < expectedMilligrams - toleranceMilligrams) return "too-light";
	// Whatever is not known may be what is too much.
	if (unknown.length > 0) return "weight-unknown";
	return measured > expectedMilligrams + toleranceMilligrams ? "too-heavy" : undefined;
}

/** Whether the basket may be paid as far as the plate is concerned. A stale or missing weighing cannot be accepted by a person. */
export const isWeightSettled = (weight: WeightView | undefined): boolean =>
	weight?.doubt === undefined || (weight.accepted !== undefined && weight.doubt !== "stale" && weight.doubt !== "missing");
