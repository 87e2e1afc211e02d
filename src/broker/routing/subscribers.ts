/**
 * The connected subscribers, and what is on the way to those whose session ends with their connection.
 *
 *   message ──▶ every subscriber once, at its best filter's quality [MQTT-3.3.5-1]
 *                 QoS 0 ──▶ its socket, or dropped when it takes too little
 *                 QoS 1, 2 ──▶ kept session: session.ts · clean session: window of ids ──▶ socket
 *                                                                      │ full
 *                                                                      ▼ waits; its publishers are given pause for a moment,
 *                                                                        beyond the cap the connection ends
 *
 * One encoding serves all who listen at the same quality.
 */

import type { Gate } from "../connection/gate-port.ts";
import { encodePublish, encodePubrel, packetTypes } from "../connection/packet.ts";
import type { BrokerLimits } from "../limits.ts";
import type { Outgoing5 } from "../v5/encode.ts";
import type { Sending5 } from "../v5/sending.ts";
import { filterTree } from "./filter.ts";
import type { Member, SharedSubscriptions } from "./shared.ts";

export interface SubscriberMessage {
	topic: string;
	payload: Buffer;
	qos: number;
	retain?: boolean;
	/** Properties of a sender that speaks MQTT 5, as they came. */
	props?: Uint8Array | undefined;
	/** When the message expires, by the monotonic clock. */
	deadline?: number | undefined;
	/** Client id of its sender. */
	from?: string | undefined;
}

/** Options that a client of MQTT 5 may give with a subscription besides its quality. */
export interface SubscriptionOptions {
	noLocal: boolean;
	asPublished: boolean;
	ident: number | undefined;
}

interface Encoded {
	bytes: Buffer;
	idAt: number;
	isTaken: boolean;
	/** For a client of MQTT 5: where its expiry stands, until when it counts; what it was made of, where a topic alias may go in. */
	v5?: { expiryAt: number; deadline: number | undefined; message: Outgoing5 | undefined };
}

export interface Subscriber {
	readonly key: string;
	readonly client: string;
	readonly gate: Gate;
	readonly isKept: boolean;
	/** Of a client that speaks MQTT 5. */
	readonly out: Sending5 | undefined;
	/** Messages above QoS 0 that may be on the way. */
	readonly window: number;
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
	/** Of the same delivery, for MQTT 5: by which subscriptions, and whether one wants RETAIN as it was published. */
	idents: number[];
	asPublished: boolean;
}

interface Found {
	subscriber: Subscriber;
	qos: number;
	options: SubscriptionOptions | undefined;
}

export interface SubscribersDeps {
	limits: Pick<BrokerLimits, "liveWindow" | "backlogBytes" | "queuedMessages" | "queuedBytes">;
	shared: SharedSubscriptions;
	onDropped(reason: string): void;
}

export interface Subscribers {
	join(gate: Gate, client: string, isKept: boolean, out?: Sending5): Subscriber;
	leave(subscriber: Subscriber): void;
	/** `filter` may be a shared subscription. */
	listen(subscriber: Subscriber, filter: string, qos: number, options?: SubscriptionOptions): void;
	stopListening(subscriber: Subscriber, filter: string): void;
	/** Returns a subscriber to wait for (`whenReady`), or null. `chosen`: the members of shared subscriptions that get this message. */
	deliver(message: SubscriberMessage, chosen?: readonly Member[]): Subscriber | null;
	/** A retained message for a new subscription of a client of MQTT 5. */
	sendRetained(subscriber: Subscriber, message: SubscriberMessage, qos: number, ident: number | undefined): void;
	/** Messages that wait for this subscriber's answers. */
	waits(subscriber: Subscriber): number;
	hasSubscribers(topic: string): boolean;
	whenReady(subscriber: Subscriber, resume: () => void): void;
	/** PUBACK, PUBREC or PUBCOMP of a clean session. */
	answer(subscriber: Subscriber, type: number, packetId: number): void;
	/** A packet id for a retained message that aedes sends; undefined when none is free. */
	lendPacketId(subscriber: Subscriber): number | undefined;
	hasSubscribersBelow(levels: readonly string[]): boolean;
}

/** From here on its publishers wait a moment, so that a subscriber with a short delay is not cut off. */
const pacedFrom = 1_000;
/** The longest such wait, and how long a client that did not catch up gets no further one: a slow screen must not slow the scanners. */
const paceMs = 50;
const noPaceMs = 1_000;

