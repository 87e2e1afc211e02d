/**
 * Stands between a socket and the broker and decides what may pass, and when.
 *
 *   socket ──▶ frames ──▶ fault? refused, counted ──▶ waiting ──▶ taker: PUBLISH at QoS 0 and 1, acknowledgements, PINGREQ
 *                                                       ▲    └──▶ aedes: everything else, a whole packet at a time
 *                     held while: no CONNACK yet · too many effects not on disk · faster than the rate · an earlier SUBSCRIBE,
 *                     UNSUBSCRIBE or QoS 2 message is not through, so that each client's packets have their effects in order
 *   socket ◀── one write per turn of the event loop ◀── outlet.ts
 *
 *   awaiting CONNECT ── CONNECT ──▶ answering ── open() ──▶ open ── DISCONNECT, fault, silence ──▶ closed
 *
 * Why a stream of our own: aedes reads on whatever happens to its effects, forgets completions when it is paused, buffers a
 * packet of any length, takes text that is not UTF-8, and writes each packet by itself (research/broker.md P5, P6, P12, P13, P15).
 */
import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import type { BrokerLimits } from "./limits.ts";
import { createOutlet } from "./outlet.ts";
import { faultOf, packetTypes, readHead, takeKeepAlive, type PacketFault } from "./packet.ts";

export type GateReason = PacketFault | "half-packet" | "too-slow" | "keep-alive";

/** Takes what aedes need not see. */
export interface Taker {
	/** A PUBLISH at QoS 0 or 1. Answers with `settled()`. */
	publish(packet: Buffer): void;
	/** A PUBACK, PUBREC or PUBCOMP; false when aedes is to have it. */
	answer(type: number, packetId: number): boolean;
}

export interface GateSide {
	readonly address: string;
	/** After the CONNACK: what the client sent meanwhile may pass. */
	open(taker?: Taker): void;
	/** One PUBLISH that passed has its effect on disk, or was refused for good. */
	settled(): void;
	/** aedes is through with a SUBSCRIBE or UNSUBSCRIBE, or has begun with a QoS 2 message. */
	answered(): void;
	/** A whole packet, past the stream's own queue; false before the CONNACK, which comes first. */
	send(packet: Buffer): boolean;
	ack(packetId: number): void;
	/** The CONNACK will say that the session was known. */
	sayKnown(): void;
	/** Bytes written and not yet taken by the socket. */
	backlog(): number;
	/** Resolves when the backlog is small again, or the connection is gone. */
	relieved(): Promise<void>;
	refuse(reason: GateReason): void;
	/** A CONNACK with this code, then closed. */
	turnAway(returnCode: number): void;
}

export type Gate = Duplex & GateSide;

const relievedBelowBytes = 256 * 1024;
/** A frozen client must not keep its socket, and so its file descriptor, for ever. */
const lingerMs = 1_000;

