/**
 * The wanted picture of one OpenDisplay label and how far it has come, across links.
 *
 *            want                 linked, and the wait is over           72            73
 *   idle ─────────▶ waiting ────────────────────────────▶ uploading ─────▶ drawing ────────▶ shown
 *     ▲               ▲  ▲                                    │              │                │
 *     │ another panel │  └───── lost, refused, not drawn ─────┴──────────────┘                │
 *     └── (any state) └── doubt at the next link: lost link, restart, another client ─────────┘
 *
 * `shown` is what the panel reported ("73"), and stands while nobody else can have drawn: a label obeys one client at a time, so a link
 * that holds keeps others away. After a lost link the picture is sent again, unless only this gateway draws on the label (`soleClient`),
 * or the label sleeps by its settings, so that every link ends. A restart always asks for it: the glass may show the start's picture.
 */
import { isSamePanel } from "./panel.ts";
import type { LabelPicture } from "./session-types.ts";

export type Doubt = "restarted" | "other-client" | "link-lost" | "gateway-started";
export type Failure = "refused" | "panel" | "no-word" | "link-lost";

export type Standing =
	| { is: "idle" }
	| { is: "waiting"; picture: LabelPicture; attempt: number; notBeforeMs: number }
	| { is: "uploading"; picture: LabelPicture; attempt: number }
	| { is: "drawing"; picture: LabelPicture; attempt: number }
	| { is: "shown"; picture: LabelPicture };

export interface LabelStanding {
	standing: Standing;
	/** The model that the label reported on this link; undefined while there is none. */
	linked: number | undefined;
	/** Why `shown` may be wrong by now. */
	doubt: Doubt | undefined;
	heardMs: number;
	silent: boolean;
}

export type StandingEvent =
	/** `shownVersion`: what the ledger says that the label was confirmed to show. */
	| { type: "want"; picture: LabelPicture; shownVersion?: string }
	/** The label was taken off its article: no picture is wanted for it. */
	| { type: "forget" }
	| { type: "linked"; model: number; restarted: boolean; sleeps: boolean }
	| { type: "lost" }
	/** The label let us in and hung up at once: it obeys somebody else. */
	| { type: "turned-away" }
	| { type: "downloaded"; version: string }
	| { type: "drawn"; version: string }
	| { type: "failed"; version: string; why: Exclude<Failure, "link-lost"> }
	| { type: "heard" }
	| { type: "clock" };

export type StandingReport =
	| { type: "downloaded"; version: string }
	| { type: "shown"; version: string }
	/** The link is back, and there is no reason to doubt what the panel reported before. */
	| { type: "still-shown"; version: string }
	/** The label showed the picture once; whether it still does is not known, and it is sent again. */
	| { type: "unproved"; version: string; because: Doubt }
	| { type: "gave-up"; version: string; attempt: number; why: Failure; downloaded: boolean }
	/** The picture is of another panel than the label has. */
	| { type: "model-changed"; from: number; to: number }
	| { type: "out-of-contact"; sinceMs: number };

export type StandingEffect = { show: LabelPicture } | { report: StandingReport };

export interface StandingLimits {
	/** No other program and no app draws on the label. */
	soleClient: boolean;
	silentAfterMs: number;
	/** Waits before a picture is sent again; the last repeats for ever. */
	waitsMs: readonly [number, ...number[]];
}

export const usualWaitsMs = [0, 2_000, 15_000, 60_000, 300_000, 600_000] as const;

type Stepped = { state: LabelStanding; effects: StandingEffect[] };
type In<State extends Standing["is"]> = LabelStanding & { standing: Extract<Standing, { is: State }> };
type EventOf<Type extends StandingEvent["type"]> = Extract<StandingEvent, { type: Type }>;
type Transitions = {
	[State in Standing["is"]]: {
		[Type in StandingEvent["type"]]: (state: In<State>, event: EventOf<Type>, nowMs: number, limits: StandingLimits) => Stepped;
	};
};

