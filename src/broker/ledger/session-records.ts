/**
 * A session's record, beside its filters and messages: that it exists, when its client was last connected, and what it may have
 * received.
 */
import type { Instant } from "../../words/time.ts";
import type { BrokerOp, BrokerState } from "./session-log.ts";

export interface SessionRecord {
	seenAt: Instant;
	/** The client was connected when this was written: a gateway that finds this was killed, and does not know what the client received. */
	isOnline: boolean;
	/** Row of the newest message sent to it. */
	sentTo: number;
	/** While the client is connected, no row beyond this one is sent before a higher number is written here. Older builds wrote none. */
	mayBeSentTo?: number;
	/** The session's account; null: a program on this machine without one. Older builds wrote none. */
	account?: string | null;
	/** Seconds it outlives its connection, as its client of MQTT 5 asked. */
	expiry?: number;
}

/** Kept among the retained messages, where no client can reach them: `$` topics are not served from there. */
const prefix = "$gondola/session/";
const willPrefix = "$gondola/will/";

export function noteOp(client: string, note: SessionRecord | null): BrokerOp {
	return { op: "retain", topic: prefix + client, qos: 0, payload: note && new Uint8Array(Buffer.from(JSON.stringify(note))) };
}

/** The account of the last will under this client id. */
export function willOwnerOp(client: string, owner: { account: string | null } | null): BrokerOp {
	return { op: "retain", topic: willPrefix + client, qos: 0, payload: owner && new Uint8Array(Buffer.from(JSON.stringify(owner))) };
}

export function readWillOwners(retained: BrokerState["retained"]): Map<string, string | null> {
	const owners = new Map<string, string | null>();
	for (const { topic, payload } of retained) {
		if (!topic.startsWith(willPrefix)) continue;
		owners.set(topic.slice(willPrefix.length), (JSON.parse(Buffer.from(payload).toString()) as { account: string | null }).account);
	}
	return owners;
}

export function readNotes(retained: BrokerState["retained"]): Map<string, SessionRecord> {
	const notes = new Map<string, SessionRecord>();
	for (const { topic, payload } of retained) {
		if (topic.startsWith(prefix)) notes.set(topic.slice(prefix.length), JSON.parse(Buffer.from(payload).toString()) as SessionRecord);
	}
	return notes;
}
