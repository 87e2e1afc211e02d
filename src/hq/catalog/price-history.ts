import type { Price } from "../../words/prices/price.ts";
import { isInForce, rankOf, sideOf } from "../../words/prices/which-counts.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";

/** A price that head office decided, and which of the asked stores were sent it. `until` is its end as it is now. */
export interface PastPrice {
	price: Price;
	stores: ReadonlySet<string>;
}

/** Prices by article, newest version first; without the prices of the push `except`, if one is named. */
export async function priceHistory(
	db: Queries,
	skus: readonly string[],
	stores: readonly string[],
	except?: string,
): Promise<Map<string, PastPrice[]>> {
	const rows = await db.query<{ push: string; variant: string | null; endedAt: string | null; body: string }>(
		`SELECT c.push, c.variant, c.ended_at AS "endedAt", r.body FROM push_change c JOIN record r ON r.n = c.version
		 WHERE c.sku = ANY($1) AND c.push IS DISTINCT FROM $2 ORDER BY c.version DESC`,
		[skus, except ?? null],
	);
	const reached = new Map<string, Set<string>>();
	const keyOf = (push: string, variant: string | null): string => `${push} ${variant ?? ""}`;
	const sent = await db.query<{ push: string; store: string; variant: string | null }>(
		"SELECT push, store, variant FROM push_store WHERE push = ANY($1) AND store = ANY($2)",
		[[...new Set(rows.map((row) => row.push))], stores],
	);
	for (const { push, store, variant } of sent)
		for (const key of new Set([keyOf(push, variant), keyOf(push, null)])) reached.set(key, (reached.get(key) ?? new Set()).add(store));
	const history = new Map<string, PastPrice[]>();
	for (const { push, variant, endedAt, body } of rows) {
		const at = reached.get(keyOf(push, variant));
		if (!at) continue;
		const price = withEnd((JSON.parse(body) as { price: Price }).price, endedAt);
		const known = history.get(price.sku);
		if (known) known.push({ price, stores: at });
		else history.set(price.sku, [{ price, stores: at }]);
	}
	return history;
}

export const withEnd = (price: Price, endedAt: Instant | null): Price => (endedAt === null ? price : { ...price, until: endedAt });

/**
 * The different prices that stores charge at an instant, of which each store has at most one: that of the same kind as `change` where one
 * is in force, else the one that counts.
 */
export function pricesBefore(
	history: readonly PastPrice[],
	change: Pick<Price, "kind" | "tier" | "fromQuantity">,
	at: Instant,
): PastPrice[] {
	const sameKind = ({ price }: PastPrice): number => (price.kind === change.kind && sideOf(price) === sideOf(change) ? 1 : 0);
	const inForce = history
		.filter(({ price }) => isInForce(price, at) && (sideOf(price) === "" || sideOf(price) === sideOf(change)))
		.sort((a, b) => sameKind(b) - sameKind(a) || rankOf(b.price, a.price));
	return oneAStore(inForce);
}

/** The different prices that anybody pays for one piece at an instant. Every store has at most one of them. */
export const countingAt = (history: readonly PastPrice[], at: Instant): PastPrice[] =>
	oneAStore(history.filter(({ price }) => sideOf(price) === "" && isInForce(price, at)).sort((a, b) => rankOf(b.price, a.price)));

/** Given prices in order, the first one that each store has. */
function oneAStore(inOrder: readonly PastPrice[]): PastPrice[] {
	const before: PastPrice[] = [];
	const covered = new Set<string>();
	for (const { price, stores } of inOrder) {
		const fresh = new Set([...stores].filter((store) => !covered.has(store)));
		for (const store of fresh) covered.add(store);
		if (fresh.size > 0) before.push({ price, stores: fresh });
	}
	return before;
}
