/**
 * One label and the picture it should show.
 *
 *            want                turn                complete             check-in
 *   idle ───────────▶ waiting ───────────▶ offered ───────────▶ downloaded ───────────▶ shown
 *                     ▲  ▲  ▲                │  │                   │                     │
 *                     │  │  └─ not fetched, ─┘  │                   │                     │
 *                     │  │     gave up, late    │ want another      │ rebooted            │ want another,
 *                     │  └──────────────────────┘ (cancels)         │                     │ rebooted
 *                     └─────────────────────────────────────────────┴─────────────────────┘
 *
 * A label says "complete" before it draws, so only its next check-in proves that it lived through the drawing; a check-in
 * that tells of a reboot proves the opposite. A completion does not say of which picture: an access point delivers what it
 * was offered earlier first and never takes it back, so completions are counted until all older offers must be through,
 * and the wanted picture is offered once more (a label that already has it only says so, and nothing flickers).
 * `turn` is given by the fleet, which lets only so many labels of one access point be offered at a time.
 * It never gives up: an access point forgets a label after `minutes`, we do not.
 */
import { isReboot } from "./frames.ts";

export interface Picture {
	/** 16 upper-case hex digits. */
	version: string;
	dataType: number;
	bytesLength: number;
}

export interface ShowingLimits {
	/** How long an access point may try before it gives up; sent with each offer. */
	offerMinutes: number;
	/** An access point fetches the bytes at once; one that has not, did not hear the offer. */
	fetchWithinMs: number;
	/** A check-in that found its picture is complete within this; else the access point has lost it. */
	completeWithinMs: number;
	/** A check-in sooner after "complete" than this was sent before the drawing ended. */
	provesAfterMs: number;
	/** No check-in for this long: a person should look. */
	silentAfterMs: number;
	/** Waits before a picture is offered again; the last repeats for ever. */
	waitsMs: readonly [number, ...number[]];
}

export const showingLimits: ShowingLimits = {
	offerMinutes: 60,
	fetchWithinMs: 10_000,
	completeWithinMs: 90_000,
	provesAfterMs: 1_000,
	silentAfterMs: 45 * 60_000,
	waitsMs: [2_000, 15_000, 60_000, 300_000, 600_000],
};

export type Standing =
	| { is: "idle" }
	| { is: "waiting"; picture: Picture; attempt: number; notBeforeMs: number }
	| { is: "offered"; picture: Picture; attempt: number; atMs: number; fetched: boolean; heardAtMs?: number }
	| { is: "downloaded"; picture: Picture; attempt: number; atMs: number }
	| { is: "shown"; picture: Picture; atMs: number };

export interface Showing {
	standing: Standing;
	/** When the label was last heard, or when we began to listen for it. */
	heardMs: number;
	silent: boolean;
	/** The access point that last heard it; undefined until it checks in. */
	accessPoint: string | undefined;
	/** Offers an access point may still hold; of them, those of an older picture; and when the last was made. */
	offersOut: number;
	olderOut: number;
	lastOfferMs: number;
}

export type ShowingHappening =
	/** `shownVersion`: what an earlier run proved, so that a restart sends nothing again. */
	| { type: "want"; picture: Picture; shownVersion?: string }
	| { type: "forget" }
	| { type: "turn" }
	| { type: "fetched"; version: string }
	| { type: "check-in"; accessPoint: string; wakeup?: number }
	| { type: "complete" }
	| { type: "gave-up" }
	| { type: "clock" };

export type ShowingReport =
	| { type: "offered"; version: string; attempt: number }
	| { type: "downloaded"; version: string }
	| { type: "shown"; version: string; downloadedAtMs: number }
	| { type: "redraw"; version: string; because: "rebooted" }
	| { type: "gave-up"; version: string; attempt: number }
	| { type: "out-of-contact"; sinceMs: number }
	| { type: "back"; silentForMs: number };

export type ShowingAct = { act: "offer"; picture: Picture } | { act: "cancel" } | { act: "report"; report: ShowingReport };

type Stepped = { state: Showing; acts: ShowingAct[] };

