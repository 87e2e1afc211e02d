import type { Instant } from "../time.ts";

/** Head office's order to sell no more of an article, or of one lot of it. Outside it is called a recall. */
export interface StopSale {
	id: string;
	/** 14 digits. */
	gtin: string;
	/** Left out: every lot. */
	lot?: string;
	reason: string;
	at: Instant;
}

/** The one that stops this piece. A stop of one lot never stops a piece whose lot is another, or not known. */
export function stopOf(stops: readonly StopSale[], lot: string | undefined): StopSale | undefined {
	return stops.find((stop) => stop.lot === undefined || stop.lot === lot);
}
