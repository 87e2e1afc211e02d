/**
 * MQTT 3.1.1 on the wire, as far as the door must understand it before the broker does.
 *
 *   type·4 flags·4 | remaining length, 1..4 bytes of 7 bits | variable header | payload       [MQTT 2.2]
 *
 * Left out: everything the broker's own parser checks as well. Here is what it lets pass, and what must be known before a
 * packet may be held in memory at all: how long it is.
 */
import { isUtf8 } from "node:buffer";

export const packetTypes = {
	connect: 1,
	connack: 2,
	publish: 3,
	puback: 4,
	pubrec: 5,
	pubrel: 6,
	pubcomp: 7,
	subscribe: 8,
	suback: 9,
	unsubscribe: 10,
	unsuback: 11,
	pingreq: 12,
	pingresp: 13,
	disconnect: 14,
} as const;

/** Why a packet, or the connection that sent it, is refused. */
export type PacketFault =
	| "malformed-length"
	| "packet-too-large"
	| "packet-type"
	| "header-flags"
	| "qos-3"
	| "dup-without-qos"
	| "packet-id-zero"
	| "text-not-utf8"
	| "text-with-nul"
	| "topic-too-long"
	| "topic-empty"
	| "topic-wildcard"
	| "no-topics"
	| "cut-short"
	| "connect-first"
	| "connect-twice"
	| "protocol-name"
	| "protocol-level";

/** `need`: bytes of the whole packet, so that nobody holds more than the limit; undefined while even the length is incomplete. */
export type Head =
	| { kind: "short" }
	| { kind: "fault"; fault: PacketFault }
	| { kind: "head"; type: number; flags: number; start: number; need: number };

/**
 * The fixed header of the packet that begins at `at`; `start` and `need` count from there. A length of five bytes is malformed [MQTT
 * 2.2.3].
 */
export function readHead(bytes: Uint8Array, largest: number, at = 0): Head {
	if (bytes.length - at < 2) return { kind: "short" };
	let length = 0;
	for (let i = 0; i < 4; i++) {
		const byte = bytes[at + 1 + i];
		if (byte === undefined) return { kind: "short" };
		length += (byte & 0x7f) * 128 ** i;
		if (byte >= 0x80) continue;
		if (length > largest) return { kind: "fault", fault: "packet-too-large" };
		return { kind: "head", type: bytes[at]! >> 4, flags: bytes[at]! & 0x0f, start: 2 + i, need: 2 + i + length };
	}
	return { kind: "fault", fault: "malformed-length" };
}

/** The fault of a whole packet of a client, or null. Clause numbers are MQTT 3.1.1's. */
export function faultOf(packet: Buffer, head: Extract<Head, { kind: "head" }>, longestTopic: number): PacketFault | null {
	const { type, flags, start } = head;
	const body = packet.subarray(start);
	switch (type) {
		case packetTypes.connect:
			return flags === 0 ? faultOfConnect(body) : "header-flags";
		case packetTypes.publish: {
			const qos = (flags >> 1) & 3;
			if (qos === 3) return "qos-3"; // [MQTT-3.3.1-4]
			if (qos === 0 && flags & 8) return "dup-without-qos"; // [MQTT-3.3.1-2]
			const topic = takeText(body, 0, longestTopic);
			if (typeof topic === "string") return topic;
			if (topic.end === 2) return "topic-empty"; // [MQTT-4.7.3-1]
			for (let at = 2; at < topic.end; at++) if (body[at] === 0x23 || body[at] === 0x2b) return "topic-wildcard"; // [MQTT-3.3.2-2]
			return qos > 0 ? faultOfId(body, topic.end) : null;
		}
		case packetTypes.puback:
		case packetTypes.pubrec:
		case packetTypes.pubcomp:
			return flags === 0 ? faultOfId(body, 0) : "header-flags"; // [MQTT-2.2.2-2]
		case packetTypes.pubrel:
			return flags === 2 ? faultOfId(body, 0) : "header-flags"; // [MQTT-3.6.1-1]
		case packetTypes.subscribe:
		case packetTypes.unsubscribe: {
			if (flags !== 2) return "header-flags"; // [MQTT-3.8.1-1], [MQTT-3.10.1-1]
			const fault = faultOfId(body, 0);
			if (fault) return fault;
			if (body.length === 2) return "no-topics"; // [MQTT-3.8.3-3], [MQTT-3.10.3-2]
			for (let at = 2; at < body.length; ) {
				const filter = takeText(body, at, longestTopic);
				if (typeof filter === "string") return filter;
				at = filter.end;
				if (type === packetTypes.unsubscribe) continue;
				if (at >= body.length) return "cut-short";
				if (body[at]! > 2) return "header-flags"; // [MQTT-3-8.3-4]
				at += 1;
			}
			return null;
		}
		case packetTypes.pingreq:
		case packetTypes.disconnect:
			if (flags !== 0) return "header-flags"; // [MQTT-3.14.1-1]
			return body.length === 0 ? null : "malformed-length"; // 3.12, 3.14: neither has one
		default:
			return "packet-type";
	}
}

