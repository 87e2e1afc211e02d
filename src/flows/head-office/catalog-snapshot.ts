/**
 * The catalog as a snapshot: chunks are gathered in tables of their own and swapped in at once. Also: single buckets made equal to HQ's.
 */
import { type Book, LedgerRefusal, type PendingSnapshot } from "../../ledger/ledger.ts";
import type { Article } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import type { HeldReason } from "../../words/prices/hold.ts";
import { livePrices } from "../../words/prices/live-prices.ts";
import type { Price } from "../../words/prices/price.ts";
import { sideOf } from "../../words/prices/which-counts.ts";
import type { CatalogRecord, PriceRecord } from "../../words/streams/catalog.ts";
import { type Instant, type Moment, priceInstantOf } from "../../words/time.ts";
import { bindLabel } from "../labels/label-binding.ts";
import { wantPicture } from "../labels/label-picture.ts";
import { wantAllPaper, wantPaper } from "../labels/paper-labels.ts";
import { hold, isNamed, notifyHeld, objectionsTo, railsOf } from "../prices/price-hold.ts";
import { keepFloor, noteRise, settleRise } from "../prices/price-rise.ts";
import { noteUnitChange } from "../stock/unit-change.ts";

/**
 * Stores the manifest. A snapshot replaces the stream's records where these are too many, after damage, or when HQ's history is not
 * the one received here.
 */
export function beginSnapshot(book: Book, manifest: PendingSnapshot): void {
	book.snapshots.begin("catalog", manifest);
}

/** One chunk, checked by the door; its rows are kept apart until all chunks are here. */
export function takeChunk(book: Book, { id, chunk, records }: { id: string; chunk: number; records: CatalogRecord[] }): void {
	if (book.snapshots.pending("catalog")?.manifest.id !== id) throw new LedgerRefusal("snapshot-unknown", `no snapshot ${id} is on its way`);
	book.snapshots.putChunk("catalog", chunk, {
		articles: records.flatMap((record) => (record.type === "article" ? [record.article] : [])),
		prices: records.flatMap((record) => ("price" in record ? [record] : [])),
		labels: records.flatMap((record) => (record.type === "label" ? [record] : [])),
	});
}

export function dropSnapshot(book: Book): void {
	book.snapshots.forget("catalog");
}

/** All chunks are here: the new rows take the place of the old ones, and the stream goes on after them. */
export function swapSnapshot(book: Book, { id }: { id: string }, now: Moment): { position: number } {
	const pending = book.snapshots.pending("catalog");
	if (pending?.manifest.id !== id) throw new LedgerRefusal("snapshot-unknown", `no snapshot ${id} is on its way`);
	const { manifest, have } = pending;
	if (have.size < manifest.chunks) throw new LedgerRefusal("snapshot-incomplete", `${have.size} of ${manifest.chunks} chunks are here`);
	const changed = book.snapshots.changedLabels();
	const units = book.snapshots.changedUnits();
	const plan = book.snapshots.plan();
	book.snapshots.keepStates();
	const held = judgeSnapshot(book);
	for (const { price } of held) book.snapshots.holdNext(price);
	const isFrozen = book.priceHolds.frozen() !== undefined;
	const labelled = book.labels.skus();
	for (const sku of labelled) keepFloor(book, sku, now);
	book.snapshots.swap((sku, at) => book.prices.winning(sku, at)?.version, priceInstantOf(now, book), isFrozen);
	for (const { before, after } of units) noteUnitChange(book, before, after, now);
	book.priceHolds.forgetGone();
	for (const { price, reasons } of held) hold(book, price, reasons, now);
	notifyHeld(book, now);
	book.link.moveDown("catalog", manifest.epoch, manifest.baseSeq, manifest.baseHash);
	book.snapshots.forget("catalog");
	// The received log may hold another history; it is complete only after the snapshot.
	book.receivedLog.forgetAfter("catalog", 0);
	for (const label of changed) wantPicture(book, book.labels.row(label)!, now);
	wantAllPaper(book, now);
	for (const { label, sku, face } of plan) {
		// A label that somebody bound in the store keeps its article; HQ's label plan is for the other labels.
		if (sku === null || book.labels.row(label)?.sku || !book.articles.bySku(sku)) continue;
		bindLabel(book, defined({ label, sku, face }), now);
	}
	for (const sku of labelled) settleRise(book, sku, now);
	book.ring("price-due");
	book.ring("price");
	return { position: manifest.baseSeq };
}

