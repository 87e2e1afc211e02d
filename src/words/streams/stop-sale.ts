import type { Instant } from "../time.ts";

/** Head office's order to sell no more of an article, or of one lot of it. On the API and for people it is called a recall. */
export interface StopSale {
	id: string;
	/** 14 digits. */
	gtin: string;
	/** Left out: every lot. */
	lot?: string;
	reason: string;
	at: Instant;
}

/** The order that stops this piece. An order for one lot does not stop a piece of another lot or of an unknown one. */
export function stopOf(stops: readonly StopSale[], lot: string | undefined): StopSale | undefined {
	return stops.find((stop) => stop.lot === undefined || stop.lot === lot);
}
