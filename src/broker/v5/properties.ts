/**
 * The properties of a packet of MQTT 5 [MQTT5 2.2.2]: which exist, where each may stand, and how its value is written.
 *
 * Properties that are passed on to subscribers stay bytes: user properties keep their order and their repetitions, and nothing is decoded
 * twice.
 */
import { isUtf8 } from "node:buffer";
import type { Fault5 } from "./reasons.ts";

export type PacketKind = "connect" | "will" | "publish" | "ack" | "subscribe" | "unsubscribe" | "disconnect";
type ValueType = "flag" | "u16" | "u32" | "varint" | "text" | "bytes" | "pair";

export const ids = {
	payloadFormat: 0x01,
	messageExpiry: 0x02,
	contentType: 0x03,
	responseTopic: 0x08,
	correlationData: 0x09,
	subscriptionIdentifier: 0x0b,
	sessionExpiry: 0x11,
	assignedClientId: 0x12,
	serverKeepAlive: 0x13,
	authenticationMethod: 0x15,
	authenticationData: 0x16,
	requestProblemInformation: 0x17,
	willDelay: 0x18,
	requestResponseInformation: 0x19,
	reasonString: 0x1f,
	receiveMaximum: 0x21,
	topicAliasMaximum: 0x22,
	topicAlias: 0x23,
	userProperty: 0x26,
	maximumPacketSize: 0x27,
} as const;

interface PropertyRow {
	type: ValueType;
	/** Packets of a client it may stand in. */
	in: readonly PacketKind[];
	/** A value of 0 is a protocol error. */
	isPositive?: true;
	/** Goes to subscribers as it came. */
	isForwarded?: true;
}

const message: readonly PacketKind[] = ["publish", "will"];
const anywhere: readonly PacketKind[] = ["connect", "will", "publish", "ack", "subscribe", "unsubscribe", "disconnect"];

const table = new Map<number, PropertyRow>([
	[ids.payloadFormat, { type: "flag", in: message, isForwarded: true }],
	[ids.messageExpiry, { type: "u32", in: message }],
	[ids.contentType, { type: "text", in: message, isForwarded: true }],
	[ids.responseTopic, { type: "text", in: message, isForwarded: true }],
	[ids.correlationData, { type: "bytes", in: message, isForwarded: true }],
	[ids.subscriptionIdentifier, { type: "varint", in: ["subscribe"], isPositive: true }],
	[ids.sessionExpiry, { type: "u32", in: ["connect", "disconnect"] }],
	[ids.assignedClientId, { type: "text", in: [] }],
	[ids.serverKeepAlive, { type: "u16", in: [] }],
	[ids.authenticationMethod, { type: "text", in: ["connect"] }],
	[ids.authenticationData, { type: "bytes", in: ["connect"] }],
	[ids.requestProblemInformation, { type: "flag", in: ["connect"] }],
	[ids.willDelay, { type: "u32", in: ["will"] }],
	[ids.requestResponseInformation, { type: "flag", in: ["connect"] }],
	[0x1a, { type: "text", in: [] }],
	[0x1c, { type: "text", in: [] }],
	[ids.reasonString, { type: "text", in: ["ack", "disconnect"] }],
	[ids.receiveMaximum, { type: "u16", in: ["connect"], isPositive: true }],
	[ids.topicAliasMaximum, { type: "u16", in: ["connect"] }],
	[ids.topicAlias, { type: "u16", in: ["publish"] }],
	[0x24, { type: "flag", in: [] }],
	[0x25, { type: "flag", in: [] }],
	[ids.userProperty, { type: "pair", in: anywhere, isForwarded: true }],
	[ids.maximumPacketSize, { type: "u32", in: ["connect"], isPositive: true }],
	[0x28, { type: "flag", in: [] }],
	[0x29, { type: "flag", in: [] }],
	[0x2a, { type: "flag", in: [] }],
]);

export interface Properties {
	/** Where the packet goes on behind them. */
	end: number;
	/** Numbers, and the bytes of text, by identifier; user properties are in `forwarded` only. */
	values: ReadonlyMap<number, number | Buffer>;
	/** The properties for subscribers, as they came; a piece of the packet where that is possible. */
	forwarded: Buffer;
}

export const noBytes = Buffer.alloc(0);
const noValues: ReadonlyMap<number, number | Buffer> = new Map();

