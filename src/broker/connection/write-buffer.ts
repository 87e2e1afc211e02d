/** The output of a connection: everything written in one turn of the event loop leaves in one system call. */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

const acksPerPiece = 64;
const none: Buffer[] = [];
Object.freeze(none);

export class WriteBuffer {
	readonly #socket: Socket | Duplex;
	readonly #stuckMs: number;
	readonly #heard: { onAccepted(): void; onStuck(): void };
	#out: Buffer[] = none;
	#outBytes = 0;
	#acks: Buffer | undefined;
	#ackBytes = 0;
	#isFlushing = false;
	#sentBytes = 0;
	#isBlocked = false;
	#isFirst = true;
	#isKnown = false;
	#stuckTimer: NodeJS.Timeout | undefined;

	constructor(socket: Socket | Duplex, stuckMs: number, heard: { onAccepted(): void; onStuck(): void }) {
		this.#socket = socket;
		this.#stuckMs = stuckMs;
		this.#heard = heard;
	}

	queue(chunk: Buffer): void {
		if (this.#out === none) this.#out = [];
		this.#out.push(chunk);
		this.#outBytes += chunk.length;
		this.#flushSoon();
	}

	/** A PUBACK. They are gathered: a client that sends a hundred messages is answered in one piece. */
	ack(packetId: number): void {
		if (this.#ackBytes === acksPerPiece * 4) this.#closeAcks();
		const acks = (this.#acks ??= Buffer.allocUnsafe(acksPerPiece * 4));
		const at = this.#ackBytes;
		acks[at] = 0x40;
		acks[at + 1] = 2;
		acks[at + 2] = packetId >> 8;
		acks[at + 3] = packetId & 0xff;
		this.#ackBytes = at + 4;
		this.#outBytes += 4;
		this.#flushSoon();
	}

	/** An answer of MQTT 5 that leaves behind the PUBACKs asked for before it [MQTT5-4.6.0-2]. */
	answer(packet: Buffer): void {
		this.#closeAcks();
		if (this.#out === none) this.#out = [];
		this.#out.push(packet);
		this.#outBytes += packet.length;
		this.#flushSoon();
	}

	flush(): void {
		this.#isFlushing = false;
		const socket = this.#socket;
		if (socket.destroyed) return;
		if (this.#outBytes > 0) {
			const bytes = this.#gather();
			this.#sentBytes += bytes.length;
			if (!socket.write(bytes) && !this.#isBlocked) {
				this.#isBlocked = true;
				this.#watchStuck();
				socket.once("drain", () => {
					this.#isBlocked = false;
					clearTimeout(this.#stuckTimer);
					this.#heard.onAccepted();
				});
			}
		}
		if (!this.#isBlocked) this.#heard.onAccepted();
	}

	/** Bytes written and not yet accepted by the socket. */
	backlog(): number {
		return this.#outBytes + this.#socket.writableLength;
	}

	/** The first packet out is the CONNACK; this sets its Session Present [MQTT-3.2.2-2]. */
	sayKnown(): void {
		this.#isKnown = true;
	}

	stop(): void {
		clearTimeout(this.#stuckTimer);
	}

	#flushSoon(): void {
		if (this.#isFlushing) return;
		this.#isFlushing = true;
		setImmediate(flushNow, this);
	}

	#watchStuck(): void {
		const taken = this.#sentBytes - this.#socket.writableLength;
		this.#stuckTimer = setTimeout(() => {
			if (this.#sentBytes - this.#socket.writableLength > taken) this.#watchStuck();
			else this.#heard.onStuck();
		}, this.#stuckMs);
	}

	#closeAcks(): void {
		if (!this.#acks) return;
		if (this.#out === none) this.#out = [];
		this.#out.push(this.#acks.subarray(0, this.#ackBytes));
		this.#acks = undefined;
		this.#ackBytes = 0;
	}

	#gather(): Buffer {
		this.#closeAcks();
		const bytes = this.#out.length === 1 && !this.#isFirst ? this.#out[0]! : Buffer.concat(this.#out, this.#outBytes);
		this.#out = none;
		this.#outBytes = 0;
		if (this.#isFirst && bytes.length >= 4 && bytes[0] === 0x20 && bytes[3] === 0 && this.#isKnown) bytes[2] = 1;
		this.#isFirst = false;
		return bytes;
	}
}

const flushNow = (writeBuffer: WriteBuffer): void => writeBuffer.flush();
