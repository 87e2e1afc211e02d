import type { Connection, ConnectionEvents } from "./keep-connected.ts";

/** The part of an MQTT client that both ends of the line need. It is passed in, because this room imports no MQTT package. */
export interface LineClient {
	on(event: "message", callback: (topic: string, payload: Buffer) => void): unknown;
	on(event: "error", callback: (error: Error) => void): unknown;
	on(event: "close", callback: () => void): unknown;
	publish(topic: string, payload: Buffer, options: { qos: 1 }, done: () => void): unknown;
	end(force: boolean): unknown;
}

/**
 * MQTT 3.1.1, clean session. The client may not reconnect by itself: reconnect.ts decides when to connect. The time to connect is long
 * enough for a mobile line's TLS, short enough that a dead address does not hold the next try.
 */
export const connectOptions = {
	protocolVersion: 4,
	clean: true,
	keepalive: 30,
	reconnectPeriod: 0,
	connectTimeout: 20_000,
	resubscribe: false,
	queueQoSZero: false,
} as const;

export interface WiredConnection {
	connection: Connection;
	/** Ends the connection. `lost` is called once, with this reason or the client's own. */
	lose(why: string): void;
	isOver(): boolean;
}

/** The error in words; of OpenSSL's own form (`40ED:error:0A00045C:SSL routines:ssl3_read_bytes:WORDS:FILE…`) only its words. */
function reasonOf({ message, code }: NodeJS.ErrnoException): string {
	const words = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
	return words === undefined ? message || code || "refused" : `TLS: ${words}`;
}

/** Both ends alike receive messages, publish at QoS 1, and report the end once. Each end subscribes by itself. */
export function wireConnection(client: LineClient, events: Omit<ConnectionEvents, "opened">): WiredConnection {
	let over = false;
	const lose = (why: string): void => {
		if (over) return;
		over = true;
		client.end(true);
		events.lost(why);
	};
	client.on("message", (topic, payload) => {
		if (!over) events.arrived(topic, payload);
	});
	client.on("error", (error) => lose(reasonOf(error)));
	client.on("close", () => lose("the broker hung up"));
	return {
		lose,
		isOver: () => over,
		connection: {
			publish: (topic, payload) => void client.publish(topic, payload, { qos: 1 }, () => {}),
			hangUp() {
				over = true;
				client.end(true);
			},
		},
	};
}
