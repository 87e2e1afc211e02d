import { connect, type IClientOptions } from "mqtt";
import type { Call, CallEvents } from "../../wire/link/calling.ts";

export interface HqCall extends Call {
	/** Listens to these filters and no others. Resolves when the broker has agreed; never, if the connection is lost before. */
	listenTo(filters: readonly string[]): Promise<void>;
}

/** AWS takes 8 filters in one SUBSCRIBE. */
const filtersAtOnce = 8;

/** MQTT 3.1.1, clean session, QoS 1; when to call again is decided in wire/link/connecting.ts. Opened once it listens to `filters`. */
export function callBroker(url: string, options: IClientOptions, filters: readonly string[], events: CallEvents): HqCall {
	const client = connect(url, {
		...options, protocolVersion: 4, clean: true, keepalive: 30, reconnectPeriod: 0, connectTimeout: 20_000,
		resubscribe: false, queueQoSZero: false,
	});
	let over = false;
	let connected = false;
	let wanted = new Set(filters);
	const agreed = new Set<string>();
	const waiting = new Set<() => void>();
	let agreeing = false;
	const lose = (why: string): void => {
		if (over) return;
		over = true;
		client.end(true);
		events.lost(why);
	};

	/** New ones first: a message that comes by two filters does no harm, one that comes by none is a round trip lost. */
	function agree(): void {
		if (over || !connected || agreeing) return;
		const missing = [...wanted].filter((filter) => !agreed.has(filter)).slice(0, filtersAtOnce);
		const extra = missing.length > 0 ? [] : [...agreed].filter((filter) => !wanted.has(filter)).slice(0, filtersAtOnce);
		if (missing.length === 0 && extra.length === 0) {
			for (const resolve of waiting) resolve();
			return waiting.clear();
		}
		agreeing = true;
		const done = (error: Error | null | undefined, refused = false): void => {
			agreeing = false;
			if (error || refused) return lose(error?.message ?? "the broker refuses the subscription");
			for (const filter of missing) agreed.add(filter);
			for (const filter of extra) agreed.delete(filter);
			agree();
		};
		if (missing.length > 0) client.subscribe(missing, { qos: 1 }, (error, granted) => done(error, granted?.some((each) => each.qos > 2)));
		else client.unsubscribe(extra, {}, (error) => done(error));
	}

	client.on("connect", () => {
		connected = true;
		waiting.add(() => events.opened());
		agree();
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
		listenTo(filters) {
			wanted = new Set(filters);
			return new Promise((resolve) => {
				waiting.add(resolve);
				agree();
			});
		},
	};
}
