/**
 * The methods that aedes calls on its persistence, answered from the mirror.
 *
 * Every method resolves within microtasks: aedes drops a message that it is delivering when another one's counter overtakes it while a
 * method waits (measured on aedes 1.2).
 */
import { Readable } from "node:stream";
import type { OpWriter } from "../ledger/session-log.ts";
import type { AnyClient, AnyPacket, AskedSub, BrokerSide, StoredSub } from "./aedes-types.ts";
import { bestQos, exact, type Mirror } from "./mirror.ts";
import { type Held, type HeldPacket, markSent } from "./session.ts";

export function retainedForAedes({ retained }: Mirror, writer: OpWriter, isFromLedger: (topic: string) => boolean) {
	return {
		async storeRetained(packet: AnyPacket) {
			if (isFromLedger(packet.topic!)) return;
			retained.set({ ...packet });
			const payload = packet.payload!.length === 0 ? null : exact(packet.payload!);
			writer.later({ op: "retain", topic: packet.topic!, qos: packet.qos ?? 0, payload });
		},
		createRetainedStream: (filter: string) => Readable.from(retained.matching([filter])),
		createRetainedStreamCombi: (filters: string[]) => Readable.from(retained.matching(filters)),
	};
}

export function subscriptionsForAedes({ sessions, tree, addSubscription, forget }: Mirror, writer: OpWriter) {
	return {
		/** Written by publish-pipeline.ts before the client's SUBACK; a denied one carries QoS 128 and is not kept. */
		async addSubscriptions(client: AnyClient, subs: AskedSub[]) {
			for (const sub of subs) if (sub.qos <= 2) addSubscription(client.id, sub);
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
	};
}

export function queuesForAedes(
	{ sessions, enqueueLate }: Mirror,
	writer: OpWriter,
	broker: () => BrokerSide,
	settle: (client: string, packetId: number) => Held | undefined,
) {
	return {
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
			return packet.messageId === undefined ? undefined : settle(client.id, packet.messageId)?.packet;
		},
		/** A connected client is served by `serve`; aedes would send everything at once, and without DUP. */
		outgoingStream(client: AnyClient) {
			const isConnected = broker().clients?.[client.id]?.conn !== undefined;
			const queue = isConnected ? [] : [...(sessions.get(client.id)?.queue.values() ?? [])];
			return Readable.from(queue.map((held) => held.packet));
		},
	};
}
