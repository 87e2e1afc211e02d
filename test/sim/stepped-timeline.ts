import { appointments, type Timeline } from "../../src/sim/timeline.ts";

/** A timeline that advances only when told to. */
export function steppedTimeline(): Timeline & { advance(ms: number): void } {
	let nowMs = 0;
	const book = appointments();
	return {
		now: () => nowMs,
		after: (ms, act) => book.add(nowMs + Math.max(0, ms), act),
		stop: () => book.clear(),
		advance(ms) {
			const endMs = nowMs + ms;
			for (let dueMs = book.earliestMs(); dueMs <= endMs; dueMs = book.earliestMs()) {
				nowMs = Math.max(nowMs, dueMs);
				book.keep(nowMs);
			}
			nowMs = endMs;
		},
	};
}
