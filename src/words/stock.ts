import type { Instant } from "./time.ts";

/** Why a quantity changed. A `count` re-bases: on hand is the count plus every later movement (LINK rule 8). */
export type MovementReason =
	| "sale"
	| "return"
	| "receive"
	| "waste"
	| "transfer"
	| "correction"
	| "shrinkage"
	| "count"
	| "pick"
	| "put-back";

export const movementReasons: readonly MovementReason[] = [
	"sale",
	"return",
	"receive",
	"waste",
	"transfer",
	"correction",
	"shrinkage",
	"count",
	"pick",
	"put-back",
];

/**
 * A movement has an id of its own; the same id again changes nothing. Quantity: pieces, or milligrams for weighed goods; signed, except for
 * a count.
 */
export interface Movement {
	id: string;
	sku: string;
	quantity: number;
	reason: MovementReason;
	occurredAt: Instant;
	reference?: string;
	origin: "store" | "hq";
}

export interface OnHand {
	sku: string;
	gtin: string | null;
	name: string | null;
	unit: "piece" | "milligram";
	onHand: number;
	/** Lent to HQ for online sales, still here (LINK rule 9). */
	granted: number;
	available: number;
	countedAt: Instant | null;
	lastMovementAt: Instant | null;
}

/** Pieces, or milligrams for weighed goods, that HQ may sell online until the store's side expires. */
export interface Grant {
	id: string;
	sku: string;
	granted: number;
	used: number;
	expiresAt: Instant;
}
