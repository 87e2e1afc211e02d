import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { flows } from "../../../src/flows/flows.ts";
import { type Db, openDatabase } from "../../../src/hq/database/database.ts";
import { type Repositories as HqBook, openRepositories } from "../../../src/hq/repositories.ts";
import type { SealSigner } from "../../../src/hq/streams/seals.ts";
import { type BellName, createWriter, LedgerRefusal, LedgerTrouble, type Writer } from "../../../src/ledger/ledger.ts";
import { openStoreSession, type StoreSession } from "../../../src/link/hq/session.ts";
import type { HqTrust } from "../../../src/link/hq/trust-port.ts";
import { readMessage } from "../../../src/link/protocol/envelope.ts";
import type { Channel } from "../../../src/link/protocol/ids.ts";
import { type Clock, machineClock, noLog } from "../../../src/link/run/clock.ts";
import type { Command } from "../../../src/link/store/commands.ts";
import type { LinkLedger } from "../../../src/link/store/ledger-port.ts";
import { type LinkSession, openLinkSession } from "../../../src/link/store/session.ts";
import type { StoreTrust } from "../../../src/trust/store-trust.ts";
import { defined } from "../../../src/words/defined.ts";
import type { Moment } from "../../../src/words/time.ts";
import { eventually } from "../../support/until.ts";

const rateLimit = { messagesPerSecond: 2_000, bytesPerSecond: 50_000_000 };
let boots = 0;

/** One box: a real ledger in a folder, and the store's end of the line. */
export interface Box {
	writer: Writer;
	ledger: LinkLedger;
	end: LinkSession;
	do(flow: keyof typeof flows, args: unknown): unknown;
	/** As the power goes: nothing is said, nothing more is done. */
	stop(): void;
}

/** HQ with a real database, and boxes on a wire between them that a test may cut or tap. */
export interface Pair {
	db: Db;
	hq: HqBook;
	session(store?: string): StoreSession;
	restartHq(): void;
	/** HQ stops; what `meanwhile` does to its folder, it finds when it starts again. */
	reopenHq(meanwhile: () => void): Promise<void>;
	/** `afterCrash`: as if its last run had not said goodbye. */
	box(directory: string, commands?: Record<string, Command>, afterCrash?: boolean, store?: string, clock?: Clock): Box;
	/** Answers false to lose a message. */
	tap: (direction: "up" | "dn", channel: Channel, payload: Buffer, store: string) => boolean;
	close(): Promise<void>;
}

/** Keys of HQ and of its stores; a store that is left out has none. */
export interface PairKeys {
	signer: SealSigner;
	hq: HqTrust;
	store(store: string): StoreTrust | undefined;
}

