import type { Actor } from "./actor.ts";

/** RFC 3339, UTC, milliseconds: "2026-03-01T08:00:00.000Z". Compares as text. */
export type Instant = string;

/** How far the box trusts its clock. With `guess`, scheduled prices are held and wall time decides nothing. */
export type ClockQuality = "synced" | "free-running" | "guess";

/**
 * When something happened, as the box knows it. Wall time never orders and never deduplicates (LINK rule 10): the order is
 * the ledger's; `boot` and `monoMs` let HQ reconstruct times once the clock is right again.
 */
export interface Moment {
	wall: Instant;
	boot: string;
	monoMs: number;
	quality: ClockQuality;
	/** The person or program that caused it, where there is one; kept in every fact that is written at this moment. */
	actor?: Actor;
}

/**
 * How far a store's clock that has shown no fault may be set ahead on HQ's word; where the two differ by more, both ends raise an
 * alarm.
 */
export const mostAheadByHqMs = 15 * 60_000;

/** A ledger's knowledge of the last time that was sure. */
interface SureTime {
	link: { clockFloor(): Instant | null };
}

/** A ledger's knowledge of the time of prices. */
interface TimeOfPrices extends SureTime {
	priceHolds: { frozen(): { since: Instant } | undefined };
}

/**
 * The instant at which coupons, rules of points and the beginning of a freeze are judged: now; while the clock is a guess, the last time
 * that was sure.
 */
export function sureInstantOf(now: Pick<Moment, "wall" | "quality">, { link }: SureTime): Instant {
	const sure = now.quality === "guess" ? link.clockFloor() : null;
	return sure !== null && sure < now.wall ? sure : now.wall;
}

/**
 * The instant at which prices are looked up (LINK rule 7): now; while the clock is a guess, the last time that was sure; while prices are
 * frozen, that of the freeze. Till, label, scan and receipt all ask here, so that they never differ.
 */
export function priceInstantOf(now: Pick<Moment, "wall" | "quality">, book: TimeOfPrices): Instant {
	return book.priceHolds.frozen()?.since ?? sureInstantOf(now, book);
}

/**
 * Whether this names a place of the IANA time zone database, as far as this machine knows it.
 * An offset such as +01:00 is refused: it has no summer time.
 */
export function isTimeZone(name: string): boolean {
	if (!/^[A-Za-z]/.test(name)) return false;
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		return true;
	} catch {
		return false;
	}
}

/** The time by the store's clock: "2026-03-29 03:30". */
export function wallText(at: Instant, timeZone: string): string {
	const parts = new Intl.DateTimeFormat("en-GB", {
		timeZone,
		year: "numeric",
		month: "2-digit",
		day: "2-digit",
		hour: "2-digit",
		minute: "2-digit",
		hourCycle: "h23",
	}).formatToParts(Date.parse(at));
	const of = (type: string): string => parts.find((part) => part.type === type)!.value;
	return `${of("year")}-${of("month")}-${of("day")} ${of("hour")}:${of("minute")}`;
}
