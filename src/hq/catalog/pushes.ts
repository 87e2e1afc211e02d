import { createHash } from "node:crypto";
import { canonicalText } from "../../link/protocol/chain.ts";
import type { Article } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import type { Price, PriceKind, UnitPrice } from "../../words/prices/price.ts";
import type { PushHead } from "../../words/streams/catalog.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { keepRecords, type NumberedRecord, takeNumbers } from "../streams/down.ts";
import { appendToStreams, recordsMissing } from "../streams/segments.ts";
import { unitPriceOf } from "./unit-price.ts";

export type ArticleFields = Partial<Omit<Article, "sku" | "version">>;

export interface PriceChange {
	sku: string;
	amountMinor: number;
	currency: string;
	kind: PriceKind;
	from?: Instant;
	until?: Instant;
	unitPrice?: UnitPrice;
	priorAmountMinor?: number;
	/** What the change says of the article itself; what it does not mention stays. */
	article: ArticleFields;
}

/**
 * A row of the sender's file that could not be taken. `line` is 1 for the first line of a file, its header; in JSON, 1 for the
 * first change.
 */
export interface RejectedRow {
	line: number;
	column: string;
	reason: string;
}

export interface AskedPush {
	id: string;
	stores: readonly string[] | "all";
	effectiveAt?: Instant | undefined;
	changes: readonly PriceChange[];
	rejected: readonly RejectedRow[];
}
export interface PushAnswer {
	id: string;
	accepted: number;
	rejected: RejectedRow[];
}

/**
 * Gives every change a version, and writes it into every addressed store's catalog stream, all in one transaction. The same id with the
 * same contents again: the same answer, nothing new; with other contents it is refused. A push of which nothing could be taken leaves
 * its id free. A price of an article nobody has described goes through; the article bears its SKU for a name until HQ gives it one.
 */
export async function acceptPush(
	db: Db,
	push: AskedPush,
	now: Instant,
): Promise<{
	answer: PushAnswer;
	created: boolean;
	stores: string[];
}> {
	return db.transaction(async (tx) => {
		const contents = contentsOf(push);
		const answer: PushAnswer = { id: push.id, accepted: push.changes.length, rejected: [...push.rejected] };
		// Of a build that kept pushes without a single change: nothing was done under that id.
		await tx.query("DELETE FROM push_store WHERE push IN (SELECT id FROM push WHERE id = $1 AND changes = 0 AND learned IS NULL)", [
			push.id,
		]);
		await tx.query("DELETE FROM push WHERE id = $1 AND changes = 0 AND learned IS NULL", [push.id]);
		const made =
			push.changes.length === 0
				? []
				: await tx.query(
						`INSERT INTO push (id, at, changes, rejected, contents_sha256) VALUES ($1, $2, $3, $4, $5)
						 ON CONFLICT (id) DO NOTHING RETURNING 1`,
						[push.id, now, push.changes.length, JSON.stringify(push.rejected), contents],
					);
		if (made.length === 0 && !(await forgetPart(tx, push, contents, now))) {
			const before = await answerBefore(tx, push.id, contents);
			if (!before) await addressedStores(tx, push.stores);
			return { answer: before ?? answer, created: false, stores: [] };
		}
		const stores = await addressedStores(tx, push.stores);
		await write(tx, push, stores, now);
		return { answer, created: true, stores };
	});
}

/** The order of stores and of fields says nothing; that of the changes decides which of two counts. */
function contentsOf({ stores, effectiveAt, changes }: AskedPush): string {
	const asked = defined({ stores: stores === "all" ? stores : [...new Set(stores)].sort(), effectiveAt, changes });
	return createHash("sha256").update(canonicalText(asked)).digest("hex");
}

/**
 * HQ had forgotten this push and learned only a part of it back, or cannot tell: its sender says it again, and now it is whole. False: HQ
 * knows all of it.
 */
async function forgetPart(tx: Queries, { id, changes, rejected }: AskedPush, contents: string, now: Instant): Promise<boolean> {
	const parts = await tx.query(
		`UPDATE push SET at = $2, changes = $3, rejected = $4, contents_sha256 = $5, learned = NULL
		 WHERE id = $1 AND learned = 'part' RETURNING 1`,
		[id, now, changes.length, JSON.stringify(rejected), contents],
	);
	if (parts.length === 0) return false;
	for (const table of ["push_change", "push_store", "change_state"]) await tx.query(`DELETE FROM ${table} WHERE push = $1`, [id]);
	return true;
}

