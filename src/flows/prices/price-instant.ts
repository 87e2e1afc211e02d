import type { Book } from "../../ledger/ledger.ts";
import { countsAt, type Instant, type Moment } from "../../words/time.ts";

/** The instant at which prices are looked up: the till answers by it, and labels are drawn by it. */
export const priceInstant = (book: Pick<Book, "link">, now: Moment): Instant => countsAt(now, book.link.clockFloor);
