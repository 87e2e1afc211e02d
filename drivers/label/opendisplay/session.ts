/**
 * One link to an OpenDisplay label: who it is, then pictures, one command at a time.
 *
 *   asking-firmware ─43▶ asking-settings ─40…▶ asking-advert ─44▶ ready ◀──────44 keeping ◀─ 20 s
 *                                                                  │ show                      │
 *   ready ◀─73 drawn, 74 not drawn─ drawing ◀─72─ ending ◀─71─ sending ◀─70─ starting ◀────────┘
 *                                      ▲                         │  ▲ └─ FF 70 to a compressed picture: again as it stands
 *                                      └──────────72 (raw)───────┘  └─71─┘
 *   unfit: no picture can be made for it.  closed: it was silent for too long.
 *
 * "72" says that all bytes came, "73" that the panel has drawn; only the second proves what stands on the glass. "73" counts only while
 * `drawing`. A picture as it stands ends by itself: its last data frame is answered by 72 and no end is sent. Source: see wire.ts.
 */
import { unpackStream } from "../picture.ts";
import { type Advert, readAdvertReply } from "./advert.ts";
import { bytesOfModel, modelNumberOf, openDisplayModel } from "./panel.ts";
import type {
	KnownLabel,
	LabelPicture,
	Session,
	SessionEffect,
	SessionEvent,
	SessionLimits,
	SessionReport,
	Upload,
} from "./session-types.ts";
import { type LabelSettings, noSettingsYet, takeChunk } from "./settings.ts";
import { dataOf, endOf, longestData, opcodes, question, startCompressed, startRaw } from "./wire.ts";

type Stepped = { session: Session; effects: SessionEffect[] };
type In<At extends Session["at"]> = Extract<Session, { at: At }>;
type EventOf<Is extends SessionEvent["is"]> = Extract<SessionEvent, { is: Is }>;
type Step<At extends Session["at"], Is extends SessionEvent["is"]> = (
	session: In<At>,
	event: EventOf<Is>,
	nowMs: number,
	limits: SessionLimits,
) => Stepped;
type Transitions = { [At in Session["at"]]: { [Is in SessionEvent["is"]]: Step<At, Is> } };

const never = Number.POSITIVE_INFINITY;
const stay = (session: Session): Stepped => ({ session, effects: [] });
const say = (report: SessionReport): SessionEffect => ({ report });

/** A reply to a command that is not out: an answer that came late, or a label that is out of step. */
const stray = (session: Session): Stepped => ({ session, effects: [say({ type: "garbled", kind: "stray" })] });
const closed: Session = { at: "closed", deadlineMs: never };

const locked = (session: Session): Stepped =>
	session.at === "closed" ? stay(session) : { session: closed, effects: [say({ type: "locked" }), { close: true }] };

/** Runs `then` for the reply to `opcode`; any other is stray. */
function onReply<At extends Session["at"], Is extends "done" | "error">(
	opcode: number | ((session: In<At>) => number),
	then: Step<At, Is>,
): Step<At, Is> {
	return (session, event, nowMs, limits) => {
		const { is, opcode: answered } = event as EventOf<"done" | "error">;
		const wanted = typeof opcode === "number" ? opcode : opcode(session);
		// Old firmware names no command in an error: FF FF.
		const isAnswer = answered === wanted || (is === "error" && answered === 0xff);
		return isAnswer ? then(session, event, nowMs, limits) : stray(session);
	};
}

/** The answer to `opcode` did not come in time. */
const silentAfter =
	<At extends Session["at"]>(opcode: number | ((session: In<At>) => number)): Step<At, "clock"> =>
	(session, _, nowMs) => {
		if (nowMs < session.deadlineMs) return stay(session);
		const asked = typeof opcode === "number" ? opcode : opcode(session);
		return { session: closed, effects: [say({ type: "silent", asked }), { close: true }] };
	};

