import { kindOfRefusal, type RefusalCounts } from "../../trust/refusal-kinds.ts";
import type { StoreTrust } from "../../trust/store-trust.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { DownMessage, Raw } from "../protocol/envelope.ts";
import type { Data } from "../protocol/messages.ts";
import type { LinkLog } from "../run/clock.ts";
import type { LinkLedger } from "./ledger-port.ts";

/**
 * Checks that a message on the line was signed by head office (LINK rule 17). A store that enrolled with a key follows only what one of
 * HQ's line keys signed for this store. Messages that change nothing in the store (`hello ask`, `nak`, `req`) are not signed.
 *
 *   welcome, cmd, ack, res    signed as a whole            data    each record is in a run of a seal whose audience has this store
 */
export interface SignatureCheck {
	/**
	 * - `proved`: HQ signed it for this store.
	 * - `unsigned`: a message of a kind that needs no signature. Anybody may have sent it.
	 * - `forged`: the signature is missing or wrong; the message must be ignored.
	 */
	judge(message: DownMessage & Raw, session: string): Judgement;
	/** How many messages were forged, since this start. */
	forged(): number;
	/** How many messages and key lists were refused, by what was wrong with them; since this start. */
	refused(): RefusalCounts;
}

export type Judgement = "proved" | "unsigned" | "forged";

/** For a store that never enrolled with a key: every message counts as HQ's. */
export const noSignatureCheck: SignatureCheck = { judge: () => "proved", forged: () => 0, refused: () => ({}) };

/** The alarm about forged messages is cleared when this long has passed without another one. */
const alarmMs = 3_600_000;

interface SignatureCheckDeps {
	trust: StoreTrust;
	ledger: LinkLedger;
	log: LinkLog;
	/** Greets head office: its welcome carries the keys that are new. */
	askForKeys(): void;
}

/** A welcome that was asked for is waited for as long; then an unknown key counts as forged without it. */
const keysWithinMs = 120_000;
const keysEveryMs = 10_000;

export function checkSignatures(deps: SignatureCheckDeps): SignatureCheck {
	const refused: RefusalCounts = {};
	const count = (code: string): void => {
		const kind = kindOfRefusal(code);
		refused[kind] = (refused[kind] ?? 0) + 1;
	};
	const alarm = openForgeryAlarm(deps);
	const newKeys = openNewKeys(deps);
	return {
		judge(message, session) {
			const refusal = refusalOf(deps, message, session, count);
			if (refusal === needsNone) return "unsigned";
			if (refusal === undefined) {
				if (message.ch === "hello") newKeys.welcomed();
				alarm.noteProved();
				return "proved";
			}
			count(refusal);
			// Head office sends again what was not acknowledged, so nothing is lost by asking first.
			const mayBeNew = refusal === "key-unknown" && message.ch !== "hello" && newKeys.mayBeNew();
			alarm.noteForged(message.ch, refusal, mayBeNew);
			return "forged";
		},
		forged: alarm.forged,
		refused: () => ({ ...refused }),
	};
}

/**
 * Head office may have rotated its line key since the last welcome, and a message signed with the new key may come before the key
 * list that names it. The store greets, every ten seconds at most; a key that is still unknown after the welcome, or after two
 * minutes without one, counts as forged.
 */
function openNewKeys({ ledger, askForKeys }: SignatureCheckDeps): { mayBeNew(): boolean; welcomed(): void } {
	let askedAtMs: number | undefined;
	let doubt: { sinceMs: number; isAnswered: boolean } | undefined;
	return {
		mayBeNew() {
			const nowMs = ledger.now().monoMs;
			if (askedAtMs === undefined || nowMs - askedAtMs > keysEveryMs) {
				askedAtMs = nowMs;
				askForKeys();
			}
			// An unknown key an hour later may be of another rotation.
			if (!doubt || nowMs - doubt.sinceMs > alarmMs) doubt = { sinceMs: nowMs, isAnswered: false };
			return !doubt.isAnswered && nowMs - doubt.sinceMs <= keysWithinMs;
		},
		welcomed() {
			if (doubt) doubt.isAnswered = true;
		},
	};
}

/** Milliseconds since 1970; undefined while the clock is a guess: then nothing is refused because a key or a seal has ended. */
function trustedNowMs(ledger: LinkLedger): number | undefined {
	const { wall, quality } = ledger.now();
	return quality === "guess" ? undefined : Date.parse(wall);
}

/** Of a kind that needs no signature. No text, so that no refusal's code can be taken for it: `unsigned` is one of them. */
const needsNone = Symbol("needs no signature");

