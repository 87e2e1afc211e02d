import { z } from "zod";
import { prefersChinese } from "../../../access/refusals-zh.ts";
import type { HeldPriceRow, ShownHold } from "../../../words/answers/prices.ts";
import { defined } from "../../../words/defined.ts";
import type { HeldPrice } from "../../../words/prices/hold.ts";
import { sayReasons } from "../../../words/sentences/reasons.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { Problem } from "../../problems.ts";
import { json, type Route, route } from "../../route.ts";
import { articleKey, heldPrice, listOf, pricedVersion, priceFreeze } from "../../schemas.ts";
import { sayInChinese } from "../../sentences/sentences-zh.ts";

const reasonIn = z
	.string()
	.trim()
	.min(1)
	.max(200)
	.regex(/^[^\p{Cc}]*$/u, "one line of text");

/** Prices that are kept and do not count, because the guard rails hold them or prices are frozen. */
export function priceHoldRoutes(ledger: DeskLedger): Route[] {
	const { read } = ledger;
	return [
		route({
			method: "GET",
			url: "/api/v1/held-prices",
			room: "prices",
			right: "prices.read",
			summary: "Prices that this store keeps and does not let count, with the guard rails that they exceed, by SKU",
			query: z.strictObject({
				after: z.string().max(64).default(""),
				limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
			}),
			answers: { 200: listOf(heldPrice.extend({ sku: z.string(), name: z.string() })) },
			problems: [400],
			run: ({ query, request }) => {
				const held = read.priceHolds.page(query.after, query.limit);
				const skus = new Set(held.map(({ price }) => price.sku));
				const named = (sku: string): string => read.articles.find(sku)?.name ?? sku;
				const items = held.map((each): HeldPriceRow => ({ sku: each.price.sku, name: named(each.price.sku), ...heldOut(each) }));
				const page = { items, ...(skus.size === query.limit && { next: held.at(-1)!.price.sku }) };
				return json(inReadersWords(page, request.headers["accept-language"]));
			},
		}),
		route({
			method: "GET",
			url: "/api/v1/articles/{sku}/history",
			room: "prices",
			right: "prices.read",
			summary: "The prices of an article that this store knows, newest first: waiting, in force, over or held",
			path: z.strictObject({ sku: articleKey }),
			answers: { 200: z.object({ sku: z.string(), name: z.string(), items: z.array(pricedVersion) }) },
			problems: [404],
			run: ({ path, request }) => {
				const article = read.articles.find(path.sku);
				const sku = article?.sku ?? path.sku;
				const prices = read.prices.history(sku);
				if (!article && prices.length === 0) throw new Problem("article-unknown", `No article has the GTIN or SKU ${path.sku}.`);
				const reasons = new Map(read.priceHolds.of(sku).map((each) => [each.price.version, each]));
				const items = prices.map(({ price: { sku: _, push = null, until = null, ...price }, state }) => {
					const held = reasons.get(price.version);
					return { ...price, until, push, state, ...(held && { heldSince: held.since, reasons: held.reasons }) };
				});
				return json(inReadersWords({ sku, name: article?.name ?? sku, items }, request.headers["accept-language"]));
			},
		}),
		route({
			method: "POST",
			url: "/api/v1/prices/freeze",
			keepsActor: true,
			room: "prices",
			right: "prices.freeze",
			summary: "The kill switch: what is in force stays on labels and at tills until the thaw. The second time answers the first",
			body: z.strictObject({ reason: reasonIn.optional() }),
			answers: { 200: priceFreeze },
			problems: [400, 503],
			run: async ({ body, by }) => json(await ledger.do("freezePrices", { reason: body.reason ?? null }, { actor: by.actor })),
		}),
		route({
			method: "POST",
			url: "/api/v1/prices/thaw",
			keepsActor: true,
			room: "prices",
			right: "prices.freeze",
			summary: "Prices change again: what is due comes into force in the order of its times. Null: they were not frozen",
			answers: { 200: z.object({ since: z.string().nullable() }) },
			problems: [503],
			run: async ({ by }) => json({ since: (await ledger.do("thawPrices", {}, { actor: by.actor }))?.since ?? null }),
		}),
	];
}

/** Why guard rails hold a price, in the reader's language. */
const inReadersWords = (answer: object, accepts: string | undefined): unknown =>
	prefersChinese(accepts) ? sayReasons(answer, sayInChinese) : answer;

export function heldOut({ price, since, reasons }: HeldPrice): ShownHold {
	const { version, kind, amountMinor, currency, from, until = null, push = null } = price;
	const { tier, fromQuantity, multiBuy, onlineAmountMinor } = price;
	const conditions = defined({ tier, fromQuantity, multiBuy, onlineAmountMinor });
	return { version, kind, amountMinor, currency, from, until, push, since, reasons, ...conditions };
}

/** Numbers for `GET /api/v1/store`. */
export const pricesInShort = ({ read }: DeskLedger) => ({
	held: read.priceHolds.count(),
	frozen: read.priceHolds.frozen() ?? null,
	risesWaiting: read.priceRises.count(),
	risesWentOn: read.link.risesWentOn(),
});
