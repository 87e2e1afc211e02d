import type { Book } from "../../ledger/ledger.ts";
import type { ColdRecord } from "../../words/cold-chain/kept.ts";
import { type GapWhy, minuteMs, minuteOf } from "../../words/cold-chain/record.ts";
import { dueWithinMs } from "../../words/cold-chain/sensor.ts";
import type { Moment } from "../../words/time.ts";

/** Clocks may differ by this much without a jump between them. */
const toleranceMs = 30_000;
/** Minutes are closed once a minute. After a longer pause of the same run the gateway was suspended, or could not write. */
const stalledAfterMs = 150_000;

/** Everything that happened between the last time that minutes were closed and now. */
interface Passed {
	/** Minutes up to this one are from before this run of the gateway, or it began within it. */
	offUntil: number;
	/** Minutes up to this one passed while the clock was a guess. */
	guessUntil: number;
	hasJumped: boolean;
	hasStalled: boolean;
	/** By the wall clock, which was sure. */
	startWallMs: number;
}

/**
 * Explains each minute that is over and has no temperature. While the clock is a guess nothing is explained: which minutes passed is known
 * when the clock is sure again.
 */
export function closeMinutes(book: Book, now: Moment): void {
	const { coldChain } = book;
	const rows = coldChain.list();
	if (rows.length === 0) return;
	const before = coldChain.tick();
	const { boot, monoMs } = now;
	const wallMs = Date.parse(now.wall);
	if (now.quality === "guess") {
		const sure = before?.boot === boot ? before : { monoMs, wallMs, startWallMs: null };
		return coldChain.setTick({
			...{ boot, monoMs: sure.monoMs, wallMs: sure.wallMs },
			startWallMs: sure.startWallMs,
			guessUntilMs: monoMs,
		});
	}
	const passed = passedSince(before, now);
	const minute = minuteOf(now.wall);
	for (const row of rows) {
		// A minute that is dated after the present was taken while the clock was ahead.
		coldChain.doubtAfter(row.n, minute);
		if (row.closed >= minute) coldChain.put({ ...row, closed: minute - 1 });
		else if (!row.isRemoved) explain(book, row, minute - 1, passed);
	}
	coldChain.setTick({ boot, monoMs, wallMs, startWallMs: passed.startWallMs, guessUntilMs: null });
}

function passedSince(before: ColdTick | undefined, now: Moment): Passed {
	const wallMs = Date.parse(now.wall);
	const startWallMs = wallMs - now.monoMs;
	const off = Math.floor(startWallMs / minuteMs);
	const none = { guessUntil: -1, hasJumped: false, hasStalled: false };
	// Of a run that ended while its clock was a guess nobody knows how long it lasted.
	const endedGuessing = before !== undefined && before.guessUntilMs !== null;
	if (before?.boot !== now.boot)
		return endedGuessing ? { ...none, offUntil: -1, guessUntil: off, startWallMs } : { ...none, offUntil: off, startWallMs };
	const steadyMs = now.monoMs - before.monoMs;
	const aheadMs = wallMs - before.wallMs - steadyMs;
	const start = before.startWallMs === null || aheadMs < -toleranceMs ? startWallMs : before.startWallMs;
	const offUntil = Math.floor(start / minuteMs);
	if (before.guessUntilMs !== null) {
		const guessUntil = Math.floor((startWallMs + before.guessUntilMs) / minuteMs);
		return { ...none, offUntil, guessUntil, startWallMs: start };
	}
	return { ...none, offUntil, hasJumped: aheadMs > toleranceMs, hasStalled: steadyMs > stalledAfterMs, startWallMs: start };
}

type ColdTick = NonNullable<ReturnType<Book["coldChain"]["tick"]>>;

/** Writes why there is nothing of each minute after the last closed one, up to `to`. */
function explain(book: Book, row: ColdRecord, to: number, passed: Passed): void {
	if (to <= row.closed) return;
	const { n, closed } = row;
	const known = book.coldChain.known(n, closed + 1, to);
	let heard = book.coldChain.measuredBefore(n, closed + 1);
	let from = 0;
	let because: GapWhy | undefined;
	const end = (last: number): void => {
		if (because !== undefined) book.coldChain.explain(n, from, last, because);
		because = undefined;
	};
	for (let minute = closed + 1; minute <= to; minute += 1) {
		const isMeasured = known.get(minute);
		if (isMeasured !== undefined) {
			end(minute - 1);
			if (isMeasured) heard = minute;
			continue;
		}
		// The last report was some time within its minute, and this minute is not over before its end.
		const isBetween = heard !== undefined && (minute - heard) * minuteMs <= dueWithinMs(row.sensor);
		const why = whyOf(minute, passed, isBetween);
		if (why === because) continue;
		end(minute - 1);
		from = minute;
		because = why;
	}
	end(to);
	book.coldChain.put({ ...row, closed: to });
}

function whyOf(minute: number, { offUntil, guessUntil, hasJumped, hasStalled }: Passed, isBetween: boolean): GapWhy {
	if (minute <= offUntil) return "gateway-off";
	if (minute <= guessUntil) return "clock-guess";
	if (hasJumped) return "clock-jumped";
	if (hasStalled) return "gateway-stalled";
	return isBetween ? "between-reports" : "silent";
}