/** Whether a subscriber could take a message at once; of two members of a group, that one gets it. */
export const takesAtOnce = (subscriber: Subscriber, backlogBytes: number): boolean =>
	subscriber.onTheWay.size < subscriber.window && subscriber.waiting.length === 0 && subscriber.gate.backlog() <= backlogBytes;

const noProps = new Uint8Array(0);

/** All subscribers of one broker. */
interface Hub {
	limits: SubscribersDeps["limits"];
	shared: SubscribersDeps["shared"];
	onDropped: SubscribersDeps["onDropped"];
	tree: ReturnType<typeof filterTree<Found>>;
	/** Connections that joined so far; their number is the subscriber's key. */
	joined: number;
	/** The number of the current delivery: subscribers that it has found carry it in `seenIn`. */
	deliveries: number;
}

export function createSubscribers({ limits, shared, onDropped }: SubscribersDeps): Subscribers {
	const hub: Hub = {
		limits,
		shared,
		onDropped,
		tree: filterTree<Found>(),
		joined: 0,
		deliveries: 0,
	};
	return {
		join: (gate, client, isKept, out) => newSubscriber(hub, gate, client, isKept, out),
		leave(subscriber) {
			for (const filter of subscriber.filters.keys()) {
				hub.tree.delete(filter, subscriber.key);
				hub.shared.left(filter, subscriber);
			}
			subscriber.filters.clear();
			subscriber.waiting = [];
			subscriber.waitingFrom = 0;
			resumeAll(subscriber);
		},
		listen(subscriber, filter, qos, options) {
			if (subscriber.gate.destroyed) return;
			subscriber.filters.set(filter, qos);
			const { client, isKept } = subscriber;
			if (filter.startsWith("$share/"))
				hub.shared.set(filter, { client, qos, isKept, asPublished: options?.asPublished ?? false, ident: options?.ident, subscriber });
			else hub.tree.set(filter, subscriber.key, { subscriber, qos, options });
		},
		stopListening(subscriber, filter) {
			if (!subscriber.filters.delete(filter)) return;
			hub.tree.delete(filter, subscriber.key);
			hub.shared.delete(filter, subscriber.client);
		},
		deliver: (message, chosen) => deliver(hub, message, chosen),
		sendRetained(subscriber, message, qos, ident) {
			send(hub, subscriber, encode5(subscriber.out!, message, qos, true, ident === undefined ? [] : [ident]), qos);
		},
		waits: waitingCount,
		hasSubscribers: (topic) => hub.tree.match(topic).length > 0,
		whenReady(subscriber, resume) {
			if (subscriber.resumes.push(resume) > 1) return;
			const until = subscriber.resumes;
			setTimeout(() => {
				if (subscriber.resumes !== until) return;
				subscriber.notBefore = performance.now() + noPaceMs;
				resumeAll(subscriber);
			}, paceMs).unref();
		},
		answer(subscriber, type, packetId) {
			if (type === packetTypes.pubrec) return void subscriber.gate.send(encodePubrel(packetId));
			if (subscriber.onTheWay.delete(packetId) && subscriber.waiting.length > 0) sendWaiting(hub, subscriber);
		},
		lendPacketId(subscriber) {
			const id = subscriber.onTheWay.size < 65_535 ? freeId(subscriber) : undefined;
			if (id !== undefined) subscriber.onTheWay.add(id);
			return id;
		},
		hasSubscribersBelow: hub.tree.hasBelow,
	};
}

function newSubscriber(hub: Hub, gate: Gate, client: string, isKept: boolean, out: Sending5 | undefined): Subscriber {
	return {
		key: String(++hub.joined),
		client,
		gate,
		isKept,
		out,
		window: Math.min(hub.limits.liveWindow, out?.receiveMaximum ?? hub.limits.liveWindow),
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
		idents: [],
		asPublished: false,
	};
}

