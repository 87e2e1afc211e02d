/** The way out of a connection: whatever is said in one turn of the event loop leaves in one write. */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface Outlet {
	queue(chunk: Buffer): void;
	/** A PUBACK. They are gathered: a client that sends a hundred messages is answered in one piece. */
	ack(packetId: number): void;
	flush(): void;
	/** Bytes said and not yet taken by the socket. */
	backlog(): number;
	isBlocked(): boolean;
	/** The first packet out is the CONNACK; this sets its Session Present [MQTT-3.2.2-2]. */
	sayKnown(): void;
	stop(): void;
}

const acksPerPiece = 64;

export function createOutlet(
	socket: Socket | Duplex, stuckMs: number, heard: { onAccepted(): void; onStuck(): void },
): Outlet {
	let out: Buffer[] = [];
	let outBytes = 0;
	let acks: Buffer | undefined;
	let ackBytes = 0;
	let flushing = false;
	let sentBytes = 0;
	let isBlocked = false;
	let isFirst = true;
	let isKnown = false;
	let stuckTimer: NodeJS.Timeout | undefined;

	const watchStuck = (): void => {
		const taken = sentBytes - socket.writableLength;
		stuckTimer = setTimeout(() => (sentBytes - socket.writableLength > taken ? watchStuck() : heard.onStuck()), stuckMs);
	};
	const closeAcks = (): void => {
		if (!acks) return;
		out.push(acks.subarray(0, ackBytes));
		acks = undefined;
		ackBytes = 0;
	};
	const gather = (): Buffer => {
		closeAcks();
		const bytes = out.length === 1 && !isFirst ? out[0]! : Buffer.concat(out, outBytes);
		out = [];
		outBytes = 0;
		if (isFirst && bytes.length >= 4 && bytes[0] === 0x20 && bytes[3] === 0 && isKnown) bytes[2] = 1;
		isFirst = false;
		return bytes;
	};
	const flush = (): void => {
		flushing = false;
		if (socket.destroyed) return;
		if (outBytes > 0) {
			const bytes = gather();
			sentBytes += bytes.length;
			if (!socket.write(bytes) && !isBlocked) {
				isBlocked = true;
				watchStuck();
				socket.once("drain", () => {
					isBlocked = false;
					clearTimeout(stuckTimer);
					heard.onAccepted();
				});
			}
		}
		if (!isBlocked) heard.onAccepted();
	};
	const flushSoon = (): void => {
		if (flushing) return;
		flushing = true;
		setImmediate(flush);
	};
	return {
		queue(chunk) {
			out.push(chunk);
			outBytes += chunk.length;
			flushSoon();
		},
		ack(packetId) {
			if (ackBytes === acksPerPiece * 4) closeAcks();
			acks ??= Buffer.allocUnsafe(acksPerPiece * 4);
			acks[ackBytes] = 0x40;
			acks[ackBytes + 1] = 2;
			acks[ackBytes + 2] = packetId >> 8;
			acks[ackBytes + 3] = packetId & 0xff;
			ackBytes += 4;
			outBytes += 4;
			flushSoon();
		},
		flush,
		backlog: () => outBytes + socket.writableLength,
		isBlocked: () => isBlocked,
		sayKnown() {
			isKnown = true;
		},
		stop() {
			clearTimeout(stuckTimer);
		},
	};
}
