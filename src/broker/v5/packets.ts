/** Packets of a client that speaks MQTT 5, read strictly: what is malformed or against the protocol is a fault, and ends the connection. */
import { bytesOf, ids, numberOf, type PacketKind, type Properties, readBytes, readProperties, readText } from "./properties.ts";
import type { Fault5 } from "./reasons.ts";

export interface Will5 {
	topic: string;
	payload: Buffer;
	qos: number;
	retain: boolean;
	/** Properties for its subscribers. */
	props: Buffer;
	/** Seconds between the end of the connection and the will. */
	delay: number;
	/** Seconds for which its message is valid after its publication. */
	expiry: number | undefined;
}

export interface Connect5 {
	clientId: string;
	isCleanStart: boolean;
	/** Seconds the session outlives its connection. */
	sessionExpiry: number;
	receiveMaximum: number;
	maximumPacket: number;
	topicAliasMaximum: number;
	/** Whether reason strings and user properties may be sent in every packet. */
	wantsProblems: boolean;
	isEnhancedAuthentication: boolean;
	will: Will5 | undefined;
	username: string | undefined;
	password: Buffer | undefined;
}

export interface Publish5 {
	/** Empty where an alias stands for it. */
	topic: Buffer;
	alias: number | undefined;
	payload: Buffer;
	qos: number;
	retain: boolean;
	id: number;
	expiry: number | undefined;
	props: Buffer;
}

export interface Filter5 {
	topic: string;
	qos: number;
	noLocal: boolean;
	asPublished: boolean;
	retainHandling: number;
}

/** Offset behind the fixed header. */
function bodyStart(packet: Buffer): number {
	let start = 2;
	while (packet[start - 1]! >= 0x80) start += 1;
	return start;
}

class Cut {
	readonly fault: Fault5;
	constructor(fault: Fault5) {
		this.fault = fault;
	}
}

/** Returns the result, or throws the fault to the reader of the whole packet. */
function sure<T extends object>(read: T | Fault5): T {
	if (typeof read === "string") throw new Cut(read);
	return read;
}

function reading<T>(read: () => T): T | Fault5 {
	try {
		return read();
	} catch (error) {
		if (error instanceof Cut) return error.fault;
		throw error;
	}
}

const fail = (fault: Fault5): never => {
	throw new Cut(fault);
};

export function readConnect(packet: Buffer): Connect5 | Fault5 {
	return reading(() => {
		if (packet[0]! & 0x0f) fail("header-flags");
		// Name, level, flags and keep alive: six bytes of name, one, one and two [MQTT5 3.1.2].
		const start = bodyStart(packet);
		const flags = packet[start + 7] ?? fail("cut-short");
		const willQos = (flags >> 3) & 3;
		if (flags & 1 || willQos === 3 || (!(flags & 4) && flags & 0x38)) fail("will-flags");
		const { values, end } = sure(readProperties(packet, start + 10, "connect"));
		if (values.has(ids.authenticationData) && !values.has(ids.authenticationMethod)) fail("property-value");
		const clientId = sure(readText(packet, end));
		let at = clientId.end;
		const will = flags & 4 ? readWill(packet, at, willQos, (flags & 0x20) !== 0) : undefined;
		if (will) at = will.end;
		const username = flags & 0x80 ? sure(readText(packet, at)) : undefined;
		if (username) at = username.end;
		const password = flags & 0x40 ? sure(readBytes(packet, at)) : undefined;
		if (password) at = password.end;
		if (at !== packet.length) fail("cut-short");
		return {
			clientId: clientId.value.toString("utf8"),
			isCleanStart: (flags & 2) !== 0,
			sessionExpiry: numberOf(values, ids.sessionExpiry, 0),
			receiveMaximum: numberOf(values, ids.receiveMaximum, 65_535),
			maximumPacket: numberOf(values, ids.maximumPacketSize, Number.POSITIVE_INFINITY),
			topicAliasMaximum: numberOf(values, ids.topicAliasMaximum, 0),
			wantsProblems: numberOf(values, ids.requestProblemInformation, 1) === 1,
			isEnhancedAuthentication: values.has(ids.authenticationMethod),
			will: will?.will,
			username: username?.value.toString("utf8"),
			password: password && Buffer.from(password.value),
		};
	});
}

function readWill(packet: Buffer, at: number, qos: number, retain: boolean): { will: Will5; end: number } {
	const { values, end, forwarded } = sure(readProperties(packet, at, "will"));
	checkResponseTopic(values);
	const topic = sure(readText(packet, end));
	const payload = sure(readBytes(packet, topic.end));
	const expiry = values.get(ids.messageExpiry);
	return {
		end: payload.end,
		will: {
			topic: topic.value.toString("utf8"),
			payload: Buffer.from(payload.value),
			qos,
			retain,
			props: Buffer.from(forwarded),
			delay: numberOf(values, ids.willDelay, 0),
			expiry: typeof expiry === "number" ? expiry : undefined,
		},
	};
}

const hasWildcard = (topic: Buffer): boolean => topic.includes(0x23) || topic.includes(0x2b);

function checkResponseTopic(values: Properties["values"]): void {
	const topic = bytesOf(values, ids.responseTopic);
	if (topic && (topic.length === 0 || hasWildcard(topic))) fail("response-topic"); // [MQTT5-3.3.2-14]
}

/** The packet id of a PUBLISH above QoS 0; 0 when it is cut short. */
export function publishId(packet: Buffer): number {
	const start = bodyStart(packet);
	if (packet.length < start + 2) return 0;
	const at = start + 2 + packet.readUInt16BE(start);
	return at + 2 > packet.length ? 0 : packet.readUInt16BE(at);
}