/** What the push was answered when it came first; undefined when it never came. Throws push-differs. */
async function answerBefore(db: Queries, id: string, contents: string): Promise<PushAnswer | undefined> {
	const [row] = await db.query<{ at: string; changes: number; rejected: string; contents: string | null }>(
		"SELECT at, changes, rejected, contents_sha256 AS contents FROM push WHERE id = $1",
		[id],
	);
	if (!row) return undefined;
	if (row.contents !== null && row.contents !== contents)
		throw new HqRefusal(
			"push-differs",
			`Push ${id} was taken at ${row.at} with other changes, stores or time. Nothing was changed; give the new one an id of its own.`,
		);
	return { id, accepted: row.changes, rejected: JSON.parse(row.rejected) as RejectedRow[] };
}

/** In order of name, so that two pushes take the streams' locks in the same order. */
export async function addressedStores(tx: Queries, asked: readonly string[] | "all"): Promise<string[]> {
	const rows = await tx.query<{ id: string }>("SELECT id FROM store WHERE $1::text[] IS NULL OR id = ANY($1) ORDER BY id", [
		asked === "all" ? null : asked,
	]);
	const known = rows.map((row) => row.id);
	if (asked !== "all") {
		const unknown = [...new Set(asked)].filter((id) => !known.includes(id));
		if (unknown.length > 0)
			throw new HqRefusal("stores-unknown", `Not enrolled: ${unknown.join(", ")}. Enroll them first (gondola hq enroll STORE).`);
	}
	if (known.length === 0) throw new HqRefusal("no-stores", "No store is enrolled yet (gondola hq enroll STORE).");
	return known;
}

/** Should HQ forget the push, stores tell it back (decision 0011); a longer list does not go into every store's stream. */
const mostStoresInHead = 200;

async function write(tx: Queries, push: AskedPush, stores: readonly string[], now: Instant): Promise<void> {
	const skus = [...new Set(push.changes.map((change) => change.sku))];
	// Held from here on, so that two pushes cannot both describe an article from the same past.
	await tx.query("SELECT last FROM counter FOR UPDATE");
	const before = await tx.query<{ sku: string; version: number; body: string }>(
		"SELECT sku, version, body FROM article WHERE sku = ANY($1)",
		[skus],
	);
	const known = new Map(before.map((row) => [row.sku, JSON.parse(row.body) as Article]));
	const described = describe(push.changes, known);
	const articleOf = new Map<string, Omit<Article, "version">>([...known, ...described.map((article) => [article.sku, article] as const)]);
	const first = await takeNumbers(tx, described.length + push.changes.length);

	const articles: (NumberedRecord & { sku: string; gtin: string | null; body: string })[] = described.map((article, i) => {
		const whole = { ...article, version: first + i };
		return {
			n: first + i,
			sku: article.sku,
			gtin: article.gtin ?? null,
			body: canonicalText(whole),
			text: canonicalText({ type: "article", article: whole, push: push.id }),
		};
	});
	const head: PushHead = {
		at: now,
		changes: push.changes.length,
		...(push.stores === "all" ? { stores: "all" } : stores.length <= mostStoresInHead && { stores: [...stores] }),
	};
	const prices: NumberedRecord[] = push.changes.map((change, i) => {
		const version = first + articles.length + i;
		const unitPrice = change.unitPrice ?? unitPriceOf(change.amountMinor, articleOf.get(change.sku) ?? {});
		const price: Price = {
			sku: change.sku,
			version,
			kind: change.kind,
			amountMinor: change.amountMinor,
			currency: change.currency,
			from: change.from ?? push.effectiveAt ?? now,
			...(change.until !== undefined && { until: change.until }),
			...(unitPrice && { unitPrice }),
			...(change.priorAmountMinor !== undefined && { priorAmountMinor: change.priorAmountMinor }),
			push: push.id,
		};
		return { n: version, text: canonicalText({ type: "price", price, ...(i === 0 && { head }) }) };
	});
	await keepRecords(tx, [...articles, ...prices]);
	if (articles.length > 0) {
		await tx.query(
			`INSERT INTO article (sku, gtin, version, body) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
			 ON CONFLICT (sku) DO UPDATE SET gtin = excluded.gtin, version = excluded.version, body = excluded.body`,
			[articles.map((a) => a.sku), articles.map((a) => a.gtin), articles.map((a) => a.n), articles.map((a) => a.body)],
		);
	}
	await tx.query(
		`
		INSERT INTO push_change (version, push, n, sku)
		SELECT v, $1, o, s FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS t (v, s, o)`,
		[push.id, prices.map((price) => price.n), push.changes.map((change) => change.sku)],
	);
	const fresh = [...articles, ...prices].map(({ n }) => n);
	const news = new Set(described.map(({ sku }) => sku));
	const unchanged = before.filter(({ sku }) => !news.has(sku)).map(({ version }) => version);
	const missing = await recordsMissing(tx, stores, unchanged);
	for (const [older, group] of Map.groupBy(stores, (store) => (missing.get(store) ?? []).join(" "))) {
		const first = await appendToStreams(tx, group, "catalog", [...(missing.get(group[0]!) ?? []), ...fresh]);
		const ahead = (older === "" ? 0 : missing.get(group[0]!)!.length) + articles.length;
		await tx.query(
			`INSERT INTO push_store (push, store, first_seq, last_seq)
			 SELECT $1, s, f + $4::bigint, f + $4::bigint + $5::bigint - 1 FROM unnest($2::text[], $3::bigint[]) AS t (s, f)`,
			[push.id, group, group.map((store) => first.get(store)), ahead, prices.length],
		);
	}
}

