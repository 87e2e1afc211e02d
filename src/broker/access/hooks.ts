/**
 * Where clients meet the room behind: the gate's taker for most packets, aedes' hooks for the rest.
 *
 *   gate ──▶ taker: PUBLISH at QoS 0, 1 ──▶ publish-pipeline.ts ──▶ PUBACK
 *   aedes ──▶ authorizePublish: QoS 2 and last wills ──▶ publish-pipeline.ts, and then aedes has nothing left to do but to answer
 *        └──▶ authorizeSubscribe: rights, and the filter on disk before its SUBACK · authorizeForward: retained messages
 */
import type {
	AedesPublishPacket,
	AuthorizeForwardHandler,
	AuthorizePublishHandler,
	AuthorizeSubscribeHandler,
	Client,
	PublishPacket,
} from "aedes";
import type { Gate, Taker } from "../connection/gate-port.ts";
import { packetTypes, readPublish } from "../connection/packet.ts";
import type { OpWriter } from "../ledger/session-log.ts";
import type { BrokerLimits } from "../limits.ts";
import { matches } from "../routing/filter.ts";
import type { PublishPipeline, Sender } from "../routing/publish-pipeline.ts";
import { innerFilter, isSubscription } from "../routing/shared.ts";
import type { Listener, Subscribers } from "../routing/subscribers.ts";
import type { Persistence } from "../session/persistence.ts";
import type { Refusals } from "./refusals.ts";
import type { Visitor } from "./rights.ts";

/** Where aedes sends what was dealt with here: nobody may subscribe to it, and no wildcard reaches it. */
const asideTopic = "$SYS/gondola/aside";

const noBytes = Buffer.alloc(0);

export interface HooksDeps {
	pipeline: PublishPipeline;
	subscribers: Subscribers;
	persistence: Persistence;
	writer: OpWriter;
	limits: BrokerLimits;
	refusals: Pick<Refusals, "refused">;
	visitorOf(client: Client): Visitor | undefined;
	/** A will of a client that has not come back since the gateway restarted has nobody to ask. */
	visitorOfOldWill: Visitor;
	onTrouble(error: Error): void;
	isStopping(): boolean;
}

