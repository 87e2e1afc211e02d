import type { DeviceStatus } from "../alarm.ts";
import type { Instant } from "../time.ts";

/** Pieces of several articles that came and went together; negative: taken off. */
export type ShelfMix = { sku: string; pieces: number }[];

/** A weighing shelf as the API shows it. */
export interface WeighingShelf {
	id: string;
	sku: string | null;
	name: string | null;
	unit: "piece" | "milligram";
	onHand: number | null;
	/** The scale that weighs the shelf; null where none is configured. */
	scale: Pick<DeviceStatus, "id" | "state" | "lastHeardAt"> | null;
	lastChange: {
		because: string;
		pieces: number | null;
		milligrams: number;
		at: Instant;
		/** The changes that it may have been, of several articles. */
		candidates: ShelfMix[];
	} | null;
	/** Further articles on the same plate. */
	others: { sku: string; name: string | null; onHand: number | null }[];
	/** Changes for which a person can choose what it was, the oldest first. */
	open: { change: number; at: Instant; milligrams: number; candidates: ShelfMix[] }[];
	/** Staff fills it just now. */
	restocking: { until: Instant; by: string | null } | null;
}

/** A place of the shelf plan. */
export interface PlannedPlace {
	place: string;
	/** The part of the place's name before its first - or _. */
	aisle: string;
	sku: string;
	name: string | null;
	unit: "piece" | "milligram";
	capacity: number;
	minimum: number;
	/** In the whole store; null: nobody has counted or moved it yet. */
	onHand: number | null;
}

/** The name of an article that stands on some shelf. */
export const nameOnShelf = (shelves: readonly WeighingShelf[], sku: string): string =>
	shelves.flatMap((shelf) => [shelf, ...shelf.others]).find((each) => each.sku === sku)?.name ?? sku;
