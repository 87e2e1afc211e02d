import { type Article, barcodesOf } from "../../../words/article.ts";
import type { Queries } from "../../database/database.ts";
import { articleBy, articleUnknown } from "../../stock/articles.ts";

export interface AskedArticles {
	/** Part of a name or SKU, or a whole barcode. */
	query?: string | undefined;
	/** The SKU of the last one seen. */
	after: string;
	limit: number;
}

/** Articles by SKU; deleted ones are left out. */
export async function listArticles(db: Queries, { query, after, limit }: AskedArticles): Promise<Article[]> {
	const like = query === undefined ? null : `%${query.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
	const gtin = query !== undefined && /^\d{8,14}$/.test(query) ? query.padStart(14, "0") : null;
	const rows = await db.query<{ body: string }>(
		`SELECT body FROM article WHERE sku > $1 AND body NOT LIKE '%"gone":true%'
		 AND ($2::text IS NULL OR lower(sku) LIKE $2 OR lower(body::json ->> 'name') LIKE $2 OR gtin = $3 OR body LIKE '%"' || $3 || '"%')
		 ORDER BY sku LIMIT $4`,
		[after, like, gtin, limit],
	);
	return rows.map(({ body }) => JSON.parse(body) as Article);
}

/** Throws article-unknown. */
export async function readArticle(db: Queries, skuOrGtin: string): Promise<Article> {
	const article = await articleBy(db, skuOrGtin);
	if (article) return article;
	// Barcodes after the first are in the JSON body only.
	const [bearer] = /^\d{8,14}$/.test(skuOrGtin) ? await listArticles(db, { query: skuOrGtin, after: "", limit: 1 }) : [];
	if (!bearer || !barcodesOf(bearer).has(skuOrGtin.padStart(14, "0"))) throw articleUnknown(skuOrGtin);
	return bearer;
}
