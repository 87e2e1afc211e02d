/** SUBSCRIBE and UNSUBSCRIBE of MQTT 5: one code a filter; of a kept session each filter is on disk before its SUBACK. */
import { packetTypes } from "../connection/packet.ts";
import { innerFilter, isSubscription } from "../routing/shared.ts";
import { encodeCodes, encodeDisconnect, identBytes } from "./encode.ts";
import type { Peer5Deps, Speaking } from "./entering.ts";
import { type Filter5, readSubscribe, readUnsubscribe } from "./packets.ts";
import { codes, type Fault5, firstFailure, isFault } from "./reasons.ts";

/** Looks again whether the client has taken what was sent to it. */
const lookAgainMs = 20;

interface Asked {
	filter: Filter5;
	ident: number | undefined;
	code: number;
}

export function createSubscribing(deps: Peer5Deps, speaking: Speaking) {
	const { persistence, subscribers, writer, limits, refusals } = deps;
	const { client, gate, visitor, listener, isKept } = speaking;

	const codeFor = ({ topic, qos }: Filter5): number => {
		if (!isSubscription(topic)) return codes.topicFilterInvalid;
		const refused = (reason: string): void => refusals.refused(reason, { client, account: visitor.account, address: gate.address });
		if (!visitor.maySubscribe(innerFilter(topic))) {
			refused("subscribe-not-allowed");
			return codes.notAuthorized;
		}
		if (listener.filters.size >= limits.subscriptionsPerClient && !listener.filters.has(topic)) {
			refused("too-many-subscriptions");
			return codes.quotaExceeded;
		}
		return qos;
	};
	/** The options as they stand on disk: the byte of the SUBSCRIBE. */
	const rowOf = ({ filter, ident }: Asked) => {
		const { topic, qos, noLocal, asPublished, retainHandling } = filter;
		const options = qos | (noLocal ? 4 : 0) | (asPublished ? 8 : 0) | (retainHandling << 4);
		return { op: "subscribe" as const, client, topic, qos, options, ...(ident !== undefined && { ident }) };
	};
	/** From here on it hears of it. Whether it gets what is retained [MQTT5-3.3.1-9 to -11]. */
	const begin = ({ filter, ident }: Asked): boolean => {
		const { topic, qos, noLocal, asPublished, retainHandling } = filter;
		const isNew = !listener.filters.has(topic);
		if (isKept)
			persistence.keepSubscription(client, {
				...{ topic, qos, nl: noLocal, rap: asPublished, rh: retainHandling },
				...(ident !== undefined && { ident }),
			});
		subscribers.listen(listener, topic, qos, { noLocal, asPublished, ident });
		return !topic.startsWith("$share/") && (retainHandling === 0 || (retainHandling === 1 && isNew));
	};
	/** Waits until the client has taken most of what waits for it. False: it is gone, or wants no more of this filter. */
	const hasRoom = async (topic: string): Promise<boolean> => {
		const waits = (): number => (isKept ? persistence.queuedFor(client) : subscribers.waits(listener));
		while (waits() > limits.window && !gate.destroyed) await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
		await gate.relieved();
		return !gate.destroyed && listener.filters.has(topic);
	};
	const replay = async ({ filter, ident }: Asked): Promise<void> => {
		const { topic } = filter;
		for await (const packet of persistence.retainedMatching([topic], deps.fromLedger([topic]))) {
			if (!(await hasRoom(topic))) return;
			const { payload = Buffer.alloc(0), props, deadline } = packet;
			const message = { topic: packet.topic!, payload, qos: packet.qos ?? 0, retain: true, props, deadline };
			const qos = Math.min(message.qos, filter.qos);
			if (qos === 0 || !isKept) subscribers.sendRetained(listener, message, qos, ident);
			else {
				const named = ident === undefined ? props : new Uint8Array([...(props ?? []), ...identBytes([ident])]);
				persistence.enqueueFor(client, qos, { ...message, props: named });
			}
		}
	};
	const finish = (id: number, all: readonly Asked[]): void => {
		if (gate.destroyed) return;
		const replays = all.filter((one) => one.code < firstFailure && begin(one));
		const said = all.map(({ code }) => code);
		const worst = Math.max(...said);
		const withWhy = encodeCodes(packetTypes.suback, id, said, worst >= firstFailure ? speaking.why(worst) : undefined);
		gate.answer(speaking.out.takes(withWhy.length) ? withWhy : encodeCodes(packetTypes.suback, id, said));
		gate.answered();
		void (async () => {
			for (const one of replays) await replay(one);
		})().catch(deps.onTrouble);
	};

	return {
		subscribe(packet: Buffer): Fault5 | null {
			const read = readSubscribe(packet, limits.topicBytes);
			if (isFault(read)) return read;
			const all = read.filters.map((filter) => ({ filter, ident: read.ident, code: codeFor(filter) }));
			const rows = all.filter(({ code }) => code < firstFailure).map(rowOf);
			if (!isKept || rows.length === 0) finish(read.id, all);
			else
				writer.write(rows).then(
					() => finish(read.id, all),
					(error: Error) => {
						deps.onTrouble(error);
						gate.dismiss(encodeDisconnect(codes.serverBusy, speaking.why(codes.serverBusy)));
					},
				);
			return null;
		},
		unsubscribe(packet: Buffer): Fault5 | null {
			const read = readUnsubscribe(packet, limits.topicBytes);
			if (isFault(read)) return read;
			const said = read.filters.map((topic) => {
				if (!isSubscription(topic)) return codes.topicFilterInvalid;
				return listener.filters.has(topic) ? codes.success : codes.noSubscriptionExisted;
			});
			for (const topic of read.filters) subscribers.stopListening(listener, topic);
			if (isKept) void persistence.removeSubscriptions({ id: client }, read.filters);
			gate.answer(encodeCodes(packetTypes.unsuback, read.id, said));
			gate.answered();
			return null;
		},
	};
}
