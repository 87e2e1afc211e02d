/**
 * MQTT clients for measuring: raw sockets, packets made beforehand, one write for everything that one read allows.
 *
 *   publisher  ── n messages ──▶ broker ── PUBACK × n ──▶ n more (closed loop), or by the clock (open loop)
 *   subscriber ◀── PUBLISH ── broker; PUBACKs of one read leave in one write
 *
 * Loopback only: the load is meant for a broker of our own.
 */
import { connect, type Socket } from "node:net";

const connectTypes = { connack: 2, publish: 3, puback: 4, suback: 9 } as const;

/** A port; with `version`, in which MQTT. Left out: 3.1.1. */
export type Where = number | { port: number; version?: 4 | 5 };

const portOf = (where: Where): number => (typeof where === "number" ? where : where.port);
const isFive = (where: Where): boolean => typeof where !== "number" && where.version === 5;
/** No properties. */
const none5 = (where: Where): Buffer => Buffer.from(isFive(where) ? [0] : []);
/** Session expiry: an hour. */
const keeps = Buffer.from([5, 0x11, 0, 0, 0x0e, 0x10]);

export interface LoadClient {
	socket: Socket;
	send(bytes: Buffer): void;
	subscribe(filter: string, qos: 0 | 1): Promise<void>;
	end(): void;
}

export interface LoadEars {
	/** Packet id of a PUBACK. */
	onAck?(id: number): void;
	/** How many messages one read brought, and the last of them. */
	onMessages?(count: number, lastPayload: Buffer): void;
	/** Every message; slower than `onMessages`. */
	onMessage?(payload: Buffer): void;
	/** Whether messages at QoS 1 are acknowledged; left out: yes. */
	acknowledges?: boolean;
}

function lengthOf(value: number): number[] {
	const bytes: number[] = [];
	let left = value;
	do {
		const low = left % 128;
		left = (left - low) / 128;
		bytes.push(left > 0 ? low | 0x80 : low);
	} while (left > 0);
	return bytes;
}

function packetOf(first: number, body: Buffer): Buffer {
	return Buffer.concat([Buffer.from([first, ...lengthOf(body.length)]), body]);
}

