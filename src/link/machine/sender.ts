import type { StreamPosition } from "../protocol/messages.ts";
import { type RateLimit, waitMs } from "./rate-limit.ts";

/**
 * The sending end of one stream. It holds no records but the page it cuts batches from; to send again, it reads again.
 *
 *            begin (both sides agree where)
 *   silent ─────────────────────────────────▶ talking
 *      ▲                                        │  ack moves `acked`; nothing else does
 *      └──────── end (line lost, fork) ─────────┘
 *
 *   acked            next                 the reader's newest
 *     │ flight: ≤ 8    │ ready: one page     │
 *   ──┴────────────────┴─────────────────────┴──▶ seq
 *                      ◀── nak or timeout: goes back; a read starts over there
 */
export interface Sender {
	talking: boolean;
	epoch: string;
	acked: number;
	ackedHash: string;
	/** The next number to send, and the chain before it. */
	next: number;
	nextHash: string;
	/** The highest number sent since `begin`: at or below it, a message is a repetition and its round trip says nothing. */
	highest: number;
	flight: Flight[];
	ready: Row[];
	reading: { read: number; newsMeanwhile: boolean } | undefined;
	/** Counts reads, so that the answer to a read from before the sender went back is not taken for that of a later one. */
	reads: number;
	/** The reader may have rows after those in `ready`. */
	more: boolean;
	window: number;
	roundTripMs: number;
	timeouts: number;
	dueAtMs: number | undefined;
	readyAtMs: number;
}

/** A record as it is sent: `text` is its canonical JSON. */
export interface Row {
	seq: number;
	hash: string;
	text: string;
	/** HQ's seal of it. */
	sealed?: SealedRecord;
}

/** The record is number `leaf` of the records that a seal names. `bytes`: about what the seal and one proof take on the wire. */
export interface SealedRecord {
	seal: { id: string };
	leaf: number;
	bytes: number;
	/** The Merkle proof of records `from` up to, not including, `to`. */
	prove(from: number, to: number): string;
}

/** Whether both are in one run of one seal. */
export const isOneRun = (before: Row | undefined, { sealed, seq }: Row): boolean =>
	sealed !== undefined && before?.sealed?.seal.id === sealed.seal.id && before.sealed.leaf === sealed.leaf - 1 && before.seq === seq - 1;

interface Flight {
	from: number;
	to: number;
	/** The chain after each number; after a leap only after its last. */
	hashes: (string | undefined)[];
	sentAtMs: number;
	again: boolean;
}

export interface Outgoing {
	from: number;
	n: number;
	prevHash: string;
	rows: Row[];
	/** `rows[0]` comes after numbers that no longer exist. */
	leap: boolean;
}

export type SenderEvent =
	| ({ type: "begin"; window?: number } & StreamPosition)
	| { type: "news" }
	| { type: "rows"; read: number; rows: Row[] }
	| { type: "ack"; epoch: string; upTo: number; hash: string; window?: number }
	| { type: "nak"; epoch: string; have: number; why: "gap" | "fork" | "epoch" }
	| { type: "tick" }
	| { type: "end" };

export type SenderEffect =
	| { effect: "read"; read: number; after: number; limit: number }
	| { effect: "send"; batch: Outgoing }
	/** The other end has committed up to `upTo`. */
	| { effect: "moved"; epoch: string; upTo: number; hash: string }
	/** The two ends have different histories: greet again, and compare checkpoints. */
	| { effect: "greet"; why: string };

export interface SenderConditions {
	nowMs: number;
	/** 0 to 1. */
	jitter: number;
	/** Shared by all senders of one store. */
	rateLimit: RateLimit;
}

export const usualWindow = 8;
const batchRecords = 200;
export const batchBytes = 48 * 1024;
const batchMs = 250;
const pageRecords = 2 * batchRecords;
const firstRoundTripMs = 500;
const retransmitMs = { least: 2_000, most: 60_000 };

export function openSender(): Sender {
	return {
		talking: false,
		epoch: "",
		acked: 0,
		ackedHash: "",
		next: 1,
		nextHash: "",
		highest: 0,
		flight: [],
		ready: [],
		reading: undefined,
		reads: 0,
		more: false,
		window: usualWindow,
		roundTripMs: firstRoundTripMs,
		timeouts: 0,
		dueAtMs: undefined,
		readyAtMs: 0,
	};
}

type EventOf<Type extends SenderEvent["type"]> = Extract<SenderEvent, { type: Type }>;
type Step<Type extends SenderEvent["type"]> = (
	sender: Sender,
	event: EventOf<Type>,
	conditions: SenderConditions,
	effects: SenderEffect[],
) => void;

const ignore = (): void => {};

function noteNews(sender: Sender): void {
	sender.more = true;
	if (sender.reading) sender.reading.newsMeanwhile = true;
}

