/** SUBSCRIBE and UNSUBSCRIBE of MQTT 5: one code a filter; of a kept session each filter is on disk before its SUBACK. */
import { defined } from "../../words/defined.ts";
import { packetTypes } from "../connection/packet.ts";
import { innerFilter, isSubscription } from "../routing/shared.ts";
import { encodeCodes, identBytes } from "./encode.ts";
import type { Peer5Deps, Speaking } from "./entering.ts";
import { type Filter5, readSubscribe, readUnsubscribe } from "./packets.ts";
import { codes, type Fault5, firstFailure, isFault } from "./reasons.ts";

/** How often it is looked whether the client has taken what was sent. */
const lookAgainMs = 20;

interface Asked {
	filter: Filter5;
	ident: number | undefined;
	code: number;
}

/** The subscriptions of one connection. */
interface Subscribing {
	deps: Peer5Deps;
	speaking: Speaking;
	persistence: Peer5Deps["persistence"];
	subscribers: Peer5Deps["subscribers"];
	writer: Peer5Deps["writer"];
	limits: Peer5Deps["limits"];
	refusals: Peer5Deps["refusals"];
	client: Speaking["client"];
	gate: Speaking["gate"];
	visitor: Speaking["visitor"];
	subscriber: Speaking["subscriber"];
	isKept: Speaking["isKept"];
}

export function createSubscribing(deps: Peer5Deps, speaking: Speaking) {
	const { persistence, subscribers, writer, limits, refusals } = deps;
	const { client, gate, visitor, subscriber, isKept } = speaking;
	const subscribing: Subscribing = {
		deps,
		speaking,
		persistence,
		subscribers,
		writer,
		limits,
		refusals,
		client,
		gate,
		visitor,
		subscriber,
		isKept,
	};
	return {
		subscribe(packet: Buffer): Fault5 | null {
			const read = readSubscribe(packet, subscribing.limits.topicBytes);
			if (isFault(read)) return read;
			const added = new Set<string>();
			const all = read.filters.map((filter) => {
				const code = codeFor(subscribing, filter, added);
				if (code < firstFailure && !subscriber.filters.has(filter.topic)) added.add(filter.topic);
				return { filter, ident: read.ident, code };
			});
			const rows = all.filter(({ code }) => code < firstFailure).map((filter) => rowOf(subscribing, filter));
			if (!subscribing.isKept || rows.length === 0) finish(subscribing, read.id, all);
			else
				subscribing.writer.write(rows).then(
					() => finish(subscribing, read.id, all),
					(error: Error) => {
						subscribing.deps.onTrouble(error);
						subscribing.gate.dismiss(subscribing.speaking.farewell(codes.serverBusy));
					},
				);
			return null;
		},
		unsubscribe(packet: Buffer): Fault5 | null {
			const read = readUnsubscribe(packet, subscribing.limits.topicBytes);
			if (isFault(read)) return read;
			const said = read.filters.map((topic) => {
				if (!isSubscription(topic)) return codes.topicFilterInvalid;
				return subscribing.subscriber.filters.has(topic) ? codes.success : codes.noSubscriptionExisted;
			});
			for (const topic of read.filters) subscribing.subscribers.stopListening(subscribing.subscriber, topic);
			if (subscribing.isKept) void subscribing.persistence.removeSubscriptions({ id: subscribing.client }, read.filters);
			subscribing.gate.answer(encodeCodes(packetTypes.unsuback, read.id, said));
			subscribing.gate.answered();
			return null;
		},
	};
}

