/**
 * The hooks aedes asks before it does anything, and what this room makes of them.
 *
 *   PUBLISH ── may it? ── what does it mean? ── effect + retained + queues, one commit ── admit ── PUBACK ── live subscribers
 *                │no            │malformed              │disk says no
 *                ▼              ▼                       ▼
 *             acknowledged, counted, put aside      connection closed without a PUBACK: the device keeps it and comes again
 *
 * `authorizePublish` is the only hook before a QoS 1 PUBACK (research/broker.md P1); each client's messages leave it in the
 * order they came, whatever each had to wait for [MQTT-4.6.0-5].
 *
 * A message that can never be used is a permanent fault: refusing its PUBACK would make the device send it for ever, and keep
 * everything behind it waiting. So it is acknowledged [MQTT-3.3.5-2], counted by reason, and the newest is kept as a sample.
 */
import type {
	Aedes, AedesPublishPacket, AuthorizeForwardHandler, AuthorizePublishHandler, AuthorizeSubscribeHandler, Client, PublishPacket,
} from "aedes";
import type { Visitor } from "./accounts.ts";
import type { FactDoor } from "./facts.ts";
import { isFilter, matches } from "./filter.ts";
import type { Gate } from "./gate.ts";
import type { BrokerLimits } from "./limits.ts";
import type { Mapping } from "./mapping.ts";
import { encodePublish } from "./packet.ts";
import type { Persistence, Prepared } from "./persistence.ts";
import type { OpWriter } from "./store.ts";
import type { Tally } from "./tally.ts";
import { readMeaning } from "./topics.ts";

/** Where put-aside messages go: nobody may subscribe to it, and no wildcard reaches it. */
const asideTopic = "$SYS/gondola/aside";

/** A device that is cut off connects and sends again at once; a full disk does not heal at once. */
const retryNoSoonerMs = 250;

export interface DurableParts {
	persistence: Persistence;
	writer: OpWriter;
	facts: FactDoor;
	mapping: Mapping;
	limits: BrokerLimits;
	tally: Tally;
	visitorOf(client: Client): Visitor | undefined;
	/** A will of a client that has not come back since the gateway restarted has nobody to ask. */
	visitorOfOldWill: Visitor;
	onTrouble(error: Error): void;
	isStopping(): boolean;
}

export interface GatewayMessage { topic: string; payload: string; qos: 0 | 1; retain: boolean }

/** Live filters of a connection; aedes has them, its types do not. */
const subscriptionsOf = (client: Client) => (client as unknown as { subscriptions: Record<string, { qos: number }> }).subscriptions;

/** The order of one client's messages. */
interface Lane { turns: { settled: boolean; leave: () => void }[] }

