/** Sends messages to one client of MQTT 5: within its limits of number and size, with topic aliases where it knows them. */
import type { Deadlines } from "../deadlines.ts";
import { type Encoded5, encodePublish5, type Outgoing5 } from "./encode.ts";

export interface Sending5 {
	/** QoS 1 and 2 messages that may be open. */
	readonly receiveMaximum: number;
	/** Null: it is larger than the client takes, and counts as delivered [MQTT5-3.1.2-25]. */
	encode(message: Outgoing5): Encoded5 | null;
	/** Puts the topic's alias in, where the client takes any; else `encoded` as it is. In the order of sending. */
	aliased(message: Outgoing5, encoded: Encoded5): Encoded5;
	/** Whether every connection gets bytes of its own. */
	readonly hasAliases: boolean;
	takes(bytes: number): boolean;
	/** Brings the expiry of a message that waited up to date; false: it has passed. */
	refresh(bytes: Buffer, expiryAt: number, deadline: number | undefined): boolean;
}

/** Topics that get an alias, whatever more the client would take. */
const aliasesKept = 64;

export function createSending(
	{ receiveMaximum, maximumPacket, topicAliasMaximum }: { receiveMaximum: number; maximumPacket: number; topicAliasMaximum: number },
	deadlines: Deadlines,
): Sending5 {
	const aliases = new Map<string, number>();
	const most = Math.min(topicAliasMaximum, aliasesKept);
	const secondsOf = ({ deadline }: Outgoing5): number => (deadline === undefined ? 0 : deadlines.secondsLeft(deadline));
	return {
		receiveMaximum,
		hasAliases: most > 0,
		takes: (bytes) => bytes <= maximumPacket,
		encode(message) {
			const encoded = encodePublish5(message, secondsOf(message));
			return encoded.bytes.length <= maximumPacket ? encoded : null;
		},
		aliased(message, encoded) {
			if (most === 0) return encoded;
			const known = aliases.get(message.topic);
			if (known !== undefined) return encodePublish5(message, secondsOf(message), { number: known, isNew: false });
			if (aliases.size >= most) return encoded;
			const fresh = encodePublish5(message, secondsOf(message), { number: aliases.size + 1, isNew: true });
			// The alias makes this one packet longer; where that is too long, the topic stays without.
			if (fresh.bytes.length > maximumPacket) return encoded;
			aliases.set(message.topic, aliases.size + 1);
			return fresh;
		},
		refresh(bytes, expiryAt, deadline) {
			if (deadline === undefined || expiryAt === 0) return true;
			if (deadlines.isOver(deadline)) return false;
			bytes.writeUInt32BE(deadlines.secondsLeft(deadline), expiryAt);
			return true;
		},
	};
}
