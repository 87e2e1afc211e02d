/**
 * Stands between a socket and the broker and decides what may pass, and when.
 *
 *   socket ──▶ frames ──▶ fault? refused, counted ──▶ waiting ──▶ taker: PUBLISH at QoS 0 and 1, acknowledgements, PINGREQ
 *                                                       ▲    ├──▶ aedes: everything else, a whole packet at a time
 *                                                       │    └──▶ v5/peer.ts: whatever a client of MQTT 5 sends
 *                     held while: no CONNACK yet · too many effects not on disk · faster than the rate · an earlier SUBSCRIBE,
 *                     UNSUBSCRIBE or QoS 2 message is not through, so that each client's packets have their effects in order
 *   socket ◀── one write per turn of the event loop ◀── write-buffer.ts
 *
 *   awaiting CONNECT ── CONNECT ──▶ answering ── open() ──▶ open ── DISCONNECT, fault, silence ──▶ closed
 *
 * Why a stream of our own: aedes reads on whatever happens to its effects, forgets completions when it is paused, buffers a
 * packet of any length, takes text that is not UTF-8, and writes each packet by itself.
 */

import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { fill, fullBucket, type TokenBucket } from "../../words/basics/token-bucket.ts";
import { type BrokerLimits, keepAliveInForce, largestPacketOf } from "../limits.ts";
import type { Gate, GateReason, GateSide, Peer, Speakers, Taker } from "./gate-port.ts";
import { faultOf, type Head, isProtocol5, packetTypes, readHead, takeKeepAlive, unservedLevelAnswer } from "./packet.ts";
import { WriteBuffer } from "./write-buffer.ts";

const relievedBelowBytes = 256 * 1024;
/** How long a client may take no bytes before it is cut: it must not hold its socket, and so a file descriptor, for ever. */
const lingerMs = 1_000;
/** Shared by every connection without waiting packets, so that an idle one needs no array of its own. */
const none: Buffer[] = [];
Object.freeze(none);

/** Without `speakers` whoever reads the stream speaks MQTT 3.1.1 with the client. */
export function createGate(...from: ConstructorParameters<typeof SocketGate>): Gate {
	return new SocketGate(...from);
}

/** A class, so that an idle connection has fields and not forty closures: there may be 5,000 of them. */
class SocketGate extends Duplex implements GateSide {
	readonly address: string;
	readonly #socket: Socket | Duplex;
	readonly #limits: BrokerLimits;
	readonly #onRefused: (reason: GateReason) => void;
	readonly #writeBuffer: WriteBuffer;
	#held: Buffer | undefined;
	#pieces: Buffer[] = none;
	#heldBytes = 0;
	#need = 2;
	#waiting: Buffer[] = none;
	#state: "awaiting-connect" | "answering" | "open" | "closed" = "awaiting-connect";
	#taker: Taker | undefined;
	readonly #speakers: Speakers | undefined;
	#peer: Peer | undefined;
	/** A fault behind a CONNECT of MQTT 5 that is not answered yet: the CONNACK comes first [MQTT5-3.2.0-1]. */
	#late: GateReason | undefined;
	#pending = 0;
	/** Packets aedes has and is not through with, that later ones must not overtake. */
	#owed = 0;
	#isPumping = false;
	#isOver = false;
	readonly #publishes: TokenBucket;
	#rateTimer: NodeJS.Timeout | undefined;
	#written: ((error?: Error | null) => void) | undefined;
	#reliefs: (() => void)[] | undefined;
	#heardAt = 0;
	#silenceTimer: NodeJS.Timeout | undefined;
	#halfTimer: NodeJS.Timeout | undefined;

