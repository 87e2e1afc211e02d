/**
 * Connects clients to the rest of the broker: the gate's taker for most packets, aedes' hooks for the others.
 *
 *   gate ──▶ taker: PUBLISH at QoS 0, 1 ──▶ publish-pipeline.ts ──▶ PUBACK
 *   aedes ──▶ authorizePublish: QoS 2 and last wills ──▶ publish-pipeline.ts, and then aedes has nothing left to do but to answer
 *        └──▶ authorizeSubscribe: rights, and the filter on disk before its SUBACK · authorizeForward: retained messages
 */
import type { AuthorizeForwardHandler, AuthorizePublishHandler, AuthorizeSubscribeHandler, Client } from "aedes";
import type { Gate, Taker } from "../connection/gate-port.ts";
import { isDup, packetTypes, readPublish } from "../connection/packet.ts";
import type { OpWriter } from "../ledger/session-log.ts";
import type { BrokerLimits } from "../limits.ts";
import { matches } from "../routing/filter.ts";
import type { PublishPipeline, Sender } from "../routing/publish-pipeline.ts";
import { innerFilter, isSubscription } from "../routing/shared.ts";
import type { Subscriber, Subscribers } from "../routing/subscribers.ts";
import type { Persistence } from "../session/persistence.ts";
import type { Refusals } from "./refusals.ts";
import type { Visitor } from "./rights.ts";

/** Topic for messages that the pipeline has handled: nobody may subscribe to it, and no wildcard matches it. */
const handledTopic = "$SYS/gondola/handled";

const noBytes = Buffer.alloc(0);

export interface HooksDeps {
	pipeline: PublishPipeline;
	subscribers: Subscribers;
	persistence: Persistence;
	writer: OpWriter;
	limits: BrokerLimits;
	refusals: Pick<Refusals, "refused">;
	visitorOf(client: Client): Visitor | undefined;
	/** Rights for the will of a client that has not come back since the gateway restarted. */
	visitorOfOldWill: Visitor;
	onTrouble(error: Error): void;
	isStopping(): boolean;
}

/** The connections of one broker to aedes. */
interface Hooks {
	deps: HooksDeps;
	pipeline: HooksDeps["pipeline"];
	subscribers: HooksDeps["subscribers"];
	persistence: HooksDeps["persistence"];
	writer: HooksDeps["writer"];
	limits: HooksDeps["limits"];
	refusals: HooksDeps["refusals"];
	senders: WeakMap<Client, Sender>;
	subscriberOf: WeakMap<Client, Subscriber>;
}

export interface AedesHooks {
	authorizePublish: AuthorizePublishHandler;
	authorizeSubscribe: AuthorizeSubscribeHandler;
	authorizeForward: AuthorizeForwardHandler;
	/** The parts for a client that has its CONNACK. */
	takerFor(client: Client): Taker;
	unsubscribed(client: Client, filters: readonly string[]): void;
}

export function createHooks(deps: HooksDeps): AedesHooks {
	const { pipeline, subscribers, persistence, writer, limits, refusals } = deps;
	const hooks: Hooks = {
		deps,
		pipeline,
		subscribers,
		persistence,
		writer,
		limits,
		refusals,
		senders: new WeakMap<Client, Sender>(),
		subscriberOf: new WeakMap<Client, Subscriber>(),
	};
	return {
		authorizePublish: (client, packet, done) => authorizePublish(hooks, client, packet, done),
		authorizeSubscribe: (client, subscription, done) => authorizeSubscribe(hooks, client, subscription, done),
		authorizeForward: (client, packet) => authorizeForward(hooks, client, packet),
		takerFor: (client) => takerFor(hooks, client),
		unsubscribed(client: Client, filters: readonly string[]): void {
			for (const filter of filters) hooks.subscribers.stopListening(ensureSubscriber(hooks, client), filter);
		},
	};
}

function senderOf(hooks: Hooks, client: Client): Sender {
	let sender = hooks.senders.get(client);
	if (!sender)
		hooks.senders.set(client, (sender = hooks.pipeline.sender(client.id, (client.conn as Gate).address, hooks.deps.visitorOf(client))));
	return sender;
}

function ensureSubscriber(hooks: Hooks, client: Client): Subscriber {
	let subscriber = hooks.subscriberOf.get(client);
	if (subscriber) return subscriber;
	const gate = client.conn as Gate;
	hooks.subscriberOf.set(client, (subscriber = hooks.subscribers.join(gate, client.id, !client.clean)));
	gate.once("close", () => hooks.subscribers.leave(ensureSubscriber(hooks, client)));
	return subscriber;
}