/** `added`: filters that this packet adds before it. */
function codeFor(subscribing: Subscribing, { topic, qos }: Filter5, added: ReadonlySet<string>): number {
	if (!isSubscription(topic)) return codes.topicFilterInvalid;
	const refused = (reason: string): void =>
		subscribing.refusals.refused(reason, {
			client: subscribing.client,
			account: subscribing.visitor.account,
			address: subscribing.gate.address,
		});
	if (!subscribing.visitor.maySubscribe(innerFilter(topic))) {
		refused("subscribe-not-allowed");
		return codes.notAuthorized;
	}
	const { filters } = subscribing.subscriber;
	const isNew = !filters.has(topic) && !added.has(topic);
	if (isNew && filters.size + added.size >= subscribing.limits.subscriptionsPerClient) {
		refused("too-many-subscriptions");
		return codes.quotaExceeded;
	}
	return qos;
}

/** The options as they stand on disk: the byte of the SUBSCRIBE. */
function rowOf(subscribing: Subscribing, { filter, ident }: Asked) {
	const { topic, qos, noLocal, asPublished, retainHandling } = filter;
	const options = qos | (noLocal ? 4 : 0) | (asPublished ? 8 : 0) | (retainHandling << 4);
	return { op: "subscribe" as const, client: subscribing.client, topic, qos, options, ...defined({ ident }) };
}

/** Begins to deliver to a subscription. Returns whether it gets retained messages [MQTT5-3.3.1-9 to -11]. */
function begin(subscribing: Subscribing, { filter, ident }: Asked): boolean {
	const { topic, qos, noLocal, asPublished, retainHandling } = filter;
	const isNew = !subscribing.subscriber.filters.has(topic);
	if (subscribing.isKept)
		subscribing.persistence.keepSubscription(subscribing.client, {
			...{ topic, qos, nl: noLocal, rap: asPublished, rh: retainHandling },
			...defined({ ident }),
		});
	subscribing.subscribers.listen(subscribing.subscriber, topic, qos, { noLocal, asPublished, ident });
	return !topic.startsWith("$share/") && (retainHandling === 0 || (retainHandling === 1 && isNew));
}

/** Waits until the client has taken most of what waits for it. False: it is gone, or has unsubscribed. */
async function hasRoom(subscribing: Subscribing, topic: string): Promise<boolean> {
	const waits = (): number =>
		subscribing.isKept ? subscribing.persistence.queuedFor(subscribing.client) : subscribing.subscribers.waits(subscribing.subscriber);
	while (waits() > subscribing.limits.window && !subscribing.gate.destroyed)
		await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
	await subscribing.gate.relieved();
	return !subscribing.gate.destroyed && subscribing.subscriber.filters.has(topic);
}

async function replay(subscribing: Subscribing, { filter, ident }: Asked): Promise<void> {
	const { topic } = filter;
	for await (const packet of subscribing.persistence.retainedMatching([topic], subscribing.deps.fromLedger([topic]))) {
		if (!(await hasRoom(subscribing, topic))) return;
		const { payload = Buffer.alloc(0), props, deadline } = packet;
		const message = { topic: packet.topic!, payload, qos: packet.qos ?? 0, retain: true, props, deadline };
		const qos = Math.min(message.qos, filter.qos);
		if (qos === 0 || !subscribing.isKept) subscribing.subscribers.sendRetained(subscribing.subscriber, message, qos, ident);
		else {
			const named = ident === undefined ? props : new Uint8Array([...(props ?? []), ...identBytes([ident])]);
			subscribing.persistence.enqueueFor(subscribing.client, qos, { ...message, props: named });
		}
	}
}

function finish(subscribing: Subscribing, id: number, all: readonly Asked[]): void {
	if (subscribing.gate.destroyed) return;
	const replays = all.filter((one) => one.code < firstFailure && begin(subscribing, one));
	const said = all.map(({ code }) => code);
	const worst = Math.max(...said);
	const withWhy = encodeCodes(packetTypes.suback, id, said, worst >= firstFailure ? subscribing.speaking.why(worst) : undefined);
	subscribing.gate.answer(subscribing.speaking.out.takes(withWhy.length) ? withWhy : encodeCodes(packetTypes.suback, id, said));
	subscribing.gate.answered();
	void (async () => {
		for (const one of replays) await replay(subscribing, one);
	})().catch(subscribing.deps.onTrouble);
}
