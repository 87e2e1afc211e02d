/**
 * When to open a device's port, when to wait, and how long. The line to head office has a machine of its own (decision 0019).
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

export type ReconnectEvent = "start" | "opened" | "failed" | "lost" | "timer" | "stop";

export type ReconnectEffect = { open: true } | { close: true } | { wakeInMs: number };

export interface ReconnectStep {
	link: Link;
	effects: ReconnectEffect[];
}

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

type In<At extends Link["at"]> = Extract<Link, { at: At }>;
type Transitions = { [At in Link["at"]]: Record<ReconnectEvent, (link: In<At>, now: Circumstances) => ReconnectStep> };

/** An event of an attempt or a link that was left before. */
const stay = (link: Link): ReconnectStep => ({ link, effects: [] });
const closed = (): ReconnectStep => ({ link: { at: "closed" }, effects: [] });
const open = (attempt: number): ReconnectStep => ({ link: { at: "opening", attempt }, effects: [{ open: true }] });
const close = (): ReconnectStep => ({ link: { at: "closed" }, effects: [{ close: true }] });

function wait(attempt: number, { jitter }: Circumstances): ReconnectStep {
	const baseMs = waitsMs[Math.min(attempt, waitsMs.length) - 1] ?? waitsMs[0];
	return { link: { at: "waiting", attempt }, effects: [{ wakeInMs: Math.round(baseMs * (1 + jitterShare * jitter)) }] };
}

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	closed: {
		start: () => open(1),
		// `stop` came while the operating system was opening the port.
		opened: close,
		failed: stay,
		lost: stay,
		timer: stay,
		stop: closed,
	},
	opening: {
		start: stay,
		opened: ({ attempt }, { nowMs }) => stay({ at: "open", attempt, sinceMs: nowMs }),
		failed: ({ attempt }, now) => wait(attempt, now),
		lost: stay,
		timer: stay,
		stop: closed,
	},
	open: {
		start: stay,
		opened: stay,
		failed: stay,
		lost: ({ attempt, sinceMs }, now) => wait(now.nowMs - sinceMs < stableMs ? attempt : 1, now),
		timer: stay,
		stop: close,
	},
	waiting: {
		start: stay,
		opened: stay,
		failed: stay,
		lost: stay,
		timer: ({ attempt }) => open(attempt + 1),
		stop: closed,
	},
};

/** The step that follows from an event, and the acts that belong to it. Pure: the caller owns the clock, the dice and the port. */
export function step(link: Link, event: ReconnectEvent, now: Circumstances): ReconnectStep {
	const row = transitions[link.at] as Record<ReconnectEvent, (link: Link, now: Circumstances) => ReconnectStep>;
	return row[event](link, now);
}
