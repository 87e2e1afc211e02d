/**
 * How long an open connection is kept on which nothing arrives (LINK rule 3): the broker may have forgotten what was subscribed, and still
 * answer pings.
 *
 *            asked: a message went out that the other end answers at once
 *   quiet ───────────────────────────────────────────────────────────────▶ asking
 *     ▲                       arrived, opened                                │
 *     └──────────────────────────────────────────────────────────────────────┘
 *
 * A quiet connection is given up `silentAfterMs` after its last message; one that asks, at the latest `unansweredAfterMs` after its first
 * question. Each connection in a row that is given up doubles both times for the next: HQ may be away for days while the broker runs.
 */
export type Patience =
	| { at: "quiet"; heardAtMs: number; givenUp: number }
	| { at: "asking"; heardAtMs: number; askedAtMs: number; givenUp: number };

export type PatienceEvent = "opened" | "arrived" | "asked" | "given-up";

/** A store with nothing to send greets after 60 to 75 s, and HQ answers. */
export const silentAfterMs = 105_000;

/** Five hellos are sent within it. */
export const unansweredAfterMs = 45_000;

const patienceMostMs = 5 * 60_000;

export const freshPatience: Patience = { at: "quiet", heardAtMs: 0, givenUp: 0 };

type In<At extends Patience["at"]> = Extract<Patience, { at: At }>;
type Transitions = { [At in Patience["at"]]: Record<PatienceEvent, (state: In<At>, nowMs: number) => Patience> };

const opened = ({ givenUp }: Patience, nowMs: number): Patience => ({ at: "quiet", heardAtMs: nowMs, givenUp });
const arrived = (_: Patience, nowMs: number): Patience => ({ at: "quiet", heardAtMs: nowMs, givenUp: 0 });
const giveUp = (state: Patience): Patience => ({ ...state, givenUp: state.givenUp + 1 });

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	quiet: { opened, arrived, asked: (state, nowMs) => ({ ...state, at: "asking", askedAtMs: nowMs }), "given-up": giveUp },
	asking: { opened, arrived, asked: (state) => state, "given-up": giveUp },
};

export function stepPatience(state: Patience, event: PatienceEvent, nowMs: number): Patience {
	const step = transitions[state.at][event] as (state: Patience, nowMs: number) => Patience;
	return step(state, nowMs);
}

/** The time at which the connection is given up, unless something arrives before. */
export function givesUpAtMs(state: Patience): number {
	const doubled = (ms: number): number => Math.min(ms * 2 ** state.givenUp, patienceMostMs);
	const silentAtMs = state.heardAtMs + doubled(silentAfterMs);
	return state.at === "asking" ? Math.min(silentAtMs, state.askedAtMs + doubled(unansweredAfterMs)) : silentAtMs;
}
