import type { Instant } from "../time.ts";
import { instantOfWall, wallOfInstant } from "../wall-time.ts";
import { type Demand, type EmptyIn, emptyIn } from "./demand.ts";

/** A place on the shelves for one article; the plan's order is the order in which one walks. */
export interface ShelfPosition {
	place: string;
	sku: string;
	/** The most that stands there: pieces, or milligrams of weighed goods. */
	capacity: number;
	/** Fewer are too few. */
	minimum: number;
	facings?: number;
}

/** The aisle of a place: what stands before its first - or _, so that A1-3 is in A1. */
export const aisleOf = (place: string): string => /^[^_-]+/.exec(place)?.[0] ?? place;

/** A shelf was filled up: `quantity` was brought, and `onShelf` stood there then. `fill`: the task's id. */
export interface ShelfFill {
	fill: string;
	place: string;
	sku: string;
	quantity: number;
	onShelf: number;
	at: Instant;
}

/** Something to bring from the back room. */
export interface ReplenishmentTask {
	/** Stays as it is until the task is done. */
	id: string;
	place: string;
	sku: string;
	onShelf: number;
	/** Whether `onShelf` is reckoned from a confirmed filling, or the shelf is assumed to have been full when the day began. */
	basis: "since-filled" | "assumed";
	capacity: number;
	minimum: number;
	/** As far as the back room has so much. */
	bring: number;
	/** On hand and not on the shelf. */
	backRoom: number;
	because: "below-minimum" | "empty-soon";
	/** Hours from now; null: it sells too slowly to say. */
	emptyIn: EmptyIn | null;
}

export interface PositionState {
	position: ShelfPosition;
	/** The newest; undefined: nobody has confirmed one. */
	filled: ShelfFill | undefined;
	/** Fillings of this place so far. */
	fills: number;
	/** Sold and taken since `reckonedFrom`. */
	goneSince: number;
	/** On hand, without what is picked for online orders. */
	inStore: number;
	demand: Demand | undefined;
}

/** A shelf that is likely to be empty within so many hours is filled now. */
const soonHours = 3;
/** A way is worth at least this part of the shelf, unless the shelf is below its minimum. */
const worthPart = 0.25;

/** From when on what left the shelf counts: its filling, or the beginning of the store's day. */
export const reckonedFrom = (filled: ShelfFill | undefined, now: Instant, timeZone: string): Instant =>
	filled?.at ?? instantOfWall(wallOfInstant(now, timeZone).slice(0, 10), timeZone, "from");

export function onShelfOf({ position, filled, goneSince, inStore }: Omit<PositionState, "demand" | "fills">): number {
	const was = filled?.onShelf ?? position.capacity;
	return Math.max(0, Math.min(was - goneSince, position.capacity, inStore));
}

/** Undefined: the shelf is full enough, or the back room has nothing. `unitsPer`: of quantities for one unit of the demand. */
export function taskOf(state: PositionState, when: { hourOfWeek: number; unitsPer: number }): ReplenishmentTask | undefined {
	const { position, filled, fills, inStore, demand } = state;
	const { place, sku, capacity, minimum } = position;
	const onShelf = onShelfOf(state);
	const backRoom = Math.max(0, inStore - onShelf);
	const bring = Math.min(capacity - onShelf, backRoom);
	if (bring <= 0) return undefined;
	const empty = demand && emptyIn(Math.ceil(onShelf / when.unitsPer), demand, when.hourOfWeek);
	const isLow = onShelf <= minimum;
	const isSoon = empty !== undefined && empty.likely <= soonHours && bring >= capacity * worthPart;
	if (!isLow && !isSoon) return undefined;
	return {
		...{ id: `${place}.${fills + 1}`, place, sku, onShelf, basis: filled ? "since-filled" : "assumed", capacity, minimum, bring, backRoom },
		because: isLow ? "below-minimum" : "empty-soon",
		emptyIn: empty ?? null,
	};
}