/** Sends one copy to every subscriber. Returns one that is slow, if any. */
function deliver(hub: Hub, message: SubscriberMessage, chosen: readonly Member[] | undefined): Subscriber | null {
	const found = hub.tree.match(message.topic);
	if (chosen) for (const member of chosen) deliverShared(hub, message, member);
	if (found.length === 0) return null;
	let slow: Subscriber | null = null;
	hub.deliveries += 1;
	for (const { subscriber, qos, options } of found) {
		const isFirst = subscriber.seenIn !== hub.deliveries;
		if (options && !note(subscriber, options, isFirst, message.from)) continue;
		subscriber.best = isFirst ? qos : Math.max(subscriber.best, qos);
		subscriber.seenIn = hub.deliveries;
	}
	const encodings: (Encoded | null | undefined)[] = [];
	for (const { subscriber } of found) {
		if (subscriber.seenIn !== hub.deliveries) continue;
		subscriber.seenIn = 0;
		const qos = Math.min(message.qos, subscriber.best);
		// A kept subscriber's copy is in its own queue, on disk.
		if (qos > 0 && subscriber.isKept) continue;
		const encoded = subscriber.out ? encodingFor5(encodings, message, subscriber, qos) : (encodings[qos] ??= encode(message, qos));
		send(hub, subscriber, encoded, qos);
		if (qos > 0 && waitingCount(subscriber) >= pacedFrom && performance.now() >= subscriber.notBefore) slow = subscriber;
	}
	return slow;
}

function isCrowded(hub: Hub, subscriber: Subscriber): boolean {
	return subscriber.gate.backlog() > hub.limits.backlogBytes;
}

function freeId(subscriber: Subscriber): number | undefined {
	for (let tried = 0; tried <= subscriber.onTheWay.size; tried++) {
		const id = subscriber.nextId;
		subscriber.nextId = id === 65_535 ? 1 : id + 1;
		if (!subscriber.onTheWay.has(id)) return id;
	}
	return undefined;
}

function hasRoom(hub: Hub, subscriber: Subscriber): boolean {
	return subscriber.onTheWay.size < subscriber.window && !isCrowded(hub, subscriber);
}

function waitingCount(subscriber: Subscriber): number {
	return subscriber.waiting.length - subscriber.waitingFrom;
}

function resumeAll(subscriber: Subscriber): void {
	const resumes = subscriber.resumes;
	subscriber.resumes = [];
	for (const resume of resumes) resume();
}

/** The topic by its alias, where the client takes any. */
function withAlias(out: Sending5, encoded: Encoded): Encoded {
	const message = encoded.v5?.message;
	if (!message) return encoded;
	const { bytes, idAt } = out.aliased(message, { bytes: encoded.bytes, idAt: encoded.idAt, expiryAt: encoded.v5!.expiryAt });
	return bytes === encoded.bytes ? encoded : { bytes, idAt, isTaken: false };
}

function sendNow(hub: Hub, subscriber: Subscriber, asked: Encoded): void {
	let encoded = asked;
	if (subscriber.out && asked.v5) {
		if (!subscriber.out.refresh(asked.bytes, asked.v5.expiryAt, asked.v5.deadline)) return hub.onDropped("message-expired");
		encoded = withAlias(subscriber.out, asked);
	}
	const id = freeId(subscriber)!;
	// The first takes the encoding itself, the others a copy: each carries an id of its own.
	const bytes = encoded.isTaken ? Buffer.from(encoded.bytes) : encoded.bytes;
	encoded.isTaken = true;
	bytes[encoded.idAt] = id >> 8;
	bytes[encoded.idAt + 1] = id & 0xff;
	if (subscriber.gate.send(bytes)) subscriber.onTheWay.add(id);
}

function sendWaiting(hub: Hub, subscriber: Subscriber): void {
	while (subscriber.waitingFrom < subscriber.waiting.length && hasRoom(hub, subscriber)) {
		const next = subscriber.waiting[subscriber.waitingFrom++]!;
		subscriber.waitingBytes -= next.bytes.length;
		sendNow(hub, subscriber, next);
	}
	if (subscriber.resumes.length > 0 && waitingCount(subscriber) < pacedFrom / 2) resumeAll(subscriber);
	if (subscriber.waitingFrom === subscriber.waiting.length) {
		subscriber.waiting = [];
		subscriber.waitingFrom = 0;
	} else if (isCrowded(hub, subscriber) && !subscriber.isRelieving) {
		subscriber.isRelieving = true;
		void subscriber.gate.relieved().then(() => {
			subscriber.isRelieving = false;
			if (!subscriber.gate.destroyed) sendWaiting(hub, subscriber);
		});
	}
}