/** The parts for a client that has its CONNACK. */
function takerFor(hooks: Hooks, client: Client): Taker {
	const gate = client.conn as Gate;
	// Most connections are silent for hours: what they need is made when they first need it.
	let sender: Sender | undefined;
	let subscriber: Subscriber | undefined;
	let lastTopic = noBytes;
	let lastText = "";
	return {
		publish(packet) {
			const { topicStart, topicEnd, payloadStart, qos, retain, id } = readPublish(packet);
			// Most senders repeat one topic.
			if (packet.compare(lastTopic, 0, lastTopic.length, topicStart, topicEnd) !== 0) {
				lastTopic = Buffer.from(packet.subarray(topicStart, topicEnd));
				lastText = lastTopic.toString("utf8");
			}
			hooks.pipeline.take(
				(sender ??= senderOf(hooks, client)),
				{ topic: lastText, payload: packet.subarray(payloadStart), qos, retain, isDup: isDup(packet) },
				(error) => {
					if (error) return void gate.destroy();
					if (qos === 1) gate.ack(id);
					gate.settled();
				},
			);
		},
		answer(type, packetId) {
			if (client.clean) hooks.subscribers.answer((subscriber ??= ensureSubscriber(hooks, client)), type, packetId);
			else if (type === packetTypes.puback) hooks.persistence.settle(client.id, packetId);
			else return false;
			return true;
		},
	};
}

function authorizePublish(
	hooks: Hooks,
	...[client, packet, done]: Parameters<AuthorizePublishHandler>
): ReturnType<AuthorizePublishHandler> {
	const gate = client?.conn as Gate | undefined;
	const isFromWire = client !== null && packet.cmd === "publish";
	// A client that the gateway itself cut off has not died: its will stays for the next start, which waits for the client to return.
	if (!isFromWire && hooks.deps.isStopping()) return done(new Error("the broker is stopping"));
	const sender = client
		? senderOf(hooks, client)
		: hooks.pipeline.sender((packet as { clientId?: string }).clientId ?? "", "", hooks.deps.visitorOfOldWill);
	const message = { topic: packet.topic, payload: Buffer.from(packet.payload), qos: packet.qos ?? 0, retain: packet.retain ?? false };
	const finish = (error: Error | null): void => {
		if (isFromWire) gate?.settled();
		packet.topic = handledTopic;
		packet.payload = Buffer.alloc(0);
		packet.retain = false;
		done(error);
	};
	if (!isFromWire) return hooks.pipeline.take(sender, message, finish);
	const id = packet.messageId!;
	// The same packet id before its PUBREL is the same message; aedes answers it without publishing [MQTT-4.3.3-2]. While its
	// first copy is on the way to the disk, what comes behind it waits, so that PUBRECs leave in order [MQTT-4.6.0-3].
	let through: ((error: Error | null) => void) | null = null;
	through = hooks.persistence.beginInboundQos2(client.id, id, (error) => {
		if (!through) gate?.answered();
		finish(error);
	});
	if (!through) return;
	hooks.pipeline.take(sender, message, through, client.clean ? undefined : { client: client.id, packet: id });
	gate?.answered();
}

function authorizeSubscribe(
	hooks: Hooks,
	...[client, subscription, done]: Parameters<AuthorizeSubscribeHandler>
): ReturnType<AuthorizeSubscribeHandler> {
	const { topic } = subscription;
	if (!isSubscription(topic)) return done(new Error("no topic filter")); // [MQTT-4.7.1-2], [MQTT-4.7.1-3]
	const deny = (reason: string): void => {
		const { address } = client.conn as Gate;
		hooks.refusals.refused(reason, { client: client.id, account: hooks.deps.visitorOf(client)?.account ?? null, address });
		// aedes hands the whole packet to the persistence as soon as one filter is granted; this one is not to be kept.
		subscription.qos = 128 as never;
		done(null, null);
	};
	if (!hooks.deps.visitorOf(client)?.maySubscribe(innerFilter(topic))) return deny("subscribe-not-allowed");
	const subscriber = ensureSubscriber(hooks, client);
	const mine = Math.max(subscriber.filters.size, hooks.persistence.subscriptionCount(client.id));
	if (mine >= hooks.limits.subscriptionsPerClient && !subscriber.filters.has(topic)) return deny("too-many-subscriptions");
	const { qos } = subscription;
	const grant = (): void => {
		hooks.subscribers.listen(subscriber, topic, qos);
		done(null, subscription);
	};
	// Never in the same turn: the other filters of this packet must have been judged first.
	if (client.clean || hooks.persistence.hasSubscription(client.id, topic, qos)) return queueMicrotask(grant);
	hooks.writer.write([{ op: "subscribe", client: client.id, topic, qos }]).then(grant, (error: Error) => {
		hooks.deps.onTrouble(error);
		done(error);
	});
}

/** Only retained messages for a new subscription come this way. */
function authorizeForward(hooks: Hooks, ...[client, packet]: Parameters<AuthorizeForwardHandler>): ReturnType<AuthorizeForwardHandler> {
	const subscriber = ensureSubscriber(hooks, client);
	// aedes lowers the quality of a message only where the filter is the topic itself [MQTT-3.8.4-6].
	let best = 0;
	for (const [filter, qos] of subscriber.filters) if (qos > best && matches(filter, packet.topic)) best = qos;
	packet.qos = Math.min(packet.qos, best) as 0 | 1 | 2;
	if (packet.qos === 0) return packet;
	const lent = client.clean ? hooks.subscribers.lendPacketId(subscriber) : hooks.persistence.lendPacketId(client.id);
	if (lent !== undefined) packet.messageId = lent;
	return packet;
}
