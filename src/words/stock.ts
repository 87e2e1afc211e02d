import type { Instant } from "./time.ts";

/** Why a quantity changed. A `count` sets it: on hand is the count plus every later movement (LINK rule 8). */
export type MovementReason =
	| "sale"
	/** An online order was handed over in the store; written by the order alone. */
	| "online-sale"
	| "return"
	| "receive"
	| "waste"
	| "transfer"
	| "correction"
	| "shrinkage"
	| "count"
	| "pick"
	| "put-back";

/** Those that people and programs may give. */
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

/** The sign that a reason allows; the other reasons allow both. */
const signOf: Partial<Record<MovementReason, 1 | -1>> = {
	sale: -1,
	"online-sale": -1,
	waste: -1,
	shrinkage: -1,
	pick: -1,
	receive: 1,
	return: 1,
	"put-back": 1,
	count: 1,
};

/** Why the quantity does not fit its reason, in a sentence; undefined when it does. */
export function wrongSign(reason: MovementReason, quantity: number): string | undefined {
	const sign = signOf[reason];
	if (sign === undefined || quantity * sign >= 0) return undefined;
	const means = sign < 0 ? "takes from stock, so its quantity is negative" : "adds to stock, so its quantity is positive";
	return `A movement with the reason ${reason} ${means}; this one says ${quantity}.`;
}

/** Clocks of tills and handhelds may run a little ahead. */
const aheadMostMs = 10 * 60_000;

/** Whether a time is further ahead than clocks differ. */
export const isAhead = (occurredAt: Instant, now: Instant): boolean => Date.parse(occurredAt) > Date.parse(now) + aheadMostMs;

/** A count from the future would outweigh every movement until then. */
export function isCountInFuture({ reason, occurredAt }: Pick<Movement, "reason" | "occurredAt">, now: Instant): boolean {
	return reason === "count" && isAhead(occurredAt, now);
}

/**
 * The time from which a movement counts: `now` for one that is dated further ahead than clocks differ. A sale of next year would be taken
 * off again after every count until then. A count is never kept as of a later time: the sales until then would not count.
 */
export function countsFrom({ reason, occurredAt }: Pick<Movement, "reason" | "occurredAt">, now: Instant): Instant {
	const isLate = reason === "count" ? Date.parse(occurredAt) > Date.parse(now) : isAhead(occurredAt, now);
	return isLate ? now : occurredAt;
}

/** Whether a movement that is asked for again has its time. One that was dated ahead is kept as of the time at which it came. */
export function isSameTime(known: Movement, asked: Instant, now: Instant): boolean {
	if (known.occurredAt === asked) return true;
	if (asked < known.occurredAt) return false;
	return known.reason === "count" ? !isAhead(asked, known.occurredAt) : isAhead(asked, now);
}

/** Whether two times are so close that one may be the other: programs that ask again in a store often give each attempt a new time. */
export const isNear = (one: Instant, other: Instant): boolean => !isAhead(one, other) && !isAhead(other, one);

/**
 * A movement has an id of its own; the same id again changes nothing. Quantity: pieces, or milligrams for weighed
 * goods; signed, except for a count.
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

/** A movement as a till, a person or head office asks for it: at the time that they say. */
export type AskedMovement = Omit<Movement, "origin">;

export interface OnHand {
	sku: string;
	gtin: string | null;
	name: string | null;
	unit: "piece" | "milligram";
	onHand: number;
	/** Picked for online orders, not handed over yet. On hand = staged + granted + available. */
	staged: number;
	/** Lent to HQ for online sales and still on the shelf (LINK rule 9), with what open orders have reserved. */
	granted: number;
	/** Of `granted`: promised to open orders. */
	reserved: number;
	available: number;
	countedAt: Instant | null;
	lastMovementAt: Instant | null;
	/** The article's unit was changed: the numbers are in `unit`, the old one, until the article is counted. Nothing is available. */
	needsCount?: true;
	/** Came back damaged or opened and waits for a decision: not on hand. Left out where there is none. */
	quality?: number;
}

/** A quantity that HQ may sell online until the grant expires: pieces, or milligrams for weighed goods. */
export interface Grant {
	id: string;
	sku: string;
	granted: number;
	used: number;
	expiresAt: Instant;
}
