/**
 * What a message has to go through before it is acknowledged, whoever sent it.
 *
 *   PUBLISH ── may it? ── what does it mean? ── effect + retained + queues, one commit ──▶ PUBACK ──▶ absent and connected subscribers
 *                │no            │malformed              │disk says no
 *                ▼              ▼                       ▼
 *             acknowledged, counted, put aside      connection closed without a PUBACK: the device keeps it and comes again
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

/** A device that is cut off connects and sends again at once; a full disk does not heal at once. */
const retryNoSoonerMs = 250;
/** A device has a handful of topics; one that invents them is read anew each time. */
const routesKept = 64;

/** What became of a scan at the door: what is passed on of it, or why it may not be kept and what may be shown of it. */
export type InspectedScan = { code: string; aim?: string } | { refused: string; shown: string };

export interface PublishPipelineDeps {
	/** Asked before a scan reaches a fact, a queue or a sample. Left out: every scan is taken as it came. */
	inspectScan?: ((code: string, aim: string | undefined) => InspectedScan) | undefined;
	persistence: Pick<Persistence, "prepare" | "admit" | "abandon">;
	writer: OpWriter;
	facts: FactDoor;
	subscribers: Pick<Subscribers, "deliver" | "whenReady" | "hasListeners">;
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
	/** Of a sender that speaks MQTT 5: properties for its subscribers, until when it counts, and its client id. */
	props?: Uint8Array | undefined;
	deadline?: number | undefined;
	from?: string | undefined;
}
export interface GatewayMessage {
	topic: string;
	payload: string;
	qos: 0 | 1;
	retain: boolean;
}

/** What one sender's topic comes to: looked up once, used for each message. */
interface Route {
	may: boolean;
	read: MeaningReader;
}

/** `code`: what became of it, for senders that can be told [MQTT5 2.4]; 0x80 and above: nothing, and sending it again would not help. */
type Done = (error: Error | null, code?: number) => void;

/** A QoS 2 message that is noted with its effect. `isTold`: its sender hears of a refusal, which is then not noted. */
export interface ReceivedFrom {
	client: string;
	packet: number;
	isTold?: boolean;
}

interface Turn {
	isSettled: boolean;
	error: Error | null;
	message: Message | null;
	prepared: Prepared | null;
	/** Of shared subscriptions, who gets it. */
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
	/** Gives a listener that lags a moment. */
	isPaused: boolean;
}

export interface PublishPipeline {
	sender(client: string, address: string, visitor: Visitor | undefined): Sender;
	/** `done` is called in the order of the sender's messages, once everything is on disk and delivered. */
	take(sender: Sender, message: Message, done: Done, receivedFrom?: ReceivedFrom): void;
	/** From the gateway itself: on disk for absent clients first, then to those who listen. Rejects when the disk says no. */
	publish(message: GatewayMessage): Promise<{ queued: boolean }>;
}

class OverQuota extends Error {}

const whoOf = ({ client, address, visitor }: Sender): Who => ({ client, address, account: visitor?.account ?? null });

