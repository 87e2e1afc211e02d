import type { Article } from "../../words/article.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import type { Price } from "../../words/prices/price.ts";
import { sideOf } from "../../words/prices/which-counts.ts";
import { type CatalogRecord, type PushHead, priceRecordType } from "../../words/streams/catalog.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { keepRecords, type NumberedRecord, takeNumbers } from "../streams/down.ts";
import { appendToStreams, recordsMissing } from "../streams/segments.ts";
import { withoutTaken } from "./barcodes.ts";
import type { AddressedStore, PriceChange } from "./pushes.ts";
import { type AskedTime, dependsOnZone, spanOf } from "./times.ts";
import { unitPriceOf } from "./unit-price.ts";

/** The changes for some of a push's stores. Where all stores get the same changes there is one variant, without a name. */
export interface Variant {
	name: string | null;
	stores: readonly string[];
	changes: readonly PriceChange[];
	/** The time zone of these stores. */
	timeZone: string;
	/** The number of the push's changes before these, in every store of the variant. */
	ahead?: number;
	/** Of a push in waves: the variant is named ZONE~WAVE, and its rows say whether their times are by the zone. */
	isOfWave?: boolean;
	/** Prices that end: their records come before the new prices. */
	ends?: readonly { sku: string; ends: number; at: Instant }[];
}

export interface WrittenPush {
	id: string;
	variants: readonly Variant[];
	effectiveAt?: AskedTime | undefined;
	now: Instant;
	/** The number of the first of these changes in the push: above 1 where a part of the push was written before. */
	firstN: number;
	/** The whole push, sent along so that a restored HQ can make its row again. */
	head: { changes: number; stores: "all" | readonly string[] };
	/** Set where a second person released these changes, or head office sends prices again that were in force: stores do not judge them. */
	isReleased: boolean;
	/** The approver's signature for a price that is released with one. */
	approvalOf?: ApprovalOf | undefined;
}

/** The signature that goes along with the released price. */
export type ApprovalOf = (price: object) => Record<string, unknown>;

/** Stores return the push if HQ loses it (decision 0011). A list of more stores than this is not written into every store's stream. */
const mostStoresInHead = 200;

/**
 * One variant per time zone with the changes whose times are by the stores' clocks, then one for all stores with the other changes.
 */
export function variantsByZone(
	stores: readonly AddressedStore[],
	changes: readonly PriceChange[],
	effectiveAt: AskedTime | undefined,
): Variant[] {
	const byZone = changes.filter((change) => dependsOnZone([change], effectiveAt));
	const fixed = changes.filter((change) => !dependsOnZone([change], effectiveAt));
	const zones = byZone.length === 0 ? [] : [...Map.groupBy(stores, ({ timeZone }) => timeZone)];
	const zoned = zones.map(([timeZone, of]): Variant => ({ name: timeZone, stores: of.map(({ id }) => id), changes: byZone, timeZone }));
	if (fixed.length === 0) return zoned;
	return [...zoned, { name: null, stores: stores.map(({ id }) => id), changes: fixed, timeZone: "UTC", ahead: byZone.length }];
}

interface NumberedPrice extends NumberedRecord {
	sku: string;
	side: string;
	from: Instant;
}

/**
 * Gives every change a version, and writes it into the catalog stream of every store that it is for. The caller must hold the lock of the
 * counter, so that two pushes cannot both describe an article from the same state. Answers when the first of the prices comes into force,
 * and the records that stores will be sent.
 */
export async function writePush(
	tx: Queries,
	push: WrittenPush,
): Promise<{ firstFrom: Instant | undefined; records: readonly NumberedRecord[] }> {
	const all = push.variants.flatMap(({ changes }) => changes);
	const skus = [...new Set(all.map((change) => change.sku))];
	const { articles, articleOf, unchanged } = await describeArticles(tx, push.id, all, skus);
	const fresh = articles.map(({ n }) => n);
	const froms: Instant[] = [];
	const records: NumberedRecord[] = [...articles];
	for (const variant of push.variants) {
		const { prices, ends } = await writeVariant(tx, push, variant, articleOf);
		records.push(...ends, ...prices);
		froms.push(...prices.map(({ from }) => from));
		const own = [...fresh, ...ends.map(({ n }) => n), ...prices.map(({ n }) => n)];
		const missing = await recordsMissing(tx, variant.stores, unchanged);
		for (const stores of Map.groupBy(variant.stores, (store) => (missing.get(store) ?? []).join(" ")).values()) {
			const older = missing.get(stores[0]!) ?? [];
			const first = await appendToStreams(tx, stores, "catalog", [...older, ...own]);
			if (prices.length > 0) await noteRuns(tx, push, variant, first, older.length + own.length - prices.length, prices.length);
		}
	}
	return { firstFrom: froms.sort()[0], records };
}

