import type { RateLimit } from "../machine/rate-limit.ts";
import type { Incoming, Rejected } from "../machine/receiver.ts";
import { usualWindow } from "../machine/sender.ts";
import type { Channel } from "../protocol/ids.ts";
import {
	type Ack,
	type DownStream,
	downStreams,
	type HelloUp,
	type Req,
	type StreamPosition,
	type UpStream,
	upStreams,
} from "../protocol/messages.ts";
import { checkRecord } from "../protocol/records.ts";
import type { Clock, Dice, LinkLog } from "../run/clock.ts";
import { type ReceiveStream, runReceiveStream } from "../run/receive-stream.ts";
import { runSendStream, type SendStream, type SignedBatch } from "../run/send-stream.ts";
import { baseOf } from "./handshake.ts";
import type { ArrivedRecord, HqRepository, StoreState } from "./repository.ts";

export interface StoreStreamsDeps {
	store: string;
	repository: HqRepository;
	clock: Clock;
	dice: Dice;
	log: LinkLog;
	rateLimit: RateLimit;
	session(): string;
	/** The incarnation of the box that HQ follows. */
	incarnation(): number;
	publish(channel: Channel, payload: Buffer): void;
	/** False when no message has come from the store for so long that sending is useless. */
	isHeard(): boolean;
	fellSilent(): void;
	/** Asks the store to greet. */
	greet(): void;
	/** Left out: HQ has no keys, and nothing is signed. */
	signing?: { ack(ack: Ack): Ack; leap(batch: SignedBatch): { kid: string; sig: string } | undefined };
}

/** The streams between HQ and one store: facts and notes that HQ reads, and records that it sends. */
export interface StoreStreams {
	receiving: Record<UpStream, ReceiveStream>;
	sending: Record<DownStream, SendStream>;
	/** The position after which HQ reads the stream; undefined where the hello does not name it. */
	openUp(stream: UpStream, hello: HelloUp, known: StoreState): Promise<StreamPosition | undefined>;
	startSending(begins: readonly [DownStream, StreamPosition][]): void;
	stopSending(): void;
	/** The store asks for records from a number on again. */
	sendAgain(asked: Extract<Req, { stream: unknown }>): void;
	counts(): { poison: number; parked: number };
	stop(): void;
}

interface Counts {
	poison: number;
	parked: number;
}

function judge(stream: UpStream, { seq, hash, record }: Incoming["records"][number], counts: Counts): ArrivedRecord {
	const checked = checkRecord(stream, record);
	switch (checked.kind) {
		case "known":
			return { seq, hash, record };
		case "parked":
			counts.parked += 1;
			return { seq, hash, record, parked: true };
		case "poison":
			counts.poison += 1;
			return { seq, hash, record, poison: { code: checked.code, why: checked.why } };
	}
}

function receiveStream(deps: StoreStreamsDeps, stream: UpStream, counts: Counts): ReceiveStream {
	const { store, repository, clock, log, session, publish, greet } = deps;
	async function commit(batch: Incoming): Promise<{ position: number; hash: string; rejected: Rejected }> {
		const records = batch.records.map((arrived) => judge(stream, arrived, counts));
		const refused = records.flatMap(({ seq, poison }) => (poison ? [{ seq, code: poison.code }] : []));
		const lost = batch.lost.length > 0 ? { lost: batch.lost } : {};
		const { epoch, from, upTo, hash } = batch;
		const accepted = await repository.acceptUp(store, { inc: deps.incarnation(), stream, epoch, from, upTo, hash, records, ...lost });
		const others = accepted.rejected.filter((each) => !refused.some((known) => known.seq === each.seq));
		return { position: accepted.position, hash: accepted.hash, rejected: [...refused, ...others] };
	}
	return runReceiveStream({ stream, clock, log, session, publish, greet, commit, ...(deps.signing && { sign: deps.signing.ack }) });
}

function sendStream(deps: StoreStreamsDeps, stream: DownStream): SendStream {
	const { store, repository, clock, dice, log, rateLimit, session, greet } = deps;
	return runSendStream({
		...{ stream, clock, dice, rateLimit, log, session, greet },
		...(deps.signing && { sign: deps.signing.leap }),
		read: (after, limit) => repository.downAfter(store, stream, after, limit),
		publish(payload) {
			if (deps.isHeard()) deps.publish("data", payload);
			else deps.fellSilent();
		},
		moved: ({ epoch, position, hash }) => repository.moveDown(store, stream, epoch, position, hash),
	});
}

export function openStoreStreams(deps: StoreStreamsDeps): StoreStreams {
	const { store, repository } = deps;
	const counts: Counts = { poison: 0, parked: 0 };
	const receiving = Object.fromEntries(upStreams.map((stream) => [stream, receiveStream(deps, stream, counts)])) as Record<
		UpStream,
		ReceiveStream
	>;
	const sending = Object.fromEntries(downStreams.map((stream) => [stream, sendStream(deps, stream)])) as Record<DownStream, SendStream>;

	/** The position may also be further on in the same epoch, because records in quarantine were released meanwhile. */
	function beginReceiving(stream: UpStream, { epoch, position, hash }: StreamPosition): StreamPosition {
		const at = receiving[stream].state.at;
		if (at?.epoch !== epoch || at.position < position) receiving[stream].begin({ epoch, position, hash });
		return { epoch, position, hash };
	}

	return {
		receiving,
		sending,
		async openUp(stream, hello, known) {
			const head = hello.up[stream];
			if (!head) return undefined;
			const own = receiving[stream].state.at;
			const held = known.up[stream];
			// A commit may have finished since the position was read from the database.
			if (own?.epoch === head.epoch && held?.epoch === head.epoch) return own.position > held.position ? own : beginReceiving(stream, held);
			if (held?.epoch === head.epoch) return beginReceiving(stream, held);
			return beginReceiving(stream, await repository.openUpEpoch(store, stream, head.epoch, baseOf(head, held), head.parent));
		},
		startSending(begins) {
			for (const [stream, at] of begins) sending[stream].apply({ type: "begin", window: usualWindow, ...at });
			for (const [stream] of begins) sending[stream].apply({ type: "news" });
		},
		stopSending() {
			for (const stream of downStreams) sending[stream].apply({ type: "end" });
		},
		sendAgain({ stream, epoch, from }) {
			const asked = downStreams.find((each) => each === stream);
			if (asked) sending[asked].apply({ type: "nak", epoch, have: from - 1, why: "gap" });
		},
		counts: () => ({ ...counts }),
		stop() {
			for (const stream of downStreams) sending[stream].stop();
			for (const stream of upStreams) receiving[stream].stop();
		},
	};
}
