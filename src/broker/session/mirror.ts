import type { Instant } from "../../words/time.ts";
import type { BrokerState, OpWriter } from "../ledger/session-log.ts";
import { noteOp, readNotes } from "../ledger/session-records.ts";
import type { BrokerLimits } from "../limits.ts";
import { filterTree, matches } from "../routing/filter.ts";
import { createInboundQos2 } from "./inbound-qos2.ts";
import { createRedelivery } from "./redelivery.ts";
import { createSession, type HeldPacket, hold, oldestOver, recallRelease, recallSent, release, type Session } from "./session.ts";
import { createWills } from "./wills.ts";

export interface AnyPacket extends Omit<HeldPacket, "cmd"> {
	cmd?: string;
	clientId?: string;
}

export interface AnyClient {
	id: string;
	conn?: unknown;
	connected?: boolean;
	closed?: boolean;
}

export interface StoredSub {
	clientId: string;
	topic: string;
	qos: number;
	rh?: number | undefined;
	rap?: boolean | undefined;
	nl?: boolean | undefined;
}
export interface AskedSub {
	topic: string;
	qos: number;
	rh?: number;
	rap?: boolean;
	nl?: boolean;
	subscriptionIdentifier?: number;
}

/** What of aedes the mirror looks at. */
export interface BrokerSide {
	id: string;
	clients?: Record<string, AnyClient>;
}

export interface MirrorOptions {
	/** What the ledger kept, as it was at start. */
	state: BrokerState;
	writer: OpWriter;
	limits: Pick<BrokerLimits, "window" | "queuedMessages" | "queuedBytes" | "retainedMessages" | "backlogBytes">;
	/** Topics whose retained messages are made from the ledger when asked for, and never kept here. */
	isFromLedger(topic: string): boolean;
	fromLedger(filters: string[]): AsyncIterable<AnyPacket> | Iterable<AnyPacket>;
	mayReceive(client: string, topic: string): boolean;
	/** Null while the box only guesses the date. */
	now(): Instant | null;
	onDropped(reason: string): void;
}

/** An absence of unknown age: the clock was not sure of the date. */
export const unknownTime: Instant = "";

/**
 * What the broker knows of sessions, subscriptions, queues and retained messages, in memory: a mirror of what the ledger keeps. Everything
 * that
 * changes it notes the same for the ledger through `writer`.
 */
