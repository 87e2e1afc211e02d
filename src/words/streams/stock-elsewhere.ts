import type { Instant } from "../time.ts";

/** One other store's figures of an article, as head office knows them. */
export interface FiguresElsewhere {
	store: string;
	onHand: number;
	available: number;
	/** When head office heard that store last; null: never. */
	asOf: Instant | null;
}

/** An article's stock in the other stores, the one with most first. */
export interface StockElsewhere {
	sku: string;
	unit: "piece" | "milligram";
	/** When head office said so. */
	at: Instant;
	stores: FiguresElsewhere[];
	/** Stores that are left out because they are too many. */
	more: number;
}
