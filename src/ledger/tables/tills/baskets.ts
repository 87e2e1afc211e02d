import type { Basket } from "../../../words/tills/basket.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

export function readBaskets(db: Connection) {
	const get = db.prepare<[string], { body: string }>("SELECT body FROM basket WHERE id = ?");
	return {
		get(id: string): Basket | undefined {
			const row = get.get(id);
			return row && (JSON.parse(row.body) as Basket);
		},
	};
}

export function writeBaskets(db: Connection) {
	const put = db.prepare("INSERT OR REPLACE INTO basket (id, body, changed) VALUES (?, ?, ?)");
	const forget = db.prepare("DELETE FROM basket WHERE id IN (SELECT id FROM basket WHERE changed < ? ORDER BY changed LIMIT 20)");
	return {
		put: (basket: Basket, now: Instant): void => void put.run(basket.id, JSON.stringify(basket), now),
		/** Deletes a few at a time; called whenever a basket is opened. */
		forgetBefore: (at: Instant): void => void forget.run(at),
	};
}
