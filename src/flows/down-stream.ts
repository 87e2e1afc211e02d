/** What HQ sends down: articles, prices, label plan, its stock movements. One batch is one transaction with its position. */
import { type Book, LedgerRefusal, type PendingSnapshot } from "../ledger/ledger.ts";
import type { Article } from "../words/article.ts";
import type { CatalogRecord, ConfigRecord, StockRecord } from "../words/catalog.ts";
import { labelIdOf } from "../words/label.ts";
import { livePrices } from "../words/live-prices.ts";
import type { Price } from "../words/price.ts";
import type { Instant, Moment } from "../words/time.ts";
import { bindLabel, countingAt, redesire } from "./price-activation.ts";
import { moved } from "./stock.ts";

export type DownRecord =
	| { record: CatalogRecord | StockRecord | ConfigRecord }
	| { poison: { code: string; why: string }; raw?: unknown }
	| { parked: unknown; type: string };
export interface DownBatch {
	stream: string;
	epoch: string;
	from: number;
	records: DownRecord[];
	hash: string;
}

/**
 * Takes a batch in the order of the stream. What is known is skipped and acknowledged again; a gap is refused (`gap`), because
 * accepting it would lose what is missing. A poisoned record goes to dead letters and is acknowledged with its reason: the stream never stops.
 */
export function acceptDown(book: Book, batch: DownBatch, now: Moment): { position: number; rejected: { seq: number; code: string }[] } {
	const here = book.link.dn(batch.stream);
	if (here && here.epoch !== batch.epoch)
		throw new LedgerRefusal("epoch", `stream ${batch.stream} is at epoch ${here.epoch}, not ${batch.epoch}`);
	const position = here?.position ?? 0;
	if (batch.from > position + 1)
		throw new LedgerRefusal("gap", `stream ${batch.stream} is at ${position}, the batch begins at ${batch.from}`);
	const rejected: { seq: number; code: string }[] = [];
	const accepted: Accepted = { articles: 0, prices: 0, push: null, firstFrom: "" };
	const last = batch.from + batch.records.length - 1;
	if (last <= position) return { position, rejected };

	for (let seq = position + 1; seq <= last; seq += 1) {
		const item = batch.records[seq - batch.from]!;
		const refuse = (code: string, why: string, raw: unknown): void => {
			rejected.push({ seq, code });
			book.link.bury(batch.stream, batch.epoch, seq, code, why, raw);
			book.events.append({ type: "record.refused", stream: batch.stream, record: seq, code, why }, now);
		};
		if ("parked" in item) book.link.park(batch.stream, batch.epoch, seq, item.type, item.parked);
		else if ("poison" in item) refuse(item.poison.code, item.poison.why, item.raw);
		else {
			try {
				apply(book, item.record, accepted, now);
			} catch (error) {
				if (!(error instanceof LedgerRefusal)) throw error;
				refuse(error.code, error.message, item.record);
			}
		}
	}
	book.link.moveDown(batch.stream, batch.epoch, last, batch.hash);
	book.receivedLog.keep(batch.stream, position + 1, batch.records.slice(position + 1 - batch.from).map(saidOf), now.wall);
	sayAccepted(book, accepted, now);
	return { position: last, rejected };
}

/** As HQ said it. Null: what it withheld. */
function saidOf(item: DownRecord): unknown {
	if ("record" in item) return item.record;
	return ("parked" in item ? item.parked : item.raw) ?? null;
}

function sayAccepted(book: Book, accepted: Accepted, now: Moment): void {
	if (accepted.articles > 0) book.events.append({ type: "articles.accepted", count: accepted.articles, push: accepted.push }, now);
	if (accepted.prices > 0) {
		book.events.append({ type: "prices.accepted", count: accepted.prices, push: accepted.push, firstFrom: accepted.firstFrom }, now);
		book.ring("price-due");
	}
}

/**
 * After an upgrade: records that were put aside because no build knew their type. Each is done once; versions and ids keep an old one from
 * undoing what came after it.
 */
