import type { Book, LabelRow, PendingSnapshot, PlannedLabel } from "../../../../src/ledger/ledger.ts";
import type { Article } from "../../../../src/words/article.ts";
import { canonicalText } from "../../../../src/words/basics/canonical-text.ts";
import type { Price } from "../../../../src/words/prices/price.ts";
import { sideOf } from "../../../../src/words/prices/which-counts.ts";
import type { PriceRecord } from "../../../../src/words/streams/catalog.ts";

/** 0 waiting for its time, 1 in force, 2 over, 3 held. */
export interface PriceRow {
	price: Price;
	state: 0 | 1 | 2 | 3;
}

/** The tables a snapshot touches: built aside in `next…`, then swapped. */
export const emptyShadow = () => ({
	pending: new Map<string, PendingSnapshot>(),
	chunks: new Map<string, number>(),
	nextArticles: new Map<string, Article>(),
	nextPrices: new Map<string, PriceRecord & { state: PriceRow["state"] }>(),
	nextLabels: new Map<string, PlannedLabel>(),
});

interface Tables extends ReturnType<typeof emptyShadow> {
	articles: Map<string, Article>;
	prices: Map<string, PriceRow>;
	labels: Map<string, LabelRow>;
}

export const priceKey = (sku: string, version: number): string => `${sku} ${version}`;

/** As `accept` in src/ledger/tables/prices/prices.ts compares: the end may have been moved. */
export const termsOf = (price: Price): string => {
	const { kind, amountMinor, currency, from, priorAmountMinor, unitPrice } = price;
	return canonicalText({
		side: sideOf(price),
		kind,
		amountMinor,
		currency,
		from,
		prior: priorAmountMinor ?? null,
		unit: unitPrice ?? null,
	});
};

/** What src/ledger/tables/head-office/snapshots.ts does in SQL, over the model's maps; `put` and `drop` are taken back when a flow fails. */
export function modelSnapshots(
	tables: () => Tables,
	put: <V>(rows: Map<string, V>, key: string, value: V) => void,
	drop: <V>(rows: Map<string, V>, key: string) => void,
): Book["snapshots"] {
	const clear = <V>(rows: Map<string, V>): void => [...rows.keys()].forEach((key) => drop(rows, key));
	const skusOf = (prices: Iterable<Price>): Set<string> => new Set(Array.from(prices, (price) => price.sku));

	const snapshots: Book["snapshots"] = {
		pending(stream) {
			const manifest = tables().pending.get(stream);
			return manifest && { manifest, have: new Set(tables().chunks.values()) };
		},
		forget(stream) {
			const { pending, chunks, nextArticles, nextPrices, nextLabels } = tables();
			drop(pending, stream);
			for (const rows of [chunks, nextArticles, nextPrices, nextLabels]) clear(rows as Map<string, unknown>);
		},
		begin(stream, manifest) {
			snapshots.forget(stream);
			put(tables().pending, stream, manifest);
		},
		putChunk(_stream, chunk, { articles, prices, labels }) {
			const { chunks, nextArticles, nextPrices, nextLabels } = tables();
			for (const each of articles) put(nextArticles, each.sku, each);
			for (const each of prices) put(nextPrices, priceKey(each.price.sku, each.price.version), { ...each, state: 0 });
			for (const each of labels) put(nextLabels, each.label, each);
			put(chunks, String(chunk), chunk);
		},
		// No article of the simulation changes its unit.
		changedUnits: () => [],
		changedLabels() {
			const { labels, articles, prices, nextArticles, nextPrices } = tables();
			const later = skusOf([...nextPrices.values()].map(({ price }) => price));
			const priced = skusOf([...prices.values()].map((row) => row.price));
			return [...labels.values()].flatMap(({ id, sku, desired_version: version }) => {
				if (sku === null) return [];
				const next = nextArticles.get(sku);
				const renamed = version > 0 && next !== undefined && JSON.stringify(next) !== JSON.stringify(articles.get(sku));
				return renamed || (priced.has(sku) && !later.has(sku)) ? [id] : [];
			});
		},
		plan: () => [...tables().nextLabels.values()],
		unjudged(after, limit) {
			const { prices, nextPrices, nextArticles } = tables();
			return [...nextPrices.values()]
				.filter(({ price, state, released }) => {
					const known = prices.get(priceKey(price.sku, price.version));
					const isJudged = known !== undefined && known.state !== 3 && termsOf(known.price) === termsOf(price);
					return state === 0 && !released && !isJudged;
				})
				.sort(({ price: a }, { price: b }) => (a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : a.version - b.version))
				.filter(({ price }) => price.sku > after.sku || (price.sku === after.sku && price.version > after.version))
				.slice(0, limit)
				.map(({ price, before }) => {
					return { price, named: nextArticles.has(price.sku), ...(before && { before }) };
				});
		},
		keepStates() {
			const { prices, nextPrices } = tables();
			for (const [key, each] of nextPrices) {
				const known = prices.get(key);
				const goesOn = known && termsOf(known.price) === termsOf(each.price) && known.price.until === each.price.until;
				if (goesOn && !(known.state === 3 && each.released)) put(nextPrices, key, { ...each, state: known.state });
			}
		},
		holdNext({ sku, version }) {
			const key = priceKey(sku, version);
			put(tables().nextPrices, key, { ...tables().nextPrices.get(key)!, state: 3 });
		},
		swap(winningVersion, at, isFrozen) {
			const { articles, prices, nextArticles, nextPrices } = tables();
			const rows = new Map([...nextPrices].map(([key, { price, state }]): [string, PriceRow] => [key, { price, state }]));
			const held = skusOf([...rows.values()].flatMap(({ price, state }) => (state === 3 ? [price] : [])));
			for (const [key, row] of prices) if (row.state === 1 && !rows.has(key) && (isFrozen || held.has(row.price.sku))) rows.set(key, row);
			for (const sku of skusOf([...prices].flatMap(([key, { price, state }]) => (state === 1 && !rows.has(key) ? [price] : [])))) {
				const version = winningVersion(sku, at);
				if (version !== undefined && rows.has(priceKey(sku, version))) continue;
				for (const [key, row] of rows) if (row.price.sku === sku && row.state !== 3) rows.set(key, { ...row, state: 0 });
			}
			clear(articles);
			for (const [sku, article] of nextArticles) put(articles, sku, article);
			clear(prices);
			for (const [key, row] of rows) put(prices, key, row);
		},
		replaceArticle(sku, article) {
			if (article) put(tables().articles, sku, article);
			else drop(tables().articles, sku);
		},
		dropPrice: (sku, version) => drop(tables().prices, priceKey(sku, version)),
		putPrice: (price) => put(tables().prices, priceKey(price.sku, price.version), { price, state: 0 }),
	};
	return snapshots;
}
