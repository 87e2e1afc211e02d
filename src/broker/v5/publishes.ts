/**
 * PUBLISH and PUBREL of a client that speaks MQTT 5.
 *
 *   QoS 1:  PUBLISH ── effect on disk ──▶ PUBACK; of 0x80 and above: it is final, and the client does not send it again
 *   QoS 2:  PUBLISH ── effect and packet id on disk ──▶ PUBREC ── PUBREL ── id gone from the disk ──▶ PUBCOMP
 *   the disk says no ──▶ DISCONNECT 0x89, no answer: the client sends it again
 */
import { isDup, packetTypes } from "../connection/packet.ts";
import type { PublishPipeline, Sender } from "../routing/publish-pipeline.ts";
import { encodeAck } from "./encode.ts";
import { type Peer5Deps, type Speaking, topicAliasesIn } from "./entering.ts";
import { type Publish5, readAck, readPublish5 } from "./packets.ts";
import { codes, type Fault5, firstFailure, isFault } from "./reasons.ts";

export interface Inbound {
	publish(packet: Buffer): Fault5 | null;
	pubrel(packet: Buffer): Fault5 | null;
}

/** State of one connection that publishes. */
interface Publishing {
	deps: Peer5Deps;
	speaking: Speaking;
	open: Set<number>;
	client: Speaking["client"];
	gate: Speaking["gate"];
	visitor: Speaking["visitor"];
	isKept: Speaking["isKept"];
	persistence: Peer5Deps["persistence"];
	pipeline: Peer5Deps["pipeline"];
	sender: Sender;
	aliases: Map<number, string>;
	/** QoS 2 messages on their way to the disk, and whose PUBREL came meanwhile. */
	arriving: Map<number, { isReleased: boolean }>;
	lastTopic: Buffer;
	lastText: string;
}

/** `open`: ids of messages that are not answered for good; taken out here. */
export function createInbound(deps: Peer5Deps, speaking: Speaking, open: Set<number>): Inbound {
	const { client, gate, visitor, isKept } = speaking;
	const { persistence, pipeline } = deps;
	const inbound: Publishing = {
		deps,
		speaking,
		open,
		client,
		gate,
		visitor,
		isKept,
		persistence,
		pipeline,
		sender: pipeline.sender(client, gate.address, visitor),
		aliases: new Map<number, string>(),
		arriving: new Map<number, { isReleased: boolean }>(),
		lastTopic: Buffer.alloc(0),
		lastText: "",
	};
	return {
		publish(packet) {
			const read = readPublish5(packet, inbound.deps.limits.topicBytes);
			if (isFault(read)) return read;
			const topic = topicOf(inbound, read);
			if (topic === undefined) return "topic-alias";
			const { payload, qos, retain, id, expiry, props } = read;
			const deadline = expiry === undefined ? undefined : inbound.deps.deadlines.inSeconds(expiry);
			const ofV5 = { props: props.length > 0 ? props : undefined, deadline, from: inbound.client };
			const message = { topic, payload, qos, retain, isDup: isDup(packet), ...ofV5 };
			if (qos === 2) {
				takeQos2(inbound, id, message);
				return null;
			}
			inbound.pipeline.take(inbound.sender, message, (error, code = 0) => {
				if (error) return notOnDisk(inbound);
				if (qos === 1) {
					inbound.open.delete(id);
					say(inbound, packetTypes.puback, id, code);
				}
				inbound.gate.settled();
			});
			return null;
		},
		pubrel(packet) {
			const read = readAck(packet);
			if (isFault(read)) return read;
			const first = inbound.arriving.get(read.id);
			if (first) first.isReleased = true;
			else complete(inbound, read.id);
			return null;
		},
	};
}

/** Most senders repeat one topic. */
function textOf(inbound: Publishing, topic: Buffer): string {
	if (!topic.equals(inbound.lastTopic)) {
		inbound.lastTopic = Buffer.from(topic);
		inbound.lastText = inbound.lastTopic.toString("utf8");
	}
	return inbound.lastText;
}

/** Undefined: an alias that was not set, or is beyond what was allowed [MQTT5-3.3.2-8], [MQTT5-3.3.2-9]. */
function topicOf(inbound: Publishing, { topic, alias }: Publish5): string | undefined {
	if (alias === undefined) return textOf(inbound, topic);
	if (alias === 0 || alias > topicAliasesIn) return undefined;
	if (topic.length > 0) inbound.aliases.set(alias, textOf(inbound, topic));
	return inbound.aliases.get(alias);
}

function notOnDisk(inbound: Publishing): void {
	return inbound.gate.dismiss(inbound.speaking.farewell(codes.serverBusy));
}

function say(inbound: Publishing, type: number, id: number, code: number): void {
	if (type === packetTypes.puback && code === 0) return inbound.gate.ack(id);
	const withWhy = encodeAck(type, id, code, inbound.speaking.why(code));
	inbound.gate.answer(inbound.speaking.out.takes(withWhy.length) ? withWhy : encodeAck(type, id, code)); // [MQTT5-3.4.2-2]
}

function complete(inbound: Publishing, id: number): void {
	inbound.persistence.completeInboundQos2(inbound.client, id).then(
		(isKnown) => {
			inbound.open.delete(id);
			say(inbound, packetTypes.pubcomp, id, isKnown ? codes.success : codes.packetIdNotFound);
		},
		() => notOnDisk(inbound),
	);
}

function received(inbound: Publishing, id: number, code: number): void {
	const { isReleased = false } = inbound.arriving.get(id) ?? {};
	inbound.arriving.delete(id);
	if (code >= firstFailure) inbound.open.delete(id);
	say(inbound, packetTypes.pubrec, id, code);
	if (isReleased) complete(inbound, id);
}

function takeQos2(inbound: Publishing, id: number, message: Parameters<PublishPipeline["take"]>[1]): void {
	let code = 0;
	let begun: ((error: Error | null) => void) | null = null;
	const finish = (error: Error | null): void => {
		if (!begun) inbound.gate.answered();
		if (error) return notOnDisk(inbound);
		received(inbound, id, code);
		inbound.gate.settled();
	};
	begun = inbound.persistence.beginInboundQos2(inbound.client, id, finish);
	// The same packet id before its PUBREL is the same message [MQTT5-4.3.3-10].
	if (!begun) return;
	inbound.arriving.set(id, { isReleased: false });
	const done = (error: Error | null, said = 0): void => {
		code = said;
		if (!error && code < firstFailure && !inbound.isKept && !inbound.gate.destroyed)
			inbound.persistence.noteInboundQos2(inbound.client, id);
		begun(error);
	};
	inbound.pipeline.take(
		inbound.sender,
		message,
		done,
		inbound.isKept ? { client: inbound.client, packet: id, isReported: true } : undefined,
	);
	inbound.gate.answered();
}
