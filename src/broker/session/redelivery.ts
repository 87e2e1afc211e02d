/** Sends a connected session what waits for it, as far as the window and the client's own pace allow. */

import { encodePublish, encodePubrel } from "../connection/packet.ts";
import type { BrokerLimits } from "../limits.ts";
import type { Sending5 } from "../v5/sending.ts";
import { type Held, type HeldPacket, markSent, onTheWay, packetIdOf, type Session } from "./session.ts";

/** A gate, as far as a session needs it. */
interface WriteBuffer {
	write(bytes: Buffer): boolean;
	send(bytes: Buffer): boolean;
	backlog(): number;
	relieved(): Promise<void>;
	destroyed: boolean;
}

export interface RedeliveryDeps {
	limits: Pick<BrokerLimits, "window" | "backlogBytes">;
	connected(client: string): { conn?: unknown; connected?: boolean; closed?: boolean; out?: Sending5 } | undefined;
	isOver(deadline: number | undefined): boolean;
	/** Checked again, because the client's rights may have changed while the message waited. */
	mayReceive(client: string, topic: string): boolean;
	release(session: Session, held: Held, reason: string): void;
	/** Writes how far messages may be sent, so that after a kill they are repeated with DUP; then serves the session again. */
	mark(session: Session): void;
}

export function createRedelivery(deps: RedeliveryDeps): (session: Session) => void {
	const { limits } = deps;
	return function serve(session) {
		const client = deps.connected(session.client);
		const gate = client?.conn as WriteBuffer | undefined;
		if (!client || !gate || client.closed || !client.connected || gate.destroyed) return;
		const window = Math.min(limits.window, client.out?.receiveMaximum ?? limits.window);
		for (const held of session.unsent.values()) {
			if (onTheWay(session) >= window) return;
			if (gate.backlog() > limits.backlogBytes / 2) {
				void gate.relieved().then(() => serve(session));
				return;
			}
			const { packet } = held;
			if (packet.cmd === "publish" && !deps.mayReceive(session.client, packet.topic!)) {
				deps.release(session, held, "no-longer-allowed");
				continue;
			}
			// Once it has left, it is finished whatever its expiry [MQTT5-4.3.3-7].
			if (packet.cmd === "publish" && held.sends === 0 && deps.isOver(packet.deadline)) {
				deps.release(session, held, "message-expired");
				continue;
			}
			if (held.id > session.markedTo) return deps.mark(session);
			const id = packet.messageId ?? packetIdOf(session, held);
			if (id === null) return;
			const dup = held.sends > 0;
			const bytes = client.out ? bytesFor(client.out, packet, id, dup) : bytesOf(packet, id, dup);
			if (bytes === null) {
				deps.release(session, held, "too-large-for-client");
				continue;
			}
			markSent(session, held, id);
			// The next note is written before the noted way is used up.
			if (session.markedTo - held.id < limits.window) deps.mark(session);
			if (client.out) gate.send(bytes);
			else gate.write(bytes);
		}
	};
}

function bytesOf({ cmd, topic, payload, qos, retain = false }: HeldPacket, id: number, dup: boolean): Buffer {
	return cmd === "pubrel" ? encodePubrel(id) : encodePublish({ topic: topic!, payload: payload!, qos: qos!, retain, dup, id });
}

const noProps = new Uint8Array(0);

/** For a client of MQTT 5; null: larger than it takes. */
function bytesFor(out: Sending5, packet: HeldPacket, id: number, dup: boolean): Buffer | null {
	if (packet.cmd === "pubrel") return encodePubrel(id);
	const { topic, payload, qos, retain = false, props, deadline } = packet;
	const message = { topic: topic!, payload: payload!, qos: qos!, retain, props: props ?? noProps, deadline, idents: [] };
	const encoded = out.encode(message);
	if (encoded === null) return null;
	const { bytes, idAt } = out.aliased(message, encoded);
	bytes.writeUInt16BE(id, idAt);
	if (dup) bytes[0]! |= 8;
	return bytes;
}
