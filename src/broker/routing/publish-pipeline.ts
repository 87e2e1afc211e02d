/**
 * The steps of a message before it is acknowledged, whoever sent it.
 *
 *   PUBLISH ── may it? ── what does it mean? ── effect + retained + queues, one commit ──▶ PUBACK ──▶ absent and connected subscribers
 *                │no            │malformed              │disk says no
 *                ▼              ▼                       ▼
 *             acknowledged, counted, sampled        connection closed without a PUBACK: the device keeps it and comes again
 *
 * Each client's messages leave in the order they came, whatever each had to wait for [MQTT-4.6.0-5].
 *
 * A message that can never be used is a permanent fault: refusing its PUBACK would make the device send it for ever, and keep
 * everything behind it waiting. So it is acknowledged [MQTT-3.3.5-2], counted by reason, and the newest is kept as a sample.
 */
import type { Refusals, Who } from "../access/refusals.ts";
import type { Visitor } from "../access/rights.ts";
import type { Counters } from "../counters.ts";
import type { OpWriter } from "../ledger/session-log.ts";
import type { Prepared } from "../session/message-commit.ts";
import type { Persistence } from "../session/persistence.ts";
import { type Meaning, type MeaningReader, meaningReader } from "../topics.ts";
import { codes, firstFailure } from "../v5/reasons.ts";
import type { FactDoor, MessageFrom } from "./facts.ts";
import { matches } from "./filter.ts";
import type { Mapping } from "./mapping.ts";
import type { Member, SharedSubscriptions } from "./shared.ts";
import type { Subscribers } from "./subscribers.ts";

/** Wait before a connection is closed for a refusing disk: a device that is cut off sends again at once. */
const retryNoSoonerMs = 250;
/** A device has a handful of topics; one that invents them is read anew each time. */
const routesKept = 64;

/** A checked scan: the code to pass on, or why it may not be kept and the part of it that may be shown. */
export type InspectedScan = { code: string; aim?: string } | { refused: string; shown: string };

export interface PublishPipelineDeps {
	/** Checks a scan before it becomes a fact, is queued or kept as a sample. Left out: every scan is accepted as it came. */
	inspectScan?: ((code: string, aim: string | undefined) => InspectedScan) | undefined;
	persistence: Pick<Persistence, "prepare" | "admit" | "abandon">;
	writer: OpWriter;
	facts: FactDoor;
	subscribers: Pick<Subscribers, "deliver" | "whenReady" | "hasSubscribers">;
	shared: Pick<SharedSubscriptions, "choose">;
	mapping: Mapping;
	counters: Counters;
	refusals: Pick<Refusals, "refused">;
	onTrouble(error: Error): void;
}

export interface Message {
	topic: string;
	payload: Buffer;
	qos: number;
	retain: boolean;
	/** The sender marks the message as perhaps sent before [MQTT-3.3.1-1]. */
	isDup?: boolean;
	/** Of a sender that speaks MQTT 5: properties for its subscribers, until when it counts, and its client id. */
	props?: Uint8Array | undefined;
	deadline?: number | undefined;
	from?: string | undefined;
}
export interface GatewayMessage {
	topic: string;
	payload: string | Uint8Array;
	qos: 0 | 1;
	retain: boolean;
	/** Properties for subscribers of MQTT 5, encoded. */
	props?: Uint8Array | undefined;
}

/** One sender's rights on a topic, and how payloads of that topic are read: looked up once, used for each message. */
interface Route {
	may: boolean;
	mayRetain: boolean;
	read: MeaningReader;
}

/**
 * `code`: the result, for senders that can be told [MQTT5 2.4]. From 0x80 on the message had no effect, and sending it again would
 * not help.
 */
type Done = (error: Error | null, code?: number) => void;

/**
 * A QoS 2 message whose packet id is written with its effect. `isReported`: the sender is told of a refusal, which is then not
 * written.
 */
export interface ReceivedFrom {
	client: string;
	packet: number;
	isReported?: boolean;
}

