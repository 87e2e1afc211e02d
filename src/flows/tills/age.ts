/** A person confirms at the till that the customer is old enough for what lies in the basket. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import type { BasketView } from "../../words/tills/basket.ts";
import type { Moment } from "../../words/time.ts";
import { type OfBasket, openOne } from "./basket.ts";
import { viewBasket } from "./basket-view.ts";

export interface AskedAge extends OfBasket {
	/** The age that the person confirms; left out: the highest that an article of the basket asks for. */
	minimumAge?: number;
	/** Who looked at the customer. A till's own token has to say it; an account is a person itself. */
	person?: string;
}

/** A confirmation that was made before, or one of a lower age, changes nothing. Throws person-missing, age-not-asked. */
export function confirmAge(book: Book, { minimumAge, person, ...of }: AskedAge, now: Moment): BasketView {
	const basket = openOne(book, of);
	const by = personOf(now, person);
	const asked = viewBasket(book, basket, now).lines.flatMap((line) => line.minimumAge ?? []);
	const years = minimumAge ?? Math.max(0, ...asked);
	if (years === 0) throw new LedgerRefusal("age-not-asked", `Nothing in basket ${of.basket} has a minimum age.`);
	if (years > (basket.age?.minimumAge ?? 0)) {
		basket.age = { minimumAge: years, by, at: now.wall, ...defined({ person }) };
		book.baskets.put(basket, now.wall);
	}
	return viewBasket(book, basket, now);
}

/** Who decides: an account is a person; a program has to say the name of one. Throws person-missing. */
export function personOf({ actor = { kind: "system", name: "gateway" } }: Moment, person: string | undefined): string {
	if (actor.kind !== "user" && person === undefined)
		throw new LedgerRefusal("person-missing", `${actor.name} is a program, and nobody's name came with it.`);
	return `${actor.kind}:${actor.name}`;
}