/** A picture waits until the label may be spoken to. */
const keepNext = (session: Exclude<Session, { at: "ready" | "unfit" | "closed" }>, { picture }: EventOf<"show">): Stepped =>
	stay({ ...session, next: picture });

const keepAliveOf = ({ label }: { label: KnownLabel }): number => label.keepAlive;
const unfit = (why: string, firmware: number): Stepped => ({
	session: { at: "unfit", deadlineMs: never },
	effects: [say({ type: "unfit", why, firmware })],
});

const upload = { locked, show: keepNext } as const;

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	"asking-firmware": {
		done: onReply(opcodes.firmware, firmwareSaid),
		error: onReply(opcodes.firmware, () => unfit("its firmware version cannot be read", 0)),
		locked,
		show: keepNext,
		clock: silentAfter(opcodes.firmware),
	},
	"asking-settings": {
		done: onReply(opcodes.config, settingsSaid),
		error: onReply(opcodes.config, ({ firmware }) => unfit("its settings cannot be read", firmware)),
		locked,
		show: keepNext,
		clock: silentAfter(opcodes.config),
	},
	"asking-advert": {
		done: onReply(opcodes.advert, ({ label, next }, { data }, nowMs, limits) =>
			readyNow(label, next, readAdvertReply(data), nowMs, limits),
		),
		error: onReply(opcodes.advert, ({ label, next }, _, nowMs, limits) =>
			readyNow({ ...label, keepAlive: opcodes.firmware }, next, undefined, nowMs, limits),
		),
		locked,
		show: keepNext,
		clock: silentAfter(opcodes.advert),
	},
	ready: {
		done: stray,
		error: stray,
		locked,
		show: ({ label }, { picture }, nowMs, limits) => start(label, picture, nowMs, limits),
		clock: (session, _, nowMs, limits) =>
			nowMs < session.deadlineMs
				? stay(session)
				: {
						session: { at: "keeping", label: session.label, deadlineMs: nowMs + limits.answerMs },
						effects: [{ send: question(session.label.keepAlive) }],
					},
	},
	keeping: {
		done: onReply(keepAliveOf, (session, { data }, nowMs, limits) => alive(session, readAdvertReply(data), nowMs, limits)),
		error: onReply(keepAliveOf, (session, _, nowMs, limits) => alive(session, undefined, nowMs, limits)),
		locked,
		show: keepNext,
		clock: silentAfter(keepAliveOf),
	},
	starting: {
		...upload,
		done: onReply(opcodes.start, (session, _, nowMs, limits) => goOn(session, nowMs, limits)),
		error: onReply(opcodes.start, startRefused),
		clock: silentAfter(opcodes.start),
	},
	sending: { ...upload, done: dataTaken, error: onReply(opcodes.data, refusedAt("data")), clock: silentAfter(opcodes.data) },
	ending: {
		...upload,
		done: onReply(opcodes.end, (session, _, nowMs, limits) => taken(session, nowMs, limits)),
		error: onReply(opcodes.end, refusedAt("end")),
		clock: silentAfter(opcodes.end),
	},
	drawing: {
		...upload,
		done: panelSaid,
		error: stray,
		clock: (session, _, nowMs) =>
			nowMs < session.deadlineMs
				? stay(session)
				: {
						session: closed,
						effects: [say({ type: "not-drawn", version: session.picture.version, why: "no-word" }), { close: true }],
					},
	},
	unfit: { done: stay, error: stay, locked, show: stay, clock: stay },
	closed: { done: stay, error: stay, locked: stay, show: stay, clock: stay },
};

export function openSession(nowMs: number, limits: SessionLimits): Stepped {
	return {
		session: { at: "asking-firmware", deadlineMs: nowMs + limits.answerMs },
		effects: [{ send: question(opcodes.firmware) }],
	};
}

