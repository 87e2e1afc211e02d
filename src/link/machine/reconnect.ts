/**
 * When to connect to the broker, when to wait, how long (LINK rule 3). Both ends use it; only the store adds a handshake (handshake.ts).
 *
 *            start                  opened
 *   closed ─────────▶ connecting ─────────▶ open
 *      ▲                 │  ▲                 │
 *      │ stop       failed  │ timer           │ lost, silent
 *      │ (any state)     ▼  │                 │
 *      └─────────────── waiting ◀─────────────┘
 *
 * `failures` is reset by `proved`, not by `opened`: a broker that admits a client and hangs up at once has failed too. A connection on
 * which nothing arrives (`silent`) is no failure: the wait after it is short and does not grow, so that HQ finds the store when it is back.
 */
export type Reconnect =
	| { at: "closed" }
	| { at: "connecting"; failures: number }
	| { at: "open"; failures: number }
	| { at: "waiting"; failures: number; untilMs: number };

export type ReconnectEvent = "start" | "opened" | "proved" | "failed" | "lost" | "silent" | "timer" | "stop";
export type ReconnectEffect = "connect" | "disconnect";

export interface ReconnectStep {
	line: Reconnect;
	effects: ReconnectEffect[];
	wakeAtMs?: number;
}

export interface ReconnectConditions {
	nowMs: number;
	/** 0 to 1. */
	jitter: number;
}

/** After a broker's restart thousands of stores connect again: each waits a random part of a span that doubles with each failure. */
const wait = { firstMs: 1_000, mostMs: 300_000, silentMs: 5_000 };
const failuresMost = 20;

type In<At extends Reconnect["at"]> = Extract<Reconnect, { at: At }>;
type Transitions = { [At in Reconnect["at"]]: Record<ReconnectEvent, (line: In<At>, conditions: ReconnectConditions) => ReconnectStep> };

const stay = (line: Reconnect): ReconnectStep => ({ line, effects: [] });
const close = (): ReconnectStep => ({ line: { at: "closed" }, effects: ["disconnect"] });
const connect = ({ failures }: { failures: number }): ReconnectStep => ({ line: { at: "connecting", failures }, effects: ["connect"] });

function backOff({ failures }: { failures: number }, { nowMs, jitter }: ReconnectConditions): ReconnectStep {
	const untilMs = nowMs + Math.ceil(jitter * Math.min(wait.firstMs * 2 ** failures, wait.mostMs));
	return {
		line: { at: "waiting", failures: Math.min(failures + 1, failuresMost), untilMs },
		effects: ["disconnect"],
		wakeAtMs: untilMs,
	};
}

function startAgain({ failures }: { failures: number }, { nowMs, jitter }: ReconnectConditions): ReconnectStep {
	const untilMs = nowMs + Math.ceil(jitter * wait.silentMs);
	return { line: { at: "waiting", failures, untilMs }, effects: ["disconnect"], wakeAtMs: untilMs };
}

/** Every state by every event; a pair that is missing does not compile. Events of an earlier connection change nothing. */
const transitions: Transitions = {
	closed: {
		start: () => connect({ failures: 0 }),
		opened: stay,
		proved: stay,
		failed: stay,
		lost: stay,
		silent: stay,
		timer: stay,
		stop: close,
	},
	connecting: {
		start: stay,
		opened: ({ failures }) => stay({ at: "open", failures }),
		proved: stay,
		failed: backOff,
		lost: backOff,
		silent: stay,
		timer: stay,
		stop: close,
	},
	open: {
		start: stay,
		opened: stay,
		proved: () => stay({ at: "open", failures: 0 }),
		failed: backOff,
		lost: backOff,
		silent: startAgain,
		timer: stay,
		stop: close,
	},
	waiting: {
		start: stay,
		opened: stay,
		proved: stay,
		failed: stay,
		lost: stay,
		silent: stay,
		timer: (line, { nowMs }) => (nowMs < line.untilMs ? { ...stay(line), wakeAtMs: line.untilMs } : connect(line)),
		stop: close,
	},
};

export function stepReconnect(line: Reconnect, event: ReconnectEvent, conditions: ReconnectConditions): ReconnectStep {
	const step = transitions[line.at][event] as (line: Reconnect, conditions: ReconnectConditions) => ReconnectStep;
	return step(line, conditions);
}
