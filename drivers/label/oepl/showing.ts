/**
 * One label and the picture it should show.
 *
 *            want                turn                complete             check-in
 *   idle ───────────▶ waiting ───────────▶ offered ───────────▶ downloaded ───────────▶ shown
 *                     ▲  ▲  ▲                │  │                   │                     │
 *                     │  │  └─ not fetched, ─┘  │                   │                     │
 *                     │  │     gave up, late    │ want another      │ rebooted,           │ want another,
 *                     │  └──────────────────────┘ (cancels)         │ foreign             │ rebooted, foreign
 *                     └─────────────────────────────────────────────┴─────────────────────┘
 *
 * - A label says "complete" before it draws. Only its next check-in proves that it lived through the drawing; a check-in that
 *   reports a reboot proves the opposite.
 * - A completion does not name its picture. It counts for the offered one only when the access point that reports it has fetched
 *   that picture from us. An access point delivers older offers first and never takes them back, so completions are counted until
 *   all older offers must be through; then the wanted picture is offered once more (a label that has it already only says so and
 *   does not flicker).
 * - A completion of something we did not offer means that somebody else wrote on the label: it is reported as foreign and the
 *   picture is offered again. An access point repeats a completion that the label repeats; within `repeatsWithinMs` of the last one
 *   it is the same completion.
 * - A label that reports another hardware type is another label under the same number, or a repaired one. Its picture has the wrong
 *   size: it goes back to idle until a picture for that type is wanted.
 * - `turn` is given by the fleet, which limits how many labels of one access point are offered at a time.
 * - It never gives up: an access point forgets an offer after `offerMinutes`, this machine offers again.
 */
import { isReboot } from "./frames.ts";
import type { Picture, ShowingLimits } from "./showing-limits.ts";

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
	/** Who has fetched which picture from us: only they can have handed it to the label. */
	fetches?: { version: string; addresses: readonly string[] };
	/** The last completion that was heard, to know its repetition. */
	completed?: { accessPoint: string; atMs: number };
	/** The picture was proved by an earlier run of this process, whose offers this one does not know. */
	inherited: boolean;
	hwType: number | undefined;
}

export type ShowingEvent =
	/** `shownVersion`: what an earlier run proved, so that a restart sends nothing again. */
	| { type: "want"; picture: Picture; shownVersion?: string }
	| { type: "forget" }
	| { type: "turn" }
	| { type: "fetched"; version: string; accessPoint: string }
	| { type: "check-in"; accessPoint: string; wakeup?: number; hwType?: number }
	| { type: "complete"; accessPoint: string }
	| { type: "gave-up" }
	| { type: "clock" };

export type ShowingReport =
	| { type: "offered"; version: string; attempt: number }
	| { type: "downloaded"; version: string }
	| { type: "shown"; version: string; downloadedAtMs: number }
	| { type: "redraw"; version: string; because: "rebooted" | "completion-unknown" }
	/** Somebody else's picture: a completion of something that was not offered from here. */
	| { type: "foreign-picture"; version: string }
	/** A completion that no fetch stands behind: nothing follows from it. */
	| { type: "unproved-completion"; version: string }
	/** The picture has the wrong size for it; nothing is offered until a new one is wanted. */
	| { type: "model-changed"; from: number; to: number }
	/** `heard`: the label checked in and the picture was fetched, yet no completion came. */
	| { type: "gave-up"; version: string; attempt: number; heard: boolean }
	| { type: "out-of-contact"; sinceMs: number }
	| { type: "back"; silentForMs: number };

export type ShowingEffect = { effect: "offer"; picture: Picture } | { effect: "cancel" } | { effect: "report"; report: ShowingReport };

type Stepped = { state: Showing; effects: ShowingEffect[] };

export function newShowing(nowMs: number, accessPoint?: string): Showing {
	return {
		standing: { is: "idle" },
		heardMs: nowMs,
		silent: false,
		accessPoint,
		offersOut: 0,
		olderOut: 0,
		lastOfferMs: 0,
		inherited: false,
		hwType: undefined,
	};
}

