/**
 * When to call the broker, when to wait, how long. Both ends use it; only the store adds a greeting (greeting.ts).
 *
 *            start               opened
 *   closed ─────────▶ calling ─────────▶ open
 *      ▲                │  ▲               │
 *      │ stop      failed  │ timer         │ lost
 *      │ (any state)    ▼  │               │
 *      └───────────── waiting ◀────────────┘
 */
export type Connecting =
	| { at: "closed" }
	| { at: "calling"; failures: number }
	/** `failures` is forgotten by `proved`, not by opening: a broker that admits and hangs up at once is a failure too. */
	| { at: "open"; failures: number }
	| { at: "waiting"; failures: number; untilMs: number };

export type ConnectingHappening = "start" | "opened" | "proved" | "failed" | "lost" | "timer" | "stop";
export type ConnectingAct = "call" | "hang-up";

/** Thousands of stores return together after a broker's restart: each waits a random part of a doubling span. */
const wait = { firstMs: 1_000, mostMs: 300_000 };

export function stepConnecting(
	line: Connecting,
	happening: ConnectingHappening,
	{ nowMs, jitter }: { nowMs: number; jitter: number },
): { line: Connecting; acts: ConnectingAct[]; wakeAtMs?: number } {
	const failures = "failures" in line ? line.failures : 0;
	const later = (): { line: Connecting; acts: ConnectingAct[]; wakeAtMs: number } => {
		const untilMs = nowMs + Math.ceil(jitter * Math.min(wait.firstMs * 2 ** failures, wait.mostMs));
		return { line: { at: "waiting", failures: Math.min(failures + 1, 20), untilMs }, acts: ["hang-up"], wakeAtMs: untilMs };
	};
	if (happening === "stop") return { line: { at: "closed" }, acts: ["hang-up"] };
	switch (`${line.at} + ${happening}` as const) {
		case "closed + start":
			return { line: { at: "calling", failures: 0 }, acts: ["call"] };
		case "calling + opened":
			return { line: { at: "open", failures }, acts: [] };
		case "open + proved":
			return { line: { at: "open", failures: 0 }, acts: [] };
		case "calling + failed":
		case "calling + lost":
		case "open + failed":
		case "open + lost":
			return later();
		case "waiting + timer":
			if (line.at === "waiting" && nowMs < line.untilMs) return { line, acts: [], wakeAtMs: line.untilMs };
			return { line: { at: "calling", failures }, acts: ["call"] };
		default:
			return { line, acts: [] }; // late news of a connection already given up
	}
}
