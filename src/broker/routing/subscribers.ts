/**
 * Who listens now, and what is on the way to those whose session ends with their connection.
 *
 *   message ──▶ every listener once, at its best filter's quality [MQTT-3.3.5-1]
 *                 QoS 0 ──▶ its socket, or dropped when it takes too little
 *                 QoS 1, 2 ──▶ kept session: session.ts · clean session: window of ids ──▶ socket
 *                                                                      │ full
 *                                                                      ▼ waits; its publishers are given pause for a moment,
 *                                                                        beyond the cap the connection ends
 *
 * One encoding serves all who listen at the same quality.
 */

import type { Gate } from "../connection/gate.ts";
import { encodePublish, encodePubrel, packetTypes } from "../connection/packet.ts";
import type { BrokerLimits } from "../limits.ts";
import { filterTree } from "./filter.ts";

export interface SubscriberMessage {
	topic: string;
	payload: Buffer;
	qos: number;
}

interface Encoded {
	bytes: Buffer;
	idAt: number;
	isTaken: boolean;
}

export interface Listener {
	readonly key: string;
	readonly gate: Gate;
	readonly isKept: boolean;
	readonly filters: Map<string, number>;
	/** Packet ids that a clean session has not acknowledged. */
	readonly onTheWay: Set<number>;
	waiting: Encoded[];
	waitingFrom: number;
	waitingBytes: number;
	isRelieving: boolean;
	/** Publishers that give it a moment, and until when it gets no further one. */
	resumes: (() => void)[];
	notBefore: number;
	nextId: number;
	/** Of the delivery that found it last, so that overlapping filters make one copy. */
	seenIn: number;
	best: number;
}

interface Found {
	listener: Listener;
	qos: number;
}

export interface SubscribersDeps {
	limits: Pick<BrokerLimits, "liveWindow" | "backlogBytes" | "queuedMessages" | "queuedBytes">;
	onDropped(reason: string): void;
}

export interface Subscribers {
	join(gate: Gate, isKept: boolean): Listener;
	leave(listener: Listener): void;
	listen(listener: Listener, filter: string, qos: number): void;
	stopListening(listener: Listener, filter: string): void;
	/** Whom the sender should give a moment by `whenReady`, or null. */
	deliver(message: SubscriberMessage): Listener | null;
	whenReady(listener: Listener, resume: () => void): void;
	/** PUBACK, PUBREC or PUBCOMP of a clean session. */
	answer(listener: Listener, type: number, packetId: number): void;
	/** A packet id for a retained message that aedes sends; undefined when none is free. */
	lendPacketId(listener: Listener): number | undefined;
	hasListenersBelow(levels: readonly string[]): boolean;
}

/** From here on its publishers wait a moment: a program that keeps up on the whole is not cut off for a hiccup. */
const pacedFrom = 1_000;
/** The longest moment, and how long a client that did not use it gets none: a slow screen must not slow the scanners. */
const paceMs = 50;
const noPaceMs = 1_000;