export function createHooks(deps: HooksDeps) {
	const { pipeline, subscribers, persistence, writer, limits, refusals } = deps;
	const senders = new WeakMap<Client, Sender>();
	const listeners = new WeakMap<Client, Listener>();

	const senderOf = (client: Client): Sender => {
		let sender = senders.get(client);
		if (!sender) senders.set(client, (sender = pipeline.sender(client.id, (client.conn as Gate).address, deps.visitorOf(client))));
		return sender;
	};
	const listenerOf = (client: Client): Listener => {
		let listener = listeners.get(client);
		if (listener) return listener;
		const gate = client.conn as Gate;
		listeners.set(client, (listener = subscribers.join(gate, client.id, !client.clean)));
		gate.once("close", () => subscribers.leave(listenerOf(client)));
		return listener;
	};

	/** For a client that has its CONNACK. */
	const takerFor = (client: Client): Taker => {
		const gate = client.conn as Gate;
		// Most connections of a shop say nothing for hours: what they may need is made when they first need it.
		let sender: Sender | undefined;
		let listener: Listener | undefined;
		let lastTopic = noBytes;
		let lastText = "";
		return {
			publish(packet) {
				const { topicStart, topicEnd, payloadStart, qos, retain, id } = readPublish(packet);
				// Most senders say one topic again and again.
				if (packet.compare(lastTopic, 0, lastTopic.length, topicStart, topicEnd) !== 0) {
					lastTopic = Buffer.from(packet.subarray(topicStart, topicEnd));
					lastText = lastTopic.toString("utf8");
				}
				pipeline.take((sender ??= senderOf(client)), { topic: lastText, payload: packet.subarray(payloadStart), qos, retain }, (error) => {
					if (error) return void gate.destroy();
					if (qos === 1) gate.ack(id);
					gate.settled();
				});
			},
			answer(type, packetId) {
				if (client.clean) subscribers.answer((listener ??= listenerOf(client)), type, packetId);
				else if (type === packetTypes.puback) persistence.settle(client.id, packetId);
				else return false;
				return true;
			},
		};
	};

	const authorizePublish: AuthorizePublishHandler = (client, packet: PublishPacket & { clientId?: string }, done) => {
		const gate = client?.conn as Gate | undefined;
		const isFromWire = client !== null && packet.cmd === "publish";
		// A client that we cut off ourselves did not die: its will stays for the next start, which waits for it to come back.
		if (!isFromWire && deps.isStopping()) return done(new Error("the broker is stopping"));
		const sender = client ? senderOf(client) : pipeline.sender(packet.clientId ?? "", "", deps.visitorOfOldWill);
		const message = { topic: packet.topic, payload: Buffer.from(packet.payload), qos: packet.qos ?? 0, retain: packet.retain ?? false };
		const finish = (error: Error | null): void => {
			if (isFromWire) gate?.settled();
			packet.topic = asideTopic;
			packet.payload = Buffer.alloc(0);
			packet.retain = false;
			done(error);
		};
		if (!isFromWire) return pipeline.take(sender, message, finish);
		const id = packet.messageId!;
		// The same packet id before its PUBREL is the same message; aedes answers it without publishing [MQTT-4.3.3-2]. While its
		// first copy is on the way to the disk, what comes behind it waits, so that PUBRECs leave in order [MQTT-4.6.0-3].
		let through: ((error: Error | null) => void) | null = null;
		through = persistence.beginInboundQos2(client.id, id, (error) => {
			if (!through) gate?.answered();
			finish(error);
		});
		if (!through) return;
		pipeline.take(sender, message, through, client.clean ? undefined : { client: client.id, packet: id });
		gate?.answered();
	};

	const authorizeSubscribe: AuthorizeSubscribeHandler = (client, subscription, done) => {
		const { topic } = subscription;
		if (!isSubscription(topic)) return done(new Error("no topic filter")); // [MQTT-4.7.1-2], [MQTT-4.7.1-3]
		const deny = (reason: string): void => {
			const { address } = client.conn as Gate;
			refusals.refused(reason, { client: client.id, account: deps.visitorOf(client)?.account ?? null, address });
			// aedes hands the whole packet to the persistence as soon as one filter is granted; this one is not to be kept.
			subscription.qos = 128 as never;
			done(null, null);
		};
		if (!deps.visitorOf(client)?.maySubscribe(innerFilter(topic))) return deny("subscribe-not-allowed");
		const listener = listenerOf(client);
		const mine = Math.max(listener.filters.size, persistence.subscriptionCount(client.id));
		if (mine >= limits.subscriptionsPerClient && !listener.filters.has(topic)) return deny("too-many-subscriptions");
		const { qos } = subscription;
		const grant = (): void => {
			subscribers.listen(listener, topic, qos);
			done(null, subscription);
		};
		// Never in the same turn: the other filters of this packet must have been judged first.
		if (client.clean || persistence.hasSubscription(client.id, topic, qos)) return queueMicrotask(grant);
		writer.write([{ op: "subscribe", client: client.id, topic, qos }]).then(grant, (error: Error) => {
			deps.onTrouble(error);
			done(error);
		});
	};

	/** Only retained messages for a new subscription come this way. */
	const authorizeForward: AuthorizeForwardHandler = (client, packet: AedesPublishPacket) => {
		const listener = listenerOf(client);
		// aedes lowers the quality of a message only where the filter is the topic itself [MQTT-3.8.4-6].
		let best = 0;
		for (const [filter, qos] of listener.filters) if (qos > best && matches(filter, packet.topic)) best = qos;
		packet.qos = Math.min(packet.qos, best) as 0 | 1 | 2;
		if (packet.qos === 0) return packet;
		const lent = client.clean ? subscribers.lendPacketId(listener) : persistence.lendPacketId(client.id);
		if (lent !== undefined) packet.messageId = lent;
		return packet;
	};

	return {
		authorizePublish,
		authorizeSubscribe,
		authorizeForward,
		takerFor,
		unsubscribed(client: Client, filters: readonly string[]): void {
			for (const filter of filters) subscribers.stopListening(listenerOf(client), filter);
		},
	};
}
