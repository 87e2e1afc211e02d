/**
 * One paper label on one printer, and what may be said about it afterwards.
 *
 *             ready, nothing waits,         the ledger has        format               count one higher twice,
 *             count read twice              the count             written              nothing waits
 *   waiting ─────────────────────▶ beginning ────────▶ sending ──────────▶ confirming ────────────────────▶ ended: printed
 *      │                               │                  │                     │
 *      ▼ stop, silence                 ▼ not wanted       ▼                     ▼ count as before for long, or another number;
 *   ended: not-started            not-started        link lost: ended: in-doubt    link lost: ended: in-doubt
 *
 * - A label printer prints a format when it has all of it, so that a lost link leaves nothing torn. Paper out or an open head in the middle
 *   of a label: it prints that label anew by itself and counts it once.
 * - The count outlives power cuts. One that was read before the format and is one higher afterwards says that this label is out; the
 *   program keeps it in the ledger, so that it can still ask after its own death (`settle`).
 * - A number counts when it was read twice in a row: one digit may be noise.
 * - Without a count a label is printed when nothing waits any more for as long as printing takes, on a link that did not break meanwhile. A
 *   socket breaks when the printer is switched off; a serial cable does not, so that a label is only sent there.
 * - Time counts only while the printer can print.
 */
import type { InDoubtBecause } from "../session.ts";

export type LabelEnd =
	| { state: "printed" }
	| { state: "sent" }
	| { state: "in-doubt"; why: InDoubtBecause | "count-differs" }
	| { state: "not-started"; why: "silent" | "not-wanted" | "cannot-confirm" };

export type LabelSession =
	| { at: "waiting"; count?: number }
	| { at: "beginning"; before: number | undefined }
	| { at: "sending"; before: number | undefined }
	| { at: "confirming"; before: number | undefined; leftMs: number; quietMs: number; looks: number; last?: number }
	| { at: "ended"; end: LabelEnd };

/** The printer's answers to both questions, the status first. */
export interface Look {
	isReady: boolean;
	/** No format waits and no label is left. */
	isEmpty: boolean;
	/** Labels printed in its life; undefined where it was not asked, null where it does not know. */
	count?: number | null | undefined;
}

export type LabelEvent =
	| { type: "looked"; look: Look }
	/** The ledger's answer: whether the label is still wanted. */
	| { type: "begun"; isWanted: boolean }
	| { type: "format-taken" }
	| { type: "time-passed"; ms: number; couldPrint: boolean }
	| { type: "broke"; why: InDoubtBecause }
	| { type: "give-up" };

export interface LabelPlan {
	confirm: "label-count" | "status" | "none";
	/** A serial cable: the printer may be off for a moment without a word. */
	isCable: boolean;
	patienceMs: number;
	/** How long the printer takes for it, at its slowest. */
	printingMs: number;
}

type Stepped = { session: LabelSession; effect?: "begin" | "send" };

const ended = (end: LabelEnd): Stepped => ({ session: { at: "ended", end } });

export function stepLabel(session: LabelSession, event: LabelEvent, plan: LabelPlan): Stepped {
	if (session.at === "ended") return { session };
	switch (event.type) {
		case "looked":
			return session.at === "waiting"
				? lookBefore(session, event.look, plan)
				: session.at === "confirming"
					? lookAfter(session, event.look)
					: { session };
		case "begun":
			if (session.at !== "beginning") return { session };
			if (!event.isWanted) return ended({ state: "not-started", why: "not-wanted" });
			return { session: { at: "sending", before: session.before }, effect: "send" };
		case "format-taken":
			if (session.at !== "sending") return { session };
			return { session: { at: "confirming", before: session.before, leftMs: plan.patienceMs, quietMs: 0, looks: 0 } };
		case "time-passed":
			return session.at === "confirming" ? timePassed(session, event, plan) : { session };
		case "broke":
			return session.at === "waiting" || session.at === "beginning"
				? ended({ state: "not-started", why: "silent" })
				: ended({ state: "in-doubt", why: event.why });
		case "give-up":
			return session.at === "waiting" || session.at === "beginning"
				? ended({ state: "not-started", why: "silent" })
				: ended({ state: "in-doubt", why: "link-lost" });
	}
}

function lookBefore(session: LabelSession & { at: "waiting" }, { isReady, isEmpty, count }: Look, { confirm }: LabelPlan): Stepped {
	if (!isReady || !isEmpty) return { session: { at: "waiting" } };
	if (confirm !== "label-count") return { session: { at: "beginning", before: undefined }, effect: "begin" };
	if (count === null) return ended({ state: "not-started", why: "cannot-confirm" });
	if (count === undefined) return { session };
	if (session.count !== count) return { session: { at: "waiting", count } };
	return { session: { at: "beginning", before: count }, effect: "begin" };
}

function lookAfter(session: LabelSession & { at: "confirming" }, { isReady, isEmpty, count }: Look): Stepped {
	const { before } = session;
	if (!isReady || !isEmpty) return { session: { ...session, quietMs: 0, looks: 0 } };
	if (before === undefined) return { session: { ...session, looks: session.looks + 1 } };
	if (count === undefined || count === null) return { session };
	if (count === session.last && count === before + 1) return ended({ state: "printed" });
	// Another program prints here, or this is another printer.
	if (count === session.last && count !== before) return ended({ state: "in-doubt", why: "count-differs" });
	return { session: { ...session, last: count } };
}

function timePassed(
	session: LabelSession & { at: "confirming" },
	{ ms, couldPrint }: LabelEvent & { type: "time-passed" },
	plan: LabelPlan,
): Stepped {
	if (!couldPrint && plan.confirm !== "none") return { session };
	const quietMs = session.quietMs + ms;
	const isAnswered = plan.confirm === "none" || session.looks > 1;
	if (session.before === undefined && isAnswered && quietMs > plan.printingMs)
		return ended({ state: plan.confirm === "status" && !plan.isCable ? "printed" : "sent" });
	const leftMs = session.leftMs - ms;
	return leftMs > 0 ? { session: { ...session, leftMs, quietMs } } : ended({ state: "in-doubt", why: "no-answer" });
}

/** The fate of a label in doubt by the printer's counts: `before` was read before it was sent, `count` afterwards. */
export function verdictOf(before: number, count: number): "printed" | "not-printed" | "unknown" {
	return count === before + 1 ? "printed" : count === before ? "not-printed" : "unknown";
}