/** Why a message is not HQ's, as a code; undefined: HQ signed it. */
function refusalOf(
	{ trust, ledger, log }: SignatureCheckDeps,
	message: DownMessage & Raw,
	session: string,
	keysRefused: (code: string) => void,
): string | undefined | typeof needsNone {
	const raw = message.raw ?? message.body;
	const nowMs = trustedNowMs(ledger);
	switch (message.ch) {
		case "hello": {
			const { body } = message;
			// A welcome for another session is for another box of this store's name, or for an earlier connection: it is not followed here.
			if ("ask" in body || body.session !== session) return needsNone;
			if (body.keys) {
				const refusals = trust.takeKeys(body.keys, nowMs);
				refusals.forEach(keysRefused);
				if (refusals.length > 0) log.warn({ refusals }, "head office's keys were not all taken");
			}
			return trust.welcomeRefusal(raw, session, trustedNowMs(ledger));
		}
		case "cmd":
			return commandRefusalOf(trust, raw, nowMs);
		case "ack":
			return trust.statementRefusal("gondola/ack/1", raw, nowMs);
		case "res":
			// A chunk of a snapshot is checked by its sum in the manifest, and the manifest is signed.
			if (!("session" in message.body) || "chunk" in message.body) return needsNone;
			return trust.statementRefusal("gondola/reply/1", raw, nowMs);
		case "data":
			return dataRefusal(trust, message.body, nowMs);
		case "nak":
		case "req":
			return needsNone;
	}
}

/** A command whose time is over is no forgery: the command runner answers it `expired`. */
function commandRefusalOf(trust: StoreTrust, raw: object, nowMs: number | undefined): string | undefined {
	const refusal = trust.commandRefusal(raw, nowMs);
	return refusal === "command-over" ? undefined : refusal;
}

/** Keeps the records' canonical texts in `data.texts`: they are costly to make, and the receiver needs them again. */
function dataRefusal(trust: StoreTrust, data: Data & { texts?: string[] }, nowMs: number | undefined): string | undefined {
	const refusal = leapRefusal(trust, data, nowMs);
	if (refusal) return refusal;
	let texts: string[];
	try {
		texts = data.records.map(canonicalText);
	} catch {
		return "not-canonical";
	}
	const unsealed = sealRefusalOf(trust, data, texts, nowMs);
	if (unsealed) return unsealed;
	data.texts = texts;
	return undefined;
}

/** A batch with a leap replaces records that are no longer sent by their number and hash: that statement is signed by itself. */
function leapRefusal(trust: StoreTrust, data: Data, nowMs: number | undefined): string | undefined {
	const { stream, epoch, from, n, leap, kid, sig } = data;
	if (!leap) return undefined;
	if (leap.record !== undefined) return "leap-with-a-record";
	const refusal = trust.statementRefusal("gondola/leap/1", { stream, epoch, from, upTo: from + n - 1, leap, kid, sig }, nowMs);
	return refusal && `leap-${refusal}`;
}

/** The runs of seals must cover the batch's records without a gap and without an overlap. */
function sealRefusalOf(
	trust: StoreTrust,
	{ from, leap, seals = [] }: Data,
	texts: readonly string[],
	nowMs: number | undefined,
): string | undefined {
	const first = leap ? leap.to + 1 : from;
	let next = 0;
	for (const run of seals) {
		if (run.from !== first + next || next + run.n > texts.length) return "seal-gap";
		const refusal = trust.runRefusal(run, texts.slice(next, next + run.n), nowMs);
		if (refusal) return refusal;
		next += run.n;
	}
	return next === texts.length ? undefined : "unsealed";
}

interface ForgeryAlarm {
	/** `isCounted`: without an alarm. */
	noteForged(channel: string, why: string, isCounted?: boolean): void;
	noteProved(): void;
	forged(): number;
}

/**
 * Counts forged messages and raises an alarm: `hq-key-not-yet` for what head office did sign, with a key that begins only later, and
 * `hq-forged` for everything else. Alarms that an earlier start left behind are cleared at once.
 */
function openForgeryAlarm({ ledger, log }: SignatureCheckDeps): ForgeryAlarm {
	let forged = 0;
	/** When the last such message came, by this box's monotonic clock; left out: no alarm stands. */
	const alarmedAtMs: { isNotYet?: number | undefined; isForged?: number | undefined } = {};
	const raise = (isNotYet: boolean, why: string): Promise<unknown> =>
		ledger.do("raiseAlarm", { code: isNotYet ? "hq-key-not-yet" : "hq-forged", subject: "hq", facts: { device: "hq", why } });
	const clear = (isNotYet: boolean): void =>
		void ledger.do("clearAlarm", { code: isNotYet ? "hq-key-not-yet" : "hq-forged", subject: "hq" }).catch(() => {});
	clear(false);
	clear(true);
	return {
		noteForged(channel, why, isCounted = false) {
			forged += 1;
			log.warn({ channel, why }, "what came in head office's name is not head office's; it was ignored");
			if (isCounted) return;
			const isNotYet = kindOfRefusal(why) === "not-yet";
			const name = isNotYet ? "isNotYet" : "isForged";
			const isNew = alarmedAtMs[name] === undefined;
			alarmedAtMs[name] = ledger.now().monoMs;
			if (isNew)
				raise(isNotYet, why).catch(() => {
					alarmedAtMs[name] = undefined;
				});
		},
		noteProved() {
			// A key that has begun, or was issued again, is proved by the first message under it.
			if (alarmedAtMs.isNotYet !== undefined) {
				alarmedAtMs.isNotYet = undefined;
				clear(true);
			}
			if (alarmedAtMs.isForged === undefined || ledger.now().monoMs - alarmedAtMs.isForged < alarmMs) return;
			alarmedAtMs.isForged = undefined;
			clear(false);
		},
		forged: () => forged,
	};
}
