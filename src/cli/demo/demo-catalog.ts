import { readCsv } from "../../hq/csv/read.ts";
import type { DemoArticle } from "./demo-plan.ts";

/** The articles of a price list, in its order, one entry for each: from these the virtual shelves are stocked. */
export async function readPriceList(csv: string): Promise<DemoArticle[]> {
	const { changes } = await readCsv(csv);
	const articles = new Map<string, DemoArticle>();
	for (const change of changes) {
		// A promotion follows the regular price of its article; the till charges the promotion.
		articles.set(change.sku, {
			sku: change.sku,
			name: change.article.name ?? change.sku,
			amountMinor: change.amountMinor,
			...(change.article.gtin && { gtin: change.article.gtin }),
			...(change.article.weighed && { weighed: true }),
			...(change.article.pieceMilligrams && { pieceMilligrams: change.article.pieceMilligrams }),
		});
	}
	return [...articles.values()];
}
