/**
 * Stands between a socket and the broker and decides what may pass, and when.
 *
 *   socket ──▶ frames ──▶ fault? refused, counted ──▶ waiting ──▶ broker        inward, a whole packet at a time
 *                                                       ▲
 *                     held while: no CONNACK yet · too many effects not on disk · faster than the rate
 *   socket ◀── one write per turn of the event loop ◀── broker                  outward
 *
 *   awaiting CONNECT ── CONNECT ──▶ answering ── open() ──▶ open ── DISCONNECT, fault, silence ──▶ closed
 *
 * Why a stream of our own: aedes reads on whatever happens to its effects, forgets completions when it is paused, buffers a
 * packet of any length, takes text that is not UTF-8, and writes each packet by itself (research/broker.md P5, P6, P12, P13, P15).
 */
import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import type { BrokerLimits } from "./limits.ts";
import { faultOf, packetTypes, readHead, type PacketFault } from "./packet.ts";

export type GateReason = PacketFault | "half-packet" | "too-slow";

export interface GateSide {
	readonly address: string;
	/** After the CONNACK: what the client sent meanwhile may pass. */
	open(): void;
	/** One PUBLISH that passed has its effect on disk, or was refused for good. */
	settled(): void;
	/** A whole packet, past the stream's own queue; false before the CONNACK, which comes first. */
	send(packet: Buffer): boolean;
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
	let held: Buffer[] = [];
	let heldBytes = 0;
	let need = 2;
	let waiting: { packet: Buffer; isPublish: boolean }[] = [];
	let state: "awaiting-connect" | "answering" | "open" | "closed" = "awaiting-connect";
	let pending = 0;
	let over = false;
	let tokens = limits.publishBurst;
	let filledAt = performance.now();
	let rateTimer: NodeJS.Timeout | undefined;
	let out: Buffer[] = [];
	let outBytes = 0;
	let flushing = false;
	let sentBytes = 0;
	let isBlocked = false;
	let written: ((error?: Error | null) => void) | undefined;
	let stuckTimer: NodeJS.Timeout | undefined;
	let reliefs: (() => void)[] = [];
	const largest = limits.payloadBytes + limits.topicBytes + 16;

	let halfTimer: NodeJS.Timeout | undefined = setTimeout(() => refuse("half-packet"), limits.halfPacketMs);
	const watchHalf = (half: boolean): void => {
		if (half && !halfTimer) halfTimer = setTimeout(() => refuse("half-packet"), limits.halfPacketMs);
		if (half || !halfTimer) return;
		clearTimeout(halfTimer);
		halfTimer = undefined;
	};

	const mayPublish = (): boolean => {
		if (pending >= limits.pendingPublishes) return false;
		const now = performance.now();
		tokens = Math.min(limits.publishBurst, tokens + ((now - filledAt) / 1_000) * limits.publishesPerSecond);
		filledAt = now;
		if (tokens >= 1) return true;
		rateTimer ??= setTimeout(() => {
			rateTimer = undefined;
			pump();
		}, Math.ceil(1_000 / limits.publishesPerSecond));
		return false;
	};

	const pump = (): void => {
		let passed = 0;
		for (const next of waiting) {
			if (state !== "open" && !(state === "answering" && passed === 0 && next.packet[0] === packetTypes.connect << 4)) break;
			if (next.isPublish) {
				if (!mayPublish()) break;
				pending += 1;
				tokens -= 1;
			}
			gate.push(next.packet);
			passed += 1;
		}
		if (passed > 0) waiting = waiting.slice(passed);
		if (waiting.length > 0) socket.pause();
		else if (over) gate.push(null);
		else socket.resume();
	};

	const takeFrames = (chunk: Buffer): PacketFault | null => {
		held.push(chunk);
		heldBytes += chunk.length;
		while (heldBytes >= need) {
			const bytes = held.length === 1 ? held[0]! : Buffer.concat(held, heldBytes);
			held = [bytes];
			const head = readHead(bytes, largest);
			if (head.kind === "fault") return head.fault;
			if (head.kind === "short") {
				need = bytes.length + 1;
				break;
			}
			if (state === "awaiting-connect" && head.type !== packetTypes.connect) return "connect-first"; // [MQTT-3.1.0-1]
			need = head.need;
			if (bytes.length < need) break;
			const packet = bytes.subarray(0, need);
			const fault = faultOf(packet, head, limits.topicBytes);
			if (fault) return fault;
			if (head.type === packetTypes.connect) {
				if (state !== "awaiting-connect") return "connect-twice"; // [MQTT-3.1.0-2]
				state = "answering";
			}
			waiting.push({ packet, isPublish: head.type === packetTypes.publish });
			heldBytes -= need;
			held = heldBytes > 0 ? [bytes.subarray(need)] : [];
			need = 2;
		}
		return null;
	};

	const watchStuck = (): void => {
		const taken = sentBytes - socket.writableLength;
		stuckTimer = setTimeout(() => (sentBytes - socket.writableLength > taken ? watchStuck() : refuse("too-slow")), limits.stuckMs);
	};
	const accepted = (): void => {
		const done = written;
		written = undefined;
		done?.();
		relieve();
	};
	const flush = (): void => {
		flushing = false;
		if (socket.destroyed) return;
		const bytes = out.length === 1 ? out[0]! : Buffer.concat(out, outBytes);
		out = [];
		outBytes = 0;
		sentBytes += bytes.length;
		if (bytes.length > 0 && !socket.write(bytes) && !isBlocked) {
			isBlocked = true;
			watchStuck();
			socket.once("drain", () => {
				isBlocked = false;
				clearTimeout(stuckTimer);
				accepted();
			});
		}
		if (!isBlocked) accepted();
	};
	const queue = (chunk: Buffer): void => {
		out.push(chunk);
		outBytes += chunk.length;
		if (flushing) return;
		flushing = true;
		setImmediate(flush);
	};
	const send = (chunks: Buffer[], done: (error?: Error | null) => void): void => {
		written = done;
		for (const chunk of chunks) queue(chunk);
	};
	const backlog = (): number => gate.writableLength + outBytes + socket.writableLength;
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
			write: (chunk: Buffer, _encoding, done) => send([chunk], done),
			writev: (chunks, done) => send(chunks.map((one) => one.chunk as Buffer), done),
			final(done) {
				flush();
				socket.end(done);
			},
			destroy(error, done) {
				state = "closed";
				clearTimeout(halfTimer);
				clearTimeout(rateTimer);
				clearTimeout(stuckTimer);
				waiting = [];
				held = [];
				// A refusal is an answer too: what is written but not yet flushed still leaves.
				if (out.length > 0) flush();
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
			open() {
				if (state === "closed") return;
				state = "open";
				pump();
			},
			settled() {
				if (pending > 0) pending -= 1;
				if (waiting.length > 0 && state !== "closed") pump();
			},
			send(packet: Buffer) {
				if (state !== "open") return false;
				queue(packet);
				return true;
			},
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
