import type { Article } from "../../words/article.ts";
import type { Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";

/**
 * SKUs by the given texts, of articles that are not deleted: a text that is a SKU, or a GTIN that exactly one article has. Unknown texts
 * are left out.
 */
export async function skusOf(db: Queries, given: readonly string[]): Promise<Map<string, string>> {
	const rows = await db.query<{ given: string; sku: string; exact: boolean }>(
		`SELECT g.given, a.sku, true AS exact FROM unnest($1::text[]) AS g (given) JOIN article a ON a.sku = g.given
			AND a.body NOT LIKE '%"gone":true%'
		 UNION ALL
		 SELECT g.given, a.sku, false FROM unnest($1::text[]) AS g (given) JOIN article a ON a.gtin = lpad(g.given, 14, '0')
		 WHERE g.given ~ '^[0-9]{8,14}$'`,
		[[...new Set(given)]],
	);
	const skus = new Map<string, string>();
	for (const one of new Set(given)) {
		const found = rows.filter((row) => row.given === one);
		const sku = found.find((row) => row.exact)?.sku ?? (found.length === 1 ? found[0]!.sku : undefined);
		if (sku !== undefined) skus.set(one, sku);
	}
	return skus;
}

/** The article with this SKU, else one whose first barcode it is. */
export async function articleBy(db: Queries, skuOrGtin: string): Promise<Article | undefined> {
	const [row] = await db.query<{ body: string }>("SELECT body FROM article WHERE sku = $1 OR gtin = $2 ORDER BY sku = $1 DESC LIMIT 1", [
		skuOrGtin,
		skuOrGtin.padStart(14, "0"),
	]);
	const article = row && (JSON.parse(row.body) as Article);
	return article?.gone ? undefined : article;
}

export const articleUnknown = (given: string): HqRefusal =>
	new HqRefusal(
		"article-unknown",
		`No article has SKU ${given}, nor does exactly one have it as its first GTIN. Push the article first, or give its SKU.`,
	);
