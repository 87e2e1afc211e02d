/**
 * One receipt on one printer, and what may be said about it afterwards.
 *
 *             ready: body, fence        body taken           fence answered: cut        cut taken
 *   waiting ─────────────────▶ sending ───────────▶ confirming ─────────────▶ cutting ───────────▶ ended: printed
 *      │                          │  (no fence: cut)─────────────────────────────▲   (no fence: sent)
 *      │ stop, silence            │                    │
 *      ▼                          ▼ link lost, printer error, switched off and on, no answer in time
 *   ended: not-started          ended: in-doubt
 *
 * The body goes out without its cut, so that a receipt that stopped half way still hangs on the roll and can be marked void.
 * Time counts only while the printer could print: a roll may be changed at leisure.
 */

export type InDoubtBecause = "link-lost" | "printer-error" | "printer-restarted" | "no-answer";

export type SessionEnd = { state: "printed" } | { state: "sent" } | { state: "in-doubt"; why: InDoubtBecause } | { state: "not-started" };

export type Session =
	| { at: "waiting" }
	| { at: "sending"; leftMs: number }
	| { at: "confirming"; leftMs: number }
	| { at: "cutting"; end: SessionEnd }
	| { at: "ended"; end: SessionEnd };

export type Happening =
	| { type: "ready" }
	| { type: "body-taken" }
	| { type: "fence-answered" }
	| { type: "cut-taken" }
	| { type: "time-passed"; ms: number; couldPrint: boolean }
	| { type: "broke"; why: InDoubtBecause }
	/** Nobody waits for this receipt any more, or the printer says nothing at all. */
	| { type: "give-up" };

export type Act = "send-body" | "send-cut";

export interface SessionPlan {
	/** Whether the printer can say that paper is printed. */
	fenced: boolean;
	patienceMs: number;
}

export function stepSession(session: Session, happening: Happening, plan: SessionPlan): { session: Session; acts: Act[] } {
	const stay = { session, acts: [] };
	switch (session.at) {
		case "waiting":
			if (happening.type === "ready") return { session: { at: "sending", leftMs: plan.patienceMs }, acts: ["send-body"] };
			if (happening.type === "give-up" || happening.type === "broke") return ended({ state: "not-started" });
			return stay;
		case "sending":
		case "confirming":
			switch (happening.type) {
				case "body-taken":
					if (plan.fenced) return { session: { at: "confirming", leftMs: session.leftMs }, acts: [] };
					return { session: { at: "cutting", end: { state: "sent" } }, acts: ["send-cut"] };
				case "fence-answered":
					return plan.fenced ? { session: { at: "cutting", end: { state: "printed" } }, acts: ["send-cut"] } : stay;
				case "broke":
					return ended({ state: "in-doubt", why: happening.why });
				case "give-up":
					return ended({ state: "in-doubt", why: "link-lost" });
				case "time-passed": {
					if (!happening.couldPrint) return stay;
					const leftMs = session.leftMs - happening.ms;
					return leftMs > 0 ? { session: { at: session.at, leftMs }, acts: [] } : ended({ state: "in-doubt", why: "no-answer" });
				}
				case "ready":
				case "cut-taken":
					return stay;
			}
			return happening satisfies never;
		case "cutting":
			// Paper is printed; a knife that never hears of it leaves two receipts on one strip, which a person can tear.
			if (happening.type === "cut-taken" || happening.type === "broke" || happening.type === "give-up") return ended(session.end);
			return stay;
		case "ended":
			return stay;
	}
}

function ended(end: SessionEnd): { session: Session; acts: Act[] } {
	return { session: { at: "ended", end }, acts: [] };
}

/** Two seconds to wake and answer, the way over the cable, and the way through the printer. */
export function patienceMs(work: { bytes: number; millimetres: number; bytesPerSecond: number; millimetresPerSecond: number }): number {
	return Math.ceil(2_000 + (1_000 * work.bytes) / work.bytesPerSecond + (1_000 * work.millimetres) / work.millimetresPerSecond);
}
