/**
 * Statements to or from one store that are signed as a whole: welcomes, commands, batches of facts. Each is signed under its own domain and
 * for one tenant and store; these are signed and not sent.
 */
import { type KeyList, type KeyRefusal, keyOrForged, lineKeyFor } from "./key-list.ts";
import type { SigningKey } from "./keys.ts";
import { isSignedBy, type Signed, signStatement } from "./signing.ts";

export interface Between {
	tenant: string;
	store: string;
}

/** The members that only a signed welcome has; the whole welcome is signed. */
export interface WelcomeTrust {
	/** Version of the newest key list. */
	keyList: number;
	/** How long a store may go on without another welcome before it raises an alarm. */
	trustForMs: number;
	/** The newest record of each down stream, so that a broker that holds records back is noticed. */
	heads: Record<string, { epoch: string; last: number; hash: string }>;
}

export interface WelcomeBody {
	/** Chosen by the store for this connection: an old welcome does not fit another one. */
	session: string;
	now: string;
}

export type WelcomeRefusal = "welcome-unsigned" | "welcome-session" | "welcome-forged" | "welcome-list-older" | KeyRefusal;

export interface WelcomeCheck {
	to: Between;
	session: string;
	list: KeyList;
	now?: number;
}

/** Why a welcome is refused. Undefined: head office signed it, for this store and this session. */
export function welcomeRefusal(received: object, { to, session, list, now }: WelcomeCheck): WelcomeRefusal | undefined {
	const { kid, sig, session: named, now: at, trust } = received as Partial<Signed & WelcomeBody & { trust: Partial<WelcomeTrust> }>;
	if (typeof kid !== "string" || typeof sig !== "string") return "welcome-unsigned";
	if (typeof at !== "string" || typeof trust !== "object" || trust === null || typeof trust.keyList !== "number") return "welcome-unsigned";
	if (named !== session) return "welcome-session";
	const key = lineKeyFor(list, kid, Date.parse(at), now);
	if ("refused" in key) return keyOrForged(key, "welcome-forged", (by) => isSignedBy("gondola/welcome/1", to, received, by));
	if (!isSignedBy("gondola/welcome/1", to, received, key.public)) return "welcome-forged";
	return trust.keyList < list.version ? "welcome-list-older" : undefined;
}

export interface CommandBody {
	id: string;
	name: string;
	args?: unknown;
	at: string;
	ttlMs: number;
}

export type CommandRefusal = "command-unsigned" | "command-forged" | "command-over" | KeyRefusal;

export function commandRefusal(
	received: object,
	{ to, list, now }: { to: Between; list: KeyList; now?: number },
): CommandRefusal | undefined {
	const { kid, sig, at, ttlMs } = received as Partial<Signed & CommandBody>;
	if (typeof kid !== "string" || typeof sig !== "string" || typeof at !== "string" || typeof ttlMs !== "number") return "command-unsigned";
	const key = lineKeyFor(list, kid, Date.parse(at), now);
	if ("refused" in key) return keyOrForged(key, "command-forged", (by) => isSignedBy("gondola/command/1", to, received, by));
	if (!isSignedBy("gondola/command/1", to, received, key.public)) return "command-forged";
	return now !== undefined && Date.parse(at) + ttlMs < now ? "command-over" : undefined;
}

/**
 * The signed part of a batch: the chain hash stands for every record up to there. Up: signed by the store, for each batch. Down: signed by
 * head office, for numbers that it no longer has; its records carry seals.
 */
export interface BatchBody {
	/** The incarnation of the box that sends; left out in statements of head office. */
	inc?: number;
	stream: string;
	epoch: string;
	from: number;
	upTo: number;
	/** The chain hash after `upTo`. */
	hash: string;
	/** The leap, where there is one: it must not be removed from a batch or added to one. */
	leap?: object;
}

export function signBatch(from: Between, batch: BatchBody, key: SigningKey): Signed {
	const { kid, sig } = signStatement("gondola/batch/1", from, batch, key);
	return { kid, sig };
}

/**
 * Whether the box with this key signed the batch. `batch` is what head office computed itself from the records, with the received kid and
 * sig.
 */
export function isBatchOf(from: Between, batch: BatchBody & Signed, publicText: string): boolean {
	return isSignedBy("gondola/batch/1", from, batch, publicText);
}

export type StatementRefusal = "unsigned" | "forged" | KeyRefusal;

/**
 * Why a statement without a time of its own is refused: an acknowledgement, answer or leap. Undefined: head office signed it, for this
 * store.
 */
export function statementRefusal(
	domain: "gondola/ack/1" | "gondola/reply/1" | "gondola/leap/1",
	received: object,
	{ to, list, now }: { to: Between; list: KeyList; now?: number },
): StatementRefusal | undefined {
	const { kid, sig } = received as Partial<Signed>;
	if (typeof kid !== "string" || typeof sig !== "string") return "unsigned";
	const key = lineKeyFor(list, kid, now ?? Number.NaN, now);
	if ("refused" in key) return keyOrForged(key, "forged", (by) => isSignedBy(domain, to, received, by));
	return isSignedBy(domain, to, received, key.public) ? undefined : "forged";
}
