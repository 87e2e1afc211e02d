/**
 * A price that exceeds the guard rails which head office sent to this store, and that no second person released there, is stored
 * and does not count. States of a price row:
 *
 *   accepted ── within the rails, or released ──▶ waiting ── its time ──▶ in force ── its end ──▶ over
 *      │                                            ▲
 *      └── over them ──▶ held ── released, or other rails ┘
 *                         └── over, or another of its kind began: stays held, and no alarm asks for a decision any more
 *
 * A store without guard rails holds nothing. New guard rails do not hold prices that were accepted before.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { areNarrower } from "../../rails/narrower.ts";
import { judge, readRails } from "../../rails/rails.ts";
import { judgeShape } from "../../rails/shapes.ts";
import { defined } from "../../words/defined.ts";
import type { HeldPrice, HeldReason, HoldEnd } from "../../words/prices/hold.ts";
import type { Price } from "../../words/prices/price.ts";
import type { Rails } from "../../words/prices/rails.ts";
import { isInForce, rankOf, sideOf } from "../../words/prices/which-counts.ts";
import type { ConfigRecord, PriceBefore } from "../../words/streams/catalog.ts";
import { railsApprovedSetting, railsSetting, type Setting } from "../../words/streams/setting.ts";
import { isVisible } from "../../words/text.ts";
import type { Instant, Moment } from "../../words/time.ts";
import { wallOfInstant } from "../../words/wall-time.ts";
import { clear, raise } from "../alarms.ts";
import { keepDueFloor, keepFloor } from "./price-rise.ts";

/** The guard rails that HQ sent to this store; undefined: HQ sent none, or removed them. */
export const railsOf = (book: Book): Rails | undefined => readRails(book.settings.value(railsSetting));

/** The guard rails that a price exceeds. `before`: the price it is compared with; left out: it is the article's first. */
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
 * Whether the article has a name. A name equal to the SKU counts as one: head office gives it to articles that came without a name,
 * and holds their prices itself, but somebody may also have chosen it.
 */
export const isNamed = (book: Book, sku: string): boolean => isVisible(book.articles.bySku(sku)?.name ?? "");

/**
 * The price of the same kind, tier and quantity in force when this one begins, else the price that counts then. Other prices of the
 * same push that have not begun are left out, because head office judges each change of a push against the prices before the push.
 */
