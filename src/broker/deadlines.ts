/**
 * Deadlines of messages, wills and sessions. In memory a deadline is a reading of the process's steady clock in milliseconds; on disk it is
 * a date, so that it passes while the box is off. A box that does not know the date writes the remaining time as a negative number, and
 * starts again with that much after a power cut: it may deliver late, and never drops early.
 */
import type { Instant } from "../words/time.ts";

export interface Deadlines {
	/** The steady clock. */
	nowMs(): number;
	inSeconds(seconds: number): number;
	isOver(deadline: number | undefined): boolean;
	/** Whole seconds left, at least one: 0 would mean that it has expired. */
	secondsLeft(deadline: number): number;
	toDisk(deadline: number): number;
	fromDisk(kept: number): number;
}

/** `now` is null while the box only guesses the date. */
export function createDeadlines(now: () => Instant | null, nowMs: () => number = () => performance.now()): Deadlines {
	return {
		nowMs,
		inSeconds: (seconds) => nowMs() + seconds * 1_000,
		isOver: (deadline) => deadline !== undefined && deadline <= nowMs(),
		// A date that cannot be compared yet may not have passed.
		secondsLeft: (deadline) => (deadline === Number.POSITIVE_INFINITY ? 1 : Math.max(1, Math.ceil((deadline - nowMs()) / 1_000))),
		toDisk(deadline) {
			const date = now();
			const left = deadline === Number.POSITIVE_INFINITY ? 1_000 : Math.round(deadline - nowMs());
			return date === null ? Math.min(-1, -left) : Date.parse(date) + left;
		},
		fromDisk(kept) {
			if (kept < 0) return nowMs() - kept;
			const date = now();
			return date === null ? Number.POSITIVE_INFINITY : nowMs() + kept - Date.parse(date);
		},
	};
}
