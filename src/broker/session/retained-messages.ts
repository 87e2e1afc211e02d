/** Retained messages: those of clients, and those made from the ledger when somebody subscribes. */

import type { Deadlines } from "../deadlines.ts";
import type { BrokerState } from "../ledger/session-log.ts";
import type { BrokerLimits } from "../limits.ts";
import { matches } from "../routing/filter.ts";
import type { AnyPacket } from "./aedes-types.ts";

type FromLedger = (filters: string[]) => AsyncIterable<AnyPacket> | Iterable<AnyPacket>;

export interface RetainedMessages {
	/** Takes over what the ledger kept; the broker's own notes, below "$", are no messages. */
	load(rows: BrokerState["retained"]): void;
	size(): number;
	/** Reserves room for this message until it is stored or given up; null when its sender has used up its share. */
	reserve(packet: AnyPacket, account: string | null): Reservation | null;
	letGo(reservation: Reservation): void;
	/** An empty payload removes the topic's message [MQTT-3.3.1-10]. */
	set(packet: AnyPacket, reservation?: Reservation): void;
	/** `own`: in place of what is made from the ledger. */
	matching(filters: string[], own?: AsyncIterable<AnyPacket> | Iterable<AnyPacket>): AsyncGenerator<AnyPacket>;
	/** Takes out what has expired, and answers its topics. */
	takeExpired(): string[];
}

export interface Reservation {
	owner: string;
	messages: number;
	bytes: number;
}

export type RetainedLimits = Pick<BrokerLimits, "retainedMessages" | "retainedBytes" | "retainedPerAccount" | "retainedBytesPerAccount">;

/** Programs and services speak for many devices. */
const sharesOfOthers = 10;

/** All retained messages of clients. */
interface Retained {
	fromLedger: FromLedger;
	limits: RetainedLimits;
	deadlines: Deadlines;
	byTopic: Map<string, AnyPacket & { owner?: string }>;
	used: Map<string, Reservation>;
	total: Reservation;
}

export function createRetainedMessages(fromLedger: FromLedger, limits: RetainedLimits, deadlines: Deadlines): RetainedMessages {
	const retained: Retained = {
		fromLedger,
		limits,
		deadlines,
		byTopic: new Map<string, AnyPacket & { owner?: string }>(),
		used: new Map<string, Reservation>(),
		total: { owner: "", messages: 0, bytes: 0 },
	};
	return {
		load(rows) {
			for (const { topic, qos, payload, props, expires } of rows) {
				if (topic.startsWith("$")) continue;
				const packet: AnyPacket = { cmd: "publish", topic, qos, payload: Buffer.from(payload), retain: true };
				if (props) packet.props = new Uint8Array(props);
				if (typeof expires === "number") packet.deadline = retained.deadlines.fromDisk(expires);
				put(retained, topic, packet, ownerOf(topic, null));
			}
		},
		size: () => retained.byTopic.size,
		reserve(packet, account) {
			const topic = packet.topic!;
			const owner = ownerOf(topic, account);
			const before = retained.byTopic.get(topic);
			const more = packet.payload!.length === 0 ? 0 : sizeOf(packet) - (before ? sizeOf(before) : 0);
			// The `state` topic of each device is kept beside the shares.
			const isSmallState = isState(topic) && packet.payload!.length <= stateBytes && retained.used.size < statesKept;
			if (more > 0 && !isSmallState && !hasRoom(retained, owner, more)) return null;
			const reservation = { owner, messages: before || more <= 0 ? 0 : 1, bytes: Math.max(0, more) };
			use(retained, owner, reservation.messages, reservation.bytes);
			return reservation;
		},
		letGo: ({ owner, messages, bytes }) => use(retained, owner, -messages, -bytes),
		set(packet, reservation) {
			if (reservation) use(retained, reservation.owner, -reservation.messages, -reservation.bytes);
			put(retained, packet.topic!, packet.payload!.length === 0 ? null : packet, reservation?.owner ?? ownerOf(packet.topic!, null));
		},
		async *matching(filters, own) {
			for (const filter of filters) {
				if (!/[+#]/.test(filter)) {
					const packet = retained.byTopic.get(filter);
					if (packet && !retained.deadlines.isOver(packet.deadline)) yield plainOf(packet);
					continue;
				}
				for (const packet of retained.byTopic.values())
					if (matches(filter, packet.topic!) && !retained.deadlines.isOver(packet.deadline)) yield plainOf(packet);
			}
			yield* own ?? retained.fromLedger(filters);
		},
		takeExpired() {
			const over = [...retained.byTopic].filter(([, packet]) => retained.deadlines.isOver(packet.deadline)).map(([topic]) => topic);
			for (const topic of over) put(retained, topic, null, "");
			return over;
		},
	};
}

function use(retained: Retained, owner: string, messages: number, bytes: number): void {
	const mine = retained.used.get(owner) ?? { owner, messages: 0, bytes: 0 };
	retained.used.set(owner, mine);
	for (const one of [mine, retained.total]) {
		one.messages += messages;
		one.bytes += bytes;
	}
	if (mine.messages === 0) retained.used.delete(owner);
}

function put(retained: Retained, topic: string, packet: AnyPacket | null, owner: string): void {
	const before = retained.byTopic.get(topic);
	if (before) use(retained, before.owner!, -1, -sizeOf(before));
	if (!packet) return void retained.byTopic.delete(topic);
	retained.byTopic.set(topic, { ...packet, owner });
	use(retained, owner, 1, sizeOf(packet));
}

function hasRoom(retained: Retained, owner: string, bytes: number): boolean {
	const { messages, bytes: taken } = retained.used.get(owner) ?? { messages: 0, bytes: 0 };
	const shares = isDevices(owner) ? 1 : sharesOfOthers;
	return (
		messages < retained.limits.retainedPerAccount * shares &&
		taken + bytes <= retained.limits.retainedBytesPerAccount * shares &&
		retained.total.messages < retained.limits.retainedMessages &&
		retained.total.bytes + bytes <= retained.limits.retainedBytes
	);
}

const stateBytes = 64;
/** Devices whose state is kept beyond the shares; in the demo any name is admitted. */
const statesKept = 20_000;
const isState = (topic: string): boolean => /^gondola\/1\/d\/[a-z0-9-]{1,64}\/state$/.test(topic);
/** A message takes this much in memory and on disk besides its bytes. */
const overheadBytes = 100;
const sizeOf = ({ topic, payload, props }: AnyPacket): number => topic!.length + payload!.length + (props?.length ?? 0) + overheadBytes;

/** The device a topic names, whoever speaks for it; otherwise the account. What was kept before a restart and is no device's has none. */
function ownerOf(topic: string, account: string | null): string {
	const device = /^gondola\/1\/d\/([^/]+)\//.exec(topic)?.[1];
	return device === undefined ? `account ${account ?? ""}` : `device ${device}`;
}
const isDevices = (owner: string): boolean => owner.startsWith("device ");

const plainOf = ({ owner: _, ...packet }: AnyPacket & { owner?: string }): AnyPacket => packet;