export function createPublishPipeline(deps: PublishPipelineDeps): PublishPipeline {
	const { persistence, writer, facts, subscribers, shared, mapping, counters, refusals } = deps;
	const hasMapping = mapping.filters.length > 0;

	const routeOf = (sender: Sender, topic: string): Route => {
		const known = sender.routes.get(topic);
		if (known) return known;
		const read = meaningReader(topic);
		const route = { may: sender.visitor?.mayPublish(topic) ?? false, read };
		if (sender.routes.size >= routesKept) sender.routes.clear();
		sender.routes.set(topic, route);
		return route;
	};

	/** What is malformed, or may not be kept, is counted here, and said to nobody who listens. */
	const inspected = (meaning: Meaning, from: MessageFrom, turn: Turn, isMapped: boolean): Meaning => {
		if (meaning.kind === "sale-refused") turn.message = null;
		if (meaning.kind === "malformed") {
			counters.dead(meaning.reason, from.topic, from.client, from.payload);
			// Firmware's own topics belong to others as well; ours are promised to be well-formed.
			if (!isMapped) {
				turn.message = null;
				turn.code = codes.implementationSpecific;
			}
		}
		if (meaning.kind !== "scan") return meaning;
		const found = deps.inspectScan?.(meaning.scan.code, meaning.scan.aim);
		if (!found) return meaning;
		if (!("refused" in found)) return { ...meaning, scan: { ...meaning.scan, ...found } };
		counters.dead(found.refused, from.topic, from.client, Buffer.from(found.shown));
		turn.message = null;
		turn.code = codes.implementationSpecific;
		return { kind: "malformed", reason: found.refused };
	};

	const leave = (sender: Sender, { message, prepared, chosen, code, error, done }: Turn): void => {
		if (error) {
			if (prepared) persistence.abandon(prepared);
			return done(error);
		}
		if (prepared) persistence.admit(prepared);
		const slow = message ? subscribers.deliver(message, chosen) : null;
		if (!slow) return done(null, code);
		sender.isPaused = true;
		subscribers.whenReady(slow, () => {
			sender.isPaused = false;
			done(null, code);
			leaveAll(sender);
		});
	};
	const leaveAll = (sender: Sender): void => {
		while (!sender.isPaused && sender.turns[0]?.isSettled) leave(sender, sender.turns.shift()!);
	};
	const settle = (sender: Sender, turn: Turn, error: Error | null): void => {
		turn.isSettled = true;
		turn.error = error;
		leaveAll(sender);
	};

	/** Nothing of it is kept or delivered, and its sender is told so. */
	const refuseForGood = (sender: Sender, turn: Turn, code: number): void => {
		if (turn.prepared) persistence.abandon(turn.prepared);
		Object.assign(turn, { message: null, prepared: null, code });
		settle(sender, turn, null);
	};
	/** It means nothing to the store, and nobody listens, present or absent. */
	const isUnheard = ({ message, prepared, chosen }: Turn, meanings: readonly Meaning[]): boolean =>
		message !== null &&
		meanings.every(({ kind }) => kind === "plain") &&
		!message.retain &&
		chosen.length === 0 &&
		(prepared?.queued.length ?? 0) === 0 &&
		!subscribers.hasListeners(message.topic);

	return {
		sender: (client, address, visitor) => ({ client, address, visitor, routes: new Map(), turns: [], isPaused: false }),
		take(sender, message, done, receivedFrom) {
			const route = routeOf(sender, message.topic);
			const { client, address, visitor } = sender;
			const isOldForm = visitor?.isOldForm ?? false;
			const from = { topic: message.topic, client, address, payload: message.payload, isOldForm };
			const chosen = shared.choose(message.topic, message.qos);
			const turn: Turn = { isSettled: false, error: null, message, prepared: null, chosen, code: 0, done };
			sender.turns.push(turn);
			let meanings: Meaning[] = [];
			let waits = 1;
			let failed: Error | null = null;
			const one = (error: Error | null): void => {
				failed ??= error;
				waits -= 1;
				if (waits > 0) return;
				if (!failed) return settle(sender, turn, null);
				if (!(failed instanceof OverQuota)) {
					counters.refused("not-on-disk");
					deps.onTrouble(failed);
				}
				setTimeout(() => settle(sender, turn, failed), retryNoSoonerMs).unref();
			};
			try {
				if (!route.may) {
					const isSale = matches("gondola/1/till/+/sale", message.topic);
					refusals.refused(isSale ? "sale-not-allowed" : "publish-not-allowed", whoOf(sender), isSale);
					counters.dead("publish-not-allowed", from.topic, from.client, from.payload);
					turn.message = null;
					turn.code = codes.notAuthorized;
				} else {
					const own = route.read(message.payload);
					const mapped = hasMapping && own.kind === "plain" ? mapping.read(message.topic, message.payload) : null;
					meanings = (mapped ?? [own]).map((meaning) => inspected(meaning, from, turn, mapped !== null));
				}
				if (turn.message) turn.prepared = persistence.prepare({ ...message }, receivedFrom, visitor?.account, chosen);
				if (turn.prepared?.isOverQuota) {
					refusals.refused("retained-quota", whoOf(sender));
					// Never acknowledged and not kept; at QoS 0 nothing is promised, and who listens hears it.
					if (message.qos > 0 && message.from === undefined) throw new OverQuota("too many retained messages of one account");
					if (message.qos > 0) return refuseForGood(sender, turn, codes.quotaExceeded);
				}
				if (turn.code === 0 && message.from !== undefined && isUnheard(turn, meanings)) turn.code = codes.noSubscribers;
				if (!turn.message && receivedFrom && !(receivedFrom.isTold && turn.code >= firstFailure))
					turn.prepared = persistence.prepare({ topic: "", payload: Buffer.alloc(0), qos: 0, retain: false }, receivedFrom);
				const ops = turn.prepared?.ops ?? [];
				// A scan without an id of its own is told apart by its packet id alone, so the two are one commit.
				const [first] = meanings;
				const isJoint = receivedFrom !== undefined && first?.kind === "scan" && first.scan.id === undefined;
				for (const meaning of meanings) if (facts.begin(meaning, from, one, isJoint && meaning === first ? ops : undefined)) waits += 1;
				if (ops.length > 0 && !isJoint) {
					waits += 1;
					writer.write(ops).then(() => one(null), one);
				}
			} catch (error) {
				failed = error as Error;
			}
			one(null);
		},
		async publish({ topic, payload, qos, retain }) {
			const message: Message = { topic, payload: Buffer.from(payload), qos, retain };
			const chosen = shared.choose(topic, qos);
			const prepared = persistence.prepare(message, undefined, null, chosen);
			if (prepared) {
				if (prepared.ops.length > 0) await writer.write(prepared.ops);
				persistence.admit(prepared);
			}
			subscribers.deliver(message, chosen);
			return { queued: (prepared?.queued.length ?? 0) > 0 };
		},
	};
}