export function createSubscribers({ limits, onDropped }: SubscribersDeps): Subscribers {
	const tree = filterTree<Found>();
	let joined = 0;
	let deliveries = 0;

	const isCrowded = (listener: Listener): boolean => listener.gate.backlog() > limits.backlogBytes;
	const freeId = (listener: Listener): number | undefined => {
		for (let tried = 0; tried <= listener.onTheWay.size; tried++) {
			const id = listener.nextId;
			listener.nextId = id === 65_535 ? 1 : id + 1;
			if (!listener.onTheWay.has(id)) return id;
		}
		return undefined;
	};
	const hasRoom = (listener: Listener): boolean => listener.onTheWay.size < limits.liveWindow && !isCrowded(listener);

	const waitingCount = (listener: Listener): number => listener.waiting.length - listener.waitingFrom;
	const resumeAll = (listener: Listener): void => {
		const resumes = listener.resumes;
		listener.resumes = [];
		for (const resume of resumes) resume();
	};

	const sendNow = (listener: Listener, encoded: Encoded): void => {
		const id = freeId(listener)!;
		// The first takes the encoding itself, the others a copy: each carries an id of its own.
		const bytes = encoded.isTaken ? Buffer.from(encoded.bytes) : encoded.bytes;
		encoded.isTaken = true;
		bytes[encoded.idAt] = id >> 8;
		bytes[encoded.idAt + 1] = id & 0xff;
		if (listener.gate.send(bytes)) listener.onTheWay.add(id);
	};
	const sendWaiting = (listener: Listener): void => {
		while (listener.waitingFrom < listener.waiting.length && hasRoom(listener)) {
			const next = listener.waiting[listener.waitingFrom++]!;
			listener.waitingBytes -= next.bytes.length;
			sendNow(listener, next);
		}
		if (listener.resumes.length > 0 && waitingCount(listener) < pacedFrom / 2) resumeAll(listener);
		if (listener.waitingFrom === listener.waiting.length) {
			listener.waiting = [];
			listener.waitingFrom = 0;
		} else if (isCrowded(listener) && !listener.isRelieving) {
			listener.isRelieving = true;
			void listener.gate.relieved().then(() => {
				listener.isRelieving = false;
				if (!listener.gate.destroyed) sendWaiting(listener);
			});
		}
	};
	const sendSurely = (listener: Listener, encoded: Encoded): void => {
		const count = waitingCount(listener);
		if (count === 0 && hasRoom(listener)) return sendNow(listener, encoded);
		if (count >= limits.queuedMessages || listener.waitingBytes + encoded.bytes.length > limits.queuedBytes) {
			// Above QoS 0 nothing may be left out of the middle, so the connection has to end.
			onDropped("backlog");
			return listener.gate.refuse("too-slow");
		}
		encoded.isTaken = true;
		listener.waiting.push(encoded);
		listener.waitingBytes += encoded.bytes.length;
		// Waiting for it here would make its publishers wait; its own answers fetch the rest.
		if (isCrowded(listener)) sendWaiting(listener);
	};

	const encode = (message: SubscriberMessage, qos: number): Encoded => {
		const bytes = encodePublish({ topic: message.topic, payload: message.payload, qos, retain: false, dup: false, id: 0 });
		return { bytes, idAt: bytes.length - message.payload.length - 2, isTaken: false };
	};

	return {
		join: (gate, isKept) => ({
			key: String(++joined),
			gate,
			isKept,
			filters: new Map(),
			onTheWay: new Set(),
			waiting: [],
			waitingFrom: 0,
			waitingBytes: 0,
			isRelieving: false,
			resumes: [],
			notBefore: 0,
			nextId: 1,
			seenIn: 0,
			best: 0,
		}),
		leave(listener) {
			for (const filter of listener.filters.keys()) tree.delete(filter, listener.key);
			listener.filters.clear();
			listener.waiting = [];
			listener.waitingFrom = 0;
			resumeAll(listener);
		},
		listen(listener, filter, qos) {
			if (listener.gate.destroyed) return;
			listener.filters.set(filter, qos);
			tree.set(filter, listener.key, { listener, qos });
		},
		stopListening(listener, filter) {
			if (listener.filters.delete(filter)) tree.delete(filter, listener.key);
		},
		deliver(message) {
			const found = tree.match(message.topic);
			if (found.length === 0) return null;
			let slow: Listener | null = null;
			deliveries += 1;
			for (const { listener, qos } of found) {
				listener.best = listener.seenIn === deliveries ? Math.max(listener.best, qos) : qos;
				listener.seenIn = deliveries;
			}
			const encodings: (Encoded | undefined)[] = [];
			for (const { listener } of found) {
				if (listener.seenIn !== deliveries) continue;
				listener.seenIn = 0;
				const qos = Math.min(message.qos, listener.best);
				// Its copy is in its own queue, on disk.
				if (qos > 0 && listener.isKept) continue;
				const encoded = (encodings[qos] ??= encode(message, qos));
				if (qos > 0) {
					sendSurely(listener, encoded);
					if (waitingCount(listener) >= pacedFrom && performance.now() >= listener.notBefore) slow = listener;
				} else if (isCrowded(listener)) onDropped("backlog");
				else listener.gate.send(encoded.bytes);
			}
			return slow;
		},
		whenReady(listener, resume) {
			if (listener.resumes.push(resume) > 1) return;
			const until = listener.resumes;
			setTimeout(() => {
				if (listener.resumes !== until) return;
				listener.notBefore = performance.now() + noPaceMs;
				resumeAll(listener);
			}, paceMs).unref();
		},
		answer(listener, type, packetId) {
			if (type === packetTypes.pubrec) return void listener.gate.send(encodePubrel(packetId));
			if (listener.onTheWay.delete(packetId) && listener.waiting.length > 0) sendWaiting(listener);
		},
		lendPacketId(listener) {
			const id = listener.onTheWay.size < 65_535 ? freeId(listener) : undefined;
			if (id !== undefined) listener.onTheWay.add(id);
			return id;
		},
		hasListenersBelow: tree.hasBelow,
	};
}