export const newStanding = (nowMs: number): LabelStanding => ({
	standing: { is: "idle" },
	linked: undefined,
	doubt: undefined,
	heardMs: nowMs,
	silent: false,
});

const stay = (state: LabelStanding): Stepped => ({ state, effects: [] });
const say = (report: StandingReport): StandingEffect => ({ report });
const heard = (state: LabelStanding, _: unknown, nowMs: number): Stepped => stay({ ...state, heardMs: nowMs, silent: false });
const unlinked = (state: LabelStanding): Stepped => stay({ ...state, linked: undefined });

/** A picture that is no longer the wanted one was drawn all the same: that is what the label shows until the next. */
const drawnBefore = (state: LabelStanding, { version }: EventOf<"drawn">): Stepped => ({
	state,
	effects: [say({ type: "shown", version })],
});

const forget = (state: LabelStanding): Stepped => stay({ ...state, standing: { is: "idle" }, doubt: undefined });

const always = { want, forget, linked, heard, clock: silence } as const;
/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	idle: { ...always, lost: unlinked, "turned-away": stay, downloaded: stay, drawn: drawnBefore, failed: stay },
	waiting: {
		...always,
		lost: unlinked,
		"turned-away": stay,
		downloaded: stay,
		drawn: drawnBefore,
		failed: stay,
		clock: (state, event, nowMs, limits) => {
			const quiet = silence(state, event, nowMs, limits);
			const begun = begin(quiet.state, nowMs);
			return { state: begun.state, effects: [...quiet.effects, ...begun.effects] };
		},
	},
	uploading: {
		...always,
		lost: (state, _, nowMs, limits) => again({ ...state, linked: undefined }, "link-lost", false, nowMs, limits),
		"turned-away": stay,
		downloaded: (state, { version }) =>
			version === state.standing.picture.version
				? { state: { ...state, standing: { ...state.standing, is: "drawing" } }, effects: [say({ type: "downloaded", version })] }
				: stay(state),
		drawn: drawnBefore,
		failed: (state, event, nowMs, limits) => failed(state, event, false, nowMs, limits),
	},
	drawing: {
		...always,
		lost: (state, _, nowMs, limits) => again({ ...state, linked: undefined }, "link-lost", true, nowMs, limits),
		"turned-away": stay,
		downloaded: stay,
		drawn: (state, event) => {
			const { picture } = state.standing;
			if (event.version !== picture.version) return drawnBefore(state, event);
			return {
				state: { ...state, standing: { is: "shown", picture }, doubt: undefined },
				effects: [say({ type: "shown", version: picture.version })],
			};
		},
		failed: (state, event, nowMs, limits) => failed(state, event, true, nowMs, limits),
	},
	shown: {
		...always,
		lost: (state) => stay({ ...state, linked: undefined, doubt: state.doubt ?? "link-lost" }),
		"turned-away": (state) => stay({ ...state, doubt: "other-client" }),
		downloaded: stay,
		drawn: stay,
		failed: stay,
	},
};

/** The step that follows from an event. Pure: the caller owns the clock and the links. */
export function stepStanding(state: LabelStanding, event: StandingEvent, nowMs: number, limits: StandingLimits): Stepped {
	const step = transitions[state.standing.is][event.type] as (
		s: LabelStanding,
		e: StandingEvent,
		nowMs: number,
		limits: StandingLimits,
	) => Stepped;
	return step(state, event, nowMs, limits);
}

/** When this label next needs a look though nothing has happened; undefined when never. */
export function nextLookMs({ standing, linked, silent, heardMs }: LabelStanding, limits: StandingLimits): number | undefined {
	const looks = [
		...(standing.is === "waiting" && linked !== undefined ? [standing.notBeforeMs] : []),
		...(silent || linked !== undefined ? [] : [heardMs + limits.silentAfterMs]),
	];
	return looks.length > 0 ? Math.min(...looks) : undefined;
}

