/**
 * One client that speaks MQTT 5, behind its gate.
 *
 *   awaiting ── CONNECT ──▶ admitting ── let in, CONNACK 0x00 ──▶ open ── DISCONNECT, fault, silence, lost, taken over ──▶ ended
 *                              └── refused, CONNACK ≥ 0x80 ──▶ ended
 *
 * Packets that arrive during admission wait in the gate. A client's acknowledgements do not wait behind its own messages;
 * everything else has its effects in the order in which it came.
 */
import type { Gate, GateReason, Peer } from "../connection/gate-port.ts";
import { packetTypes } from "../connection/packet.ts";
import type { Connected } from "../connection/registry.ts";
import { createAcknowledgements } from "./acknowledgements.ts";
import { encodeConnack, encodeDisconnect } from "./encode.ts";
import { enter, type Peer5Deps, type Speaking } from "./entering.ts";
import { isLengthened, publishId, readConnect, readDisconnect } from "./packets.ts";
import { createInbound } from "./publishes.ts";
import { codes, type Fault5, faultCodes, isFault } from "./reasons.ts";
import { createSubscribing } from "./subscribing.ts";

type Phase = "awaiting" | "admitting" | "open" | "ended";

/** How a connection ends, and what that means for its last will [MQTT5-3.1.2-8], [MQTT5-3.1.2-10]. */
const endings = {
	disconnected: "drop",
	"disconnected-with-will": "say",
	lost: "say",
	"taken-over": "say",
	/** A gateway that stops publishes no wills. */
	stopping: "keep",
} as const satisfies Record<string, "drop" | "say" | "keep">;
type Ending = keyof typeof endings;

const pingresp = Buffer.from([0xd0, 0]);
const authType = 15;

export class Peer5 implements Peer {
	readonly #deps: Peer5Deps;
	readonly #gate: Gate;
	readonly #keepAlive: number;
	#phase: Phase = "awaiting";
	#speaking: Speaking | undefined;
	#connected: Connected | undefined;
	#turns: Partial<Record<number, (packet: Buffer) => Fault5 | null>> = {};
	/** Packet ids of the client's QoS 1 and 2 messages that are not fully acknowledged. */
	readonly #open = new Set<number>();

