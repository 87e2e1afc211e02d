/** QoS 2 messages that came and are not released yet, by client and packet id: the same id again is the same message [MQTT-4.3.3-2]. */
import type { AnyClient, AnyPacket } from "./persistence.ts";
import type { BrokerState, OpWriter } from "./store.ts";

export function createReceipts(writer: Pick<OpWriter, "later">, rows: BrokerState["received"]) {
	const received = new Map<string, Map<number, AnyPacket>>();
	/** Those that are on disk as well. */
	const onDisk = new Map<string, Set<number>>();
	const of = <T>(map: Map<string, T>, client: string, make: () => T): T => {
		let found = map.get(client);
		if (found === undefined) map.set(client, (found = make()));
		return found;
	};
	const noteOnDisk = (client: string, packet: number): void => void of(onDisk, client, () => new Set<number>()).add(packet);
	const incoming = (client: string): Map<number, AnyPacket> => of(received, client, () => new Map<number, AnyPacket>());

	return {
		/** Into the running broker's memory, once. */
		load(): void {
			for (const { client, packet } of rows) {
				incoming(client).set(packet, { messageId: packet });
				noteOnDisk(client, packet);
			}
		},
		noteOnDisk,
		has: (client: string, packet: number): boolean => received.get(client)?.has(packet) ?? false,
		/** Says whether there were any on disk. */
		forget(client: string): boolean {
			received.delete(client);
			return onDisk.delete(client);
		},
		asked: {
			async incomingStorePacket(client: AnyClient, packet: AnyPacket) {
				const { cmd, topic, payload, qos, retain, dup, brokerId, brokerCounter, messageId } = packet;
				incoming(client.id).set(messageId!, { cmd, topic, payload, qos, retain, dup, brokerId, brokerCounter, messageId } as AnyPacket);
			},
			async incomingGetPacket(client: AnyClient, packet: AnyPacket) {
				const known = received.get(client.id)?.get(packet.messageId!);
				if (!known) throw new Error("no such packet");
				return known;
			},
			async incomingDelPacket(client: AnyClient, packet: AnyPacket) {
				if (!received.get(client.id)?.delete(packet.messageId!)) throw new Error("no such packet");
				if (!onDisk.get(client.id)?.delete(packet.messageId!)) return;
				writer.later({ op: "complete", client: client.id, packet: packet.messageId! });
			},
			async cleanIncoming(client: AnyClient) {
				received.delete(client.id);
			},
		},
	};
}
