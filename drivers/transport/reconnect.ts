/**
 * When to open a port, when to wait, and how long.
 *
 *            start              opened
 *   closed ─────────▶ opening ─────────▶ open
 *      ▲                │  ▲               │
 *      │ stop      failed  │ timer         │ lost
 *      │ (any state)    ▼  │               │
 *      └───────────── waiting ◀────────────┘
 */
export type Link =
	| { at: "closed" }
	| { at: "opening"; attempt: number }
	| { at: "open"; attempt: number; sinceMs: number }
	| { at: "waiting"; attempt: number };

export type Happening = "start" | "opened" | "failed" | "lost" | "timer" | "stop";

export type Act = { open: true } | { close: true } | { wakeInMs: number };

/** Cashiers plug a cable back within seconds, so the first tries are quick; the last repeats for ever. */
export const waitsMs = [250, 1_000, 5_000, 30_000] as const;

/** A print server that accepts and hangs up at once must not be tried four times a second; a link that held this long was a real one. */
export const stableMs = 3_000;

/** After a power cut twenty devices come back together; up to a quarter more waiting keeps them out of step. */
const jitterShare = 0.25;

export interface Circumstances {
	/** Any clock that never steps back. */
	nowMs: number;
	/** 0 to 1; how much of the jitter this attempt waits. */
	jitter: number;
}

/** What follows from a happening, and what is to be done about it. Pure: the caller owns the clock, the dice and the port. */
export function step(link: Link, happening: Happening, { nowMs, jitter }: Circumstances): { link: Link; acts: Act[] } {
	if (happening === "stop") return { link: { at: "closed" }, acts: link.at === "open" ? [{ close: true }] : [] };

	switch (`${link.at} + ${happening}` as const) {
		case "closed + start":
			return { link: { at: "opening", attempt: 1 }, acts: [{ open: true }] };
		case "opening + opened":
			return { link: { at: "open", attempt: attemptOf(link), sinceMs: nowMs }, acts: [] };
		case "opening + failed":
			return wait(attemptOf(link), jitter);
		case "open + lost":
			return wait(link.at === "open" && nowMs - link.sinceMs < stableMs ? link.attempt : 1, jitter);
		case "waiting + timer":
			return { link: { at: "opening", attempt: attemptOf(link) + 1 }, acts: [{ open: true }] };
		case "closed + opened":
			return { link, acts: [{ close: true }] }; // it was asked to stop while the operating system was opening
		default:
			return { link, acts: [] }; // late news about a link we have already left
	}
}

function wait(attempt: number, jitter: number): { link: Link; acts: Act[] } {
	const baseMs = waitsMs[Math.min(attempt, waitsMs.length) - 1] ?? waitsMs[0];
	return { link: { at: "waiting", attempt }, acts: [{ wakeInMs: Math.round(baseMs * (1 + jitterShare * jitter)) }] };
}

function attemptOf(link: Link): number {
	return "attempt" in link ? link.attempt : 0;
}
