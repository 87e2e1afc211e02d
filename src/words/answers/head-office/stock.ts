import type { Instant } from "../../time.ts";

export interface FiguresAtStore {
	store: string;
	onHand: number;
	staged: number;
	/** Lent to head office and still on the shelf, with what orders have reserved: onHand = staged + granted + available. */
	granted: number;
	reserved: number;
	available: number;
	/** Sent to it by other stores and not received yet: in no store's on hand. */
	inTransit: number;
	/** Came back damaged or opened and waits for a decision: not on hand. */
	quality: number;
	/** When head office last heard the store, to the minute; null: never. */
	asOf: Instant | null;
}

export interface StockOfArticle {
	sku: string;
	gtin: string | null;
	name: string;
	unit: "piece" | "milligram";
	items: FiguresAtStore[];
}
