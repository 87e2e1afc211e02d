import type { DeletedArticle, EditedArticle, ShownArticle } from "../../words/answers/head-office/articles.ts";
import { defined } from "../../words/defined.ts";
import { json, table } from "../verb/output.ts";
import { fail, say } from "../verb/verb.ts";
import type { AskOffice } from "./office.ts";

/** Lists articles of which a name, SKU or barcode fits. */
export async function listArticles(ask: AskOffice, query: string | undefined, asJson: boolean): Promise<number> {
	const items: ShownArticle[] = [];
	for (let after: string | undefined = ""; after !== undefined && items.length < mostListed; ) {
		const asked = new URLSearchParams({ limit: "1000", after, ...defined({ query }) });
		const page: { items: ShownArticle[]; next?: string } = await ask(`/api/v1/articles?${asked}`);
		items.push(...page.items);
		after = page.next;
	}
	if (asJson) return json({ items });
	const row = (it: ShownArticle): string[] => [it.sku, it.gtin ?? "", it.unit, it.name, it.brand ?? ""];
	say(items.length === 0 ? "no article fits" : table(["sku", "gtin", "sold by", "name", "brand"], items.map(row)));
	return 0;
}
const mostListed = 100_000;

/** Shows, renames or deletes one article, changes its unit, or takes a barcode away from it. */
export async function hqArticle(ask: AskOffice, words: string[], asJson: boolean, usage: string): Promise<number> {
	const [sku, act, ...rest] = words;
	if (sku === undefined) return fail(2, usage);
	const path = `/api/v1/articles/${encodeURIComponent(sku)}`;
	if (act === undefined) {
		const article = await ask<ShownArticle>(path);
		if (asJson) return json(article);
		say(
			table(
				["sku", "gtin", "sold by", "name", "brand"],
				[[article.sku, article.gtin ?? "", article.unit, article.name, article.brand ?? ""]],
			),
		);
		return 0;
	}
	const [word] = rest;
	if (act === "delete" && word === undefined) return deleteArticle(ask, path, asJson);
	if (word === undefined) return fail(2, usage);
	const changes: Readonly<Record<string, () => Promise<EditedArticle>>> = {
		rename: () => ask<EditedArticle>(path, { method: "PATCH", body: { name: rest.join(" ") } }),
		unit: () => ask<EditedArticle>(path, { method: "PATCH", body: { unit: word } }),
		"drop-gtin": () => ask<EditedArticle>(`${path}/gtins/${encodeURIComponent(word)}`, { method: "DELETE" }),
	};
	if (!Object.hasOwn(changes, act)) return fail(2, usage);
	const edited = await changes[act]!();
	if (asJson) return json(edited);
	say(`${edited.sku} is ${edited.name}, sold by ${edited.unit}, barcode ${edited.gtin ?? "none"}; ${edited.stores} stores are told`);
	return 0;
}

async function deleteArticle(ask: AskOffice, path: string, asJson: boolean): Promise<number> {
	const deleted = await ask<DeletedArticle>(path, {
		method: "DELETE",
	});
	if (asJson) return json(deleted);
	say(`${deleted.sku} (${deleted.name}) is deleted: ${deleted.prices} prices end, ${deleted.stores} stores are told`);
	if (deleted.onHand.length > 0) say(`still on hand: ${deleted.onHand.map(({ store, onHand }) => `${store} ${onHand}`).join(", ")}`);
	return 0;
}
