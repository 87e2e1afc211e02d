/** A person confirms at the till that the customer is old enough for what lies in the basket. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import type { BasketView } from "../../words/tills/basket.ts";
import type { Moment } from "../../words/time.ts";
import { openOne } from "./basket.ts";
import { viewBasket } from "./basket-view.ts";

export interface AskedAge {
	basket: string;
	/** The age that the person confirms; left out: the highest that an article of the basket asks for. */
	minimumAge?: number;
	/** Who looked at the customer. A till's own token has to say it; an account is a person itself. */
	person?: string;
}

/** The same confirmation again, or one of a lower age, changes nothing. Throws age-person, age-not-asked. */
export function confirmAge(book: Book, { basket: id, minimumAge, person }: AskedAge, now: Moment): BasketView {
	const basket = openOne(book, id);
	const { kind, name } = now.actor ?? { kind: "system" as const, name: "gateway" };
	if (kind !== "user" && person === undefined) throw new LedgerRefusal("age-person", `${name} is a program.`);
	const asked = viewBasket(book, basket, now).lines.flatMap((line) => line.minimumAge ?? []);
	const years = minimumAge ?? Math.max(0, ...asked);
	if (years === 0) throw new LedgerRefusal("age-not-asked", `Nothing in basket ${id} has a minimum age.`);
	if (years > (basket.age?.minimumAge ?? 0)) {
		basket.age = { minimumAge: years, by: `${kind}:${name}`, at: now.wall, ...defined({ person }) };
		book.baskets.put(basket, now.wall);
	}
	return viewBasket(book, basket, now);
}
