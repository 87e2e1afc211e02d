import { connect, type IClientOptions } from "mqtt";
import type { Call, CallEvents } from "../wire/link/calling.ts";

/** Long enough for a mobile line's TLS, short enough that a dead address does not hold the next try. */
const connectTimeoutMs = 20_000;

/** MQTT 3.1.1, clean session, QoS 1. mqtt.js may not reconnect by itself: when to call is decided in wire/link/connecting.ts. */
export function callBroker(url: string, options: IClientOptions, filter: string, events: CallEvents): Call {
	const client = connect(url, {
		...options, protocolVersion: 4, clean: true, keepalive: 30, reconnectPeriod: 0, connectTimeout: connectTimeoutMs,
		resubscribe: false, queueQoSZero: false,
		// Without it mqtt-packet, which the broker uses too, keeps a buffer for each of the 65,536 packet numbers: 9 MB.
		writeCache: false,
	});
	let over = false;
	const lose = (why: string): void => {
		if (over) return;
		over = true;
		client.end(true);
		events.lost(why);
	};
	client.on("connect", () => {
		client.subscribe(filter, { qos: 1 }, (error, granted) => {
			if (over) return;
			if (error || granted?.some((each) => each.qos > 2)) lose(error?.message ?? "the broker refuses the subscription");
			else events.opened();
		});
	});
	client.on("message", (topic, payload) => {
		if (!over) events.arrived(topic, payload);
	});
	client.on("error", (error) => lose(error.message || (error as NodeJS.ErrnoException).code || "refused"));
	client.on("close", () => lose("the broker hung up"));
	return {
		publish: (topic, payload) => void client.publish(topic, payload, { qos: 1 }, () => {}),
		hangUp() {
			over = true;
			client.end(true);
		},
	};
}
