import { openStoreSession, type StoreSession } from "../../../src/link/hq/session.ts";
import { usualRate } from "../../../src/link/machine/rate-limit.ts";
import { readMessage } from "../../../src/link/protocol/envelope.ts";
import type { Channel } from "../../../src/link/protocol/ids.ts";
import { upStreams } from "../../../src/link/protocol/messages.ts";
import { checkRecord } from "../../../src/link/protocol/records.ts";
import { noLog } from "../../../src/link/run/clock.ts";
import { type LinkSession, openLinkSession } from "../../../src/link/store/session.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { type HqMemory, type Mistake, openHqMemory, openStoreMemory, type StoreMemory } from "./memory.ts";
import { carry, fairWeather, openWorld, type Weather, type World, weatherOf } from "./world.ts";

export interface Scene {
	world: World;
	weather: Weather;
	store: StoreMemory;
	hq: HqMemory;
	end(): LinkSession;
	session(): StoreSession;
	connect(): void;
	disconnect(): void;
	restartStore(): void;
	restartHq(): void;
	/** Bytes handed to the network, by either end. */
	bytes(): number;
	messages(): number;
	/** The two sides are equal and nothing is on its way. */
	equal(): boolean;
}

/** One store and one HQ, each with its own disk, and a network between them that obeys `weather`. */
export function openScene(seed: number, mistakes: { store?: Mistake; hq?: Mistake } = {}): Scene {
	const world = openWorld(seed);
	const weather: Weather = { ...fairWeather };
	const store = openStoreMemory(world, "s1", "ab".repeat(8), mistakes.store);
	const hq = openHqMemory(world, mistakes.hq);
	let connected = false;
	let bytes = 0;
	let messages = 0;

	const ship = (payload: Buffer, deliver: (payload: Buffer) => void): void => {
		if (!connected) return;
		bytes += payload.length;
		messages += 1;
		carry(world, weather, payload, (arrived) => {
			if (connected) deliver(arrived);
		});
	};
	const toStore = (channel: Channel, payload: Buffer): void => ship(payload, (arrived) => end.arrived(channel, arrived));
	const toHq = (channel: Channel, payload: Buffer): void =>
		ship(payload, (arrived) => {
			const read = readMessage("up", channel, arrived);
			if (read.kind === "message") session.arrived(read.message);
		});
	const startStore = (): LinkSession =>
		openLinkSession({
			ledger: store,
			clock: world,
			dice: world.dice,
			log: noLog,
			boot: store.now().boot,
			build: "test",
			schema: 1,
			freeDays: () => null,
			rateLimit: usualRate,
			commands: {},
			publish: toHq,
			proved() {},
			onClock() {},
		});
	const startHq = (): StoreSession =>
		openStoreSession({
			store: "s1",
			repository: hq,
			clock: world,
			dice: world.dice,
			log: noLog,
			rateLimit: usualRate,
			wall: world.wall,
			publish: toStore,
		});
	let end = startStore();
	let session = startHq();
	// `news` of an HQ that is down reaches nobody.
	hq.onNews((_store, what) => (what === "place" ? session.placeChanged() : session.news(what)));

	const scene: Scene = {
		world,
		weather,
		store,
		hq,
		end: () => end,
		session: () => session,
		bytes: () => bytes,
		messages: () => messages,
		connect() {
			if (connected) return;
			connected = true;
			end.opened();
		},
		disconnect() {
			if (!connected) return;
			connected = false;
			end.lost("cut");
		},
		restartStore() {
			end.stop();
			store.cutPower();
			end = startStore();
			if (connected) end.opened();
		},
		restartHq() {
			session.stop();
			hq.cutPower();
			session = startHq();
			if (connected) session.ask();
		},
		equal: () =>
			upStreams.every((stream) => {
				const { last, acked } = store.read.link.up(stream);
				return last === acked && hq.positionOf(stream) === last;
			}) &&
			(["catalog", "stock"] as const).every((stream) => {
				const { rows, acked, epoch } = hq.down[stream];
				const mark = store.read.link.dn(stream);
				return rows.length === acked && mark?.position === acked && mark.epoch === epoch;
			}),
	};
	return scene;
}

