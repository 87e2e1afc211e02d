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
}

/**
 * Whose prices count: with a clock that is only a guess, those of the last time that was sure (LINK rule 7). Till and label ask here
 * both, so that they never differ.
 */
export function countsAt(now: Pick<Moment, "wall" | "quality">, lastSure: () => Instant | null): Instant {
	if (now.quality !== "guess") return now.wall;
	const sure = lastSure();
	return sure !== null && sure < now.wall ? sure : now.wall;
}