function priceBefore(book: Book, price: Price): Price | undefined {
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

/** Takes one price of the stream. Returns whether it is new. Throws where it would remove a price in force. */
export function takePrice(book: Book, price: Price, released: boolean | "unapproved", now: Moment): boolean {
	const isReleased = released === true || (released === "unapproved" && hasCounted(book, price));
	const rails = isReleased ? undefined : railsOf(book);
	const objections = rails ? objectionsTo(book, rails, price, { named: isNamed(book, price.sku), before: priceBefore(book, price) }) : [];
	if (objections.length > 0 && released === "unapproved") objections.unshift(unapproved);
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

const unapproved: HeldReason = {
	code: "unapproved",
	reason: "Head office released it without the signature of an approver whom this store knows.",
};

/** Whether the article had this price here before: head office restates it where it takes back what followed. */
function hasCounted(book: Book, price: Price): boolean {
	const held = new Set(book.priceHolds.of(price.sku).map((each) => each.price.version));
	return book.prices
		.of(price.sku)
		.some(
			(each) =>
				each.version < price.version &&
				!held.has(each.version) &&
				each.from < price.from &&
				each.kind === price.kind &&
				sideOf(each) === sideOf(price) &&
				each.amountMinor === price.amountMinor &&
				each.currency === price.currency,
		);
}

export function hold(book: Book, price: Price, reasons: HeldReason[], now: Moment): void {
	book.priceHolds.hold(price, reasons, now.wall);
	const { sku, version, kind, amountMinor, currency, push = null } = price;
	book.events.append({ type: "price.held", sku, version, kind, amountMinor, currency, push, reasons }, now);
}

/**
 * How a hold ends. After `released` and `rails` the price waits for its time, which may have come; after the other two it never
 * counts.
 */
function endHold(book: Book, price: Price, because: HoldEnd, now: Moment): void {
	if (because === "released" || because === "rails") {
		keepDueFloor(book, price.sku, now);
		book.priceHolds.letGo(price);
		book.ring("price-due");
	} else book.priceHolds.lapse(price);
	book.events.append({ type: "price.hold-ended", sku: price.sku, version: price.version, push: price.push ?? null, because }, now);
}

/** It is said once more, with the reason: head office takes it for released. */
function stayHeld(book: Book, { price, reasons }: HeldPrice, now: Moment): void {
	if (reasons.some(({ code }) => code === unapproved.code)) return;
	hold(book, price, [unapproved, ...reasons], now);
}

interface Release {
	sku: string;
	releases: number;
	held?: Price;
	approval?: object;
}

/** A second person at HQ released the price. Releasing a price that is not held changes nothing: HQ may send a release twice. */
export function releaseHeld(book: Book, { sku, releases, held: price, approval }: Release, isUnapproved: boolean, now: Moment): void {
	if (price && (price.sku !== sku || price.version !== releases))
		throw new LedgerRefusal("price-differs", `The release of version ${releases} of the price of ${sku} carries another price.`);
	const held = book.priceHolds.of(sku).find((each) => each.price.version === releases);
	if (isUnapproved && held) return stayHeld(book, held, now);
	if (isUnapproved) return;
	// An approver signed these terms; under the same version this store may hold others.
	if (approval && held && price && book.prices.differs(price))
		throw new LedgerRefusal("price-differs", `The release of version ${releases} of the price of ${sku} is of another price.`);
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

/** Whether the setting is news and lets prices pass that the rails of this store hold. */
function isWider(book: Book, { version, value }: Setting): boolean {
	const before = railsOf(book);
	const known = book.settings.all().find(({ name }) => name === railsSetting);
	if (!before || version <= (known?.version ?? 0)) return false;
	const after = readRails(value);
	return !after || !areNarrower(after, before);
}

/**
 * New guard rails: held prices that they allow are no longer held. Throws where the text is not a set of guard rails, and where wider ones
 * come without the approval that is demanded, or with one that is older than that of the rails that count.
 */
export function takeRails(
	book: Book,
	{ setting, approval }: Extract<ConfigRecord, { type: "setting" }>,
	isUnapproved: boolean,
	now: Moment,
): void {
	if (setting.value !== null && !readRails(setting.value))
		throw new LedgerRefusal("bad-rails", "The guard rails cannot be read. Those from before go on.");
	const approvedAt = (approval as { act?: { at?: unknown } } | undefined)?.act?.at;
	if (isWider(book, setting)) {
		const newest = String(book.settings.value(railsApprovedSetting) ?? "");
		if (isUnapproved || (typeof approvedAt === "string" && approvedAt <= newest))
			throw new LedgerRefusal("rails-unapproved", "Wider guard rails came without an approver's signature. Those from before go on.");
	}
	if (!book.settings.accept(setting)) return;
	// Not later than the store's own time: where signatures are not demanded, nobody has checked this one.
	if (!isUnapproved && typeof approvedAt === "string") {
		const value = approvedAt < now.wall ? approvedAt : now.wall;
		book.settings.accept({ name: railsApprovedSetting, version: setting.version, value });
	}
	const subject = String(setting.value ?? "none");
	const byHq: Moment = { ...now, actor: { kind: "hq", name: "hq" } };
	book.events.append({ type: "audit.recorded", act: "guard-rails-told", outcome: "done", subject }, byHq);
	const rails = railsOf(book);
	for (const { price } of allHeld(book)) {
		const around = { named: isNamed(book, price.sku), before: priceBefore(book, price) };
		if (!rails || objectionsTo(book, rails, price, around).length === 0) endHold(book, price, "rails", now);
	}
}

/** Ends the holds of prices that are over, and of those that a later price of their kind without an end has replaced. */
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
