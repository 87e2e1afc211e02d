import { hostname } from "node:os";
import { randomBytes } from "node:crypto";
import { connect, type IClientOptions } from "mqtt";
import { readMessage } from "../../wire/envelope.ts";
import { hqFilters, readTopic, shardOf, topicOf } from "../../wire/ids.ts";
import { keepCalling, type Call, type CallEvents } from "../../wire/link/calling.ts";
import { machineClock, noLog, type Clock, type Dice, type LinkLog } from "../../wire/link/clock.ts";
import { usualPace, type PaceLimits } from "../../wire/link/pace.ts";
import type { Res } from "../../wire/messages.ts";
import { openBranch, type Branch, type BranchStatus } from "./branch.ts";
import type { HqLinkStore } from "./store.ts";

export interface HqLineOptions {
	url: string;
	tenant: string;
	store: HqLinkStore;
	/** Two hex digits each; left out: all 256. Several HQ processes divide them. */
	shards?: readonly string[];
	credentials?: { username?: string; password?: string; ca?: Buffer | string; cert?: Buffer | string; key?: Buffer | string };
	/** Per store. */
	pace?: PaceLimits;
	log?: LinkLog;
	random?: Dice;
	clock?: Clock;
	wall?: () => string;
}

export interface HqLineStatus {
	connected: boolean;
	talking: number;
	refused: number;
	malformed: number;
	stores: Record<string, BranchStatus>;
}

export interface HqLine {
	stop(): Promise<void>;
	status(): HqLineStatus;
	/** Asks one store to do something; resolves with its answer, or with code `no-answer` after `ttlMs`. */
	command(store: string, name: string, args: Record<string, unknown>, ttlMs?: number): Promise<Res>;
}

/** After HQ's restart stores are asked to greet, this many a second: a thousand welcomes at once are a thousand reads at once. */
const asksPerSecond = 200;

/** Strangers may greet under any name; more than this many are not remembered. */
const mostBranches = 20_000;

/** HQ's end of the link for many stores over one MQTT connection. Resolves at once; the broker may come later. */
export async function startHqLine(options: HqLineOptions): Promise<HqLine> {
	const { url, tenant, store: book, shards, credentials = {}, pace = usualPace, log = noLog } = options;
	const { random: dice = Math.random, clock = machineClock, wall = () => new Date().toISOString() } = options;
	const branches = new Map<string, Branch>();
	let malformed = 0;
	let stopped = false;

	const mine = (store: string): boolean => !shards || shards.includes(shardOf(store));

	function branchOf(store: string): Branch | undefined {
		const known = branches.get(store);
		if (known || branches.size >= mostBranches) return known;
		const branch = openBranch({
			store, book, clock, dice, log, pace, wall,
			publish: (channel, payload) => line.publish(topicOf({ tenant, store, direction: "dn", channel }), payload),
		});
		branches.set(store, branch);
		return branch;
	}

	async function askAll(): Promise<void> {
		const stores = (await book.stores()).filter(mine);
		const some = (from: number): void => {
			if (stopped || from >= stores.length) return;
			for (const store of stores.slice(from, from + asksPerSecond / 10)) branchOf(store)?.ask();
			clock.after(100, () => some(from + asksPerSecond / 10));
		};
		some(0);
	}

	const host = hostname().toLowerCase().replace(/[^a-z0-9_-]/g, "-").slice(0, 20);
	const clientId = `gondola-hq-${tenant}-${host}-${randomBytes(4).toString("hex")}`;
	const line = keepCalling({
		clock, dice, log,
		call: (events) => callBroker(url, { ...credentials, clientId }, hqFilters(tenant, shards), events),
		opened() {
			line.proved();
			askAll().catch((error: unknown) => log.warn({ error: String(error) }, "cannot list the stores; they will greet by themselves"));
		},
		lost: (why) => log.warn({ why }, "HQ lost its broker"),
		arrived(topic, payload) {
			const read = readTopic(topic);
			if (read?.direction !== "up" || read.tenant !== tenant || !mine(read.store)) return;
			const message = readMessage("up", read.channel, payload);
			if (message.kind !== "message") {
				malformed += 1;
				log.warn({ store: read.store, channel: read.channel, kind: message.kind, why: message.why }, "a store sent what HQ cannot read");
				return;
			}
			branchOf(read.store)?.arrived(message.message);
		},
	});
	const silence = book.onNews((store, stream) => {
		if (mine(store)) branches.get(store)?.news(stream);
	});

	return {
		async stop() {
			stopped = true;
			silence();
			for (const branch of branches.values()) branch.stop();
			line.stop();
		},
		status() {
			const stores = Object.fromEntries([...branches].map(([store, branch]) => [store, branch.status()]));
			const all = Object.values(stores);
			return {
				connected: line.isOpen(), malformed, stores,
				talking: all.filter((each) => each.state === "talking").length,
				refused: all.reduce((sum, each) => sum + each.refused, 0),
			};
		},
		command(store, name, args, ttlMs = 60_000) {
			const branch = mine(store) ? branchOf(store) : undefined;
			return branch?.command(name, args, ttlMs) ?? Promise.resolve({ id: "", code: "not-here", out: null });
		},
	};
}

/** MQTT 3.1.1, clean session, QoS 1; when to call again is decided in wire/link/connecting.ts. */
function callBroker(url: string, options: IClientOptions, filters: string[], events: CallEvents): Call {
	const client = connect(url, {
		...options, protocolVersion: 4, clean: true, keepalive: 30, reconnectPeriod: 0, connectTimeout: 20_000,
		resubscribe: false, queueQoSZero: false,
	});
	let over = false;
	const lose = (why: string): void => {
		if (over) return;
		over = true;
		client.end(true);
		events.lost(why);
	};
	// AWS takes 8 filters in one SUBSCRIBE.
	const subscribe = (from: number): void => {
		if (over) return;
		if (from >= filters.length) return events.opened();
		client.subscribe(filters.slice(from, from + 8), { qos: 1 }, (error, granted) => {
			if (error || granted?.some((each) => each.qos > 2)) lose(error?.message ?? "the broker refuses the subscription");
			else subscribe(from + 8);
		});
	};
	client.on("connect", () => subscribe(0));
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