interface Turn {
	isSettled: boolean;
	/** Effects that are not finished; `take` counts as one until it has started all of them. */
	waits: number;
	/** The first that failed. */
	error: Error | null;
	message: Message | null;
	prepared: Prepared | null;
	/** The chosen members of shared subscriptions. */
	chosen: readonly Member[];
	code: number;
	done: Done;
}

/** One sender, with the order of its messages. */
export interface Sender {
	readonly client: string;
	readonly address: string;
	readonly visitor: Visitor | undefined;
	readonly routes: Map<string, Route>;
	readonly turns: Turn[];
	/** The sender's next message waits a moment, for a subscriber that is slow. */
	isPaused: boolean;
}

export interface PublishPipeline {
	sender(client: string, address: string, visitor: Visitor | undefined): Sender;
	/** `done` is called in the order of the sender's messages, once everything is on disk and delivered. */
	take(sender: Sender, message: Message, done: Done, receivedFrom?: ReceivedFrom): void;
	/**
	 * Publishes a message of the gateway itself: first to disk for absent clients, then to connected ones. Rejects when the disk
	 * refuses.
	 */
	publish(message: GatewayMessage): Promise<{ queued: boolean }>;
}

class OverQuota extends Error {}

const whoOf = ({ client, address, visitor }: Sender): Who => ({ client, address, account: visitor?.account ?? null });

/** The parts that a message passes through. */
interface Pipeline {
	deps: PublishPipelineDeps;
	persistence: PublishPipelineDeps["persistence"];
	writer: PublishPipelineDeps["writer"];
	facts: PublishPipelineDeps["facts"];
	subscribers: PublishPipelineDeps["subscribers"];
	shared: PublishPipelineDeps["shared"];
	mapping: PublishPipelineDeps["mapping"];
	counters: PublishPipelineDeps["counters"];
	refusals: PublishPipelineDeps["refusals"];
	hasMapping: boolean;
}

export function createPublishPipeline(deps: PublishPipelineDeps): PublishPipeline {
	const { persistence, writer, facts, subscribers, shared, mapping, counters, refusals } = deps;
	const pipeline: Pipeline = {
		deps,
		persistence,
		writer,
		facts,
		subscribers,
		shared,
		mapping,
		counters,
		refusals,
		hasMapping: mapping.filters.length > 0,
	};
	return {
		sender: (client, address, visitor) => ({ client, address, visitor, routes: new Map(), turns: [], isPaused: false }),
		take: (sender, message, done, receivedFrom) => take(pipeline, sender, message, done, receivedFrom),
		async publish({ topic, payload, qos, retain, props }) {
			const message: Message = { topic, payload: bytesOf(payload), qos, retain, props };
			const chosen = pipeline.shared.choose(topic, qos);
			const prepared = pipeline.persistence.prepare(message, undefined, null, chosen);
			if (prepared) {
				if (prepared.ops.length > 0) await pipeline.writer.write(prepared.ops);
				pipeline.persistence.admit(prepared);
			}
			pipeline.subscribers.deliver(message, chosen);
			return { queued: (prepared?.queued.length ?? 0) > 0 };
		},
	};
}

