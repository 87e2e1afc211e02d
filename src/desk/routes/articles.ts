import { setImmediate as turn } from "node:timers/promises";
import { z } from "zod";
import type { Article } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import { stopOf } from "../../words/streams/stop-sale.ts";
import { priceInstantOf } from "../../words/time.ts";
import { instantOfText } from "../../words/wall-time.ts";
import type { DeskLedger } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { Problem } from "../problems.ts";
import { json, page, type Route, route } from "../route.ts";
import { article, articleKey, effectivePrice, instantOrWallIn, listOf, movement, movementIn, onHand } from "../schemas.ts";
import { heldOut } from "./prices/holds.ts";

const byKey = z.strictObject({ gtinOrSku: articleKey });

/** Articles, prices and stock. */
export function articleRoutes(ledger: DeskLedger): Route[] {
	return [findArticles(ledger), showArticle(ledger), showPrice(ledger), showStock(ledger), recordMovement(ledger)];
}

function findArticles({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/articles",
		room: "prices",
		summary: "Articles by SKU; `query` finds them by words of their name, or by the beginning of SKU or GTIN",
		right: "prices.read",
		query: z.strictObject({
			query: z.string().trim().min(1).max(100).optional(),
			after: z.string().max(64).default(""),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
		}),
		answers: { 200: listOf(article) },
		problems: [400],
		run: async ({ query }) => json(await foundArticles(read.articles, query)),
	});
}

function showArticle({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/articles/{sku}",
		room: "prices",
		summary: "One article, by SKU or GTIN",
		right: "prices.read",
		path: z.strictObject({ sku: articleKey }),
		answers: { 200: article },
		problems: [404],
		run: ({ path }) => {
			const found = read.articles.find(path.sku);
			if (!found) throw new Problem("article-unknown", `No article has the GTIN or SKU ${path.sku}.`);
			return json(found);
		},
	});
}

function showPrice(ledger: DeskLedger): Route {
	const { read } = ledger;
	return route({
		method: "GET",
		url: "/api/v1/prices/{gtinOrSku}",
		room: "prices",
		right: "prices.read",
		summary: "What the till charges for an article, now or at a time, anybody or a member, for one or several pieces, and why",
		path: byKey,
		query: z.strictObject({
			at: z.preprocess(spaceWasPlus, instantOrWallIn).optional(),
			tier: z.string().min(1).max(64).optional(),
			quantity: z.coerce.number().int().min(1).max(1_000_000).optional(),
			lot: z.string().min(1).max(64).optional(),
		}),
		answers: { 200: effectivePrice },
		problems: [400, 404, 409],
		run: ({ path, query: { lot, ...query } }) => {
			const article = read.articles.find(path.gtinOrSku);
			const recalledLots = lotsUnderRecall(read, article, path.gtinOrSku, lot);
			const asked = query.at;
			const frozenSince = read.priceHolds.frozen()?.since;
			const now = priceInstantOf(ledger.now(), read);
			const at = asked === undefined ? now : instantOfText(asked, read.link.timeZone(), "from");
			const sku = article?.sku ?? path.gtinOrSku;
			const price = asked === undefined ? read.prices.charged(sku, at, query) : read.prices.effective(sku, at, query);
			const held = read.priceHolds.of(sku);
			const isFrozen = frozenSince !== undefined && at >= frozenSince;
			if (price)
				return json({
					...price,
					...(held.length > 0 && { held: held.map(heldOut) }),
					...(isFrozen && { frozenSince }),
					...(recalledLots.length > 0 && { recalledLots }),
				});
			if (!article) throw new Problem("article-unknown", `No article has the GTIN or SKU ${path.gtinOrSku}.`);
			const why = held.length > 0 ? ` One is held by this store's guard rails: ${held[0]!.reasons[0]?.reason ?? ""}` : "";
			throw new Problem("price-unknown", `${article.name} (${article.sku}) has no price at ${at}.${why}`);
		},
	});
}

/** Throws where the sale of the article or of this lot is stopped; else returns the lots whose sale is. */
function lotsUnderRecall(read: DeskLedger["read"], article: Article | undefined, gtinOrSku: string, lot: string | undefined): string[] {
	const stops = read.stopSales.of(article, /^\d{8,14}$/.test(gtinOrSku) ? gtinOrSku.padStart(14, "0") : undefined);
	const stop = stopOf(stops, lot);
	if (stop) throw new Problem("article-recalled", `${article?.name ?? gtinOrSku} is recalled (${stop.id}): ${stop.reason}.`);
	return stops.flatMap((each) => each.lot ?? []);
}

