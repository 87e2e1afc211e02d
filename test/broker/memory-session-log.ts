import type { BrokerOp, BrokerState, SessionLog } from "../../src/broker/ledger/session-log.ts";
import { defined } from "../../src/words/defined.ts";

/** What a broker keeps, in memory: it lives as long as the process. */
export function createMemorySessionLog(): SessionLog & { state(): BrokerState } {
	const retained = new Map<string, BrokerState["retained"][number]>();
	const subscriptions = new Map<string, BrokerState["subscriptions"][number]>();
	const queued = new Map<string, BrokerState["queued"][number]>();
	const wills = new Map<string, BrokerState["wills"][number]>();
	const received = new Map<string, BrokerState["received"][number]>();
	const key = (client: string, rest: string | number): string => JSON.stringify([client, rest]);
	const state = (): BrokerState => ({
		retained: [...retained.values()],
		subscriptions: [...subscriptions.values()],
		queued: [...queued.values()].sort((a, b) => a.id - b.id),
		wills: [...wills.values()],
		received: [...received.values()],
	});
	const applyOne = (op: BrokerOp): void => {
		switch (op.op) {
			case "retain":
				if (op.payload === null) retained.delete(op.topic);
				else {
					const { topic, qos, payload, props, expires } = op;
					retained.set(topic, { topic, qos, payload: Buffer.from(payload), ...defined({ props, expires }) });
				}
				return;
			case "subscribe": {
				const { op: _, ...row } = op;
				return void subscriptions.set(key(op.client, op.topic), row);
			}
			case "unsubscribe":
				return void subscriptions.delete(key(op.client, op.topic));
			case "enqueue": {
				const { op: _, ...row } = op;
				return void queued.set(key(op.client, op.id), { ...row, payload: Buffer.from(row.payload) });
			}
			case "dequeue":
				return void queued.delete(key(op.client, op.id));
			case "release": {
				const row = queued.get(key(op.client, op.id));
				if (row) queued.set(key(op.client, op.id), { ...row, topic: "", payload: Buffer.alloc(0) });
				return;
			}
			case "forget":
				for (const map of [subscriptions, queued, received]) for (const [k, row] of map) if (row.client === op.client) map.delete(k);
				return;
			case "will":
				if (op.will === null) wills.delete(op.client);
				else wills.set(op.client, { client: op.client, ...op.will, payload: Buffer.from(op.will.payload) });
				return;
			case "receive":
				return void received.set(key(op.client, op.packet), { client: op.client, packet: op.packet });
			case "complete":
				return void received.delete(key(op.client, op.packet));
		}
		op satisfies never;
	};
	return { load: state, state, apply: async (ops) => ops.forEach(applyOne) };
}