function take(pipeline: Pipeline, sender: Sender, asked: Message, done: Done, receivedFrom: ReceivedFrom | undefined): void {
	const { client, address, visitor } = sender;
	const mayBeKept = !asked.retain || asked.payload.length === 0 || isKeepable(pipeline, sender, asked.topic);
	const message = mayBeKept ? asked : { ...asked, retain: false };
	const mayBeRepeated = asked.retain || (asked.isDup ?? false);
	const from = {
		topic: message.topic,
		client,
		address,
		payload: message.payload,
		mayBeRepeated,
		isOldForm: visitor?.isOldForm ?? false,
		props: message.props,
	};
	const chosen = pipeline.shared.choose(message.topic, message.qos);
	const turn: Turn = { isSettled: false, waits: 1, error: null, message, prepared: null, chosen, code: 0, done };
	sender.turns.push(turn);
	const ended = (error: Error | null): void => {
		turn.error ??= error;
		turn.waits -= 1;
		if (turn.waits === 0) finish(pipeline, sender, turn);
	};
	// A sender of MQTT 5 is told that the whole message was refused. One of MQTT 3.1.1 cannot be told: its message is delivered, not kept.
	if (!mayBeKept && message.from !== undefined && message.qos > 0) return refuseForGood(pipeline, sender, turn, codes.notAuthorized);
	try {
		const meanings = meaningsOf(pipeline, sender, message, from, turn);
		if (!prepare(pipeline, sender, message, turn, receivedFrom)) return refuseForGood(pipeline, sender, turn, codes.quotaExceeded);
		if (turn.code === 0 && message.from !== undefined && isUnheard(pipeline, turn, meanings)) turn.code = codes.noSubscribers;
		// A refused message that its sender hears of by a code is not noted; else its packet id is.
		if (!turn.message && receivedFrom && !(receivedFrom.isReported && turn.code >= firstFailure))
			turn.prepared = pipeline.persistence.prepare({ topic: "", payload: Buffer.alloc(0), qos: 0, retain: false }, receivedFrom);
		begin(pipeline, meanings, from, turn, receivedFrom !== undefined, ended);
	} catch (error) {
		turn.error = error as Error;
	}
	ended(null);
}

function finish(pipeline: Pipeline, sender: Sender, turn: Turn): void {
	if (!turn.error) return settle(pipeline, sender, turn);
	if (!(turn.error instanceof OverQuota)) {
		pipeline.counters.refused("not-on-disk");
		pipeline.deps.onTrouble(turn.error);
	}
	setTimeout(() => settle(pipeline, sender, turn), retryNoSoonerMs).unref();
}

/** The meanings of the message for the store. A message that its sender may not send has none, and is counted. */
function meaningsOf(pipeline: Pipeline, sender: Sender, message: Message, from: MessageFrom, turn: Turn): Meaning[] {
	const route = routeOf(sender, message.topic);
	if (!route.may) {
		const isSale = matches("gondola/1/till/+/sale", message.topic);
		pipeline.refusals.refused(isSale ? "sale-not-allowed" : "publish-not-allowed", whoOf(sender), isSale);
		pipeline.counters.dead("publish-not-allowed", from.topic, from.client, from.payload);
		turn.message = null;
		turn.code = codes.notAuthorized;
		return [];
	}
	const own = route.read(message.payload);
	const mapped = pipeline.hasMapping && own.kind === "plain" ? pipeline.mapping.read(message.topic, message.payload) : null;
	return (mapped ?? [own]).map((meaning) => inspected(pipeline, sender, meaning, from, turn, mapped !== null));
}

/** Prepares the copies for absent clients and the retained one. False: over the account's quota, and the sender is to be told so. */
function prepare(pipeline: Pipeline, sender: Sender, message: Message, turn: Turn, receivedFrom: ReceivedFrom | undefined): boolean {
	if (turn.message) turn.prepared = pipeline.persistence.prepare({ ...message }, receivedFrom, sender.visitor?.account, turn.chosen);
	if (!turn.prepared?.isOverQuota) return true;
	pipeline.refusals.refused("retained-quota", whoOf(sender));
	// At QoS 0 nothing is promised, and who listens hears it. A sender of MQTT 3.1.1 cannot be told: it gets no acknowledgement.
	if (message.qos === 0) return true;
	if (message.from === undefined) throw new OverQuota("too many retained messages of one account");
	return false;
}

/** Starts the effects of a message: facts, and the rows of the session log. `ended` is called once for each. */
function begin(pipeline: Pipeline, meanings: Meaning[], from: MessageFrom, turn: Turn, isQos2: boolean, ended: Done): void {
	const ops = turn.prepared?.ops;
	// A scan without an id of its own is told apart by its packet id alone, so the two are one commit.
	const [first] = meanings;
	const isJoint = isQos2 && first?.kind === "scan" && first.scan.id === undefined;
	for (const meaning of meanings)
		if (pipeline.facts.begin(meaning, from, ended, isJoint && meaning === first ? (ops ?? []) : undefined)) turn.waits += 1;
	if (!ops || ops.length === 0 || isJoint) return;
	turn.waits += 1;
	pipeline.writer.write(ops).then(() => ended(null), ended);
}