export function unpark(
	book: Book,
	{ records }: { records: { stream: string; epoch: string; seq: number; item: DownRecord }[] },
	now: Moment,
): { done: number } {
	const accepted: Accepted = { articles: 0, prices: 0, push: null, firstFrom: "" };
	let done = 0;
	for (const { stream, epoch, seq, item } of records) {
		if ("parked" in item || !book.parked.take({ stream, epoch, seq })) continue;
		done += 1;
		const refuse = (code: string, why: string, raw: unknown): void => {
			book.link.bury(stream, epoch, seq, code, why, raw);
			book.events.append({ type: "record.refused", stream, record: seq, code, why }, now);
		};
		if ("poison" in item) {
			refuse(item.poison.code, item.poison.why, item.raw);
			continue;
		}
		try {
			apply(book, item.record, accepted, now);
		} catch (error) {
			if (!(error instanceof LedgerRefusal)) throw error;
			refuse(error.code, error.message, item.record);
		}
	}
	sayAccepted(book, accepted, now);
	return { done };
}

/** A person at HQ wants to see a label drawn anew, though nothing it says has changed. */
export function refreshLabel(book: Book, { label }: { label: string }, now: Moment): { version: number } {
	const row = book.labels.row(label);
	if (!row) throw new LedgerRefusal("label-unknown", `No label is called ${label}.`);
	if (row.sku === null) throw new LedgerRefusal("label-unbound", `Label ${label} belongs to no article.`);
	redesire(book, { ...row, desired_fields: null }, now);
	return { version: book.labels.row(label)!.desired_version };
}

interface Accepted {
	articles: number;
	prices: number;
	push: string | null;
	firstFrom: string;
}

function apply(book: Book, record: CatalogRecord | StockRecord | ConfigRecord, accepted: Accepted, now: Moment): void {
	switch (record.type) {
		case "article": {
			if (!book.articles.accept(record.article)) return;
			accepted.articles += 1;
			accepted.push ??= record.push ?? null;
			// A new name is a new picture, at once: unlike a price it has no effective time.
			for (const label of book.labels.rowsForSku(record.article.sku)) if (label.desired_version > 0) redesire(book, label, now);
			return;
		}
		case "price":
			if (!book.prices.accept(record.price)) return;
			accepted.prices += 1;
			accepted.push ??= record.price.push ?? null;
			if (accepted.firstFrom === "" || record.price.from < accepted.firstFrom) accepted.firstFrom = record.price.from;
			return;
		case "price-end":
			book.prices.endAt(record.sku, record.ends, record.at);
			book.ring("price-due");
			return;
		case "label":
			bindLabel(
				book,
				{ label: labelIdOf(record.label) ?? record.label, sku: record.sku, ...(record.face !== undefined && { face: record.face }) },
				now,
			);
			return;
		case "setting":
			book.settings.accept(record.setting);
			return;
		case "movement":
			moved(book, { ...record.movement, origin: "hq" }, now);
			return;
		case "grant-ask": {
			// HQ asks for a share of what is here; the store gives no more than it has, so that a partition cannot oversell.
			const hand = book.stock.onHand(record.sku);
			const granted = Math.max(0, Math.min(record.wanted, hand?.available ?? 0));
			if (book.grants.give({ id: record.grant, sku: record.sku, granted, expiresAt: record.expiresAt }))
				book.events.append({ type: "grant.given", grant: record.grant, sku: record.sku, granted, expiresAt: record.expiresAt }, now);
			return;
		}
		case "grant-used": {
			const id = `order-${record.order}-${record.sku}`;
			// Sent again under a new epoch: the goods are gone already, and the grant must not pay for them twice.
			if (book.stock.movement(id)) return;
			if (!book.grants.use(record.grant, record.used))
				throw new LedgerRefusal("grant-overspent", `grant ${record.grant} does not cover ${record.used} of ${record.sku}`);
			moved(
				book,
				{ id, sku: record.sku, quantity: -record.used, reason: "sale", occurredAt: now.wall, reference: record.order, origin: "hq" },
				now,
			);
			return;
		}
	}
	record satisfies never;
}

/** A stream of a new epoch: HQ made its database anew or came back from a backup. */
export function openDownEpoch(
	book: Book,
	{ stream, epoch, position, hash }: { stream: string; epoch: string; position: number; hash: string },
): void {
	book.link.moveDown(stream, epoch, position, hash);
	book.receivedLog.forgetAfter(stream, position);
}

