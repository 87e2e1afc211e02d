import { genesis } from "../protocol/chain.ts";
import type { DownHead, Mark, UpHead } from "../protocol/messages.ts";

/**
 * The store's side of hello and welcome, over an open connection. The same drawing serves a line that is well: silence is answered by
 * another hello, which also heals lost news on either side.
 *
 *            opened                 welcome
 *   away ────────────▶ greeting ─────────────▶ talking
 *     ▲   lost           │ ▲  ▲                  │ │ 60 s without a word, or something does not fit
 *     └──── (any) ───────┘ │  └──────────────────┘ │
 *                   hello again                   │ welcome says fenced or unknown
 *                   2 s → 60 s      refused ◀─────┘  hello again every 5 to 10 minutes
 */
export type Greeting =
	| { at: "away" }
	| { at: "greeting"; tries: number; untilMs: number }
	/** `doubted`: what arrives does not fit what we know; only a welcome settles it. */
	| { at: "talking"; doubted: boolean; untilMs: number }
	| { at: "refused"; untilMs: number };

export type GreetingHappening = "opened" | "lost" | "welcome" | "refused" | "heard" | "does-not-fit" | "asked" | "timer";

const silence = { leastMs: 60_000, jitterMs: 15_000 };
const again = { firstMs: 2_000, mostMs: 60_000 };
const refusedMs = 300_000;
/** What does not fit is compared anew, but a line full of late messages must not become a line full of hellos. */
const calmMs = 1_000;

/** `hello`: send one now. `talk` and `hush`: the streams may flow, must stop. */
export type GreetingAct = "hello" | "talk" | "hush";

export function stepGreeting(
	greeting: Greeting,
	happening: GreetingHappening,
	{ nowMs, jitter }: { nowMs: number; jitter: number },
): { greeting: Greeting; acts: GreetingAct[] } {
	const greet = (tries: number): { greeting: Greeting; acts: GreetingAct[] } => {
		const span = Math.min(again.firstMs * 2 ** tries, again.mostMs);
		return { greeting: { at: "greeting", tries: tries + 1, untilMs: nowMs + (span * (1 + jitter)) / 2 }, acts: ["hello"] };
	};
	const talking = (): Greeting => ({ at: "talking", doubted: false, untilMs: nowMs + silence.leastMs + jitter * silence.jitterMs });

	if (happening === "lost") return { greeting: { at: "away" }, acts: greeting.at === "away" ? [] : ["hush"] };
	if (happening === "opened") return greet(0);
	if (greeting.at === "away") return { greeting, acts: [] };
	if (happening === "welcome") return { greeting: talking(), acts: ["talk"] };
	if (happening === "refused") return { greeting: { at: "refused", untilMs: nowMs + refusedMs * (1 + jitter) }, acts: ["hush"] };
	if (happening === "asked") return greet(0);

	switch (greeting.at) {
		case "greeting":
			if (happening === "timer" && nowMs >= greeting.untilMs) return greet(greeting.tries);
			return { greeting, acts: [] };
		case "talking":
			if (happening === "heard") return { greeting: greeting.doubted ? greeting : talking(), acts: [] };
			if (happening === "timer" && nowMs >= greeting.untilMs) return greet(0);
			if (happening === "does-not-fit" && !greeting.doubted) {
				return { greeting: { at: "talking", doubted: true, untilMs: Math.min(greeting.untilMs, nowMs + calmMs * (1 + jitter)) }, acts: [] };
			}
			return { greeting, acts: [] };
		case "refused":
			if (happening === "timer" && nowMs >= greeting.untilMs) return greet(0);
			return { greeting, acts: [] };
	}
}

export function wakeOf(greeting: Greeting): number | undefined {
	return greeting.at === "away" ? undefined : greeting.untilMs;
}

/** What a store does with an up stream after the welcome. `hashAt` answers undefined for numbers it no longer holds. */
export type UpVerdict = { kind: "begin"; at: Mark } | { kind: "fork"; why: string } | { kind: "not-opened" };

export function compareUp(own: UpHead, hq: Mark | undefined, hashAt: (seq: number) => string | undefined): UpVerdict {
	if (!hq) return { kind: "not-opened" };
	if (hq.epoch !== own.epoch) return { kind: "fork", why: "HQ reads another epoch" };
	if (hq.position > own.last) return { kind: "fork", why: `HQ has ${hq.position}, this box only ${own.last}: it is an older copy` };
	const hash = hq.position === 0 ? genesis : hq.position === own.last ? own.hash : hashAt(hq.position);
	if (hash !== undefined && hash !== hq.hash) return { kind: "fork", why: `record ${hq.position} is not the one HQ has` };
	return { kind: "begin", at: hq };
}

/** What a store does with a down stream after the welcome: keep reading, or begin the new epoch. */
export function compareDown(own: Mark | undefined, hq: DownHead): { kind: "keep"; at: Mark } | { kind: "open"; at: Mark } {
	if (own?.epoch === hq.epoch) return { kind: "keep", at: own };
	return { kind: "open", at: { epoch: hq.epoch, position: hq.base?.position ?? 0, hash: hq.base?.hash ?? genesis } };
}
