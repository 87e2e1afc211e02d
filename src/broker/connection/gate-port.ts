/** The interfaces on both sides of a gate: who takes a connection and its packets, and what they may call. */
import type { Duplex } from "node:stream";
import type { Fault5 } from "../v5/reasons.ts";
import type { PacketFault } from "./packet.ts";

export type GateReason = PacketFault | Fault5 | "half-packet" | "too-slow" | "keep-alive";

/** The part that speaks MQTT 5 with a client, from its CONNECT on. */
export interface Peer {
	/** A complete packet has come. A fault ends the connection; "taken": it is handled and need not wait for its turn. */
	arrived(packet: Buffer, type: number): Fault5 | "taken" | null;
	/** A packet that waited has its turn. */
	take(packet: Buffer, type: number): void;
	/** The bytes to send before the connection is closed for this reason; null: none. */
	farewell(reason: GateReason): Buffer | null;
}

/** Who takes a connection, once its CONNECT says which MQTT it speaks. */
export interface Speakers {
	/** 3.1 and 3.1.1: reads the gate as a stream. */
	older(gate: Gate): void;
	/** `keepAlive`: the seconds the client promised. */
	five(gate: Gate, keepAlive: number): Peer;
}

/** Takes packets that aedes need not see. */
export interface Taker {
	/** A PUBLISH at QoS 0 or 1. Answers with `settled()`. */
	publish(packet: Buffer): void;
	/** A PUBACK, PUBREC or PUBCOMP; false when aedes is to have it. */
	answer(type: number, packetId: number): boolean;
}

export interface GateSide {
	readonly address: string;
	/** Called after the CONNACK: packets that the client sent meanwhile may pass. */
	open(taker?: Taker): void;
	/** One PUBLISH that passed has its effect on disk, or was refused for good. */
	settled(): void;
	/** aedes is through with a SUBSCRIBE or UNSUBSCRIBE, or has begun with a QoS 2 message. */
	answered(): void;
	/** A whole packet, past the stream's own queue; false before the CONNACK, which comes first. */
	send(packet: Buffer): boolean;
	ack(packetId: number): void;
	/** A packet of MQTT 5 behind all PUBACKs so far; also before the connection is open. */
	answer(packet: Buffer): void;
	/** Sends the last packet of MQTT 5 and closes; not counted as a refusal. */
	dismiss(farewell: Buffer): void;
	/** Sets Session Present in the CONNACK. */
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
