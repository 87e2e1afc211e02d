/**
 * A price comes into force: HQ decides, the store accepts (down-stream.ts), its time comes, and the labels of its article want a new
 * picture. When a clock that was ahead is set right, prices that came into force early wait again.
 */
import type { Book } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import type { Price } from "../../words/prices/price.ts";
import { isInForce, sideOf } from "../../words/prices/which-counts.ts";
import { type Instant, type Moment, priceInstantOf } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";
import { wantPicture } from "../labels/label-picture.ts";
import { wantPaper } from "../labels/paper-labels.ts";
import { dropIdleHolds, notifyHeld } from "./price-hold.ts";
import { keepFloor, noteRise, settleRises, standingByState } from "./price-rise.ts";

/** Prices put in force in one transaction: a bounded page, so that a push of 10,000 does not hold up a till. */
const activatedPerStep = 500;
const ranAhead = "clock-ran-ahead";

/**
 * Puts prices in force whose time has come, and ends those whose time is over. Call again while `more`. While prices are frozen it does
 * nothing.
 */
export function activateDue(book: Book, _: object, now: Moment): { activated: number; more: boolean; nextAt: Instant | null } {
	if (book.priceHolds.frozen()) return { activated: 0, more: false, nextAt: null };
	const until = trustedUntil(book, now);
	const { takenBack, moreEarly } = takeBack(book, now);
	const ending = book.prices.ending(until, activatedPerStep);
	const starting = book.prices.starting(until, activatedPerStep);
	const touched = new Set<string>([...takenBack, ...[...ending, ...starting].map(({ sku }) => sku)]);
	const labelsOf = new Map([...touched].map((sku) => [sku, book.labels.rowsForSku(sku)]));
	// Most articles have no label and only everybody's price: nothing to compare for them.
	const compared = [...touched].filter((sku) => labelsOf.get(sku)!.length > 0 || book.prices.hasConditions(sku));
	const before = new Map(compared.map((sku) => [sku, standingByState(book, sku, now)]));
	for (const price of ending) book.prices.ended(price);
	for (const price of starting) book.prices.began(price);
	if (book.priceHolds.count() > 0) {
		dropIdleHolds(book, starting, until, now);
		notifyHeld(book, now);
	}
	for (const price of starting) activated(book, price, labelsOf.get(price.sku)!.length, now);
	const begun = new Set(starting.flatMap((price) => (sideOf(price) === "" ? [price.sku] : [])));
	for (const sku of [...ending.map((price) => price.sku), ...takenBack]) {
		const back = begun.has(sku) ? undefined : book.prices.winning(sku, priceInstantOf(now, book));
		if (back) activated(book, back, labelsOf.get(sku)!.length, now);
	}
	const begunOf = Map.groupBy(starting, ({ sku }) => sku);
	for (const [sku, [counted]] of before) {
		const reported = new Set(begunOf.get(sku)?.map(({ version }) => version));
		sayConditional(book, sku, counted!, reported, labelsOf.get(sku)!.length, now);
	}
	for (const labels of labelsOf.values()) for (const label of labels) wantPicture(book, label, now, true);
	for (const sku of touched) wantPaper(book, sku, now);
	const waitOf = waitsSaid(starting, ending);
	for (const [sku, counted] of before) if (labelsOf.get(sku)!.length > 0) noteRise(book, sku, counted, waitOf.get(sku), now);
	if (touched.size === 0) settleRises(book, now);
	if (touched.size > 0) {
		book.ring("price");
		// The clock floor is written with each activation: if the clock is doubted before the next minute's note, prices in force stay in
		// force.
		if (now.quality !== "guess" && (book.link.clockFloor() ?? "") < now.wall) book.link.set("clockFloor", now.wall);
	}
	const isFull = [starting, ending].some((page) => page.length === activatedPerStep);
	return { activated: starting.length, more: isFull || moreEarly, nextAt: nextLook(book, now) };
}

/** How long a rise waits, by article: as the price that begins says, or else the one that ends. */
function waitsSaid(starting: readonly Price[], ending: readonly Price[]): Map<string, number> {
	const said = new Map<string, number>();
	for (const { sku, riseWaitsMs } of [...ending, ...starting]) if (riseWaitsMs !== undefined) said.set(sku, riseWaitsMs);
	return said;
}