/** Articles as they are after these changes, those only that are new or changed. */
function describe(changes: readonly PriceChange[], known: ReadonlyMap<string, Article>): Omit<Article, "version">[] {
	const after = new Map<string, Omit<Article, "version">>();
	for (const { sku, article } of changes) {
		const before = after.get(sku) ?? known.get(sku) ?? { sku, name: sku };
		after.set(sku, { ...before, ...article });
	}
	return [...after.values()].filter((article) => {
		const before = known.get(article.sku);
		return !before || canonicalText({ ...article, version: before.version }) !== canonicalText(before);
	});
}

/**
 * The articles of these SKUs of which the store was sent no version, or an older one: a store enrolled later gets them with its
 * first price.
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

export interface PushAtStore {
	store: string;
	/** Handed to the line; committed by the store; in force there. */
	sent: number;
	stored: number;
	active: number;
	/**
	 * Confirmed by every label bound to the article; in force where no label is bound; a label that cannot show it, or a price the
	 * store refused.
	 */
	shown: number;
	unlabelled: number;
	failed: number;
	/** The first and the newest of the store's reports about this push, by the store's clock. */
	firstAt: Instant | null;
	lastAt: Instant | null;
}

const standing = `
	SELECT p.push, p.store, greatest(0, least(d.handed, p.last_seq) - p.first_seq + 1) AS sent,
		greatest(0, least(d.acked, p.last_seq) - p.first_seq + 1) AS stored,
		p.active, p.shown, p.unlabelled, p.failed, p.first_at AS "firstAt", p.last_at AS "lastAt"
	FROM push_store p JOIN down_stream d ON d.store = p.store AND d.stream = 'catalog'`;

export async function readPush(db: Queries, id: string): Promise<{ id: string; at: Instant; changes: number; stores: PushAtStore[] }> {
	const [push] = await db.query<{ at: string; changes: number }>("SELECT at, changes FROM push WHERE id = $1", [id]);
	if (!push) throw new HqRefusal("push-unknown", `No push has the id ${id}. GET /api/v1/pushes lists the newest.`);
	const stores = await db.query<PushAtStore & { push: string }>(`${standing} WHERE p.push = $1 ORDER BY p.store`, [id]);
	return { id, ...push, stores: stores.map(({ push: _, ...store }) => store) };
}

export interface PushRow {
	n: number;
	id: string;
	at: Instant;
	changes: number;
	stores: PushAtStore[];
}

/** Newest first; `before` is the `n` of the last one seen. */
export async function listPushes(db: Queries, before: number | undefined, limit: number): Promise<PushRow[]> {
	const pushes = await db.query<{ n: number; id: string; at: string; changes: number }>(
		"SELECT n, id, at, changes FROM push WHERE n < $1::bigint ORDER BY n DESC LIMIT $2",
		[before ?? Number.MAX_SAFE_INTEGER, limit],
	);
	const stores = await db.query<PushAtStore & { push: string }>(`${standing} WHERE p.push = ANY($1) ORDER BY p.store`, [
		pushes.map((push) => push.id),
	]);
	return pushes.map((push) => ({
		...push,
		stores: stores.filter((store) => store.push === push.id).map(({ push: _, ...store }) => store),
	}));
}
