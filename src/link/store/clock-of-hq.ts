import type { Instant } from "../../words/time.ts";

/** How far this box's wall clock is from HQ's, by a welcome: `hqMs - wallMs`, exact to half the round trip. */
export interface ClockHint {
	offsetMs: number;
	roundTripMs: number;
}

/** HQ's time, continued by this box's monotonic clock, so that a change of its wall clock does not matter. */
export interface HqClock {
	/** `t0`: this box's monotonic milliseconds at its hello, which the welcome repeats. */
	set(welcome: { now: Instant; t0: number }, own: { wall: Instant; monoMs: number }): ClockHint;
	/** Undefined before HQ's first welcome. */
	nowMs(monoMs: number): number | undefined;
	hint(): ClockHint | null;
}

export function followHqClock(): HqClock {
	let hint: ClockHint | null = null;
	let known: { atMs: number; monoMs: number } | undefined;
	return {
		set({ now, t0 }, { wall, monoMs }) {
			const roundTripMs = Math.max(0, monoMs - t0);
			const atMs = Date.parse(now) + roundTripMs / 2;
			known = { atMs, monoMs };
			hint = { offsetMs: atMs - Date.parse(wall), roundTripMs };
			return hint;
		},
		nowMs: (monoMs) => known && known.atMs + monoMs - known.monoMs,
		hint: () => hint,
	};
}
