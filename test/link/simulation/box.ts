import { type BoxClock, createClock } from "../../../src/daemon/clock.ts";
import { usualRate } from "../../../src/link/machine/rate-limit.ts";
import { usualWindow } from "../../../src/link/machine/sender.ts";
import { unpack } from "../../../src/link/protocol/envelope.ts";
import { type Channel, clientIdOf, isAnswered, readTopic, storeFilter, topicOf } from "../../../src/link/protocol/ids.ts";
import type { Ack, Data } from "../../../src/link/protocol/messages.ts";
import { readSnapshotId } from "../../../src/link/protocol/snapshot.ts";
import { noLog } from "../../../src/link/run/clock.ts";
import { type KeptConnection, keepConnected } from "../../../src/link/run/keep-connected.ts";
import type { LinkLedger } from "../../../src/link/store/ledger-port.ts";
import { unparkKnown } from "../../../src/link/store/parked.ts";
import { type LinkSession, openLinkSession } from "../../../src/link/store/session.ts";
import type { StoreTrust } from "../../../src/trust/store-trust.ts";
import type { FaceFields } from "../../../src/words/label.ts";
import type { ArrivedDown } from "../../../src/words/streams/arrived.ts";
import type { Moment } from "../../../src/words/time.ts";
import { type Broker, saidByNewer } from "./broker.ts";
import { openShelf, type Shelf } from "./shelf.ts";
import type { Vault } from "./store/vault.ts";
import { type Disk, openDisk, type World } from "./time.ts";

/** One store's box: its ledger and disk, its clock, its end of the link, and the hands that tend its labels. */
export interface Box {
	store: string;
	vault: Vault;
	disk: Disk;
	/** What its labels show. */
	shelf: Shelf;
	/** How wrong its wall clock is. */
	clock: { offsetMs: number };
	/** How often the floor looks after prices and labels. */
	tendEvery(ms: number): void;
	end(): LinkSession;
	isOn(): boolean;
	clientId(): string;
	now(): Moment;
	/** The latest time it told without being sure; what counts then is what counted when it last was. */
	guessed(): string;
	/** The latest time it ever told. */
	latest(): string;
	/** Through the disk; refused, failed or lost with the power, as a device would see it. */
	ask(flow: string, args: unknown): Promise<unknown>;
	cutPower(offMs: number): void;
	switchOn(): void;
	switchOff(): void;
	/** Types of records that its build does not know yet. */
	unknown: Set<string>;
	/** Space is short: notes are thinned. */
	thin(): void;
	/** Highest position ever committed, per down stream and epoch. */
	committed: Map<string, number>;
	/** Every place a down stream was committed to: the same chain is the same records, whatever the epoch is called. */
	chains: Set<string>;
	/** A catalog taken whole holds no price that was over by then. */
	knowsFrom: string;
}

export interface BoxPort {
	world: World;
	broker: Broker;
	store: string;
	vault: Vault;
	broke(sentence: string): void;
	/** A newer build says more than HQ's knows. */
	newer: boolean;
	/** Counts the messages on their way; unpacking each costs time. */
	watched: boolean;
	labels: readonly string[];
	/** Keys of its own and of head office's; left out: it believes its line. */
	trust?: StoreTrust;
	/** Before each start. */
	starting?(box: Box): void;
	/** A flow was committed. */
	committed(flow: string, args: unknown): void;
}

const checkIn = { accessPoint: "ceiling", hwType: 1, firmware: 1, batteryMillivolts: null, rssi: null, temperatureCelsius: null };