/** While the clock is a guess, no rise goes on by its time. */
function nextLook(book: Book, now: Moment): Instant | null {
	const due = book.prices.nextDueAt();
	const goesOn = now.quality === "guess" ? null : book.priceRises.nextUntil();
	return due === null || (goesOn !== null && goesOn < due) ? goesOn : due;
}

/**
 * The time is sure, and earlier than one that was sure before: the clock ran ahead and was set right. Prices that came into force too early
 * wait again, those that were ended too early go on, and one alarm says what may have been charged.
 */
function takeBack(book: Book, now: Moment): { takenBack: string[]; moreEarly: boolean } {
	const sure = book.link.clockFloor();
	const alarm = book.alarms.get(`${ranAhead}:gateway`);
	if (alarm && alarm.clearedAt === null && now.quality !== "guess" && String(alarm.facts["at"]) <= now.wall)
		clear(book, ranAhead, "gateway", now);
	if (now.quality === "guess" || sure === null || sure <= now.wall) return { takenBack: [], moreEarly: false };
	const early = book.prices.early(now.wall, activatedPerStep);
	const over = book.prices.endedEarly(now.wall, activatedPerStep);
	const takenBack = [...new Set([...early, ...over].map(({ sku }) => sku))];
	for (const sku of takenBack) keepFloor(book, sku, now);
	for (const price of early) book.prices.waits(price);
	for (const price of over) book.prices.began(price);
	if (takenBack.length > 0) raise(book, { code: ranAhead, subject: "gateway", facts: { device: "gateway", at: sure } }, now);
	const moreEarly = [early, over].some((page) => page.length === activatedPerStep);
	if (!moreEarly) book.link.set("clockFloor", now.wall);
	return { takenBack, moreEarly };
}

/**
 * With a clock that is only a guess, a scheduled price must not show early: only what was due by the last trusted time is put in force
 * (LINK rule 7), and an alarm says so.
 */
function trustedUntil(book: Book, now: Moment): Instant {
	if (now.quality !== "guess") {
		clear(book, "clock-untrusted", "gateway", now);
		return now.wall;
	}
	const floor = book.link.clockFloor() ?? now.wall;
	const next = book.prices.nextDueAt();
	if (next !== null && next > floor)
		raise(book, { code: "clock-untrusted", subject: "gateway", facts: { device: "gateway", at: next } }, now);
	return floor < now.wall ? floor : now.wall;
}

/**
 * Compares which prices for members and quantities are below everybody's price, before and after that price changed, and reports
 * the difference to HQ: labels show only those that are. `counted`: the prices that counted before; `begun`: those already
 * reported.
 */
function sayConditional(book: Book, sku: string, counted: readonly Price[], begun: ReadonlySet<number>, labels: number, now: Moment): void {
	const at = priceInstantOf(now, book);
	const isConditional = (price: Price): boolean => sideOf(price) !== "" && !begun.has(price.version);
	const counts = book.prices.standing(sku, at).filter(isConditional);
	const has = (list: readonly Price[], { version }: Price): boolean => list.some((price) => price.version === version);
	const gained = counts.filter((price) => !has(counted, price));
	const lost = counted.filter((price) => isConditional(price) && isInForce(price, at) && !has(counts, price));
	for (const price of [...gained, ...lost]) activated(book, price, labels, now);
}

function activated(book: Book, price: Price, labels: number, now: Moment): void {
	const at = priceInstantOf(now, book);
	const counting = sideOf(price) === "" ? [book.prices.winning(price.sku, at)] : book.prices.standing(price.sku, at);
	const masked = !counting.some((each) => each?.version === price.version);
	book.events.append(
		{
			type: "price.activated",
			sku: price.sku,
			version: price.version,
			kind: price.kind,
			amountMinor: price.amountMinor,
			currency: price.currency,
			push: price.push ?? null,
			labels,
			...defined({ tier: price.tier, fromQuantity: price.fromQuantity }),
			...(masked && { masked: true as const }),
		},
		now,
	);
}