function want(state: LabelStanding, { picture, shownVersion }: EventOf<"want">, nowMs: number): Stepped {
	const { standing } = state;
	if (standing.is !== "idle" && standing.picture.version === picture.version && isSamePanel(standing.picture.model, picture.model))
		return stay(state);
	if (standing.is === "idle" && state.linked === undefined && shownVersion === picture.version)
		return stay({ ...state, standing: { is: "shown", picture }, doubt: "gateway-started" });
	return begin({ ...state, standing: { is: "waiting", picture, attempt: 1, notBeforeMs: nowMs } }, nowMs);
}

/** Sends a picture that waits, if there is a link and its time has come. */
function begin(state: LabelStanding, nowMs: number): Stepped {
	const { standing, linked: model } = state;
	if (standing.is !== "waiting" || model === undefined) return stay(state);
	const { picture, attempt, notBeforeMs } = standing;
	if (!isSamePanel(picture.model, model))
		return { state: { ...state, standing: { is: "idle" } }, effects: [say({ type: "model-changed", from: picture.model, to: model })] };
	if (nowMs < notBeforeMs) return stay(state);
	return { state: { ...state, standing: { is: "uploading", picture, attempt } }, effects: [{ show: picture }] };
}

function linked(before: LabelStanding, event: EventOf<"linked">, nowMs: number, limits: StandingLimits): Stepped {
	const state: LabelStanding = { ...before, linked: event.model, heardMs: nowMs, silent: false };
	const { standing } = state;
	if (standing.is === "shown") {
		const { picture } = standing;
		const because = isSamePanel(picture.model, event.model) ? doubtOf(state, event, limits) : "link-lost";
		if (because === undefined)
			return { state: { ...state, doubt: undefined }, effects: [say({ type: "still-shown", version: picture.version })] };
		const waiting: Standing = { is: "waiting", picture, attempt: 1, notBeforeMs: nowMs };
		const begun = begin({ ...state, standing: waiting, doubt: undefined }, nowMs);
		return { state: begun.state, effects: [say({ type: "unproved", version: picture.version, because }), ...begun.effects] };
	}
	// A link without an end of the one before: what was on its way is lost.
	if (standing.is === "uploading" || standing.is === "drawing") return again(state, "link-lost", standing.is === "drawing", nowMs, limits);
	return begin(state, nowMs);
}

function doubtOf({ doubt }: LabelStanding, { restarted, sleeps }: EventOf<"linked">, { soleClient }: StandingLimits): Doubt | undefined {
	if (restarted) return "restarted";
	return soleClient || (sleeps && doubt !== "other-client") ? undefined : doubt;
}

function failed(
	state: In<"uploading"> | In<"drawing">,
	{ version, why }: EventOf<"failed">,
	downloaded: boolean,
	nowMs: number,
	limits: StandingLimits,
): Stepped {
	return version === state.standing.picture.version ? again(state, why, downloaded, nowMs, limits) : stay(state);
}

function again(state: LabelStanding, why: Failure, downloaded: boolean, nowMs: number, limits: StandingLimits): Stepped {
	const { picture, attempt } = state.standing as In<"uploading">["standing"];
	const waitMs = limits.waitsMs[Math.min(attempt, limits.waitsMs.length) - 1]!;
	const waiting: Standing = { is: "waiting", picture, attempt: attempt + 1, notBeforeMs: nowMs + waitMs };
	const begun = begin({ ...state, standing: waiting }, nowMs);
	return {
		state: begun.state,
		effects: [say({ type: "gave-up", version: picture.version, attempt, why, downloaded }), ...begun.effects],
	};
}

function silence(state: LabelStanding, _: EventOf<"clock">, nowMs: number, limits: StandingLimits): Stepped {
	if (state.silent || state.linked !== undefined || nowMs < state.heardMs + limits.silentAfterMs) return stay(state);
	return { state: { ...state, silent: true }, effects: [say({ type: "out-of-contact", sinceMs: state.heardMs })] };
}
