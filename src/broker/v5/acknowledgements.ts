/**
 * PUBACK, PUBREC and PUBCOMP of a client that speaks MQTT 5, for what was sent to it.
 *
 *   QoS 1:  sent ── PUBACK ──▶ gone
 *   QoS 2:  sent ── PUBREC < 0x80 ──▶ released, on disk ── PUBREL ──▶ PUBCOMP ──▶ gone
 *             └── PUBREC ≥ 0x80 ──▶ gone [MQTT5-4.3.3-4]
 */
import { packetTypes } from "../connection/packet.ts";
import { encodeAck } from "./encode.ts";
import type { Peer5Deps, Speaking } from "./entering.ts";
import { readAck } from "./packets.ts";
import { codes, type Fault5, firstFailure, isFault } from "./reasons.ts";

export function createAcknowledgements({ persistence, subscribers }: Peer5Deps, { client, gate, subscriber, isKept, farewell }: Speaking) {
	const over = (id: number): void => {
		if (isKept) persistence.settle(client, id);
		else subscribers.answer(subscriber, packetTypes.puback, id);
	};
	const release = (id: number): void => {
		if (!isKept) return subscribers.answer(subscriber, packetTypes.pubrec, id);
		persistence.outgoingUpdate({ id: client }, { cmd: "pubrel", messageId: id }).then(
			() => gate.answer(encodeAck(packetTypes.pubrel, id, codes.success)),
			(error: Error) => {
				if (error.message === "no such packet") gate.answer(encodeAck(packetTypes.pubrel, id, codes.packetIdNotFound));
				else gate.dismiss(farewell(codes.serverBusy));
			},
		);
	};
	return {
		answer(packet: Buffer, type: number): Fault5 | null {
			const read = readAck(packet);
			if (isFault(read)) return read;
			if (type === packetTypes.pubrec && read.code < firstFailure) release(read.id);
			else over(read.id);
			return null;
		},
	};
}
