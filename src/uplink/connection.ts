import { connect, type IClientOptions } from "mqtt";
import type { Connection, ConnectionEvents } from "../link/run/keep-connected.ts";
import { connectOptions, wireConnection } from "../link/run/mqtt-client.ts";

/** The connection counts as open once it is subscribed to `filter`. */
export function connectToBroker(url: string, options: IClientOptions, filter: string, events: ConnectionEvents): Connection {
	const client = connect(url, {
		...options,
		...connectOptions,
		// Without this option mqtt-packet, which the broker uses too, keeps a buffer for each of the 65,536 packet numbers: 9 MB.
		writeCache: false,
	});
	const { connection, lose, isOver } = wireConnection(client, events);
	client.on("connect", () => {
		client.subscribe(filter, { qos: 1 }, (error, granted) => {
			if (isOver()) return;
			if (error || granted?.some((each) => each.qos > 2)) lose(error?.message ?? "the broker refuses the subscription");
			else events.opened();
		});
	});
	return connection;
}
