import { packText, unpack } from "../../../src/link/protocol/envelope.ts";
import type { Connection, ConnectionEvents } from "../../../src/link/run/keep-connected.ts";
import type { World } from "./time.ts";

/** How one broker misbehaves. Each was measured on a real engine (LINK, Proof) or is what networks do. */
export interface Manners {
	lost: number;
	doubled: number;
	/** Share of messages that come seconds late, behind everything sent after them. */
	late: number;
	damaged: number;
	/** From one client's send to the other's receipt. */
	delayMs: [number, number];
	keepsOrder: boolean;
	/** Milliseconds a subscriber needs per message: a slow one makes a queue. */
	serviceMs: number;
	/** More waiting for one client than this: its connection is closed, the queue forgotten. */
	closesAt: number;
	/** More waiting than this: the newest is dropped, after its PUBACK. */
	dropsNewestAfter: number;
	/** A topic with one of these characters closes the connection. */
	closesOn: RegExp | undefined;
	/** Milliseconds between crashes that forget what was acknowledged; 0: never. */
	crashesEveryMs: number;
}

export const fair: Manners = {
	lost: 0,
	doubled: 0,
	late: 0,
	damaged: 0,
	delayMs: [5, 40],
	keepsOrder: true,
	serviceMs: 0,
	closesAt: Infinity,
	dropsNewestAfter: Infinity,
	closesOn: undefined,
	crashesEveryMs: 0,
};

export const profiles: Record<string, (world: World) => Manners> = {
	rough: (world) => ({
		...fair,
		lost: world.dice() * 0.25,
		doubled: world.dice() * 0.25,
		late: world.dice() * 0.2,
		damaged: world.dice() * 0.03,
		delayMs: [1, world.between(5, 800)],
		keepsOrder: false,
	}),
	"acks-and-loses": (world) => ({ ...fair, delayMs: [20, world.between(200, 3_000)], crashesEveryMs: world.between(20_000, 90_000) }),
	reorders: (world) => ({ ...fair, keepsOrder: false, late: 0.1 + world.dice() * 0.4, delayMs: [1, world.between(500, 4_000)] }),
	"doubles-with-new-ids": (world) => ({
		...fair,
		doubled: 0.3 + world.dice() * 0.5,
		delayMs: [5, world.between(50, 1_500)],
		keepsOrder: world.chance(0.5),
	}),
	// Our window keeps the queue far below both limits; now and then others have filled it nearly.
	"closes-at-100": (world) => ({ ...fair, closesAt: world.pick([100, 100, 12, 6]), serviceMs: world.between(20, 150) }),
	"closes-on-a-character": (world) => ({ ...fair, closesOn: /[. ]/, lost: world.dice() * 0.05 }),
	"drops-newest-after-1000": (world) => ({
		...fair,
		dropsNewestAfter: world.pick([1_000, 1_000, 10, 4]),
		serviceMs: world.between(5, 60),
		lost: world.dice() * 0.1,
	}),
};
export type ProfileName = keyof typeof profiles;

interface Peer {
	clientId: string;
	filters: string[];
	events: ConnectionEvents;
	open: boolean;
	/** The cable is cut, and neither side has noticed. */
	deaf: boolean;
	/** The broker no longer knows what this client subscribed to; pings are still answered. */
	forgotten: boolean;
	waiting: number;
	freeAtMs: number;
}

export interface Broker {
	connect(clientId: string, filters: string[], events: ConnectionEvents): Connection;
	manners: Manners;
	/** Another engine, with nothing in memory: every connection ends. */
	swap(manners: Manners): void;
	crash(downMs: number): void;
	/** Milliseconds until it takes calls again. */
	downMs(): number;
	/** This client cannot reach the broker until told otherwise. */
	reachable(clientId: string, yes: boolean): void;
	halfOpen(clientId: string): void;
	forget(clientId: string): void;
	counts: { messages: number; bytes: number; closedForTopic: number; deepest: number };
	/** In strange hands: what becomes of a message before it is handed on. */
	meddle?: (topic: string, payload: Buffer) => Buffer[];
}

/** 1.5 keep-alives of 30 s, MQTT 3.1.1 section 3.1.2.10. */
const keepAliveMs = 45_000;

/** A message with a member that no build of today knows; the other end must not mind. */
export function saidByNewer(payload: Buffer): Buffer {
	const read = unpack(payload);
	return read.kind === "json"
		? (packText(JSON.stringify({ ...(read.value as object), mood: { of: "a newer build" } })) ?? payload)
		: payload;
}

const channelOf = (topic: string): string => topic.slice(topic.lastIndexOf("/") + 1);

const matches = (filter: string, topic: string): boolean => {
	const asked = filter.split("/");
	const given = topic.split("/");
	return asked.length === given.length && asked.every((part, index) => part === "+" || part === given[index]);
};

