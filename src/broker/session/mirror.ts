import { defined } from "../../words/defined.ts";
import type { Instant } from "../../words/time.ts";
import type { Deadlines } from "../deadlines.ts";
import type { BrokerState, OpWriter } from "../ledger/session-log.ts";
import { noteOp, readNotes } from "../ledger/session-records.ts";
import type { BrokerLimits } from "../limits.ts";
import { filterTree } from "../routing/filter.ts";
import type { SharedSubscriptions } from "../routing/shared.ts";
import type { AnyClient, AnyPacket, AskedSub, BrokerSide, StoredSub } from "./aedes-types.ts";
import { createInboundQos2 } from "./inbound-qos2.ts";
import { createRedelivery, type RedeliveryDeps } from "./redelivery.ts";
import { createRetainedMessages, type RetainedLimits, type RetainedMessages } from "./retained-messages.ts";
import { createSession, type Held, hold, oldestOver, recallRelease, recallSent, release, type Session } from "./session.ts";
import { createWills } from "./wills.ts";

export interface MirrorOptions {
	/** The ledger's content at start. */
	state: BrokerState;
	writer: OpWriter;
	limits: Pick<BrokerLimits, "window" | "queuedMessages" | "queuedBytes" | "queuedBytesPerAccount" | "backlogBytes"> & RetainedLimits;
	/** Topics whose retained messages `fromLedger` makes when a subscriber asks for them; none of them is kept here. */
	isFromLedger(topic: string): boolean;
	fromLedger(filters: string[]): AsyncIterable<AnyPacket> | Iterable<AnyPacket>;
	mayReceive(client: string, topic: string): boolean;
	deadlines: Deadlines;
	shared: Pick<SharedSubscriptions, "set" | "delete">;
	/** The connection of a client that speaks MQTT 5; of the others aedes knows. */
	connection5?(client: string): ReturnType<RedeliveryDeps["connected"]>;
	/** Null while the box only guesses the date. */
	now(): Instant | null;
	/** The account of a client that is connecting or connected; null: a program on this machine without one. */
	accountOf(client: AnyClient): string | null | undefined;
	/** Whether its last will on this topic may be kept for later subscribers. */
	mayRetain(client: AnyClient, topic: string): boolean;
	onDropped(reason: string): void;
}

/** An account's share of the queues is summed after so many queued messages. */
const sumEvery = 32;

/** So many windows of messages at most are sent to one session between two writes of how far it was sent. */
const windowsAhead = 4;

/** The length of the absence is unknown, because the clock was not sure of the date. */
export const unknownTime: Instant = "";

/** A copy of its own: posting a slice to the ledger's thread would copy its whole pool. */
export const exact = (payload: Buffer): Uint8Array => new Uint8Array(payload);

/**
 * Sessions, subscriptions, queues and retained messages in memory: a mirror of what the ledger keeps. Whatever changes it notes the same
 * change for the ledger through `writer`.
 */
export interface Mirror {
	sessions: Map<string, Session>;
	retained: RetainedMessages;
	/** Subscriptions at QoS 1 and 2 of kept sessions. */
	tree: ReturnType<typeof filterTree<StoredSub>>;
	inboundQos2: ReturnType<typeof createInboundQos2>;
	wills: ReturnType<typeof createWills>;
	/** Takes over what the ledger kept, once, before the first client. */
	load(): void;
	/** Sends a connected session what waits for it. */
	serve(session: Session): void;
	/** The number of the next message in any queue; it rises. */
	nextId(): number;
	/** A new session for a client that has none. */
	sessionOf(client: string): Session;
	/** Puts a message into a session's queue; over the cap the oldest are dropped and counted. */
	keep(session: Session, id: number, packet: AnyPacket, qos: number): void;
	/** Puts a message into a session's queue under a new number, without waiting for the disk. */
	enqueueLate(client: string, qos: number, packet: AnyPacket): void;
	addSubscription(client: string, sub: AskedSub): void;
	/** Everything of this client is gone, here and in the ledger. */
	forget(client: string): void;
}

/** State that the functions below share besides the mirror itself. */
interface Keeping {
	options: MirrorOptions;
	/** The number of the message that was queued last. */
	lastId: number;
	/** Messages that were queued, to look at an account's share now and then. */
	kept: number;
}

