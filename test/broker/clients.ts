import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { until } from "../support/until.ts";

/** A client that gives up at once, so that a refusal is a test's result and not a retry. */
export function connectClient(url: string, options: IClientOptions = {}): Promise<MqttClient> {
	return connectAsync(url, { reconnectPeriod: 0, connectTimeout: 30_000, ...options });
}

export function messagesOf(client: MqttClient): { topic: string; text: string; qos: number; retain: boolean; dup: boolean }[] {
	const got: { topic: string; text: string; qos: number; retain: boolean; dup: boolean }[] = [];
	client.on("message", (topic, payload, { qos, retain, dup }) => got.push({ topic, text: payload.toString(), qos, retain, dup }));
	return got;
}

/** Bytes by hand, for what no client library would send. Everything here is written from MQTT 3.1.1, not recorded. */
export interface RawClient {
	socket: Socket;
	/** What came back so far. */
	bytes(): Buffer;
	send(...bytes: number[]): void;
	closed: Promise<void>;
	isClosed(): boolean;
}

export async function connectRaw(port: number): Promise<RawClient> {
	const socket = connectTcp(port, "127.0.0.1");
	let got = Buffer.alloc(0);
	let isClosed = false;
	socket.on("data", (chunk) => {
		got = Buffer.concat([got, chunk]);
	});
	socket.on("error", () => {});
	const closed = new Promise<void>((resolve) =>
		socket.on("close", () => {
			isClosed = true;
			resolve();
		}),
	);
	await once(socket, "connect");
	return { socket, bytes: () => got, send: (...bytes) => void socket.write(Buffer.from(bytes)), closed, isClosed: () => isClosed };
}

export const text = (value: string): number[] => [0, Buffer.byteLength(value), ...Buffer.from(value)];

export function packet(first: number, body: number[]): number[] {
	if (body.length > 127) throw new RangeError("by hand only short packets");
	return [first, body.length, ...body];
}

export const connectPacket = (id: string, flags = 0x02): number[] => packet(0x10, [...text("MQTT"), 4, flags, 0, 60, ...text(id)]);
export const publishPacket = (topic: string, payload: string, qos = 0, id = 1, dup = false): number[] =>
	packet(0x30 | (qos << 1) | (dup ? 8 : 0), [...text(topic), ...(qos > 0 ? [id >> 8, id & 0xff] : []), ...Buffer.from(payload)]);
export const subscribePacket = (id: number, filter: string, qos: number): number[] =>
	packet(0x82, [id >> 8, id & 0xff, ...text(filter), qos]);

export async function rawSession(port: number, id: string, flags = 0x02): Promise<RawClient> {
	const raw = await connectRaw(port);
	raw.send(...connectPacket(id, flags));
	await until(() => raw.bytes().length >= 4, "CONNACK");
	return raw;
}
