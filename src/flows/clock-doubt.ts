/** The clock is a guess: scheduled prices wait (LINK rule 7), and an alarm says so. */
import type { Book } from "../ledger/ledger.ts";
import type { Instant, Moment } from "../words/time.ts";
import { clear, raise } from "./alarms.ts";

export function doubtClock(book: Book, { wall, why }: { wall: Instant; why: string }, now: Moment): void {
	book.events.append({ type: "clock.doubted", wall, floor: book.link.clockFloor() ?? now.wall, why }, now);
	if (now.quality === "guess")
		raise(book, { code: "clock-untrusted", subject: "gateway", facts: { device: "gateway", at: book.prices.nextDueAt() ?? "" } }, now);
	else clear(book, "clock-untrusted", "gateway", now);
	book.ring("price-due");
}

/** The clock is trusted again: what waited is due now. */
export function trustClock(book: Book, _: object, now: Moment): void {
	clear(book, "clock-untrusted", "gateway", now);
	book.ring("price-due");
}
