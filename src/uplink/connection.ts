import { connect, type IClientOptions } from "mqtt";
import type { Call, CallEvents } from "../link/run/keep-connected.ts";
import { callOptions, wireCall } from "../link/run/mqtt-client.ts";

/** Opened once it listens to `filter`. */
export function callBroker(url: string, options: IClientOptions, filter: string, events: CallEvents): Call {
	const client = connect(url, {
		...options,
		...callOptions,
		// Without it mqtt-packet, which the broker uses too, keeps a buffer for each of the 65,536 packet numbers: 9 MB.
		writeCache: false,
	});
	const { call, lose, isOver } = wireCall(client, events);
	client.on("connect", () => {
		client.subscribe(filter, { qos: 1 }, (error, granted) => {
			if (isOver()) return;
			if (error || granted?.some((each) => each.qos > 2)) lose(error?.message ?? "the broker refuses the subscription");
			else events.opened();
		});
	});
	return call;
}
