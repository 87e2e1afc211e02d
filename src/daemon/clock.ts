/**
 * How far the box's clock can be trusted. Pure: the caller reads the clocks and does what follows.
 *
 *              wall before the floor, or years ahead of it
 *   new ──────────────────────────────────────────────────────▶ doubting: time goes on from the last that was sure,
 *    │                                                            ▲   │    by the monotonic clock, quality `guess`
 *    └─ fits ─▶ trusting ──jumps against the monotonic clock──────┘   │
 *                  ▲  └────HQ's time is another ────────────────▶ (by HQ: the same, but HQ's time, quality `free-running`)
 *                  └──wall is back, HQ agrees with it, the system says it has synchronized──┘
 *
 * HQ's time is followed back, and ahead by `mostAheadByHqMs`; no further while this box's own clock runs as it should, and not at all once
 * a time server set it: HQ's clock may be the wrong one, and a price must not come into force early for it.
 *
 * A time that is not trusted is given to nobody: a price must not show early, and a fact must not have a date in 1970 (LINK rules 7
 * and 10).
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { defined } from "../words/defined.ts";
import { type ClockQuality, type Instant, type Moment, mostAheadByHqMs } from "../words/time.ts";

/** Wall and monotonic clock may differ by this: more than a time server corrects at once, less than a shop would notice. */
export const toleranceMs = 3 * 60_000;
/** How far the wall clock may be ahead of the last sure time: a box may have been stored for a year, but an empty battery gives 2038. */
const aheadMs = 400 * 86_400_000;
/** A wall clock before this day is wrong: no box has run this program earlier. */
const earliestMs = Date.UTC(2026, 0, 1);
const latestWithoutFloorMs = earliestMs + 10 * 365 * 86_400_000;
/** A time from HQ is as uncertain as its message's round trip; a message that took longer than this is not used. */
const slowestHintMs = 10_000;

interface Anchor {
	wallMs: number;
	monoMs: number;
}
export type ClockState =
	| { at: "new" }
	/** `hqAheadMs`: HQ's time differs, and is not followed. */
	| { at: "trusting"; last: Anchor; synced: boolean; hqAheadMs?: number }
	| { at: "doubting"; anchor: Anchor; why: string; byHq: boolean; synced: boolean };

export interface Look {
	wallMs: number;
	monoMs: number;
	/** The latest time that was sure before this start. */
	floorMs: number | null;
	/** Whether the system reports that a time server has set its clock. */
	synced: boolean;
	/** HQ's time minus ours, exact to half the round trip. */
	hint?: { offsetMs: number; roundTripMs: number };
}

export interface Judged {
	state: ClockState;
	nowMs: number;
	quality: ClockQuality;
}

export function judgeClock(state: ClockState, look: Look): Judged {
	const { wallMs, monoMs, synced } = look;
	const here: Anchor = { wallMs, monoMs };
	const kept = state.at === "trusting" && !look.hint ? state.hqAheadMs : undefined;
	const trust = (nowMs = wallMs, hqAheadMs = kept): Judged => ({
		state: { at: "trusting", last: { wallMs: nowMs, monoMs }, synced, ...defined({ hqAheadMs }) },
		nowMs,
		quality: synced ? "synced" : "free-running",
	});
	const doubt = (anchor: Anchor, why: string, byHq = false): Judged => ({
		state: { at: "doubting", anchor, why, byHq, synced },
		nowMs: anchor.wallMs + monoMs - anchor.monoMs,
		quality: byHq ? "free-running" : "guess",
	});
	if (state.at === "new") {
		const why = whyNotAtStart(wallMs, look.floorMs);
		// A wall clock slightly behind the last sure time counts as that time: a price in force must not be in the future again.
		return why === undefined ? trust(Math.max(wallMs, look.floorMs ?? wallMs)) : doubt({ wallMs: look.floorMs ?? earliestMs, monoMs }, why);
	}

	const base = state.at === "trusting" ? state.last : state.anchor;
	const expectedMs = base.wallMs + monoMs - base.monoMs;
	const justSynced = synced && !state.synced;
	const isInLine = Math.abs(wallMs - expectedMs) <= toleranceMs;
	if (look.hint && look.hint.roundTripMs <= slowestHintMs) {
		const hqMs = expectedMs + look.hint.offsetMs;
		if (Math.abs(wallMs - hqMs) <= toleranceMs) return trust();
		const isSound = state.at === "trusting" && (isInLine || justSynced);
		if (isSound && (synced || look.hint.offsetMs > mostAheadByHqMs)) return trust(Math.max(wallMs, base.wallMs), look.hint.offsetMs);
		return doubt({ wallMs: hqMs, monoMs }, `head office says it is ${text(hqMs)}`, true);
	}
	if (justSynced) return trust();
	if (state.at === "doubting")
		return isInLine ? trust(Math.max(wallMs, expectedMs)) : { ...doubt(state.anchor, state.why, state.byHq), state };
	if (!isInLine) return doubt(base, `it went from ${text(expectedMs)} to ${text(wallMs)} at once`);
	// A small step back is waited out: the returned time never falls.
	return {
		...trust(Math.max(wallMs, base.wallMs)),
		state: {
			at: "trusting",
			last: here.wallMs >= base.wallMs ? here : { wallMs: base.wallMs, monoMs },
			synced,
			...defined({ hqAheadMs: kept }),
		},
	};
}