const judgedPerPage = 1_000;

/**
 * Holds the prices of the snapshot that exceed this store's guard rails. A snapshot leaves out prices that are over, so each price names
 * the one before it.
 */
function judgeSnapshot(book: Book): { price: Price; reasons: HeldReason[] }[] {
	const rails = railsOf(book);
	const held: { price: Price; reasons: HeldReason[] }[] = [];
	if (!rails) return held;
	for (let after = { sku: "", version: 0 }; ; ) {
		const page = book.snapshots.unjudged(after, judgedPerPage);
		if (page.length === 0) return held;
		for (const { price, named, before } of page) {
			const reasons = objectionsTo(book, rails, price, { named, before });
			if (reasons.length > 0) held.push({ price, reasons });
		}
		after = page.at(-1)!.price;
	}
}

export interface BucketRepair {
	epoch: string;
	position: number;
	asOf: Instant;
	/** The store's own articles of this bucket. */
	skus: string[];
	/** HQ's rows of it. */
	articles: Article[];
	prices: PriceRecord[];
}

/**
 * Makes the rows of one bucket those of HQ (LINK rule 6). Only while the stream is at the position that was compared
 * and prices are not frozen; otherwise nothing is done, and the next comparison finds the difference again.
 */
export function repairBucket(
	book: Book,
	{ epoch, position, asOf, skus, articles, prices }: BucketRepair,
	now: Moment,
): { articles: number; prices: number } {
	const here = book.link.dn("catalog");
	const mended = { articles: 0, prices: 0 };
	if (here?.epoch !== epoch || here.position !== position || book.priceHolds.frozen()) return mended;
	const articleOf = new Map(articles.map((article) => [article.sku, article]));
	const pricesOf = Map.groupBy(prices, ({ price }) => price.sku);
	for (const sku of new Set([...skus, ...articleOf.keys(), ...pricesOf.keys()])) {
		const before = { ...mended };
		keepFloor(book, sku, now);
		const article = articleOf.get(sku);
		if (JSON.stringify(book.articles.bySku(sku)) !== JSON.stringify(article)) {
			book.snapshots.replaceArticle(sku, article);
			mended.articles += 1;
		}
		const wanted = new Map((pricesOf.get(sku) ?? []).map((record) => [record.price.version, record]));
		for (const price of livePrices(book.prices.of(sku), asOf)) {
			const same = isSame(wanted.get(price.version)?.price, price);
			if (same) wanted.delete(price.version);
			if (same || wanted.has(price.version)) continue;
			book.snapshots.dropPrice(sku, price.version);
			mended.prices += 1;
		}
		for (const record of wanted.values()) mended.prices += repairPrice(book, record, now);
		if (mended.articles !== before.articles || mended.prices !== before.prices) {
			for (const label of book.labels.rowsForSku(sku)) wantPicture(book, label, now);
			wantPaper(book, sku, now);
		}
		if (book.priceRises.of(sku)) noteRise(book, sku, [], undefined, now);
	}
	if (mended.prices > 0) {
		book.priceHolds.forgetGone();
		notifyHeld(book, now);
		book.ring("price-due");
	}
	return mended;
}

/** Judged as a price of the stream is. One that is in force here with other contents stays where the rails hold HQ's. */
function repairPrice(book: Book, { price, released, before }: PriceRecord, now: Moment): 0 | 1 {
	const rails = released ? undefined : railsOf(book);
	const reasons = rails ? objectionsTo(book, rails, price, { named: isNamed(book, price.sku), before }) : [];
	if (reasons.length > 0 && book.prices.isInForce(price.sku, price.version)) return 0;
	book.snapshots.putPrice(price);
	if (reasons.length > 0) hold(book, price, reasons, now);
	return 1;
}

/** Compares only the fields that this build knows: further fields of a newer build make no difference. */
function isSame(theirs: Price | undefined, own: Price): boolean {
	return (
		theirs !== undefined &&
		(Object.keys(own) as (keyof Price)[]).every((key) => JSON.stringify(theirs[key]) === JSON.stringify(own[key])) &&
		theirs.until === own.until &&
		theirs.priorAmountMinor === own.priorAmountMinor &&
		theirs.unitPrice?.amountMinor === own.unitPrice?.amountMinor &&
		theirs.multiBuy?.amountMinor === own.multiBuy?.amountMinor &&
		theirs.onlineAmountMinor === own.onlineAmountMinor &&
		sideOf(theirs) === sideOf(own)
	);
}
