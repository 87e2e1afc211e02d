import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Publications as they passed: what was sent to the broker and acknowledged by it, and what the broker handed out. */
export interface Passed {
	sent: number;
	/** PUBACKs of the broker for what was sent. */
	acknowledged: number;
	delivered: number;
}

export interface Tap {
	url: string;
	passed: Passed;
	/** The node the newest connection went to. */
	node(): number;
	/** Loses what the broker says, with the connections left open, as a mobile line out of reach does; then cuts them. */
	lose(lost: boolean): void;
	close(): Promise<void>;
}

/**
 * One address before a broker's nodes, as the load balancer of a cluster is, that counts the data messages it carries. A
 * connection goes to the next node that takes it.
 */
export async function openTap(ports: readonly number[], first = 0): Promise<Tap> {
	const passed: Passed = { sent: 0, acknowledged: 0, delivered: 0 };
	const sockets = new Set<Socket>();
	let next = first;
	let node = first;
	let lost = false;

	const serve = (client: Socket): void => {
		const waiting = new Set<number>();
		const up = readPackets((type, packetId, topic) => {
			if (type === publish && topic?.endsWith("/data")) {
				passed.sent += 1;
				waiting.add(packetId);
			}
		});
		const down = readPackets((type, packetId, topic) => {
			if (type === puback && waiting.delete(packetId)) passed.acknowledged += 1;
			if (type === publish && topic?.endsWith("/data")) passed.delivered += 1;
		});
		const early: Buffer[] = [];
		let broker: Socket | undefined;
		client.on("data", (bytes) => {
			up(bytes);
			if (broker) broker.write(bytes);
			else early.push(bytes);
		});
		const dial = (tries: number): void => {
			if (tries === 0) return void client.destroy();
			const to = next++ % ports.length;
			const socket = connect(ports[to]!, "127.0.0.1");
			sockets.add(socket);
			let open = false;
			socket.once("connect", () => {
				open = true;
				broker = socket;
				node = to;
				for (const bytes of early.splice(0)) socket.write(bytes);
			});
			socket.on("data", (bytes) => {
				if (lost) return;
				down(bytes);
				client.write(bytes);
			});
			socket.on("error", () => {});
			socket.on("close", () => {
				sockets.delete(socket);
				if (open || client.destroyed) client.destroy();
				else dial(tries - 1);
			});
		};
		sockets.add(client);
		client.on("error", () => {});
		client.on("close", () => {
			sockets.delete(client);
			broker?.destroy();
		});
		dial(ports.length);
	};

	const server = createServer(serve);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
		passed,
		node: () => node,
		lose(now) {
			lost = now;
			if (!now) for (const socket of sockets) socket.destroy();
		},
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

const publish = 3;
const puback = 4;

/** MQTT 3.1.1, 2.2 and 3.3: a fixed header, then for PUBLISH the topic and, above QoS 0, the packet's number. */
function readPackets(found: (type: number, packetId: number, topic?: string) => void): (bytes: Buffer) => void {
	let rest: Buffer = Buffer.alloc(0);
	return (bytes) => {
		rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
		for (;;) {
			let at = 1;
			let length = 0;
			for (let shift = 0; ; shift += 7) {
				if (at >= rest.length) return;
				const byte = rest[at++]!;
				length |= (byte & 0x7f) << shift;
				if (byte < 0x80) break;
			}
			if (rest.length < at + length) return;
			const body = rest.subarray(at, at + length);
			const type = rest[0]! >> 4;
			if (type === publish) {
				const end = 2 + body.readUInt16BE(0);
				found(type, (rest[0]! & 0x06) > 0 ? body.readUInt16BE(end) : 0, body.toString("utf8", 2, end));
			} else if (type === puback) {
				found(type, body.readUInt16BE(0));
			}
			rest = rest.subarray(at + length);
		}
	};
}
