/** What HQ sends down: articles, prices, label plan, its stock movements. One batch is one transaction with its position. */
import { LedgerRefusal, type Book } from "../ledger/ledger.ts";
import type { CatalogRecord, StockRecord } from "../words/catalog.ts";
import type { Moment } from "../words/time.ts";
import { bindLabel, redesire } from "./price-to-label.ts";
import { moved } from "./stock.ts";

export type DownRecord = { record: CatalogRecord | StockRecord } | { poison: { code: string; why: string }; raw?: unknown } | { parked: unknown; type: string };
export interface DownBatch { stream: string; epoch: string; from: number; records: DownRecord[]; hash: string }

/**
 * Takes a batch in the order of the stream. What is known is skipped and acknowledged again; a gap is refused (`gap`), because
 * accepting it would lose what is missing. A poisoned record goes to dead letters and is acknowledged with its reason: the stream never stops.
 */
export function acceptDown(book: Book, batch: DownBatch, now: Moment): { position: number; rejected: { seq: number; code: string }[] } {
	const here = book.link.down(batch.stream);
	if (here && here.epoch !== batch.epoch) throw new LedgerRefusal("epoch", `stream ${batch.stream} is at epoch ${here.epoch}, not ${batch.epoch}`);
	const position = here?.position ?? 0;
	if (batch.from > position + 1) throw new LedgerRefusal("gap", `stream ${batch.stream} is at ${position}, the batch begins at ${batch.from}`);
	const rejected: { seq: number; code: string }[] = [];
	const accepted = { articles: 0, prices: 0, push: null as string | null, firstFrom: "" };
	const last = batch.from + batch.records.length - 1;
	if (last <= position) return { position, rejected };

	for (let seq = position + 1; seq <= last; seq += 1) {
		const item = batch.records[seq - batch.from]!;
		const refuse = (code: string, why: string, raw: unknown): void => {
			rejected.push({ seq, code });
			book.link.bury(batch.stream, batch.epoch, seq, code, why, raw);
			book.events.append({ type: "record.refused", stream: batch.stream, seq, code, why }, now);
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
	if (accepted.articles > 0) book.events.append({ type: "articles.accepted", count: accepted.articles, push: accepted.push }, now);
	if (accepted.prices > 0) {
		book.events.append({ type: "prices.accepted", count: accepted.prices, push: accepted.push, firstFrom: accepted.firstFrom }, now);
		book.ring("price-due");
	}
	return { position: last, rejected };
}

function apply(book: Book, record: CatalogRecord | StockRecord, accepted: { articles: number; prices: number; push: string | null; firstFrom: string }, now: Moment): void {
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
			bindLabel(book, { label: record.label, sku: record.sku, ...(record.face !== undefined && { face: record.face }) }, now);
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
			if (!book.grants.use(record.grant, record.used)) throw new LedgerRefusal("grant-overspent", `grant ${record.grant} does not cover ${record.used} of ${record.sku}`);
			moved(book, { id: `order-${record.order}-${record.sku}`, sku: record.sku, quantity: -record.used, reason: "sale", occurredAt: now.wall, reference: record.order, origin: "hq" }, now);
			return;
		}
	}
	record satisfies never;
}

/** A stream of a new epoch: HQ made its database anew or came back from a backup. */
export function openDownEpoch(book: Book, { stream, epoch, position, hash }: { stream: string; epoch: string; position: number; hash: string }): void {
	book.link.moveDown(stream, epoch, position, hash);
}
