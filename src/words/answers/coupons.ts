import type { Instant } from "../time.ts";

export interface Lent {
	id: string;
	store: string;
	quantity: number;
	/** Redemptions, without those reversed. */
	live: number;
	expiresAt: Instant;
	closedAt: Instant | null;
	/** The most redemptions that may have been made of the lease. */
	bound: number;
}
