import { z } from "zod";
import type { AmountOfKind, ChangedPrice } from "../../../words/answers/prices.ts";
import { priceKinds } from "../../../words/prices/price.ts";
import { priceInstantOf, sureInstantOf } from "../../../words/time.ts";
import { instantOfText, instantOfWall, wallOfInstant } from "../../../words/wall-time.ts";
import { newestEvents, testOf } from "../../event-search.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { json, page, type Route, route } from "../../route.ts";
import { instantOrWallIn, instantOut, integer, listOf, noted } from "../../schemas.ts";

const dayMs = 86_400_000;
/** Changes are listed from this time of the day before, unless `since` is given: what came into force after it came overnight. */
const eveningBefore = "18:00";

const amount: z.ZodType<AmountOfKind> = z.object({ kind: z.enum(priceKinds), amountMinor: integer, currency: z.string() });
const change: z.ZodType<ChangedPrice> = z.object({
	sku: z.string(),
	name: z.string(),
	at: noted(instantOut, "When the newest of its changes came into force"),
	before: noted(amount.nullable(), "What counted at `since`; null: it had no price, or that price is forgotten"),
	now: noted(amount, "What the till charges: also while the clock is a guess, prices are frozen or a rise waits for the shelf"),
	labels: noted(z.object({ total: integer, shown: integer }), "Labels of the article, and how many of them have confirmed their picture"),
});

/** Prices that are others than they were: for the person who opens the store in the morning. */
export function priceChangeRoute(ledger: DeskLedger): Route {
	const { read } = ledger;
	return route({
		method: "GET",
		url: "/api/v1/price-changes",
		room: "prices",
		right: "prices.read",
		summary: "Articles whose price is another one than at `since` (default: 18:00 of the day before, by the store's clock), by SKU",
		query: z.strictObject({
			since: instantOrWallIn.optional(),
			after: z.string().max(64).default(""),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
		}),
		answers: { 200: listOf(change).extend({ since: instantOut }) },
		problems: [400],
		run: async ({ query }) => {
			const timeZone = read.link.timeZone();
			const now = priceInstantOf(ledger.now(), read);
			const since =
				query.since === undefined ? eveningOf(sureInstantOf(ledger.now(), read), timeZone) : instantOfText(query.since, timeZone, "from");
			const test = testOf({ types: ["price.activated"], since })!;
			const at = new Map<string, string>();
			for (const event of await newestEvents(read.events, test, limits.eventsLookedAt))
				if (event.type === "price.activated") at.set(event.sku, event.at);
			const skus = [...at.keys()].filter((sku) => sku > query.after).sort();
			const items: ChangedPrice[] = [];
			for (const sku of skus) {
				const found = read.prices.charged(sku, now);
				if (!found) continue;
				const [was, is] = [amountOf(read.prices.effective(sku, since)), amountOf(found)!];
				if (was && was.amountMinor === is.amountMinor && was.currency === is.currency && was.kind === is.kind) continue;
				const labels = read.labels.forSku(sku);
				const shown = labels.filter(({ state }) => state === "SHOWN").length;
				items.push({ sku, name: found.name ?? sku, at: at.get(sku)!, before: was, now: is, labels: { total: labels.length, shown } });
				if (items.length > query.limit) break;
			}
			return json({ since, ...page(items, query.limit, ({ sku }) => sku) });
		},
	});
}

function amountOf(price: AmountOfKind | undefined): AmountOfKind | null {
	return price ? { kind: price.kind, amountMinor: price.amountMinor, currency: price.currency } : null;
}

function eveningOf(now: string, timeZone: string): string {
	const yesterday = wallOfInstant(new Date(Date.parse(now) - dayMs).toISOString(), timeZone).slice(0, 10);
	return instantOfWall(`${yesterday}T${eveningBefore}`, timeZone, "from");
}
