/**
 * One receipt on one printer, and what may be said about it afterwards.
 *
 *             ready: body         fence written          fence answered: cut       cut taken
 *   waiting ─────────────▶ sending ───────────▶ confirming ─────────────▶ cutting ─────────▶ ended: printed
 *      │                      │                     │                        │
 *      │                      │ no fence:           │                        │ no fence
 *      │                      └ body written: cut ──┼───────────────────────▶│
 *      │                                            │                        ▼ time to print it has passed
 *      │                                            │                     settling ────────▶ ended: sent
 *      │ stop, silence                              │                        │
 *      ▼                                            ▼                        ▼
 *   ended: not-started        link lost, printer error, switched off and on, no answer in time: ended: in-doubt
 *
 * - The body goes out without its cut, so that a receipt that stopped half way still hangs on the roll and can be marked void.
 * - An answer counts only after its question was written: what arrives before is noise, or belongs to an earlier receipt.
 * - Without a fence, bytes that the system has accepted may not be on paper yet. The receipt counts as sent when the link has
 * stayed up for as long as printing takes.
 * - Time counts only while the printer can print: changing the paper roll may take any time.
 */

export type InDoubtBecause = "link-lost" | "printer-error" | "printer-restarted" | "no-answer";

export type SessionEnd = { state: "printed" } | { state: "sent" } | { state: "in-doubt"; why: InDoubtBecause } | { state: "not-started" };

export type Session =
	| { at: "waiting" }
	| { at: "sending"; leftMs: number }
	| { at: "confirming"; leftMs: number; answersLeft: number }
	| { at: "cutting" }
	| { at: "settling"; leftMs: number }
	| { at: "ended"; end: SessionEnd };

export type SessionEvent =
	| { type: "ready" }
	/** The fence is being written; from now on an answer may belong to it. */
	| { type: "fence-written" }
	| { type: "body-taken" }
	| { type: "fence-answered" }
	| { type: "cut-taken" }
	| { type: "time-passed"; ms: number; couldPrint: boolean }
	| { type: "broke"; why: InDoubtBecause }
	/** The receipt is not wanted any more, or the printer is silent. */
	| { type: "give-up" };

export type SessionEffect = "send-body" | "send-cut";

export interface SessionPlan {
	/** How many answers mean that the paper is printed; 0 where the printer cannot report it. */
	answers: number;
	patienceMs: number;
	/** How long the printer takes for it, at its slowest. */
	printingMs: number;
}

type Stepped = { session: Session; effects: SessionEffect[] };
type In<At extends Session["at"]> = Extract<Session, { at: At }>;
type EventOf<Type extends SessionEvent["type"]> = Extract<SessionEvent, { type: Type }>;
type Transitions = {
	[At in Session["at"]]: { [Type in SessionEvent["type"]]: (session: In<At>, event: EventOf<Type>, plan: SessionPlan) => Stepped };
};

const stay = (session: Session): Stepped => ({ session, effects: [] });
const ended = (end: SessionEnd): Stepped => stay({ at: "ended", end });
const doubt = (_: Session, { why }: EventOf<"broke">): Stepped => ended({ state: "in-doubt", why });
const abandoned = (): Stepped => ended({ state: "in-doubt", why: "link-lost" });

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	waiting: {
		ready: (_, __, plan) => ({ session: { at: "sending", leftMs: plan.patienceMs }, effects: ["send-body"] }),
		"fence-written": stay,
		"body-taken": stay,
		"fence-answered": stay,
		"cut-taken": stay,
		"time-passed": stay,
		broke: () => ended({ state: "not-started" }),
		"give-up": () => ended({ state: "not-started" }),
	},
	sending: {
		ready: stay,
		"fence-written": ({ leftMs }, _, { answers }) => stay({ at: "confirming", leftMs, answersLeft: answers }),
		"body-taken": (session, _, { answers }) => (answers > 0 ? stay(session) : { session: { at: "cutting" }, effects: ["send-cut"] }),
		"fence-answered": stay,
		"cut-taken": stay,
		"time-passed": waitForPrinter,
		broke: doubt,
		"give-up": abandoned,
	},
	confirming: {
		ready: stay,
		"fence-written": stay,
		"body-taken": stay,
		"fence-answered": (session) =>
			session.answersLeft > 1
				? stay({ ...session, answersLeft: session.answersLeft - 1 })
				: { session: { at: "cutting" }, effects: ["send-cut"] },
		"cut-taken": stay,
		"time-passed": waitForPrinter,
		broke: doubt,
		"give-up": abandoned,
	},
	cutting: {
		ready: stay,
		"fence-written": stay,
		"body-taken": stay,
		"fence-answered": stay,
		"cut-taken": (_, __, { answers, printingMs }) =>
			answers > 0 ? ended({ state: "printed" }) : stay({ at: "settling", leftMs: printingMs }),
		"time-passed": stay,
		// Confirmed paper is printed. If the cutter missed its command, two receipts hang together, which a person can tear apart.
		broke: (_, { why }, { answers }) => ended(answers > 0 ? { state: "printed" } : { state: "in-doubt", why }),
		"give-up": (_, __, { answers }) => (answers > 0 ? ended({ state: "printed" }) : abandoned()),
	},
	settling: {
		ready: stay,
		"fence-written": stay,
		"body-taken": stay,
		"fence-answered": stay,
		"cut-taken": stay,
		"time-passed": (session, { ms, couldPrint }) => {
			if (!couldPrint) return stay(session);
			return session.leftMs > ms ? stay({ at: "settling", leftMs: session.leftMs - ms }) : ended({ state: "sent" });
		},
		broke: doubt,
		"give-up": abandoned,
	},
	ended: {
		ready: stay,
		"fence-written": stay,
		"body-taken": stay,
		"fence-answered": stay,
		"cut-taken": stay,
		"time-passed": stay,
		broke: stay,
		"give-up": stay,
	},
};

export function stepSession(session: Session, event: SessionEvent, plan: SessionPlan): Stepped {
	const step = transitions[session.at][event.type] as (session: Session, event: SessionEvent, plan: SessionPlan) => Stepped;
	return step(session, event, plan);
}

function waitForPrinter(session: In<"sending"> | In<"confirming">, { ms, couldPrint }: EventOf<"time-passed">): Stepped {
	if (!couldPrint) return stay(session);
	const leftMs = session.leftMs - ms;
	return leftMs > 0 ? stay({ ...session, leftMs }) : ended({ state: "in-doubt", why: "no-answer" });
}

export interface PrintingTime {
	bytes: number;
	millimetres: number;
	bytesPerSecond: number;
	millimetresPerSecond: number;
}

/** Milliseconds over the cable and through the printer. */
export function printingMs({ bytes, millimetres, bytesPerSecond, millimetresPerSecond }: PrintingTime): number {
	return Math.ceil((1_000 * bytes) / bytesPerSecond + (1_000 * millimetres) / millimetresPerSecond);
}

/** The time to print (`printingMs`), with two seconds to wake and to answer. */
export function patienceMs(work: PrintingTime): number {
	return 2_000 + printingMs(work);
}
