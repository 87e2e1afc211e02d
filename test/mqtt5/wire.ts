/** A client of MQTT 5 by hand: it writes any bytes, and reads what comes back by the standard's tables, written anew from them. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { until } from "../support/until.ts";

export interface Packet {
	type: number;
	flags: number;
	bytes: Buffer;
	/** By their identifiers, in order; user properties as pairs. */
	properties: [number, number | string | [string, string]][];
	id: number;
	codes: number[];
	sessionPresent: number;
	topic: string;
	payload: string;
	qos: number;
	retain: number;
	dup: number;
}

export const names: Readonly<Record<number, string>> = {
	...{ 2: "CONNACK", 3: "PUBLISH", 4: "PUBACK", 5: "PUBREC", 6: "PUBREL", 7: "PUBCOMP", 9: "SUBACK", 11: "UNSUBACK" },
	...{ 13: "PINGRESP", 14: "DISCONNECT", 15: "AUTH" },
};

const varints = new Set([0x0b]);
const u32s = new Set([0x02, 0x11, 0x18, 0x27]);
const u16s = new Set([0x13, 0x21, 0x22, 0x23]);
const flags = new Set([0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a]);

function varint(bytes: Buffer, at: number): [value: number, end: number] {
	let value = 0;
	for (let i = 0; ; i++) {
		value += (bytes[at + i]! & 0x7f) * 128 ** i;
		if (bytes[at + i]! < 0x80) return [value, at + i + 1];
	}
}

const text = (bytes: Buffer, at: number): [value: string, end: number] => {
	const end = at + 2 + bytes.readUInt16BE(at);
	return [bytes.toString("utf8", at + 2, end), end];
};

function properties(bytes: Buffer, from: number): [Packet["properties"], number] {
	const found: Packet["properties"] = [];
	if (from >= bytes.length) return [found, from];
	const [length, start] = varint(bytes, from);
	const end = start + length;
	for (let at = start; at < end; ) {
		const id = bytes[at]!;
		at += 1;
		if (flags.has(id)) found.push([id, bytes[at++]!]);
		else if (u16s.has(id)) {
			found.push([id, bytes.readUInt16BE(at)]);
			at += 2;
		} else if (u32s.has(id)) {
			found.push([id, bytes.readUInt32BE(at)]);
			at += 4;
		} else if (varints.has(id)) {
			const [value, next] = varint(bytes, at);
			found.push([id, value]);
			at = next;
		} else if (id === 0x26) {
			const [name, next] = text(bytes, at);
			const [value, last] = text(bytes, next);
			found.push([id, [name, value]]);
			at = last;
		} else {
			const [value, next] = text(bytes, at);
			found.push([id, value]);
			at = next;
		}
	}
	return [found, end];
}

/** `isOlder`: packets of MQTT 3.1.1 hold no properties. */
export function readPacket(bytes: Buffer, isOlder = false): Packet {
	const type = bytes[0]! >> 4;
	const [, start] = varint(bytes, 1);
	const packet: Packet = {
		...{ type, flags: bytes[0]! & 15, bytes, properties: [], id: 0, codes: [], sessionPresent: 0, topic: "", payload: "" },
		...{ qos: (bytes[0]! >> 1) & 3, retain: bytes[0]! & 1, dup: (bytes[0]! >> 3) & 1 },
	};
	const body = bytes.subarray(start);
	const take = (at: number): number => {
		if (isOlder) return at;
		const [found, end] = properties(body, at);
		packet.properties = found;
		return end;
	};
	if (type === 2) {
		packet.sessionPresent = body[0]!;
		packet.codes = [body[1]!];
		take(2);
	} else if (type === 3) {
		const [topic, end] = text(body, 0);
		packet.topic = topic;
		if (packet.qos > 0) packet.id = body.readUInt16BE(end);
		packet.payload = body.toString("utf8", take(end + (packet.qos > 0 ? 2 : 0)));
	} else if (type >= 4 && type <= 7) {
		packet.id = body.readUInt16BE(0);
		packet.codes = [body[2] ?? 0];
		take(3);
	} else if (type === 9 || type === 11) {
		packet.id = body.readUInt16BE(0);
		packet.codes = [...body.subarray(take(2))];
	} else if (type === 14) {
		packet.codes = [body[0] ?? 0];
		take(1);
	}
	return packet;
}