const textOf = (text: string): Buffer => {
	const bytes = Buffer.from(text);
	return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** `idAt`: where the packet id stands, for QoS 1. */
function publishOf(where: Where, topic: string, payload: Buffer, qos: 0 | 1): { packet: Buffer; idAt: number; payloadAt: number } {
	const name = textOf(topic);
	const packet = packetOf(0x30 | (qos << 1), Buffer.concat([name, ...(qos ? [Buffer.from([0, 1])] : []), none5(where), payload]));
	const payloadAt = packet.length - payload.length;
	return { packet, idAt: payloadAt - 2 - none5(where).length, payloadAt };
}

export async function connectLoad(where: Where, id: string, ears: LoadEars = {}, isClean = true): Promise<LoadClient> {
	const socket = connect({ port: portOf(where), host: "127.0.0.1", noDelay: true });
	socket.on("error", () => {});
	let rest: Buffer | undefined;
	const waiting: { type: number; resolve: () => void }[] = [];
	const expect = (type: number): Promise<void> => new Promise((resolve) => waiting.push({ type, resolve }));

	socket.on("data", (chunk: Buffer) => {
		const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
		let at = 0;
		let messages = 0;
		let last: Buffer | undefined;
		const acks: number[] = [];
		while (at + 2 <= bytes.length) {
			let length = 0;
			let start = at + 1;
			let shift = 1;
			let byte = 0x80;
			while (byte >= 0x80 && start < bytes.length) {
				byte = bytes[start++]!;
				length += (byte & 0x7f) * shift;
				shift *= 128;
			}
			if (byte >= 0x80 || start + length > bytes.length) break;
			const first = bytes[at]!;
			const type = first >> 4;
			if (type === connectTypes.publish) {
				const qos = (first >> 1) & 3;
				const idAt = start + 2 + ((bytes[start]! << 8) | bytes[start + 1]!);
				if (qos > 0) acks.push(0x40, 2, bytes[idAt]!, bytes[idAt + 1]!);
				const propsAt = idAt + (qos > 0 ? 2 : 0);
				last = bytes.subarray(propsAt + (isFive(where) ? 1 + bytes[propsAt]! : 0), start + length);
				messages += 1;
				ears.onMessage?.(last);
			} else if (type === connectTypes.puback) ears.onAck?.((bytes[start]! << 8) | bytes[start + 1]!);
			else if (waiting[0]?.type === type) waiting.shift()!.resolve();
			at = start + length;
		}
		rest = at < bytes.length ? bytes.subarray(at) : undefined;
		if (acks.length > 0 && ears.acknowledges !== false) socket.write(Buffer.from(acks));
		if (messages > 0) ears.onMessages?.(messages, last!);
	});

	await new Promise<void>((resolve, reject) => {
		socket.once("connect", resolve);
		socket.once("error", reject);
	});
	const connack = expect(connectTypes.connack);
	const head = Buffer.from([isFive(where) ? 5 : 4, isClean ? 2 : 0, 0, 0]);
	const props = isFive(where) && !isClean ? keeps : none5(where);
	socket.write(packetOf(0x10, Buffer.concat([textOf("MQTT"), head, props, textOf(id)])));
	await connack;
	return {
		socket,
		send: (bytes) => void socket.write(bytes),
		async subscribe(filter, qos) {
			const suback = expect(connectTypes.suback);
			socket.write(packetOf(0x82, Buffer.concat([Buffer.from([0, 1]), none5(where), textOf(filter), Buffer.from([qos])])));
			await suback;
		},
		end() {
			socket.end(Buffer.from([0xe0, 0]));
			socket.resume();
		},
	};
}

export interface Publisher {
	client: LoadClient;
	acked: number;
	/** Keeps `window` messages on the way until stopped. */
	start(window: number): void;
	/** One message now. Its packet id is the answer. */
	sendOne(): number;
	stop(): void;
	/** Resolves when everything sent is acknowledged. */
	settled(): Promise<void>;
}

/** Eight digits somewhere in the payload make each message its own. */
export const serialPlaceholder = "00000000";

export async function connectPublisher(
	where: Where,
	id: string,
	topic: string,
	payload: string,
	onAck: (id: number) => void = () => {},
	firstSerial = 0,
): Promise<Publisher> {
	const body = Buffer.from(payload);
	const { packet, idAt, payloadAt } = publishOf(where, topic, body, 1);
	const serialAt = body.indexOf(serialPlaceholder) + payloadAt;
	const hasSerial = body.includes(serialPlaceholder);
	let sent = 0;
	let running = false;
	let idle: (() => void) | undefined;
	let owed = 0;

	const write = (count: number): void => {
		const bytes = Buffer.allocUnsafe(packet.length * count);
		for (let n = 0; n < count; n++) {
			const at = n * packet.length;
			packet.copy(bytes, at);
			const packetId = (sent % 65_535) + 1;
			bytes[at + idAt] = packetId >> 8;
			bytes[at + idAt + 1] = packetId & 0xff;
			let serial = firstSerial + sent;
			for (let digit = 7; hasSerial && digit >= 0; digit--) {
				bytes[at + serialAt + digit] = 48 + (serial % 10);
				serial = Math.floor(serial / 10);
			}
			sent += 1;
		}
		client.send(bytes);
	};
	const publisher: Publisher = {
		client: undefined as never,
		acked: 0,
		start(window) {
			running = true;
			write(window);
		},
		sendOne() {
			write(1);
			return ((sent - 1) % 65_535) + 1;
		},
		stop() {
			running = false;
		},
		settled: () => (publisher.acked === sent ? Promise.resolve() : new Promise((resolve) => (idle = resolve))),
	};
	const client = await connectLoad(where, id, {
		onAck(packetId) {
			publisher.acked += 1;
			onAck(packetId);
			if (running && ++owed === 1) {
				queueMicrotask(() => {
					const count = owed;
					owed = 0;
					if (running) write(count);
				});
			}
			if (publisher.acked === sent && !running) idle?.();
		},
	});
	publisher.client = client;
	return publisher;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function percentile(sorted: readonly number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function medianOf(values: readonly number[]): number {
	return percentile(
		[...values].sort((a, b) => a - b),
		0.5,
	);
}
