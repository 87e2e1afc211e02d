import { canonicalText, nextHash } from "../protocol/chain.ts";
import { crcOfTexts } from "../protocol/crc32c.ts";
import type { Data, Mark } from "../protocol/messages.ts";

/**
 * The receiving end of one stream.
 *
 *                 data, next in line             committed
 *   listening ──────────────────────▶ committing ─────────▶ listening, acknowledges
 *      │                                  │ failed: forgets the batch; the sender will send it again
 *      ├─ data, known:      acknowledges again
 *      ├─ data, too early:  holds it, at most 64; after 2 s asks for what is missing
 *      ├─ data, other past: says fork; the two sides greet and compare
 *      └─ data, other epoch: asks for a greeting
 */
export interface Receiver {
	/** Undefined until both sides have agreed where to begin. */
	at: Mark | undefined;
	held: Held[];
	/** Came before the greeting that explains it: a broker need not keep the order of welcome and data. */
	early: Arrived[];
	committing: boolean;
	nakAtMs: number | undefined;
	naks: number;
	counts: { known: number; dropped: number; damaged: number; forks: number };
}

export type Arrived = Pick<Data, "epoch" | "from" | "n" | "prevHash" | "records" | "leap" | "crc32c">;
type Held = Arrived & { sinceMs: number };

export interface Incoming {
	epoch: string;
	/** Position + 1. */
	from: number;
	upTo: number;
	hash: string;
	records: { seq: number; hash: string; record: unknown }[];
	/** Numbers the sender no longer has. */
	lost: { from: number; to: number; why: string }[];
}

export type Rejected = { seq: number; code: string }[];

export type ReceiverHappening =
	| ({ type: "begin" } & Mark)
	| { type: "data"; data: Arrived }
	| { type: "committed"; epoch: string; position: number; hash: string; rejected: Rejected }
	| { type: "failed" }
	| { type: "tick" };

export type ReceiverAct =
	/** Only one at a time: the next follows `committed` or `failed`. */
	| { act: "commit"; batch: Incoming }
	| { act: "ack"; epoch: string; upTo: number; hash: string; rejected: Rejected }
	| { act: "nak"; epoch: string; have: number; why: "gap" | "fork" }
	| { act: "greet"; why: string };

export const mostHeld = 64;
const mostEarly = 16;
export const holdMs = 2_000;
const mostNakMs = 60_000;
/** Batches that are already here share a transaction up to this size. */
const mostPerCommit = 1_000;

export function openReceiver(): Receiver {
	return {
		at: undefined,
		held: [],
		early: [],
		committing: false,
		nakAtMs: undefined,
		naks: 0,
		counts: { known: 0, dropped: 0, damaged: 0, forks: 0 },
	};
}

/** Changes `receiver` and says what is to be done and when to tick next. */
export function stepReceiver(
	receiver: Receiver,
	happening: ReceiverHappening,
	nowMs: number,
): { acts: ReceiverAct[]; wakeAtMs: number | undefined } {
	const acts: ReceiverAct[] = [];
	switch (happening.type) {
		case "begin":
			if (receiver.at?.epoch !== happening.epoch) receiver.held = [];
			receiver.at = { epoch: happening.epoch, position: happening.position, hash: happening.hash };
			for (const data of receiver.early.splice(0)) if (data.epoch === happening.epoch) take(receiver, data, nowMs, acts);
			break;
		case "data":
			take(receiver, happening.data, nowMs, acts);
			break;
		case "committed":
			receiver.committing = false;
			receiver.naks = 0;
			receiver.nakAtMs = undefined;
			if (receiver.at?.epoch === happening.epoch) {
				receiver.at = { ...receiver.at, position: happening.position, hash: happening.hash };
				acts.push(ackOf(receiver.at, happening.rejected));
			}
			break;
		case "failed":
			receiver.committing = false;
			break;
		case "tick":
			break;
	}
	if (receiver.at && !receiver.committing) pump(receiver, receiver.at, nowMs, acts);
	return { acts, wakeAtMs: receiver.committing ? undefined : receiver.nakAtMs };
}

