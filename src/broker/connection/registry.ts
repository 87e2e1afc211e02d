/** The connections by client id, of both versions of MQTT: one per client id, and the newest wins [MQTT-3.1.4-2], [MQTT5-3.1.4-3]. */
import type { Visitor } from "../access/rights.ts";
import type { Sending5 } from "../v5/sending.ts";
import type { Gate } from "./gate-port.ts";

export interface Connected {
	readonly client: string;
	readonly version: 3 | 5;
	readonly conn: Gate;
	readonly visitor: Visitor;
	readonly isKept: boolean;
	/** False until its CONNACK has left. */
	connected: boolean;
	/** How packets are written for a client of MQTT 5. */
	readonly out?: Sending5;
	/**
	 * Ends this connection for a new one of the same client. Resolves when it is off the registry and a last will that is due was
	 * published.
	 */
	makeWay(): Promise<void>;
	/** Ends it because its account was removed or changed, or the broker stops. */
	cut(why: "account" | "stopping"): void;
}

export interface Registry {
	get(client: string): Connected | undefined;
	add(one: Connected): void;
	/** Only if it is still this connection. */
	remove(one: Connected): void;
	list(): Connected[];
}

export function createRegistry(): Registry {
	const byClient = new Map<string, Connected>();
	return {
		get: (client) => byClient.get(client),
		add: (one) => void byClient.set(one.client, one),
		remove: (one) => {
			if (byClient.get(one.client) === one) byClient.delete(one.client);
		},
		list: () => [...byClient.values()],
	};
}
