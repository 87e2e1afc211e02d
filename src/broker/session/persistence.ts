/**
 * What aedes remembers, as a mirror in memory of what the ledger keeps.
 *
 * Every method resolves within microtasks: aedes drops a live message whose counter was overtaken while a method waited
 * (measured on aedes 1.2). What must be on disk before a PUBACK was put there by publish-pipeline.ts, through `prepare` and `admit`;
 * only tidying, whose loss repeats a delivery, is written later.
 *
 * Sessions that outlive their connection are served from their own queue, in windows, and not by aedes.
 */
import { Readable } from "node:stream";
import type { Instant } from "../../words/time.ts";
import type { BrokerOp } from "../ledger/session-log.ts";
import { noteOp } from "../ledger/session-records.ts";
import {
	type AnyClient,
	type AnyPacket,
	type AskedSub,
	type BrokerSide,
	createMirror,
	type MirrorOptions,
	type StoredSub,
	unknownTime,
} from "./mirror.ts";
import { freePacketId, type Held, type HeldPacket, markSent, release, rewind, type Session } from "./session.ts";

/** What a message will do to the mirror once its operations are on disk. */
export interface Prepared {
	ops: BrokerOp[];
	retained: AnyPacket | null;
	queued: { session: Session; id: number; qos: number }[];
	receivedFrom: { session: Session; packet: number } | undefined;
	packet: AnyPacket;
}