export function createMirror(options: MirrorOptions, broker: () => BrokerSide): Mirror {
	const { writer, limits, deadlines } = options;
	const keeping: Keeping = { options, lastId: 0, kept: 0 };
	const connected: RedeliveryDeps["connected"] = (id) => options.connection5?.(id) ?? broker().clients?.[id];
	const mirror: Mirror = {
		sessions: new Map(),
		retained: createRetainedMessages(options.fromLedger, limits, deadlines),
		tree: filterTree<StoredSub>(),
		inboundQos2: createInboundQos2(writer, options.state.received),
		wills: createWills(writer, options.state, () => broker().id, options),
		load: () => {
			keeping.lastId = fill(mirror, options);
		},
		serve: createRedelivery({
			limits,
			mayReceive: options.mayReceive,
			connected,
			isOver: deadlines.isOver,
			release: (session, held, reason) => drop(options, session, held, reason),
			mark: (session) => mark(mirror, keeping, session),
		}),
		nextId: () => (keeping.lastId += 1),
		sessionOf(client) {
			let session = mirror.sessions.get(client);
			if (!session) mirror.sessions.set(client, (session = createSession(client, options.now() ?? unknownTime)));
			return session;
		},
		keep: (session, id, packet, qos) => keep(mirror, keeping, session, id, packet, qos),
		enqueueLate: (client, qos, packet) => enqueueLate(mirror, options, client, qos, packet),
		addSubscription: (client, sub) => addSubscription(mirror, options, client, sub),
		forget: (client) => forget(mirror, options, client),
	};
	return mirror;
}

/** Takes a message out of a session's queue, here and in the ledger, and counts it. */
function drop({ writer, onDropped }: MirrorOptions, session: Session, held: Held, reason: string): void {
	release(session, held);
	writer.later({ op: "dequeue", client: session.client, id: held.id });
	onDropped(reason);
}

/** Notes on disk how far a session may be sent messages, before they leave: after a kill those beyond it come without DUP. */
function mark(mirror: Mirror, { options, lastId }: Keeping, session: Session): void {
	if (session.markingTo > 0) return;
	const ahead = options.limits.window * windowsAhead;
	const mayBeSentTo = nth(session.unsent.keys(), ahead) ?? lastId + ahead;
	session.markingTo = mayBeSentTo;
	const { owner, sentTo, expiry } = session;
	const done = (): void => {
		session.markingTo = 0;
		session.markedTo = mayBeSentTo;
		mirror.serve(session);
	};
	// A refusing disk must not keep messages from the client; after a kill some of them come again without DUP.
	const note = noteOp(
		session.client,
		defined({ seenAt: options.now() ?? unknownTime, isOnline: true, sentTo, mayBeSentTo, account: owner, expiry }),
	);
	options.writer.write([note]).then(done, done);
}

function keep(mirror: Mirror, keeping: Keeping, session: Session, id: number, packet: AnyPacket, qos: number): void {
	const { options } = keeping;
	const { queuedMessages: messages, queuedBytes: bytes } = options.limits;
	hold(session, id, {
		cmd: "publish",
		topic: packet.topic ?? "",
		payload: packet.payload ?? Buffer.alloc(0),
		qos,
		retain: packet.retain ?? false,
		dup: packet.dup ?? false,
		messageId: undefined,
		...defined({ props: packet.props, deadline: packet.deadline }),
		...(packet.brokerId !== undefined && { brokerId: packet.brokerId, brokerCounter: packet.brokerCounter ?? 0 }),
	});
	const cap = { messages, bytes };
	for (let old = oldestOver(session, cap); old; old = oldestOver(session, cap)) drop(options, session, old, "queue-full");
	keeping.kept += 1;
	if (keeping.kept % sumEvery === 0 && typeof session.owner === "string") keepWithinShare(mirror, options, session);
}

/** Drops the session's oldest messages while its account has more than its share. Done now and then, because it sums over all sessions. */
function keepWithinShare({ sessions }: Mirror, options: MirrorOptions, session: Session): void {
	let bytes = 0;
	for (const one of sessions.values()) if (one.owner === session.owner) bytes += one.bytes;
	for (const held of [...session.unsent.values()]) {
		if (bytes <= options.limits.queuedBytesPerAccount) return;
		bytes -= held.bytes;
		drop(options, session, held, "account-queue-full");
	}
}

function enqueueLate(mirror: Mirror, { writer, deadlines }: MirrorOptions, client: string, qos: number, packet: AnyPacket): void {
	const id = mirror.nextId();
	const session = mirror.sessionOf(client);
	const payload = exact(Buffer.from(packet.payload ?? ""));
	const { props, deadline } = packet;
	const expires = deadline === undefined ? undefined : deadlines.toDisk(deadline);
	const row = { client, id, topic: packet.topic!, qos, retain: packet.retain ?? false, payload, props, expires };
	writer.later(defined({ op: "enqueue" as const, ...row }));
	mirror.keep(session, id, packet, qos);
	mirror.serve(session);
}

