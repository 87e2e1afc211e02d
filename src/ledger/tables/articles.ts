import { type Article, asGtin14, barcodesOf } from "../../words/article.ts";
import type { Connection } from "../file/open.ts";

export function readArticles(db: Connection) {
	const bySku = db.prepare<[string], { body: string }>("SELECT body FROM article WHERE sku = ?");
	const count = db.prepare<[], { n: number }>("SELECT count(*) AS n FROM article");
	const page = db.prepare<[string, number], { body: string }>("SELECT body FROM article WHERE sku > ? ORDER BY sku LIMIT ?");
	const read = (sku: string): Article | undefined => {
		const row = bySku.get(sku);
		return row && (JSON.parse(row.body) as Article);
	};
	const find = (sku: string): Article | undefined => {
		const article = read(sku);
		return article?.gone ? undefined : article;
	};
	// Two queries instead of a join: SQLite plans a join anew at every call.
	const bodyByGtin = db.prepare<[string], { body: string }>(
		"SELECT body FROM article WHERE sku = (SELECT sku FROM article_gtin WHERE gtin = ?)",
	);
	// In one statement, because asking twice takes longer than both looks together.
	const bodyByGtinOrSku = db.prepare<[string, string], { body: string; bySku: 0 | 1 }>(
		"SELECT body, 0 AS bySku FROM article WHERE sku = (SELECT sku FROM article_gtin WHERE gtin = ?) UNION ALL " +
			"SELECT body, 1 FROM article WHERE sku = ? LIMIT 1",
	);
	const byGtin14 = (gtin: string): Article | undefined => {
		const row = bodyByGtin.get(gtin);
		return row && (JSON.parse(row.body) as Article);
	};
	const findAny = (code: string): Article | undefined => {
		const own = find(code);
		if (own) return own;
		const gtin = asGtin14(code);
		return gtin === undefined ? undefined : byGtin14(gtin);
	};
	return {
		/** Also finds an article that HQ deleted: its name stays for receipts and history. */
		bySku: read,
		/** The article of a scan. `gtin14`: the digits that were read, if any; they are looked up first, then as `find` does. */
		byScan(code: string, gtin: string | undefined): Article | undefined {
			if (gtin === undefined) return findAny(code);
			const row = bodyByGtinOrSku.get(gtin, code);
			const article = row && (JSON.parse(row.body) as Article);
			if (article && !(row.bySku === 1 && article.gone)) return article;
			const byDigits = asGtin14(code);
			return byDigits === undefined || byDigits === gtin ? undefined : byGtin14(byDigits);
		},
		/** By SKU first: a shop's own number may well look like a barcode. */
		find: findAny,
		page: (after: string, limit: number): Article[] => page.all(after, limit).map((row) => JSON.parse(row.body) as Article),
		count: (): number => count.get()!.n,
	};
}

export function writeArticles(db: Connection) {
	const version = db.prepare<[string], { version: number; body: string }>("SELECT version, body FROM article WHERE sku = ?");
	const put = db.prepare(
		"INSERT INTO article (sku, version, body) VALUES (?, ?, ?) ON CONFLICT (sku) DO UPDATE SET version = excluded.version, body = " +
			"excluded.body",
	);
	const dropGtins = db.prepare("DELETE FROM article_gtin WHERE sku = ?");
	const putGtin = db.prepare("INSERT INTO article_gtin (gtin, sku) VALUES (?, ?) ON CONFLICT (gtin) DO UPDATE SET sku = excluded.sku");
	return {
		/**
		 * False when a newer version is already known, or this one with the same contents. With other contents HQ's
		 * count: the ledger may have been rebuilt.
		 */
		accept(article: Article): boolean {
			const known = version.get(article.sku);
			const body = JSON.stringify(article);
			if (known && (known.version > article.version || (known.version === article.version && known.body === body))) return false;
			put.run(article.sku, article.version, body);
			if (known) dropGtins.run(article.sku);
			for (const key of barcodesOf(article)) putGtin.run(key, article.sku);
			return true;
		},
	};
}
