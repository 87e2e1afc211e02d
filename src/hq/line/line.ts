import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { HqRepository } from "../../link/hq/repository.ts";
import type { StoreSessionStatus } from "../../link/hq/session.ts";
import type { HqTrust } from "../../link/hq/trust-port.ts";
import { type RateLimits, usualRate } from "../../link/machine/rate-limit.ts";
import { readMessage } from "../../link/protocol/envelope.ts";
import { hqFilters, readTopic, shardOf, topicOf } from "../../link/protocol/ids.ts";
import type { Res } from "../../link/protocol/messages.ts";
import { type Clock, type Dice, type LinkLog, machineClock, noLog } from "../../link/run/clock.ts";
import { type ConnectionEvents, type KeptConnection, keepConnected } from "../../link/run/keep-connected.ts";
import { defined } from "../../words/defined.ts";
import { connectToBroker, type HqConnection, type Listening } from "./connection.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createShardSet, type ShardSet } from "./shard-set.ts";

export interface HqLineOptions {
	url: string;
	tenant: string;
	store: HqRepository;
	/** Two hex digits each; left out: all 256. Several HQ processes divide them; `setShards` changes them. */
	shards?: readonly string[];
	credentials?: { username?: string; password?: string; ca?: Buffer | string; cert?: Buffer | string; key?: Buffer | string };
	/** Limits for each store. */
	rateLimit?: RateLimits;
	log?: LinkLog;
	random?: Dice;
	clock?: Clock;
	wall?: () => string;
	/** HQ's keys. Left out: HQ signs nothing, and checks no store's signature. */
	trust?: HqTrust;
	/** Hears how far each store's clock is ahead of HQ's. */
	onClock?(store: string, aheadMs: number): void;
	/** Connects by other means than MQTT over `url`, as in a simulation. */
	connect?(clientId: string, filters: readonly string[], events: ConnectionEvents): HqConnection;
}

export interface HqLineStatus {
	connected: boolean;
	talking: number;
	refused: number;
	malformed: number;
	stores: Record<string, StoreSessionStatus>;
}

export interface HqLine {
	stop(): Promise<void>;
	status(): HqLineStatus;
	/** Why the broker does not carry the line at this moment; undefined while it does. */
	away(): string | undefined;
	/** Asks every store of this process to greet: its welcome brings what is new of the keys. */
	askAll(): void;
	/** Stores that talk to this process. */
	talking(): string[];
	isTalking(store: string): boolean;
	/** The shards that the process answers for at the moment, in order. */
	shards(): string[];
	/**
	 * From now until `untilMs` of the line's clock the process answers for the stores of these shards and no others. When this returns,
	 * nothing more is sent to the others; commits for them that have begun are finished.
	 */
	setShards(shards: ReadonlySet<string>, untilMs?: number): void;
	/** Sends a command to one store; resolves with its answer, or with code `no-answer` after `ttlMs`. */
	command(store: string, name: string, args: Record<string, unknown>, ttlMs?: number): Promise<Res>;
}

/** How many stores a second are asked to greet after HQ's restart: a thousand welcomes at once would be a thousand reads at once. */
const asksPerSecond = 200;
const asksAtOnce = asksPerSecond / 10;

/** How often parked records are tried again where the disk was full. */
const unparkEveryMs = 60_000;

/** State that the functions below work on. */
interface LineState {
	readonly tenant: string;
	readonly repository: HqRepository;
	readonly shards: ShardSet;
	readonly sessions: Sessions;
	readonly clock: Clock;
	readonly log: LinkLog;
	/** The connection of the moment, or the last one. */
	broker: HqConnection | undefined;
	/** Messages that could not be parsed. */
	malformed: number;
	whyAway: string;
	stopped: boolean;
}

