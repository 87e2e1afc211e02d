import { type HeldReason, judge, percentChange, type Rails, usualRails } from "../../rails/rails.ts";
import { defined } from "../../words/defined.ts";
import type { Price } from "../../words/prices/price.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { type AskedPush, addressedStores, type PriceChange, type RejectedRow } from "./pushes.ts";

export interface PreviewedChange {
	sku: string;
	/** Minor units. `old` is null where no addressed store has a price of the article. */
	old: number | null;
	new: number;
	/** Null where the two cannot be compared: nothing before, or another currency. */
	percent: number | null;
}

export interface Preview {
	accepted: number;
	rejected: readonly RejectedRow[];
	/** What the guard rails object to. */
	held: (HeldReason & { sku: string })[];
	changes: PreviewedChange[];
	stores: number;
	labels: number;
}

/**
 * What a push would do; nothing is written. Where stores have different prices of an article, each is judged, and the one with the
 * largest change is shown.
 */
export async function previewPush(db: Db, push: Omit<AskedPush, "id">, now: Instant): Promise<Preview> {
	const stores = await addressedStores(db, push.stores);
	const skus = [...new Set(push.changes.map((change) => change.sku))];
	const rails: Rails = { ...usualRails, currencies: await currenciesOf(db) };
	const named = await namedArticles(db, push.changes, skus);
	const history = await historyOf(db, skus, stores);
	const held: Preview["held"] = [];
	const changes: PreviewedChange[] = [];
	for (const change of push.changes) {
		const before = pricesBefore(history.get(change.sku) ?? [], change, change.from ?? push.effectiveAt ?? now);
		const reasons = new Map<string, HeldReason>();
		for (const price of before.length > 0 ? before : [undefined])
			for (const reason of judge(rails, change, { named: named.has(change.sku), ...defined({ before: price }) }))
				if (!reasons.has(reason.code)) reasons.set(reason.code, reason);
		for (const reason of reasons.values()) held.push({ sku: change.sku, ...reason });
		changes.push(largestChange(change, before));
	}
	const [labels] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM label WHERE store = ANY($1) AND sku = ANY($2)", [
		stores,
		skus,
	]);
	const heldSkus = new Set(held.map((one) => one.sku));
	const accepted = push.changes.filter((change) => !heldSkus.has(change.sku)).length;
	return { accepted, rejected: push.rejected, held, changes, stores: stores.length, labels: labels!.n };
}

/** That of the first push that HQ took; before it, every one. */
async function currenciesOf(db: Queries): Promise<string[]> {
	const [first] = await db.query<{ body: string }>(
		"SELECT r.body FROM push_change c JOIN record r ON r.n = c.version ORDER BY c.version LIMIT 1",
	);
	return first ? [priceIn(first.body).currency] : [];
}

async function namedArticles(db: Queries, changes: readonly PriceChange[], skus: readonly string[]): Promise<Set<string>> {
	const rows = await db.query<{ sku: string; body: string }>("SELECT sku, body FROM article WHERE sku = ANY($1)", [skus]);
	const nameOf = new Map(rows.map(({ sku, body }) => [sku, (JSON.parse(body) as { name: string }).name]));
	for (const { sku, article } of changes) if (article.name !== undefined) nameOf.set(sku, article.name);
	// HQ gives an article that nobody has described its number for a name.
	return new Set(skus.filter((sku) => (nameOf.get(sku) ?? sku) !== sku));
}

interface PastPrice {
	price: Price;
	/** Which of the addressed stores were sent it, as one number per store. */
	stores: ReadonlySet<string>;
}

/** By article, newest first. */
async function historyOf(db: Queries, skus: readonly string[], stores: readonly string[]): Promise<Map<string, PastPrice[]>> {
	const rows = await db.query<{ push: string; body: string }>(
		"SELECT c.push, r.body FROM push_change c JOIN record r ON r.n = c.version WHERE c.sku = ANY($1) ORDER BY c.version DESC",
		[skus],
	);
	const reached = new Map<string, Set<string>>();
	const sent = await db.query<{ push: string; store: string }>(
		"SELECT push, store FROM push_store WHERE push = ANY($1) AND store = ANY($2)",
		[[...new Set(rows.map((row) => row.push))], stores],
	);
	for (const { push, store } of sent) reached.set(push, (reached.get(push) ?? new Set()).add(store));
	const history = new Map<string, PastPrice[]>();
	for (const { push, body } of rows) {
		const at = reached.get(push);
		if (!at) continue;
		const price = priceIn(body);
		history.set(price.sku, [...(history.get(price.sku) ?? []), { price, stores: at }]);
	}
	return history;
}

const priceIn = (body: string): Price => (JSON.parse(body) as { price: Price }).price;

/** The different prices that stores charge when the change begins: of the same kind where one is in force, else the one that counts. */
function pricesBefore(history: readonly PastPrice[], change: PriceChange, at: Instant): Price[] {
	const inForce = history
		.filter(({ price }) => price.from <= at && (price.until === undefined || at < price.until))
		.sort((a, b) => rank(b.price, change) - rank(a.price, change));
	const before: Price[] = [];
	const covered = new Set<string>();
	for (const { price, stores } of inForce) {
		const size = covered.size;
		for (const store of stores) covered.add(store);
		if (covered.size > size) before.push(price);
	}
	return before;
}

/** Decision 0008: of several in force a reduction with an end counts before the regular price, a clearance first. */
function rank(price: Price, change: PriceChange): number {
	if (price.kind === change.kind) return 3;
	if (price.until === undefined) return 0;
	return price.kind === "clearance" ? 2 : price.kind === "promotion" ? 1 : 0;
}

function largestChange(change: PriceChange, before: readonly Price[]): PreviewedChange {
	const compared = before
		.map((price) => ({ old: price.amountMinor, percent: percentChange(price, change) ?? null }))
		.sort((a, b) => Math.abs(b.percent ?? 0) - Math.abs(a.percent ?? 0));
	const { old, percent } = compared[0] ?? { old: null, percent: null };
	return { sku: change.sku, old, new: change.amountMinor, percent: percent === null ? null : Math.round(percent * 10) / 10 };
}