async function writeVariant(
	tx: Queries,
	push: WrittenPush,
	{ name, changes, timeZone, ends = [], ahead = 0, isOfWave = false }: Variant,
	articleOf: ReadonlyMap<string, Partial<Article>>,
): Promise<{ prices: NumberedPrice[]; ends: NumberedRecord[] }> {
	const first = await takeNumbers(tx, ends.length + changes.length);
	const endRecords = ends.map(({ sku, ends: version, at }, i) => ({
		n: first + i,
		text: canonicalText({ type: "price-end", sku, version: first + i, ends: version, at, push: push.id } satisfies CatalogRecord),
	}));
	const head = headOf(push);
	const prices = changes.map((change, i): NumberedPrice => {
		const version = first + ends.length + i;
		const unitPrice = change.unitPrice ?? unitPriceOf(change.amountMinor, articleOf.get(change.sku) ?? {});
		const price: Price = defined({ ...termsOfChange(change, push, timeZone), version, unitPrice });
		const approval = push.approvalOf?.(price);
		const released = { ...(push.isReleased && { released: true }), ...(approval && { approval }) };
		const record = { type: priceRecordType(price), price, ...(i === 0 && { head }), ...released };
		return { n: version, sku: change.sku, side: sideOf(price), from: price.from, text: canonicalText(record) };
	});
	await keepRecords(tx, [...endRecords, ...prices]);
	await tx.query(
		`INSERT INTO push_change (version, push, n, sku, variant, side, by_zone)
		 SELECT v, $1, $5 + o - 1, s, $4, side, z
		 FROM unnest($2::bigint[], $3::text[], $6::text[], $7::boolean[]) WITH ORDINALITY AS t (v, s, side, z, o)`,
		[
			push.id,
			prices.map((price) => price.n),
			prices.map((price) => price.sku),
			name,
			push.firstN + ahead,
			prices.map((price) => price.side),
			changes.map((change) => (isOfWave ? dependsOnZone([change], push.effectiveAt) : null)),
		],
	);
	return { prices, ends: endRecords };
}

/** The price that a change becomes, without the number that it gets when it is written. */
export const termsOfChange = (
	change: PriceChange,
	{ id, effectiveAt, now }: Pick<WrittenPush, "id" | "effectiveAt" | "now">,
	timeZone: string,
): Omit<Price, "version" | "unitPrice"> =>
	defined({
		sku: change.sku,
		kind: change.kind,
		amountMinor: change.amountMinor,
		currency: change.currency,
		...spanOf(change, effectiveAt, timeZone, now),
		priorAmountMinor: change.priorAmountMinor,
		tier: change.tier,
		fromQuantity: change.fromQuantity,
		multiBuy: change.multiBuy,
		onlineAmountMinor: change.onlineAmountMinor,
		riseWaitsMs: change.riseWaitsMs,
		push: id,
	});

export const headOf = ({ now, head: { changes, stores } }: WrittenPush): PushHead => ({
	at: now,
	changes,
	...(stores === "all" ? { stores } : stores.length <= mostStoresInHead && { stores: [...stores] }),
});

/** Writes down where the prices are in the stores' streams: one run for a push, and a further one for changes that were released later. */
export async function noteRuns(
	tx: Queries,
	{ id, firstN }: WrittenPush,
	{ name, ahead: before = 0 }: Variant,
	first: ReadonlyMap<string, number>,
	ahead: number,
	count: number,
): Promise<void> {
	const places = "SELECT s AS store, f + $4::bigint AS first_seq FROM unnest($2::text[], $3::bigint[]) AS t (s, f)";
	const at = [id, [...first.keys()], [...first.values()], ahead, count];
	const made = await tx.query<{ store: string }>(
		`INSERT INTO push_store (push, store, first_seq, last_seq, variant)
		 SELECT $1, store, first_seq, first_seq + $5::bigint - 1, $6 FROM (${places}) p ON CONFLICT (push, store) DO NOTHING RETURNING store`,
		[...at, name],
	);
	if (made.length === first.size) return;
	// The first rows had no times by the stores' own clocks; these do, and the store has those of its zone.
	if (name !== null)
		await tx.query("UPDATE push_store SET variant = $3 WHERE push = $1 AND store = ANY($2) AND variant IS NULL", [
			id,
			[...first.keys()],
			name,
		]);
	await tx.query(
		`INSERT INTO push_run (push, store, first_n, first_seq, last_seq)
		 SELECT $1, store, $6::int, first_seq, first_seq + $5::bigint - 1 FROM (${places}) p WHERE store <> ALL($7)`,
		[...at, firstN + before, made.map(({ store }) => store)],
	);
}

