/** The articles of the store as this device knows them: without a network it still knows an article's name and unit. */
import { type Article, asGtin14, barcodesOf } from "../../../words/article.ts";
import { gateway } from "./gateway.ts";
import { heard, keepHeard } from "./kept.ts";
import { change } from "./state.ts";

export type KnownArticle = Pick<Article, "sku" | "name" | "gtin" | "gtins" | "weighed" | "netContent">;

/** A large store has some 30,000 articles. */
const articlesMost = 60_000;
const freshForMs = 10 * 60_000;

let bySku = new Map<string, KnownArticle>();
let byBarcode = new Map<string, string>();
let readAtMs = 0;
let reading = false;

function take(items: KnownArticle[]): void {
	bySku = new Map(items.map((article) => [article.sku, article]));
	byBarcode = new Map(items.flatMap((article) => [...barcodesOf(article)].map((code) => [code, article.sku] as const)));
	change({ knowsArticles: true });
}

export async function openArticles(): Promise<void> {
	const kept = await heard<{ atMs: number; items: KnownArticle[] }>("articles");
	if (kept && bySku.size === 0) {
		take(kept.items);
		readAtMs = kept.atMs;
	}
}

/** Reads all articles again when those of this device are older than ten minutes. */
export async function refreshArticles(): Promise<void> {
	if (reading || Math.abs(Date.now() - readAtMs) < freshForMs) return;
	reading = true;
	try {
		const items: KnownArticle[] = [];
		for (let after = ""; items.length < articlesMost; ) {
			const page = await gateway.articlePage(after);
			for (const { sku, name, gtin, gtins, weighed, netContent } of page.items)
				items.push(JSON.parse(JSON.stringify({ sku, name, gtin, gtins, weighed, netContent })) as KnownArticle);
			if (page.next === undefined) break;
			after = String(page.next);
		}
		take(items);
		readAtMs = Date.now();
		await keepHeard("articles", { atMs: readAtMs, items });
	} finally {
		reading = false;
	}
}

/** By SKU or barcode. */
export function knownArticle(key: string): KnownArticle | undefined {
	const gtin = asGtin14(key);
	return bySku.get(key) ?? bySku.get((gtin && byBarcode.get(gtin)) ?? "");
}

const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Articles whose names hold every word, for somebody who types instead of scanning. */
export function articlesNamed(text: string, most: number): KnownArticle[] {
	const words = folded(text).split(/\s+/).filter(Boolean);
	const found: KnownArticle[] = [];
	if (words.length === 0) return found;
	for (const article of bySku.values()) {
		const name = folded(article.name);
		if (words.every((word) => name.includes(word)) && found.push(article) === most) break;
	}
	return found;
}

/** The article of a code: as this device knows it, else as the gateway does. Undefined: nobody knows it, or there is no network. */
export async function articleOf(key: string): Promise<KnownArticle | undefined> {
	const known = knownArticle(key);
	if (known) return known;
	const found = await gateway.article(asGtin14(key) ?? key).catch(() => undefined);
	if (found) {
		bySku.set(found.sku, found);
		for (const code of barcodesOf(found)) byBarcode.set(code, found.sku);
	}
	return found;
}
