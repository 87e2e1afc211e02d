/**
 * The driver of one OpenDisplay label over one link. It is handed pictures ready to draw and reports what became of them; the picture that
 * was handed over last is the one that the label is brought to show. Over another link it is run anew.
 */
import type { Port } from "../../transport/port.ts";
import { openSession, stepSession } from "./session.ts";
import {
	type LabelPicture,
	type Session,
	type SessionEffect,
	type SessionEvent,
	type SessionLimits,
	type SessionReport,
	sessionLimits,
} from "./session-types.ts";
import { frameCutter, frameOf, readReply } from "./wire.ts";

/** Timers and a clock that never steps back. */
export interface LabelTimers {
	set(act: () => void, afterMs: number): unknown;
	clear(timer: unknown): void;
	nowMs(): number;
}

export interface RunningOpenDisplayLabel {
	show(picture: LabelPicture): void;
	stop(): void;
}

export function runOpenDisplayLabel(
	port: Port,
	{ timers, limits = {} }: { timers: LabelTimers; limits?: Partial<SessionLimits> },
	report: (report: SessionReport) => void,
): RunningOpenDisplayLabel {
	const patience = { ...sessionLimits, ...limits };
	let session: Session = { at: "closed", deadlineMs: Number.POSITIVE_INFINITY };
	let timer: unknown;
	let isOver = false;

	const perform = (effects: readonly SessionEffect[]): void => {
		for (const effect of effects) {
			if (isOver) return;
			// A port that cannot take bytes is closing, and says so itself.
			if ("send" in effect) void port.write(frameOf(effect.send)).catch(() => {});
			else if ("report" in effect) report(effect.report);
			else void port.close();
		}
	};
	const happen = (stepped: { session: Session; effects: SessionEffect[] }): void => {
		session = stepped.session;
		timers.clear(timer);
		if (Number.isFinite(session.deadlineMs))
			timer = timers.set(() => take({ is: "clock" }), Math.max(1, session.deadlineMs - timers.nowMs()));
		perform(stepped.effects);
	};
	const take = (event: SessionEvent): void => {
		if (!isOver) happen(stepSession(session, event, timers.nowMs(), patience));
	};
	const garbled = (kind: "unreadable" | "length"): void => report({ type: "garbled", kind });

	port.onBytes(
		frameCutter(
			(frame) => {
				const reply = readReply(frame);
				if (reply.is === "unreadable") garbled("unreadable");
				else take(reply);
			},
			() => {
				garbled("length");
				void port.close();
			},
		),
	);
	happen(openSession(timers.nowMs(), patience));
	return {
		show: (picture) => take({ is: "show", picture }),
		stop() {
			isOver = true;
			timers.clear(timer);
		},
	};
}