interface NumberedArticle extends NumberedRecord {
	sku: string;
	gtin: string | null;
	body: string;
}

/** `unchanged`: versions of articles that the changes do not touch. Stores that lack one are sent it. */
async function describeArticles(tx: Queries, push: string, changes: readonly PriceChange[], skus: readonly string[]) {
	const before = await tx.query<{ sku: string; version: number; body: string }>(
		"SELECT sku, version, body FROM article WHERE sku = ANY($1)",
		[skus],
	);
	const known = new Map(before.map((row) => [row.sku, JSON.parse(row.body) as Article]));
	const described = describe(changes, known);
	const others = await withoutTaken(tx, bringing(described, known));
	const articles = await keepArticles(tx, [...others, ...described], push);
	const articleOf = new Map<string, Partial<Article>>([...known, ...described.map((article) => [article.sku, article] as const)]);
	const news = new Set(described.map(({ sku }) => sku));
	const unchanged = before.filter(({ sku }) => !news.has(sku)).map(({ version }) => version);
	return { articles, articleOf, unchanged };
}

/** Articles that were not known, or not with all of these barcodes. */
const bringing = (described: readonly Omit<Article, "version">[], known: ReadonlyMap<string, Article>): Omit<Article, "version">[] =>
	described.filter((article) => {
		const before = known.get(article.sku);
		return article.gtin !== before?.gtin || (article.gtins ?? []).some((code) => !before?.gtins?.includes(code));
	});

/** Keeps articles under new versions. Stores are sent them through `articlesFor`. */
export async function keepArticles(tx: Queries, described: readonly Omit<Article, "version">[], push?: string): Promise<NumberedArticle[]> {
	if (described.length === 0) return [];
	const first = await takeNumbers(tx, described.length);
	const articles = described.map((article, i): NumberedArticle => {
		const whole = { ...article, version: first + i };
		return {
			n: first + i,
			sku: article.sku,
			gtin: article.gtin ?? null,
			body: canonicalText(whole),
			text: canonicalText(defined({ type: "article", article: whole, push })),
		};
	});
	await keepRecords(tx, articles);
	await tx.query(
		`INSERT INTO article (sku, gtin, version, body) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
		 ON CONFLICT (sku) DO UPDATE SET gtin = excluded.gtin, version = excluded.version, body = excluded.body`,
		[articles.map((a) => a.sku), articles.map((a) => a.gtin), articles.map((a) => a.n), articles.map((a) => a.body)],
	);
	return articles;
}

/** Articles after these changes: only new and changed ones. Null removes a member. A deleted article begins again. */
export function describe(
	changes: readonly Pick<PriceChange, "sku" | "article">[],
	known: ReadonlyMap<string, Article>,
): Omit<Article, "version">[] {
	const after = new Map<string, Omit<Article, "version">>();
	for (const { sku, article } of changes) {
		const last = known.get(sku);
		const before = after.get(sku) ?? (last && !last.gone ? last : { sku, name: sku });
		const merged = Object.entries({ ...before, ...article }).filter(([, value]) => value !== null);
		after.set(sku, Object.fromEntries(merged) as unknown as Omit<Article, "version">);
	}
	return [...after.values()].filter((article) => {
		const before = known.get(article.sku);
		return !before || canonicalText({ ...article, version: before.version }) !== canonicalText(before);
	});
}

/**
 * The articles of these SKUs that the store lacks, or has in an older version: a store that was enrolled later gets them with their first
 * price.
 */
export async function articlesFor(tx: Queries, store: string, skus: readonly string[]): Promise<{ n: number }[]> {
	const rows = await tx.query<{ version: number }>("SELECT version FROM article WHERE sku = ANY($1)", [skus]);
	const missing = await recordsMissing(
		tx,
		[store],
		rows.map(({ version }) => version),
	);
	return (missing.get(store) ?? []).map((n) => ({ n }));
}