export interface Wire {
	socket: Socket;
	got: Packet[];
	send(bytes: Uint8Array | readonly number[]): void;
	isClosed(): boolean;
	/** The next packet of this type that nobody asked for yet. */
	next(type: number): Promise<Packet>;
	of(type: number): Packet[];
	drop(): void;
}

export async function openWire(port: number, isOlder = false): Promise<Wire> {
	const socket = connect(port, "127.0.0.1");
	const got: Packet[] = [];
	const asked = new Set<Packet>();
	let held = Buffer.alloc(0);
	let isClosed = false;
	socket.on("data", (chunk) => {
		held = Buffer.concat([held, chunk]);
		while (held.length >= 2) {
			let lengthEnd = 1;
			while (held[lengthEnd] !== undefined && held[lengthEnd]! >= 0x80) lengthEnd += 1;
			if (held[lengthEnd] === undefined) return;
			const [length, start] = varint(held, 1);
			if (held.length < start + length) return;
			got.push(readPacket(Buffer.from(held.subarray(0, start + length)), isOlder));
			held = held.subarray(start + length);
		}
	});
	socket.on("error", () => {});
	socket.on("close", () => (isClosed = true));
	await once(socket, "connect");
	const wire: Wire = {
		socket,
		got,
		send: (bytes) => void socket.write(Buffer.from(bytes)),
		isClosed: () => isClosed,
		async next(type) {
			const fresh = (): Packet | undefined => got.find((packet) => packet.type === type && !asked.has(packet));
			await until(() => fresh() !== undefined, `${names[type]}, got ${got.map((packet) => packet.bytes.toString("hex")).join(" ")}`);
			const packet = fresh()!;
			asked.add(packet);
			return packet;
		},
		of: (type) => got.filter((packet) => packet.type === type),
		drop: () => socket.destroy(),
	};
	return wire;
}

export const string = (value: string): number[] => {
	const bytes = Buffer.from(value);
	return [bytes.length >> 8, bytes.length & 255, ...bytes];
};

/** A packet with its length. */
export function packet(first: number, body: readonly number[]): number[] {
	const length: number[] = [];
	let left = body.length;
	do {
		length.push((left % 128) | (left >= 128 ? 0x80 : 0));
		left = Math.floor(left / 128);
	} while (left > 0);
	return [first, ...length, ...body];
}

const block = (props: readonly number[]): number[] => packet(0, props).slice(1);

export interface ConnectOptions {
	clean?: boolean;
	props?: readonly number[];
	keepAlive?: number;
	will?: { topic: string; payload: string; qos?: number; retain?: boolean; props?: readonly number[] };
	user?: [name: string, password: string];
}

export function connectBytes(client: string, { clean = true, props = [], keepAlive = 60, will, user }: ConnectOptions = {}): number[] {
	const willFlags = will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0) : 0;
	const first = [...string("MQTT"), 5, (clean ? 2 : 0) | willFlags | (user ? 0xc0 : 0), keepAlive >> 8, keepAlive & 255];
	const last = will ? [...block(will.props ?? []), ...string(will.topic), ...string(will.payload)] : [];
	return packet(0x10, [...first, ...block(props), ...string(client), ...last, ...(user ? [...string(user[0]), ...string(user[1])] : [])]);
}

export const subscribeBytes = (id: number, filters: readonly (readonly [string, number])[], props: readonly number[] = []): number[] =>
	packet(0x82, [id >> 8, id & 255, ...block(props), ...filters.flatMap(([topic, options]) => [...string(topic), options])]);

export interface PublishOptions {
	qos?: number;
	id?: number;
	retain?: boolean;
	dup?: boolean;
	props?: readonly number[];
}

export function publishBytes(topic: string, payload: string, { qos = 0, id = 1, retain, dup, props = [] }: PublishOptions = {}): number[] {
	const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
	return packet(first, [...string(topic), ...(qos > 0 ? [id >> 8, id & 255] : []), ...block(props), ...Buffer.from(payload)]);
}

export const u32 = (value: number): number[] => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
export const expiry = (seconds: number): number[] => [0x11, ...u32(seconds)];
export const user = (name: string, value: string): number[] => [0x26, ...string(name), ...string(value)];

/** Connected, with its CONNACK read. */
export async function session(port: number, client: string, options: ConnectOptions = {}): Promise<{ wire: Wire; connack: Packet }> {
	const wire = await openWire(port);
	wire.send(connectBytes(client, options));
	return { wire, connack: await wire.next(2) };
}
