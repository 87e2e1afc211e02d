/**
 * The store's kill switch. While it is on, labels, till and scan keep the prices that are in force, also a reduction whose end comes
 * meanwhile; what HQ sends is kept. After the thaw everything that is due comes into force in the order of its times.
 */
import type { Book } from "../../ledger/ledger.ts";
import { actorText } from "../../words/actor.ts";
import type { PriceFreeze } from "../../words/prices/hold.ts";
import { type Moment, sureInstantOf } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";
import { settleRises } from "./price-rise.ts";

const frozenAlarm = "prices-frozen";

/** A second freeze changes nothing and returns the first one. */
export function freezePrices(book: Book, { reason }: { reason: string | null }, now: Moment): PriceFreeze {
	const known = book.priceHolds.frozen();
	if (known) return known;
	const by = actorText(now.actor ?? { kind: "system", name: "gateway" });
	// A freeze by a clock that guessed 2038 would let every price begin that is due until then.
	const since = sureInstantOf(now, book);
	const freeze: PriceFreeze = { since, by, reason };
	book.priceHolds.freeze(freeze);
	book.events.append({ type: "prices.frozen", reason }, now);
	const facts = { who: by, at: since, reason: reason ?? "-" };
	raise(book, { code: frozenAlarm, subject: "prices", facts }, now);
	book.ring("price");
	return freeze;
}

/** Ends the freeze. Null: prices were not frozen. */
export function thawPrices(book: Book, _: object, now: Moment): { since: string } | null {
	const known = book.priceHolds.frozen();
	if (!known) return null;
	book.priceHolds.thaw();
	book.events.append({ type: "prices.thawed", since: known.since }, now);
	clear(book, frozenAlarm, "prices", now);
	settleRises(book, now);
	book.ring("price-due");
	book.ring("price");
	return { since: known.since };
}
