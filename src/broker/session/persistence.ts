/**
 * The state that aedes asks for, as a mirror in memory of what the ledger keeps, and the broker's own access to it.
 *
 *   for-aedes.ts ──────┐
 *   message-commit.ts ─┼──▶ mirror.ts (sessions, subscriptions, queues, retained) ──▶ writer ──▶ ledger
 *   presence.ts ───────┘
 *
 * Changes that must be on disk before a PUBACK are put there by publish-pipeline.ts, through `prepare` and `admit`; only tidying, whose
 * loss repeats a delivery, is written later. Sessions that outlive their connection are served from their own queue, in windows, and not by
 * aedes.
 */
import type { BrokerSide } from "./aedes-types.ts";
import { queuesForAedes, retainedForAedes, subscriptionsForAedes } from "./for-aedes.ts";
import { createMessageCommit } from "./message-commit.ts";
import { createMirror, type Mirror, type MirrorOptions } from "./mirror.ts";
import { createPresence } from "./presence.ts";
import { freePacketId, type Held, release } from "./session.ts";

/** Takes note that a client has finished a packet. */
function settling({ sessions, serve }: Mirror, writer: MirrorOptions["writer"]): (client: string, packetId: number) => Held | undefined {
	return (client, packetId) => {
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
	};
}

export function createPersistence(options: MirrorOptions) {
	const { writer } = options;
	let broker: BrokerSide = { id: "" };
	let destroyed = false;
	const mirror = createMirror(options, () => broker);
	const { sessions, retained, tree, inboundQos2, wills, sessionOf } = mirror;

	const settle = settling(mirror, writer);

	return {
		get broker() {
			return broker;
		},
		async setup(of: BrokerSide) {
			broker = of;
			mirror.load();
		},
		...retainedForAedes(mirror, writer, options.isFromLedger),
		...subscriptionsForAedes(mirror, writer),
		...queuesForAedes(mirror, writer, () => broker, settle),
		...inboundQos2.asked,
		...wills.asked,
		async destroy() {
			if (destroyed) throw new Error("destroyed called twice!");
			destroyed = true;
		},

		...createMessageCommit(mirror, options),
		...createPresence(mirror, options),
		settle,
		hasSubscriptionsBelow: tree.hasBelow,
		beginInboundQos2: inboundQos2.begin,
		completeInboundQos2: inboundQos2.complete,
		noteInboundQos2: inboundQos2.noteInMemory,
		noteWillOwner: wills.noteOwner,
		dropOlderWill: wills.drop,
		retainedMatching: retained.matching,
		/** Removes retained messages that have expired, here and on disk. */
		dropExpiredRetained(): void {
			for (const topic of retained.takeExpired()) writer.later({ op: "retain", topic, qos: 0, payload: null });
		},
		/** A message for this session alone, such as a retained one. */
		enqueueFor: mirror.enqueueLate,
		/** Messages of this session that are not acknowledged. */
		queuedFor: (client: string): number => sessions.get(client)?.queue.size ?? 0,
		subscriptionsOf: (client: string) => [...(sessions.get(client)?.subscriptions ?? [])],
		/** Takes note of one subscription, whose row is on disk. */
		keepSubscription: mirror.addSubscription,
		/** A packet id for a retained message that aedes sends outside the queue. */
		lendPacketId(client: string): number | undefined {
			const session = sessionOf(client);
			const id = freePacketId(session);
			if (id !== null) session.lent.add(id);
			return id ?? undefined;
		},
		/** Exactly this is on disk: of this quality, and without options of MQTT 5. */
		hasSubscription(client: string, topic: string, qos: number): boolean {
			const kept = sessions.get(client)?.subscriptions.get(topic);
			return kept !== undefined && kept.qos === qos && !kept.nl && !kept.rap && kept.ident === undefined;
		},
		subscriptionCount: (client: string): number => sessions.get(client)?.subscriptions.size ?? 0,
		sessionsOf(account: string | null): number {
			let count = 0;
			for (const session of sessions.values()) if (session.owner === account) count += 1;
			return count;
		},
		knowsSession: (client: string): boolean => sessions.has(client),
		counts: () => {
			let queued = 0;
			for (const session of sessions.values()) queued += session.queue.size;
			return { sessions: sessions.size, queued, retained: retained.size(), subscriptions: tree.size() };
		},
	};
}

export type Persistence = ReturnType<typeof createPersistence>;