function take(receiver: Receiver, data: Arrived, nowMs: number, acts: ReceiverAct[]): void {
	const { at, held, counts } = receiver;
	if (!at || data.epoch !== at.epoch) {
		receiver.early.push(data);
		if (receiver.early.length > mostEarly) receiver.early.shift();
		acts.push({ act: "greet", why: "data of an epoch that is not read here" });
		return;
	}
	const to = data.from + data.n - 1;
	if (to <= at.position) {
		counts.known += 1;
		acts.push(ackOf(at, []));
		return;
	}
	if (held.some((each) => each.from === data.from && each.n === data.n)) return;
	held.push({ ...data, sinceMs: nowMs });
	held.sort((a, b) => a.from - b.from);
	if (held.length > mostHeld) {
		held.pop();
		counts.dropped += 1;
	}
}

/** Commits what is next in line; asks for what is missing. */
function pump(receiver: Receiver, at: Mark, nowMs: number, acts: ReceiverAct[]): void {
	const { held, counts } = receiver;
	const batch: Incoming = { epoch: at.epoch, from: at.position + 1, upTo: at.position, hash: at.hash, records: [], lost: [] };
	while (held.length > 0 && held[0]!.from <= batch.upTo + 1 && batch.records.length < mostPerCommit) {
		const next = held.shift()!;
		if (next.from + next.n - 1 <= batch.upTo) continue;
		const outcome = extend(batch, next);
		if (outcome === "joined") continue;
		if (outcome === "damaged") counts.damaged += 1;
		else counts.forks += 1;
		// What is missing now must be asked for; but not once per damaged message of a broken line.
		const why = outcome === "fork" ? "fork" : "gap";
		if (receiver.naks === 0 || why === "fork") acts.push({ act: "nak", epoch: at.epoch, have: at.position, why });
		receiver.naks += 1;
		if (outcome === "fork") acts.push({ act: "greet", why: "data of another past" });
	}
	if (batch.upTo > at.position) {
		receiver.committing = true;
		receiver.nakAtMs = undefined;
		acts.push({ act: "commit", batch });
		return;
	}
	if (held.length === 0) {
		receiver.nakAtMs = undefined;
		return;
	}
	receiver.nakAtMs ??= held[0]!.sinceMs + holdMs;
	if (nowMs < receiver.nakAtMs) return;
	acts.push({ act: "nak", epoch: at.epoch, have: at.position, why: "gap" });
	receiver.nakAtMs = nowMs + Math.min(holdMs * 2 ** receiver.naks, mostNakMs);
	receiver.naks += 1;
}

/** Adds a message to the batch if its chain joins on: its past must be ours. What we know of it already is skipped. */
function extend(batch: Incoming, { from, n, prevHash, records, leap, crc32c }: Held): "joined" | "damaged" | "fork" {
	const first = leap ? leap.to + 1 : from;
	if (first + records.length !== from + n || (leap && leap.to < from)) return "damaged";
	let texts: string[];
	try {
		texts = records.map(canonicalText);
	} catch {
		return "damaged";
	}
	if (crcOfTexts(texts) !== crc32c) return "damaged";
	if (from === batch.upTo + 1 && prevHash !== batch.hash) return "fork";

	const { upTo, hash: known } = batch;
	let hash = leap?.hash ?? prevHash;
	const added: Incoming["records"] = [];
	if (leap?.record !== undefined && leap.to > upTo) added.push({ seq: leap.to, hash, record: leap.record });
	for (let index = 0; index < texts.length; index++) {
		const seq = first + index;
		if (seq === upTo + 1 && hash !== known) return "fork";
		hash = nextHash(hash, texts[index]!);
		if (seq > upTo) added.push({ seq, hash, record: records[index] });
	}
	if (leap && leap.to > upTo) {
		const lastLost = leap.record === undefined ? leap.to : leap.to - 1;
		if (lastLost > upTo) batch.lost.push({ from: Math.max(from, upTo + 1), to: lastLost, why: leap.why });
	}
	batch.records.push(...added);
	batch.upTo = from + n - 1;
	batch.hash = hash;
	return "joined";
}

function ackOf({ epoch, position, hash }: Mark, rejected: Rejected): ReceiverAct {
	return { act: "ack", epoch, upTo: position, hash, rejected };
}
