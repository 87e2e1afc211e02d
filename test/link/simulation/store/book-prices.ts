import type { Book } from "../../../../src/ledger/ledger.ts";
import { countingAmong } from "../../../../src/words/prices/advantages.ts";
import { effectivePrice } from "../../../../src/words/prices/effective.ts";
import type { Price } from "../../../../src/words/prices/price.ts";
import { leastOf } from "../../../../src/words/prices/rise.ts";
import { isInForce, sideOf } from "../../../../src/words/prices/which-counts.ts";
import { priceKey as keyOf, type PriceRow, termsOf } from "./book-snapshots.ts";
import { pricesIn, type StoreState, winningIn } from "./book-state.ts";

/** What src/ledger/tables/prices/prices.ts does in SQL, over the model's map. */
export function modelPrices(
	tables: () => StoreState,
	put: <V>(rows: Map<string, V>, key: string, value: V) => void,
): Omit<Book["prices"], "history"> {
	const pricesOf = (sku: string): PriceRow[] => pricesIn(tables(), sku);
	const isNewer =
		(price: Price) =>
		({ price: known }: PriceRow): boolean =>
			sideOf(known) === sideOf(price) && known.version >= price.version;
	const winning = (sku: string, at: string): Price | undefined => winningIn(tables(), sku, at);
	const standing = (sku: string, at: string): Price[] =>
		countingAmong(pricesOf(sku).flatMap(({ price, state }) => (state !== 3 && isInForce(price, at) ? [price] : [])));
	const chargeable = (sku: string, at: string): Price[][] => {
		const put = pricesOf(sku).flatMap(({ price, state }) => (state === 1 ? [price] : []));
		const byState = [put, put.filter((price) => isInForce(price, at))].map(countingAmong);
		return [standing(sku, at), ...byState, ...(tables().rises.get(sku)?.floors ?? [])];
	};
	return {
		winning,
		chargeable,
		chargedPrice: (sku, at) => leastOf(chargeable(sku, at), {})?.charge.price,
		charged(sku, at, asked = {}) {
			const least = leastOf(chargeable(sku, at), asked);
			return least && effectivePrice(sku, undefined, least.counting, asked);
		},
		hasConditions: (sku) => pricesOf(sku).some(({ price }) => sideOf(price) !== ""),
		of: (sku) =>
			pricesOf(sku)
				.map((row) => row.price)
				.sort((a, b) => a.version - b.version),
		effective(sku, at) {
			const price = winning(sku, at);
			return price && effectivePrice(sku, undefined, [price], {});
		},
		standing,
		counting: (sku) => pricesOf(sku).flatMap(({ price, state }) => (state === 3 ? [] : [{ price, isInForce: state === 1 }])),
		isInForce: (sku, version) => tables().prices.get(keyOf(sku, version))?.state === 1,
		differs(price) {
			const same = tables().prices.get(keyOf(price.sku, price.version))?.price;
			return same !== undefined && termsOf(same) !== termsOf(price);
		},
		upToVersion: (sku) =>
			Math.max(
				0,
				...pricesOf(sku)
					.filter((row) => row.state === 1 || row.state === 2)
					.map((row) => row.price.version),
			),
		nextDueAt: () =>
			[...tables().prices.values()]
				.flatMap(({ price, state }) => (state === 0 ? [price.from] : state === 1 && price.until !== undefined ? [price.until] : []))
				.sort()[0] ?? null,
		skus: (after, limit) =>
			[...new Set([...tables().prices.values()].map(({ price }) => price.sku))]
				.filter((sku) => sku > after)
				.sort()
				.slice(0, limit),
		accept(price) {
			const same = tables().prices.get(keyOf(price.sku, price.version))?.price;
			if (same ? termsOf(same) === termsOf(price) : pricesOf(price.sku).some(isNewer(price))) return false;
			put(tables().prices, keyOf(price.sku, price.version), { price, state: 0 });
			return true;
		},
		bringBack(price) {
			if (tables().prices.has(keyOf(price.sku, price.version))) return false;
			put(tables().prices, keyOf(price.sku, price.version), { price, state: 0 });
			return true;
		},
		starting: (at, limit) =>
			[...tables().prices.values()]
				.filter((row) => row.state === 0 && row.price.from <= at)
				.map((row) => row.price)
				.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : a.version - b.version))
				.slice(0, limit),
		ending: (at, limit) =>
			[...tables().prices.values()]
				.filter((row) => row.state === 1 && row.price.until !== undefined && row.price.until <= at)
				.map((row) => row.price)
				.sort((a, b) => (a.until! < b.until! ? -1 : 1))
				.slice(0, limit),
		early: (at, limit) =>
			[...tables().prices.values()]
				.filter((row) => (row.state === 1 || row.state === 2) && row.price.from > at)
				.map((row) => row.price)
				.slice(0, limit),
		endedEarly: (at, limit) =>
			[...tables().prices.values()]
				.filter((row) => row.state === 2 && row.price.from <= at && row.price.until! > at)
				.map((row) => row.price)
				.slice(0, limit),
		waits: (price) =>
			put(tables().prices, keyOf(price.sku, price.version), {
				price: tables().prices.get(keyOf(price.sku, price.version))!.price,
				state: 0,
			}),
		began: (price) =>
			put(tables().prices, keyOf(price.sku, price.version), {
				price: tables().prices.get(keyOf(price.sku, price.version))!.price,
				state: 1,
			}),
		ended: (price) =>
			put(tables().prices, keyOf(price.sku, price.version), {
				price: tables().prices.get(keyOf(price.sku, price.version))!.price,
				state: 2,
			}),
		endAt(sku, version, at) {
			const row = tables().prices.get(keyOf(sku, version));
			if (row) put(tables().prices, keyOf(sku, version), { ...row, price: { ...row.price, until: at } });
		},
	};
}
