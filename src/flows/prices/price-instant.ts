import type { Book } from "../../ledger/ledger.ts";
import { type Instant, type Moment, priceInstantOf } from "../../words/time.ts";

/**
 * The instant at which prices are looked up: the till answers by it, and labels are drawn by it. While prices are frozen, that of the
 * freeze.
 */
export const priceInstant = (book: Pick<Book, "link" | "priceHolds">, now: Moment): Instant => priceInstantOf(now, book);
