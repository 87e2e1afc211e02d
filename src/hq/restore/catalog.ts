import { catalogWords, decisionsToResend, type SinceRestore } from "../../link/hq/reconcile.ts";
import type { Article } from "../../words/article.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { Price } from "../../words/prices/price.ts";
import { sideOf } from "../../words/prices/which-counts.ts";
import { type PushHead, priceRecordType } from "../../words/streams/catalog.ts";
import type { Instant } from "../../words/time.ts";
import { articlesFor } from "../catalog/write-push.ts";
import type { Queries } from "../database/database.ts";
import { appendDown, keepRecords, type NumberedRecord, takeNumbers } from "../streams/down.ts";
import type { LostRecord, RestoredCounts } from "./records.ts";

interface LostPrice {
	sku: string;
	version: number;
	price: Price;
	sha: string;
	push: string | undefined;
}
interface KnownPrice extends SinceRestore {
	push: string;
}
/** One price under its new version, and the stores that it is for. */
interface ResentPrice {
	n: number;
	text: string;
	sku: string;
	push: string | undefined;
	lost?: LostPrice;
	known?: KnownPrice;
}

/**
 * The store that sends records back. Its stream is complete up to `base`; `tail` are the records that HQ sent it since the restore, `trunk`
 * the number of the last record from before the backup.
 */
export interface RestoringStore {
	store: string;
	before: number;
	now: Instant;
	trunk: number;
	base: number;
	tail: readonly NumberedRecord[];
}

/**
 * Sends articles and prices that HQ had lost again, as a push is sent: under new versions, to every store that their push was for.
 * Decisions of HQ about the same articles since then follow them; in the stream of `restoring`, the store that sent them back, they keep
 * their place in the tail. Answers the stores that get new records.
 */
export async function resendCatalog(
	tx: Queries,
	restoring: RestoringStore,
	lost: readonly LostRecord[],
	counts: RestoredCounts,
): Promise<Set<string>> {
	const { store, before, now } = restoring;
	const words = catalogWords(lost.map(({ record }) => record));
	const shas = new Map<string, string>();
	for (const { record, sha, isNew } of lost) if (isNew && "price" in record) shas.set(`${record.price.sku} ${record.price.version}`, sha);
	const prices = words.prices.flatMap((price): LostPrice[] => {
		const sha = shas.get(`${price.sku} ${price.version}`);
		return sha === undefined ? [] : [{ sku: price.sku, version: price.version, price, sha, push: price.push }];
	});

	const all = (await tx.query<{ id: string }>("SELECT id FROM store ORDER BY id")).map(({ id }) => id);
	const audience = await takeBackPushes(tx, { store, now, all }, prices, words.heads);
	const articles = await renumberArticles(tx, before, lost);
	const resent = await renumberPrices(tx, before, prices, audience, words.heads);
	counts.prices += resent.filter(({ lost: was }) => was !== undefined).length;
	counts.again += resent.filter(({ known }) => known !== undefined).length;
	counts.articles += articles.size;

	const carriers = await storesPushed(tx, [...articles.keys()]);
	const hears = new Set<string>();
	for (const each of all) {
		const own = resent.filter(({ push, known }) =>
			push === undefined ? each === store : audience.get(push)?.has(each) === true && !(known && each === store),
		);
		const skus = new Set(own.map(({ sku }) => sku));
		if (each === store || carriers.has(each)) for (const sku of articles.keys()) skus.add(sku);
		const news = skus.size > 0 ? await articlesFor(tx, each, [...skus]) : [];
		if (news.length + own.length === 0 && each !== store) continue;
		const first = await appendDown(tx, each, "catalog", [...news, ...own]);
		if (each === store) await appendTail(tx, restoring, resent, news.length + own.length);
		hears.add(each);
		await notePlaces(tx, each, own, first + news.length);
	}
	return hears;
}

/** Stores that were sent a price of one of these articles, and so the article too. */
async function storesPushed(tx: Queries, skus: readonly string[]): Promise<Set<string>> {
	const rows = await tx.query<{ store: string }>(
		`SELECT DISTINCT s.store FROM (SELECT DISTINCT push FROM push_change WHERE sku = ANY($1)) AS p JOIN push_store s ON s.push = p.push`,
		[skus],
	);
	return new Set(rows.map(({ store }) => store));
}

/**
 * Appends what HQ has sent to this store since the restore, each price that was sent again under its new version: a push stays one run of
 * its stream.
 */