export function newShowing(nowMs: number, accessPoint?: string): Showing {
	return { standing: { is: "idle" }, heardMs: nowMs, silent: false, accessPoint, offersOut: 0, olderOut: 0, lastOfferMs: 0 };
}

export function stepShowing(state: Showing, happening: ShowingHappening, nowMs: number, limits: ShowingLimits): Stepped {
	const { standing } = state;
	switch (happening.type) {
		case "want":
			return want(state, happening.picture, happening.shownVersion, nowMs, limits);
		case "forget":
			return { state: { ...state, standing: { is: "idle" } }, acts: standing.is === "offered" ? [{ act: "cancel" }] : [] };
		case "turn":
			return standing.is === "waiting" ? offer(state, standing.picture, standing.attempt, nowMs, limits) : { state, acts: [] };
		case "fetched":
			if (standing.is !== "offered" || standing.picture.version !== happening.version) return { state, acts: [] };
			return { state: { ...state, standing: { ...standing, fetched: true } }, acts: [] };
		case "check-in":
			return checkIn(state, happening, nowMs, limits);
		case "complete":
			return complete(state, nowMs, limits);
		case "gave-up":
			// An access point that gives up on a label drops everything it held for it.
			return standing.is === "offered" ? again(emptied(state), standing, nowMs, limits) : { state: emptied(state), acts: [] };
		case "clock":
			return clock(state, nowMs, limits);
	}
}

/** When this label next needs a look though nothing has happened; undefined when never. */
export function nextLookMs({ standing, ...state }: Showing, limits: ShowingLimits): number | undefined {
	const silent = standing.is === "idle" || state.silent ? [] : [state.heardMs + limits.silentAfterMs];
	switch (standing.is) {
		case "waiting":
			return Math.min(standing.notBeforeMs, ...silent);
		case "offered":
			return Math.min(offerEndsMs(standing, limits), ...silent);
		default:
			return silent[0];
	}
}

function want(state: Showing, picture: Picture, shownVersion: string | undefined, nowMs: number, limits: ShowingLimits): Stepped {
	const { standing } = state;
	if (standing.is !== "idle" && standing.picture.version === picture.version) return { state, acts: [] };
	if (standing.is === "idle" && shownVersion === picture.version) {
		return { state: { ...state, standing: { is: "shown", picture, atMs: nowMs } }, acts: [] };
	}
	const held = withoutExpired(state, nowMs, limits);
	return {
		// Offers of one picture do no harm, but after a change of mind a completion may be of any of them.
		state: { ...held, standing: { is: "waiting", picture, attempt: 1, notBeforeMs: nowMs }, olderOut: held.offersOut },
		acts: held.offersOut > 0 ? [{ act: "cancel" }] : [],
	};
}

function offer(state: Showing, picture: Picture, attempt: number, nowMs: number, limits: ShowingLimits): Stepped {
	const held = withoutExpired(state, nowMs, limits);
	return {
		state: {
			...held,
			standing: { is: "offered", picture, attempt, atMs: nowMs, fetched: false },
			offersOut: held.offersOut + 1,
			lastOfferMs: nowMs,
		},
		acts: [
			{ act: "offer", picture },
			{ act: "report", report: { type: "offered", version: picture.version, attempt } },
		],
	};
}

type HeardCheckIn = Extract<ShowingHappening, { type: "check-in" }>;

