import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Article } from "./plan.ts";
import type { Seeded } from "./seeded.ts";
import type { Plate } from "./serial/plate.ts";
import type { SaleLine, Till } from "./till.ts";

/**
 * People. One comes in every quarter of a minute, walks, takes from a shelf, sometimes puts it back, asks a price
 * at the price checker, and pays at the till what the gateway says it costs. Whoever finds the till without prices
 * leaves the basket standing, and what came from a weighing shelf is put back by the staff.
 */
export interface Shop {
	articles: readonly Article[];
	shelves: readonly { sku: string; plate: Plate; loose: boolean }[];
	/** A price checker at the end of an aisle, if there is one. */
	scanAtPriceChecker?: (code: string) => void;
	till: Till;
	/** Asked each time: the gateway may have moved. */
	pricesUrl: () => string;
	speed: number;
}

export interface Shoppers {
	counts(): { came: number; paid: number; leftWithout: number };
	stop(): Promise<void>;
}

const comesEverySeconds = 15;
const atMostInside = 6;
const walksSeconds = [3, 9] as const;
/** Two hands at one shelf at once cannot be told apart by weight; people wait for each other, at any speed. */
const shelfToOneselfMs = 1_800;
const putsBack = 0.15;
const asksPrice = 0.25;
const takesFromShelf = 0.6;
const handfulMilligrams = [180_000, 900_000] as const;
/** Below this the staff fills the shelf again, so that a demo can run all day. */
const fillWhenUnder = 3;
const fillPieces = 12;
const fillMilligrams = 5_000_000;

const priceAnswer = z.object({ amountMinor: z.number().int() });

interface InBasket {
	article: Article;
	quantity: number;
	putBack(): void;
}

export function startShopping(shop: Shop, luck: Seeded): Shoppers {
	const stopped = new AbortController();
	const counts = { came: 0, paid: 0, leftWithout: 0 };
	const inside = new Set<Promise<void>>();
	const bySku = new Map(shop.articles.map((article) => [article.sku, article]));
	const shelfFreeAtMs = new Map<Plate, number>();

	const pause = (seconds: number): Promise<void> => sleep((seconds * 1_000) / shop.speed, undefined, { signal: stopped.signal });
	const walk = (): Promise<void> => pause(walksSeconds[0] + (walksSeconds[1] - walksSeconds[0]) * luck.fraction());

	const stepUpTo = async (plate: Plate): Promise<void> => {
		const now = performance.now();
		const freeAtMs = Math.max(now, shelfFreeAtMs.get(plate) ?? 0);
		shelfFreeAtMs.set(plate, freeAtMs + shelfToOneselfMs);
		await sleep(freeAtMs - now, undefined, { signal: stopped.signal });
	};

	const takeFromShelf = async (): Promise<InBasket | undefined> => {
		const shelf = luck.oneOf(shop.shelves);
		const article = shelf && bySku.get(shelf.sku);
		if (!shelf || !article) return undefined;
		const { plate } = shelf;
		await stepUpTo(plate);
		if (shelf.loose) {
			if (plate.loadMilligrams() < handfulMilligrams[1]) plate.putMilligrams(fillMilligrams);
			const quantity = plate.takeMilligrams(luck.between(...handfulMilligrams));
			return { article, quantity, putBack: () => plate.putMilligrams(quantity) };
		}
		if (plate.pieces() < fillWhenUnder) {
			plate.put(fillPieces);
			await stepUpTo(plate);
		}
		const quantity = plate.take(luck.chance(0.8) ? 1 : 2);
		return quantity === 0 ? undefined : { article, quantity, putBack: () => plate.put(quantity) };
	};

	const takeElsewhere = (): InBasket | undefined => {
		const article = luck.oneOf(shop.articles);
		if (!article) return undefined;
		const quantity = article.weighed ? luck.between(...handfulMilligrams) : luck.between(1, 3);
		return { article, quantity, putBack: () => {} };
	};

	const goShopping = async (): Promise<void> => {
		const basket: InBasket[] = [];
		const wants = luck.between(1, 6);
		for (let at = 0; at < wants; at++) {
			await walk();
			const taken = luck.chance(takesFromShelf) ? await takeFromShelf() : takeElsewhere();
			if (!taken) continue;
			if (taken.article.gtin && luck.chance(asksPrice)) shop.scanAtPriceChecker?.(taken.article.gtin);
			if (luck.chance(putsBack)) {
				await pause(Math.max(4, (2 * shelfToOneselfMs * shop.speed) / 1_000));
				taken.putBack();
			} else basket.push(taken);
		}
		await walk();
		await pay(basket);
	};

	const pay = async (basket: readonly InBasket[]): Promise<void> => {
		if (basket.length === 0) return;
		const lines: SaleLine[] = [];
		for (const { article, quantity, putBack } of basket) {
			const amountMinor = await askPrice(article.sku);
			if (amountMinor === undefined) putBack();
			else {
				const taken = article.weighed ? { milligrams: quantity } : { quantity };
				lines.push({ sku: article.sku, ...taken, amountMinor: lineAmount(article, quantity, amountMinor) });
			}
		}
		if (lines.length > 0 && shop.till.sell(lines)) counts.paid += 1;
		else counts.leftWithout += 1;
	};

	const askPrice = async (sku: string): Promise<number | undefined> => {
		for (let attempt = 0; attempt < 3; attempt++) {
			try {
				const answer = await fetch(`${shop.pricesUrl()}/${encodeURIComponent(sku)}`, {
					signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(3_000)]),
				});
				if (answer.ok) return priceAnswer.parse(await answer.json()).amountMinor;
				if (answer.status === 404) return undefined;
			} catch {
				if (stopped.signal.aborted) return undefined;
			}
			await pause(2);
		}
		return undefined;
	};

	const openDoors = async (): Promise<void> => {
		for (;;) {
			await pause(-Math.log(1 - luck.fraction()) * comesEverySeconds);
			if (inside.size >= atMostInside) continue;
			counts.came += 1;
			const visit = goShopping().catch(goneHome);
			inside.add(visit);
			void visit.finally(() => inside.delete(visit));
		}
	};
	const goneHome = (error: unknown): void => {
		if (!stopped.signal.aborted) throw error;
	};
	const doors = openDoors().catch(goneHome);

	return {
		counts: () => ({ ...counts }),
		async stop() {
			stopped.abort();
			await Promise.allSettled([doors, ...inside]);
		},
	};
}

/** A price is for a piece, or for a kilogram of what is weighed. */
function lineAmount(article: Article, quantity: number, amountMinor: number): number {
	return article.weighed ? Math.round((amountMinor * quantity) / 1_000_000) : amountMinor * quantity;
}