export function createDurableHooks(parts: DurableParts) {
	const { persistence, writer, facts, mapping, limits, tally } = parts;
	const lanes = new WeakMap<object, Lane>();
	const noClient: Lane = { turns: [] };

	const takeTurn = (lane: Lane): ((leave: () => void) => void) => {
		const turn = { settled: false, leave: () => {} };
		lane.turns.push(turn);
		return (leave) => {
			turn.settled = true;
			turn.leave = leave;
			while (lane.turns[0]?.settled) lane.turns.shift()!.leave();
		};
	};
	const laneOf = (client: Client | null): Lane => {
		if (!client) return noClient;
		let lane = lanes.get(client);
		if (!lane) lanes.set(client, (lane = { turns: [] }));
		return lane;
	};

	const putAside = (packet: PublishPacket): void => {
		packet.topic = asideTopic;
		packet.payload = Buffer.alloc(0);
		packet.retain = false;
	};

	/** What this message means; put aside when it may not be, or cannot be used. Says whether there is more to do. */
	const judge = (client: Client | null, visitor: Visitor | undefined, packet: PublishPacket & { clientId?: string }) => {
		const { topic } = packet;
		const payload = packet.payload as Buffer;
		const { address = "" } = (client?.conn as Gate | undefined) ?? {};
		const from = { topic, client: client?.id ?? packet.clientId ?? "", address, payload };
		if (!visitor?.mayPublish(topic)) {
			tally.refused("publish-not-allowed");
			tally.dead("publish-not-allowed", topic, from.client, payload);
			putAside(packet);
			return null;
		}
		const own = readMeaning(topic, payload);
		const mapped = own.kind === "plain" ? mapping.read(topic, payload) : null;
		const meaning = mapped ?? own;
		if (meaning.kind === "malformed") {
			tally.dead(meaning.reason, topic, from.client, payload);
			// Firmware's own topics belong to others as well; ours are promised to be well-formed.
			if (!mapped) putAside(packet);
			return null;
		}
		return facts.effectOf(meaning, from);
	};

	const authorizePublish: AuthorizePublishHandler = (client, packet: PublishPacket, done) => {
		const gate = client?.conn as Gate | undefined;
		const isFromWire = client !== null && packet.cmd === "publish";
		// A client that we cut off ourselves did not die: its will stays for the next start, which waits for it to come back.
		if (!isFromWire && parts.isStopping()) return done(new Error("the broker is stopping"));
		const leave = takeTurn(laneOf(client));
		const finish = (error: Error | null): void =>
			leave(() => {
				if (isFromWire) gate?.settled();
				done(error);
			});

		// The same packet id before its PUBREL is the same message; aedes answers it without publishing [MQTT-4.3.3-2].
		if (isFromWire && packet.qos === 2 && persistence.wasReceived(client.id, packet.messageId!)) return finish(null);
		// A slice of the socket's buffer would keep 64 KiB alive for each retained byte; the copy is also this message's name.
		if (packet.retain || packet.qos > 0 || !Buffer.isBuffer(packet.payload)) packet.payload = Buffer.from(packet.payload);

		let effect: Promise<void> | null;
		let prepared: Prepared;
		try {
			effect = judge(client, client ? parts.visitorOf(client) : parts.visitorOfOldWill, packet);
			const isKeptQos2 = isFromWire && packet.qos === 2 && !client.clean;
			prepared = persistence.prepare(packet as never, isKeptQos2 ? { client: client.id, packet: packet.messageId! } : undefined);
		} catch (error) {
			return finish(error as Error);
		}
		const written = prepared.ops.length > 0 ? writer.write(prepared.ops) : null;
		if (!effect && !written) {
			persistence.admit(prepared);
			return finish(null);
		}
		Promise.all([effect, written]).then(
			() => {
				persistence.admit(prepared);
				finish(null);
			},
			(error: Error) => {
				tally.refused("not-on-disk");
				parts.onTrouble(error);
				setTimeout(() => finish(error), retryNoSoonerMs).unref();
			},
		);
	};

	const authorizeSubscribe: AuthorizeSubscribeHandler = (client, subscription, done) => {
		const { topic } = subscription;
		if (!isFilter(topic)) return done(new Error("no topic filter")); // [MQTT-4.7.1-2], [MQTT-4.7.1-3]
		const deny = (reason: string): void => {
			tally.refused(reason);
			// aedes hands the whole packet to the persistence as soon as one filter is granted; this one is not to be kept.
			subscription.qos = 128 as never;
			done(null, null);
		};
		if (!parts.visitorOf(client)?.maySubscribe(topic)) return deny("subscribe-not-allowed");
		const mine = Math.max(Object.keys(subscriptionsOf(client)).length, persistence.subscriptionCount(client.id));
		if (mine >= limits.subscriptionsPerClient) return deny("too-many-subscriptions");
		const { qos } = subscription;
		// Never in the same turn: the other filters of this packet must have been judged first.
		if (client.clean || persistence.hasSubscription(client.id, topic, qos)) return queueMicrotask(() => done(null, subscription));
		writer.write([{ op: "subscribe", client: client.id, topic, qos }]).then(
			() => done(null, subscription),
			(error: Error) => {
				parts.onTrouble(error);
				done(error);
			},
		);
	};

	const encodings = new WeakMap<object, Buffer>();
	const encodedOnce = ({ topic, payload }: AedesPublishPacket): Buffer => {
		const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
		let packet = encodings.get(bytes);
		if (!packet) encodings.set(bytes, (packet = encodePublish({ topic, payload: bytes, qos: 0, retain: false, dup: false, id: 0 })));
		return packet;
	};

	const authorizeForward: AuthorizeForwardHandler = (client, packet: AedesPublishPacket) => {
		if (!client.clean && packet.qos > 0 && !packet.retain && persistence.isServed(client.id, packet.payload as Buffer)) return null;
		const gate = client.conn as Gate;
		const isCrowded = !packet.retain && gate.backlog() > limits.backlogBytes;
		// One encoding for all who listen; aedes would make it anew for each, in five small writes.
		if (packet.qos === 0 && !packet.retain && !isCrowded && gate.send(encodedOnce(packet))) return null;
		if (packet.qos !== 2 && !packet.retain && !isCrowded) return packet;

		// aedes lowers the quality of a message only where the filter is the topic itself [MQTT-3.8.4-6].
		let best = 0;
		for (const [filter, { qos }] of Object.entries(subscriptionsOf(client))) {
			if (qos > best && matches(filter, packet.topic)) best = qos;
		}
		if (isCrowded) {
			// Waiting for it would make its publishers wait. At QoS 0 a message may be lost; above, the connection has to end.
			tally.dropped("backlog");
			if (best > 0 && packet.qos > 0) gate.refuse("too-slow");
			return null;
		}
		packet.qos = Math.min(packet.qos, best) as 0 | 1 | 2;
		const lent = packet.retain && packet.qos > 0 && !client.clean ? persistence.lendPacketId(client.id) : undefined;
		if (lent !== undefined) packet.messageId = lent;
		return packet;
	};

	/** From the gateway itself: on disk for absent clients first, then to those who listen. Rejects when the disk says no. */
	const publishDurably = async (aedes: Pick<Aedes, "publish">, message: GatewayMessage): Promise<{ queued: boolean }> => {
		const packet: PublishPacket = { cmd: "publish", dup: false, ...message, payload: Buffer.from(message.payload) };
		const prepared = persistence.prepare(packet as never);
		if (prepared.ops.length > 0) await writer.write(prepared.ops);
		persistence.admit(prepared);
		aedes.publish(packet, () => {});
		return { queued: prepared.queued.length > 0 };
	};

	return { authorizePublish, authorizeSubscribe, authorizeForward, publishDurably };
}
