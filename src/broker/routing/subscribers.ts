/**
 * The connected listeners, and what is on the way to those whose session ends with their connection.
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

/** What a client of MQTT 5 may ask of a subscription besides its quality. */
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

export interface Listener {
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
	listener: Listener;
	qos: number;
	options: SubscriptionOptions | undefined;
}

export interface SubscribersDeps {
	limits: Pick<BrokerLimits, "liveWindow" | "backlogBytes" | "queuedMessages" | "queuedBytes">;
	shared: SharedSubscriptions;
	onDropped(reason: string): void;
}

export interface Subscribers {
	join(gate: Gate, client: string, isKept: boolean, out?: Sending5): Listener;
	leave(listener: Listener): void;
	/** `filter` may be a shared subscription. */
	listen(listener: Listener, filter: string, qos: number, options?: SubscriptionOptions): void;
	stopListening(listener: Listener, filter: string): void;
	/** Returns a subscriber to wait for (`whenReady`), or null. `chosen`: the members of shared subscriptions that get this message. */
	deliver(message: SubscriberMessage, chosen?: readonly Member[]): Listener | null;
	/** A retained message for a new subscription of a client of MQTT 5. */
	sendRetained(listener: Listener, message: SubscriberMessage, qos: number, ident: number | undefined): void;
	/** Messages that wait for this listener's answers. */
	waits(listener: Listener): number;
	hasListeners(topic: string): boolean;
	whenReady(listener: Listener, resume: () => void): void;
	/** PUBACK, PUBREC or PUBCOMP of a clean session. */
	answer(listener: Listener, type: number, packetId: number): void;
	/** A packet id for a retained message that aedes sends; undefined when none is free. */
	lendPacketId(listener: Listener): number | undefined;
	hasListenersBelow(levels: readonly string[]): boolean;
}

/** From here on its publishers wait a moment, so that a subscriber with a short delay is not cut off. */
const pacedFrom = 1_000;
/** The longest such wait, and how long a client that did not catch up gets no further one: a slow screen must not slow the scanners. */
const paceMs = 50;
const noPaceMs = 1_000;

/** Whether a subscriber could take a message at once; of two members of a group, that one gets it. */
export const takesAtOnce = (listener: Listener, backlogBytes: number): boolean =>
	listener.onTheWay.size < listener.window && listener.waiting.length === 0 && listener.gate.backlog() <= backlogBytes;

const noProps = new Uint8Array(0);

/** All listeners of one broker. */
interface Hub {
	limits: SubscribersDeps["limits"];
	shared: SubscribersDeps["shared"];
	onDropped: SubscribersDeps["onDropped"];
	tree: ReturnType<typeof filterTree<Found>>;
	/** Connections that joined so far; their number is the listener's key. */
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
		join: (gate, client, isKept, out) => newListener(hub, gate, client, isKept, out),
		leave(listener) {
			for (const filter of listener.filters.keys()) {
				hub.tree.delete(filter, listener.key);
				hub.shared.left(filter, listener);
			}
			listener.filters.clear();
			listener.waiting = [];
			listener.waitingFrom = 0;
			resumeAll(listener);
		},
		listen(listener, filter, qos, options) {
			if (listener.gate.destroyed) return;
			listener.filters.set(filter, qos);
			const { client, isKept } = listener;
			if (filter.startsWith("$share/"))
				hub.shared.set(filter, { client, qos, isKept, asPublished: options?.asPublished ?? false, ident: options?.ident, listener });
			else hub.tree.set(filter, listener.key, { listener, qos, options });
		},
		stopListening(listener, filter) {
			if (!listener.filters.delete(filter)) return;
			hub.tree.delete(filter, listener.key);
			hub.shared.delete(filter, listener.client);
		},
		deliver: (message, chosen) => deliver(hub, message, chosen),
		sendRetained(listener, message, qos, ident) {
			send(hub, listener, encode5(listener.out!, message, qos, true, ident === undefined ? [] : [ident]), qos);
		},
		waits: waitingCount,
		hasListeners: (topic) => hub.tree.match(topic).length > 0,
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
			if (listener.onTheWay.delete(packetId) && listener.waiting.length > 0) sendWaiting(hub, listener);
		},
		lendPacketId(listener) {
			const id = listener.onTheWay.size < 65_535 ? freeId(listener) : undefined;
			if (id !== undefined) listener.onTheWay.add(id);
			return id;
		},
		hasListenersBelow: hub.tree.hasBelow,
	};
}