export function openBroker(world: World, first: Manners): Broker {
	const connections = new Set<Peer>();
	const named = new Map<string, Peer>();
	/** By the store their filter names; those that hear every store are "+". Thousands are too many to ask one by one. */
	const hearing = new Map<string, Set<Peer>>();
	const unreachable = new Set<string>();
	let downUntilMs = 0;
	let generation = 0;

	const partsOf = ({ filters }: Peer): string[] => filters.map((filter) => filter.split("/")[4]!);

	function add(connection: Peer): void {
		connections.add(connection);
		named.set(connection.clientId, connection);
		for (const part of partsOf(connection)) hearing.set(part, (hearing.get(part) ?? new Set()).add(connection));
	}

	function remove(connection: Peer): boolean {
		if (!connections.delete(connection)) return false;
		if (named.get(connection.clientId) === connection) named.delete(connection.clientId);
		for (const part of partsOf(connection)) hearing.get(part)!.delete(connection);
		return true;
	}

	function end(connection: Peer, why: string, noticedAfterMs: number): void {
		if (!remove(connection)) return;
		connection.open = false;
		world.after(noticedAfterMs, () => connection.events.lost(why));
	}

	function crash(downMs: number): void {
		world.trace("broker", `is gone with all it held, for ${downMs} ms`);
		generation += 1;
		downUntilMs = Math.max(downUntilMs, world.nowMs() + downMs);
		for (const connection of [...connections]) end(connection, "the broker is gone", connection.deaf ? keepAliveMs : world.between(1, 50));
	}

	function keepCrashing(): void {
		const { crashesEveryMs } = broker.manners;
		if (crashesEveryMs === 0) return;
		const mine = broker.manners;
		world.after(crashesEveryMs * (0.5 + world.dice()), () => {
			if (broker.manners !== mine) return;
			crash(world.between(10, 5_000));
			keepCrashing();
		});
	}

	function hand(connection: Peer, topic: string, payload: Buffer): void {
		const { manners } = broker;
		if (connection.waiting >= manners.dropsNewestAfter) return world.saw("newest dropped from a full queue");
		connection.waiting += 1;
		broker.counts.deepest = Math.max(broker.counts.deepest, connection.waiting);
		if (connection.waiting > manners.closesAt) {
			world.saw("closed for a full queue");
			world.trace("broker", `closes ${connection.clientId}: ${connection.waiting} wait for it`);
			return end(connection, "too many queued", 1);
		}
		const late = world.chance(manners.late) ? world.between(500, 30_000) : 0;
		if (late > 0) world.saw(`${channelOf(topic)} late`);
		let atMs = world.nowMs() + world.between(...manners.delayMs) + late;
		if (manners.keepsOrder || manners.serviceMs > 0) {
			atMs = Math.max(atMs, connection.freeAtMs + manners.serviceMs);
			if (late === 0) connection.freeAtMs = atMs;
		}
		const bytes = world.chance(manners.damaged) ? bent(payload) : payload;
		const mine = generation;
		world.after(atMs - world.nowMs(), () => {
			connection.waiting -= 1;
			if (mine !== generation) world.saw("taken by the broker, and lost with it");
			if (mine === generation && connection.open && !connection.deaf && !connection.forgotten) connection.events.arrived(topic, bytes);
		});
	}

	function bent(payload: Buffer): Buffer {
		const bytes = Buffer.from(payload);
		const at = world.between(0, bytes.length - 1);
		bytes[at] = bytes[at]! ^ (1 << world.between(0, 7));
		return bytes;
	}

	function publish(from: Peer, topic: string, payload: Buffer): void {
		broker.counts.messages += 1;
		broker.counts.bytes += payload.length;
		if (!from.open || from.deaf) return;
		if (broker.manners.closesOn?.test(topic)) {
			broker.counts.closedForTopic += 1;
			return end(from, "a character it does not like", 1);
		}
		for (const to of [...(hearing.get("+") ?? []), ...(hearing.get(topic.split("/")[4]!) ?? [])]) {
			if (!to.filters.some((filter) => matches(filter, topic))) continue;
			if (world.chance(broker.manners.lost)) {
				world.saw(`${channelOf(topic)} lost`);
				continue;
			}
			for (const said of broker.meddle?.(topic, payload) ?? [payload]) hand(to, topic, said);
			if (!world.chance(broker.manners.doubled)) continue;
			world.saw(`${channelOf(topic)} doubled`);
			hand(to, topic, payload);
		}
	}

	const clientOf = (clientId: string): Peer | undefined => named.get(clientId);

	const broker: Broker = {
		manners: first,
		counts: { messages: 0, bytes: 0, closedForTopic: 0, deepest: 0 },
		connect(clientId, filters, events) {
			const connection: Peer = { clientId, filters, events, open: false, deaf: false, forgotten: false, waiting: 0, freeAtMs: 0 };
			let over = false;
			world.after(world.between(5, 300), () => {
				if (over) return;
				if (world.nowMs() < downUntilMs || unreachable.has(clientId)) return events.lost("refused");
				const other = clientOf(clientId);
				// MQTT-3.1.4-2: the same client id again ends the older connection.
				if (other) end(other, "taken over", other.deaf ? keepAliveMs : 1);
				connection.open = true;
				add(connection);
				events.opened();
			});
			return {
				publish: (topic, payload) => publish(connection, topic, payload),
				hangUp() {
					over = true;
					connection.open = false;
					remove(connection);
				},
			};
		},
		swap(manners) {
			broker.manners = manners;
			crash(world.between(0, 3_000));
			keepCrashing();
		},
		crash,
		downMs: () => Math.max(0, downUntilMs - world.nowMs()),
		reachable(clientId, yes) {
			if (yes) return void unreachable.delete(clientId);
			unreachable.add(clientId);
			const connection = clientOf(clientId);
			if (connection) end(connection, "cut", world.chance(0.5) ? 1 : keepAliveMs);
		},
		halfOpen(clientId) {
			const connection = clientOf(clientId);
			if (!connection) return;
			connection.deaf = true;
			end(connection, "no answer to a ping", keepAliveMs);
		},
		forget(clientId) {
			const connection = clientOf(clientId);
			if (connection) connection.forgotten = true;
		},
	};
	keepCrashing();
	return broker;
}
