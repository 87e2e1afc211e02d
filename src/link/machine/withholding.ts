import { genesis } from "../../words/basics/chain.ts";
import type { StreamPosition } from "../protocol/messages.ts";

/**
 * Whether a stream of HQ arrives as far as HQ said that it goes. A broker can hold records back or drop them; HQ's welcome names
 * the stream's end, so that a store notices (LINK rule 24).
 *
 *   even ── a welcome names more than is here ──▶ owed ── 5 min without progress, or 60 min in all ──▶ withheld
 *     ▲                                             │ everything is here                                  │ everything is here
 *     └─────────────────────────────────────────────┴─────────────────────────────────────────────────────┘
 *
 * Only time in which HQ is heard counts: a line that is down has an alarm of its own.
 */
export type Withholding =
	| { at: "even" }
	/** `end`: what is owed. `newest`: what HQ named since; it is owed once `end` is here, so that new records do not extend the time. */
	| { at: "owed"; end: StreamEnd; newest: StreamEnd; progress: number; stalledMs: number; owedMs: number }
	| { at: "withheld"; end: StreamEnd; newest: StreamEnd };

/** The last number of a stream and the chain hash there; without the hash, by HQs that have no keys, the number alone is compared. */
export interface StreamEnd {
	epoch: string;
	last: number;
	hash?: string;
}

export type WithholdingEvent =
	| { type: "welcome"; end: StreamEnd }
	/**
	 * `have`: how far the stream has come here. `progress` changes with whatever arrives of it, also a part of a snapshot. `heardMs`: the time
	 * since the last look in which HQ was heard.
	 */
	| { type: "look"; have: StreamPosition | undefined; progress: number; heardMs: number }
	/** This box is fenced or unknown: neither end takes records of the other. */
	| { type: "refused" };

const stalledMostMs = 300_000;
const owedMostMs = 3_600_000;

type In<At extends Withholding["at"]> = Extract<Withholding, { at: At }>;
type Of<Type extends WithholdingEvent["type"]> = Extract<WithholdingEvent, { type: Type }>;
type Transitions = {
	[At in Withholding["at"]]: { [Type in WithholdingEvent["type"]]: (state: In<At>, event: Of<Type>) => Withholding };
};

const even: Withholding = { at: "even" };

function isReached({ epoch, last, hash }: StreamEnd, have: StreamPosition | undefined): boolean {
	if (have?.epoch !== epoch) return false;
	if (have.position !== last) return have.position > last;
	return hash === undefined || last === 0 || hash === genesis || have.hash === hash;
}

const owing = (end: StreamEnd, progress: number): Withholding => ({ at: "owed", end, newest: end, progress, stalledMs: 0, owedMs: 0 });

/** A new epoch replaces what is owed, and the time goes on: else a new epoch after the other would put the alarm off for ever. */
const renamed = (owed: StreamEnd, end: StreamEnd): StreamEnd => (owed.epoch === end.epoch ? owed : end);

function lookAtOwed(state: In<"owed">, { have, progress, heardMs }: Of<"look">): Withholding {
	if (isReached(state.end, have)) return isReached(state.newest, have) ? even : owing(state.newest, progress);
	const stalledMs = progress !== state.progress ? 0 : state.stalledMs + heardMs;
	const owedMs = state.owedMs + heardMs;
	if (stalledMs >= stalledMostMs || owedMs >= owedMostMs) return { at: "withheld", end: state.end, newest: state.newest };
	return { ...state, progress, stalledMs, owedMs };
}

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	even: {
		welcome: (_, { end }) => owing(end, -1),
		look: (state) => state,
		refused: (state) => state,
	},
	owed: {
		welcome: (state, { end }) => ({ ...state, end: renamed(state.end, end), newest: end }),
		look: lookAtOwed,
		refused: () => even,
	},
	withheld: {
		welcome: (state, { end }) => ({ ...state, end: renamed(state.end, end), newest: end }),
		look: (state, { have, progress }) => {
			if (!isReached(state.end, have)) return state;
			return isReached(state.newest, have) ? even : owing(state.newest, progress);
		},
		refused: () => even,
	},
};

export function stepWithholding(state: Withholding, event: WithholdingEvent): Withholding {
	const step = transitions[state.at][event.type] as (state: Withholding, event: WithholdingEvent) => Withholding;
	return step(state, event);
}