function end(sender: Sender): void {
	sender.talking = false;
	goBack(sender, sender.acked);
}

function retransmitIfDue(sender: Sender, _: EventOf<"tick">, { nowMs }: SenderConditions): void {
	if (sender.dueAtMs === undefined || nowMs < sender.dueAtMs) return;
	sender.timeouts += 1;
	goBack(sender, sender.acked);
}

/** Both states by every event; a pair that is missing does not compile. */
const transitions: Record<"silent" | "talking", { [Type in SenderEvent["type"]]: Step<Type> }> = {
	silent: { begin, news: noteNews, rows: takeRows, ack: ignore, nak: ignore, tick: ignore, end },
	talking: { begin, news: noteNews, rows: takeRows, ack: takeAck, nak: takeNak, tick: retransmitIfDue, end },
};

/** Changes `sender`; answers what is to be done, and when to tick next. No clock, no dice, no I/O. */
export function stepSender(
	sender: Sender,
	event: SenderEvent,
	conditions: SenderConditions,
): { effects: SenderEffect[]; wakeAtMs: number | undefined } {
	const effects: SenderEffect[] = [];
	const step = transitions[sender.talking ? "talking" : "silent"][event.type] as Step<SenderEvent["type"]>;
	step(sender, event, conditions, effects);
	return { effects, wakeAtMs: sender.talking ? pump(sender, conditions, effects) : undefined };
}

function begin(sender: Sender, { epoch, position, hash, window }: EventOf<"begin">, _: SenderConditions, effects: SenderEffect[]): void {
	sender.window = Math.min(window ?? usualWindow, usualWindow);
	// A repeated welcome on a healthy line must not empty the flight. After a timeout it means that HQ is back: what
	// it lacks is sent again at once.
	if (sender.talking && sender.timeouts === 0 && epoch === sender.epoch && position >= sender.acked && position <= sender.highest) {
		moveTo(sender, position, hash, effects);
		return;
	}
	// Batches that were sent in this epoch may still be acknowledged, also after another handshake.
	const highest = epoch === sender.epoch ? Math.max(sender.highest, position) : position;
	Object.assign(sender, { talking: true, epoch, acked: position, ackedHash: hash, highest, timeouts: 0 });
	goBack(sender, position);
	effects.push({ effect: "moved", epoch, upTo: position, hash });
}

function takeRows(sender: Sender, { read, rows }: EventOf<"rows">, { nowMs }: SenderConditions): void {
	const asked = sender.reading;
	if (asked?.read !== read) return;
	sender.reading = undefined;
	if (sender.ready.length === 0) sender.readyAtMs = nowMs;
	sender.ready.push(...rows);
	sender.more = rows.length >= pageRecords || asked.newsMeanwhile;
}

function takeAck(sender: Sender, ack: EventOf<"ack">, { nowMs }: SenderConditions, effects: SenderEffect[]): void {
	if (ack.epoch !== sender.epoch || ack.upTo <= sender.acked) return;
	const covered = sender.flight.filter((flight) => flight.to <= ack.upTo).at(-1);
	if (covered && !covered.again) sender.roundTripMs += (nowMs - covered.sentAtMs - sender.roundTripMs) / 8;
	if (ack.window !== undefined) sender.window = Math.min(ack.window, usualWindow);
	// The other end has records that an earlier run of this process sent: the handshake compares the chains and moves `acked`.
	if (ack.upTo > sender.highest) {
		effects.push({ effect: "greet", why: `acknowledged ${ack.upTo}, sent ${sender.highest}` });
		return;
	}
	moveTo(sender, ack.upTo, ack.hash, effects);
}

/** Moves `acked`, also beyond `next` after the sender went back: what the other end committed stays committed. */
function moveTo(sender: Sender, upTo: number, hash: string, effects: SenderEffect[]): void {
	if (upTo <= sender.acked || upTo > sender.highest) return;
	const own = hashAt(sender, upTo);
	if (own !== undefined && own !== hash) {
		effects.push({ effect: "greet", why: "an acknowledgement of another past" });
		return;
	}
	sender.acked = upTo;
	sender.ackedHash = hash;
	sender.timeouts = 0;
	sender.dueAtMs = undefined;
	sender.flight = sender.flight.filter((flight) => flight.to > upTo);
	if (sender.next <= upTo) {
		sender.flight = [];
		sender.next = upTo + 1;
		sender.nextHash = hash;
		sender.ready = sender.ready.filter((row) => row.seq > upTo);
		sender.reading = undefined;
	}
	effects.push({ effect: "moved", epoch: sender.epoch, upTo, hash });
}

