/** One message on its way to the disk: what must be written before its sender is answered, and what the mirror says from then on. */
import type { BrokerOp } from "../ledger/session-log.ts";
import type { AnyPacket } from "./aedes-types.ts";
import { bestQos, exact, type Mirror, type MirrorOptions } from "./mirror.ts";
import type { Reservation } from "./retained-messages.ts";
import type { Session } from "./session.ts";

/** What a message will do to the mirror once its operations are on disk. */
export interface Prepared {
	ops: BrokerOp[];
	retained: { packet: AnyPacket; reservation: Reservation } | null;
	/** It was to be kept, and its sender has used up its share. */
	isOverQuota: boolean;
	queued: { session: Session; id: number; qos: number }[];
	receivedFrom: { session: Session; packet: number } | undefined;
	packet: AnyPacket;
}

export function createMessageCommit(mirror: Mirror, { writer, isFromLedger }: MirrorOptions) {
	const { sessions, retained, tree, inboundQos2 } = mirror;
	return {
		/** What must be on disk before this message is acknowledged, or null when it leaves nothing. Changes nothing yet. */
		prepare(packet: AnyPacket, receivedFrom?: { client: string; packet: number }, account: string | null = null): Prepared | null {
			const payload = packet.payload!;
			const topic = packet.topic!;
			const subs = (packet.qos ?? 0) > 0 ? tree.match(topic) : [];
			const wantsKeeping = packet.retain === true && !isFromLedger(topic);
			if (subs.length === 0 && !wantsKeeping && !receivedFrom) return null;
			const ops: BrokerOp[] = [];
			const reservation = wantsKeeping ? retained.reserve(packet, account) : null;
			if (reservation) ops.push({ op: "retain", topic, qos: packet.qos ?? 0, payload: payload.length === 0 ? null : exact(payload) });
			const queued: Prepared["queued"] = [];
			// One copy for all of them: it crosses to the ledger's thread once.
			const kept = subs.length > 0 ? exact(payload) : payload;
			for (const [client, best] of bestQos(subs)) {
				const id = mirror.nextId();
				const qos = Math.min(packet.qos!, best);
				queued.push({ session: mirror.sessionOf(client), id, qos });
				ops.push({ op: "enqueue", client, id, topic, qos, retain: false, payload: kept });
			}
			if (receivedFrom) ops.push({ op: "receive", ...receivedFrom });
			return {
				ops,
				retained: reservation && { packet: { ...packet, payload: Buffer.from(payload), cmd: "publish" }, reservation },
				isOverQuota: wantsKeeping && !reservation,
				queued,
				receivedFrom: receivedFrom && { session: mirror.sessionOf(receivedFrom.client), packet: receivedFrom.packet },
				packet,
			};
		},
		/** It will not be on disk. */
		abandon(prepared: Prepared): void {
			if (prepared.retained) retained.letGo(prepared.retained.reservation);
		},
		/** It is on disk: from here the mirror says so, and connected sessions are served. */
		admit(prepared: Prepared): void {
			const { packet, receivedFrom } = prepared;
			if (prepared.retained) retained.set(prepared.retained.packet, prepared.retained.reservation);
			// A session that was cleaned meanwhile took its rows with it.
			if (receivedFrom && sessions.get(receivedFrom.session.client) === receivedFrom.session) {
				inboundQos2.noteOnDisk(receivedFrom.session.client, receivedFrom.packet);
			}
			if (prepared.queued.length === 0) return;
			// A slice of the socket's buffer would keep 64 KiB alive for as long as the message waits.
			const payload = Buffer.from(packet.payload!);
			for (const { session, id, qos } of prepared.queued) {
				// Nor is anything owed to it.
				if (sessions.get(session.client) !== session) {
					writer.later({ op: "dequeue", client: session.client, id });
					continue;
				}
				mirror.keep(session, id, { topic: packet.topic!, payload, retain: false }, qos);
				mirror.serve(session);
			}
		},
	};
}