/** The step that follows from an event. Pure: the caller owns the clock and the port. */
export function stepSession(session: Session, event: SessionEvent, nowMs: number, limits: SessionLimits): Stepped {
	const step = transitions[session.at][event.is] as (s: Session, e: SessionEvent, nowMs: number, limits: SessionLimits) => Stepped;
	return step(session, event, nowMs, limits);
}

const isOld = ({ firmware }: { firmware: number }): boolean => firmware >> 8 < 2;

function firmwareSaid({ next }: In<"asking-firmware">, { data }: EventOf<"done">, nowMs: number, limits: SessionLimits): Stepped {
	if (data.length < 2) return unfit("its firmware version cannot be read", 0);
	const firmware = (data[0]! << 8) | data[1]!;
	return {
		session: {
			at: "asking-settings",
			firmware,
			held: noSettingsYet,
			deadlineMs: nowMs + limits.firstSettingsMs,
			...(next !== undefined && { next }),
		},
		effects: [{ send: question(opcodes.config) }],
	};
}

function settingsSaid(session: In<"asking-settings">, { data }: EventOf<"done">, nowMs: number, limits: SessionLimits): Stepped {
	const taken = takeChunk(session.held, data);
	if ("fault" in taken) return unfit(`its settings cannot be read (${taken.fault})`, session.firmware);
	// The next chunk comes by itself.
	if ("held" in taken) return stay({ ...session, held: taken.held, deadlineMs: nowMs + limits.answerMs });
	const { settings } = taken;
	const model = modelNumberOf(settings.display);
	if (model === undefined) {
		const { width, height, scheme } = settings.display;
		return unfit(`a panel of ${width} x ${height}, colour scheme ${scheme}, is not known`, session.firmware);
	}
	if (isOld(session) && losesPixels(settings)) return unfit("its firmware is older than 2.0 and loses a colour or rows", session.firmware);
	return {
		session: {
			at: "asking-advert",
			label: {
				firmware: session.firmware,
				model,
				sleeps: settings.sleepSeconds > 0,
				keepAlive: opcodes.advert,
				...(settings.number !== undefined && { number: settings.number }),
			},
			deadlineMs: nowMs + limits.answerMs,
			...(session.next !== undefined && { next: session.next }),
		},
		effects: [{ send: question(opcodes.advert) }],
	};
}

/** Firmware before 2.0 drew no red or yellow on these schemes and cut rows that do not fill whole bytes, and said nothing of it. */
const losesPixels = ({ display }: LabelSettings): boolean => display.scheme === 1 || display.scheme === 2 || display.width % 8 !== 0;

const idle = (label: KnownLabel, nowMs: number, limits: SessionLimits): Session => ({
	at: "ready",
	label,
	deadlineMs: nowMs + limits.keepAliveMs,
});

function readyNow(
	label: KnownLabel,
	next: LabelPicture | undefined,
	advert: Advert | undefined,
	nowMs: number,
	limits: SessionLimits,
): Stepped {
	return begun(label, next, [say({ type: "ready", label, ...(advert !== undefined && { advert }) })], nowMs, limits);
}

function alive({ label, next }: In<"keeping">, advert: Advert | undefined, nowMs: number, limits: SessionLimits): Stepped {
	return begun(label, next, [say({ type: "alive", ...(advert !== undefined && { advert }) })], nowMs, limits);
}

/** Goes on with the picture that came meanwhile, if one did. */
function begun(label: KnownLabel, next: LabelPicture | undefined, effects: SessionEffect[], nowMs: number, limits: SessionLimits): Stepped {
	if (!next) return { session: idle(label, nowMs, limits), effects };
	const started = start(label, next, nowMs, limits);
	return { session: started.session, effects: [...effects, ...started.effects] };
}

function start(label: KnownLabel, picture: LabelPicture, nowMs: number, limits: SessionLimits): Stepped {
	const most = openDisplayModel(label.model)?.panel?.compressedMost ?? 0;
	const stream = picture.isCompressed && picture.bytes.length <= most;
	return startAs(label, picture, !stream, nowMs, limits);
}

