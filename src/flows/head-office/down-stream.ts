/** Records from HQ: articles, prices, label plan, stock movements. One batch and its position are one transaction. */
import { type Book, type KeptSeal, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import { labelIdOf } from "../../words/label.ts";
import type { Movement } from "../../words/stock.ts";
import type { ArrivedDown, ParkedKey } from "../../words/streams/arrived.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import { railsApprovedSetting, railsSetting } from "../../words/streams/setting.ts";
import type { Moment } from "../../words/time.ts";
import { raise } from "../alarms.ts";
import { endCoupon, takeCoupon, takeLease } from "../coupons/leases.ts";
import { bindLabel } from "../labels/label-binding.ts";
import { wantPicture } from "../labels/label-picture.ts";
import { wantPaper } from "../labels/paper-labels.ts";
import { eraseMember, takeEnrolmentAnswer } from "../members/enrol.ts";
import { takePoints, takePointsRule } from "../members/points.ts";
import { takeMemberKey, takeUsedCodes } from "../members/present.ts";
import { cancelOrder, placeOrder } from "../orders/arrival.ts";
import { notifyHeld, releaseHeld, takePrice, takeRails } from "../prices/price-hold.ts";
import { keepDueFloor } from "../prices/price-rise.ts";
import { takeReceiptKey } from "../receipts/receipt-keys.ts";
import { releaseReturn, takeReturnDenial, takeReturnLease } from "../returns/rights.ts";
import { takeElsewhere } from "../stock/elsewhere.ts";
import { giveGrant, useGrant } from "../stock/grants.ts";
import { checkNotInFuture, moved } from "../stock/stock.ts";
import { liftStop, stopSale } from "../stock/stop-sale.ts";
import { noteUnitChange } from "../stock/unit-change.ts";
import { cancelTransfer, noteReceived, noteSent, planTransfer } from "../transfers/transfers.ts";

export interface DownBatch {
	stream: string;
	epoch: string;
	from: number;
	records: ArrivedDown[];
	hash: string;
	/** HQ's seals of these records. */
	seals?: KeptSeal[];
}

/**
 * Takes a batch in the order of its stream. Known records are skipped and acknowledged again. A gap is refused (`gap`): accepting it would
 * lose what is missing. A record that cannot take effect becomes a dead letter and is acknowledged with its reason, so the stream never
 * stops.
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
				apply(book, item, accepted, now);
			} catch (error) {
				if (!(error instanceof LedgerRefusal)) throw error;
				refuse(error.code, error.message, item.record);
			}
		}
	}
	book.link.moveDown(batch.stream, batch.epoch, last, batch.hash);
	book.receivedLog.keep(batch.stream, position + 1, batch.records.slice(position + 1 - batch.from).map(asReceived), now.wall);
	if (batch.seals) book.receivedLog.keepSeals(batch.stream, batch.seals, now.wall);
	sayAccepted(book, accepted, now);
	return { position: last, rejected };
}

/** The record as HQ sent it, for the received log; null where there is no text of it. */
function asReceived(item: ArrivedDown): unknown {
	if ("record" in item) return item.record;
	return ("parked" in item ? item.parked : item.raw) ?? null;
}

function sayAccepted(book: Book, accepted: Accepted, now: Moment): void {
	notifyHeld(book, now);
	if (accepted.articles > 0) book.events.append({ type: "articles.accepted", count: accepted.articles, push: accepted.push }, now);
	if (accepted.prices > 0) {
		book.events.append({ type: "prices.accepted", count: accepted.prices, push: accepted.push, firstFrom: accepted.firstFrom }, now);
		book.ring("price-due");
	}
}

/**
 * After an upgrade: applies parked records whose type this build knows, each once. Versions and ids keep an old record
 * from undoing what came after it.
 */
export function unpark(book: Book, { records }: { records: (ParkedKey & { item: ArrivedDown })[] }, now: Moment): { done: number } {
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
			apply(book, item, accepted, now);
		} catch (error) {
			if (!(error instanceof LedgerRefusal)) throw error;
			refuse(error.code, error.message, item.record);
		}
	}
	sayAccepted(book, accepted, now);
	return { done };
}

/** Draws a label again although nothing on it has changed, because a person at HQ asked for it. */
export function refreshLabel(book: Book, { label }: { label: string }, now: Moment): { version: number } {
	const row = book.labels.row(label);
	if (!row) throw new LedgerRefusal("label-unknown", `No label is called ${label}.`);
	if (row.sku === null) throw new LedgerRefusal("label-unbound", `Label ${label} belongs to no article.`);
	wantPicture(book, { ...row, desired_fields: null }, now);
	return { version: book.labels.row(label)!.desired_version };
}

function redraw(book: Book, sku: string, now: Moment): void {
	for (const label of book.labels.rowsForSku(sku)) if (label.desired_version > 0) wantPicture(book, label, now);
	wantPaper(book, sku, now);
}

interface Accepted {
	articles: number;
	prices: number;
	push: string | null;
	firstFrom: string;
}

