import type { Instant } from "../time.ts";

/** Goods to bring from the back room to one place of the shelf plan. */
export interface RefillTask {
	id: string;
	place: string;
	sku: string;
	gtin: string | null;
	name: string | null;
	unit: "piece" | "milligram";
	onShelf: number;
	/** Whether the shelf was confirmed full once, or is assumed to have been when the day began. */
	basis: "since-filled" | "assumed";
	capacity: number;
	minimum: number;
	/** As far as the back room has so much. */
	bring: number;
	backRoom: number;
	because: "below-minimum" | "empty-soon";
	/** When the shelf is empty: one chance in ten by `early`, nine in ten by `late`; null: not within two weeks, or too few sales. */
	emptyAt: { early: Instant | null; likely: Instant | null; late: Instant | null } | null;
}