function takeNak(sender: Sender, nak: EventOf<"nak">, _: SenderConditions, effects: SenderEffect[]): void {
	if (nak.epoch !== sender.epoch) return;
	if (nak.why !== "gap" || nak.have < sender.acked) effects.push({ effect: "greet", why: `nak: ${nak.why} after ${nak.have}` });
	else if (nak.have < sender.next - 1) goBack(sender, nak.have);
}

/** Sends again from the message boundary at or before `have`; whole messages up to there still await their acknowledgement. */
function goBack(sender: Sender, have: number): void {
	sender.flight = sender.flight.filter((flight) => flight.to > sender.acked && flight.to <= have);
	const kept = sender.flight.at(-1);
	sender.next = (kept?.to ?? sender.acked) + 1;
	sender.nextHash = kept?.hashes.at(-1) ?? sender.ackedHash;
	sender.ready = [];
	sender.reading = undefined;
	sender.more = true;
	sender.dueAtMs = undefined;
}

/** Reads and sends what may be read and sent now; answers when to look again. */
function pump(sender: Sender, { nowMs, jitter, rateLimit }: SenderConditions, effects: SenderEffect[]): number | undefined {
	const wakes: number[] = [];
	// After a timeout one message at a time: eight at once would congest a line that has just come back.
	const window = sender.timeouts > 0 ? 1 : sender.window;
	while (sender.flight.length < window && sender.ready.length > 0) {
		const count = countForBatch(sender);
		// A lone record goes at once; while others are in flight it waits up to `batchMs` for more to share its message.
		if (!count.full && !sender.more && sender.flight.length > 0 && nowMs < sender.readyAtMs + batchMs) {
			wakes.push(sender.readyAtMs + batchMs);
			break;
		}
		if (!count.full && sender.more) break;
		const wait = waitMs(rateLimit, nowMs);
		if (wait > 0) {
			wakes.push(nowMs + wait);
			break;
		}
		rateLimit.messages.tokens -= 1;
		effects.push({ effect: "send", batch: cut(sender, count.rows, nowMs) });
	}
	if (!sender.reading && sender.more && sender.flight.length < window && sender.ready.length < batchRecords) {
		sender.reading = { read: ++sender.reads, newsMeanwhile: false };
		effects.push({ effect: "read", read: sender.reads, after: lastReady(sender), limit: pageRecords });
	}
	if (sender.flight.length > 0) {
		sender.dueAtMs ??= nowMs + retransmitAfterMs(sender, jitter);
		wakes.push(sender.dueAtMs);
	}
	return wakes.length > 0 ? Math.min(...wakes) : undefined;
}

/**
 * The time until a batch is sent again (LINK rule 3). It doubles for each timeout in a row, so that a dead line costs one message a minute.
 */
function retransmitAfterMs(sender: Sender, jitter: number): number {
	const base = Math.min(Math.max(4 * sender.roundTripMs, retransmitMs.least) * 2 ** Math.min(sender.timeouts, 5), retransmitMs.most);
	return Math.min(base * (1 + jitter), retransmitMs.most);
}

function countForBatch(sender: Sender): { rows: number; full: boolean } {
	const { ready } = sender;
	let bytes = 0;
	for (let count = 0; count < ready.length; count++) {
		const row = ready[count]!;
		bytes += Buffer.byteLength(row.text) + 1;
		if (row.sealed && !(count > 0 && isOneRun(ready[count - 1], row))) bytes += row.sealed.bytes;
		// A record that is too large for any batch is sent alone; one after a gap begins a message of its own.
		if (count > 0 && (bytes > batchBytes || ready[count]!.seq !== ready[count - 1]!.seq + 1)) return { rows: count, full: true };
		if (count + 1 === batchRecords) return { rows: batchRecords, full: true };
	}
	return { rows: ready.length, full: false };
}

function cut(sender: Sender, count: number, nowMs: number): Outgoing {
	const rows = sender.ready.splice(0, count);
	const from = sender.next;
	const to = rows.at(-1)!.seq;
	const leap = rows[0]!.seq !== from;
	const hashes = [...Array<undefined>(rows[0]!.seq - from), ...rows.map((row) => row.hash)];
	const batch = { from, n: to - from + 1, prevHash: sender.nextHash, rows, leap };
	sender.flight.push({ from, to, hashes: leap ? hashes.slice(-1) : hashes, sentAtMs: nowMs, again: from <= sender.highest });
	sender.next = to + 1;
	sender.nextHash = rows.at(-1)!.hash;
	sender.highest = Math.max(sender.highest, to);
	sender.readyAtMs = nowMs;
	return batch;
}

function lastReady(sender: Sender): number {
	return sender.ready.at(-1)?.seq ?? sender.next - 1;
}

function hashAt(sender: Sender, seq: number): string | undefined {
	const flight = sender.flight.find((each) => each.from <= seq && seq <= each.to);
	return flight?.hashes[flight.hashes.length - 1 - (flight.to - seq)];
}
