import { parse } from "csv-parse/sync";
import { readCsv } from "../hq/csv/read.ts";
import type { DemoArticle } from "./demo-plan.ts";

/** What a price list offers to a shopper, in its own order, one entry per article: what the virtual shelves are stocked from. */
export async function readPriceList(csv: string): Promise<DemoArticle[]> {
	const { changes } = await readCsv(csv);
	const extra = weightsOf(csv);
	const articles = new Map<string, DemoArticle>();
	for (const change of changes) {
		const pieceGrams = extra.get(change.sku);
		// A promotion follows its article's regular price and is what the till charges.
		articles.set(change.sku, {
			sku: change.sku, name: change.article.name ?? change.sku, amountMinor: change.amountMinor,
			...(change.article.gtin !== undefined && { gtin: change.article.gtin }), ...(change.article.weighed && { weighed: true }),
			...(pieceGrams !== undefined && { pieceMilligrams: pieceGrams * 1_000 }),
		});
	}
	return [...articles.values()];
}

/** The built-in catalogue says what a piece weighs; a price list of a real store does not. */
function weightsOf(csv: string): Map<string, number> {
	const rows = parse(csv, { columns: true, relax_column_count: true, relax_quotes: true, bom: true, skip_records_with_error: true }) as Record<string, string>[];
	if (rows[0]?.["piece_grams"] === undefined) return new Map();
	return new Map(rows.filter((row) => Number(row["piece_grams"]) > 0).map((row) => [row["sku"]!, Number(row["piece_grams"])]));
}
