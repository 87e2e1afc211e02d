import type { StoreTrust } from "../../trust/store-trust.ts";
import { canonicalText } from "../protocol/chain.ts";
import type { DownMessage, Raw } from "../protocol/envelope.ts";
import type { Data } from "../protocol/messages.ts";
import type { LinkLog } from "../run/clock.ts";
import type { LinkLedger } from "./ledger-port.ts";

/**
 * Whose word it is that arrives: a store that enrolled believes what one of head office's line keys signed for it, and nothing else
 * (LINK rule 17). What asks for something and changes nothing here (`hello ask`, `nak`, `req`) needs no signature.
 *
 *   welcome, cmd, ack, res    signed as a whole            data    each record is in a run of a seal whose audience has this store
 */
export interface WordOfHq {
	/** proved: head office said it. nobody: it needs no signature, and proves nothing. forged: it is not to be looked at. */
	judge(message: DownMessage & Raw, session: string): Judgement;
	/** Messages that were not head office's, since this start. */
	forged(): number;
}

export type Judgement = "proved" | "nobody" | "forged";

/** Everybody is believed, as by a store that never enrolled with a key. */
export const anybodysWord: WordOfHq = { judge: () => "proved", forged: () => 0 };

const alarmMs = 3_600_000;

export function wordOfHq({ trust, ledger, log }: { trust: StoreTrust; ledger: LinkLedger; log: LinkLog }): WordOfHq {
	let forged = 0;
	/** By this box's monotonic clock; undefined: no alarm stands. */
	let alarmedAtMs: number | undefined;

	/** Undefined while the clock is a guess: then no signature is refused because its key or its seal is over. */
	const now = (): number | undefined => {
		const { wall, quality } = ledger.now();
		return quality === "guess" ? undefined : Date.parse(wall);
	};

	function refusalOf(message: DownMessage & Raw, session: string): string | undefined | "nobody" {
		const raw = message.raw ?? message.body;
		switch (message.ch) {
			case "hello": {
				const { body } = message;
				// Of another box of this store's name, or an earlier connection: nothing here depends on it.
				if ("ask" in body || body.session !== session) return "nobody";
				if (body.keys) {
					const refusals = trust.takeKeys(body.keys, now());
					if (refusals.length > 0) log.warn({ refusals }, "head office's keys were not all taken");
				}
				return trust.welcomeRefusal(raw, session, now());
			}
			case "cmd":
				// A late one is answered `expired`, as without signatures.
				return keptLate(trust.commandRefusal(raw, now()));
			case "ack":
				return trust.statementRefusal("gondola/ack/1", raw, now());
			case "res":
				// A chunk is checked by its sum in the manifest, which is signed.
				if (!("session" in message.body) || "chunk" in message.body) return "nobody";
				return trust.statementRefusal("gondola/reply/1", raw, now());
			case "data":
				return dataRefusal(message.body, now());
			case "nak":
			case "req":
				return "nobody";
		}
	}

	/** The canonical texts stay with the message: the receiver needs them too, and making them is what costs. */
	function dataRefusal(data: Data & { texts?: string[] }, at: number | undefined): string | undefined {
		const { stream, epoch, from, n, leap, kid, sig, records, seals = [] } = data;
		if (leap) {
			if (leap.record !== undefined) return "leap-with-a-record";
			const said = { stream, epoch, from, upTo: from + n - 1, leap, kid, sig };
			const refusal = trust.statementRefusal("gondola/leap/1", said, at);
			if (refusal) return `leap-${refusal}`;
		}
		let texts: string[];
		try {
			texts = records.map(canonicalText);
		} catch {
			return "not-canonical";
		}
		const first = leap ? leap.to + 1 : from;
		let next = 0;
		for (const run of seals) {
			if (run.from !== first + next || next + run.n > texts.length) return "seal-gap";
			const refusal = trust.runRefusal(run, texts.slice(next, next + run.n), at);
			if (refusal) return refusal;
			next += run.n;
		}
		if (next !== texts.length) return "unsealed";
		data.texts = texts;
		return undefined;
	}

	function noteForged(channel: string, why: string): void {
		forged += 1;
		log.warn({ channel, why }, "what came in head office's name is not head office's; it was ignored");
		const isNew = alarmedAtMs === undefined;
		alarmedAtMs = ledger.now().monoMs;
		if (isNew)
			ledger.do("raiseAlarm", { code: "hq-forged", subject: "hq", facts: { device: "hq", why } }).catch(() => {
				alarmedAtMs = undefined;
			});
	}

	/** An hour without another one, and the alarm is over; one that an earlier start left, too. */
	function noteProved(): void {
		if (alarmedAtMs === undefined || ledger.now().monoMs - alarmedAtMs < alarmMs) return;
		alarmedAtMs = undefined;
		ledger.do("clearAlarm", { code: "hq-forged", subject: "hq" }).catch(() => {});
	}
	ledger.do("clearAlarm", { code: "hq-forged", subject: "hq" }).catch(() => {});

	return {
		judge(message, session) {
			const refusal = refusalOf(message, session);
			if (refusal === undefined) {
				noteProved();
				return "proved";
			}
			if (refusal === "nobody") return "nobody";
			noteForged(message.ch, refusal);
			return "forged";
		},
		forged: () => forged,
	};
}

const keptLate = (refusal: string | undefined): string | undefined => (refusal === "command-over" ? undefined : refusal);