export function openBox({ world, broker, store, vault, broke, newer, watched, labels, trust, starting, committed }: BoxPort): Box {
	const disk = openDisk(world);
	const listeners = new Map<string, Set<() => void>>();
	const outstanding = new Map<string, { from: number; to: number }[]>();
	/** Ids of the alarms that stand, as its disk has them. */
	const alarmed = new Set<string>();
	let end: LinkSession;
	let line: KeptConnection | undefined;
	let boots = 0;
	let bootName = "b0";
	let bootedAtMs = 0;
	let latest = "";
	let guessed = "";
	let tickEveryMs = 60_000;
	let ticks = 0;
	let clock: BoxClock;

	/** The real one, on this box's two clocks. */
	function newClock(): BoxClock {
		return createClock({
			wallMs: () => world.trueMs() + box.clock.offsetMs,
			monoMs: () => world.nowMs() - bootedAtMs,
			synced: () => false,
		});
	}

	function now(): Moment {
		const moment = { ...clock.now(), boot: bootName };
		if (moment.wall > latest) latest = moment.wall;
		if (moment.quality === "guess" && moment.wall > guessed) guessed = moment.wall;
		return moment;
	}

	const ring = (bells: readonly string[]): void => bells.forEach((bell) => listeners.get(bell)?.forEach((hear) => hear()));
	const charges = (wall: string): string =>
		JSON.stringify(
			vault
				.book()
				.articles.page("", 1_000)
				.map(({ sku, name }) => [name, vault.book().prices.winning(sku, wall)?.version]),
		);

	function ask(flow: string, args: unknown): Promise<unknown> {
		const at = now();
		return disk.write(() => {
			const before = flow === "takeChunk" ? charges(at.wall) : "";
			const { value, bells } = vault.commit(flow, args, at);
			if (flow === "takeChunk" && charges(at.wall) !== before)
				broke(`half: a part of a snapshot counts in ${store} before the rest is there`);
			if (flow === "swapSnapshot") box.knowsFrom = new Date(readSnapshotId((args as { id: string }).id).atMs).toISOString();
			if (flow === "acceptDown" || flow === "openDownEpoch" || flow === "swapSnapshot") {
				const { stream = "catalog" } = args as { stream?: string };
				const mark = vault.book().link.dn(stream)!;
				const key = `${stream} ${mark.epoch}`;
				box.chains.add(`${stream} ${mark.hash}`);
				box.committed.set(key, Math.max(mark.position, box.committed.get(key) ?? 0));
			}
			const { code, subject } = (args ?? {}) as { code?: string; subject?: string };
			if (flow === "raiseAlarm") alarmed.add(`${code}:${subject}`);
			if (flow === "clearAlarm") alarmed.delete(`${code}:${subject}`);
			committed(flow, args);
			box.shelf.look(vault.book(), at);
			world.saw(flow);
			if (flow === "acceptDown" && (value as { rejected: unknown[] }).rejected.length > 0) world.saw("poison in a store");
			ring(bells);
			return value;
		});
	}

	/** An older build puts aside what this one would have known. */
	function asItsBuild(flow: string, args: unknown): unknown {
		if (flow !== "acceptDown" || box.unknown.size === 0) return args;
		const batch = args as { records: ArrivedDown[] };
		const records = batch.records.map((item): ArrivedDown => {
			if (!("record" in item) || !box.unknown.has(item.record.type)) return item;
			world.saw("put aside by an older build of the store");
			return { parked: item.record, type: item.record.type };
		});
		return { ...batch, records };
	}

	const ledger: LinkLedger = {
		do: ((flow: string, args: unknown) => ask(flow, asItsBuild(flow, args))) as LinkLedger["do"],
		read: {
			get link() {
				return vault.book().link;
			},
			get epochs() {
				return vault.book().epochs;
			},
			get receivedLog() {
				return vault.book().receivedLog;
			},
			get checkpoints() {
				return vault.checkpoints();
			},
			get snapshots() {
				return vault.book().snapshots;
			},
			get articles() {
				return vault.book().articles;
			},
			get prices() {
				return vault.book().prices;
			},
			get parked() {
				return vault.book().parked;
			},
			meta: { bytes: () => ({ bytes: 0, freeBytes: 0 }) },
			alarms: { list: () => [...alarmed].map((id) => ({ id, level: "RED", since: "", clearedAt: null })) },
		},
		bells: {
			on(bell, ring) {
				const set = listeners.get(bell) ?? new Set();
				listeners.set(bell, set.add(ring));
				return () => set.delete(ring);
			},
		},
		now,
	};

	/** At most a window of messages may await their acknowledgement, per stream: a broker drops or hangs up beyond what it likes. */
	function watchWindow(channel: Channel, payload: Uint8Array): void {
		if (channel === "hello") outstanding.clear();
		if (!watched || (channel !== "data" && channel !== "ack")) return;
		const read = unpack(payload);
		if (read.kind !== "json") return;
		const body = read.value as Data | Ack;
		const flight = outstanding.get(body.stream) ?? [];
		if ("upTo" in body)
			return void outstanding.set(
				body.stream,
				flight.filter((each) => each.to > body.upTo),
			);
		world.trace(store, `sends ${body.stream} ${body.from}..${body.from + body.n - 1}`);
		const kept = [...flight.filter((each) => each.to < body.from), { from: body.from, to: body.from + body.n - 1 }];
		outstanding.set(body.stream, kept);
		if (kept.length > usualWindow) broke(`window: ${store} has ${kept.length} unacknowledged messages of ${body.stream} on their way`);
	}

	function start(): void {
		boots += 1;
		// No two starts of any two boxes share it.
		bootName = `b${boots}-${world.between(0, 0xffffff).toString(16)}`;
		bootedAtMs = world.nowMs();
		clock = newClock();
		clock.useFloor(vault.book().link.clockFloor());
		outstanding.clear();
		// At once: before the line is open, as uplink.ts has it.
		const atOnce = (async (flow: string, args: unknown) => vault.commit(flow, args, now()).value) as LinkLedger["do"];
		if (box.unknown.size === 0)
			void unparkKnown({ ...ledger, do: atOnce }, noLog).then((done) => {
				for (; done > 0; done -= 1) world.saw("done after an upgrade of the store");
			});
		const ownEnd = openLinkSession({
			ledger,
			clock: world,
			dice: world.dice,
			log: noLog,
			boot: bootName,
			build: "simulated",
			schema: 1,
			rateLimit: usualRate,
			commands: {},
			freeDays: () => null,
			...(trust && { trust }),
			publish(channel, payload) {
				watchWindow(channel, payload);
				ownLine.publish(
					topicOf({ tenant: "t", store, direction: "up", channel }),
					newer ? saidByNewer(payload) : payload,
					isAnswered(channel),
				);
			},
			proved: () => ownLine.proved(),
			onClock: (hint) => clock.hear(hint),
		});
		end = ownEnd;
		const ownLine: KeptConnection = keepConnected({
			clock: world,
			dice: world.dice,
			log: noLog,
			connect: (events) => broker.connect(box.clientId(), [storeFilter({ tenant: "t", store })], events),
			opened: () => ownEnd.opened(),
			lost: (why) => ownEnd.lost(why),
			arrived(topic, payload) {
				const read = readTopic(topic);
				if (read?.direction !== "dn" || read.store !== store) return;
				// A welcome acknowledges too.
				if (read.channel === "ack" || read.channel === "hello") watchWindow(read.channel, payload);
				ownEnd.arrived(read.channel, payload);
			},
		});
		line = ownLine;
		tick(boots, ++ticks);
	}

	/** What the floor does all day: prices in force, clock floor kept, pictures to labels. */
	function tick(boot: number, own: number): void {
		if (boot !== boots || own !== ticks || !line) return;
		box.shelf.look(vault.book(), now());
		ask("activateDue", {})
			.then((value) => {
				if ((value as { more: boolean }).more) void ask("activateDue", {}).catch(() => {});
			})
			.catch(() => {});
		ask("keepClockFloor", {}).catch(() => {});
		// A label tells its model when it checks in; before that nobody can draw for it.
		const strangers = labels.filter((label) => vault.book().labels.row(label)?.hw_type === null);
		if (strangers.length > 0)
			ask("recordCheckIns", { checkIns: strangers.map((label) => ({ ...checkIn, label, at: now().wall })) }).catch(() => {});
		for (const { label, version, fields } of vault.book().labels.tasks("", 50)) {
			world.after(world.between(100, 20_000), () => {
				if (boot === boots && line) void tendLabel(label, version, fields).catch(() => {});
			});
		}
		world.after(tickEveryMs * (0.9 + 0.2 * world.dice()), () => tick(boot, own));
	}

	async function tendLabel(label: string, version: number, { sku, amountMinor }: FaceFields): Promise<void> {
		const drawn = { label, version, hwType: 1, dataType: 0x20, picture: `${sku}-${version}`.slice(0, 16), bytes: Buffer.alloc(4) };
		const { wanted } = (await ask("recordDrawn", drawn)) as { wanted: boolean };
		if (!wanted) return;
		await ask("recordSent", { label, version });
		box.shelf.draws(label, sku, amountMinor);
		await ask("recordShown", { label, version });
	}

	function stop(): void {
		end.stop();
		line?.stop();
		line = undefined;
		disk.cutPower();
	}

	const box: Box = {
		store,
		vault,
		disk,
		shelf: openShelf(world, store, broke),
		clock: { offsetMs: 0 },
		committed: new Map(),
		chains: new Set(),
		knowsFrom: "",
		unknown: new Set(),
		now,
		ask,
		thin: () =>
			void disk
				.write(() => {
					const bells = vault.thin(now());
					if (bells.length > 0) world.saw("notes thinned");
					ring(bells);
				})
				.catch(() => {}),
		end: () => end,
		isOn: () => line !== undefined,
		clientId: () => clientIdOf("t", store, vault.book().link.identity().inc),
		latest: () => latest,
		guessed: () => guessed,
		tendEvery(ms) {
			tickEveryMs = ms;
			ticks += 1;
			world.after(100, () => tick(boots, ticks));
		},
		cutPower(offMs) {
			if (!line) return;
			world.trace(store, `loses power for ${offMs} ms`);
			stop();
			world.after(offMs, () => box.switchOn());
		},
		switchOn() {
			if (line) return;
			starting?.(box);
			start();
		},
		switchOff() {
			if (line) stop();
		},
	};
	clock = newClock();
	// A reader that is there before its first start: a box that never ran has an end that is away.
	end = undefined as unknown as LinkSession;
	return box;
}