function startAs(label: KnownLabel, picture: LabelPicture, isRaw: boolean, nowMs: number, limits: SessionLimits): Stepped {
	const size = bytesOfModel(picture.model);
	const bytes = isRaw && picture.isCompressed ? unpackStream(picture.bytes, size) : picture.bytes;
	const { payload, taken } = isRaw ? { payload: startRaw(), taken: 0 } : startCompressed(size, bytes);
	return {
		session: { at: "starting", label, picture, isRaw, bytes, sent: taken, deadlineMs: nowMs + limits.startMs },
		effects: [say({ type: "started", version: picture.version }), { send: payload }],
	};
}

function startRefused(session: In<"starting">, event: EventOf<"error">, nowMs: number, limits: SessionLimits): Stepped {
	if (session.next) return start(session.label, session.next, nowMs, limits);
	if (session.isRaw) return refusedAt("start")(session, event, nowMs, limits);
	return startAs(session.label, session.picture, true, nowMs, limits);
}

function refusedAt(at: "start" | "data" | "end") {
	return ({ label, picture, next }: Upload, _: unknown, nowMs: number, limits: SessionLimits): Stepped =>
		begun(label, next, [say({ type: "refused", version: picture.version, at })], nowMs, limits);
}

/** The next piece, the end, or a newer picture instead: a new start ends what was begun. */
function goOn(upload: Upload, nowMs: number, limits: SessionLimits): Stepped {
	const { label, picture, isRaw, bytes, sent, next } = upload;
	if (next) return start(label, next, nowMs, limits);
	const on = { label, picture, isRaw, bytes, deadlineMs: nowMs + limits.dataMs };
	if (sent < bytes.length) {
		const piece = bytes.subarray(sent, sent + longestData);
		return { session: { at: "sending", ...on, sent: sent + piece.length }, effects: [{ send: dataOf(piece) }] };
	}
	// All of a picture as it stands was sent, and the label has not said 72: it waits for more than its panel has.
	if (isRaw) return refusedAt("data")(upload, undefined, nowMs, limits);
	return { session: { at: "ending", ...on, sent }, effects: [{ send: endOf() }] };
}

function dataTaken(session: In<"sending">, event: EventOf<"done">, nowMs: number, limits: SessionLimits): Stepped {
	if (event.opcode === opcodes.data) return goOn(session, nowMs, limits);
	if (event.opcode !== opcodes.end || !session.isRaw) return stray(session);
	if (session.sent === session.bytes.length) return taken(session, nowMs, limits);
	// It has enough before it has everything: its panel is smaller than it said, and what it draws is not this picture.
	return {
		session: closed,
		effects: [say({ type: "refused", version: session.picture.version, at: "data" }), { close: true }],
	};
}

function taken(upload: Upload, nowMs: number, limits: SessionLimits): Stepped {
	const { label, picture, isRaw, bytes, sent, next } = upload;
	const deadlineMs = nowMs + limits.drawMs;
	return {
		session: { at: "drawing", label, picture, isRaw, bytes, sent, deadlineMs, ...(next !== undefined && { next }) },
		effects: [say({ type: "downloaded", version: picture.version })],
	};
}

function panelSaid(session: In<"drawing">, { opcode }: EventOf<"done">, nowMs: number, limits: SessionLimits): Stepped {
	if (opcode !== opcodes.drawn && opcode !== opcodes.notDrawn) return stray(session);
	const { version } = session.picture;
	const report: SessionReport = opcode === opcodes.drawn ? { type: "drawn", version } : { type: "not-drawn", version, why: "panel" };
	const stepped = begun(session.label, session.next, [say(report)], nowMs, limits);
	// The label heard nothing while it drew, and may count that time as idle.
	return session.next ? stepped : { ...stepped, session: { ...stepped.session, deadlineMs: nowMs } };
}