function apply(book: Book, { record, unapproved }: Extract<ArrivedDown, { record: unknown }>, accepted: Accepted, now: Moment): void {
	switch (record.type) {
		case "article": {
			const before = book.articles.bySku(record.article.sku);
			if (!book.articles.accept(record.article)) return;
			noteUnitChange(book, before, record.article, now);
			accepted.articles += 1;
			accepted.push ??= record.push ?? null;
			// A new article name needs a new picture at once: unlike a price it has no effective time.
			redraw(book, record.article.sku, now);
			return;
		}
		case "price":
		case "conditional-price":
			if (!takePrice(book, record.price, unapproved ? "unapproved" : record.released === true, now)) return;
			accepted.prices += 1;
			accepted.push ??= record.price.push ?? null;
			if (accepted.firstFrom === "" || record.price.from < accepted.firstFrom) accepted.firstFrom = record.price.from;
			return;
		case "price-end":
			keepDueFloor(book, record.sku, now);
			book.prices.endAt(record.sku, record.ends, record.at);
			book.ring("price-due");
			return;
		case "label":
			bindLabel(book, defined({ label: labelIdOf(record.label) ?? record.label, sku: record.sku, face: record.face }), now);
			return;
		case "price-release":
			return releaseHeld(book, record, unapproved === true, now);
		case "setting":
			if (record.setting.name === railsSetting) takeRails(book, record, unapproved === true, now);
			else if (record.setting.name !== railsApprovedSetting) book.settings.accept(record.setting);
			return;
		case "movement":
			return takeMovement(book, { ...record.movement, origin: "hq" }, now);
		case "grant-ask":
			return giveGrant(book, record, now);
		case "grant-used":
			return useGrant(book, record, now);
		case "stop-sale":
			return stopSale(book, record.stop, now);
		case "stop-lifted":
			return liftStop(book, record, now);
		case "member-key":
		case "member-key-ended":
		case "member-codes-used":
		case "member-enrolment":
		case "member-erase":
		case "points-rule":
		case "points-balance":
			return takeMemberRecord(book, record, now);
		case "receipt-key":
			return takeReceiptKey(book, record);
		case "coupon":
		case "coupon-lease":
		case "coupon-ended":
			return takeCouponRecord(book, record, now);
		case "transfer":
			return planTransfer(book, record.transfer);
		case "transfer-sent":
			return noteSent(book, record, now);
		case "transfer-received":
			return noteReceived(book, record);
		case "transfer-cancel":
			return cancelTransfer(book, record, now);
		case "stock-elsewhere":
			return takeElsewhere(book, record.figures);
		case "return-ask":
			return releaseReturn(book, record, now);
		case "return-lease":
			return takeReturnLease(book, record.lease);
		case "return-denied":
			return takeReturnDenial(book, record);
		case "order":
			return placeOrder(book, record.order, now);
		case "order-cancel":
			return cancelOrder(book, record, now);
	}
	record satisfies never;
}

function takeCouponRecord(book: Book, record: Extract<StockRecord, { type: `coupon${string}` }>, now: Moment): void {
	switch (record.type) {
		case "coupon":
			return takeCoupon(book, record.coupon);
		case "coupon-lease":
			return takeLease(book, record.lease, now);
		case "coupon-ended":
			return endCoupon(book, record, now);
	}
	record satisfies never;
}

type MemberRecord = Extract<StockRecord, { type: `${"member" | "points"}-${string}` }>;

function takeMemberRecord(book: Book, record: MemberRecord, now: Moment): void {
	switch (record.type) {
		case "member-key":
			return takeMemberKey(book, record.key);
		case "member-key-ended":
			return book.members.endKey(record.kid, record.at);
		case "member-codes-used":
			return takeUsedCodes(book, record);
		case "member-enrolment":
			return takeEnrolmentAnswer(book, record, now);
		case "member-erase":
			return eraseMember(book, record, now);
		case "points-rule":
			return takePointsRule(book, record.rule);
		case "points-balance":
			return takePoints(book, record, now);
	}
	record satisfies never;
}

/** A stock movement of HQ. A known id with other contents is refused, so that both sides see it. */
function takeMovement(book: Book, movement: Movement, now: Moment): void {
	const known = book.stock.movement(movement.id);
	if (known && (known.sku !== movement.sku || known.quantity !== movement.quantity || known.reason !== movement.reason)) {
		noteDiffering(book, known, movement, now);
		throw new LedgerRefusal("movement-differs", `Movement ${movement.id} is already recorded here with other contents.`);
	}
	if (!known) checkNotInFuture(movement, now);
	moved(book, movement, now);
}

/** One alarm for each movement id. The refusal itself is a dead letter, which nobody in the store reads. */
function noteDiffering(book: Book, known: Movement, movement: Movement, now: Moment): void {
	const { id, sku } = known;
	const name = book.articles.bySku(sku)?.name ?? sku;
	const said = ({ quantity, reason }: Movement): string => `${quantity} (${reason})`;
	const facts = { movement: id, sku, name, here: said(known), there: said(movement) };
	raise(book, { code: "movement-differs", subject: id, facts }, now);
}

/** A stream of a new epoch: HQ made its database anew or came back from a backup. */
export function openDownEpoch(
	book: Book,
	{ stream, epoch, position, hash }: { stream: string; epoch: string; position: number; hash: string },
): void {
	book.link.moveDown(stream, epoch, position, hash);
	book.receivedLog.forgetAfter(stream, position);
}
