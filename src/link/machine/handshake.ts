import { genesis } from "../../words/basics/chain.ts";
import type { DownHead, StreamPosition, UpHead } from "../protocol/messages.ts";

/**
 * The store's side of hello and welcome, over an open connection. The same machine keeps an open line healthy: silence is answered by
 * another hello, which also repairs what was lost on either side.
 *
 *            opened                 welcome
 *   away ────────────▶ greeting ─────────────▶ talking
 *     ▲   lost           │ ▲  ▲                  │ │ 60 s without a message, or a message does not fit
 *     └──── (any) ───────┘ │  └──────────────────┘ │
 *                   hello again                   │ welcome says fenced or unknown
 *                   2 s → 60 s      refused ◀─────┘  hello again every 5 to 10 minutes
 */
export type Handshake =
	| { at: "away" }
	| { at: "greeting"; tries: number; untilMs: number }
	/** `doubted`: a message did not fit what this end knows; the next welcome settles it. */
	| { at: "talking"; doubted: boolean; untilMs: number }
	| { at: "refused"; untilMs: number };

export type HandshakeEvent = "opened" | "lost" | "welcome" | "refused" | "heard" | "does-not-fit" | "asked" | "timer";

/** `hello`: send one now. `start-streams`, `stop-streams`: records may flow, must stop. */
export type HandshakeEffect = "hello" | "start-streams" | "stop-streams";

export interface HandshakeStep {
	handshake: Handshake;
	effects: HandshakeEffect[];
}

export interface HandshakeConditions {
	nowMs: number;
	/** 0 to 1. */
	jitter: number;
}

const silence = { leastMs: 60_000, jitterMs: 15_000 };
const again = { firstMs: 2_000, mostMs: 60_000 };
const refusedMs = 300_000;
/** The least time between two hellos: many late messages that do not fit must not cause many hellos. */
const calmMs = 1_000;

type In<At extends Handshake["at"]> = Extract<Handshake, { at: At }>;
type Transitions = {
	[At in Handshake["at"]]: Record<HandshakeEvent, (handshake: In<At>, conditions: HandshakeConditions) => HandshakeStep>;
};

const stay = (handshake: Handshake): HandshakeStep => ({ handshake, effects: [] });
const away = (): HandshakeStep => ({ handshake: { at: "away" }, effects: ["stop-streams"] });

function greet(tries: number, { nowMs, jitter }: HandshakeConditions): HandshakeStep {
	const span = Math.min(again.firstMs * 2 ** tries, again.mostMs);
	return { handshake: { at: "greeting", tries: tries + 1, untilMs: nowMs + (span * (1 + jitter)) / 2 }, effects: ["hello"] };
}
const greetAnew = (_: Handshake, conditions: HandshakeConditions): HandshakeStep => greet(0, conditions);

const talking = ({ nowMs, jitter }: HandshakeConditions): Handshake => ({
	at: "talking",
	doubted: false,
	untilMs: nowMs + silence.leastMs + jitter * silence.jitterMs,
});
const talk = (_: Handshake, conditions: HandshakeConditions): HandshakeStep => ({
	handshake: talking(conditions),
	effects: ["start-streams"],
});
const refuse = (_: Handshake, { nowMs, jitter }: HandshakeConditions): HandshakeStep => ({
	handshake: { at: "refused", untilMs: nowMs + refusedMs * (1 + jitter) },
	effects: ["stop-streams"],
});

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	away: {
		opened: greetAnew,
		lost: stay,
		welcome: stay,
		refused: stay,
		heard: stay,
		"does-not-fit": stay,
		asked: stay,
		timer: stay,
	},
	greeting: {
		opened: greetAnew,
		lost: away,
		welcome: talk,
		refused: refuse,
		heard: stay,
		"does-not-fit": stay,
		asked: greetAnew,
		timer: (handshake, conditions) => (conditions.nowMs >= handshake.untilMs ? greet(handshake.tries, conditions) : stay(handshake)),
	},
	talking: {
		opened: greetAnew,
		lost: away,
		welcome: talk,
		refused: refuse,
		heard: (handshake, conditions) => stay(handshake.doubted ? handshake : talking(conditions)),
		"does-not-fit": doubt,
		asked: greetAnew,
		timer: (handshake, conditions) => (conditions.nowMs >= handshake.untilMs ? greet(0, conditions) : stay(handshake)),
	},
	refused: {
		opened: greetAnew,
		lost: away,
		welcome: talk,
		refused: refuse,
		heard: stay,
		"does-not-fit": stay,
		asked: greetAnew,
		timer: (handshake, conditions) => (conditions.nowMs >= handshake.untilMs ? greet(0, conditions) : stay(handshake)),
	},
};

function doubt(handshake: In<"talking">, { nowMs, jitter }: HandshakeConditions): HandshakeStep {
	if (handshake.doubted) return stay(handshake);
	return stay({ at: "talking", doubted: true, untilMs: Math.min(handshake.untilMs, nowMs + calmMs * (1 + jitter)) });
}

export function stepHandshake(handshake: Handshake, event: HandshakeEvent, conditions: HandshakeConditions): HandshakeStep {
	const step = transitions[handshake.at][event] as (handshake: Handshake, conditions: HandshakeConditions) => HandshakeStep;
	return step(handshake, conditions);
}

export function wakeOf(handshake: Handshake): number | undefined {
	return handshake.at === "away" ? undefined : handshake.untilMs;
}

/** A store's verdict about an up stream after the welcome. `hashAt` answers undefined for numbers it no longer holds. */
export type UpVerdict = { kind: "begin"; at: StreamPosition } | { kind: "fork"; why: string } | { kind: "not-opened" };

export function compareUp(own: UpHead, hq: StreamPosition | undefined, hashAt: (seq: number) => string | undefined): UpVerdict {
	if (!hq) return { kind: "not-opened" };
	if (hq.epoch !== own.epoch) return { kind: "fork", why: "HQ reads another epoch" };
	if (hq.position > own.last) return { kind: "fork", why: `HQ has ${hq.position}, this box only ${own.last}: it is an older copy` };
	const hash = hq.position === 0 ? genesis : hq.position === own.last ? own.hash : hashAt(hq.position);
	if (hash !== undefined && hash !== hq.hash) return { kind: "fork", why: `record ${hq.position} is not the one HQ has` };
	return { kind: "begin", at: hq };
}

/** A store's verdict about a down stream after the welcome: keep reading, or begin the new epoch. */
export function compareDown(
	own: StreamPosition | undefined,
	hq: DownHead,
): { kind: "keep"; at: StreamPosition } | { kind: "open"; at: StreamPosition } {
	if (own?.epoch === hq.epoch) return { kind: "keep", at: own };
	return { kind: "open", at: { epoch: hq.epoch, position: hq.base?.position ?? 0, hash: hq.base?.hash ?? genesis } };
}
