/**
 * The store's own look at a price: what exceeds the guard rails that head office told it, and was not released there by a second person, is
 * kept and does not count. States of a price row:
 *
 *   accepted ── within the rails, or released ──▶ waiting ── its time ──▶ in force ── its end ──▶ over
 *      │                                            ▲
 *      └── over them ──▶ held ── released, or other rails ┘
 *                         └── over, or another of its kind began: still held, and nobody is asked about it any more
 *
 * A store that was told no rails holds nothing. Rails that come later hold nothing that was accepted before.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { judge, type Rails, railsSetting, readRails } from "../../rails/rails.ts";
import { judgeShape } from "../../rails/shapes.ts";
import { defined } from "../../words/defined.ts";
import type { HeldPrice, HeldReason, HoldEnd } from "../../words/prices/hold.ts";
import type { Price } from "../../words/prices/price.ts";
import { isInForce, rankOf, sideOf } from "../../words/prices/which-counts.ts";
import type { PriceBefore } from "../../words/streams/catalog.ts";
import type { Setting } from "../../words/streams/setting.ts";
import { isVisible } from "../../words/text.ts";
import type { Instant, Moment } from "../../words/time.ts";
import { wallOfInstant } from "../../words/wall-time.ts";
import { clear, raise } from "../alarms.ts";
import { keepDueFloor, keepFloor } from "./price-rise.ts";

/** The guard rails that HQ sent to this store; undefined: none, or HQ took them back. */
export const railsOf = (book: Book): Rails | undefined => readRails(book.settings.value(railsSetting));

/** What the rails of this store object to. `before`: the price that it is measured against; left out: the article's first. */
export function objectionsTo(
	book: Book,
	rails: Rails,
	price: Price,
	{ named, before }: { named: boolean; before: PriceBefore | undefined },
): HeldReason[] {
	const wallClock = rails.quietHours && wallOfInstant(price.from, book.link.timeZone()).slice(11, 16);
	return [...judge(rails, price, defined({ named, before, wallClock })), ...judgeShape(rails, price, undefined)];
}

/**
 * The article has a name here. One that is its own number counts: head office gives it to an article that nobody described, and holds that
 * article's prices itself, but a person may have meant it.
 */
export const isNamed = (book: Book, sku: string): boolean => isVisible(book.articles.bySku(sku)?.name ?? "");

/**
 * The price of the same kind, tier and quantity in force when this one begins, else the one that counts then. What the same
 * push brought beside it and has not begun is left out: head office judges the changes of a push side by side.
 */
export function priceBefore(book: Book, price: Price): Price | undefined {
	let best: Price | undefined;
	const isAlike = (other: Price): boolean => other.kind === price.kind && sideOf(other) === sideOf(price);
	const isBetter = (a: Price, b: Price): boolean => (isAlike(a) === isAlike(b) ? rankOf(a, b) > 0 : isAlike(a));
	for (const { price: other, isInForce: hasBegun } of book.prices.counting(price.sku)) {
		const isBeside = !hasBegun && other.push !== undefined && other.push === price.push;
		if (sideOf(other) !== "" && !isAlike(other)) continue;
		if (other.version === price.version || isBeside || !isInForce(other, price.from)) continue;
		if (!best || isBetter(other, best)) best = other;
	}
	return best;
}

/** One price of the stream. Answers whether it is new. Throws where it would take away what is in force. */
export function takePrice(book: Book, price: Price, isReleased: boolean, now: Moment): boolean {
	const rails = isReleased ? undefined : railsOf(book);
	const objections = rails ? objectionsTo(book, rails, price, { named: isNamed(book, price.sku), before: priceBefore(book, price) }) : [];
	if (book.prices.isInForce(price.sku, price.version) && book.prices.differs(price)) {
		if (objections.length > 0 || book.priceHolds.frozen())
			throw new LedgerRefusal("price-differs", `Version ${price.version} of the price of ${price.sku} is in force with other contents.`);
		keepFloor(book, price.sku, now);
	}
	keepDueFloor(book, price.sku, now);
	if (!book.prices.accept(price)) return false;
	if (objections.length > 0) hold(book, price, objections, now);
	else book.priceHolds.forget(price);
	return true;
}

