import { connect, type IClientOptions } from "mqtt";
import { clientIdOf, readTopic, storeFilter, topicOf } from "../wire/ids.ts";
import { keepCalling, type Call, type CallEvents } from "../wire/link/calling.ts";
import { machineClock, noLog, type Clock, type Dice, type LinkLog } from "../wire/link/clock.ts";
import { usualPace, type PaceLimits } from "../wire/link/pace.ts";
import type { Command } from "./commands.ts";
import type { LinkLedger } from "./ledger-port.ts";
import { openStoreEnd, type ClockHint, type LinkStatus } from "./store-end.ts";

export interface UplinkOptions {
	ledger: LinkLedger;
	/** mqtt:// mqtts:// ws:// wss:// */
	url: string;
	tenant: string;
	store: string;
	build: string;
	/** Version of the ledger's shape, for HQ's overview. */
	schema?: number;
	credentials?: { username?: string; password?: string; ca?: Buffer | string; cert?: Buffer | string; key?: Buffer | string };
	pace?: PaceLimits;
	commands?: Record<string, Command>;
	onClock?: (hint: ClockHint) => void;
	log?: LinkLog;
	random?: Dice;
	clock?: Clock;
}

export interface Uplink {
	stop(): Promise<void>;
	status(): LinkStatus;
}

/** Long enough for a mobile line's TLS, short enough that a dead address does not hold the next try. */
const connectTimeoutMs = 20_000;

/** Keeps one store connected to HQ's broker and its streams flowing. Resolves at once; being offline is not an error. */
export async function startUplink(options: UplinkOptions): Promise<Uplink> {
	const { ledger, url, tenant, store, build, schema = 1, credentials = {}, pace = usualPace, commands = {}, log = noLog } = options;
	const { random: dice = Math.random, clock = machineClock } = options;

	const end = openStoreEnd({
		ledger, clock, dice, log, build, schema, pace, commands,
		publish: (channel, payload) => line.publish(topicOf({ tenant, store, direction: "up", channel }), payload),
		proved: () => line.proved(),
		onClock: options.onClock ?? (() => {}),
	});
	const line = keepCalling({
		clock, dice, log,
		call: (events) => callBroker(url, { ...credentials, clientId: clientIdOf(tenant, store, ledger.read.link.identity().inc) }, storeFilter({ tenant, store }), events),
		opened: () => end.opened(),
		lost: (why) => end.lost(why),
		arrived(topic, payload) {
			const read = readTopic(topic);
			if (read?.direction === "dn" && read.store === store && read.tenant === tenant) end.arrived(read.channel, payload);
		},
	});
	return {
		status: () => end.status(),
		async stop() {
			end.stop();
			line.stop();
		},
	};
}

/** MQTT 3.1.1, clean session, QoS 1. mqtt.js may not reconnect by itself: when to call is decided in wire/link/connecting.ts. */
function callBroker(url: string, options: IClientOptions, filter: string, events: CallEvents): Call {
	const client = connect(url, {
		...options, protocolVersion: 4, clean: true, keepalive: 30, reconnectPeriod: 0, connectTimeout: connectTimeoutMs, resubscribe: false, queueQoSZero: false,
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
