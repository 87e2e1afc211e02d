import type { Connection } from "../file/open.ts";

/** What the broker must still know after a power cut: retained messages, subscriptions of absent clients, and what waits for them. */
export interface BrokerState {
	retained: { topic: string; qos: number; payload: Buffer }[];
	subscriptions: { client: string; topic: string; qos: number }[];
	/**
	 * One without a topic, which no message is [MQTT-4.7.3-1], is a QoS 2 message that its client took over: its PUBREL is what is left of it.
	 */
	queued: { client: string; id: number; topic: string; qos: number; retain: boolean; payload: Buffer }[];
	wills: { client: string; topic: string; qos: number; retain: boolean; payload: Buffer }[];
	/** QoS 2 messages taken over and not yet completed. */
	received: { client: string; packet: number }[];
}

export interface KeptWill {
	topic: string;
	qos: number;
	retain: boolean;
	payload: Uint8Array;
}

export type BrokerOp =
	| { op: "retain"; topic: string; qos: number; payload: Uint8Array | null }
	| { op: "subscribe"; client: string; topic: string; qos: number }
	| { op: "unsubscribe"; client: string; topic: string }
	| { op: "enqueue"; client: string; id: number; topic: string; qos: number; retain: boolean; payload: Uint8Array }
	| { op: "dequeue"; client: string; id: number }
	| { op: "release"; client: string; id: number }
	| { op: "forget"; client: string }
	| { op: "will"; client: string; will: KeptWill | null }
	| { op: "receive"; client: string; packet: number }
	| { op: "complete"; client: string; packet: number };

export function readBroker(db: Connection) {
	const retained = db.prepare<[], { topic: string; qos: number; payload: Buffer }>("SELECT topic, qos, payload FROM broker_retained");
	const subscriptions = db.prepare<[], { client: string; topic: string; qos: number }>(
		"SELECT client, topic, qos FROM broker_subscription",
	);
	const queued = db.prepare<[], { client: string; id: number; topic: string; qos: number; retain: number; payload: Buffer }>(
		"SELECT client, id, topic, qos, retain, payload FROM broker_queue ORDER BY client, id",
	);
	const wills = db.prepare<[], { client: string; topic: string; qos: number; retain: number; payload: Buffer }>(
		"SELECT client, topic, qos, retain, payload FROM broker_will",
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
	const retain = db.prepare("INSERT OR REPLACE INTO broker_retained (topic, qos, payload) VALUES (?, ?, ?)");
	const unretain = db.prepare("DELETE FROM broker_retained WHERE topic = ?");
	const subscribe = db.prepare("INSERT OR REPLACE INTO broker_subscription (client, topic, qos) VALUES (?, ?, ?)");
	const unsubscribe = db.prepare("DELETE FROM broker_subscription WHERE client = ? AND topic = ?");
	const enqueue = db.prepare("INSERT OR REPLACE INTO broker_queue (client, id, topic, qos, retain, payload) VALUES (?, ?, ?, ?, ?, ?)");
	const dequeue = db.prepare("DELETE FROM broker_queue WHERE client = ? AND id = ?");
	const release = db.prepare("UPDATE broker_queue SET topic = '', payload = x'' WHERE client = ? AND id = ?");
	const will = db.prepare("INSERT OR REPLACE INTO broker_will (client, topic, qos, retain, payload) VALUES (?, ?, ?, ?, ?)");
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
					else retain.run(op.topic, op.qos, op.payload);
					return;
				case "subscribe":
					return void subscribe.run(op.client, op.topic, op.qos);
				case "unsubscribe":
					return void unsubscribe.run(op.client, op.topic);
				case "enqueue":
					return void enqueue.run(op.client, op.id, op.topic, op.qos, op.retain ? 1 : 0, op.payload);
				case "dequeue":
					return void dequeue.run(op.client, op.id);
				case "release":
					return void release.run(op.client, op.id);
				case "forget":
					forgetSubscriptions.run(op.client);
					forgetReceived.run(op.client);
					return void forgetQueue.run(op.client);
				case "will":
					if (op.will === null) dropWill.run(op.client);
					else will.run(op.client, op.will.topic, op.will.qos, op.will.retain ? 1 : 0, op.will.payload);
					return;
				case "receive":
					return void receive.run(op.client, op.packet);
				case "complete":
					return void complete.run(op.client, op.packet);
			}
			op satisfies never;
		},
	};
}
