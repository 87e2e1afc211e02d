import { canonicalText } from "../../words/basics/canonical-text.ts";
import { nextHash } from "../../words/basics/chain.ts";
import { crcOfTexts } from "../protocol/crc32c.ts";
import type { Data, SealRun, StreamPosition } from "../protocol/messages.ts";

/**
 * The receiving end of one stream.
 *
 *   waiting ── begin ──▶ listening: both sides agree where to begin; data before that is kept, at most 16 messages
 *
 *                 data, next in line             committed
 *   listening ──────────────────────▶ committing ─────────▶ listening, acknowledges
 *      │                                  │ failed: forgets the batch; the sender will send it again
 *      ├─ data, known:      acknowledges again
 *      ├─ data, too early:  holds it, at most 64; after 2 s asks for what is missing
 *      ├─ data, other past: says fork; the two sides greet and compare
 *      └─ data, other epoch: asks for a handshake
 */
export interface Receiver {
	/** Undefined until both sides have agreed where to begin. */
	at: StreamPosition | undefined;
	held: Held[];
	/** Batches that came before the handshake that explains them: a broker need not keep the order of welcome and data. */
	early: Arrived[];
	committing: boolean;
	nakAtMs: number | undefined;
	naks: number;
	counts: { known: number; dropped: number; damaged: number; forks: number };
}

/** `texts`: the canonical records, where the signature check has made them already. */
export type Arrived = Pick<Data, "epoch" | "from" | "n" | "prevHash" | "records" | "leap" | "crc32c" | "seals"> & { texts?: string[] };
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
	/** HQ's seals of these records; the first run may begin before them. */
	seals: SealRun[];
}

export type Rejected = { seq: number; code: string }[];

export type ReceiverEvent =
	| ({ type: "begin" } & StreamPosition)
	| { type: "data"; data: Arrived }
	| { type: "committed"; epoch: string; position: number; hash: string; rejected: Rejected }
	| { type: "failed" }
	| { type: "tick" };

export type ReceiverEffect =
	/** Only one at a time: the next follows `committed` or `failed`. */
	| { effect: "commit"; batch: Incoming }
	| { effect: "ack"; epoch: string; upTo: number; hash: string; rejected: Rejected }
	| { effect: "nak"; epoch: string; have: number; why: "gap" | "fork" }
	| { effect: "greet"; why: string };

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

type EventOf<Type extends ReceiverEvent["type"]> = Extract<ReceiverEvent, { type: Type }>;
type Step<Type extends ReceiverEvent["type"]> = (
	receiver: Receiver,
	event: EventOf<Type>,
	nowMs: number,
	effects: ReceiverEffect[],
) => void;

const ignore = (): void => {};

function begin(receiver: Receiver, { epoch, position, hash }: EventOf<"begin">, nowMs: number, effects: ReceiverEffect[]): void {
	if (receiver.at?.epoch !== epoch) receiver.held = [];
	receiver.at = { epoch, position, hash };
	for (const data of receiver.early.splice(0)) if (data.epoch === epoch) take(receiver, { type: "data", data }, nowMs, effects);
}

function endCommit(receiver: Receiver, event: EventOf<"committed">, _: number, effects: ReceiverEffect[]): void {
	receiver.committing = false;
	receiver.naks = 0;
	receiver.nakAtMs = undefined;
	if (receiver.at?.epoch !== event.epoch) return;
	receiver.at = { ...receiver.at, position: event.position, hash: event.hash };
	effects.push(ackOf(receiver.at, event.rejected));
}

function forgetCommit(receiver: Receiver): void {
	receiver.committing = false;
}

/** The step, and then what is next in line: a commit, or the question for what is missing. */
const andOn =
	<Type extends ReceiverEvent["type"]>(step: Step<Type>): Step<Type> =>
	(receiver, event, nowMs, effects) => {
		step(receiver, event, nowMs, effects);
		if (receiver.at) pump(receiver, receiver.at, nowMs, effects);
	};

type State = "waiting" | "listening" | "committing";

const stateOf = ({ at, committing }: Receiver): State => (committing ? "committing" : at ? "listening" : "waiting");

/**
 * Every state and event; a pair that is missing does not compile. `waiting`: both sides have not agreed yet where to begin. While a commit
 * runs, data is held and nothing else is begun. A commit may end after another session began: its epoch tells.
 */
