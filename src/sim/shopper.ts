import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Article } from "./plan.ts";
import type { Seeded } from "./seeded.ts";
import type { Plate } from "./serial/plate.ts";
import type { SaleLine, Till } from "./till.ts";

/**
 * Shoppers. One comes every quarter of a minute, walks, takes from a shelf, sometimes puts it back, asks a price at the price checker, and
 * pays at the till what the gateway says it costs. Without prices at the till they leave the basket, and the staff puts back what came from
 * a weighing shelf.
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
/** Two people at one shelf at once cannot be told apart by weight, so they wait for each other, at any speed. */
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

/** The state of the shop's visitors. */
interface People {
	shop: Shop;
	luck: Seeded;
	stopped: AbortController;
	counts: { came: number; paid: number; leftWithout: number };
	inside: Set<Promise<void>>;
	bySku: ReadonlyMap<string, Article>;
	shelfFreeAtMs: Map<Plate, number>;
}

export function startShopping(shop: Shop, luck: Seeded): Shoppers {
	const people: People = {
		shop,
		luck,
		stopped: new AbortController(),
		counts: { came: 0, paid: 0, leftWithout: 0 },
		inside: new Set<Promise<void>>(),
		bySku: new Map(shop.articles.map((article) => [article.sku, article])),
		shelfFreeAtMs: new Map<Plate, number>(),
	};
	const doors = openDoors(people).catch((error) => goneHome(people, error));
	return {
		counts: () => ({ ...people.counts }),
		async stop() {
			people.stopped.abort();
			await Promise.allSettled([doors, ...people.inside]);
		},
	};
}

function pause(people: People, seconds: number): Promise<void> {
	return sleep((seconds * 1_000) / people.shop.speed, undefined, { signal: people.stopped.signal });
}

function walk(people: People): Promise<void> {
	return pause(people, walksSeconds[0] + (walksSeconds[1] - walksSeconds[0]) * people.luck.fraction());
}

async function stepUpTo(people: People, plate: Plate): Promise<void> {
	const now = performance.now();
	const freeAtMs = Math.max(now, people.shelfFreeAtMs.get(plate) ?? 0);
	people.shelfFreeAtMs.set(plate, freeAtMs + shelfToOneselfMs);
	await sleep(freeAtMs - now, undefined, { signal: people.stopped.signal });
}

async function takeFromShelf(people: People): Promise<InBasket | undefined> {
	const shelf = people.luck.oneOf(people.shop.shelves);
	const article = shelf && people.bySku.get(shelf.sku);
	if (!shelf || !article) return undefined;
	const { plate } = shelf;
	await stepUpTo(people, plate);
	if (shelf.loose) {
		if (plate.loadMilligrams() < handfulMilligrams[1]) plate.putMilligrams(fillMilligrams);
		const quantity = plate.takeMilligrams(people.luck.between(...handfulMilligrams));
		return { article, quantity, putBack: () => plate.putMilligrams(quantity) };
	}
	if (plate.pieces() < fillWhenUnder) {
		plate.put(fillPieces);
		await stepUpTo(people, plate);
	}
	const quantity = plate.take(people.luck.chance(0.8) ? 1 : 2);
	return quantity === 0 ? undefined : { article, quantity, putBack: () => plate.put(quantity) };
}

function takeElsewhere(people: People): InBasket | undefined {
	const article = people.luck.oneOf(people.shop.articles);
	if (!article) return undefined;
	const quantity = article.weighed ? people.luck.between(...handfulMilligrams) : people.luck.between(1, 3);
	return { article, quantity, putBack: () => {} };
}

async function goShopping(people: People): Promise<void> {
	const basket: InBasket[] = [];
	const wants = people.luck.between(1, 6);
	for (let at = 0; at < wants; at++) {
		await walk(people);
		const taken = people.luck.chance(takesFromShelf) ? await takeFromShelf(people) : takeElsewhere(people);
		if (!taken) continue;
		if (taken.article.gtin && people.luck.chance(asksPrice)) people.shop.scanAtPriceChecker?.(taken.article.gtin);
		if (people.luck.chance(putsBack)) {
			await pause(people, Math.max(4, (2 * shelfToOneselfMs * people.shop.speed) / 1_000));
			taken.putBack();
		} else basket.push(taken);
	}
	await walk(people);
	await pay(people, basket);
}

async function pay(people: People, basket: readonly InBasket[]): Promise<void> {
	if (basket.length === 0) return;
	const lines: SaleLine[] = [];
	for (const { article, quantity, putBack } of basket) {
		const amountMinor = await askPrice(people, article.sku);
		if (amountMinor === undefined) putBack();
		else {
			const taken = article.weighed ? { milligrams: quantity } : { quantity };
			lines.push({ sku: article.sku, ...taken, amountMinor: lineAmount(article, quantity, amountMinor) });
		}
	}
	if (lines.length > 0 && people.shop.till.sell(lines)) people.counts.paid += 1;
	else people.counts.leftWithout += 1;
}

async function askPrice(people: People, sku: string): Promise<number | undefined> {
	for (let attempt = 0; attempt < 3; attempt++) {
		try {
			const answer = await fetch(`${people.shop.pricesUrl()}/${encodeURIComponent(sku)}`, {
				signal: AbortSignal.any([people.stopped.signal, AbortSignal.timeout(3_000)]),
			});
			if (answer.ok) return priceAnswer.parse(await answer.json()).amountMinor;
			if (answer.status === 404) return undefined;
		} catch {
			if (people.stopped.signal.aborted) return undefined;
		}
		await pause(people, 2);
	}
	return undefined;
}

async function openDoors(people: People): Promise<void> {
	for (;;) {
		await pause(people, -Math.log(1 - people.luck.fraction()) * comesEverySeconds);
		if (people.inside.size >= atMostInside) continue;
		people.counts.came += 1;
		const visit = goShopping(people).catch((error) => goneHome(people, error));
		people.inside.add(visit);
		void visit.finally(() => people.inside.delete(visit));
	}
}

function goneHome(people: People, error: unknown): void {
	if (!people.stopped.signal.aborted) throw error;
}

/** A price is for a piece, or for a kilogram of what is weighed. */
function lineAmount(article: Article, quantity: number, amountMinor: number): number {
	return article.weighed ? Math.round((amountMinor * quantity) / 1_000_000) : amountMinor * quantity;
}
