import { connect, type IClientOptions } from "mqtt";
import type { Connection, ConnectionEvents } from "../../link/run/keep-connected.ts";
import { connectOptions, wireConnection } from "../../link/run/mqtt-client.ts";

export interface HqConnection extends Connection {
	/** Listens to these filters and no others. Resolves when the broker has agreed; never, if the connection is lost before. */
	listenTo(filters: readonly string[]): Promise<void>;
}

/** AWS takes 8 filters in one SUBSCRIBE. */
const filtersAtOnce = 8;

/** mosquitto and RabbitMQ agree to 256 filters in a fraction of this. */
const patienceMs = 2_000;

/** What was found out about a broker; it outlives the connection. */
export interface Listening {
	/**
	 * One filter for all shards. nats-server makes a replicated consumer of each filter, a third of a second apiece: there it is better
	 * to hear everything, and drop what another process answers for.
	 */
	everything: string;
	tooManyFilters: boolean;
	nowMs(): number;
}

/** Opened once it listens to `filters`. */
export function connectToBroker(
	url: string,
	options: IClientOptions,
	filters: readonly string[],
	listening: Listening,
	events: ConnectionEvents,
): HqConnection {
	const client = connect(url, { ...options, ...connectOptions });
	const { call, lose, isOver } = wireConnection(client, events);
	let connected = false;
	let wanted = wantedOf(filters);
	let askedAtMs = 0;
	const agreed = new Set<string>();
	const waiting = new Set<() => void>();
	let subscribing = false;

	function wantedOf(filters: readonly string[]): Set<string> {
		return new Set(listening.tooManyFilters && filters.length > 0 ? [listening.everything] : filters);
	}

	/** New ones first: a message that comes by two filters does no harm, one that comes by none is a round trip lost. */
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
		...call,
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