/** What must hold however the run went; each sentence is a broken promise. */
export function brokenPromises({ store, hq }: Scene, thinned: boolean): string[] {
	const broken: string[] = [];
	for (const stream of upStreams) {
		const got = hq.facts[stream];
		if (new Set(got.map((fact) => fact.id)).size !== got.length) broken.push(`${stream}: HQ has a fact twice`);
		if (got.some((fact, index) => index > 0 && fact.seq <= got[index - 1]!.seq)) broken.push(`${stream}: HQ has facts out of order`);
		const { last } = store.read.link.up(stream);
		if (got.length + hq.lost[stream] !== last) broken.push(`${stream}: HQ has ${got.length} and counts ${hq.lost[stream]} lost of ${last}`);
		if (!thinned && hq.lost[stream] > 0) broken.push(`${stream}: HQ counts as lost what the store still has`);
	}
	for (const stream of ["catalog", "stock"] as const) {
		const known = hq.down[stream].rows.map((row) => row.record).filter((record) => checkRecord(stream, record).kind === "known");
		if (canonicalText(store.applied[stream]) !== canonicalText(known))
			broken.push(`${stream}: the store applied ${store.applied[stream].length}, HQ wrote ${known.length}`);
		const poison = hq.down[stream].rows.filter((row) => checkRecord(stream, row.record).kind === "poison").length;
		if (store.dead.filter((letter) => letter.stream === stream).length !== poison)
			broken.push(`${stream}: dead letters are not the poisoned records`);
	}
	return broken;
}

/** Five evil minutes, then a healed line; answers every broken promise, and how long healing took. */
export async function liveThrough(
	seed: number,
	mistakes: { store?: Mistake; hq?: Mistake } = {},
): Promise<{ broken: string[]; healedMs: number }> {
	const scene = openScene(seed, mistakes);
	const { world, store, hq } = scene;
	const broken: string[] = [];
	store.onMoved = (stream, upTo) => {
		if (upTo > hq.positionOf(stream)) broken.push(`${stream}: acknowledged up to ${upTo}, HQ has only ${hq.positionOf(stream)}`);
	};
	Object.assign(scene.weather, weatherOf(world));
	const thinning = world.chance(0.3);
	let written = 0;

	const downRecord = (stream: "catalog" | "stock"): unknown => {
		written += 1;
		if (world.chance(0.02)) return { type: "from-a-newer-build", n: written };
		if (world.chance(0.02)) return { type: stream === "catalog" ? "price" : "movement", wrong: written };
		return stream === "catalog"
			? { type: "label", label: `l${written}`, sku: `sku${written}` }
			: {
					type: "movement",
					movement: { id: `d${written}`, sku: "sku1", quantity: 5, reason: "receive", occurredAt: world.wall(), origin: "hq" },
				};
	};
	const burst = (most: number, write: () => void): void => {
		for (let n = world.between(1, most); n > 0; n--) write();
	};
	const happenings: (() => void)[] = [
		() => burst(30, () => store.write("facts")),
		() => burst(200, () => store.write("facts")),
		() => burst(30, () => store.write("notes")),
		() => burst(20, () => hq.push("catalog", downRecord("catalog"))),
		() => burst(150, () => hq.push("catalog", downRecord("catalog"))),
		() => burst(5, () => hq.push("stock", downRecord("stock"))),
		scene.connect,
		scene.connect,
		scene.disconnect,
		scene.restartStore,
		scene.restartHq,
		() => thinning && store.thin("notes", () => world.chance(0.3)),
	];
	scene.connect();
	for (let n = 0; n < 26; n++) {
		happenings[world.between(0, happenings.length - 1)]!();
		// Half the time the next thing happens while disks and messages are still busy with this one.
		await world.run(world.chance(0.5) ? world.between(1, 80) : world.between(1, 15_000));
	}
	Object.assign(scene.weather, fairWeather);
	scene.connect();
	const healedAtMs = world.nowMs();
	await world.run(30 * 60_000, () => scene.equal());
	if (!scene.equal()) broken.push("a stream is stuck: half an hour after the line healed the sides differ");
	else broken.push(...brokenPromises(scene, thinning));
	scene.end().stop();
	scene.session().stop();
	return { broken, healedMs: world.nowMs() - healedAtMs };
}