function addSubscription(mirror: Mirror, { shared }: MirrorOptions, client: string, sub: AskedSub): void {
	const { topic, ...record } = sub;
	mirror.sessionOf(client).subscriptions.set(topic, record);
	const { qos, rh, rap, nl, ident } = sub;
	if (topic.startsWith("$share/")) return shared.set(topic, { client, qos, isKept: true, asPublished: rap ?? false, ident });
	// One with an identifier is named in copies that come by another filter too.
	if (qos > 0 || ident !== undefined) {
		const named = ident === undefined ? {} : { ident };
		mirror.tree.set(topic, client, { clientId: client, topic, qos, rh, rap, nl, ...named });
	} else mirror.tree.delete(topic, client);
}

function forget({ sessions, tree, inboundQos2 }: Mirror, { shared, writer }: MirrorOptions, client: string): void {
	const session = sessions.get(client);
	const hadRows = inboundQos2.forget(client);
	if (!session && !hadRows) return;
	for (const topic of session?.subscriptions.keys() ?? []) {
		tree.delete(topic, client);
		shared.delete(topic, client);
	}
	sessions.delete(client);
	writer.later({ op: "forget", client });
	writer.later(noteOp(client, null));
}

/** Puts what the ledger kept into an empty mirror. Returns the highest number of a queued message. */
function fill(mirror: Mirror, { state, limits, deadlines }: MirrorOptions): number {
	mirror.retained.load(state.retained);
	for (const row of state.subscriptions) mirror.addSubscription(row.client, subscriptionOf(row));
	const notes = readNotes(state.retained);
	for (const [client, note] of notes) {
		const session = mirror.sessionOf(client);
		session.owner = note.account;
		session.expiry = note.expiry;
		// The client was connected until the gateway stopped, however long ago it had connected: its absence counts from here.
		if (!note.isOnline) session.absentSince = note.seenAt;
		if (note.expiry !== undefined) session.endsAt = endOf(note.expiry, note.isOnline ? undefined : note.seenAt, deadlines);
	}
	let lastId = 0;
	for (const row of [...state.queued].sort((a, b) => a.id - b.id)) {
		lastId = Math.max(lastId, row.id);
		const session = mirror.sessionOf(row.client);
		const props = row.props ? new Uint8Array(row.props) : undefined;
		const deadline = typeof row.expires === "number" ? deadlines.fromDisk(row.expires) : undefined;
		mirror.keep(session, row.id, { topic: row.topic, payload: Buffer.from(row.payload), retain: row.retain, props, deadline }, row.qos);
		const held = row.topic === "" ? session.queue.get(row.id) : undefined;
		if (held) recallRelease(session, held);
	}
	for (const [client, note] of notes) recallSent(mirror.sessionOf(client), note, limits.window);
	mirror.wills.load();
	mirror.inboundQos2.load();
	return lastId;
}

function nth<T>(items: Iterable<T>, n: number): T | undefined {
	let at = 0;
	for (const item of items) if (++at === n) return item;
	return undefined;
}

/** Of overlapping subscriptions a client gets the message once, at the highest QoS of them. */
export function bestQos(subs: readonly StoredSub[]): Map<string, number> {
	const best = new Map<string, number>();
	for (const sub of subs) best.set(sub.clientId, Math.max(best.get(sub.clientId) ?? 0, sub.qos));
	return best;
}

/** Options on disk are the byte of the SUBSCRIBE: QoS, No Local, Retain As Published, Retain Handling [MQTT5 3.8.3.1]. */
function subscriptionOf({ topic, qos, options, ident }: BrokerState["subscriptions"][number]): AskedSub {
	if (typeof options !== "number") return { topic, qos };
	const flags = { nl: (options & 4) !== 0, rap: (options & 8) !== 0, rh: (options >> 4) & 3 };
	return { topic, qos, ...flags, ...(typeof ident === "number" && { ident }) };
}

/** When a session ends that the ledger kept; one whose client was there until the gateway stopped is absent from here on. */
function endOf(expiry: number, seenAt: Instant | undefined, deadlines: Deadlines): number {
	if (seenAt === undefined || seenAt === unknownTime) return deadlines.inSeconds(expiry);
	return deadlines.fromDisk(Date.parse(seenAt) + expiry * 1_000);
}