	constructor(deps: Peer5Deps, gate: Gate, keepAlive: number) {
		this.#deps = deps;
		this.#gate = gate;
		this.#keepAlive = keepAlive;
		gate.once("close", () => void this.#over("lost"));
	}

	arrived(packet: Buffer, type: number): Fault5 | "taken" | null {
		if (this.#phase === "awaiting") return this.#connect(packet);
		if (type === packetTypes.publish) return this.#count(packet);
		if (this.#phase !== "open" || !isAtOnce.has(type)) return null;
		return this.#turn(packet, type) ?? "taken";
	}

	take(packet: Buffer, type: number): void {
		const fault = this.#turn(packet, type);
		if (fault) this.#gate.refuse(fault);
	}

	farewell(reason: GateReason): Buffer | null {
		const code = reason in faultCodes ? faultCodes[reason as Fault5] : undefined;
		if (code === undefined || this.#phase === "ended") return null;
		// Before a CONNACK that lets it in there is no DISCONNECT [MQTT5-3.14.0-1].
		if (this.#phase !== "open") return encodeConnack({ code, isKnown: false });
		return this.#speaking!.farewell(code, reason);
	}

	/** A client that sends more unacknowledged messages than the Receive Maximum is cut off [MQTT5-3.3.4-7]. */
	#count(packet: Buffer): Fault5 | null {
		if (!(packet[0]! & 6)) return null;
		const id = publishId(packet);
		if (id !== 0) this.#open.add(id);
		return this.#open.size > this.#deps.limits.pendingPublishes ? "receive-maximum" : null;
	}

	#connect(packet: Buffer): Fault5 | "taken" {
		const connect = isLengthened(packet) ? "malformed-length" : readConnect(packet);
		if (isFault(connect)) return connect;
		if (connect.isEnhancedAuthentication) return "authentication-method"; // [MQTT5-4.12.0-1]
		this.#phase = "admitting";
		enter(this.#deps, this.#gate, connect, this.#keepAlive, () => this.#phase === "admitting").then(
			(entered) => entered && this.#begin(entered.speaking, entered.connack),
			(error: Error) => {
				this.#deps.onTrouble(error);
				this.#gate.dismiss(encodeConnack({ code: codes.serverUnavailable, isKnown: false }));
			},
		);
		return "taken";
	}

	/** Admits the client; nothing here waits before the CONNACK. */
	#begin(speaking: Speaking, connack: Buffer): void {
		const { registry, persistence } = this.#deps;
		const { client, visitor, isKept, out } = speaking;
		this.#speaking = speaking;
		this.#phase = "open";
		const subscribing = createSubscribing(this.#deps, speaking);
		const inbound = createInbound(this.#deps, speaking, this.#open);
		const answers = createAcknowledgements(this.#deps, speaking);
		this.#turns = {
			[packetTypes.publish]: inbound.publish,
			[packetTypes.pubrel]: inbound.pubrel,
			[packetTypes.puback]: (packet) => answers.answer(packet, packetTypes.puback),
			[packetTypes.pubrec]: (packet) => answers.answer(packet, packetTypes.pubrec),
			[packetTypes.pubcomp]: (packet) => answers.answer(packet, packetTypes.pubcomp),
			[packetTypes.subscribe]: subscribing.subscribe,
			[packetTypes.unsubscribe]: subscribing.unsubscribe,
			[packetTypes.pingreq]: (packet) => this.#ping(packet),
			[packetTypes.disconnect]: (packet) => this.#disconnect(packet),
			[packetTypes.connect]: () => "connect-twice", // [MQTT5-3.1.0-2]
			[authType]: () => "auth-unexpected", // [MQTT5-4.12.0-7]
		};
		const connected: Connected = {
			...{ client, version: 5, conn: this.#gate, visitor, isKept, out, connected: false },
			makeWay: async () => {
				const over = this.#over("taken-over");
				this.#gate.dismiss(encodeDisconnect(codes.sessionTakenOver));
				await over;
			},
			cut: (why) => {
				if (why === "stopping") void this.#over("stopping");
				this.#gate.dismiss(encodeDisconnect(why === "stopping" ? codes.serverShuttingDown : codes.administrativeAction));
			},
		};
		this.#connected = connected;
		// Of two CONNECTs in the same moment the second is the newer.
		void registry.get(client)?.makeWay();
		registry.add(connected);
		this.#gate.answer(connack);
		if (this.#deps.cutIfRevoked(connected)) return;
		this.#gate.open();
		connected.connected = true;
		if (isKept && this.#phase === "open") persistence.clientReady(client, visitor.account, speaking.expiry);
	}

	#turn(packet: Buffer, type: number): Fault5 | null {
		if (isLengthened(packet)) return "malformed-length";
		const needed = type === packetTypes.publish ? undefined : type === packetTypes.pubrel || isListed(type) ? 2 : 0;
		if (needed !== undefined && (packet[0]! & 0x0f) !== needed) return "header-flags"; // [MQTT5-2.1.3-1]
		return (this.#turns[type] ?? (() => "packet-type" as const))(packet);
	}

	#ping(packet: Buffer): Fault5 | null {
		if (packet.length !== 2) return "malformed-length";
		this.#gate.answer(pingresp);
		return null;
	}

	#disconnect(packet: Buffer): Fault5 | null {
		const read = readDisconnect(packet);
		if (isFault(read)) return read;
		const speaking = this.#speaking!;
		if (read.sessionExpiry !== undefined) {
			if (speaking.askedExpiry === 0 && read.sessionExpiry > 0) return "session-expiry-raised"; // [MQTT5 3.14.2.2.2]
			speaking.expiry = Math.min(read.sessionExpiry, this.#deps.limits.sessionDays * 86_400);
			this.#deps.persistence.setExpiry(speaking.client, speaking.expiry);
		}
		void this.#over(read.code === codes.success ? "disconnected" : "disconnected-with-will");
		this.#gate.destroy();
		return null;
	}

	/** Resolves when a last will that is due at once was published. */
	async #over(ending: Ending): Promise<void> {
		const wasOpen = this.#phase === "open";
		this.#phase = "ended";
		if (!wasOpen) return;
		const { registry, subscribers, persistence, wills } = this.#deps;
		const { client, subscriber, isKept, expiry } = this.#speaking!;
		registry.remove(this.#connected!);
		subscribers.leave(subscriber);
		if (isKept) persistence.clientGone(client);
		else await persistence.cleanIncoming({ id: client });
		if (endings[ending] === "drop") wills.drop(client);
		if (endings[ending] === "say") await wills.ended(client, expiry);
	}
}

const isListed = (type: number): boolean => type === packetTypes.subscribe || type === packetTypes.unsubscribe;

const isAtOnce: ReadonlySet<number> = new Set([packetTypes.puback, packetTypes.pubrec, packetTypes.pubcomp, packetTypes.pingreq]);
