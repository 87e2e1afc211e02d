/**
 * Whether a temperature is within its limits, as a pure machine.
 *
 *              too warm, too cold                    so for `alarmAfterMinutes`
 *   within ────────────────────────▶ outside(side) ─────────────────────────────▶ alarmed(side)
 *     ▲ ▲       within the limits        │  ▲                                          │  │
 *     │ └────────────────────────────────┘  └──────── beyond the other limit ──────────┘  │
 *     └───────────────────────── within the limits by the hysteresis ─────────────────────┘
 */
import type { Moment } from "../time.ts";
import type { ColdSensor } from "./sensor.ts";

export type Side = "warm" | "cold";
/** When something was, by the clock of the wall and by the steady one of the boot. */
export type Stamp = Pick<Moment, "wall" | "boot" | "monoMs" | "quality">;

export type LimitState =
	| { at: "within" }
	| { at: "outside"; side: Side; since: Stamp; worst: number }
	| { at: "alarmed"; side: Side; since: Stamp; worst: number };

type Seen = "settled" | "near" | Side;

export interface Stepped {
	state: LimitState;
	/** The alarm of this side began, and with it what was outside. */
	began?: { side: Side; since: Stamp; worst: number };
	ended?: { side: Side; since: Stamp; worst: number };
}

export const stampOf = ({ wall, boot, monoMs, quality }: Moment): Stamp => ({ wall, boot, monoMs, quality });

/**
 * Milliseconds between two moments. By the steady clock within one run of the gateway; else by the wall clock, where it was sure both
 * times; else what is sure: as long as this run lasts.
 */
export function elapsedMs(from: Stamp, to: Stamp): number {
	if (from.boot === to.boot) return Math.max(0, to.monoMs - from.monoMs);
	if (from.quality === "guess" || to.quality === "guess") return Math.max(0, to.monoMs);
	return Math.max(0, Date.parse(to.wall) - Date.parse(from.wall));
}

function seenAs(value: number, { minMillidegrees, maxMillidegrees, hysteresisMillidegrees }: ColdSensor): Seen {
	if (value > maxMillidegrees) return "warm";
	if (value < minMillidegrees) return "cold";
	// Between limits that are close together the hysteresis may be a quarter of the room at most, or no alarm would end.
	const by = Math.min(hysteresisMillidegrees, Math.floor((maxMillidegrees - minMillidegrees) / 4));
	return value <= maxMillidegrees - by && value >= minMillidegrees + by ? "settled" : "near";
}

const worse = (side: Side, one: number, other: number): number => (side === "warm" ? Math.max(one, other) : Math.min(one, other));

const within: LimitState = { at: "within" };

type Of<A extends LimitState["at"]> = Extract<LimitState, { at: A }>;
type Step<A extends LimitState["at"]> = (state: Of<A>, value: number, now: Stamp) => Stepped;

const outside = (side: Side, value: number, now: Stamp): LimitState => ({ at: "outside", side, since: now, worst: value });

const table: { [A in LimitState["at"]]: Record<Seen, Step<A>> } = {
	within: {
		settled: () => ({ state: within }),
		near: () => ({ state: within }),
		warm: (_, value, now) => ({ state: outside("warm", value, now) }),
		cold: (_, value, now) => ({ state: outside("cold", value, now) }),
	},
	outside: {
		settled: () => ({ state: within }),
		near: () => ({ state: within }),
		warm: (state, value, now) => ({ state: staysOutside(state, "warm", value, now) }),
		cold: (state, value, now) => ({ state: staysOutside(state, "cold", value, now) }),
	},
	alarmed: {
		settled: (state) => ({ state: within, ended: state }),
		near: (state) => ({ state }),
		warm: (state, value, now) => staysAlarmed(state, "warm", value, now),
		cold: (state, value, now) => staysAlarmed(state, "cold", value, now),
	},
};

function staysOutside(state: Of<"outside">, side: Side, value: number, now: Stamp): LimitState {
	return state.side === side ? { ...state, worst: worse(side, state.worst, value) } : outside(side, value, now);
}

function staysAlarmed(state: Of<"alarmed">, side: Side, value: number, now: Stamp): Stepped {
	if (state.side === side) return { state: { ...state, worst: worse(side, state.worst, value) } };
	return { state: outside(side, value, now), ended: state };
}

/** A temperature was measured. */
export function stepLimits(state: LimitState, value: number, sensor: ColdSensor, now: Stamp): Stepped {
	const step = table[state.at][seenAs(value, sensor)] as (from: LimitState, at: number, when: Stamp) => Stepped;
	const stepped = step(state, value, now);
	return { ...stepped, ...lookAtLimits(stepped.state, sensor, now) };
}

/** Time has passed: what was outside for long enough becomes an alarm, also where nothing was measured since. */
export function lookAtLimits(state: LimitState, { alarmAfterMinutes }: ColdSensor, now: Stamp): Stepped {
	if (state.at !== "outside" || elapsedMs(state.since, now) < alarmAfterMinutes * 60_000) return { state };
	return { state: { ...state, at: "alarmed" }, began: state };
}
