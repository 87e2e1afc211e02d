/**
 * The counter of a Star printer as a fence: it rises by one when all that came before is printed, and starts anew at 0 when the printer is
 * switched on.
 *
 *   unknown ── `arming` sent ──▶ arming ── the status shows it ──▶ armed ── a receipt ends with ETB ──▶ awaits the next value
 *      ▲                                                             │
 *      └── the status shows 0 (switched off and on), or the last value
 *
 * - Values 0 and 1 are never awaited: they are what a printer shows that was switched off and on, without and with the fence of a receipt
 *   whose beginning it lost.
 * - `arming` is far from the value seen before, so that fences of an earlier link, which are still on their way, cannot reach it.
 */
export interface PrintCounter {
	/** The value of the last status. */
	seen: number | undefined;
	/** Whether a status has come since the receipt was asked for. */
	isFresh: boolean;
	arming: { value: number; sinceMs: number } | undefined;
	isArmed: boolean;
	/**
	 * Whether the dots were filled up that a printer may still expect from an earlier link (`payOwedDots`): it would take the reset
	 * for dots.
	 */
	isPaid: boolean;
	/** The value that says that the receipt is printed. */
	awaited: number | undefined;
}

export const newCounter = (): PrintCounter => ({
	seen: undefined,
	isFresh: false,
	arming: undefined,
	isArmed: false,
	isPaid: false,
	awaited: undefined,
});

const highest = 31;
/** A reset that is not obeyed in this time is sent again. */
const armAgainMs = 5_000;

/** Whether a receipt may begin by the counter: yes; not yet; or after the counter was set to a value. */
export function armCounter(counter: PrintCounter, nowMs: number): "armed" | "wait" | { set: number } {
	const { seen, arming } = counter;
	if (seen === undefined || !counter.isFresh) return "wait";
	if (counter.isArmed && seen >= 1 && seen < highest) return "armed";
	if (arming && nowMs - arming.sinceMs < armAgainMs) return "wait";
	const value = ((seen + 15) % 29) + 1;
	counter.isArmed = false;
	counter.arming = { value, sinceMs: nowMs };
	return { set: value };
}

/** The value that the fence of the next receipt leads to. */
export function awaitNext(counter: PrintCounter): void {
	counter.awaited = counter.seen! + 1;
}

/** The meaning of a value that the printer showed: none, the answer to the fence, or that it was switched off and on. */
export function hearCount(counter: PrintCounter, count: number): "nothing" | "answered" | "restarted" {
	counter.seen = count;
	counter.isFresh = true;
	if (counter.arming?.value === count) {
		counter.arming = undefined;
		counter.isArmed = true;
		return "nothing";
	}
	if (counter.arming) return "nothing";
	if (count === 0 && counter.isArmed) {
		counter.isArmed = false;
		counter.awaited = undefined;
		return "restarted";
	}
	if (count !== counter.awaited) return "nothing";
	counter.awaited = undefined;
	return "answered";
}
