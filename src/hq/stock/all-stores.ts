import type { FiguresAtStore, StockOfArticle } from "../../words/answers/head-office/stock.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { articleBy, articleUnknown } from "./articles.ts";

/** One article in every store, by the store's name. Throws article-unknown. */
export async function stockInAllStores(
	db: Queries,
	skuOrGtin: string,
	{ after, limit }: { after: string; limit: number },
	now: Instant,
): Promise<StockOfArticle> {
	const article = await articleBy(db, skuOrGtin);
	if (!article) throw articleUnknown(skuOrGtin);
	const { sku, gtin, name, weighed } = article;
	const rows = await db.query<Omit<FiguresAtStore, "available">>(
		`SELECT s.id AS store, s.heard_at AS "asOf", coalesce(h.on_hand, 0)::bigint AS "onHand", ${orderFigures("s.id", "$1")},
			(${lentBy("s.id", "$1", "$2")})::bigint AS granted,
			(SELECT coalesce(sum(t.quantity), 0)::bigint FROM in_transit t WHERE t.store = s.id AND t.sku = $1) AS "inTransit",
			coalesce(q.quantity, 0)::bigint AS quality
		 FROM store s LEFT JOIN on_hand h ON h.store = s.id AND h.sku = $1 LEFT JOIN quality_stock q ON q.store = s.id AND q.sku = $1
		 WHERE s.id > $3 ORDER BY s.id LIMIT $4`,
		[sku, now, after, limit],
	);
	const items = rows.map((row) => ({
		...row,
		granted: row.granted + row.reserved,
		available: row.onHand - row.staged - row.granted - row.reserved,
	}));
	return { sku, gtin: gtin ?? null, name, unit: weighed ? "milligram" : "piece", items };
}

const orderFigures = (store: string, sku: string): string =>
	["reserved", "staged"]
		.map((name) => `(SELECT coalesce(sum(${name}), 0)::bigint FROM order_stock o WHERE o.store = ${store} AND o.sku = ${sku}) AS ${name}`)
		.join(", ");

/** Open grants, and what was sold at once and is not booked in the store yet: there it is still lent. */
const lentBy = (store: string, sku: string, now: string): string =>
	`(SELECT coalesce(sum(g.granted - g.used), 0) FROM stock_grant g WHERE g.store = ${store} AND g.sku = ${sku} AND g.expires_at > ${now})
	 + (SELECT coalesce(sum(t.quantity), 0) FROM order_take t WHERE t.store = ${store} AND t.sku = ${sku}
		AND NOT EXISTS (SELECT 1 FROM movement m WHERE m.store = t.store AND m.id = 'order-' || t.part || '-' || t.sku))`;
