/** Quantities that the web shop may promise, and goods that lie too long on the shelves. */
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";

export interface Offer {
	store: string;
	sku: string;
	/** Pieces, or milligrams of a weighed article: what is left of the grants that the store gave. Never more may be sold online. */
	quantity: number;
	/** When the first of these grants ends. */
	until: Instant;
	/** When head office last heard the store, to the minute. */
	asOf: Instant | null;
}

/** By store and SKU; `after` is the last one seen. */
export async function listOffers(
	db: Queries,
	{
		store,
		sku,
		after,
		limit,
	}: { store?: string | undefined; sku?: string | undefined; after: [store: string, sku: string]; limit: number },
	now: Instant,
): Promise<Offer[]> {
	return db.query<Offer>(
		`SELECT g.store, g.sku, sum(g.granted - g.used)::bigint AS quantity, min(g.expires_at) AS until, s.heard_at AS "asOf"
		 FROM stock_grant g JOIN store s ON s.id = g.store AND NOT s.fenced
		 WHERE g.expires_at > $1 AND g.used < g.granted AND ($2::text IS NULL OR g.store = $2) AND ($3::text IS NULL OR g.sku = $3)
			AND (g.store, g.sku) > ($4::text, $5::text)
		 GROUP BY g.store, g.sku, s.heard_at ORDER BY g.store, g.sku LIMIT $6`,
		[now, store ?? null, sku ?? null, ...after, limit],
	);
}

export interface SlowMover {
	sku: string;
	name: string;
	unit: "piece" | "milligram";
	onHand: number;
	/** Sold within the days that were asked about, in the store and online. */
	sold: number;
	/** For so many days the stock lasts at this rate, rounded down; null: nothing was sold. */
	daysLeft: number | null;
	lastSaleAt: Instant | null;
}

/** Articles whose stock outlasts the next `days` at the rate of the last `days`; those that last longest first. */
export async function listSlowMovers(
	db: Queries,
	store: string,
	{ days, limit }: { days: number; limit: number },
	now: Instant,
): Promise<SlowMover[]> {
	const since = new Date(Date.parse(now) - days * 86_400_000).toISOString();
	const rows = await db.query<Omit<SlowMover, "name" | "unit" | "daysLeft"> & { body: string }>(
		`SELECT * FROM (SELECT h.sku, h.on_hand AS "onHand", a.body,
			(SELECT coalesce(-sum(m.quantity), 0)::bigint FROM movement m WHERE m.store = h.store AND m.sku = h.sku
				AND m.reason IN ('sale', 'online-sale') AND m.occurred_at > $2) AS sold,
			(SELECT max(m.occurred_at) FROM movement m WHERE m.store = h.store AND m.sku = h.sku
				AND m.reason IN ('sale', 'online-sale')) AS "lastSaleAt"
		 FROM on_hand h JOIN article a ON a.sku = h.sku WHERE h.store = $1 AND h.on_hand > 0) AS t
		 WHERE "onHand" > sold ORDER BY (CASE WHEN sold > 0 THEN "onHand"::numeric / sold END) DESC NULLS FIRST, "onHand" DESC, sku LIMIT $3`,
		[store, since, limit],
	);
	return rows.map(({ body, ...row }) => {
		const { name, weighed } = JSON.parse(body) as { name: string; weighed?: boolean };
		const daysLeft = row.sold > 0 ? Math.floor((row.onHand * days) / row.sold) : null;
		return { ...row, name, unit: weighed === true ? "milligram" : "piece", daysLeft };
	});
}
