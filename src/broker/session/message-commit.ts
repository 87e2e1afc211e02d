/** One message on its way to the disk: what must be written before its sender is answered, and the change of the mirror afterwards. */

import { defined } from "../../words/defined.ts";
import type { BrokerOp } from "../ledger/session-log.ts";
import type { Member } from "../routing/shared.ts";
import { identBytes } from "../v5/encode.ts";
import type { AnyPacket, StoredSub } from "./aedes-types.ts";
import { exact, type Mirror, type MirrorOptions } from "./mirror.ts";
import type { Reservation } from "./retained-messages.ts";
import type { Session } from "./session.ts";

/** The change that a message will make to the mirror once its operations are on disk. */
export interface Prepared {
	ops: BrokerOp[];
	retained: { packet: AnyPacket; reservation: Reservation } | null;
	/** The message was to be retained, and its sender has used up its share. */
	isOverQuota: boolean;
	queued: { session: Session; id: number; qos: number; retain: boolean; props: Uint8Array | undefined }[];
	receivedFrom: { session: Session; packet: number } | undefined;
	packet: AnyPacket;
}

/** One client's copy of a message: over all its filters that match. */
interface Copy {
	client: string;
	qos: number;
	retain: boolean;
	idents: number[];
}

/** Of overlapping subscriptions a client gets the message once, at the highest QoS of them, with the identifiers of all. */
function copiesOf(subs: readonly StoredSub[], { qos = 0, retain = false, from }: AnyPacket): Iterable<Copy> {
	const copies = new Map<string, Copy>();
	for (const sub of subs) {
		if (sub.nl && sub.clientId === from) continue; // [MQTT5-3.8.3-3]
		let copy = copies.get(sub.clientId);
		if (!copy) copies.set(sub.clientId, (copy = { client: sub.clientId, qos: 0, retain: false, idents: [] }));
		copy.qos = Math.max(copy.qos, Math.min(qos, sub.qos));
		if (sub.rap && retain) copy.retain = true;
		if (sub.ident !== undefined) copy.idents.push(sub.ident);
	}
	return copies.values();
}

const copyFor = ({ client, qos, asPublished, ident }: Member, packet: AnyPacket): Copy => ({
	client,
	qos: Math.min(packet.qos ?? 0, qos),
	retain: asPublished && packet.retain === true,
	idents: ident === undefined ? [] : [ident],
});

const propsOf = ({ props }: AnyPacket, idents: readonly number[]): Uint8Array | undefined =>
	idents.length === 0 ? props && exact(Buffer.from(props)) : new Uint8Array([...(props ?? []), ...identBytes(idents)]);

export function createMessageCommit(mirror: Mirror, { writer, isFromLedger, deadlines }: MirrorOptions) {
	const { sessions, retained, tree, inboundQos2 } = mirror;
	return {
		/** The operations that must be on disk before this message is acknowledged, or null when it leaves nothing. Changes nothing yet. */
		prepare(
			packet: AnyPacket,
			receivedFrom?: { client: string; packet: number },
			account: string | null = null,
			chosen: readonly Member[] = [],
		): Prepared | null {
			const payload = packet.payload!;
			const topic = packet.topic!;
			const subs = (packet.qos ?? 0) > 0 ? tree.match(topic) : [];
			const wantsKeeping = packet.retain === true && !isFromLedger(topic);
			const sharing = chosen.length === 0 ? chosen : chosen.filter((member) => member.isKept && Math.min(member.qos, packet.qos ?? 0) > 0);
			if (subs.length === 0 && sharing.length === 0 && !wantsKeeping && !receivedFrom) return null;
			const expires = packet.deadline === undefined ? undefined : deadlines.toDisk(packet.deadline);
			const ops: BrokerOp[] = [];
			const reservation = wantsKeeping ? retained.reserve(packet, account) : null;
			if (reservation) {
				const kept = { payload: payload.length === 0 ? null : exact(payload), props: propsOf(packet, []), expires };
				ops.push(defined({ op: "retain" as const, topic, qos: packet.qos ?? 0, ...kept }));
			}
			const queued: Prepared["queued"] = [];
			// One copy for all subscribers: it is passed to the ledger's thread once.
			const kept = subs.length + sharing.length > 0 ? exact(payload) : payload;
			for (const { client, qos, retain, idents } of [...copiesOf(subs, packet), ...sharing.map((member) => copyFor(member, packet))]) {
				if (qos === 0) continue;
				const id = mirror.nextId();
				const props = propsOf(packet, idents);
				queued.push({ session: mirror.sessionOf(client), id, qos, retain, props });
				ops.push(defined({ op: "enqueue" as const, client, id, topic, qos, retain, payload: kept, props, expires }));
			}
			if (receivedFrom) ops.push({ op: "receive", client: receivedFrom.client, packet: receivedFrom.packet });
			return {
				ops,
				retained: reservation && {
					packet: { ...packet, payload: Buffer.from(payload), props: propsOf(packet, []), from: undefined, cmd: "publish" },
					reservation,
				},
				isOverQuota: wantsKeeping && !reservation,
				queued,
				receivedFrom: receivedFrom && { session: mirror.sessionOf(receivedFrom.client), packet: receivedFrom.packet },
				packet,
			};
		},
		/** The commit failed. */
		abandon(prepared: Prepared): void {
			if (prepared.retained) retained.letGo(prepared.retained.reservation);
		},
		/** The commit succeeded: the mirror is changed, and connected sessions are sent the message. */
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
			for (const { session, id, qos, retain, props } of prepared.queued) {
				// The session was deleted or replaced meanwhile, and its message with it.
				if (sessions.get(session.client) !== session) {
					writer.later({ op: "dequeue", client: session.client, id });
					continue;
				}
				mirror.keep(session, id, { topic: packet.topic!, payload, retain, props, deadline: packet.deadline }, qos);
				mirror.serve(session);
			}
		},
	};
}