function showStock({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/stock/{gtinOrSku}",
		room: "stock",
		right: "stock.read",
		summary: "On hand, lent to HQ and available, with the newest movements behind it",
		path: byKey,
		query: z.strictObject({ movements: z.coerce.number().int().min(0).max(200).default(20) }),
		answers: { 200: onHand.extend({ movements: z.array(movement) }) },
		problems: [400, 404],
		run: ({ path, query }) => {
			const article = read.articles.find(path.gtinOrSku);
			const sku = article?.sku ?? path.gtinOrSku;
			const movements = query.movements > 0 ? read.stock.movements(sku, query.movements) : [];
			const held = read.stock.onHand(sku);
			if (held) return json({ ...held, movements });
			if (!article) throw new Problem("article-unknown", `No article has the GTIN or SKU ${path.gtinOrSku}.`);
			// An article that never moved is on hand zero times; a 404 would read as "not sold here".
			const unit = article.weighed ? "milligram" : "piece";
			const none = { onHand: 0, staged: 0, granted: 0, reserved: 0, available: 0, countedAt: null, lastMovementAt: null };
			return json({ sku, gtin: article.gtin ?? null, name: article.name, unit, ...none, movements });
		},
	});
}

function recordMovement(ledger: DeskLedger): Route {
	return route({
		method: "POST",
		url: "/api/v1/stock/movements",
		keepsActor: true,
		room: "stock",
		right: "stock.write",
		summary: "Records a movement; the same id again changes nothing and answers 200",
		body: movementIn,
		answers: { 201: recorded, 200: recorded },
		problems: [400, 404, 409, 503],
		run: async ({ body, by }) => {
			const { reference, ...rest } = body;
			const result = await ledger.do("recordMovement", { ...rest, ...defined({ reference }) }, { actor: by.actor });
			const stored = ledger.read.stock.movement(body.id) ?? { ...body, origin: "store" as const };
			return json({ id: body.id, duplicate: result.duplicate, movement: stored, stock: result.onHand }, result.duplicate ? 200 : 201);
		},
	});
}

/** A text without accents, in lower case. */
const folded = (text: string): string =>
	text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d").replaceAll("Đ", "D").toLowerCase();

/**
 * Matches where every word begins a word of the name, or the whole query begins the SKU or GTIN. Reads all articles: a store has
 * some ten thousand.
 */
async function foundArticles(
	articles: DeskLedger["read"]["articles"],
	{ query, after, limit }: { query?: string | undefined; after: string; limit: number },
): Promise<{ items: Article[]; next?: string }> {
	if (query === undefined)
		return page(soldAfter(articles, after, limit + 1), limit, ({ sku }) => sku) as { items: Article[]; next?: string };
	const words = folded(query).split(/\s+/);
	const fits = ({ sku, gtin, name }: Article): boolean => {
		if (
			folded(sku).startsWith(words.join(" ")) ||
			(/^\d{4,}$/.test(query) && gtin?.replace(/^0+/, "").startsWith(query.replace(/^0+/, "")))
		)
			return true;
		const text = folded(name);
		return words.every((word) => text.startsWith(word) || text.includes(` ${word}`) || (word.length > 2 && text.includes(word)));
	};
	const items: Article[] = [];
	let at = after;
	for (let looked = 0; looked < limits.articlesLookedAt; looked += limits.pageMost) {
		const some = articles.page(at, limits.pageMost);
		for (const each of some) {
			at = each.sku;
			if (each.gone || !fits(each)) continue;
			items.push(each);
			if (items.length === limit) return { items, next: at };
		}
		if (some.length < limits.pageMost) break;
		await turn();
	}
	return { items };
}

/** Without articles that head office deleted. */
function soldAfter(articles: DeskLedger["read"]["articles"], after: string, limit: number): Article[] {
	const items: Article[] = [];
	for (let at = after; items.length < limit; ) {
		const some = articles.page(at, limit);
		items.push(...some.filter(({ gone }) => !gone));
		if (some.length < limit) break;
		at = some.at(-1)!.sku;
	}
	return items.slice(0, limit);
}

const recorded = z.object({ id: z.string(), duplicate: z.boolean(), movement, stock: onHand });

/** An unescaped `+02:00` in a query arrives with a space for `+`; a time has no spaces otherwise. */
function spaceWasPlus(text: unknown): unknown {
	return typeof text === "string" ? text.replace(/ (?=\d\d:\d\d$)/, "+") : text;
}