function checkIn(state: Showing, { accessPoint, wakeup }: HeardCheckIn, nowMs: number, limits: ShowingLimits): Stepped {
	const acts: ShowingAct[] = [];
	if (state.silent) acts.push({ act: "report", report: { type: "back", silentForMs: nowMs - state.heardMs } });
	const moved = state.accessPoint !== accessPoint;
	const heard: Showing = { ...state, heardMs: nowMs, silent: false, accessPoint };
	const { standing } = state;

	switch (standing.is) {
		case "idle":
			return { state: heard, acts };
		case "waiting": {
			// It is awake and near: a long wait that began while it was away has lost its reason.
			const notBeforeMs = state.silent || moved ? nowMs : standing.notBeforeMs;
			return { state: { ...heard, standing: { ...standing, notBeforeMs } }, acts };
		}
		case "offered":
			// Another access point hears it now, and that one was offered nothing.
			if (moved && state.accessPoint !== undefined) {
				const { picture, attempt } = standing;
				return { state: { ...heard, standing: { is: "waiting", picture, attempt: attempt + 1, notBeforeMs: nowMs } }, acts };
			}
			return { state: { ...heard, standing: { ...standing, heardAtMs: standing.heardAtMs ?? nowMs } }, acts };
		case "downloaded":
		case "shown": {
			if (isReboot(wakeup)) {
				const attempt = standing.is === "downloaded" ? standing.attempt + 1 : 1;
				acts.push({ act: "report", report: { type: "redraw", version: standing.picture.version, because: "rebooted" } });
				const notBeforeMs = attempt === 1 ? nowMs : nowMs + waitMs(attempt - 1, limits);
				return { state: { ...heard, standing: { is: "waiting", picture: standing.picture, attempt, notBeforeMs } }, acts };
			}
			if (standing.is === "shown" || nowMs < standing.atMs + limits.provesAfterMs) return { state: heard, acts };
			acts.push({ act: "report", report: { type: "shown", version: standing.picture.version, downloadedAtMs: standing.atMs } });
			return { state: { ...heard, standing: { is: "shown", picture: standing.picture, atMs: nowMs } }, acts };
		}
	}
}

function complete(state: Showing, nowMs: number, limits: ShowingLimits): Stepped {
	const wasOlder = state.olderOut > 0;
	const counted: Showing = { ...state, offersOut: Math.max(0, state.offersOut - 1), olderOut: Math.max(0, state.olderOut - 1) };
	const { standing } = state;
	if (standing.is !== "offered") return { state: counted, acts: [] };
	if (wasOlder) return offer(counted, standing.picture, standing.attempt + 1, nowMs, limits);
	return {
		state: { ...counted, standing: { is: "downloaded", picture: standing.picture, attempt: standing.attempt, atMs: nowMs } },
		acts: [{ act: "report", report: { type: "downloaded", version: standing.picture.version } }],
	};
}

function clock(state: Showing, nowMs: number, limits: ShowingLimits): Stepped {
	const { standing } = state;
	if (standing.is === "idle") return { state, acts: [] };
	const acts: ShowingAct[] = [];
	let next = state;
	if (!state.silent && nowMs >= state.heardMs + limits.silentAfterMs) {
		next = { ...state, silent: true };
		acts.push({ act: "report", report: { type: "out-of-contact", sinceMs: state.heardMs } });
	}
	if (standing.is !== "offered" || nowMs < offerEndsMs(standing, limits)) return { state: next, acts };
	const stepped = again(next, standing, nowMs, limits);
	return { state: stepped.state, acts: [...acts, ...stepped.acts] };
}

function again(state: Showing, offered: Extract<Standing, { is: "offered" }>, nowMs: number, limits: ShowingLimits): Stepped {
	const { picture, attempt } = offered;
	return {
		state: { ...state, standing: { is: "waiting", picture, attempt: attempt + 1, notBeforeMs: nowMs + waitMs(attempt, limits) } },
		acts: [{ act: "report", report: { type: "gave-up", version: picture.version, attempt } }],
	};
}

function offerEndsMs(offered: Extract<Standing, { is: "offered" }>, limits: ShowingLimits): number {
	if (!offered.fetched) return offered.atMs + limits.fetchWithinMs;
	// A minute more than the access point was given, so that its own word comes first.
	const patience = offered.atMs + (limits.offerMinutes + 1) * 60_000;
	return offered.heardAtMs === undefined ? patience : Math.min(patience, offered.heardAtMs + limits.completeWithinMs);
}

function withoutExpired(state: Showing, nowMs: number, limits: ShowingLimits): Showing {
	return nowMs - state.lastOfferMs > (limits.offerMinutes + 1) * 60_000 ? emptied(state) : state;
}

function emptied(state: Showing): Showing {
	return { ...state, offersOut: 0, olderOut: 0 };
}

function waitMs(attempt: number, limits: ShowingLimits): number {
	return limits.waitsMs[Math.min(attempt, limits.waitsMs.length) - 1]!;
}