export async function openPair(stores: string | readonly string[] = "s1", dataDir?: string, keys?: PairKeys): Promise<Pair> {
	const names = typeof stores === "string" ? [stores] : stores;
	const [first] = names as [string];
	const openHq = async (): Promise<{ db: Db; hq: HqBook }> => {
		const db = await openDatabase(dataDir === undefined ? { memory: true } : { dataDir });
		const hq = openRepositories(db, "t", undefined, undefined, keys?.signer);
		await hq.begin();
		return { db, hq };
	};
	const { db, hq } = await openHq();
	for (const store of names) await hq.enroll(store);
	const boxes = new Map<Box, string>();
	const startSession = (store: string): StoreSession =>
		openStoreSession({
			store,
			repository: pair.hq.link,
			clock: machineClock,
			dice: () => 0.2,
			log: noLog,
			rateLimit,
			wall: () => new Date().toISOString(),
			...(keys && { trust: keys.hq }),
			publish: (channel, payload) => {
				if (!pair.tap("dn", channel, payload, store)) return;
				setImmediate(() => [...boxes].filter(([, of]) => of === store).forEach(([box]) => box.end.arrived(channel, payload)));
			},
		});
	const startHq = (): Map<string, StoreSession> => {
		silence();
		silence = pair.hq.link.onNews((store, what) => {
			const session = sessions.get(store);
			if (what === "place") session?.placeChanged();
			else session?.news(what);
		});
		return new Map(names.map((store) => [store, startSession(store)]));
	};
	const stopHq = (): void => sessions.forEach((session) => session.stop());
	const restart = (): void => {
		sessions = startHq();
		for (const session of sessions.values()) session.ask();
	};
	const pair: Pair = {
		db,
		hq,
		session: (store = first) => sessions.get(store)!,
		tap: () => true,
		restartHq() {
			stopHq();
			restart();
		},
		async reopenHq(meanwhile) {
			stopHq();
			await pair.db.close();
			meanwhile();
			Object.assign(pair, await openHq());
			restart();
		},
		box(directory, commands = {}, afterCrash = false, store = first, clock = machineClock) {
			const boot = `boot${++boots}`;
			const writer = createWriter(directory, flows);
			const listeners = new Map<BellName, Set<() => void>>();
			const now = (): Moment => ({ wall: new Date().toISOString(), boot, monoMs: performance.now(), quality: "synced" });
			let over = false;
			const run = (flow: string, args: unknown): unknown => {
				if (over) throw new LedgerTrouble("ledger-failed", "the power is gone");
				const {
					answers: [answer],
					bells,
				} = writer.run([{ n: 1, flow, args, now: now() }]);
				for (const bell of bells) for (const ring of listeners.get(bell) ?? []) setImmediate(ring);
				if (answer!.ok) return answer!.value;
				throw answer!.kind === "refusal"
					? new LedgerRefusal(answer!.code, answer!.message)
					: new LedgerTrouble(answer!.code, answer!.message);
			};
			const ledger = {
				do: async (flow: string, args: unknown) => run(flow, args),
				read: writer.book,
				now,
				bells: {
					on(bell: BellName, ring: () => void) {
						const set = listeners.get(bell) ?? new Set();
						listeners.set(bell, set.add(ring));
						return () => set.delete(ring);
					},
				},
			} as unknown as LinkLedger;
			run("setIdentity", { store, tenant: "t" });
			const end = openLinkSession({
				ledger,
				clock,
				dice: () => (afterCrash ? 0 : 0.2),
				log: noLog,
				boot,
				build: "test",
				schema: 1,
				freeDays: () => null,
				rateLimit,
				commands,
				owesComparison: afterCrash,
				...defined({ trust: keys?.store(store) }),
				publish: (channel, payload) => {
					const read = readMessage("up", channel, payload);
					if (read.kind !== "message") throw new Error(`${channel}: ${read.why}`);
					if (!over && pair.tap("up", channel, payload, store)) setImmediate(() => sessions.get(store)!.arrived(read.message));
				},
				proved() {},
				onClock() {},
			});
			const box: Box = {
				writer,
				ledger,
				end,
				do: run,
				stop() {
					if (over) return;
					over = true;
					boxes.delete(box);
					end.stop();
					writer.close();
				},
			};
			boxes.set(box, store);
			end.opened();
			return box;
		},
		async close() {
			silence();
			for (const box of [...boxes.keys()]) box.stop();
			stopHq();
			await pair.db.close();
		},
	};
	let silence = (): void => {};
	let sessions = startHq();
	return pair;
}

/** Stores s1 and s2 under one head office, each with a box; the line of a store in `cut` is down. `close` removes their files. */
export async function openTwoStores(): Promise<{ pair: Pair; boxes: [Box, Box]; cut: Set<string>; close(): Promise<void> }> {
	const root = mkdtempSync(join(tmpdir(), "gondola-two-stores-"));
	const cut = new Set<string>();
	const pair = await openPair(["s1", "s2"]);
	pair.tap = (_direction, _channel, _payload, store) => !cut.has(store);
	const boxes: [Box, Box] = [pair.box(join(root, "s1"), {}, false, "s1"), pair.box(join(root, "s2"), {}, false, "s2")];
	await eventually(async () => {
		for (const store of ["s1", "s2"]) expect((await pair.hq.store(store)).lastContact).not.toBeNull();
	});
	const close = async (): Promise<void> => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	};
	return { pair, boxes, cut, close };
}