/** A variable byte integer in its shortest form [MQTT5-1.5.5-1]. */
function readVarint(bytes: Buffer, at: number): { value: number; end: number } | Fault5 {
	let value = 0;
	for (let i = 0; i < 4; i++) {
		const byte = bytes[at + i];
		if (byte === undefined) return "cut-short";
		value += (byte & 0x7f) * 128 ** i;
		if (byte >= 0x80) continue;
		return i > 0 && byte === 0 ? "malformed-length" : { value, end: at + i + 1 };
	}
	return "malformed-length";
}

/** Bytes behind their length. */
export function readBytes(bytes: Buffer, at: number, limit = bytes.length): { value: Buffer; end: number } | Fault5 {
	if (at + 2 > limit) return "cut-short";
	const end = at + 2 + bytes.readUInt16BE(at);
	return end > limit ? "cut-short" : { value: bytes.subarray(at + 2, end), end };
}

/** UTF-8 without U+0000 [MQTT5-1.5.4-1], [MQTT5-1.5.4-2]. A byte order mark is kept as it is. */
export function readText(bytes: Buffer, at: number, limit = bytes.length): { value: Buffer; end: number } | Fault5 {
	const read = readBytes(bytes, at, limit);
	if (typeof read === "string") return read;
	if (read.value.includes(0)) return "text-with-nul";
	return isUtf8(read.value) ? read : "text-not-utf8";
}

function readValue(type: ValueType, bytes: Buffer, at: number, limit: number): { value: number | Buffer; end: number } | Fault5 {
	switch (type) {
		case "flag":
			if (at + 1 > limit) return "cut-short";
			return bytes[at]! > 1 ? "property-value" : { value: bytes[at]!, end: at + 1 };
		case "u16":
			return at + 2 > limit ? "cut-short" : { value: bytes.readUInt16BE(at), end: at + 2 };
		case "u32":
			return at + 4 > limit ? "cut-short" : { value: bytes.readUInt32BE(at), end: at + 4 };
		case "varint": {
			const read = readVarint(bytes, at);
			return typeof read !== "string" && read.end > limit ? "cut-short" : read;
		}
		case "text":
			return readText(bytes, at, limit);
		case "bytes":
			return readBytes(bytes, at, limit);
		case "pair": {
			const name = readText(bytes, at, limit);
			return typeof name === "string" ? name : readText(bytes, name.end, limit);
		}
	}
}

/** The property block that begins with its length at `at`. */
export function readProperties(bytes: Buffer, at: number, kind: PacketKind): Properties | Fault5 {
	const length = readVarint(bytes, at);
	if (typeof length === "string") return length;
	const end = length.end + length.value;
	if (end > bytes.length) return "cut-short";
	if (length.value === 0) return { end, values: noValues, forwarded: noBytes };
	const values = new Map<number, number | Buffer>();
	const pieces: Buffer[] = [];
	let pieceFrom = -1;
	for (let next = length.end; next < end; ) {
		const start = next;
		const id = bytes[start]!;
		const row = table.get(id);
		if (!row) return "property-unknown";
		// Only the server tells by which subscription a message comes [MQTT5-3.3.4-6].
		if (!row.in.includes(kind)) return id === ids.subscriptionIdentifier ? "property-value" : "property-misplaced";
		const read = readValue(row.type, bytes, start + 1, end);
		if (typeof read === "string") return read;
		if (row.type !== "pair") {
			if (values.has(id)) return "property-twice";
			if (row.isPositive && read.value === 0) return "property-value";
			values.set(id, read.value);
		}
		next = read.end;
		if (row.isForwarded && pieceFrom < 0) pieceFrom = start;
		if (!row.isForwarded && pieceFrom >= 0) {
			pieces.push(bytes.subarray(pieceFrom, start));
			pieceFrom = -1;
		}
	}
	if (pieceFrom >= 0) pieces.push(bytes.subarray(pieceFrom, end));
	return { end, values, forwarded: pieces.length === 1 ? pieces[0]! : pieces.length === 0 ? noBytes : Buffer.concat(pieces) };
}

/** The number of a property, or what it is when it was left out. */
export function numberOf(values: Properties["values"], id: number, otherwise: number): number {
	const value = values.get(id);
	return typeof value === "number" ? value : otherwise;
}

export function bytesOf(values: Properties["values"], id: number): Buffer | undefined {
	const value = values.get(id);
	return Buffer.isBuffer(value) ? value : undefined;
}
