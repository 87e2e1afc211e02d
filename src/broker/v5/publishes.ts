/**
 * PUBLISH and PUBREL of a client that speaks MQTT 5.
 *
 *   QoS 1:  PUBLISH ── effect on disk ──▶ PUBACK; of 0x80 and above: it is final, and the client does not send it again
 *   QoS 2:  PUBLISH ── effect and packet id on disk ──▶ PUBREC ── PUBREL ── id gone from the disk ──▶ PUBCOMP
 *   the disk says no ──▶ DISCONNECT 0x89, no answer: the client sends it again
 */
import { packetTypes } from "../connection/packet.ts";
import { encodeAck, encodeDisconnect } from "./encode.ts";
import { type Peer5Deps, type Speaking, topicAliasesIn } from "./entering.ts";
import { type Publish5, readAck, readPublish5 } from "./packets.ts";
import { codes, type Fault5, firstFailure, isFault } from "./reasons.ts";

export interface Inbound {
	publish(packet: Buffer): Fault5 | null;
	pubrel(packet: Buffer): Fault5 | null;
}

/** `open`: ids of messages that are not answered for good; taken out here. */
export function createInbound(deps: Peer5Deps, speaking: Speaking, open: Set<number>): Inbound {
	const { client, gate, visitor, isKept } = speaking;
	const { persistence, pipeline } = deps;
	const sender = pipeline.sender(client, gate.address, visitor);
	const aliases = new Map<number, string>();
	/** QoS 2 messages on their way to the disk, and whose PUBREL came meanwhile. */
	const arriving = new Map<number, { isReleased: boolean }>();
	let lastTopic = Buffer.alloc(0);
	let lastText = "";

	/** Most senders say one topic again and again. */
	const textOf = (topic: Buffer): string => {
		if (!topic.equals(lastTopic)) {
			lastTopic = Buffer.from(topic);
			lastText = lastTopic.toString("utf8");
		}
		return lastText;
	};
	/** Undefined: an alias that was not set, or is beyond what was allowed [MQTT5-3.3.2-8], [MQTT5-3.3.2-9]. */
	const topicOf = ({ topic, alias }: Publish5): string | undefined => {
		if (alias === undefined) return textOf(topic);
		if (alias === 0 || alias > topicAliasesIn) return undefined;
		if (topic.length > 0) aliases.set(alias, textOf(topic));
		return aliases.get(alias);
	};
	const notOnDisk = (): void => gate.dismiss(encodeDisconnect(codes.serverBusy, speaking.why(codes.serverBusy)));
	const say = (type: number, id: number, code: number): void => {
		if (type === packetTypes.puback && code === 0) return gate.ack(id);
		const withWhy = encodeAck(type, id, code, speaking.why(code));
		gate.answer(speaking.out.takes(withWhy.length) ? withWhy : encodeAck(type, id, code)); // [MQTT5-3.4.2-2]
	};
	const complete = (id: number): void => {
		persistence.completeInboundQos2(client, id).then((isKnown) => {
			open.delete(id);
			say(packetTypes.pubcomp, id, isKnown ? codes.success : codes.packetIdNotFound);
		}, notOnDisk);
	};
	const received = (id: number, code: number): void => {
		const { isReleased = false } = arriving.get(id) ?? {};
		arriving.delete(id);
		if (code >= firstFailure) open.delete(id);
		say(packetTypes.pubrec, id, code);
		if (isReleased) complete(id);
	};
	const takeQos2 = (id: number, message: Parameters<typeof pipeline.take>[1]): void => {
		let code = 0;
		let begun: ((error: Error | null) => void) | null = null;
		const finish = (error: Error | null): void => {
			if (!begun) gate.answered();
			if (error) return notOnDisk();
			received(id, code);
			gate.settled();
		};
		begun = persistence.beginInboundQos2(client, id, finish);
		// The same packet id before its PUBREL is the same message [MQTT5-4.3.3-10].
		if (!begun) return;
		arriving.set(id, { isReleased: false });
		const done = (error: Error | null, said = 0): void => {
			code = said;
			if (!error && code < firstFailure && !isKept && !gate.destroyed) persistence.noteInboundQos2(client, id);
			begun(error);
		};
		pipeline.take(sender, message, done, isKept ? { client, packet: id, isTold: true } : undefined);
		gate.answered();
	};

	return {
		publish(packet) {
			const read = readPublish5(packet, deps.limits.topicBytes);
			if (isFault(read)) return read;
			const topic = topicOf(read);
			if (topic === undefined) return "topic-alias";
			const { payload, qos, retain, id, expiry, props } = read;
			const deadline = expiry === undefined ? undefined : deps.deadlines.inSeconds(expiry);
			const message = { topic, payload, qos, retain, props: props.length > 0 ? props : undefined, deadline, from: client };
			if (qos === 2) {
				takeQos2(id, message);
				return null;
			}
			pipeline.take(sender, message, (error, code = 0) => {
				if (error) return notOnDisk();
				if (qos === 1) {
					open.delete(id);
					say(packetTypes.puback, id, code);
				}
				gate.settled();
			});
			return null;
		},
		pubrel(packet) {
			const read = readAck(packet);
			if (isFault(read)) return read;
			const first = arriving.get(read.id);
			if (first) first.isReleased = true;
			else complete(read.id);
			return null;
		},
	};
}