function whyNotAtStart(wallMs: number, floorMs: number | null): string | undefined {
	if (floorMs !== null && wallMs < floorMs - toleranceMs) return `it says ${text(wallMs)}, but ${text(floorMs)} has already been`;
	if (floorMs !== null && wallMs > floorMs + aheadMs) return `it says ${text(wallMs)}, more than a year after ${text(floorMs)}`;
	if (floorMs === null && (wallMs < earliestMs || wallMs > latestWithoutFloorMs)) return `it says ${text(wallMs)}`;
	return undefined;
}

const text = (ms: number): Instant => new Date(ms).toISOString();

export interface BoxClock {
	now(): Moment;
	boot: string;
	/** The latest sure time in the ledger, from before this start; the clock is judged anew. */
	useFloor(floor: Instant | null): void;
	/** HQ's time arrived. */
	hear(hint: { offsetMs: number; roundTripMs: number }): void;
	/** How far HQ's time is ahead (negative: behind) of this box's, where it is not followed; undefined where both agree. */
	hqAheadMs(): number | undefined;
	/** Why the clock is doubted, and what it shows; undefined while it is trusted. */
	doubt(): { why: string; wall: Instant; used: Instant } | undefined;
}

export interface ClockSources {
	wallMs?: () => number;
	monoMs?: () => number;
	synced?: () => boolean;
	/** For a virtual store, which sets the quality of its time itself. */
	quality?: () => ClockQuality;
}

/** The box's clock: wall time for people, boot and monotonic time for order, and the quality of the wall time. */
export function createClock({ wallMs = Date.now, monoMs = awakeMs, synced = systemSynced, quality }: ClockSources = {}): BoxClock {
	const boot = randomBytes(6).toString("hex");
	let state: ClockState = { at: "new" };
	let floorMs: number | null = null;
	const look = (hint?: Look["hint"]): Judged => {
		const judged = judgeClock(state, { wallMs: wallMs(), monoMs: monoMs(), floorMs, synced: synced(), ...defined({ hint }) });
		state = judged.state;
		return judged;
	};
	return {
		boot,
		now() {
			const judged = look();
			return { wall: text(judged.nowMs), boot, monoMs: Math.round(monoMs()), quality: quality?.() ?? judged.quality };
		},
		useFloor(floor) {
			floorMs = floor === null ? null : Date.parse(floor);
			state = { at: "new" };
		},
		hear: (hint) => void look(hint),
		hqAheadMs: () => (state.at === "trusting" ? state.hqAheadMs : undefined),
		doubt() {
			const { nowMs } = look();
			return state.at === "doubting" ? { why: state.why, wall: text(wallMs()), used: text(nowMs) } : undefined;
		},
	};
}

/** systemd-timesyncd touches this file whenever a server has set the clock. Asked seldom: a clock is read thousands of times a second. */
let asked = { atMs: -Infinity, answer: false };
function systemSynced(): boolean {
	const nowMs = performance.now();
	if (nowMs - asked.atMs > 5_000) asked = { atMs: nowMs, answer: existsSync("/run/systemd/timesync/synchronized") };
	return asked.answer;
}

/** Adds the time that the box slept, which Linux's monotonic clock leaves out: waking up would look like a jump of the wall clock. */
let slept = { atMs: -Infinity, ms: 0, first: undefined as number | undefined };
function awakeMs(): number {
	const nowMs = performance.now();
	if (nowMs - slept.atMs > 1_000) {
		const gapMs = bootTimeMs() - nowMs;
		slept = { atMs: nowMs, first: slept.first ?? gapMs, ms: Math.max(0, gapMs - (slept.first ?? gapMs)) };
	}
	return nowMs + (slept.ms > 1_000 ? slept.ms : 0);
}

function bootTimeMs(): number {
	try {
		return Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]) * 1_000;
	} catch {
		return performance.now();
	}
}

/**
 * The box's time zone, as a name of the time zone database. Intl knows it too, but loads 5 MB of calendars, which a box that keeps UTC does
 * not need.
 */
export function timeZoneOfThisBox(): string {
	const isUtc = (process.env["TZ"] ?? linkOf("/etc/localtime"))?.replace(/^.*\/zoneinfo\//, "").replace(/^Etc\//, "") === "UTC";
	return isUtc ? "UTC" : new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function linkOf(path: string): string | undefined {
	try {
		return readlinkSync(path);
	} catch {
		return undefined;
	}
}
