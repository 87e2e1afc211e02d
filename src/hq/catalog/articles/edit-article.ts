import type { DeletedArticle } from "../../../words/answers/head-office/articles.ts";
import type { Article, ArticleFields } from "../../../words/article.ts";
import { barcodesOf } from "../../../words/article.ts";
import { defined } from "../../../words/defined.ts";
import type { Instant } from "../../../words/time.ts";
import type { Db, Queries } from "../../database/database.ts";
import { HqRefusal } from "../../refusal.ts";
import { articleUnknown } from "../../stock/articles.ts";
import { appendToStreams } from "../../streams/segments.ts";
import { barcodeObjections } from "../barcodes.ts";
import { endPrices } from "../life/end-prices.ts";
import { describe, keepArticles } from "../write-push.ts";

export interface Edited {
	article: Article;
	/** The stores that are sent it; empty: nothing changed. */
	stores: string[];
}

/**
 * Changes an article's name, barcodes, unit or other members, without a price. Null removes a member. A barcode of another article
 * is refused here, because only pushes can be held for a second person.
 */
export function editArticle(db: Db, sku: string, fields: ArticleFields): Promise<Edited> {
	return db.transaction(async (tx) => {
		const before = await heldArticle(tx, sku);
		const change = { sku, article: fields };
		const taken = (await barcodeObjections(tx, [change])).get(0);
		if (taken) throw new HqRefusal("barcode-taken", `${taken.reason} Take it away from that article first. Nothing was changed.`);
		const [described] = describe([change], new Map([[sku, before]]));
		if (!described) return { article: before, stores: [] };
		const [kept] = await keepArticles(tx, [described]);
		const stores = await storesWith(tx, sku);
		await appendToStreams(tx, stores, "catalog", [kept!.n]);
		return { article: JSON.parse(kept!.body) as Article, stores };
	});
}

/** Removes one barcode of an article; the next one, if any, becomes its first. */
export function dropBarcode(db: Db, sku: string, gtin14: string): Promise<Edited> {
	return db.transaction(async (tx) => {
		const { version: _, gtin, gtins, ...rest } = await heldArticle(tx, sku);
		const codes = [...barcodesOf({ gtin, gtins })];
		if (!codes.includes(gtin14))
			throw new HqRefusal("barcode-unknown", `Article ${sku} does not have the barcode ${gtin14}. It has ${codes.join(", ") || "none"}.`);
		const [first, ...further] = codes.filter((code) => code !== gtin14);
		const left = { ...rest, ...defined({ gtin: first }), ...(further.length > 0 && { gtins: further }) };
		const [kept] = await keepArticles(tx, [left]);
		const stores = await storesWith(tx, sku);
		await appendToStreams(tx, stores, "catalog", [kept!.n]);
		return { article: JSON.parse(kept!.body) as Article, stores };
	});
}

export interface Deleted extends Omit<DeletedArticle, "stores"> {
	/** The stores that are sent it. */
	stores: string[];
}

const storesNamed = 100;

/**
 * Deletes an article in all stores: its prices end, its barcodes are free, and nothing finds it. A row without barcodes stays at
 * both ends, so that history and receipts keep the name and a later push of the SKU gets a higher version.
 */
export function deleteArticle(db: Db, sku: string, now: Instant): Promise<Deleted> {
	return db.transaction(async (tx) => {
		const { name } = await heldArticle(tx, sku);
		await tx.query("UPDATE push_held SET waits = false WHERE sku = $1 AND waits", [sku]);
		const prices = await tx.query<{ push: string; version: number; variant: string | null; body: string }>(
			`SELECT c.push, c.version, c.variant, r.body FROM push_change c JOIN record r ON r.n = c.version
			 WHERE c.sku = $1 AND coalesce(c.ended_at > $2, true) ORDER BY c.version`,
			[sku, now],
		);
		const live = prices.filter(({ body }) => ((JSON.parse(body) as { price: { until?: Instant } }).price.until ?? "~") > now);
		for (const [push, of] of Map.groupBy(live, (row) => row.push))
			await endPrices(tx, { push, prices: of.map(({ version, variant }) => ({ sku, version, variant })), at: now, isTakenBack: false });
		const stores = await storesWith(tx, sku);
		const [kept] = await keepArticles(tx, [{ sku, name, gone: true }]);
		await appendToStreams(tx, stores, "catalog", [kept!.n]);
		const onHand = await tx.query<{ store: string; onHand: number }>(
			`SELECT store, on_hand AS "onHand" FROM on_hand WHERE sku = $1 AND on_hand <> 0 ORDER BY store LIMIT $2`,
			[sku, storesNamed],
		);
		return { sku, name, prices: live.length, stores, onHand };
	});
}

/** The article, with the counter locked so that no push changes it meanwhile. Throws article-unknown. */
async function heldArticle(tx: Queries, sku: string): Promise<Article> {
	await tx.query("SELECT last FROM counter FOR UPDATE");
	const [row] = await tx.query<{ body: string }>("SELECT body FROM article WHERE sku = $1", [sku]);
	const article = row && (JSON.parse(row.body) as Article);
	if (!article || article.gone) throw articleUnknown(sku);
	return article;
}

/** Stores that were sent a price of the article, and so the article. */
async function storesWith(tx: Queries, sku: string): Promise<string[]> {
	const rows = await tx.query<{ store: string }>(
		`SELECT DISTINCT s.store FROM push_change c JOIN push_store s ON s.push = c.push
		 WHERE c.sku = $1 AND (c.variant IS NULL OR c.variant = s.variant) ORDER BY s.store`,
		[sku],
	);
	return rows.map(({ store }) => store);
}