/** Whether a retained message may be kept; one on a topic that its sender may not use at all is refused as such. */
function isKeepable(pipeline: Pipeline, sender: Sender, topic: string): boolean {
	const { may, mayRetain } = routeOf(sender, topic);
	if (!may || mayRetain) return true;
	pipeline.refusals.refused("publish-retained", whoOf(sender));
	return false;
}

function routeOf(sender: Sender, topic: string): Route {
	const known = sender.routes.get(topic);
	if (known) return known;
	const read = meaningReader(topic);
	const { visitor } = sender;
	const route = { may: visitor?.mayPublish(topic) ?? false, mayRetain: visitor?.mayRetain(topic) ?? false, read };
	if (sender.routes.size >= routesKept) sender.routes.clear();
	sender.routes.set(topic, route);
	return route;
}

/** A malformed message, or one that may not be kept, is counted and not delivered. */
function inspected(pipeline: Pipeline, sender: Sender, meaning: Meaning, from: MessageFrom, turn: Turn, isMapped: boolean): Meaning {
	// A till's request about a basket is delivered to no subscriber: it may hold a member's code.
	if (meaning.kind === "sale-refused" || meaning.kind === "basket") turn.message = null;
	if (meaning.kind === "malformed") {
		// The sender believes that it was heard: people see the message among the refused, and get an alarm where it goes on.
		pipeline.refusals.refused(meaning.reason, whoOf(sender));
		pipeline.counters.dead(meaning.reason, from.topic, from.client, from.payload);
		// Firmware's own topics may carry anything; Gondola's own topics promise well-formed messages.
		if (!isMapped) {
			turn.message = null;
			turn.code = codes.implementationSpecific;
		}
	}
	if (meaning.kind !== "scan") return meaning;
	const found = pipeline.deps.inspectScan?.(meaning.scan.code, meaning.scan.aim);
	if (!found) return meaning;
	if (!("refused" in found)) return { ...meaning, scan: { ...meaning.scan, ...found } };
	pipeline.counters.dead(found.refused, from.topic, from.client, Buffer.from(found.shown));
	turn.message = null;
	turn.code = codes.implementationSpecific;
	return { kind: "malformed", reason: found.refused };
}

function leave(pipeline: Pipeline, sender: Sender, { message, prepared, chosen, code, error, done }: Turn): void {
	if (error) {
		if (prepared) pipeline.persistence.abandon(prepared);
		return done(error);
	}
	if (prepared) pipeline.persistence.admit(prepared);
	const slow = message ? pipeline.subscribers.deliver(message, chosen) : null;
	if (!slow) return done(null, code);
	sender.isPaused = true;
	pipeline.subscribers.whenReady(slow, () => {
		sender.isPaused = false;
		done(null, code);
		leaveAll(pipeline, sender);
	});
}

function leaveAll(pipeline: Pipeline, sender: Sender): void {
	while (!sender.isPaused && sender.turns[0]?.isSettled) leave(pipeline, sender, sender.turns.shift()!);
}

function settle(pipeline: Pipeline, sender: Sender, turn: Turn): void {
	turn.isSettled = true;
	leaveAll(pipeline, sender);
}

/** Keeps and delivers nothing of the message, and tells its sender so by a code. */
function refuseForGood(pipeline: Pipeline, sender: Sender, turn: Turn, code: number): void {
	if (turn.prepared) pipeline.persistence.abandon(turn.prepared);
	Object.assign(turn, { message: null, prepared: null, code });
	settle(pipeline, sender, turn);
}

/** The message means nothing to the store, and no client subscribes to it, connected or absent. */
function isUnheard(pipeline: Pipeline, { message, prepared, chosen }: Turn, meanings: readonly Meaning[]): boolean {
	return (
		message !== null &&
		meanings.every(({ kind }) => kind === "plain") &&
		!message.retain &&
		chosen.length === 0 &&
		(prepared?.queued.length ?? 0) === 0 &&
		!pipeline.subscribers.hasSubscribers(message.topic)
	);
}

const bytesOf = (payload: string | Uint8Array): Buffer => (typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload));