/** What the catalog is, whole: instead of a long history, after damage, or when HQ's history is not the one this store was told. */
export function beginSnapshot(book: Book, manifest: PendingSnapshot): void {
	book.snapshots.begin("catalog", manifest);
}

/** One chunk, as it was checked at the door; kept apart until all are here. */
export function takeChunk(book: Book, { id, chunk, records }: { id: string; chunk: number; records: CatalogRecord[] }): void {
	if (book.snapshots.pending("catalog")?.manifest.id !== id) throw new LedgerRefusal("snapshot-unknown", `no snapshot ${id} is on its way`);
	book.snapshots.putChunk("catalog", chunk, {
		articles: records.flatMap((record) => (record.type === "article" ? [record.article] : [])),
		prices: records.flatMap((record) => (record.type === "price" ? [record.price] : [])),
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
	const plan = book.snapshots.plan();
	book.snapshots.swap((sku, at) => book.prices.winning(sku, at)?.version, countingAt(book, now));
	book.link.moveDown("catalog", manifest.epoch, manifest.baseSeq, manifest.baseHash);
	book.snapshots.forget("catalog");
	// Of another branch, perhaps: word for word it is known only from here on.
	book.receivedLog.forgetAfter("catalog", 0);
	for (const label of changed) redesire(book, book.labels.row(label)!, now);
	for (const { label, sku, face } of plan) {
		// What the store has bound since is its own; the plan is for labels it does not know.
		if (sku === null || book.labels.row(label)?.sku || !book.articles.bySku(sku)) continue;
		bindLabel(book, { label, sku, ...(face !== undefined && { face }) }, now);
	}
	book.ring("price-due");
	book.ring("price");
	return { position: manifest.baseSeq };
}

export interface BucketRepair {
	epoch: string;
	position: number;
	asOf: Instant;
	/** The store's own articles of this bucket. */
	skus: string[];
	/** HQ's rows of it. */
	articles: Article[];
	prices: Price[];
}

/**
 * Makes the rows of one bucket those of HQ (LINK rule 6). Only while the stream stands where HQ compared; otherwise nothing is done, and the
 * next comparison tells.
 */
export function repairBucket(
	book: Book,
	{ epoch, position, asOf, skus, articles, prices }: BucketRepair,
	now: Moment,
): { articles: number; prices: number } {
	const here = book.link.dn("catalog");
	const mended = { articles: 0, prices: 0 };
	if (here?.epoch !== epoch || here.position !== position) return mended;
	const articleOf = new Map(articles.map((article) => [article.sku, article]));
	const pricesOf = Map.groupBy(prices, (price) => price.sku);
	for (const sku of new Set([...skus, ...articleOf.keys(), ...pricesOf.keys()])) {
		const before = { ...mended };
		const article = articleOf.get(sku);
		if (JSON.stringify(book.articles.bySku(sku)) !== JSON.stringify(article)) {
			book.snapshots.replaceArticle(sku, article);
			mended.articles += 1;
		}
		const wanted = new Map((pricesOf.get(sku) ?? []).map((price) => [price.version, price]));
		for (const price of livePrices(book.prices.of(sku), asOf)) {
			const same = isSame(wanted.get(price.version), price);
			if (same) wanted.delete(price.version);
			if (same || wanted.has(price.version)) continue;
			book.snapshots.dropPrice(sku, price.version);
			mended.prices += 1;
		}
		for (const price of wanted.values()) book.snapshots.putPrice(price);
		mended.prices += wanted.size;
		if (mended.articles === before.articles && mended.prices === before.prices) continue;
		for (const label of book.labels.rowsForSku(sku)) redesire(book, label, now);
	}
	if (mended.prices > 0) book.ring("price-due");
	return mended;
}

/** The store's price rows have no other fields, so that a newer build's further ones make no difference. */
function isSame(theirs: Price | undefined, own: Price): boolean {
	return (
		theirs !== undefined &&
		(Object.keys(own) as (keyof Price)[]).every((key) => JSON.stringify(theirs[key]) === JSON.stringify(own[key])) &&
		theirs.until === own.until &&
		theirs.priorAmountMinor === own.priorAmountMinor &&
		theirs.unitPrice?.amountMinor === own.unitPrice?.amountMinor
	);
}
