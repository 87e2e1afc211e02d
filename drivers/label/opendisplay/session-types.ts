/** States, events, reports and limits of one link to an OpenDisplay label; session.ts has its steps. */
import type { Advert } from "./advert.ts";
import type { HeldSettings } from "./settings.ts";
import type { Reply } from "./wire.ts";

export interface LabelPicture {
	/** 16 upper-case hex digits. */
	version: string;
	/** The panel that the picture was made for; see panel.ts. */
	model: number;
	isCompressed: boolean;
	bytes: Uint8Array;
}

/** The label's own report before the first picture. */
export interface KnownLabel {
	/** Major and minor version, a byte each. */
	firmware: number;
	model: number;
	/** It leaves the network between two wake times, so that a lost link says nothing. */
	sleeps: boolean;
	/** The number that the store wrote into it. */
	number?: string;
	/** The command by which the link is kept: not every firmware has 44. */
	keepAlive: number;
}

export type SessionReport =
	| { type: "ready"; label: KnownLabel; advert?: Advert }
	/** No picture can be made for this label; `why` is a short reason in English. */
	| { type: "unfit"; why: string; firmware: number }
	| { type: "alive"; advert?: Advert }
	| { type: "started"; version: string }
	| { type: "downloaded"; version: string }
	| { type: "drawn"; version: string }
	| { type: "not-drawn"; version: string; why: "panel" | "no-word" }
	| { type: "refused"; version: string; at: "start" | "data" | "end" }
	/** It wants a key that this link does not have. */
	| { type: "locked" }
	/** It did not answer in time. */
	| { type: "silent"; asked: number }
	| { type: "garbled"; kind: "unreadable" | "stray" | "length" };

export type SessionEffect = { send: Uint8Array } | { report: SessionReport } | { close: true };

/** A picture on its way. */
export interface Upload {
	label: KnownLabel;
	picture: LabelPicture;
	isRaw: boolean;
	/** The bytes that travel: the stream, or the picture as it stands. */
	bytes: Uint8Array;
	/** Bytes that were sent. */
	sent: number;
	/** A newer picture, begun as soon as the label may be spoken to. */
	next?: LabelPicture;
}

export type Session = { deadlineMs: number } & (
	| { at: "asking-firmware"; next?: LabelPicture }
	| { at: "asking-settings"; firmware: number; held: HeldSettings; next?: LabelPicture }
	| { at: "asking-advert"; label: KnownLabel; next?: LabelPicture }
	| { at: "ready"; label: KnownLabel }
	| { at: "keeping"; label: KnownLabel; next?: LabelPicture }
	| ({ at: "starting" } & Upload)
	| ({ at: "sending" } & Upload)
	| ({ at: "ending" } & Upload)
	| ({ at: "drawing" } & Upload)
	| { at: "unfit" }
	| { at: "closed" }
);

export type SessionEvent = Exclude<Reply, { is: "unreadable" }> | { is: "show"; picture: LabelPicture } | { is: "clock" };

export interface SessionLimits {
	answerMs: number;
	firstSettingsMs: number;
	/** The label may be bringing its panel up. */
	startMs: number;
	dataMs: number;
	/** The label's own patience with its panel may be four minutes; two and a half are a refresh of any panel that works. */
	drawMs: number;
	/** The label drops a link on which nothing was asked for 30 seconds. */
	keepAliveMs: number;
}

export const sessionLimits: SessionLimits = {
	answerMs: 5_000,
	firstSettingsMs: 10_000,
	startMs: 30_000,
	dataMs: 90_000,
	drawMs: 150_000,
	keepAliveMs: 20_000,
};