const transitions: { [In in State]: { [Type in ReceiverEvent["type"]]: Step<Type> } } = {
	waiting: { begin: andOn(begin), data: keepEarly, committed: ignore, failed: ignore, tick: ignore },
	listening: { begin: andOn(begin), data: andOn(take), committed: ignore, failed: ignore, tick: andOn(ignore) },
	committing: { begin, data: take, committed: andOn(endCommit), failed: andOn(forgetCommit), tick: ignore },
};

/** Changes `receiver`; answers what is to be done, and when to tick next. */
export function stepReceiver(
	receiver: Receiver,
	event: ReceiverEvent,
	nowMs: number,
): { effects: ReceiverEffect[]; wakeAtMs: number | undefined } {
	const effects: ReceiverEffect[] = [];
	const step = transitions[stateOf(receiver)][event.type] as Step<ReceiverEvent["type"]>;
	step(receiver, event, nowMs, effects);
	return { effects, wakeAtMs: receiver.committing ? undefined : receiver.nakAtMs };
}

function keepEarly(receiver: Receiver, { data }: EventOf<"data">, _: number, effects: ReceiverEffect[]): void {
	receiver.early.push(data);
	if (receiver.early.length > mostEarly) receiver.early.shift();
	effects.push({ effect: "greet", why: "data of an epoch that is not read here" });
}

function take(receiver: Receiver, event: EventOf<"data">, nowMs: number, effects: ReceiverEffect[]): void {
	const { at, held, counts } = receiver;
	const { data } = event;
	if (!at || data.epoch !== at.epoch) return keepEarly(receiver, event, nowMs, effects);
	const to = data.from + data.n - 1;
	if (to <= at.position) {
		counts.known += 1;
		effects.push(ackOf(at, []));
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
function pump(receiver: Receiver, at: StreamPosition, nowMs: number, effects: ReceiverEffect[]): void {
	const { held, counts } = receiver;
	const batch: Incoming = { epoch: at.epoch, from: at.position + 1, upTo: at.position, hash: at.hash, records: [], lost: [], seals: [] };
	while (held.length > 0 && held[0]!.from <= batch.upTo + 1 && batch.records.length < mostPerCommit) {
		const next = held.shift()!;
		if (next.from + next.n - 1 <= batch.upTo) continue;
		const outcome = extend(batch, next);
		if (outcome === "joined") continue;
		if (outcome === "damaged") counts.damaged += 1;
		else counts.forks += 1;
		// Ask for what is missing, but once, and not for each damaged message of a bad line.
		const why = outcome === "fork" ? "fork" : "gap";
		if (receiver.naks === 0 || why === "fork") effects.push({ effect: "nak", epoch: at.epoch, have: at.position, why });
		receiver.naks += 1;
		if (outcome === "fork") effects.push({ effect: "greet", why: "data of another past" });
	}
	if (batch.upTo > at.position) {
		receiver.committing = true;
		receiver.nakAtMs = undefined;
		effects.push({ effect: "commit", batch });
		return;
	}
	if (held.length === 0) {
		receiver.nakAtMs = undefined;
		return;
	}
	receiver.nakAtMs ??= held[0]!.sinceMs + holdMs;
	if (nowMs < receiver.nakAtMs) return;
	effects.push({ effect: "nak", epoch: at.epoch, have: at.position, why: "gap" });
	receiver.nakAtMs = nowMs + Math.min(holdMs * 2 ** receiver.naks, mostNakMs);
	receiver.naks += 1;
}

/** Adds a message to the batch if its chain continues the batch's. Records that are known already are skipped. */
function extend(batch: Incoming, { from, n, prevHash, records, leap, crc32c, seals, texts: made }: Held): "joined" | "damaged" | "fork" {
	const first = leap ? leap.to + 1 : from;
	if (first + records.length !== from + n || (leap && leap.to < from)) return "damaged";
	let texts: string[];
	try {
		texts = made ?? records.map(canonicalText);
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
	if (seals) batch.seals.push(...seals);
	batch.upTo = from + n - 1;
	batch.hash = hash;
	return "joined";
}

function ackOf({ epoch, position, hash }: StreamPosition, rejected: Rejected): ReceiverEffect {
	return { effect: "ack", epoch, upTo: position, hash, rejected };
}
