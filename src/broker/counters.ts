import type { Instant } from "../words/time.ts";

/** The newest message that could not be used, per reason: what a person needs to see to find the device that sent it. */
export interface DeadLetter {
	reason: string;
	topic: string;
	client: string;
	/** The payload's first characters, control characters made visible. */
	sample: string;
	at: Instant;
	count: number;
}

export interface Counters {
	/** A connection, packet, subscription or message that was turned away. */
	refused(reason: string): void;
	/** A message to a client that was dropped, by reason. */
	dropped(reason: string): void;
	/** Messages that were acknowledged but could not be used: sending them again would not help. */
	dead(reason: string, topic: string, client: string, payload: Uint8Array): void;
	read(): { refused: Record<string, number>; dropped: Record<string, number>; deadLetters: DeadLetter[] };
}

const sampleLength = 200;
/** Reasons are constants of this folder and not chosen by clients; the bound is a precaution. */
const reasonsKept = 100;

/** `mask`: takes out of a sample what may not be shown. */
export function createCounters(now: () => Instant, mask: (text: string) => string = (text) => text): Counters {
	const refusals = new Map<string, number>();
	const drops = new Map<string, number>();
	const letters = new Map<string, DeadLetter>();
	const count = (map: Map<string, number>, reason: string): void => {
		if (map.has(reason) || map.size < reasonsKept) map.set(reason, (map.get(reason) ?? 0) + 1);
	};
	return {
		refused: (reason) => count(refusals, reason),
		dropped: (reason) => count(drops, reason),
		dead(reason, topic, client, payload) {
			const known = letters.get(reason);
			if (!known && letters.size >= reasonsKept) return;
			// Half a card number at the end of a sample would not be recognised as one.
			const read = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.byteLength, 2 * sampleLength)).toString("utf8");
			const sample = mask(read)
				.slice(0, sampleLength)
				.replace(/[\x00-\x1f\x7f-\x9f\ufffd]/g, "·");
			letters.set(reason, { reason, topic: topic.slice(0, sampleLength), client, sample, at: now(), count: (known?.count ?? 0) + 1 });
		},
		read: () => ({ refused: Object.fromEntries(refusals), dropped: Object.fromEntries(drops), deadLetters: [...letters.values()] }),
	};
}
