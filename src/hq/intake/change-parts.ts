import type { StoreReason } from "../catalog/accept-push.ts";
import type { PriceChange } from "../catalog/pushes.ts";

/** A change that guard rails hold, with why. */
export interface HeldWithReasons {
	change: PriceChange;
	reasons: StoreReason[];
}

/** Where the held changes of a push are kept until its other changes are written. */
export interface HeldPlace {
	count: number;
	add(held: readonly HeldWithReasons[]): void;
	/** In the order in which they were added, a part at a time. */
	parts(): AsyncIterable<readonly HeldWithReasons[]>;
}

/**
 * The changes of a push in parts that fit into memory. All changes of one article are in one part, in the order of the sender; parts are
 * the same at each reading.
 */
export interface ChangeParts {
	/** All changes together. */
	count: number;
	/** Of the changes in their order; left out: the digest of the push is made of its one part. */
	digest?: string;
	parts(): AsyncIterable<readonly PriceChange[]>;
	/** Barcodes that articles of different parts bring, as 14 digits, each with the articles' SKUs. */
	contested: ReadonlyMap<string, readonly string[]>;
	held: HeldPlace;
}

/** Changes that are in memory already, as one part. */
export function inOnePart(changes: readonly PriceChange[]): ChangeParts {
	let held: HeldWithReasons[] = [];
	return {
		count: changes.length,
		async *parts() {
			yield changes;
		},
		contested: new Map(),
		held: {
			get count() {
				return held.length;
			},
			add: (more) => void (held = held.concat(more)),
			async *parts() {
				if (held.length > 0) yield held;
			},
		},
	};
}

/** The stage of work with a push, and how far that is, 0 to 1. */
export type PushStage = "receiving" | "reading" | "judging" | "writing";
export type SayHowFar = (stage: PushStage, share: number) => void;
