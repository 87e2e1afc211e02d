/**
 * QoS 2 messages that were received and whose PUBREL has not come, by client and packet id: the same id again is the same message
 * [MQTT-4.3.3-2].
 *
 *   PUBLISH ── isNew ──▶ on its way to the disk ── noteOnDisk ──▶ received ── PUBREL ──▶ gone from the disk ──▶ PUBCOMP
 *     again: waits for its first copy ┘                    PUBREC again ┘
 *
 * Method A: the effect and the packet id are one commit, before PUBREC. The id is gone from the disk before PUBCOMP, because after
 * that the client may give it to another message, which must not be taken for this one.
 */

import type { BrokerState, OpWriter } from "../ledger/session-log.ts";
import type { AnyClient, AnyPacket } from "./aedes-types.ts";

type Done = (error: Error | null) => void;

const of = <T>(map: Map<string, T>, client: string, make: () => T): T => {
	let found = map.get(client);
	if (found === undefined) map.set(client, (found = make()));
	return found;
};

/** Messages on their way to the disk, each with those who wait for it: a client that lost its connection meanwhile sends it again. */
function createArrivals() {
	const arriving = new Map<string, Map<number, Done[]>>();
	return {
		/** Null: its first copy is on its way, and `done` is called with that. Otherwise what to call once it is on disk. */
		begin(client: string, packet: number, done: Done): Done | null {
			const mine = of(arriving, client, () => new Map<number, Done[]>());
			const first = mine.get(packet);
			if (first) return (first.push(done), null);
			const waiting = [done];
			mine.set(packet, waiting);
			return (error) => {
				if (mine.get(packet) === waiting) mine.delete(packet);
				for (const one of waiting) one(error);
			};
		},
		forget: (client: string): boolean => arriving.delete(client),
	};
}

export function createInboundQos2(writer: Pick<OpWriter, "write">, rows: BrokerState["received"]) {
	const received = new Map<string, Map<number, AnyPacket>>();
	/** Packet ids that are on disk. */
	const onDisk = new Map<string, Set<number>>();
	const arriving = createArrivals();
	const noteOnDisk = (client: string, packet: number): void => void of(onDisk, client, () => new Set<number>()).add(packet);
	const incoming = (client: string): Map<number, AnyPacket> => of(received, client, () => new Map<number, AnyPacket>());
	const has = (client: string, packet: number): boolean => (received.get(client)?.has(packet) || onDisk.get(client)?.has(packet)) ?? false;

	const complete = async (client: string, id: number): Promise<boolean> => {
		if (!has(client, id)) return false;
		if (onDisk.get(client)?.has(id)) await writer.write([{ op: "complete", client, packet: id }]);
		received.get(client)?.delete(id);
		onDisk.get(client)?.delete(id);
		return true;
	};

	return {
		/** Called at a PUBREL. False: this packet id is unknown. Rejects when the disk refuses; then the client sends its PUBREL again. */
		complete,
		/** For a session that ends with its connection. */
		noteInMemory(client: string, packet: number): void {
			incoming(client).set(packet, { messageId: packet } as AnyPacket);
		},
		/** Loads the ids from disk, once at start. */
		load(): void {
			for (const { client, packet } of rows) noteOnDisk(client, packet);
		},
		noteOnDisk,
		/**
		 * Null when the message came before; then `done` is called as soon as its first copy is committed. Otherwise returns the function
		 * to call when the message is committed or has failed.
		 */
		begin(client: string, packet: number, done: Done): Done | null {
			if (has(client, packet)) return (done(null), null);
			return arriving.begin(client, packet, done);
		},
		/** Deletes a session's ids. Returns whether any were on disk. */
		forget(client: string): boolean {
			received.delete(client);
			arriving.forget(client);
			return onDisk.delete(client);
		},
		asked: {
			async incomingStorePacket(client: AnyClient, packet: AnyPacket) {
				const { cmd, topic, payload, qos, retain, dup, brokerId, brokerCounter, messageId } = packet;
				// Messages that a lost connection had not finished belong to a session that another client may have by now; those of kept
				// sessions are on disk.
				if (client.closed) return;
				incoming(client.id).set(messageId!, { cmd, topic, payload, qos, retain, dup, brokerId, brokerCounter, messageId } as AnyPacket);
			},
			async incomingGetPacket(client: AnyClient, packet: AnyPacket) {
				const known = received.get(client.id)?.get(packet.messageId!);
				if (known) return known;
				if (!onDisk.get(client.id)?.has(packet.messageId!)) throw new Error("no such packet");
				return { messageId: packet.messageId };
			},
			async incomingDelPacket(client: AnyClient, packet: AnyPacket) {
				const isKnown = await complete(client.id, packet.messageId!).catch((error: unknown) => {
					// aedes answers PUBCOMP whatever is said here; a client that is cut off sends its PUBREL again.
					(client.conn as { destroy(): void } | undefined)?.destroy();
					throw error;
				});
				if (!isKnown) throw new Error("no such packet");
			},
			async cleanIncoming(client: AnyClient) {
				received.delete(client.id);
				arriving.forget(client.id);
			},
		},
	};
}