export function createPersistence(options: MirrorOptions) {
	const { writer, limits } = options;
	let broker: BrokerSide = { id: "" };
	let destroyed = false;
	const mirror = createMirror(options, () => broker);
	const { sessions, retained, tree, inboundQos2, wills, serve, nextId } = mirror;
	const { sessionOf, keep, addOne, forget, bestQos, exact, retainedMatching, setRetained, enqueueLate } = mirror;

	const persistence = {
		get broker() {
			return broker;
		},
		async setup(of: BrokerSide) {
			broker = of;
			mirror.load();
		},
		async storeRetained(packet: AnyPacket) {
			if (options.isFromLedger(packet.topic!)) return;
			setRetained({ ...packet });
			const payload = packet.payload!.length === 0 ? null : exact(packet.payload!);
			writer.later({ op: "retain", topic: packet.topic!, qos: packet.qos ?? 0, payload });
		},
		createRetainedStream: (filter: string) => Readable.from(retainedMatching([filter])),
		createRetainedStreamCombi: (filters: string[]) => Readable.from(retainedMatching(filters)),

		/** Written by publish-pipeline.ts before the client's SUBACK; a denied one carries QoS 128 and is not kept. */
		async addSubscriptions(client: AnyClient, subs: AskedSub[]) {
			for (const sub of subs) if (sub.qos <= 2) addOne(client.id, sub);
		},
		async removeSubscriptions(client: AnyClient, topics: string[]) {
			const session = sessions.get(client.id);
			for (const topic of topics) {
				if (!session?.subscriptions.delete(topic)) continue;
				tree.delete(topic, client.id);
				writer.later({ op: "unsubscribe", client: client.id, topic });
			}
		},
		async subscriptionsByClient(client: AnyClient) {
			return [...(sessions.get(client.id)?.subscriptions ?? [])].map(([topic, record]) => ({ topic, ...record }));
		},
		async subscriptionsByTopic(topic: string): Promise<StoredSub[]> {
			return [...tree.match(topic)];
		},
		async cleanSubscriptions(client: AnyClient) {
			forget(client.id);
		},
		async countOffline() {
			const clientsCount = [...sessions.values()].filter((session) => session.subscriptions.size > 0).length;
			return { subsCount: tree.size(), clientsCount };
		},
		getClientList(topic: string) {
			return Readable.from([...sessions.values()].filter((one) => one.subscriptions.has(topic)).map((one) => one.client));
		},

		async outgoingEnqueue(sub: { clientId: string; qos?: number }, packet: AnyPacket) {
			enqueueLate(sub.clientId, Math.min(packet.qos ?? 0, sub.qos ?? 2), packet);
		},
		async outgoingEnqueueCombi(subs: StoredSub[], packet: AnyPacket) {
			for (const [client, qos] of bestQos(subs)) enqueueLate(client, Math.min(packet.qos ?? 0, qos), packet);
		},
		/** aedes asks when a PUBREC came; for packets it sent itself it also names their id here. */
		async outgoingUpdate(client: AnyClient, packet: AnyPacket) {
			const session = sessions.get(client.id);
			const byCounter =
				packet.brokerId === undefined ? undefined : session?.byCounter.get(`${packet.brokerId} ${packet.brokerCounter ?? 0}`);
			const held = byCounter ?? (packet.messageId === undefined ? undefined : session?.sent.get(packet.messageId));
			if (packet.cmd === "pubrel" && session?.lent.has(packet.messageId!)) return;
			if (!session || !held) throw new Error("no such packet");
			if (packet.cmd !== "pubrel") return markSent(session, held, packet.messageId!);
			// After a PUBREL the client forgets the id: a gateway that then sent the PUBLISH again would deliver it twice [MQTT-4.3.3-1].
			if (held.packet.cmd !== "pubrel") await writer.write([{ op: "release", client: client.id, id: held.id }]);
			held.packet = packet as HeldPacket;
		},
		async outgoingClearMessageId(client: AnyClient, packet: AnyPacket): Promise<AnyPacket | undefined> {
			return packet.messageId === undefined ? undefined : persistence.settle(client.id, packet.messageId)?.packet;
		},
		/** A connected client is served by `serve`; aedes would send everything at once, and without DUP. */
		outgoingStream(client: AnyClient) {
			const isConnected = broker.clients?.[client.id]?.conn !== undefined;
			const queue = isConnected ? [] : [...(sessions.get(client.id)?.queue.values() ?? [])];
			return Readable.from(queue.map((held) => held.packet));
		},

		...inboundQos2.asked,

		...wills.asked,

		async destroy() {
			if (destroyed) throw new Error("destroyed called twice!");
			destroyed = true;
		},

		// The door's own side.

		/** What must be on disk before this message is acknowledged, or null when it leaves nothing. Changes nothing yet. */
		prepare(packet: AnyPacket, receivedFrom?: { client: string; packet: number }): Prepared | null {
			const payload = packet.payload!;
			const topic = packet.topic!;
			const subs = (packet.qos ?? 0) > 0 ? tree.match(topic) : [];
			const wantsKeeping = packet.retain === true && !options.isFromLedger(topic);
			if (subs.length === 0 && !wantsKeeping && !receivedFrom) return null;
			const ops: BrokerOp[] = [];
			const isKept = wantsKeeping && (retained.has(topic) || retained.size < limits.retainedMessages);
			if (wantsKeeping && !isKept) options.onDropped("retained-full");
			if (isKept) ops.push({ op: "retain", topic, qos: packet.qos ?? 0, payload: payload.length === 0 ? null : exact(payload) });
			const queued: Prepared["queued"] = [];
			// One copy for all of them: it crosses to the ledger's thread once.
			const kept = subs.length > 0 ? exact(payload) : payload;
			for (const [client, best] of bestQos(subs)) {
				const id = nextId();
				const qos = Math.min(packet.qos!, best);
				queued.push({ session: sessionOf(client), id, qos });
				ops.push({ op: "enqueue", client, id, topic, qos, retain: false, payload: kept });
			}
			if (receivedFrom) ops.push({ op: "receive", ...receivedFrom });
			return {
				ops,
				retained: isKept ? { ...packet, payload: Buffer.from(payload), cmd: "publish" } : null,
				queued,
				receivedFrom: receivedFrom && { session: sessionOf(receivedFrom.client), packet: receivedFrom.packet },
				packet,
			};
		},
		/** It is on disk: from here the mirror says so, and connected sessions are served. */
		admit(prepared: Prepared): void {
			const { packet, receivedFrom } = prepared;
			if (prepared.retained) setRetained(prepared.retained);
			// A session that was cleaned meanwhile took its rows with it.
			if (receivedFrom && sessions.get(receivedFrom.session.client) === receivedFrom.session) {
				inboundQos2.noteOnDisk(receivedFrom.session.client, receivedFrom.packet);
			}
			if (prepared.queued.length === 0) return;
			// A slice of the socket's buffer would keep 64 KiB alive for as long as the message waits.
			const payload = Buffer.from(packet.payload!);
			for (const { session, id, qos } of prepared.queued) {
				// So here: it wants nothing any more.
				if (sessions.get(session.client) !== session) {
					writer.later({ op: "dequeue", client: session.client, id });
					continue;
				}
				keep(session, id, { topic: packet.topic!, payload, retain: false }, qos);
				serve(session);
			}
		},
		/** The client has acknowledged this packet for good. */
		settle(client: string, packetId: number): Held | undefined {
			const session = sessions.get(client);
			if (!session) return undefined;
			const wasLent = session.lent.delete(packetId);
			const held = session.sent.get(packetId);
			if (!held) {
				// A QoS 2 message may have waited for just this packet id.
				if (wasLent) serve(session);
				return undefined;
			}
			release(session, held);
			writer.later({ op: "dequeue", client, id: held.id });
			serve(session);
			return held;
		},
		hasSubscriptionsBelow: tree.hasBelow,
		beginReceipt: inboundQos2.begin,
		/** A packet id for a retained message that aedes sends outside the queue. */
		lendPacketId(client: string): number | undefined {
			const session = sessionOf(client);
			const id = freePacketId(session);
			if (id !== null) session.lent.add(id);
			return id ?? undefined;
		},
		/** A client whose session is kept has its CONNACK. */
		clientReady(client: string): void {
			const session = sessionOf(client);
			session.absentSince = null;
			writer.later(noteOp(client, { seenAt: options.now() ?? unknownTime, isOnline: true, sentTo: session.sentTo }));
			rewind(session);
			serve(session);
		},
		clientGone(client: string): void {
			const session = sessions.get(client);
			if (!session) return;
			session.absentSince = options.now() ?? unknownTime;
			writer.later(noteOp(client, { seenAt: session.absentSince, isOnline: false, sentTo: session.sentTo }));
		},
		/** Before a stop, so that the next start knows that nobody was cut off. */
		everybodyGone(): void {
			for (const session of sessions.values()) if (session.absentSince === null) persistence.clientGone(session.client);
		},
		/** Forgets sessions whose clients were last here before this; an absence of unknown age begins now. */
		expire(before: Instant, now: Instant): void {
			for (const session of [...sessions.values()]) {
				if (session.absentSince === unknownTime) session.absentSince = now;
				if (session.absentSince === null || session.absentSince >= before) continue;
				forget(session.client);
				options.onDropped("session-expired");
			}
		},
		hasSubscription: (client: string, topic: string, qos: number): boolean => sessions.get(client)?.subscriptions.get(topic)?.qos === qos,
		subscriptionCount: (client: string): number => sessions.get(client)?.subscriptions.size ?? 0,
		knowsSession: (client: string): boolean => sessions.has(client),
		counts: () => {
			let queued = 0;
			for (const session of sessions.values()) queued += session.queue.size;
			return { sessions: sessions.size, queued, retained: retained.size, subscriptions: tree.size() };
		},
	};
	return persistence;
}

export type Persistence = ReturnType<typeof createPersistence>;
