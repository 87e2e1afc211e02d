/**
 * The life of one wave of a push:
 *
 *   waiting ──open──▶ open ──within (its limits, to the end of its watch)──▶ passed
 *                     │  ▲                                                     ▲
 *                     │  └──resume──┐                                          │
 *                     ├──hold──▶ held (a person stopped it)                    │
 *                     └──beyond──▶ halted (a limit was broken) ──resume────────┘
 *
 *   waiting, open, held, halted ──withdraw──▶ withdrawn
 *
 * A wave that passes opens the next one. Pure: neither clock nor database.
 */
import type { WaveState } from "../../../words/answers/head-office/waves.ts";

/** `within`, `beyond`: what was measured at the end of the watch, or before it. The others are acts of people, and the turn of the wave. */
export const waveEvents = ["open", "within", "beyond", "hold", "resume", "withdraw"] as const;
export type WaveEvent = (typeof waveEvents)[number];

/** Null: the event changes nothing in this state. */
const leadsTo: Readonly<Record<WaveState, Readonly<Record<WaveEvent, WaveState | null>>>> = {
	waiting: { open: "open", within: null, beyond: null, hold: null, resume: null, withdraw: "withdrawn" },
	open: { open: null, within: "passed", beyond: "halted", hold: "held", resume: null, withdraw: "withdrawn" },
	halted: { open: null, within: null, beyond: null, hold: null, resume: "passed", withdraw: "withdrawn" },
	held: { open: null, within: null, beyond: null, hold: null, resume: "open", withdraw: "withdrawn" },
	passed: { open: null, within: null, beyond: null, hold: null, resume: null, withdraw: null },
	withdrawn: { open: null, within: null, beyond: null, hold: null, resume: null, withdraw: null },
};

export const stepWave = (state: WaveState, event: WaveEvent): WaveState | null => leadsTo[state][event];