function faultOfConnect(body: Buffer): PacketFault | null {
	const name = takeText(body, 0, 16);
	if (typeof name === "string") return name;
	const level = body[name.end];
	const flags = body[name.end + 1];
	if (level === undefined || flags === undefined) return "cut-short";
	const protocol = body.toString("latin1", 2, name.end);
	if (protocol !== "MQTT" && protocol !== "MQIsdp") return "protocol-name"; // [MQTT-3.1.2-1]
	// Bridges set the highest bit of the level.
	if ((level & 0x7f) !== (protocol === "MQTT" ? 4 : 3)) return "protocol-level"; // [MQTT-3.1.2-2]
	// Client id, will topic, will message (any bytes), user name, password (any bytes) [MQTT 3.1.3].
	let at = name.end + 4;
	const fields = [
		[true, true],
		[flags & 4, true],
		[flags & 4, false],
		[flags & 0x80, true],
		[flags & 0x40, false],
	] as const;
	for (const [present, isText] of fields) {
		if (!present) continue;
		const field = isText ? takeText(body, at, 65_535) : takeBytes(body, at);
		if (typeof field === "string") return field;
		at = field.end;
	}
	return null;
}

function faultOfId(body: Buffer, at: number): PacketFault | null {
	if (body.length < at + 2) return "cut-short";
	return body.readUInt16BE(at) === 0 ? "packet-id-zero" : null; // [MQTT-2.3.1-1]
}

function takeBytes(body: Buffer, at: number): { end: number } | PacketFault {
	if (body.length < at + 2) return "cut-short";
	const end = at + 2 + body.readUInt16BE(at);
	return end > body.length ? "cut-short" : { end };
}

/** Length-prefixed text: UTF-8, without U+0000 [MQTT-1.5.3-1], [MQTT-1.5.3-2]. */
function takeText(body: Buffer, at: number, longest: number): { end: number } | PacketFault {
	const field = takeBytes(body, at);
	if (typeof field === "string") return field;
	const text = body.subarray(at + 2, field.end);
	if (text.length > longest) return "topic-too-long";
	let isAscii = true;
	for (let i = 0; i < text.length; i++) {
		if (text[i] === 0) return "text-with-nul";
		if (text[i]! > 0x7f) isAscii = false;
	}
	return isAscii || isUtf8(text) ? field : "text-not-utf8";
}

/** The fields of a PUBLISH that `faultOf` found nothing wrong with. `id` is 0 at QoS 0. */
export interface PublishFields {
	topicStart: number;
	topicEnd: number;
	payloadStart: number;
	qos: number;
	retain: boolean;
	id: number;
}

/** Whether the sender of a PUBLISH marks it as perhaps sent before. */
export const isDup = (packet: Buffer): boolean => (packet[0]! & 0x08) !== 0;

export function readPublish(packet: Buffer): PublishFields {
	let start = 2;
	while (packet[start - 1]! >= 0x80) start += 1;
	const topicStart = start + 2;
	const topicEnd = topicStart + packet.readUInt16BE(start);
	const qos = (packet[0]! >> 1) & 3;
	const id = qos > 0 ? packet.readUInt16BE(topicEnd) : 0;
	return { topicStart, topicEnd, payloadStart: topicEnd + (qos > 0 ? 2 : 0), qos, retain: (packet[0]! & 1) === 1, id };
}

/** Whether a CONNECT is one of MQTT 5, whose packets v5/ reads. */
export function isProtocol5(packet: Buffer, start: number): boolean {
	return packet.length >= start + 10 && packet.readUInt16BE(start) === 4 && packet.toString("latin1", start + 2, start + 7) === "MQTT\x05";
}

/** The answer to a CONNECT of a level that is not served: MQTT 5 has reason codes of its own [MQTT-3.1.2-2]. */
export function unservedLevelAnswer(packet: Buffer, start: number): Buffer {
	const level = packet[start + 2 + packet.readUInt16BE(start)];
	return level === 5 ? Buffer.from([0x20, 3, 0, 0x84, 0]) : Buffer.from([0x20, 2, 0, 1]);
}

/** Seconds of a CONNECT's keep-alive, and 0 in its place: the gate listens for silence itself. */
export function takeKeepAlive(packet: Buffer, start: number): number {
	const at = start + 2 + packet.readUInt16BE(start) + 2;
	if (at + 2 > packet.length) return 0;
	const seconds = packet.readUInt16BE(at);
	packet.writeUInt16BE(0, at);
	return seconds;
}

/** A PUBLISH to a client. `id` counts only above QoS 0. */
export function encodePublish(message: {
	topic: string;
	payload: Uint8Array;
	qos: number;
	retain: boolean;
	dup: boolean;
	id: number;
}): Buffer {
	const topic = Buffer.from(message.topic);
	const idBytes = message.qos > 0 ? 2 : 0;
	const length = 2 + topic.length + idBytes + message.payload.length;
	const packet = Buffer.allocUnsafe(1 + lengthBytes(length) + length);
	packet[0] = 0x30 | (message.dup ? 8 : 0) | (message.qos << 1) | (message.retain ? 1 : 0);
	let at = writeLength(packet, 1, length);
	at = packet.writeUInt16BE(topic.length, at);
	at += topic.copy(packet, at);
	if (idBytes) at = packet.writeUInt16BE(message.id, at);
	packet.set(message.payload, at);
	return packet;
}

export function encodePubrel(id: number): Buffer {
	return Buffer.from([0x62, 0x02, id >> 8, id & 0xff]);
}

function lengthBytes(length: number): number {
	return length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
}

function writeLength(packet: Buffer, at: number, length: number): number {
	let left = length;
	do {
		packet[at++] = (left % 128) | (left >= 128 ? 0x80 : 0);
		left = Math.floor(left / 128);
	} while (left > 0);
	return at;
}
