/** Retained messages: those that clients left, and those that are made from the ledger at the moment somebody asks. */
import type { BrokerState } from "../ledger/session-log.ts";
import { matches } from "../routing/filter.ts";
import type { AnyPacket } from "./aedes-types.ts";

type FromLedger = (filters: string[]) => AsyncIterable<AnyPacket> | Iterable<AnyPacket>;

export interface RetainedMessages {
	/** Takes over what the ledger kept; the broker's own notes, below "$", are no messages. */
	load(rows: BrokerState["retained"]): void;
	has(topic: string): boolean;
	size(): number;
	/** An empty payload removes the topic's message [MQTT-3.3.1-10]. */
	set(packet: AnyPacket): void;
	matching(filters: string[]): AsyncGenerator<AnyPacket>;
}

export function createRetainedMessages(fromLedger: FromLedger): RetainedMessages {
	const byTopic = new Map<string, AnyPacket>();
	return {
		load(rows) {
			for (const { topic, qos, payload } of rows)
				if (!topic.startsWith("$")) byTopic.set(topic, { cmd: "publish", topic, qos, payload: Buffer.from(payload), retain: true });
		},
		has: (topic) => byTopic.has(topic),
		size: () => byTopic.size,
		set(packet) {
			if (packet.payload!.length === 0) byTopic.delete(packet.topic!);
			else byTopic.set(packet.topic!, packet);
		},
		async *matching(filters) {
			for (const filter of filters) {
				if (!/[+#]/.test(filter)) {
					const packet = byTopic.get(filter);
					if (packet) yield packet;
					continue;
				}
				for (const packet of byTopic.values()) if (matches(filter, packet.topic!)) yield packet;
			}
			yield* fromLedger(filters);
		},
	};
}
