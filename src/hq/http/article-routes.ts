import type { FastifyInstance } from "fastify";
import type { DeletedArticle, EditedArticle, ShownArticle } from "../../words/answers/head-office/articles.ts";
import type { Article, ArticleFields } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import type { Edited } from "../catalog/articles/edit-article.ts";
import { gtinRefused, readGtin } from "../csv/row.ts";
import { HqRefusal } from "../refusal.ts";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import { articleBody, articlesQuery, noQuery } from "./schemas.ts";

interface SkuParams {
	Params: { sku: string };
}

/** Articles without their prices: rename, correct, remove a barcode, delete. New articles come with a push. */
export function articleRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.get("/api/v1/articles", async (request) => {
		const asked = check(articlesQuery, request.query, "query");
		const items = (await repositories.articles(asked)).map(shownArticle);
		return { items, ...(items.length === asked.limit && { next: items.at(-1)!.sku }) };
	});
	app.get<SkuParams>("/api/v1/articles/:sku", async ({ params, query }) => {
		check(noQuery, query, "query");
		return shownArticle(await repositories.article(params.sku));
	});
	app.patch<SkuParams>("/api/v1/articles/:sku", async ({ params, body }) => {
		const { unit, gtin, gtins, ...rest } = check(articleBody, body, "");
		const fields: ArticleFields = {
			...defined(rest),
			...(gtin !== undefined && { gtin: gtin === null ? null : gtinIn(gtin, "gtin") }),
			...(gtins !== undefined && { gtins: gtins === null ? null : gtins.map((code, n) => gtinIn(code, `gtins.${n}`)) }),
			...(unit !== undefined && { weighed: unit === "kg" }),
		};
		return editedArticle(await repositories.editArticle(params.sku, fields));
	});
	app.delete<SkuParams & { Params: { gtin: string } }>("/api/v1/articles/:sku/gtins/:gtin", async ({ params }) => {
		return editedArticle(await repositories.dropBarcode(params.sku, gtinIn(params.gtin, "gtin")));
	});
	app.delete<SkuParams>("/api/v1/articles/:sku", async ({ params }) => {
		const { stores, ...rest } = await repositories.deleteArticle(params.sku);
		const deleted: DeletedArticle = { ...rest, stores: stores.length };
		return deleted;
	});
}

function gtinIn(code: string, path: string): string {
	const read = readGtin(code);
	if (read === undefined) throw new HqRefusal("bad-field", `${path}: ${gtinRefused(code)}`, [{ path, message: gtinRefused(code) }]);
	return read;
}

const shownArticle = ({ weighed, ...article }: Article): ShownArticle => ({ ...article, unit: weighed ? "kg" : "piece" });
const editedArticle = ({ article, stores }: Edited): EditedArticle => ({ ...shownArticle(article), stores: stores.length });
