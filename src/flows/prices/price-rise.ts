/**
 * A rise shows on the shelf before the till charges it (LINK rule 7). The price is in force, and the labels of its article want it; the
 * till charges the lower one:
 *
 *   in force, above what was charged ── no label ───────────────────────────▶ charged
 *      │                             ── its push does not wait ─────────────▶ charged, marked went-on
 *      └── a label may show less ──▶ waits ── every label shows it ─────────▶ charged
 *                                         ├── as long as its push allows ───▶ charged, marked went-on
 *                                         └── another price counts ─────────▶ replaced
 *
 * A cut needs nothing: the till charges what is in force, and labels are drawn after that. While prices are frozen, or the clock is a
 * guess, no rise goes on by its time.
 */
import type { Book } from "../../ledger/ledger.ts";
import { countingAmong } from "../../words/prices/advantages.ts";
import type { Price } from "../../words/prices/price.ts";
import { isAbove, leastOf, type PriceRise, type RiseEnd, riseWaitsUsuallyMs, withFloors } from "../../words/prices/rise.ts";
import { isInForce } from "../../words/prices/which-counts.ts";
import { type Moment, priceInstantOf } from "../../words/time.ts";

const after = (now: Moment, ms: number): string => new Date(Date.parse(now.wall) + ms).toISOString();

/**
 * The prices that counted among those put in force, each time with and without those whose end has come. A price that was over
 * before it was put in force never counted.
 */
export function standingByState(book: Book, sku: string, now: Moment): Price[][] {
	const put = book.prices.counting(sku).flatMap(({ price, isInForce: isPut }) => (isPut ? [price] : []));
	const at = priceInstantOf(now, book);
	return [countingAmong(put), countingAmong(put.filter((price) => isInForce(price, at)))];
}

/**
 * Records what the labels may show, before a snapshot, a repair or a corrected clock replaces prices of the article. `settleRise`
 * deletes it where no price rose.
 */
export function keepFloor(book: Book, sku: string, now: Moment): void {
	if (book.labels.rowsForSku(sku).length === 0) return;
	// A price whose time has come may not be put in force yet: a label bound before that shows it.
	const before = [...standingByState(book, sku, now), book.prices.standing(sku, priceInstantOf(now, book))];
	const everybody = before.find((counting) => counting.length > 0)?.[0];
	if (!everybody) return;
	const known = book.priceRises.of(sku);
	const fresh = { sku, version: everybody.version, push: null, since: now.wall, until: after(now, riseWaitsUsuallyMs) };
	const rise = known ?? { ...fresh, waitMs: riseWaitsUsuallyMs, floors: [], isReported: false };
	book.priceRises.put({ ...rise, floors: withFloors(rise.floors, before) });
}

/** Called before a price is added, removed or ended early: labels may already show prices that are not put in force yet. */
export function keepDueFloor(book: Book, sku: string, now: Moment): void {
	// Most articles have no label, and this is asked for each price of a push: the cheap test first.
	if (book.labels.rowsForSku(sku).length === 0) return;
	const at = priceInstantOf(now, book);
	if (book.prices.counting(sku).some(({ price, isInForce: isPut }) => !isPut && isInForce(price, at))) keepFloor(book, sku, now);
}

/**
 * Prices of an article came into force or ended. `before`: those that counted until then. `waitMs`: how long a rise waits, where
 * the price says so.
 */
export function noteRise(book: Book, sku: string, before: Price[][], waitMs: number | undefined, now: Moment): void {
	const known = book.priceRises.of(sku);
	const counting = book.prices.standing(sku, priceInstantOf(now, book));
	const [everybody] = counting;
	const floors = withFloors(known?.floors ?? [], before);
	if (!everybody || !isAbove(counting, floors)) {
		if (known) endRise(book, known, "replaced", now);
		return;
	}
	const isAnother = known?.isReported !== true || known.version !== everybody.version || isAbove(counting, before);
	if (!isAnother) return void book.priceRises.put({ ...known, floors });
	if (known) endRise(book, known, "replaced", now);
	const waits = waitMs ?? everybody.riseWaitsMs ?? riseWaitsUsuallyMs;
	const rise: PriceRise = {
		...{ sku, version: everybody.version, push: everybody.push ?? null, since: now.wall, until: after(now, waits), waitMs: waits },
		...{ floors, isReported: true },
	};
	if (!book.labels.mayShowAnother(sku)) return;
	if (waits === 0) return endRise(book, rise, "went-on", now);
	book.priceRises.put(rise);
	const { sku: _, since: __, waitMs: ___, floors: ____, isReported: _____, ...said } = rise;
	const lower = leastOf([counting, ...floors], {})!.charge;
	book.events.append(
		{
			type: "price.rise-waits",
			...{ sku, ...said, amountMinor: everybody.amountMinor, chargedMinor: lower.amountMinor, currency: everybody.currency },
		},
		now,
	);
}

/** Ends the wait of an article's rise where there is no reason left to wait. */
export function settleRise(book: Book, sku: string, now: Moment): void {
	const rise = book.priceRises.of(sku);
	if (!rise || book.priceHolds.frozen()) return;
	if (!rise.isReported) {
		const at = priceInstantOf(now, book);
		const counting = book.prices.standing(sku, at);
		// HQ's clock is ahead: its snapshot has only prices that begin here in some seconds, and may be the rise.
		const isToCome = counting.length === 0 && book.prices.of(sku).some(({ from }) => from > at && from < rise.until);
		if (isToCome) return;
		if (!isAbove(counting, rise.floors)) return void book.priceRises.drop(sku);
	}
	// Until the replaced prices are put in force, the labels' wanted pictures do not include them.
	if (rise.isReported && !book.labels.mayShowAnother(sku))
		return endRise(book, rise, book.labels.rowsForSku(sku).length === 0 ? "unlabelled" : "shown", now);
	if (now.quality === "guess") return;
	if (now.wall >= rise.until) return endRise(book, rise, "went-on", now);
	// The clock was set back: the rise waits no longer than its push allows, counted from now.
	const until = after(now, rise.waitMs);
	if (until < rise.until) book.priceRises.put({ ...rise, until });
}

const settledPerPage = 500;

export function settleRises(book: Book, now: Moment): void {
	if (book.priceHolds.frozen()) return;
	for (let last = ""; ; ) {
		const page = book.priceRises.page(last, settledPerPage);
		for (const { sku } of page) settleRise(book, sku, now);
		if (page.length < settledPerPage) return;
		last = page.at(-1)!.sku;
	}
}

function endRise(book: Book, rise: PriceRise, because: RiseEnd, now: Moment): void {
	book.priceRises.drop(rise.sku);
	if (because === "went-on") book.link.set("risesWentOn", String(book.link.risesWentOn() + 1));
	// Where no fact reported the wait, none reports its end either, except `went-on`, which is always reported.
	if (!rise.isReported && because !== "went-on") return;
	book.events.append({ type: "price.rise-ended", sku: rise.sku, version: rise.version, push: rise.push, because }, now);
}
