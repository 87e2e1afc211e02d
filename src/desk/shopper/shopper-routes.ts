import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { type Article, asGtin14 } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import { stopOf } from "../../words/streams/stop-sale.ts";
import { priceInstantOf } from "../../words/time.ts";
import type { DeskLedger } from "../ledger-view.ts";
import { Problem } from "../problems.ts";
import { type Answer, json, type Route, route } from "../route.ts";
import { type Shown, type ShownStock, shopperPage, shopperPagePolicy, unknownPage } from "./shopper-page.ts";
import { shopperLanguage } from "./shopper-words.ts";

const gtin = z.string().regex(/^\d{8}$|^\d{12,14}$/, "8, 12, 13 or 14 digits");
const element = z.string().min(1).max(90);
const paths = [
	{ url: "/01/{gtin}", path: z.strictObject({ gtin }) },
	{ url: "/01/{gtin}/10/{lot}", path: z.strictObject({ gtin, lot: element }) },
	{ url: "/01/{gtin}/21/{serial}", path: z.strictObject({ gtin, serial: element }) },
	{ url: "/01/{gtin}/10/{lot}/21/{serial}", path: z.strictObject({ gtin, lot: element, serial: element }) },
] as const;

const html = "text/html; charset=utf-8";

/**
 * The page behind a label's code, whose address is a GS1 Digital Link. Anybody may read it, because shoppers have no account: it
 * shows what the shelf shows, and how many pieces a shopper may take. Attributes in the query (best before, price) are allowed by
 * the standard and have no effect.
 */
export function shopperRoutes(ledger: DeskLedger): Route[] {
	return paths.map(({ url, path }) =>
		route({
			method: "GET",
			url,
			room: "shoppers",
			right: "anyone",
			summary: "The page behind a label's code (GS1 Digital Link): price, unit price, stock with its age; as JSON where it is asked for",
			path: path as z.ZodObject,
			query: z.looseObject({}),
			answers: { 200: html },
			problems: [400, 404],
			run: ({ path, request }) => answer(ledger, path as { gtin: string; lot?: string }, request),
		}),
	);
}

function answer(ledger: DeskLedger, asked: { gtin: string; lot?: string }, request: FastifyRequest): Answer {
	const language = shopperLanguage(request.headers["accept-language"]);
	const headers = { "content-security-policy": shopperPagePolicy, vary: "accept, accept-language" };
	const shown = shownOf(ledger, asked.gtin, asked.lot);
	if (/application\/(?:ld\+)?json/.test(request.headers.accept ?? "") && !/text\/html/.test(request.headers.accept ?? ""))
		return json(inJson(shown ?? unknownArticle(asked.gtin)));
	if (!shown) return { status: 404, bytes: unknownPage(asked.gtin, language), mediaType: html, headers };
	const page = shopperPage(shown, { language, timeZone: ledger.read.link.timeZone() });
	return { status: 200, bytes: page, mediaType: html, headers };
}

function unknownArticle(gtin: string): never {
	throw new Problem("article-unknown", `No article has the GTIN ${gtin}.`);
}

/** Undefined: no article of this store has the barcode. */
function shownOf({ read, now }: DeskLedger, code: string, lot: string | undefined): Shown | undefined {
	const gtin = asGtin14(code)!;
	const article = read.articles.find(gtin);
	const stop = stopOf(read.stopSales.of(article, gtin), lot);
	if (!article) return stop && { gtin, name: code, recall: stop.reason };
	const price = read.prices.charged(article.sku, priceInstantOf(now(), read));
	const { name, brand, netContent } = article;
	return {
		...{ gtin, name },
		...defined({ brand, netContent }),
		...(price && { price }),
		...(stop ? { recall: stop.reason } : { stock: stockOf(read, article) }),
	};
}

/** On hand, without pieces picked for or promised to orders. */
function stockOf(read: DeskLedger["read"], { sku, weighed }: Article): ShownStock {
	const held = read.stock.onHand(sku);
	if (!held) return { unit: weighed ? "milligram" : "piece", quantity: 0, asOf: null };
	const { unit, onHand, staged, reserved, countedAt, lastMovementAt, needsCount } = held;
	const asOf =
		[countedAt, lastMovementAt]
			.filter((at) => at !== null)
			.sort()
			.at(-1) ?? null;
	return { unit, quantity: Math.max(0, onHand - staged - reserved), asOf, ...(needsCount && { needsCount }) };
}

function inJson({ gtin, name, price, stock, recall }: Shown): object {
	const amounts = price && {
		...{ amountMinor: price.amountMinor, currency: price.currency, kind: price.kind, unitPrice: price.unitPrice },
		...{ priorPrice: price.priorPrice, until: price.until, depositMinor: price.depositMinor, multiBuy: price.multiBuy },
		...{ memberPrices: price.memberPrices, quantityPrices: price.quantityPrices },
	};
	return { gtin, name, price: recall === undefined ? (amounts ?? null) : null, stock: stock ?? null, recall: recall ?? null };
}