async function appendTail(
	tx: Queries,
	{ store, trunk, base, tail }: RestoringStore,
	resent: readonly ResentPrice[],
	between: number,
): Promise<void> {
	const again = new Map(resent.flatMap(({ n, text, known }) => (known ? [[known.version, { n, text }] as const] : [])));
	await appendDown(
		tx,
		store,
		"catalog",
		tail.map((record) => again.get(record.n) ?? record),
	);
	for (const table of ["push_store", "push_run"])
		await tx.query(`UPDATE ${table} SET first_seq = first_seq + $3, last_seq = last_seq + $3 WHERE store = $1 AND first_seq > $2`, [
			store,
			trunk,
			base - trunk + between,
		]);
}

/** Takes back the pushes that HQ had lost. A push that its sender has repeated since stays as it is. */
async function takeBackPushes(
	tx: Queries,
	{ store, now, all }: { store: string; now: Instant; all: readonly string[] },
	prices: LostPrice[],
	heads: ReadonlyMap<string, PushHead>,
): Promise<Map<string, Set<string>>> {
	const counted = new Map<string, number>();
	for (const { push } of prices) if (push !== undefined) counted.set(push, (counted.get(push) ?? 0) + 1);
	const audience = new Map<string, Set<string>>();
	for (const [push, count] of counted) {
		const head = heads.get(push);
		const [known] = await tx.query<{ learned: string | null; n: number }>(
			"SELECT learned, (SELECT count(*)::bigint FROM push_change c WHERE c.push = p.id) AS n FROM push p WHERE id = $1",
			[push],
		);
		if (known && known.learned === null) {
			audience.set(push, new Set());
			continue;
		}
		const have = count + (known?.n ?? 0);
		await tx.query(
			`INSERT INTO push (id, at, changes, rejected, learned) VALUES ($1, $2, $3, '[]', $4)
			 ON CONFLICT (id) DO UPDATE SET changes = greatest(push.changes, excluded.changes), learned = excluded.learned`,
			[push, head?.at ?? now, Math.max(have, head?.changes ?? 0), head !== undefined && have >= head.changes ? "whole" : "part"],
		);
		const named = head?.stores === "all" ? all : (head?.stores ?? []).filter((each) => all.includes(each));
		audience.set(push, new Set([...named, store]));
	}
	return audience;
}

/**
 * Puts lost articles back into HQ's article file, under new versions. Where HQ has described an article anew since, the new description
 * stays.
 */
async function renumberArticles(tx: Queries, before: number, lost: readonly LostRecord[]): Promise<Map<string, NumberedRecord>> {
	const newest = new Map<string, { article: Article; sha: string }>();
	for (const { record, sha, isNew } of lost) {
		if (record.type !== "article" || !isNew) continue;
		if ((newest.get(record.article.sku)?.article.version ?? 0) < record.article.version)
			newest.set(record.article.sku, { article: record.article, sha });
	}
	const resent = new Map<string, NumberedRecord>();
	if (newest.size === 0) return resent;
	const current = await tx.query<{ sku: string; version: number; body: string; origin: number | null }>(
		"SELECT a.sku, a.version, a.body, l.origin FROM article a LEFT JOIN learned l ON l.said = a.version WHERE a.sku = ANY($1)",
		[[...newest.keys()]],
	);
	const currentOf = new Map(current.map((row) => [row.sku, row]));
	let n = await takeNumbers(tx, newest.size);
	for (const [sku, { article, sha }] of newest) {
		const has = currentOf.get(sku);
		if (has && has.origin !== null && has.origin >= article.version) continue;
		const isLater = has !== undefined && has.version > before && has.origin === null;
		const whole: Article = { ...(isLater ? (JSON.parse(has.body) as Article) : article), version: n };
		resent.set(sku, { n, text: canonicalText({ type: "article", article: whole }) });
		await tx.query(
			`INSERT INTO article (sku, gtin, version, body) VALUES ($1, $2, $3, $4)
			 ON CONFLICT (sku) DO UPDATE SET gtin = excluded.gtin, version = excluded.version, body = excluded.body`,
			[sku, whole.gtin ?? null, n, canonicalText(whole)],
		);
		await tx.query("UPDATE learned SET origin = $2, said = $3 WHERE sha = $1", [sha, article.version, isLater ? null : n]);
		n += 1;
	}
	await keepRecords(tx, [...resent.values()]);
	return resent;
}

