/** Weighing shelves between two counts: changes that nobody has explained yet, and shelves that staff is filling. */
import type { Instant } from "../time.ts";

export interface MixPart {
	sku: string;
	/** Negative: taken off. */
	pieces: number;
	milligrams: number;
}

/** A change of a shelf with several articles that waits for a person to say what it was. */
export interface ShelfDoubt {
	/** The number of the event that recorded it. */
	change: number;
	/** The alarm that asks for it. */
	code: string;
	at: Instant;
	milligrams: number;
	/** Whether the answer becomes movements of stock. */
	post: boolean;
	/** The changes that it may have been; none: only a count can say. */
	candidates: MixPart[][];
}

/** By shelf, the oldest first. */
export type ShelfDoubts = Readonly<Record<string, readonly ShelfDoubt[]>>;

/** By shelf: until when staff fills it, and who began. */
export type Restocking = Readonly<Record<string, { until: Instant; by: string | null }>>;
