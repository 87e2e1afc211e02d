/** Sends a connected session what waits for it, as far as the window and the client's own pace allow. */

import { encodePublish, encodePubrel } from "../connection/packet.ts";
import type { BrokerLimits } from "../limits.ts";
import { type Held, markSent, onTheWay, packetIdOf, type Session } from "./session.ts";

/** A gate, as far as a session needs it. */
interface WriteBuffer {
	write(bytes: Buffer): boolean;
	backlog(): number;
	relieved(): Promise<void>;
	destroyed: boolean;
}

export interface RedeliveryDeps {
	limits: Pick<BrokerLimits, "window" | "backlogBytes">;
	connected(client: string): { conn?: unknown; connected?: boolean; closed?: boolean } | undefined;
	/** Rights may have been taken away while it waited. */
	mayReceive(client: string, topic: string): boolean;
	release(session: Session, held: Held, reason: string): void;
	/** Writes down how far messages may leave, so that after a kill they come again with DUP; then serves the session again. */
	mark(session: Session): void;
}

export function createRedelivery(deps: RedeliveryDeps): (session: Session) => void {
	const { limits } = deps;
	return function serve(session) {
		const client = deps.connected(session.client);
		const gate = client?.conn as WriteBuffer | undefined;
		if (!client || !gate || client.closed || !client.connected || gate.destroyed) return;
		for (const held of session.unsent.values()) {
			if (onTheWay(session) >= limits.window) return;
			if (gate.backlog() > limits.backlogBytes / 2) {
				void gate.relieved().then(() => serve(session));
				return;
			}
			const { packet } = held;
			if (packet.cmd === "publish" && !deps.mayReceive(session.client, packet.topic!)) {
				deps.release(session, held, "no-longer-allowed");
				continue;
			}
			if (held.id > session.markedTo) return deps.mark(session);
			const id = packet.messageId ?? packetIdOf(session, held);
			if (id === null) return;
			const { topic, payload, qos, retain = false } = packet;
			const dup = held.sends > 0;
			markSent(session, held, id);
			// The next note is written while there is still way to go.
			if (session.markedTo - held.id < limits.window) deps.mark(session);
			if (packet.cmd === "pubrel") gate.write(encodePubrel(id));
			else gate.write(encodePublish({ topic: topic!, payload: payload!, qos: qos!, retain, dup, id }));
		}
	};
}