/** HQ's end of the link for many stores over one MQTT connection. Resolves at once; the broker may come later. */
export async function startHqLine(options: HqLineOptions): Promise<HqLine> {
	const { tenant, store: repository, rateLimit = usualRate, log = noLog } = options;
	const { random: dice = Math.random, clock = machineClock, wall = () => new Date().toISOString() } = options;
	const shards = createShardSet(options.shards, () => clock.nowMs());
	const { trust, onClock } = options;
	const shared = { repository, clock, dice, log, rateLimit, wall, ...defined({ trust, onClock }) };
	const sessions = createSessions(shared, (store, channel, payload) => {
		if (shards.holds(store)) line.publish(topicOf({ tenant, store, direction: "dn", channel }), payload);
	});
	const state: LineState = {
		...{ tenant, repository, shards, sessions, clock, log },
		...{ broker: undefined, malformed: 0, whyAway: "not connected yet", stopped: false },
	};
	unpark(repository, log, (again) => clock.after(unparkEveryMs, () => state.stopped || again()));
	const line = openLine(state, options, dice);
	const stopNews = repository.onNews((store, what) => {
		const session = shards.holds(store) ? sessions.known(store) : undefined;
		if (what === "place") session?.placeChanged();
		else session?.news(what);
	});
	return {
		async stop() {
			state.stopped = true;
			stopNews();
			sessions.stop();
			line.stop();
		},
		away: () => (line.isOpen() ? undefined : state.whyAway),
		askAll: () => line.isOpen() && askToGreet(state, shards.holds),
		talking: sessions.talking,
		isTalking: (store) => sessions.known(store)?.status().state === "talking",
		shards: shards.list,
		setShards: (next, untilMs = Infinity) => setShards(state, line, next, untilMs),
		status: () => ({ connected: line.isOpen(), malformed: state.malformed, ...sessions.status() }),
		command(store, name, args, ttlMs = 60_000) {
			const session = shards.holds(store) ? sessions.of(store) : undefined;
			return session?.command(name, args, ttlMs) ?? Promise.resolve({ id: "", code: "not-here", out: null });
		},
	};
}

function openLine(state: LineState, options: HqLineOptions, dice: Dice): KeptConnection {
	const { tenant, shards, clock, log } = state;
	const { url, credentials = {} } = options;
	const clientId = clientIdOf(tenant);
	const listening: Listening = { everything: hqFilters(tenant)[0]!, tooManyFilters: false, nowMs: () => clock.nowMs() };
	const line = keepConnected({
		clock,
		dice,
		log,
		connect(events) {
			const filters = shards.filters(tenant);
			state.broker =
				options.connect?.(clientId, filters, events) ?? connectToBroker(url, { ...credentials, clientId }, filters, listening, events);
			return state.broker;
		},
		opened() {
			line.proved();
			askToGreet(state, shards.holds);
		},
		lost(why) {
			state.whyAway = why;
			log.warn({ why }, "HQ lost its broker");
		},
		arrived: (topic, payload) => arrived(state, topic, payload),
	});
	return line;
}

function arrived(state: LineState, topic: string, payload: Uint8Array): void {
	const { tenant, shards, sessions, log } = state;
	const read = readTopic(topic);
	if (read?.direction !== "up" || read.tenant !== tenant || !shards.holds(read.store)) return;
	const message = readMessage("up", read.channel, payload);
	if (message.kind === "message") return sessions.of(read.store)?.arrived(message.message);
	state.malformed += 1;
	log.warn({ store: read.store, channel: read.channel, kind: message.kind, why: message.why }, "a store sent what HQ cannot read");
}

/** Asks stores to greet, some at a time. */
function askToGreet(state: LineState, whose: (store: string) => boolean): void {
	const { repository, shards, sessions, clock, log } = state;
	const askSome = (stores: readonly string[]): void => {
		if (state.stopped || stores.length === 0) return;
		for (const store of stores.slice(0, asksAtOnce)) if (shards.holds(store)) sessions.of(store)?.ask();
		clock.after(100, () => askSome(stores.slice(asksAtOnce)));
	};
	repository.stores().then(
		(stores) => askSome(stores.filter(whose)),
		(error: unknown) => log.warn({ error: String(error) }, "cannot list the stores; they will greet by themselves"),
	);
}

function setShards(state: LineState, line: KeptConnection, next: ReadonlySet<string>, untilMs: number): void {
	const { shards, sessions, tenant } = state;
	const change = shards.replace(next, untilMs);
	sessions.keepOnly((store) => next.has(shardOf(store)));
	if (!change) return;
	// Where there is no connection, the next one subscribes to the shards of that moment and asks their stores to greet.
	void state.broker?.listenTo(shards.filters(tenant)).then(() => {
		if (change.hasNew && line.isOpen()) askToGreet(state, (store) => shards.holds(store) && change.isNew(store));
	});
}

/** Applies records that an older build had to park; where that fails, `later` is called with how to try again. */
function unpark(repository: HqRepository, log: LinkLog, later: (again: () => void) => void): void {
	void repository.unpark?.().catch((error: unknown) => {
		log.warn({ error: String(error) }, "cannot apply what an older build parked; trying again");
		later(() => unpark(repository, log, later));
	});
}

/** Unique, because a broker ends the older of two connections with the same client id. */
function clientIdOf(tenant: string): string {
	const host = hostname()
		.toLowerCase()
		.replace(/[^a-z0-9_-]/g, "-")
		.slice(0, 20);
	return `gondola-hq-${tenant}-${host}-${randomBytes(4).toString("hex")}`;
}