export function createGate(socket: Socket | Duplex, address: string, limits: BrokerLimits, onRefused: (reason: GateReason) => void): Gate {
	let held: Buffer | undefined;
	let pieces: Buffer[] = [];
	let heldBytes = 0;
	let need = 2;
	let waiting: Buffer[] = [];
	let state: "awaiting-connect" | "answering" | "open" | "closed" = "awaiting-connect";
	let taker: Taker | undefined;
	let pending = 0;
	/** Packets aedes has and is not through with, that later ones must not overtake. */
	let owed = 0;
	let pumping = false;
	let over = false;
	let tokens = limits.publishBurst;
	let filledAt = performance.now();
	let rateTimer: NodeJS.Timeout | undefined;
	let written: ((error?: Error | null) => void) | undefined;
	let reliefs: (() => void)[] = [];
	let heardAt = 0;
	let silenceTimer: NodeJS.Timeout | undefined;
	const largest = limits.payloadBytes + limits.topicBytes + 16;

	let halfTimer: NodeJS.Timeout | undefined = setTimeout(() => refuse("half-packet"), limits.halfPacketMs);
	const watchHalf = (half: boolean): void => {
		if (half && !halfTimer) halfTimer = setTimeout(() => refuse("half-packet"), limits.halfPacketMs);
		if (half || !halfTimer) return;
		clearTimeout(halfTimer);
		halfTimer = undefined;
	};
	/** [MQTT-3.1.2-24]. One timer that looks again, and not one set anew for each packet. */
	const watchSilence = (allowedMs: number, inMs: number): void => {
		silenceTimer = setTimeout(() => {
			// Whom we do not read, we cannot call silent.
			if (waiting.length > 0) heardAt = performance.now();
			const left = heardAt + allowedMs - performance.now();
			if (left > 0) watchSilence(allowedMs, left);
			else refuse("keep-alive");
		}, Math.ceil(inMs));
	};

	const mayPublish = (): boolean => {
		if (pending >= limits.pendingPublishes) return false;
		if (tokens < 1) {
			const now = performance.now();
			tokens = Math.min(limits.publishBurst, tokens + ((now - filledAt) / 1_000) * limits.publishesPerSecond);
			filledAt = now;
		}
		if (tokens >= 1) return true;
		rateTimer ??= setTimeout(() => {
			rateTimer = undefined;
			pump();
		}, Math.ceil(1_000 / limits.publishesPerSecond));
		return false;
	};
	/** Whether this packet may pass now; then it is counted. */
	const admit = (type: number, flags: number, isFirst: boolean): boolean => {
		if (state !== "open") return state === "answering" && isFirst && type === packetTypes.connect;
		if (type === packetTypes.publish) {
			if (owed > 0 || !mayPublish()) return false;
			pending += 1;
			tokens -= 1;
			if (taker && flags & 4) owed += 1;
		} else if (taker && (type === packetTypes.subscribe || type === packetTypes.unsubscribe)) {
			if (owed > 0 || pending > 0) return false;
			owed += 1;
		}
		return true;
	};
	const pump = (): void => {
		if (pumping) return;
		pumping = true;
		let passed = 0;
		for (const packet of waiting) {
			const type = packet[0]! >> 4;
			if (!admit(type, packet[0]! & 0x0f, passed === 0)) break;
			passed += 1;
			if (taker && type === packetTypes.publish && !(packet[0]! & 4)) taker.publish(packet);
			else gate.push(packet);
		}
		pumping = false;
		if (passed > 0) waiting = waiting.slice(passed);
		if (waiting.length > 0) socket.pause();
		else if (over) gate.push(null);
		else socket.resume();
	};

	/** An answer of the client's never waits behind its own messages; nor does a sign of life behind a slow disk. */
	const isTaken = (packet: Buffer, type: number, start: number): boolean => {
		if (!taker || state !== "open") return false;
		if (type === packetTypes.pingreq) {
			outlet.queue(Buffer.from([0xd0, 0]));
			return true;
		}
		const isAnswer = type === packetTypes.puback || type === packetTypes.pubrec || type === packetTypes.pubcomp;
		return isAnswer && taker.answer(type, packet.readUInt16BE(start));
	};
	const takeFrames = (chunk: Buffer): PacketFault | null => {
		heldBytes += chunk.length;
		if (heldBytes < need) {
			pieces.push(chunk);
			return null;
		}
		const before = held || pieces.length > 0 ? [...(held ? [held] : []), ...pieces, chunk] : undefined;
		const bytes = before ? Buffer.concat(before, heldBytes) : chunk;
		pieces = [];
		let at = 0;
		need = 2;
		while (bytes.length - at >= need) {
			const head = readHead(bytes, largest, at);
			if (head.kind === "fault") return head.fault;
			if (head.kind === "short") {
				need = bytes.length - at + 1;
				break;
			}
			if (state === "awaiting-connect" && head.type !== packetTypes.connect) return "connect-first"; // [MQTT-3.1.0-1]
			need = head.need;
			if (bytes.length - at < need) break;
			const packet = bytes.subarray(at, at + need);
			const fault = faultOf(packet, head, limits.topicBytes);
			if (fault) return fault;
			if (head.type === packetTypes.connect) {
				if (state !== "awaiting-connect") return "connect-twice"; // [MQTT-3.1.0-2]
				state = "answering";
				const allowedMs = takeKeepAlive(packet, head.start) * 1_500;
				if (allowedMs > 0) watchSilence(allowedMs, allowedMs);
			}
			if (!isTaken(packet, head.type, head.start)) waiting.push(packet);
			at += need;
			need = 2;
		}
		heldBytes = bytes.length - at;
		held = heldBytes > 0 ? bytes.subarray(at) : undefined;
		return null;
	};

	const outlet = createOutlet(socket, limits.stuckMs, {
		onAccepted() {
			const done = written;
			written = undefined;
			done?.();
			relieve();
		},
		onStuck: () => refuse("too-slow"),
	});
	const write = (chunks: Buffer[], done: (error?: Error | null) => void): void => {
		written = done;
		for (const chunk of chunks) outlet.queue(chunk);
	};
	const backlog = (): number => gate.writableLength + outlet.backlog();
	const relieve = (): void => {
		if (reliefs.length === 0 || (backlog() > relievedBelowBytes && !gate.destroyed)) return;
		const freed = reliefs;
		reliefs = [];
		for (const free of freed) free();
	};
	const refuse = (reason: GateReason): void => {
		if (state === "closed") return;
		state = "closed";
		onRefused(reason);
		gate.destroy();
	};

	const gate: Gate = Object.assign(
		new Duplex({
			// The backlog is bounded by the door, which drops or cuts; a writer that waits here would make a publisher wait for a stranger.
			writableHighWaterMark: 2 ** 30,
			read() {},
			write: (chunk: Buffer, _encoding, done) => write([chunk], done),
			writev: (chunks, done) => write(chunks.map((one) => one.chunk as Buffer), done),
			final(done) {
				outlet.flush();
				socket.end(done);
			},
			destroy(error, done) {
				state = "closed";
				clearTimeout(halfTimer);
				clearTimeout(rateTimer);
				clearTimeout(silenceTimer);
				waiting = [];
				pieces = [];
				held = undefined;
				// A refusal is an answer too: what is written but not yet flushed still leaves.
				outlet.flush();
				outlet.stop();
				if (!socket.destroyed) {
					socket.end();
					const linger = setTimeout(() => socket.destroy(), lingerMs);
					socket.once("close", () => clearTimeout(linger));
					socket.resume();
				}
				for (const free of reliefs.splice(0)) free();
				done(error);
			},
		}),
		{
			address,
			open(taking?: Taker) {
				if (state === "closed") return;
				state = "open";
				taker = taking;
				pump();
			},
			settled() {
				if (pending > 0) pending -= 1;
				if (waiting.length > 0 && state !== "closed") pump();
			},
			answered() {
				if (owed > 0) owed -= 1;
				if (waiting.length > 0 && state !== "closed") pump();
			},
			send(packet: Buffer) {
				if (state !== "open") return false;
				outlet.queue(packet);
				return true;
			},
			ack(packetId: number) {
				if (state === "open") outlet.ack(packetId);
			},
			sayKnown: outlet.sayKnown,
			backlog,
			relieved() {
				if (backlog() <= relievedBelowBytes || gate.destroyed) return Promise.resolve();
				return new Promise<void>((resolve) => reliefs.push(resolve));
			},
			refuse,
			turnAway(returnCode: number) {
				gate.write(Buffer.from([0x20, 0x02, 0x00, returnCode]));
				setImmediate(() => gate.destroy());
			},
		} satisfies GateSide,
	);

	socket.on("data", (chunk: Buffer) => {
		if (state === "closed") return;
		heardAt = performance.now();
		const fault = takeFrames(chunk);
		// What came whole before the fault is still honoured only if it already passed: a broken stream says nothing reliable.
		if (fault) return refuse(fault);
		watchHalf(state === "awaiting-connect" || heldBytes > 0);
		if (waiting.length > 0) pump();
	});
	// Many publishers send, disconnect and are gone: what arrived whole still passes.
	const end = (): void => {
		if (over || state === "closed") return;
		over = true;
		if (waiting.length === 0) gate.push(null);
	};
	socket.on("end", end);
	socket.on("error", end);
	socket.on("close", end);
	return gate;
}
