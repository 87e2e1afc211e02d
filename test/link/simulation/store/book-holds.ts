import type { Book } from "../../../../src/ledger/ledger.ts";
import type { HeldPrice, HeldReason, PriceFreeze } from "../../../../src/words/prices/hold.ts";
import type { Price } from "../../../../src/words/prices/price.ts";
import type { PriceRise } from "../../../../src/words/prices/rise.ts";
import type { Setting } from "../../../../src/words/streams/setting.ts";
import { type PriceRow, priceKey } from "./book-snapshots.ts";

/** Settings from HQ, the prices that the store holds, and its kill switch. */
export const emptyHolds = () => ({
	settings: new Map<string, Setting>(),
	holds: new Map<string, { since: string; reasons: readonly HeldReason[] }>(),
	freezes: new Map<string, PriceFreeze>(),
	rises: new Map<string, PriceRise>(),
});

interface Tables extends ReturnType<typeof emptyHolds> {
	prices: Map<string, PriceRow>;
}

type Put = <V>(rows: Map<string, V>, key: string, value: V) => void;
type Drop = <V>(rows: Map<string, V>, key: string) => void;

/** What src/ledger/tables/settings.ts does in SQL. */
export const modelSettings = (tables: () => Tables, put: Put): Pick<Book["settings"], "value" | "all" | "accept"> => ({
	value: (name) => tables().settings.get(name)?.value,
	all: () => [...tables().settings.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
	accept(setting) {
		if ((tables().settings.get(setting.name)?.version ?? -1) >= setting.version) return false;
		put(tables().settings, setting.name, setting);
		return true;
	},
});

/** What src/ledger/tables/prices/rises.ts does in SQL. */
export const modelRises = (tables: () => Tables, put: Put, drop: Drop): Book["priceRises"] => ({
	of: (sku) => tables().rises.get(sku),
	page: (after, limit) =>
		[...tables().rises.values()]
			.filter(({ sku }) => sku > after)
			.sort((a, b) => (a.sku < b.sku ? -1 : 1))
			.slice(0, limit),
	count: () => [...tables().rises.values()].filter(({ isReported }) => isReported).length,
	nextUntil: () => [...tables().rises.values()].map(({ until }) => until).sort()[0] ?? null,
	put: (rise) => put(tables().rises, rise.sku, rise),
	drop: (sku) => drop(tables().rises, sku),
});

/** What src/ledger/tables/prices/holds.ts does in SQL, over the model's maps. */
export function modelHolds(tables: () => Tables, put: Put, drop: Drop): Book["priceHolds"] {
	const all = (): HeldPrice[] =>
		[...tables().holds]
			.flatMap(([key, { since, reasons }]) => {
				const row = tables().prices.get(key);
				return row ? [{ price: row.price, since, reasons: [...reasons] }] : [];
			})
			.sort((a, b) => (a.price.sku < b.price.sku ? -1 : a.price.sku > b.price.sku ? 1 : a.price.version - b.price.version));
	const setState = ({ sku, version }: Pick<Price, "sku" | "version">, state: PriceRow["state"]): void => {
		const row = tables().prices.get(priceKey(sku, version));
		if (row) put(tables().prices, priceKey(sku, version), { ...row, state });
	};
	const forget = ({ sku, version }: Pick<Price, "sku" | "version">): void => drop(tables().holds, priceKey(sku, version));
	return {
		of: (sku) => all().filter(({ price }) => price.sku === sku),
		page(after, limit) {
			const skus = [...new Set(all().map(({ price }) => price.sku))].filter((sku) => sku > after).slice(0, limit);
			return all().filter(({ price }) => skus.includes(price.sku));
		},
		count: () => tables().holds.size,
		over: (at) => all().filter(({ price }) => price.until !== undefined && price.until <= at),
		frozen: () => tables().freezes.get("1"),
		hold(price, reasons, at) {
			put(tables().holds, priceKey(price.sku, price.version), { since: at, reasons });
			setState(price, 3);
		},
		forget,
		letGo(price) {
			forget(price);
			setState(price, 0);
		},
		lapse: forget,
		forgetGone() {
			const gone = [...tables().holds.keys()].filter((key) => tables().prices.get(key)?.state !== 3);
			for (const key of gone) drop(tables().holds, key);
			return gone.length;
		},
		freeze: (freeze) => put(tables().freezes, "1", freeze),
		thaw: () => drop(tables().freezes, "1"),
	};
}