function newListener(hub: Hub, gate: Gate, client: string, isKept: boolean, out: Sending5 | undefined): Listener {
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
function deliver(hub: Hub, message: SubscriberMessage, chosen: readonly Member[] | undefined): Listener | null {
	const found = hub.tree.match(message.topic);
	if (chosen) for (const member of chosen) deliverShared(hub, message, member);
	if (found.length === 0) return null;
	let slow: Listener | null = null;
	hub.deliveries += 1;
	for (const { listener, qos, options } of found) {
		const isFirst = listener.seenIn !== hub.deliveries;
		if (options && !note(listener, options, isFirst, message.from)) continue;
		listener.best = isFirst ? qos : Math.max(listener.best, qos);
		listener.seenIn = hub.deliveries;
	}
	const encodings: (Encoded | null | undefined)[] = [];
	for (const { listener } of found) {
		if (listener.seenIn !== hub.deliveries) continue;
		listener.seenIn = 0;
		const qos = Math.min(message.qos, listener.best);
		// Its copy is in its own queue, on disk.
		if (qos > 0 && listener.isKept) continue;
		const encoded = listener.out ? encodingFor5(encodings, message, listener, qos) : (encodings[qos] ??= encode(message, qos));
		send(hub, listener, encoded, qos);
		if (qos > 0 && waitingCount(listener) >= pacedFrom && performance.now() >= listener.notBefore) slow = listener;
	}
	return slow;
}

function isCrowded(hub: Hub, listener: Listener): boolean {
	return listener.gate.backlog() > hub.limits.backlogBytes;
}

function freeId(listener: Listener): number | undefined {
	for (let tried = 0; tried <= listener.onTheWay.size; tried++) {
		const id = listener.nextId;
		listener.nextId = id === 65_535 ? 1 : id + 1;
		if (!listener.onTheWay.has(id)) return id;
	}
	return undefined;
}

function hasRoom(hub: Hub, listener: Listener): boolean {
	return listener.onTheWay.size < listener.window && !isCrowded(hub, listener);
}

function waitingCount(listener: Listener): number {
	return listener.waiting.length - listener.waitingFrom;
}

function resumeAll(listener: Listener): void {
	const resumes = listener.resumes;
	listener.resumes = [];
	for (const resume of resumes) resume();
}

/** The topic by its alias, where the client takes any. */
function withAlias(out: Sending5, encoded: Encoded): Encoded {
	const message = encoded.v5?.message;
	if (!message) return encoded;
	const { bytes, idAt } = out.aliased(message, { bytes: encoded.bytes, idAt: encoded.idAt, expiryAt: encoded.v5!.expiryAt });
	return bytes === encoded.bytes ? encoded : { bytes, idAt, isTaken: false };
}

function sendNow(hub: Hub, listener: Listener, asked: Encoded): void {
	let encoded = asked;
	if (listener.out && asked.v5) {
		if (!listener.out.refresh(asked.bytes, asked.v5.expiryAt, asked.v5.deadline)) return hub.onDropped("message-expired");
		encoded = withAlias(listener.out, asked);
	}
	const id = freeId(listener)!;
	// The first takes the encoding itself, the others a copy: each carries an id of its own.
	const bytes = encoded.isTaken ? Buffer.from(encoded.bytes) : encoded.bytes;
	encoded.isTaken = true;
	bytes[encoded.idAt] = id >> 8;
	bytes[encoded.idAt + 1] = id & 0xff;
	if (listener.gate.send(bytes)) listener.onTheWay.add(id);
}

function sendWaiting(hub: Hub, listener: Listener): void {
	while (listener.waitingFrom < listener.waiting.length && hasRoom(hub, listener)) {
		const next = listener.waiting[listener.waitingFrom++]!;
		listener.waitingBytes -= next.bytes.length;
		sendNow(hub, listener, next);
	}
	if (listener.resumes.length > 0 && waitingCount(listener) < pacedFrom / 2) resumeAll(listener);
	if (listener.waitingFrom === listener.waiting.length) {
		listener.waiting = [];
		listener.waitingFrom = 0;
	} else if (isCrowded(hub, listener) && !listener.isRelieving) {
		listener.isRelieving = true;
		void listener.gate.relieved().then(() => {
			listener.isRelieving = false;
			if (!listener.gate.destroyed) sendWaiting(hub, listener);
		});
	}
}

function sendSurely(hub: Hub, listener: Listener, encoded: Encoded): void {
	const count = waitingCount(listener);
	if (count === 0 && hasRoom(hub, listener)) return sendNow(hub, listener, encoded);
	if (count >= hub.limits.queuedMessages || listener.waitingBytes + encoded.bytes.length > hub.limits.queuedBytes) {
		// Above QoS 0 nothing may be left out of the middle, so the connection has to end.
		hub.onDropped("backlog");
		return listener.gate.refuse("too-slow");
	}
	encoded.isTaken = true;
	const message = encoded.v5?.message;
	// A slice of the socket's buffer would keep all of it alive for as long as the message waits.
	if (message) encoded.v5!.message = { ...message, payload: Buffer.from(message.payload), props: new Uint8Array(message.props) };
	listener.waiting.push(encoded);
	listener.waitingBytes += encoded.bytes.length;
	// Waiting here would make its publishers wait; the client's own acknowledgements fetch the rest.
	if (isCrowded(hub, listener)) sendWaiting(hub, listener);
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

/** To one listener at this quality; QoS 0 is let go when it takes too little. */
function send(hub: Hub, listener: Listener, encoded: Encoded | null, qos: number): void {
	// Larger than it takes counts as delivered [MQTT5-3.1.2-25].
	if (encoded === null) return hub.onDropped("too-large-for-client");
	if (qos > 0) return sendSurely(hub, listener, encoded);
	if (isCrowded(hub, listener)) return hub.onDropped("backlog");
	listener.gate.send(listener.out ? withAlias(listener.out, encoded).bytes : encoded.bytes);
}

/** What a subscription of MQTT 5 adds to the copy its listener gets. False: it wants none of its own messages [MQTT5-3.8.3-3]. */
function note(listener: Listener, { noLocal, ident, asPublished }: SubscriptionOptions, isFirst: boolean, from?: string): boolean {
	if (noLocal && listener.client === from) return false;
	if (isFirst) {
		listener.idents = [];
		listener.asPublished = false;
	}
	if (ident !== undefined) listener.idents.push(ident);
	if (asPublished) listener.asPublished = true;
	return true;
}

function encode(message: SubscriberMessage, qos: number): Encoded {
	const bytes = encodePublish({ topic: message.topic, payload: message.payload, qos, retain: false, dup: false, id: 0 });
	return { bytes, idAt: bytes.length - message.payload.length - 2, isTaken: false };
}

/** One copy for the chosen member of a group. */
function deliverShared(hub: Hub, message: SubscriberMessage, { listener, qos: most, asPublished, ident, isKept }: Member): void {
	const qos = Math.min(message.qos, most);
	if (!listener || (qos > 0 && isKept)) return;
	const retain = asPublished && message.retain === true;
	const idents = ident === undefined ? [] : [ident];
	send(hub, listener, listener.out ? encode5(listener.out, message, qos, retain, idents) : encode(message, qos), qos);
}

/** `encodings`: those of one delivery, which all who listen alike share: at the quality for MQTT 3.1.1, behind them for MQTT 5. */
function encodingFor5(
	encodings: (Encoded | null | undefined)[],
	message: SubscriberMessage,
	listener: Listener,
	qos: number,
): Encoded | null {
	const out = listener.out!;
	const retain = listener.asPublished && message.retain === true;
	if (listener.idents.length > 0 || out.hasAliases) return encode5(out, message, qos, retain, listener.idents);
	const at = 3 + qos * 2 + Number(retain);
	const known = encodings[at];
	if (known && out.takes(known.bytes.length)) return known;
	const encoded = encode5(out, message, qos, retain, []);
	if (encoded) encodings[at] = encoded;
	return encoded;
}
