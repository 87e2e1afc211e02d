/** The cost of a basket's lines: computed each time from the prices that count, as everywhere else (`charged`). */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { Article } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import type { EffectivePrice } from "../../words/prices/price.ts";
import { stopOf } from "../../words/streams/stop-sale.ts";
import type { Basket, BasketLine, BasketStop, BasketView, LineView } from "../../words/tills/basket.ts";
import { judgeWeight, linesText, type WeightView } from "../../words/tills/plate.ts";
import { type Moment, priceInstantOf, wallText } from "../../words/time.ts";
import { pointsView } from "../members/points.ts";
import { couponViews } from "./basket-coupons.ts";

export type Reading = Pick<Book, "articles" | "coupons" | "points" | "prices" | "priceHolds" | "stopSales" | "link">;

/** Throws price-unknown where an article has no price any more, basket-currency where prices are in two currencies. */
export function viewBasket(book: Reading, basket: Basket, now: Moment): BasketView {
	if (basket.settled) return basket.settled.view;
	const { id, till, state, lines, member, age } = basket;
	const sharesOf = pieceShares(book, basket, now);
	const priced = lines.map((line) => priceLine(book, basket, line, sharesOf, now));
	const currencies = new Set(priced.map(({ currency }) => currency));
	if (currencies.size > 1) throw new LedgerRefusal("basket-currency", `Prices in ${[...currencies].join(" and ")} do not add up.`);
	const depositMinor = priced.reduce((sum, { view }) => sum + (view.depositMinor ?? 0), 0);
	const goodsMinor = priced.reduce((sum, { view }) => sum + view.amountMinor, 0);
	const views = priced.map(({ view }) => view);
	const coupons = couponViews(book, basket, views);
	const currency = priced[0]?.currency ?? null;
	const offMinor = coupons.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
	const points = pointsView(book, basket, { lines: views, offMinor, currency }, now);
	return {
		id,
		till,
		state,
		lines: views,
		coupons,
		...defined({ member, points, age, weight: weightOf(book, basket, views) }),
		currency,
		depositMinor,
		totalMinor: goodsMinor + depositMinor - offMinor - (points?.amountMinor ?? 0),
	};
}

function weightOf(book: Reading, { lines, weight, plate }: Basket, views: readonly LineView[]): WeightView | undefined {
	if (!weight && !plate) return undefined;
	const felt = views.map(({ line, sku, unit, quantity }) => {
		if (unit === "milligram") return { line, milligrams: quantity };
		const { pieceMilligrams, pieceToleranceMilligrams } = book.articles.bySku(sku) ?? {};
		return { line, pieces: quantity, ...defined({ milligrams: pieceMilligrams, toleranceMilligrams: pieceToleranceMilligrams }) };
	});
	return judgeWeight(felt, { weighing: weight, text: linesText(lines), isAsked: plate === true });
}

interface Shares {
	price: EffectivePrice;
	/** Of each line of the article, by its number. */
	amounts: Map<number, number>;
}

/**
 * Pieces of one article that stand in several lines (of several lots) are priced together, so that "2 for 3.00" counts across them; each
 * line gets its share by its pieces.
 */
function pieceShares(book: Reading, { lines, member }: Basket, now: Moment): (sku: string) => Shares {
	const known = new Map<string, Shares>();
	return (sku) => {
		const found = known.get(sku);
		if (found) return found;
		const own = lines.filter((line) => line.sku === sku && isByPiece(line));
		const pieces = own.reduce((sum, { quantity }) => sum + quantity!, 0);
		const price = priceOf(book, sku, now, { quantity: pieces, tier: member?.tier });
		const total = price.total!.amountMinor;
		const amounts = new Map<number, number>();
		let before = 0;
		for (const { line, quantity } of own) {
			const upTo = (count: number): number => Math.round((total * count) / pieces);
			amounts.set(line, upTo(before + quantity!) - upTo(before));
			before += quantity!;
		}
		known.set(sku, { price, amounts });
		return known.get(sku)!;
	};
}

export const isByPiece = ({ milligrams, labelAmountMinor }: BasketLine): boolean =>
	milligrams === undefined && labelAmountMinor === undefined;

function priceOf(book: Reading, sku: string, now: Moment, asked: { quantity?: number; tier: string | undefined }): EffectivePrice {
	const price = book.prices.charged(sku, priceInstantOf(now, book), asked);
	if (!price) throw new LedgerRefusal("price-unknown", `${book.articles.bySku(sku)?.name ?? sku} has no price.`);
	return price;
}

const milligramsPerKilogram = 1_000_000;

function priceLine(
	book: Reading,
	{ member, age }: Basket,
	line: BasketLine,
	sharesOf: (sku: string) => Shares,
	now: Moment,
): { view: LineView; currency: string } {
	const article = book.articles.bySku(line.sku);
	const { sku } = line;
	const minimumAge = article?.minimumAge || undefined;
	const isTooYoung = minimumAge !== undefined && (age?.minimumAge ?? 0) < minimumAge;
	const stop = stopOfLine(book, line, article, now) ?? (isTooYoung ? ("age" as const) : undefined);
	const head = { line: line.line, sku, name: article?.name ?? sku, ...defined({ minimumAge, stop }) };
	if (isByPiece(line)) {
		const { price, amounts } = sharesOf(sku);
		const depositMinor = (article?.depositMinor ?? 0) * line.quantity!;
		const amounted = { quantity: line.quantity!, unit: "piece" as const, amountMinor: amounts.get(line.line)!, why: price.why };
		return { view: { ...head, ...amounted, ...(depositMinor > 0 && { depositMinor }) }, currency: price.currency };
	}
	const price = priceOf(book, sku, now, { tier: member?.tier });
	if (line.labelAmountMinor !== undefined) {
		const why = "This piece's own label says what it costs.";
		const weighed = article?.weighed === true;
		const milligrams = line.milligrams ?? Math.round((line.labelAmountMinor * milligramsPerKilogram) / Math.max(1, price.amountMinor));
		const amounted = { quantity: weighed ? milligrams : (line.quantity ?? 1), unit: weighed ? ("milligram" as const) : ("piece" as const) };
		return { view: { ...head, ...amounted, amountMinor: line.labelAmountMinor, why }, currency: price.currency };
	}
	const amountMinor = Math.round((price.amountMinor * line.milligrams!) / milligramsPerKilogram);
	return { view: { ...head, quantity: line.milligrams!, unit: "milligram", amountMinor, why: price.why }, currency: price.currency };
}

function stopOfLine(book: Reading, line: BasketLine, article: Article | undefined, now: Moment): BasketStop | undefined {
	if (stopOf(book.stopSales.of(article, line.gtin), line.lot)) return "recall";
	// A box that does not know the day stops no goods for their expiry date.
	if (line.lastDay === undefined || now.quality === "guess") return undefined;
	return line.lastDay.slice(0, 10) < wallText(now.wall, book.link.timeZone()).slice(0, 10) ? "expired" : undefined;
}