function sendSurely(hub: Hub, subscriber: Subscriber, encoded: Encoded): void {
	const count = waitingCount(subscriber);
	if (count === 0 && hasRoom(hub, subscriber)) return sendNow(hub, subscriber, encoded);
	if (count >= hub.limits.queuedMessages || subscriber.waitingBytes + encoded.bytes.length > hub.limits.queuedBytes) {
		// Above QoS 0 nothing may be left out of the middle, so the connection has to end.
		hub.onDropped("backlog");
		return subscriber.gate.refuse("too-slow");
	}
	encoded.isTaken = true;
	const message = encoded.v5?.message;
	// A slice of the socket's buffer would keep all of it alive for as long as the message waits.
	if (message) encoded.v5!.message = { ...message, payload: Buffer.from(message.payload), props: new Uint8Array(message.props) };
	subscriber.waiting.push(encoded);
	subscriber.waitingBytes += encoded.bytes.length;
	// Waiting here would make its publishers wait; the client's own acknowledgements fetch the rest.
	if (isCrowded(hub, subscriber)) sendWaiting(hub, subscriber);
}

function encode5(
	out: Sending5,
	{ topic, payload, props, deadline }: SubscriberMessage,
	qos: number,
	retain: boolean,
	idents: number[],
): Encoded | null {
	const message: Outgoing5 = { topic, payload, qos, retain, props: props ?? noProps, deadline, idents };
	const encoded = out.encode(message);
	if (encoded === null) return null;
	const { bytes, idAt, expiryAt } = encoded;
	return { bytes, idAt, isTaken: false, v5: { expiryAt, deadline, message: out.hasAliases ? message : undefined } };
}

/** To one subscriber at this quality; QoS 0 is let go when it takes too little. */
function send(hub: Hub, subscriber: Subscriber, encoded: Encoded | null, qos: number): void {
	// Larger than it takes counts as delivered [MQTT5-3.1.2-25].
	if (encoded === null) return hub.onDropped("too-large-for-client");
	if (qos > 0) return sendSurely(hub, subscriber, encoded);
	if (isCrowded(hub, subscriber)) return hub.onDropped("backlog");
	subscriber.gate.send(subscriber.out ? withAlias(subscriber.out, encoded).bytes : encoded.bytes);
}

/** Adds the options of an MQTT 5 subscription to its subscriber's copy. False: it wants none of its own messages [MQTT5-3.8.3-3]. */
function note(subscriber: Subscriber, { noLocal, ident, asPublished }: SubscriptionOptions, isFirst: boolean, from?: string): boolean {
	if (noLocal && subscriber.client === from) return false;
	if (isFirst) {
		subscriber.idents = [];
		subscriber.asPublished = false;
	}
	if (ident !== undefined) subscriber.idents.push(ident);
	if (asPublished) subscriber.asPublished = true;
	return true;
}

function encode(message: SubscriberMessage, qos: number): Encoded {
	const bytes = encodePublish({ topic: message.topic, payload: message.payload, qos, retain: false, dup: false, id: 0 });
	return { bytes, idAt: bytes.length - message.payload.length - 2, isTaken: false };
}

/** One copy for the chosen member of a group. */
function deliverShared(hub: Hub, message: SubscriberMessage, { subscriber, qos: most, asPublished, ident, isKept }: Member): void {
	const qos = Math.min(message.qos, most);
	if (!subscriber || (qos > 0 && isKept)) return;
	const retain = asPublished && message.retain === true;
	const idents = ident === undefined ? [] : [ident];
	send(hub, subscriber, subscriber.out ? encode5(subscriber.out, message, qos, retain, idents) : encode(message, qos), qos);
}

/** `encodings`: those of one delivery, which all who listen alike share: at the quality for MQTT 3.1.1, behind them for MQTT 5. */
function encodingFor5(
	encodings: (Encoded | null | undefined)[],
	message: SubscriberMessage,
	subscriber: Subscriber,
	qos: number,
): Encoded | null {
	const out = subscriber.out!;
	const retain = subscriber.asPublished && message.retain === true;
	if (subscriber.idents.length > 0 || out.hasAliases) return encode5(out, message, qos, retain, subscriber.idents);
	const at = 3 + qos * 2 + Number(retain);
	const known = encodings[at];
	if (known && out.takes(known.bytes.length)) return known;
	const encoded = encode5(out, message, qos, retain, []);
	if (encoded) encodings[at] = encoded;
	return encoded;
}
