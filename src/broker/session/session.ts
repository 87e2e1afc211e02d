/**
 * The messages that wait for one client whose session outlives its connection, and those on the way to it.
 *
 *            enqueue              window has room            PUBACK, PUBCOMP
 *   (new) ──────────▶ unsent ─────────────────────▶ sent ─────────────────────▶ gone
 *                       ▲  │ oldest first, over the cap        │ ▲ PUBREC (QoS 2): released
 *                       │  └──▶ gone, counted                  │
 *                       └──────── the client is back ──────────┘   again, with DUP and its packet id [MQTT-4.4.0-1]
 *
 * Messages are keyed by their row and by their packet id: an acknowledgement costs the same however many wait.
 */
import type { Instant } from "../../words/time.ts";

export interface HeldPacket {
	cmd: "publish" | "pubrel";
	messageId?: number | undefined;
	brokerId?: string;
	brokerCounter?: number;
	topic?: string;
	payload?: Buffer;
	qos?: number;
	retain?: boolean;
	dup?: boolean;
	/** Properties for a client of MQTT 5, as on the wire. */
	props?: Uint8Array | undefined;
	/** When it stops to count, on the steady clock (deadlines.ts). */
	deadline?: number | undefined;
}

export interface Held {
	id: number;
	packet: HeldPacket;
	bytes: number;
	/** How often it was sent; the second time is a duplicate [MQTT-3.3.1-1]. */
	sends: number;
}

export interface Session {
	readonly client: string;
	readonly subscriptions: Map<string, { qos: number; rh?: number; rap?: boolean; nl?: boolean; ident?: number }>;
	/** All that wait, oldest first. */
	readonly queue: Map<number, Held>;
	readonly unsent: Map<number, Held>;
	readonly sent: Map<number, Held>;
	/** By broker and counter, which is how aedes names a packet it has no id for. */
	readonly byCounter: Map<string, Held>;
	/** Packet ids lent to retained messages, which are sent outside the queue. */
	readonly lent: Set<number>;
	bytes: number;
	nextPacketId: number;
	/** Row of the newest message that was sent. */
	sentTo: number;
	/** On disk: everything up to this row may have been sent; nothing beyond it is sent. */
	markedTo: number;
	/** The row up to which that is being written; 0: nothing is. */
	markingTo: number;
	/** The account it belongs to; null: a program on this machine without one; undefined: kept by a build that did not note it. */
	owner: string | null | undefined;
	/** Null while it is connected. */
	absentSince: Instant | null;
	/** Seconds it outlives its connection; undefined: of a client of MQTT 3.1.1, which `sessionDays` alone ends. */
	expiry: number | undefined;
	/** When it ends unless its client is back, on the steady clock; only for one with an expiry that is absent. */
	endsAt: number | undefined;
}

export function createSession(client: string, absentSince: Instant | null = null): Session {
	return {
		client,
		subscriptions: new Map(),
		queue: new Map(),
		unsent: new Map(),
		sent: new Map(),
		byCounter: new Map(),
		lent: new Set(),
		bytes: 0,
		nextPacketId: 1,
		sentTo: 0,
		markedTo: 0,
		markingTo: 0,
		owner: undefined,
		absentSince,
		expiry: undefined,
		endsAt: undefined,
	};
}

const counterKey = (packet: HeldPacket): string => `${packet.brokerId ?? ""} ${packet.brokerCounter ?? 0}`;

const sizeOf = ({ payload, topic, props }: HeldPacket): number => (payload?.length ?? 0) + (topic?.length ?? 0) + (props?.length ?? 0) + 64;

export function hold(session: Session, id: number, packet: HeldPacket): Held {
	const held: Held = { id, packet, bytes: sizeOf(packet), sends: 0 };
	session.queue.set(id, held);
	session.unsent.set(id, held);
	if (packet.brokerId !== undefined) session.byCounter.set(counterKey(packet), held);
	session.bytes += held.bytes;
	return held;
}

export function release(session: Session, held: Held): void {
	session.queue.delete(held.id);
	session.unsent.delete(held.id);
	if (held.packet.brokerId !== undefined) session.byCounter.delete(counterKey(held.packet));
	const { messageId } = held.packet;
	if (messageId !== undefined && session.sent.get(messageId) === held) session.sent.delete(messageId);
	session.bytes -= held.bytes;
}

/** The oldest message never sent is dropped first, so that messages the client may have seen keep their acknowledgement. */
export function oldestOver(session: Session, most: { messages: number; bytes: number }): Held | null {
	if (session.queue.size <= most.messages && session.bytes <= most.bytes) return null;
	return session.unsent.values().next().value ?? session.queue.values().next().value ?? null;
}

/**
 * The packet id of a message: its row's number as far as it fits, so that it is the same after a restart, and a client that
 * has a QoS 2 message under that id knows it again [MQTT-4.4.0-1]. While that is taken, at QoS 1 any other (null when all are);
 * a QoS 2 message waits for its own, or a gateway that was killed would send it under two.
 */
export function packetIdOf(session: Session, held: Held): number | null {
	const own = (held.id % 65_535) + 1;
	if (!session.sent.has(own) && !session.lent.has(own)) return own;
	return held.packet.qos === 2 ? null : freePacketId(session);
}

/** A packet id that nothing on the way uses; null when all 65,535 are taken. */
export function freePacketId(session: Session): number | null {
	for (let tried = 0; tried < 65_535; tried++) {
		const id = session.nextPacketId;
		session.nextPacketId = id === 65_535 ? 1 : id + 1;
		if (!session.sent.has(id) && !session.lent.has(id)) return id;
	}
	return null;
}

/** After a restart: the client had taken this QoS 2 message over, so its PUBREL goes, under the id that the message went under. */
export function recallRelease(session: Session, held: Held): void {
	held.packet = { cmd: "pubrel", messageId: packetIdOf(session, held) ?? undefined };
}

/** Notes that a message leaves under this packet id. */
export function markSent(session: Session, held: Held, messageId: number): void {
	const { messageId: before } = held.packet;
	if (before !== undefined && session.sent.get(before) === held) session.sent.delete(before);
	held.packet.messageId = messageId;
	held.sends += 1;
	if (held.id > session.sentTo) session.sentTo = held.id;
	session.unsent.delete(held.id);
	session.sent.set(messageId, held);
}

/** The client is back: everything not acknowledged goes again, in its order. */
export function rewind(session: Session): void {
	session.unsent.clear();
	session.sent.clear();
	session.lent.clear();
	for (const held of session.queue.values()) {
		session.unsent.set(held.id, held);
		// The id stays with the message, so that a late acknowledgement of the first sending still settles it.
		if (held.packet.messageId !== undefined) session.sent.set(held.packet.messageId, held);
	}
}

/**
 * After a restart: what the client may have got before, for which DUP is set when it goes again [MQTT-3.3.1-1]. A gateway that was killed
 * knows how far it may have sent; of an older build's note, that the client had no more than a window.
 */
export function recallSent(session: Session, note: { isOnline: boolean; sentTo: number; mayBeSentTo?: number }, window: number): void {
	const sentTo = (note.isOnline ? note.mayBeSentTo : undefined) ?? note.sentTo;
	let first = note.isOnline && note.mayBeSentTo === undefined ? window : 0;
	for (const held of session.queue.values()) {
		if (first <= 0 && held.id > sentTo) return;
		first -= 1;
		held.sends = 1;
	}
}

/** How many are on the way: sent since the client came back, and not acknowledged. */
export function onTheWay(session: Session): number {
	return session.queue.size - session.unsent.size;
}
