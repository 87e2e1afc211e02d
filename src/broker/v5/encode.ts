/** Packets to a client that speaks MQTT 5. A PUBLISH is laid out once; its packet id and expiry are put in where it leaves. */
import { ids } from "./properties.ts";

export interface Outgoing5 {
	topic: string;
	payload: Uint8Array;
	qos: number;
	retain: boolean;
	/** Properties of the sender, as they came. */
	props: Uint8Array;
	/** When the message stops to count, on the steady clock. */
	deadline: number | undefined;
	/** Identifiers of the subscriptions it comes by. */
	idents: readonly number[];
}

/** A PUBLISH without a topic alias. `idAt` counts above QoS 0 only; `expiryAt` is 0 without an expiry. */
export interface Encoded5 {
	bytes: Buffer;
	idAt: number;
	expiryAt: number;
}

const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
const u32 = (value: number): number[] => [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];

export function varint(value: number): number[] {
	const bytes: number[] = [];
	let left = value;
	do {
		bytes.push((left % 128) | (left >= 128 ? 0x80 : 0));
		left = Math.floor(left / 128);
	} while (left > 0);
	return bytes;
}

function framed(first: number, body: readonly number[]): Buffer {
	return Buffer.from([first, ...varint(body.length), ...body]);
}

/** Subscription identifiers as properties. */
export function identBytes(idents: readonly number[]): number[] {
	return idents.flatMap((ident) => [ids.subscriptionIdentifier, ...varint(ident)]);
}

const expiryBytes = 5;
const aliasBytes = 3;

/** `alias`: stands for the topic, which is left out unless the alias is new. */
export function encodePublish5(message: Outgoing5, secondsLeft: number, alias?: { number: number; isNew: boolean }): Encoded5 {
	const topicBytes = alias && !alias.isNew ? 0 : Buffer.byteLength(message.topic);
	const idents = message.idents.length > 0 ? identBytes(message.idents) : [];
	const hasExpiry = message.deadline !== undefined;
	const propsLength = (hasExpiry ? expiryBytes : 0) + (alias ? aliasBytes : 0) + idents.length + message.props.length;
	const lengthOfProps = varint(propsLength);
	const idBytes = message.qos > 0 ? 2 : 0;
	const head = varint(2 + topicBytes + idBytes + lengthOfProps.length + propsLength + message.payload.length);
	const bodyLength = 2 + topicBytes + idBytes + lengthOfProps.length + propsLength + message.payload.length;
	const bytes = Buffer.allocUnsafe(1 + head.length + bodyLength);
	bytes[0] = 0x30 | (message.qos << 1) | (message.retain ? 1 : 0);
	let at = put(bytes, 1, head);
	at = bytes.writeUInt16BE(topicBytes, at);
	if (topicBytes > 0) at += bytes.write(message.topic, at);
	const idAt = at;
	if (idBytes > 0) at = bytes.writeUInt16BE(0, at);
	at = put(bytes, at, lengthOfProps);
	const expiryAt = hasExpiry ? at + 1 : 0;
	if (hasExpiry) at = put(bytes, at, [ids.messageExpiry, ...u32(secondsLeft)]);
	if (alias) at = put(bytes, at, [ids.topicAlias, ...u16(alias.number)]);
	at = put(bytes, at, idents);
	bytes.set(message.props, at);
	bytes.set(message.payload, at + message.props.length);
	return { bytes, idAt, expiryAt };
}

function put(bytes: Buffer, at: number, values: readonly number[]): number {
	for (let i = 0; i < values.length; i++) bytes[at + i] = values[i]!;
	return at + values.length;
}

const textBytes = (value: string): number[] => {
	const bytes = Buffer.from(value);
	return [...u16(bytes.length), ...bytes];
};
/** A reason string of ours, which is short and holds ASCII only. */
const reasonBytes = (why: string | undefined): number[] => (why === undefined ? [] : [ids.reasonString, ...textBytes(why)]);

export interface Connack5 {
	code: number;
	isKnown: boolean;
	assignedClientId?: string | undefined;
	sessionExpiry?: number | undefined;
	serverKeepAlive?: number | undefined;
	receiveMaximum?: number;
	maximumPacket?: number;
	topicAliasMaximum?: number;
	why?: string | undefined;
}

export function encodeConnack(answer: Connack5): Buffer {
	const props: number[] = [];
	if (answer.sessionExpiry !== undefined) props.push(ids.sessionExpiry, ...u32(answer.sessionExpiry));
	if (answer.receiveMaximum !== undefined) props.push(ids.receiveMaximum, ...u16(answer.receiveMaximum));
	if (answer.maximumPacket !== undefined) props.push(ids.maximumPacketSize, ...u32(answer.maximumPacket));
	if (answer.assignedClientId !== undefined) props.push(ids.assignedClientId, ...textBytes(answer.assignedClientId));
	if (answer.topicAliasMaximum !== undefined) props.push(ids.topicAliasMaximum, ...u16(answer.topicAliasMaximum));
	if (answer.serverKeepAlive !== undefined) props.push(ids.serverKeepAlive, ...u16(answer.serverKeepAlive));
	props.push(...reasonBytes(answer.why));
	return framed(0x20, [answer.isKnown ? 1 : 0, answer.code, ...varint(props.length), ...props]);
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP, by its packet type. A code of 0 is left out. */
export function encodeAck(type: number, id: number, code: number, why?: string): Buffer {
	const first = (type << 4) | (type === 6 ? 2 : 0);
	if (code === 0) return Buffer.from([first, 2, ...u16(id)]);
	const props = reasonBytes(why);
	return framed(first, [...u16(id), code, ...(props.length > 0 ? [...varint(props.length), ...props] : [])]);
}

/** SUBACK or UNSUBACK. */
export function encodeCodes(type: number, id: number, codes: readonly number[], why?: string): Buffer {
	const props = reasonBytes(why);
	return framed(type << 4, [...u16(id), ...varint(props.length), ...props, ...codes]);
}

export function encodeDisconnect(code: number, why?: string): Buffer {
	const props = reasonBytes(why);
	return framed(0xe0, props.length > 0 ? [code, ...varint(props.length), ...props] : [code]);
}