type In<State extends Standing["is"]> = Showing & { standing: Extract<Standing, { is: State }> };
type EventOf<Type extends ShowingEvent["type"]> = Extract<ShowingEvent, { type: Type }>;
type Transitions = {
	[State in Standing["is"]]: {
		[Type in ShowingEvent["type"]]: (state: In<State>, event: EventOf<Type>, nowMs: number, limits: ShowingLimits) => Stepped;
	};
};

const stay = (state: Showing): Stepped => ({ state, effects: [] });
const toIdle = (state: Showing): Stepped => stay({ ...state, standing: { is: "idle" } });

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	idle: {
		want,
		forget: toIdle,
		turn: stay,
		fetched: stay,
		"check-in": checkInIdle,
		complete: counted,
		"gave-up": (state) => stay(emptied(state)),
		clock: stay,
	},
	waiting: {
		want,
		forget: toIdle,
		turn: (state, _, nowMs, limits) => offer(state, state.standing.picture, state.standing.attempt, nowMs, limits),
		fetched: stay,
		"check-in": checkInWaiting,
		complete: counted,
		"gave-up": (state) => stay(emptied(state)),
		clock: silence,
	},
	offered: {
		want,
		forget: (state) => ({ state: { ...state, standing: { is: "idle" } }, effects: [{ effect: "cancel" }] }),
		turn: stay,
		fetched: fetchedOffered,
		"check-in": checkInOffered,
		complete: completeOffered,
		// An access point that gives up on a label drops everything it held for it.
		"gave-up": (state, _, nowMs, limits) => again(emptied(state), state.standing, nowMs, limits),
		clock: clockOffered,
	},
	downloaded: {
		want,
		forget: toIdle,
		turn: stay,
		fetched: stay,
		"check-in": checkInDownloaded,
		complete: completeUnexpected,
		"gave-up": (state) => stay(emptied(state)),
		clock: silence,
	},
	shown: {
		want,
		forget: toIdle,
		turn: stay,
		fetched: stay,
		"check-in": checkInShown,
		complete: completeUnexpected,
		"gave-up": (state) => stay(emptied(state)),
		clock: silence,
	},
};

export function stepShowing(state: Showing, event: ShowingEvent, nowMs: number, limits: ShowingLimits): Stepped {
	const step = transitions[state.standing.is][event.type] as (s: Showing, e: ShowingEvent, nowMs: number, limits: ShowingLimits) => Stepped;
	return step(state, event, nowMs, limits);
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

function want(state: Showing, { picture, shownVersion }: EventOf<"want">, nowMs: number, limits: ShowingLimits): Stepped {
	const { standing } = state;
	if (standing.is !== "idle" && standing.picture.version === picture.version) return stay(state);
	if (standing.is === "idle" && shownVersion === picture.version)
		return stay({ ...state, standing: { is: "shown", picture, atMs: nowMs }, inherited: true });
	const held = withoutExpired(state, nowMs, limits);
	return {
		// Several offers of one picture do no harm; after a change of the picture a completion may be of any of them.
		state: { ...held, standing: { is: "waiting", picture, attempt: 1, notBeforeMs: nowMs }, olderOut: held.offersOut },
		effects: held.offersOut > 0 ? [{ effect: "cancel" }] : [],
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
			inherited: false,
		},
		effects: [{ effect: "offer", picture }, say({ type: "offered", version: picture.version, attempt })],
	};
}

const say = (report: ShowingReport): ShowingEffect => ({ effect: "report", report });

