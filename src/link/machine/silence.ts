import type { Instant } from "../../words/time.ts";

/**
 * Whether HQ has been silent for too long (LINK rule 24).
 *
 *   unwelcomed ── a welcome ──▶ welcomed ─┐ each further welcome begins anew
 *                                  ▲──────┘
 *
 *   in both       nothing was heard for longer than `trustForMs`
 *   welcomed      or HQ was heard for half an hour in all without a welcome: a store greets every ten minutes, and HQ answers
 */
export type Silence =
	| { at: "unwelcomed"; trustForMs: number }
	/** `heardMs`: the time since the welcome in which HQ was heard. */
	| { at: "welcomed"; trustForMs: number; welcomedAt: Instant; heardMs: number };

export type SilenceEvent =
	/** `trustForMs`: left out by HQs that have no keys; the time named before then goes on. */
	{ type: "welcome"; at: Instant; trustForMs: number | undefined } | { type: "heard"; ms: number };

/** How long a store may go without a message from HQ, until a welcome names another time. */
const usualTrustForMs = 8 * 86_400_000;
const welcomeOwedMs = 1_800_000;

export const beforeWelcome: Silence = { at: "unwelcomed", trustForMs: usualTrustForMs };

type In<At extends Silence["at"]> = Extract<Silence, { at: At }>;
type Of<Type extends SilenceEvent["type"]> = Extract<SilenceEvent, { type: Type }>;
type Transitions = { [At in Silence["at"]]: { [Type in SilenceEvent["type"]]: (state: In<At>, event: Of<Type>) => Silence } };

const welcome = (state: Silence, { at, trustForMs = state.trustForMs }: Of<"welcome">): Silence => ({
	at: "welcomed",
	trustForMs,
	welcomedAt: at,
	heardMs: 0,
});

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	unwelcomed: { welcome, heard: (state) => state },
	welcomed: { welcome, heard: (state, { ms }) => ({ ...state, heardMs: state.heardMs + ms }) },
};

export function stepSilence(state: Silence, event: SilenceEvent): Silence {
	const step = transitions[state.at][event.type] as (state: Silence, event: SilenceEvent) => Silence;
	return step(state, event);
}

/**
 * Since when HQ has been silent for too long; undefined: it has not. `lastContact`: null where there was none, or where wall clocks prove
 * nothing.
 */
export function silentSince(state: Silence, lastContact: Instant | null, wall: Instant): Instant | undefined {
	if (state.at === "welcomed" && state.heardMs >= welcomeOwedMs) return state.welcomedAt;
	if (lastContact === null || Date.parse(wall) - Date.parse(lastContact) <= state.trustForMs) return undefined;
	return lastContact;
}