/** Gives prices new versions, in HQ's order, and moves the counts of the old versions to them. */
async function renumberPrices(
	tx: Queries,
	before: number,
	lost: readonly LostPrice[],
	audience: Map<string, Set<string>>,
	heads: ReadonlyMap<string, PushHead>,
): Promise<ResentPrice[]> {
	const known = await tx.query<{ sku: string; version: number; push: string; origin: number | null }>(
		`SELECT c.sku, c.version, c.push, l.origin FROM push_change c LEFT JOIN learned l ON l.said = c.version
		 WHERE c.sku = ANY($1) AND c.version > $2`,
		[[...new Set(lost.map(({ sku }) => sku))], before],
	);
	const again = decisionsToResend(
		lost,
		known.map(({ origin, ...row }): KnownPrice => ({ ...row, ...(origin !== null && { origin }) })),
	)
		// A price that its sender has pushed again since is not sent a third time; only its order matters.
		.filter((each) => !("lost" in each) || each.lost.push === undefined || audience.get(each.lost.push)!.size > 0);
	if (again.length === 0) return [];
	const bodies = new Map(
		(
			await tx.query<{ n: number; body: string }>("SELECT n, body FROM record WHERE n = ANY($1::bigint[])", [
				again.flatMap((each) => ("known" in each ? [each.known.version] : [])),
			])
		).map(({ n, body }) => [n, JSON.parse(body) as { price: Price; head?: PushHead }]),
	);
	const first = await takeNumbers(tx, again.length);
	const headed = new Set<string>();
	const resent = again.map((each, index): ResentPrice => {
		const n = first + index;
		if ("known" in each) {
			const body = bodies.get(each.known.version)!;
			return {
				n,
				text: canonicalText({ ...body, price: { ...body.price, version: n } }),
				sku: each.known.sku,
				push: each.known.push,
				known: each.known,
			};
		}
		const { price, push } = each.lost;
		const head = push !== undefined && !headed.has(push) ? heads.get(push) : undefined;
		if (push !== undefined) headed.add(push);
		// The price was in force before HQ lost it: no store is to judge it again.
		const text = canonicalText({ type: priceRecordType(price), price: { ...price, version: n }, ...(head && { head }), released: true });
		return { n, text, sku: price.sku, push, lost: each.lost };
	});
	await keepRecords(tx, resent);
	await recount(tx, resent);
	const others = [...new Set(resent.flatMap(({ known: was }) => (was && !audience.get(was.push)?.size ? [was.push] : [])))];
	for (const row of await tx.query<{ push: string; store: string }>("SELECT push, store FROM push_store WHERE push = ANY($1)", [others])) {
		audience.set(row.push, (audience.get(row.push) ?? new Set()).add(row.store));
	}
	return resent;
}

async function recount(tx: Queries, resent: readonly ResentPrice[]): Promise<void> {
	const moved = resent.flatMap(({ n, known }) => (known ? [{ from: known.version, to: n }] : []));
	const versions = [moved.map(({ from }) => from), moved.map(({ to }) => to)];
	const pairs = "unnest($1::bigint[], $2::bigint[]) AS t (was, now)";
	await tx.query(`UPDATE push_change c SET version = t.now FROM ${pairs} WHERE c.version = t.was`, versions);
	await tx.query(`UPDATE change_state c SET version = t.now FROM ${pairs} WHERE c.version = t.was`, versions);
	await tx.query(`UPDATE learned l SET said = t.now FROM ${pairs} WHERE l.said = t.was`, versions);
	const back = resent.flatMap(({ n, lost }) => (lost ? [{ n, ...lost }] : []));
	await tx.query(
		"UPDATE learned l SET said = t.n, origin = t.origin FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS t (sha, n, origin) " +
			"WHERE l.sha = t.sha",
		[back.map(({ sha }) => sha), back.map(({ n }) => n), back.map(({ version }) => version)],
	);
	const pushed = back.filter(({ push }) => push !== undefined);
	await tx.query(
		"INSERT INTO push_change (version, push, n, sku, side) SELECT v, p, o, s, side FROM unnest($1::bigint[], $2::text[], $3::text[], " +
			"$4::text[]) WITH ORDINALITY AS t (v, p, s, side, o)",
		[pushed.map(({ n }) => n), pushed.map(({ push }) => push), pushed.map(({ sku }) => sku), pushed.map(({ price }) => sideOf(price))],
	);
}

/**
 * Writes down where each push that came back is in a store's stream. Of a push that came back in two parts, the numbers of the last part
 * count.
 */
async function notePlaces(tx: Queries, store: string, own: readonly ResentPrice[], first: number): Promise<void> {
	const places = new Map<string, { count: number; last: number }>();
	own.forEach(({ push, lost }, index) => {
		if (lost && push !== undefined) places.set(push, { count: (places.get(push)?.count ?? 0) + 1, last: first + index });
	});
	for (const [push, { count, last }] of places)
		await tx.query(
			`INSERT INTO push_store (push, store, first_seq, last_seq) VALUES ($1, $2, $3, $4)
		 ON CONFLICT (push, store) DO UPDATE SET last_seq = greatest(push_store.last_seq, excluded.last_seq),
			first_seq = greatest(push_store.last_seq, excluded.last_seq) - excluded.last_seq + excluded.first_seq
				- (push_store.last_seq - push_store.first_seq + 1)`,
			[push, store, last - count + 1, last],
		);
}