export function createMirror(options: MirrorOptions, broker: () => BrokerSide) {
	const { writer, limits } = options;
	const sessions = new Map<string, Session>();
	const retained = new Map<string, AnyPacket>();
	const inboundQos2 = createInboundQos2(writer, options.state.received);
	const tree = filterTree<StoredSub>();
	let lastId = 0;
	const wills = createWills(writer, options.state.wills, () => broker().id);

	const serve = createRedelivery({
		limits,
		mayReceive: options.mayReceive,
		connected: (id) => broker().clients?.[id],
		release(session, held, reason) {
			release(session, held);
			writer.later({ op: "dequeue", client: session.client, id: held.id });
			options.onDropped(reason);
		},
	});
	const sessionOf = (client: string): Session => {
		let session = sessions.get(client);
		if (!session) sessions.set(client, (session = createSession(client, options.now() ?? unknownTime)));
		return session;
	};
	const keep = (session: Session, id: number, packet: AnyPacket, qos: number): void => {
		hold(session, id, {
			cmd: "publish",
			topic: packet.topic ?? "",
			payload: packet.payload ?? Buffer.alloc(0),
			qos,
			retain: packet.retain ?? false,
			dup: packet.dup ?? false,
			messageId: undefined,
			...(packet.brokerId !== undefined && { brokerId: packet.brokerId, brokerCounter: packet.brokerCounter ?? 0 }),
		});
		for (let old = oldestOver(session, cap); old; old = oldestOver(session, cap)) {
			release(session, old);
			writer.later({ op: "dequeue", client: session.client, id: old.id });
			options.onDropped("queue-full");
		}
	};
	const cap = { messages: limits.queuedMessages, bytes: limits.queuedBytes };

	const load = (): void => {
		const { state } = options;
		for (const row of state.retained) {
			if (row.topic.startsWith("$")) continue;
			retained.set(row.topic, { cmd: "publish", topic: row.topic, qos: row.qos, payload: Buffer.from(row.payload), retain: true });
		}
		for (const row of state.subscriptions) addOne(row.client, { topic: row.topic, qos: row.qos });
		const notes = readNotes(state.retained);
		for (const [client, note] of notes) {
			// Connected until the gateway stopped, however long ago that began: its absence is counted from here.
			if (!note.isOnline) sessionOf(client).absentSince = note.seenAt;
			else sessionOf(client);
		}
		for (const row of [...state.queued].sort((a, b) => a.id - b.id)) {
			lastId = Math.max(lastId, row.id);
			const session = sessionOf(row.client);
			keep(session, row.id, { topic: row.topic, payload: Buffer.from(row.payload), retain: row.retain }, row.qos);
			const held = row.topic === "" ? session.queue.get(row.id) : undefined;
			if (held) recallRelease(session, held);
		}
		for (const [client, note] of notes) recallSent(sessionOf(client), note, limits.window);
		wills.load();
		inboundQos2.load();
	};
	const addOne = (client: string, sub: AskedSub): void => {
		const { topic, ...record } = sub;
		sessionOf(client).subscriptions.set(topic, record);
		if (sub.qos > 0) tree.set(topic, client, { clientId: client, topic, qos: sub.qos, rh: sub.rh, rap: sub.rap, nl: sub.nl });
		else tree.delete(topic, client);
	};
	const forget = (client: string): void => {
		const session = sessions.get(client);
		const hadRows = inboundQos2.forget(client);
		if (!session && !hadRows) return;
		for (const topic of session?.subscriptions.keys() ?? []) tree.delete(topic, client);
		sessions.delete(client);
		writer.later({ op: "forget", client });
		writer.later(noteOp(client, null));
	};

	const bestQos = (subs: readonly StoredSub[]): Map<string, number> => {
		const best = new Map<string, number>();
		for (const sub of subs) best.set(sub.clientId, Math.max(best.get(sub.clientId) ?? 0, sub.qos));
		return best;
	};
	const exact = (payload: Buffer): Uint8Array => new Uint8Array(payload); // a slice would carry its whole pool to the ledger's thread

	async function* retainedMatching(filters: string[]): AsyncGenerator<AnyPacket> {
		for (const filter of filters) {
			if (!/[+#]/.test(filter)) {
				const packet = retained.get(filter);
				if (packet) yield packet;
				continue;
			}
			for (const packet of retained.values()) if (matches(filter, packet.topic!)) yield packet;
		}
		yield* options.fromLedger(filters);
	}

	const nextId = (): number => (lastId += 1);
	const setRetained = (packet: AnyPacket): void => {
		if (packet.payload!.length === 0) retained.delete(packet.topic!);
		else retained.set(packet.topic!, packet);
	};
	const enqueueLate = (client: string, qos: number, packet: AnyPacket): void => {
		const id = nextId();
		const session = sessionOf(client);
		const payload = Buffer.from(packet.payload ?? "");
		writer.later({ op: "enqueue", client, id, topic: packet.topic!, qos, retain: packet.retain ?? false, payload: exact(payload) });
		keep(session, id, packet, qos);
		serve(session);
	};
	return {
		sessions,
		retained,
		tree,
		inboundQos2,
		wills,
		serve,
		nextId,
		sessionOf,
		keep,
		load,
		addOne,
		forget,
		bestQos,
		exact,
		retainedMatching,
		setRetained,
		enqueueLate,
	};
}

export type Mirror = ReturnType<typeof createMirror>;