/** Every check-in reports that the label works, who heard it, and its type. */
function heard(state: Showing, { accessPoint, hwType }: EventOf<"check-in">, nowMs: number): Stepped & { otherModel: boolean } {
	const effects: ShowingEffect[] = [];
	if (state.silent) effects.push(say({ type: "back", silentForMs: nowMs - state.heardMs }));
	const otherModel = hwType !== undefined && state.hwType !== undefined && hwType !== state.hwType;
	if (otherModel) effects.push(say({ type: "model-changed", from: state.hwType!, to: hwType }));
	return { state: { ...state, heardMs: nowMs, silent: false, accessPoint, hwType: hwType ?? state.hwType }, effects, otherModel };
}

function checkInIdle(state: Showing, event: EventOf<"check-in">, nowMs: number): Stepped {
	return heard(state, event, nowMs);
}

function checkInWaiting(state: In<"waiting">, event: EventOf<"check-in">, nowMs: number, limits: ShowingLimits): Stepped {
	const { state: after, effects } = heard(state, event, nowMs);
	// A long wait that began while the label or its access point was away has lost its reason.
	const returned = state.silent || state.accessPoint !== event.accessPoint || nowMs - state.heardMs >= limits.awayAfterMs;
	const notBeforeMs = returned ? Math.min(nowMs, state.standing.notBeforeMs) : state.standing.notBeforeMs;
	return { state: { ...after, standing: { ...state.standing, notBeforeMs } }, effects };
}

function checkInOffered(state: In<"offered">, event: EventOf<"check-in">, nowMs: number): Stepped {
	const { state: after, effects } = heard(state, event, nowMs);
	const { standing } = state;
	// Another access point hears it now, and that one was offered nothing.
	if (state.accessPoint !== undefined && state.accessPoint !== event.accessPoint)
		return { state: { ...after, standing: waitingFor(standing.picture, standing.attempt + 1, nowMs) }, effects };
	return { state: { ...after, standing: { ...standing, heardAtMs: standing.heardAtMs ?? nowMs } }, effects };
}

function checkInDownloaded(state: In<"downloaded">, event: EventOf<"check-in">, nowMs: number, limits: ShowingLimits): Stepped {
	const { state: after, effects, otherModel } = heard(state, event, nowMs);
	const { picture, attempt, atMs } = state.standing;
	if (otherModel) return { state: { ...after, standing: { is: "idle" } }, effects };
	if (isReboot(event.wakeup)) {
		effects.push(say({ type: "redraw", version: picture.version, because: "rebooted" }));
		return { state: { ...after, standing: waitingFor(picture, attempt + 1, nowMs + waitMs(attempt, limits)) }, effects };
	}
	if (nowMs < atMs + limits.provesAfterMs) return { state: after, effects };
	effects.push(say({ type: "shown", version: picture.version, downloadedAtMs: atMs }));
	return { state: { ...after, standing: { is: "shown", picture, atMs: nowMs } }, effects };
}

function checkInShown(state: In<"shown">, event: EventOf<"check-in">, nowMs: number): Stepped {
	const { state: after, effects, otherModel } = heard(state, event, nowMs);
	if (otherModel) return { state: { ...after, standing: { is: "idle" } }, effects };
	if (!isReboot(event.wakeup)) return { state: after, effects };
	const { picture } = state.standing;
	effects.push(say({ type: "redraw", version: picture.version, because: "rebooted" }));
	return { state: { ...after, standing: waitingFor(picture, 1, nowMs) }, effects };
}

/** Where offers go to a group, several access points may fetch; a handful of addresses is remembered. */
function fetchedOffered(state: In<"offered">, { version, accessPoint }: EventOf<"fetched">): Stepped {
	const { standing, fetches } = state;
	if (standing.picture.version !== version) return stay(state);
	const before = fetches?.version === version ? fetches.addresses.filter((address) => address !== accessPoint) : [];
	return stay({
		...state,
		standing: { ...standing, fetched: true },
		fetches: { version, addresses: [accessPoint, ...before].slice(0, 8) },
	});
}

const waitingFor = (picture: Picture, attempt: number, notBeforeMs: number): Standing => ({ is: "waiting", picture, attempt, notBeforeMs });

