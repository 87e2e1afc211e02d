import { connect, type IClientOptions } from "mqtt";
import type { Connection, ConnectionEvents } from "../../link/run/keep-connected.ts";
import { connectOptions, wireConnection } from "../../link/run/mqtt-client.ts";

export interface HqConnection extends Connection {
	/** Subscribes to these filters and no others. Resolves when the broker has confirmed; never, if the connection is lost before. */
	listenTo(filters: readonly string[]): Promise<void>;
}

/** AWS allows 8 filters in one SUBSCRIBE. */
const filtersAtOnce = 8;

/** How long one SUBSCRIBE of all shards may take: mosquitto and RabbitMQ confirm 256 filters in a fraction of it. */
const patienceMs = 2_000;

/** What is known about the broker; kept over reconnections. */
export interface Listening {
	/**
	 * One filter for all shards. nats-server makes a replicated consumer for each filter, which takes a third of a second each: there it is
	 * better to receive everything and drop the messages of other processes' stores.
	 */
	everything: string;
	tooManyFilters: boolean;
	nowMs(): number;
}

/** Connects to the broker; `opened` is called when it is subscribed to `filters`. */
export function connectToBroker(
	url: string,
	options: IClientOptions,
	filters: readonly string[],
	listening: Listening,
	events: ConnectionEvents,
): HqConnection {
	const client = connect(url, { ...options, ...connectOptions });
	const { connection, lose, isOver } = wireConnection(client, events);
	let connected = false;
	let wanted = wantedOf(filters);
	let askedAtMs = 0;
	const agreed = new Set<string>();
	const waiting = new Set<() => void>();
	let subscribing = false;

	function wantedOf(filters: readonly string[]): Set<string> {
		return new Set(listening.tooManyFilters && filters.length > 0 ? [listening.everything] : filters);
	}

	/**
	 * Subscribes to the new filters before it leaves the old ones: a message that comes twice does no harm, and a lost one costs a round trip.
	 */
	function agree(): void {
		if (isOver() || !connected || subscribing) return;
		const missing = [...wanted].filter((filter) => !agreed.has(filter)).slice(0, filtersAtOnce);
		if (missing.length === 0) {
			for (const resolve of waiting) resolve();
			waiting.clear();
		}
		const extra = missing.length > 0 ? [] : [...agreed].filter((filter) => !wanted.has(filter)).slice(0, filtersAtOnce);
		if (missing.length === 0 && extra.length === 0) return;
		subscribing = true;
		const done = (error: Error | null | undefined, refused = false): void => {
			subscribing = false;
			if (error || refused) return lose(error?.message ?? "the broker refuses the subscription");
			for (const filter of missing) agreed.add(filter);
			for (const filter of extra) agreed.delete(filter);
			if (missing.length > 0 && listening.nowMs() - askedAtMs > patienceMs) {
				listening.tooManyFilters = true;
				wanted = wantedOf([...wanted]);
			}
			agree();
		};
		if (missing.length > 0)
			client.subscribe(missing, { qos: 1 }, (error, granted) =>
				done(
					error,
					granted?.some((each) => each.qos > 2),
				),
			);
		else client.unsubscribe(extra, {}, (error) => done(error));
	}

	client.on("connect", () => {
		connected = true;
		askedAtMs = listening.nowMs();
		waiting.add(() => events.opened());
		agree();
	});
	return {
		...connection,
		listenTo(filters) {
			wanted = wantedOf(filters);
			askedAtMs = listening.nowMs();
			return new Promise((resolve) => {
				waiting.add(resolve);
				agree();
			});
		},
	};
}
