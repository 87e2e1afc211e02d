import type { Connection } from "../file/open.ts";

/** Members that MQTT 5 adds to a message: its properties as on the wire, and until when it counts (see migrations/0008-mqtt5.ts). */
export interface KeptProperties {
	props?: Uint8Array | null;
	expires?: number | null;
}

/** The broker's memory across a power cut: retained messages, subscriptions of absent clients, and messages that wait for them. */
export interface BrokerState {
	retained: ({ topic: string; qos: number; payload: Buffer } & KeptProperties)[];
	/** `options`, `ident`: of a client that speaks MQTT 5. */
	subscriptions: { client: string; topic: string; qos: number; options?: number | null; ident?: number | null }[];
	/**
	 * A row without a topic (which no message may be [MQTT-4.7.3-1]) stands for a QoS 2 message that its client has received: only its
	 * PUBREL is left to send.
	 */
	queued: ({ client: string; id: number; topic: string; qos: number; retain: boolean; payload: Buffer } & KeptProperties)[];
	wills: ({ client: string; payload: Buffer } & Omit<KeptWill, "payload">)[];
	/** QoS 2 messages received and not completed yet. */
	received: { client: string; packet: number }[];
}

export interface KeptWill {
	topic: string;
	qos: number;
	retain: boolean;
	payload: Uint8Array;
	props?: Uint8Array | null;
	/** Seconds that the will waits; absent: its client spoke MQTT 3.1.1. */
	delay?: number | null;
	/** Seconds for which the will's message is valid. */
	expiry?: number | null;
	/** When the will is published; absent while its client is connected. */
	due?: number | null;
}

export type BrokerOp =
	| ({ op: "retain"; topic: string; qos: number; payload: Uint8Array | null } & KeptProperties)
	| { op: "subscribe"; client: string; topic: string; qos: number; options?: number; ident?: number }
	| { op: "unsubscribe"; client: string; topic: string }
	| ({ op: "enqueue"; client: string; id: number; topic: string; qos: number; retain: boolean; payload: Uint8Array } & KeptProperties)
	| { op: "dequeue"; client: string; id: number }
	| { op: "release"; client: string; id: number }
	| { op: "forget"; client: string }
	| { op: "will"; client: string; will: KeptWill | null }
	| { op: "receive"; client: string; packet: number }
	| { op: "complete"; client: string; packet: number };

type Row<T extends { retain: boolean }> = Omit<T, "retain"> & { retain: number };

export function readBroker(db: Connection) {
	const retained = db.prepare<[], BrokerState["retained"][number]>("SELECT topic, qos, payload, props, expires FROM broker_retained");
	const subscriptions = db.prepare<[], BrokerState["subscriptions"][number]>(
		"SELECT client, topic, qos, options, ident FROM broker_subscription",
	);
	const queued = db.prepare<[], Row<BrokerState["queued"][number]>>(
		"SELECT client, id, topic, qos, retain, payload, props, expires FROM broker_queue ORDER BY client, id",
	);
	const wills = db.prepare<[], Row<BrokerState["wills"][number]>>(
		"SELECT client, topic, qos, retain, payload, props, delay, expiry, due FROM broker_will",
	);
	const received = db.prepare<[], { client: string; packet: number }>("SELECT client, packet FROM broker_received");
	return {
		load: (): BrokerState => ({
			retained: retained.all(),
			subscriptions: subscriptions.all(),
			queued: queued.all().map((row) => ({ ...row, retain: row.retain === 1 })),
			wills: wills.all().map((row) => ({ ...row, retain: row.retain === 1 })),
			received: received.all(),
		}),
	};
}

export function writeBroker(db: Connection) {
	const retain = db.prepare("INSERT OR REPLACE INTO broker_retained (topic, qos, payload, props, expires) VALUES (?, ?, ?, ?, ?)");
	const unretain = db.prepare("DELETE FROM broker_retained WHERE topic = ?");
	const subscribe = db.prepare("INSERT OR REPLACE INTO broker_subscription (client, topic, qos, options, ident) VALUES (?, ?, ?, ?, ?)");
	const unsubscribe = db.prepare("DELETE FROM broker_subscription WHERE client = ? AND topic = ?");
	const enqueue = db.prepare(
		"INSERT OR REPLACE INTO broker_queue (client, id, topic, qos, retain, payload, props, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	);
	const dequeue = db.prepare("DELETE FROM broker_queue WHERE client = ? AND id = ?");
	const release = db.prepare("UPDATE broker_queue SET topic = '', payload = x'', props = NULL, expires = NULL WHERE client = ? AND id = ?");
	const will = db.prepare(
		"INSERT OR REPLACE INTO broker_will (client, topic, qos, retain, payload, props, delay, expiry, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	);
	const dropWill = db.prepare("DELETE FROM broker_will WHERE client = ?");
	const receive = db.prepare("INSERT OR IGNORE INTO broker_received (client, packet) VALUES (?, ?)");
	const complete = db.prepare("DELETE FROM broker_received WHERE client = ? AND packet = ?");
	const forgetReceived = db.prepare("DELETE FROM broker_received WHERE client = ?");
	const forgetSubscriptions = db.prepare("DELETE FROM broker_subscription WHERE client = ?");
	const forgetQueue = db.prepare("DELETE FROM broker_queue WHERE client = ?");
	return {
		apply(op: BrokerOp): void {
			switch (op.op) {
				case "retain":
					if (op.payload === null) unretain.run(op.topic);
					else retain.run(op.topic, op.qos, op.payload, op.props ?? null, op.expires ?? null);
					return;
				case "subscribe":
					return void subscribe.run(op.client, op.topic, op.qos, op.options ?? null, op.ident ?? null);
				case "unsubscribe":
					return void unsubscribe.run(op.client, op.topic);
				case "enqueue":
					return void enqueue.run(
						...[op.client, op.id, op.topic, op.qos, op.retain ? 1 : 0, op.payload, op.props ?? null, op.expires ?? null],
					);
				case "dequeue":
					return void dequeue.run(op.client, op.id);
				case "release":
					return void release.run(op.client, op.id);
				case "forget":
					forgetSubscriptions.run(op.client);
					forgetReceived.run(op.client);
					return void forgetQueue.run(op.client);
				case "will": {
					if (op.will === null) return void dropWill.run(op.client);
					const { topic, qos, payload, props = null, delay = null, expiry = null, due = null } = op.will;
					return void will.run(op.client, topic, qos, op.will.retain ? 1 : 0, payload, props, delay, expiry, due);
				}
				case "receive":
					return void receive.run(op.client, op.packet);
				case "complete":
					return void complete.run(op.client, op.packet);
			}
			op satisfies never;
		},
	};
}