export function readPublish5(packet: Buffer, longestTopic: number): Publish5 | Fault5 {
	const qos = (packet[0]! >> 1) & 3;
	if (qos === 3) return "qos-3"; // [MQTT5-3.3.1-4]
	if (qos === 0 && packet[0]! & 8) return "dup-without-qos"; // [MQTT5-3.3.1-2]
	return reading(() => {
		const topic = sure(readText(packet, bodyStart(packet)));
		if (topic.value.length > longestTopic) fail("topic-too-long");
		if (hasWildcard(topic.value)) fail("topic-wildcard"); // [MQTT5-3.3.2-2]
		let at = topic.end;
		if (qos > 0 && at + 2 > packet.length) fail("cut-short");
		const id = qos > 0 ? packet.readUInt16BE(at) : 0;
		if (qos > 0 && id === 0) fail("packet-id-zero"); // [MQTT5-2.2.1-3]
		if (qos > 0) at += 2;
		const { values, end, forwarded } = sure(readProperties(packet, at, "publish"));
		checkResponseTopic(values);
		const alias = values.get(ids.topicAlias) as number | undefined;
		if (topic.value.length === 0 && alias === undefined) fail("topic-empty"); // [MQTT5-4.7.3-1]
		const expiry = values.get(ids.messageExpiry) as number | undefined;
		const retain = (packet[0]! & 1) === 1;
		return { topic: topic.value, alias, payload: packet.subarray(end), qos, retain, id, expiry, props: forwarded };
	});
}

export interface Answer5 {
	id: number;
	code: number;
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP: code and properties may be left out [MQTT5 3.4.2.1]. */
export function readAck(packet: Buffer): Answer5 | Fault5 {
	const body = packet.subarray(bodyStart(packet));
	if (body.length < 2) return "cut-short";
	const id = body.readUInt16BE(0);
	if (id === 0) return "packet-id-zero";
	const fault = faultOfTail(body, 3, "ack");
	return fault ?? { id, code: body[2] ?? 0 };
}

function faultOfTail(body: Buffer, at: number, kind: PacketKind): Fault5 | null {
	if (body.length <= at) return null;
	const read = readProperties(body, at, kind);
	if (typeof read === "string") return read;
	return read.end === body.length ? null : "cut-short";
}

export function readSubscribe(
	packet: Buffer,
	longestTopic: number,
): { id: number; ident: number | undefined; filters: Filter5[] } | Fault5 {
	return reading(() => {
		const { id, at, values } = readSubscriptionHead(packet, "subscribe");
		const filters: Filter5[] = [];
		for (let next = at; next < packet.length; ) {
			const topic = sure(readText(packet, next));
			if (topic.value.length > longestTopic) fail("topic-too-long");
			const options = packet[topic.end] ?? fail("cut-short");
			const retainHandling = (options >> 4) & 3;
			if (options & 0xc0) fail("subscription-options"); // [MQTT5-3.8.3-5]
			if ((options & 3) === 3 || retainHandling === 3) fail("property-value");
			const noLocal = (options & 4) !== 0;
			const name = topic.value.toString("utf8");
			if (noLocal && name.startsWith("$share/")) fail("shared-no-local"); // [MQTT5-3.8.3-4]
			filters.push({ topic: name, qos: options & 3, noLocal, asPublished: (options & 8) !== 0, retainHandling });
			next = topic.end + 1;
		}
		if (filters.length === 0) fail("no-topics"); // [MQTT5-3.8.3-2]
		return { id, ident: values.get(ids.subscriptionIdentifier) as number | undefined, filters };
	});
}

export function readUnsubscribe(packet: Buffer, longestTopic: number): { id: number; filters: string[] } | Fault5 {
	return reading(() => {
		const { id, at } = readSubscriptionHead(packet, "unsubscribe");
		const filters: string[] = [];
		for (let next = at; next < packet.length; ) {
			const topic = sure(readText(packet, next));
			if (topic.value.length > longestTopic) fail("topic-too-long");
			filters.push(topic.value.toString("utf8"));
			next = topic.end;
		}
		if (filters.length === 0) fail("no-topics"); // [MQTT5-3.10.3-2]
		return { id, filters };
	});
}

function readSubscriptionHead(packet: Buffer, kind: PacketKind): { id: number; at: number; values: Properties["values"] } {
	const start = bodyStart(packet);
	if (packet.length < start + 3) fail("cut-short");
	const id = packet.readUInt16BE(start);
	if (id === 0) fail("packet-id-zero");
	const { values, end } = sure(readProperties(packet, start + 2, kind));
	return { id, at: end, values };
}

export function readDisconnect(packet: Buffer): { code: number; sessionExpiry: number | undefined } | Fault5 {
	if (packet[0]! & 0x0f) return "header-flags"; // [MQTT5-3.14.1-1]
	const body = packet.subarray(bodyStart(packet));
	if (body.length < 2) return { code: body[0] ?? 0, sessionExpiry: undefined };
	const read = readProperties(body, 1, "disconnect");
	if (typeof read === "string") return read;
	if (read.end !== body.length) return "cut-short";
	return { code: body[0]!, sessionExpiry: read.values.get(ids.sessionExpiry) as number | undefined };
}

/** Whether a packet's remaining length is written in more bytes than it needs [MQTT5-1.5.5-1]. */
export function isLengthened(packet: Buffer): boolean {
	const start = bodyStart(packet);
	return start > 2 && packet[start - 1] === 0;
}
