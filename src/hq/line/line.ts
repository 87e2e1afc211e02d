import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { HqRepository } from "../../link/hq/repository.ts";
import { openStoreSession, type StoreSession, type StoreSessionStatus } from "../../link/hq/session.ts";
import { type RateLimits, usualRate } from "../../link/machine/rate-limit.ts";
import { readMessage } from "../../link/protocol/envelope.ts";
import { hqFilters, readTopic, shardOf, topicOf } from "../../link/protocol/ids.ts";
import type { Res } from "../../link/protocol/messages.ts";
import { type Clock, type Dice, type LinkLog, machineClock, noLog } from "../../link/run/clock.ts";
import { type ConnectionEvents, keepConnected } from "../../link/run/keep-connected.ts";
import { connectToBroker, type HqConnection, type Listening } from "./connection.ts";

export interface HqLineOptions {
	url: string;
	tenant: string;
	store: HqRepository;
	/** Two hex digits each; left out: all 256. Several HQ processes divide them; `setShards` changes them. */
	shards?: readonly string[];
	credentials?: { username?: string; password?: string; ca?: Buffer | string; cert?: Buffer | string; key?: Buffer | string };
	/** Per store. */
	rateLimit?: RateLimits;
	log?: LinkLog;
	random?: Dice;
	clock?: Clock;
	wall?: () => string;
	/** Another way to a broker than MQTT over `url`. */
	call?(clientId: string, filters: readonly string[], events: ConnectionEvents): HqConnection;
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
	/** Stores the line hears. */
	talking(): string[];
	isTalking(store: string): boolean;
	/** What it answers for at this very moment, in order. */
	shards(): string[];
	/**
	 * From now until `untilMs` of the line's clock it answers for these shards' stores and no others. When this returns, nothing more is
	 * said to those left out; what is being committed for them still will be.
	 */
	setShards(shards: ReadonlySet<string>, untilMs?: number): void;
	/** Asks one store to do something; resolves with its answer, or with code `no-answer` after `ttlMs`. */
	command(store: string, name: string, args: Record<string, unknown>, ttlMs?: number): Promise<Res>;
}

/** After HQ's restart stores are asked to greet, this many a second: a thousand welcomes at once are a thousand reads at once. */
const asksPerSecond = 200;

/** A disk that was full at the start must not leave records aside until the next one. */
const unparkEveryMs = 60_000;

const allShards = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

/** Strangers may greet under any name; more than this many are not remembered. */
const sessionsMost = 20_000;