function withoutOneOffer(state: Showing, { accessPoint }: EventOf<"complete">, nowMs: number): Showing {
	return {
		...state,
		offersOut: Math.max(0, state.offersOut - 1),
		olderOut: Math.max(0, state.olderOut - 1),
		completed: { accessPoint, atMs: nowMs },
	};
}

const isRepetition = ({ completed }: Showing, { accessPoint }: EventOf<"complete">, nowMs: number, limits: ShowingLimits): boolean =>
	completed?.accessPoint === accessPoint && nowMs - completed.atMs < limits.repeatsWithinMs;

function counted(state: Showing, event: EventOf<"complete">, nowMs: number): Stepped {
	return stay(withoutOneOffer(state, event, nowMs));
}

function completeOffered(state: In<"offered">, event: EventOf<"complete">, nowMs: number, limits: ShowingLimits): Stepped {
	const { picture, attempt } = state.standing;
	if (state.olderOut > 0) return offer(withoutOneOffer(state, event, nowMs), picture, attempt + 1, nowMs, limits);
	const fetchers = state.fetches?.version === picture.version ? state.fetches.addresses : [];
	if (!fetchers.some((address) => isSamePlace(address, event.accessPoint)))
		return { state, effects: [say({ type: "unproved-completion", version: picture.version })] };
	return {
		state: { ...withoutOneOffer(state, event, nowMs), standing: { is: "downloaded", picture, attempt, atMs: nowMs } },
		effects: [say({ type: "downloaded", version: picture.version })],
	};
}

/** An access point goes by its address, with its port where it is spoken to alone; a fetch comes from the same address and any port. */
function isSamePlace(fetchedBy: string, accessPoint: string): boolean {
	return accessPoint === fetchedBy || accessPoint.startsWith(`${fetchedBy}:`);
}

/** Nothing of ours can have been completed now, unless an offer of this picture is still out or the same completion is repeated. */
function completeUnexpected(
	state: In<"downloaded"> | In<"shown">,
	event: EventOf<"complete">,
	nowMs: number,
	limits: ShowingLimits,
): Stepped {
	if (isRepetition(state, event, nowMs, limits)) return stay(state);
	const held = withoutExpired(state, nowMs, limits);
	if (held.offersOut > 0) return stay(withoutOneOffer(held, event, nowMs));
	const { picture } = state.standing;
	const { version } = picture;
	const seen: Showing = { ...held, completed: { accessPoint: event.accessPoint, atMs: nowMs }, standing: waitingFor(picture, 1, nowMs) };
	return state.inherited
		? { state: seen, effects: [say({ type: "redraw", version, because: "completion-unknown" })] }
		: { state: seen, effects: [say({ type: "foreign-picture", version })] };
}

function silence(state: Showing, _: EventOf<"clock">, nowMs: number, limits: ShowingLimits): Stepped {
	if (state.silent || nowMs < state.heardMs + limits.silentAfterMs) return stay(state);
	return { state: { ...state, silent: true }, effects: [say({ type: "out-of-contact", sinceMs: state.heardMs })] };
}

function clockOffered(state: In<"offered">, event: EventOf<"clock">, nowMs: number, limits: ShowingLimits): Stepped {
	const silent = silence(state, event, nowMs, limits);
	if (nowMs < offerEndsMs(state.standing, limits)) return silent;
	const stepped = again(silent.state, state.standing, nowMs, limits);
	return { state: stepped.state, effects: [...silent.effects, ...stepped.effects] };
}

function again(state: Showing, offered: Extract<Standing, { is: "offered" }>, nowMs: number, limits: ShowingLimits): Stepped {
	const { picture, attempt } = offered;
	return {
		state: { ...state, standing: waitingFor(picture, attempt + 1, nowMs + waitMs(attempt, limits)) },
		effects: [say({ type: "gave-up", version: picture.version, attempt, heard: offered.fetched && offered.heardAtMs !== undefined })],
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