export function hold(book: Book, price: Price, reasons: HeldReason[], now: Moment): void {
	book.priceHolds.hold(price, reasons, now.wall);
	const { sku, version, kind, amountMinor, currency, push = null } = price;
	book.events.append({ type: "price.held", sku, version, kind, amountMinor, currency, push, reasons }, now);
}

/** After `released` and `rails` it waits for its time, which may have come; after the others it never counts. */
function endHold(book: Book, price: Price, because: HoldEnd, now: Moment): void {
	if (because === "released" || because === "rails") {
		keepDueFloor(book, price.sku, now);
		book.priceHolds.letGo(price);
		book.ring("price-due");
	} else book.priceHolds.lapse(price);
	book.events.append({ type: "price.hold-ended", sku: price.sku, version: price.version, push: price.push ?? null, because }, now);
}

interface Release {
	sku: string;
	releases: number;
	held?: Price;
}

/** A second person at HQ released it. A release of a price that is known and not held changes nothing: HQ may send it twice. */
export function releaseHeld(book: Book, { sku, releases, held: price }: Release, now: Moment): void {
	if (price && (price.sku !== sku || price.version !== releases))
		throw new LedgerRefusal("price-differs", `The release of version ${releases} of the price of ${sku} carries another price.`);
	const held = book.priceHolds.of(sku).find((each) => each.price.version === releases);
	if (held) return endHold(book, held.price, "released", now);
	if (price && book.prices.bringBack(price)) endHold(book, price, "released", now);
}

const heldPerPage = 200;

function* allHeld(book: Book): Generator<HeldPrice> {
	for (let after = ""; ; ) {
		const page = book.priceHolds.page(after, heldPerPage);
		if (page.length === 0) return;
		yield* page;
		after = page.at(-1)!.price.sku;
	}
}

/** Other rails count from here on. What they do not object to is no longer held. Throws where the text says no rails. */
export function takeRails(book: Book, setting: Setting, now: Moment): void {
	if (setting.value !== null && !readRails(setting.value))
		throw new LedgerRefusal("bad-rails", "The guard rails cannot be read. Those from before go on.");
	if (!book.settings.accept(setting)) return;
	const subject = String(setting.value ?? "none");
	const byHq: Moment = { ...now, actor: { kind: "hq", name: "hq" } };
	book.events.append({ type: "audit.recorded", act: "guard-rails-told", outcome: "done", subject }, byHq);
	const rails = railsOf(book);
	for (const { price } of allHeld(book)) {
		const around = { named: isNamed(book, price.sku), before: priceBefore(book, price) };
		if (!rails || objectionsTo(book, rails, price, around).length === 0) endHold(book, price, "rails", now);
	}
}

/** Ends the holds of prices that are over, and of those that another price of their kind without an end has replaced. */
export function dropIdleHolds(book: Book, begun: readonly Price[], at: Instant, now: Moment): void {
	for (const { price } of book.priceHolds.over(at)) endHold(book, price, "over", now);
	for (const fresh of begun) {
		if (fresh.until !== undefined) continue;
		for (const { price } of book.priceHolds.of(fresh.sku)) {
			const isReplaced =
				price.kind === fresh.kind && sideOf(price) === sideOf(fresh) && price.until === undefined && rankOf(fresh, price) > 0;
			if (isReplaced) endHold(book, price, "overtaken", now);
		}
	}
}

const heldAlarm = "price-held";

/** One alarm for all prices that are held. */
export function notifyHeld(book: Book, now: Moment): void {
	const count = book.priceHolds.count();
	const known = book.alarms.get(`${heldAlarm}:prices`);
	const isOpen = known !== undefined && known.clearedAt === null;
	if (count === 0) return clear(book, heldAlarm, "prices", now);
	if (isOpen && known.facts["count"] === count) return;
	const [first] = book.priceHolds.page("", 1);
	if (!first) return;
	const { price, reasons } = first;
	const name = book.articles.bySku(price.sku)?.name ?? price.sku;
	const facts = { count, sku: price.sku, name, code: reasons[0]?.code ?? "" };
	raise(book, { code: heldAlarm, subject: "prices", facts }, now);
}