/** HQ's end of the link for many stores over one MQTT connection. Resolves at once; the broker may come later. */
export async function startHqLine(options: HqLineOptions): Promise<HqLine> {
	const { url, tenant, store: repository, credentials = {}, rateLimit = usualRate, log = noLog } = options;
	const { random: dice = Math.random, clock = machineClock, wall = () => new Date().toISOString() } = options;
	const sessions = new Map<string, StoreSession>();
	let shards: ReadonlySet<string> | undefined = options.shards && new Set(options.shards);
	let untilMs = Infinity;
	let broker: HqConnection | undefined;
	let malformed = 0;
	let whyAway = "not connected yet";
	let stopped = false;

	// The time is looked at too: a process that was held up must not speak before its timers have run.
	const mine = (store: string): boolean => (!shards || shards.has(shardOf(store))) && clock.nowMs() < untilMs;
	const filters = (): string[] => hqFilters(tenant, shards && shards.size < allShards.length ? [...shards] : undefined);

	function sessionOf(store: string): StoreSession | undefined {
		const known = sessions.get(store);
		if (known || sessions.size >= sessionsMost) return known;
		const session = openStoreSession({
			store,
			repository,
			clock,
			dice,
			log,
			rateLimit,
			wall,
			publish(channel, payload) {
				if (mine(store)) line.publish(topicOf({ tenant, store, direction: "dn", channel }), payload);
			},
		});
		sessions.set(store, session);
		return session;
	}

	async function askStores(whose: (store: string) => boolean): Promise<void> {
		const stores = (await repository.stores()).filter(whose);
		const some = (from: number): void => {
			if (stopped || from >= stores.length) return;
			for (const store of stores.slice(from, from + asksPerSecond / 10)) if (mine(store)) sessionOf(store)?.ask();
			clock.after(100, () => some(from + asksPerSecond / 10));
		};
		some(0);
	}
	const ask = (whose: (store: string) => boolean): void => {
		askStores(whose).catch((error: unknown) => log.warn({ error: String(error) }, "cannot list the stores; they will greet by themselves"));
	};

	const unpark = (): void =>
		void repository.unpark?.().catch((error: unknown) => {
			log.warn({ error: String(error) }, "cannot do what an older build put aside; trying again");
			clock.after(unparkEveryMs, () => {
				if (!stopped) unpark();
			});
		});
	unpark();

	const host = hostname()
		.toLowerCase()
		.replace(/[^a-z0-9_-]/g, "-")
		.slice(0, 20);
	const clientId = `gondola-hq-${tenant}-${host}-${randomBytes(4).toString("hex")}`;
	const listening: Listening = { everything: hqFilters(tenant)[0]!, tooManyFilters: false, nowMs: () => clock.nowMs() };
	const line = keepConnected({
		clock,
		dice,
		log,
		call: (events) =>
			(broker =
				options.call?.(clientId, filters(), events) ?? connectToBroker(url, { ...credentials, clientId }, filters(), listening, events)),
		opened() {
			line.proved();
			ask(mine);
		},
		lost(why) {
			whyAway = why;
			log.warn({ why }, "HQ lost its broker");
		},
		arrived(topic, payload) {
			const read = readTopic(topic);
			if (read?.direction !== "up" || read.tenant !== tenant || !mine(read.store)) return;
			const message = readMessage("up", read.channel, payload);
			if (message.kind !== "message") {
				malformed += 1;
				log.warn({ store: read.store, channel: read.channel, kind: message.kind, why: message.why }, "a store sent what HQ cannot read");
				return;
			}
			sessionOf(read.store)?.arrived(message.message);
		},
	});
	const silence = repository.onNews((store, stream) => {
		if (mine(store)) sessions.get(store)?.news(stream);
	});

	return {
		async stop() {
			stopped = true;
			silence();
			for (const session of sessions.values()) session.stop();
			line.stop();
		},
		away: () => (line.isOpen() ? undefined : whyAway),
		talking: () => [...sessions].flatMap(([store, session]) => (session.status().state === "talking" ? [store] : [])),
		isTalking: (store) => sessions.get(store)?.status().state === "talking",
		shards: () => (clock.nowMs() < untilMs ? [...(shards ?? allShards)].sort() : []),
		setShards(next, until = Infinity) {
			const before = shards;
			shards = next;
			untilMs = until;
			for (const [store, session] of sessions) {
				if (next.has(shardOf(store))) continue;
				session.stop();
				sessions.delete(store);
			}
			const added = [...next].some((shard) => !before?.has(shard));
			const removed = !before || [...before].some((shard) => !next.has(shard));
			if (!added && !removed) return;
			// Not connected: the next call listens to what is ours by then, and asks.
			void broker?.listenTo(filters()).then(() => {
				if (added && line.isOpen()) ask((store) => mine(store) && !before?.has(shardOf(store)));
			});
		},
		status() {
			const stores = Object.fromEntries([...sessions].map(([store, session]) => [store, session.status()]));
			const all = Object.values(stores);
			return {
				connected: line.isOpen(),
				malformed,
				stores,
				talking: all.filter((each) => each.state === "talking").length,
				refused: all.reduce((sum, each) => sum + each.refused, 0),
			};
		},
		command(store, name, args, ttlMs = 60_000) {
			const session = mine(store) ? sessionOf(store) : undefined;
			return session?.command(name, args, ttlMs) ?? Promise.resolve({ id: "", code: "not-here", out: null });
		},
	};
}