	constructor(
		socket: Socket | Duplex,
		address: string,
		limits: BrokerLimits,
		onRefused: (reason: GateReason) => void,
		speakers?: Speakers,
	) {
		// The broker bounds the backlog: it drops messages or cuts the connection. A stream that made its writer wait would let one slow
		// subscriber hold up a publisher.
		super({ writableHighWaterMark: 2 ** 30 });
		this.address = address;
		this.#socket = socket;
		this.#limits = limits;
		this.#onRefused = onRefused;
		this.#speakers = speakers;
		this.#publishes = fullBucket({ most: limits.publishBurst }, performance.now());
		this.#writeBuffer = new WriteBuffer(socket, limits.stuckMs, this);
		this.#watchHalf(true);
		socket.on("data", (chunk: Buffer) => this.#take(chunk));
		const end = (): void => this.#end();
		socket.on("end", end);
		socket.on("error", end);
		socket.on("close", end);
	}

	#watchHalf(half: boolean): void {
		if (half && !this.#halfTimer) this.#halfTimer = setTimeout(() => this.refuse("half-packet"), this.#limits.halfPacketMs);
		if (half || !this.#halfTimer) return;
		clearTimeout(this.#halfTimer);
		this.#halfTimer = undefined;
	}

	/** [MQTT-3.1.2-24] One timer that looks at the last packet's time, instead of one set anew for each packet. */
	#watchSilence(allowedMs: number, inMs: number): void {
		this.#silenceTimer = setTimeout(() => {
			// While the gateway does not read from the client, its silence does not count.
			if (this.#waiting.length > 0) this.#heardAt = performance.now();
			const left = this.#heardAt + allowedMs - performance.now();
			if (left > 0) this.#watchSilence(allowedMs, left);
			else this.refuse("keep-alive");
		}, Math.ceil(inMs));
	}

	#mayPublish(): boolean {
		const { pendingPublishes, publishBurst, publishesPerSecond } = this.#limits;
		if (this.#pending >= pendingPublishes) return false;
		// Only an empty bucket is filled: the clock is not read for each packet.
		if (this.#publishes.tokens < 1) fill(this.#publishes, { most: publishBurst, perSecond: publishesPerSecond }, performance.now());
		if (this.#publishes.tokens >= 1) return true;
		this.#rateTimer ??= setTimeout(
			() => {
				this.#rateTimer = undefined;
				this.#pump();
			},
			Math.ceil(1_000 / publishesPerSecond),
		);
		return false;
	}

	/** Whether this packet may pass now; then it is counted. */
	#admit(type: number, flags: number, isFirst: boolean): boolean {
		if (this.#state !== "open") return this.#state === "answering" && isFirst && type === packetTypes.connect;
		if (type === packetTypes.publish) {
			if (this.#owed > 0 || !this.#mayPublish()) return false;
			this.#pending += 1;
			this.#publishes.tokens -= 1;
			if ((this.#taker || this.#peer) && flags & 4) this.#owed += 1;
		} else if ((this.#taker || this.#peer) && (type === packetTypes.subscribe || type === packetTypes.unsubscribe)) {
			if (this.#owed > 0 || this.#pending > 0) return false;
			this.#owed += 1;
		}
		return true;
	}

	#pump(): void {
		if (this.#isPumping) return;
		this.#isPumping = true;
		let passed = 0;
		for (const packet of this.#waiting) {
			const type = packet[0]! >> 4;
			if (!this.#admit(type, packet[0]! & 0x0f, passed === 0)) break;
			passed += 1;
			if (this.#peer) this.#peer.take(packet, type);
			else if (this.#taker && type === packetTypes.publish && !(packet[0]! & 4)) this.#taker.publish(packet);
			else this.push(packet);
		}
		this.#isPumping = false;
		if (passed > 0) this.#waiting = passed === this.#waiting.length ? none : this.#waiting.slice(passed);
		if (this.#waiting.length > 0) this.#socket.pause();
		else if (this.#isOver) this.#endInput();
		else this.#socket.resume();
	}

	/** No more bytes come. Where nobody reads this stream, its `end` event would not be emitted. */
	#endInput(): void {
		if (this.#peer || (this.#speakers && this.#state === "awaiting-connect")) this.destroy();
		else this.push(null);
	}

	/** A client's acknowledgements do not wait behind its own messages, nor does a PINGREQ behind a slow disk. */
	#isTaken(packet: Buffer, type: number, start: number): boolean {
		if (!this.#taker || this.#state !== "open") return false;
		if (type === packetTypes.pingreq) {
			this.#writeBuffer.queue(Buffer.from([0xd0, 0]));
			return true;
		}
		const isAnswer = type === packetTypes.puback || type === packetTypes.pubrec || type === packetTypes.pubcomp;
		return isAnswer && this.#taker.answer(type, packet.readUInt16BE(start));
	}

	/** The first packet, which says who takes the connection. Null: it waits for aedes. */
	#takeConnect(packet: Buffer, start: number, isFive: boolean): GateReason | "taken" | null {
		if (this.#state !== "awaiting-connect") return "connect-twice"; // [MQTT-3.1.0-2]
		const asked = takeKeepAlive(packet, start);
		const allowedMs = (isFive ? keepAliveInForce(this.#limits, asked) : asked) * 1_500;
		if (allowedMs > 0) this.#watchSilence(allowedMs, allowedMs);
		if (isFive) {
			this.#peer = this.#speakers!.five(this, asked);
			const said = this.#peer.arrived(packet, packetTypes.connect);
			if (said === "taken") this.#state = "answering";
			return said;
		}
		this.#state = "answering";
		this.#speakers?.older(this);
		return null;
	}

	/** A whole packet is read as its version of MQTT asks. Null: it waits for its turn. */
	#takePacket(packet: Buffer, head: Extract<Head, { kind: "head" }>): GateReason | "taken" | null {
		const { type, start } = head;
		if (this.#peer) return this.#peer.arrived(packet, type);
		const isFive = type === packetTypes.connect && this.#speakers !== undefined && isProtocol5(packet, start);
		const fault = isFive ? null : faultOf(packet, head, this.#limits.topicBytes);
		if (fault === "protocol-level") this.#writeBuffer.queue(unservedLevelAnswer(packet, start));
		if (fault) return fault;
		if (type === packetTypes.connect) return this.#takeConnect(packet, start, isFive);
		return this.#isTaken(packet, type, start) ? "taken" : null;
	}

	#takeFrames(chunk: Buffer): GateReason | null {
		this.#heldBytes += chunk.length;
		if (this.#heldBytes < this.#need) {
			if (this.#pieces === none) this.#pieces = [];
			this.#pieces.push(chunk);
			return null;
		}
		const before = this.#held || this.#pieces.length > 0 ? [...(this.#held ? [this.#held] : []), ...this.#pieces, chunk] : undefined;
		const bytes = before ? Buffer.concat(before, this.#heldBytes) : chunk;
		this.#pieces = none;
		let at = 0;
		this.#need = 2;
		let largest = largestPacketOf(this.#limits, this.#peer !== undefined, this.#state === "awaiting-connect");
		while (bytes.length - at >= this.#need) {
			const head = readHead(bytes, largest, at);
			if (head.kind === "fault") return head.fault;
			if (this.#peer && head.kind === "head" && head.need > largest) return "packet-too-large";
			if (head.kind === "short") {
				this.#need = bytes.length - at + 1;
				break;
			}
			if (this.#state === "awaiting-connect" && head.type !== packetTypes.connect) return "connect-first"; // [MQTT-3.1.0-1]
			this.#need = head.need;
			if (bytes.length - at < head.need) break;
			const packet = bytes.subarray(at, at + head.need);
			const taken = this.#takePacket(packet, head);
			if (taken === null) {
				if (this.#waiting === none) this.#waiting = [];
				this.#waiting.push(packet);
			} else if (taken !== "taken") return taken;
			if (head.type === packetTypes.connect) largest = largestPacketOf(this.#limits, this.#peer !== undefined, false);
			at += head.need;
			this.#need = 2;
		}
		this.#heldBytes = bytes.length - at;
		this.#held = this.#heldBytes > 0 ? bytes.subarray(at) : undefined;
		return null;
	}

	#take(chunk: Buffer): void {
		if (this.#state === "closed" || this.#late) return;
		this.#heardAt = performance.now();
		const fault = this.#takeFrames(chunk);
		if (fault && this.#peer && this.#state === "answering") {
			this.#late = fault;
			return;
		}
		// Packets before the fault count only if they have passed already: after a fault nothing in the stream is reliable.
		if (fault) return this.refuse(fault);
		this.#watchHalf(this.#state === "awaiting-connect" || this.#heldBytes > 0);
		if (this.#waiting.length > 0) this.#pump();
	}

	/** Many publishers send, disconnect and are gone: what arrived whole still passes. */
	#end(): void {
		if (this.#isOver || this.#state === "closed") return;
		this.#isOver = true;
		if (this.#waiting.length === 0) this.#endInput();
	}

	#write(chunks: Buffer[], done: (error?: Error | null) => void): void {
		this.#written = done;
		for (const chunk of chunks) this.#writeBuffer.queue(chunk);
	}

	override _read(): void {}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#write([chunk], done);
	}

	override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
		this.#write(
			chunks.map((one) => one.chunk),
			done,
		);
	}

	override _final(done: (error?: Error | null) => void): void {
		this.#writeBuffer.flush();
		this.#socket.end(() => done());
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		const socket = this.#socket;
		this.#state = "closed";
		clearTimeout(this.#halfTimer);
		clearTimeout(this.#rateTimer);
		clearTimeout(this.#silenceTimer);
		this.#waiting = none;
		this.#pieces = none;
		this.#held = undefined;
		// A refusal is an answer too: what is written but not yet flushed is still sent.
		this.#writeBuffer.flush();
		this.#writeBuffer.stop();
		if (!socket.destroyed) {
			socket.end();
			const linger = setTimeout(() => socket.destroy(), lingerMs);
			socket.once("close", () => clearTimeout(linger));
			socket.resume();
		}
		this.#free();
		done(error);
	}

	#free(): void {
		const freed = this.#reliefs ?? [];
		this.#reliefs = undefined;
		for (const free of freed) free();
	}

	/** Called by the write buffer. */
	onAccepted(): void {
		const done = this.#written;
		this.#written = undefined;
		done?.();
		if (this.#reliefs && (this.backlog() <= relievedBelowBytes || this.destroyed)) this.#free();
	}

	/** Called by the write buffer. */
	onStuck(): void {
		this.refuse("too-slow");
	}

	open(taker?: Taker): void {
		if (this.#state === "closed") return;
		this.#state = "open";
		this.#taker = taker;
		this.#pump();
		if (this.#late) this.refuse(this.#late);
	}

	settled(): void {
		if (this.#pending > 0) this.#pending -= 1;
		if (this.#waiting.length > 0 && this.#state !== "closed") this.#pump();
	}

	answered(): void {
		if (this.#owed > 0) this.#owed -= 1;
		if (this.#waiting.length > 0 && this.#state !== "closed") this.#pump();
	}

	send(packet: Buffer): boolean {
		if (this.#state !== "open") return false;
		this.#writeBuffer.queue(packet);
		return true;
	}

	ack(packetId: number): void {
		if (this.#state === "open") this.#writeBuffer.ack(packetId);
	}

	answer(packet: Buffer): void {
		if (this.#state !== "closed") this.#writeBuffer.answer(packet);
	}

	dismiss(farewell: Buffer): void {
		if (this.#state === "closed") return;
		this.#writeBuffer.answer(farewell);
		this.#state = "closed";
		this.destroy();
	}

	sayKnown(): void {
		this.#writeBuffer.sayKnown();
	}

	backlog(): number {
		return this.writableLength + this.#writeBuffer.backlog();
	}

	relieved(): Promise<void> {
		if (this.backlog() <= relievedBelowBytes || this.destroyed) return Promise.resolve();
		return new Promise<void>((resolve) => (this.#reliefs ??= []).push(resolve));
	}

	refuse(reason: GateReason): void {
		if (this.#state === "closed") return;
		const farewell = this.#peer?.farewell(reason);
		if (farewell) this.#writeBuffer.answer(farewell);
		this.#state = "closed";
		this.#onRefused(reason);
		this.destroy();
	}

	turnAway(returnCode: number): void {
		this.write(Buffer.from([0x20, 0x02, 0x00, returnCode]));
		setImmediate(() => this.destroy());
	}
}
