import { connect, type IClientOptions, type ISubscriptionGrant, type MqttClient } from "mqtt";
import type { Connection, ConnectionEvents } from "../../link/run/keep-connected.ts";
import { connectOptions, type WiredConnection, wireConnection } from "../../link/run/mqtt-client.ts";

export interface HqConnection extends Connection {
	/** Subscribes to these filters and no others. Resolves when the broker has confirmed; never, if the connection is lost before. */
	listenTo(filters: readonly string[]): Promise<void>;
}

/** AWS allows 8 filters in one SUBSCRIBE. */
const filtersAtOnce = 8;

/** How long one SUBSCRIBE of all shards may take: mosquitto and RabbitMQ confirm 256 filters in a fraction of it. */
const patienceMs = 2_000;

/** Knowledge about the broker; kept over reconnections. */
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
	const wire = wireConnection(client, events);
	const subscriptions = keepSubscribed(client, wire, filters, listening);
	client.on("connect", () => subscriptions.begin(() => events.opened()));
	return { ...wire.connection, listenTo: (wanted) => new Promise((resolve) => subscriptions.want(wanted, resolve)) };
}

/** The next packet on the way from the filters that the broker has agreed to, to those that are wanted. */
interface NextPacket {
	subscribe: string[];
	unsubscribe: string[];
}

/** New filters come before the old ones go: a message that comes twice does no harm, and a lost one costs a round trip. */
function nextPacket(wanted: ReadonlySet<string>, agreed: ReadonlySet<string>): NextPacket {
	const missing = [...wanted].filter((filter) => !agreed.has(filter)).slice(0, filtersAtOnce);
	if (missing.length > 0) return { subscribe: missing, unsubscribe: [] };
	return { subscribe: [], unsubscribe: [...agreed].filter((filter) => !wanted.has(filter)).slice(0, filtersAtOnce) };
}

interface Subscriptions {
	/** The broker took the connection. `agreed` is called, as with `want`, when all wanted filters are subscribed to. */
	begin(agreed: () => void): void;
	want(filters: readonly string[], agreed: () => void): void;
}

/** Brings the broker's filters to those that are wanted, one packet at a time. */
function keepSubscribed(client: MqttClient, wire: WiredConnection, filters: readonly string[], listening: Listening): Subscriptions {
	const wantedOf = (filters: Iterable<string>): Set<string> => {
		const wanted = new Set(filters);
		return listening.tooManyFilters && wanted.size > 0 ? new Set([listening.everything]) : wanted;
	};
	const agreed = new Set<string>();
	const waiting = new Set<() => void>();
	let state: "offline" | "idle" | "asking" = "offline";
	let wanted = wantedOf(filters);
	let askedAtMs = 0;

	function ask(): void {
		if (state !== "idle" || wire.isOver()) return;
		const { subscribe, unsubscribe } = nextPacket(wanted, agreed);
		if (subscribe.length === 0) {
			for (const resolve of waiting) resolve();
			waiting.clear();
		}
		if (subscribe.length === 0 && unsubscribe.length === 0) return;
		state = "asking";
		const answered = (error: Error | null | undefined, isRefused = false): void => {
			state = "idle";
			if (error || isRefused) return wire.lose(error?.message ?? "the broker refuses the subscription");
			for (const filter of subscribe) agreed.add(filter);
			for (const filter of unsubscribe) agreed.delete(filter);
			if (subscribe.length > 0 && listening.nowMs() - askedAtMs > patienceMs) {
				listening.tooManyFilters = true;
				wanted = wantedOf(wanted);
			}
			ask();
		};
		if (subscribe.length === 0) client.unsubscribe(unsubscribe, {}, (error) => answered(error));
		else client.subscribe(subscribe, { qos: 1 }, (error, granted) => answered(error, granted?.some(isRefusal)));
	}

	function askFor(done: () => void): void {
		askedAtMs = listening.nowMs();
		waiting.add(done);
		ask();
	}

	return {
		begin(done) {
			state = "idle";
			askFor(done);
		},
		want(filters, done) {
			wanted = wantedOf(filters);
			askFor(done);
		},
	};
}

const isRefusal = ({ qos }: ISubscriptionGrant): boolean => qos > 2;
