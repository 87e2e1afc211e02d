import type { HqRepository } from "../link/hq/repository.ts";
import type { DownStream } from "../link/protocol/messages.ts";
import type { Actor } from "../words/actor.ts";
import type { SettingValue } from "../words/streams/setting.ts";
import type { Instant } from "../words/time.ts";
import { acceptPush } from "./catalog/accept-push.ts";
import { catalogIn, openCatalogReader } from "./catalog/catalog-state.ts";
import * as rails from "./catalog/guard-rails.ts";
import { catchUp } from "./catalog/life/catch-up.ts";
import * as life from "./catalog/life/release.ts";
import { endPush, withdrawPush } from "./catalog/life/withdraw.ts";
import { previewPush } from "./catalog/preview.ts";
import { listPushes, readPush } from "./catalog/push-view.ts";
import type { AskedPush, PushAnswer } from "./catalog/pushes.ts";
import type { Db } from "./database/database.ts";
import { beginGeneration, noteGreeted } from "./restore/generations.ts";
import { releaseRestore } from "./restore/own-word.ts";
import { listRestorations, restoreFromStore } from "./restore/records.ts";
import * as orders from "./stock/orders.ts";
import * as stock from "./stock/stock.ts";
import { grantIncarnation, takeIncarnation } from "./stores/incarnations.ts";
import { listLabels } from "./stores/labels.ts";
import * as quarantine from "./stores/quarantine.ts";
import { setSetting } from "./stores/settings.ts";
import * as stores from "./stores/stores.ts";
import { openChainReader } from "./streams/chain-reader.ts";
import * as down from "./streams/down.ts";
import * as facts from "./streams/facts.ts";
import * as forks from "./streams/forks.ts";
import { openSeals, type SealSigner } from "./streams/seals.ts";
import { countSnapshotProgress } from "./streams/snapshot-progress.ts";
import { limitConcurrency } from "./streams/turns.ts";
import { unpark } from "./streams/unpark.ts";

export type Repositories = ReturnType<typeof openRepositories>;

/** All of HQ's nouns over one database: what HTTP asks for, and in `link` what the line needs. */
export function openRepositories(
	db: Db,
	tenant: string,
	clock: () => Instant = () => new Date().toISOString(),
	/** The tenant's, where it was configured: guard rails know it from the first push on. */
	currency?: string,
	/** Left out: nothing is sealed. */
	signer?: SealSigner,
) {
	const seals = signer && openSeals(db, tenant, signer, clock);
	const listeners = new Set<(store: string, stream: DownStream, from: "here" | "elsewhere") => void>();
	const tell = (store: string, stream: DownStream, from: "here" | "elsewhere" = "here"): void => {
		for (const listener of listeners) listener(store, stream, from);
	};

	const chains = openChainReader(db);
	const tellAll = (names: readonly string[], stream: DownStream): void => {
		for (const store of names) tell(store, stream);
	};
	const moved = <M extends { stores: string[] }>(push: M): M => {
		tellAll(push.stores, "catalog");
		return push;
	};

	const tellRails = async (some?: readonly string[]): Promise<void> =>
		tellAll(await db.transaction((tx) => rails.announceRails(tx, some, currency)), "config");

	// A push holds every store's stream while it is written: acknowledgements that wait for it must not take up all connections.
	const moving = limitConcurrency(2);
	const onNews = (listener: (store: string, stream: DownStream, from: "here" | "elsewhere") => void): (() => void) => {
		listeners.add(listener);
		return () => void listeners.delete(listener);
	};
	const link: Omit<HqRepository, "onNews"> = {
		load: (store) => stores.loadState(db, chains, tenant, store),
		heard: (store, hello) => db.transaction((tx) => stores.heard(tx, store, hello, clock())),
		seen: (store) => db.transaction((tx) => stores.seen(tx, store, clock())),
		acceptUp: (store, batch) => facts.acceptUp(db, store, batch),
		openUpEpoch: (store, stream, epoch, base, parent) =>
			db.transaction((tx) => forks.openForkedEpoch(tx, store, stream, epoch, base, parent, clock())),
		takeIncarnation: (store, hello, key) => takeIncarnation(db, store, hello, key, clock()),
		keysOf: (store) => stores.keysOf(db, store),
		openQuarantine: (store, stream, head, inc) => db.transaction((tx) => quarantine.openQuarantine(tx, store, stream, head, inc, clock())),
		quarantine: (store, batch) => db.transaction((tx) => quarantine.keepInQuarantine(tx, store, batch)),
		unpark: () => unpark(db),
		catalog: openCatalogReader(catalogIn(db, chains), clock),
		upCheckpoints: (store, stream) => forks.upCheckpoints(db, store, stream),
		async downAfter(store, stream, after, limit) {
			const rows = await down.downAfter(db, chains, store, stream, after, limit);
			return seals ? seals.sealed(store, stream, rows) : rows;
		},
		downHash: (store, stream, seq) => chains.hashAt(store, stream, seq),
		moveDown: (store, stream, epoch, upTo) => moving(() => db.transaction((tx) => down.moveDown(tx, store, stream, epoch, upTo))),
		snapshotTaken: (store, upTo) => countSnapshotProgress(db, store, upTo, clock()),
		forkDown: (store, stream, agreed) => db.transaction((tx) => down.forkDown(tx, store, stream, agreed)),
		async restore(store, stream, asked) {
			const { touched, ...restored } = await restoreFromStore(db, store, stream, asked, clock());
			for (const other of touched) if (other !== store) tell(other, stream);
			return restored;
		},
		greeted: (store) => noteGreeted(db, store),
		stores: async () => (await db.query<{ id: string }>("SELECT id FROM store ORDER BY id")).map((row) => row.id),
	};

	return {
		link: { ...link, onNews },
		/** This process answers for stores from now on. Before it has heard a store, it sells nothing from its grants. */
		async begin() {
			await beginGeneration(db, clock());
			await tellRails();
		},
		/** A person says that the database was restored: what HQ had sealed is taken back from the stores. */
		releaseRestore: (by?: string) => releaseRestore(db, by, clock()),
		/** What stores have told back, after HQ was restored from a backup. */
		restorations: (limit: number) => listRestorations(db, limit),
		/** Another process of HQ committed something for a store. */
		hear: (store: string, stream: DownStream) => tell(store, stream, "elsewhere"),
		async enroll(store: string, replace?: boolean, timeZone?: string) {
			const enrolled = await stores.enroll(db, store, clock(), replace);
			if (enrolled.created) {
				if (timeZone !== undefined) await stores.setTimeZone(db, store, timeZone);
				await tellRails([store]);
				await catchUp(db, store, clock());
			}
			tell(store, "catalog");
			return enrolled;
		},
		/** Sends a store what is in force for all stores and that it was never sent. */
		async catchUp(store: string) {
			const caught = await catchUp(db, store, clock());
			tell(store, "catalog");
			return caught;
		},
		stores: (after: string, limit: number) => stores.listStores(db, after, limit),
		store: (store: string) => stores.readStore(db, store),
		async acceptPush(push: AskedPush): Promise<PushAnswer> {
			const { answer, stores: addressed } = await acceptPush(db, push, clock(), currency);
			tellAll(addressed, "catalog");
			// The first push of a tenant decides its currency, where none was configured.
			if (currency === undefined && addressed.length > 0) await tellRails();
			return answer;
		},
		/** What a push would do, and what guard rails object to; nothing is written. */
		previewPush: (push: Omit<AskedPush, "id">) => previewPush(db, push, clock(), currency),
		push: (id: string) => readPush(db, id, clock()),
		pushes: (before: number | undefined, limit: number) => listPushes(db, before, limit, clock()),
		withdrawPush: async (id: string, skus: readonly string[] | undefined, by: Actor) =>
			moved(await withdrawPush(db, id, skus, by, clock())),
		releasePush: async (id: string, by: Actor) => moved(await life.releasePush(db, id, by, clock())),
		holdPush: async (id: string, by: Actor) => moved(await life.holdPush(db, id, by, clock())),
		resumePush: async (id: string) => moved(await life.resumePush(db, id, clock())),
		endPush: async (id: string, skus: readonly string[] | undefined, at: Instant | undefined) =>
			moved(await endPush(db, id, skus, at, clock())),
		/** What stores charge in, where that is one currency: for files that name none. */
		usualCurrency: () => rails.usualCurrencyOf(db, currency),
		guardRails: (store: string | undefined) => rails.readRails(db, store, currency),
		proposeRails: (store: string | undefined, change: rails.RailsChange, by: Actor) => rails.proposeRails(db, store, change, by, clock()),
		async approveRails(proposal: number, by: Actor): Promise<void> {
			tellAll(await rails.approveRails(db, proposal, by, clock(), currency), "config");
		},
		async labels(store: string, after: string, limit: number) {
			await stores.requireStore(db, store);
			return listLabels(db, store, after, limit);
		},
		async facts(store: string, asked: { after: number; limit: number; type?: string | undefined }) {
			await stores.requireStore(db, store);
			return facts.listFacts(db, store, asked);
		},
		/** What one store shall be set to; `null` takes it back. */
		async setSetting(store: string, name: string, value: SettingValue) {
			const setting = await setSetting(db, store, name, value);
			tell(store, "config");
			return setting;
		},
		/** A box swap: the next unheard box, or the one named, takes the store's place. */
		grantIncarnation: (store: string, box?: string) => grantIncarnation(db, store, box, clock()),
		async quarantined(store: string) {
			await stores.requireStore(db, store);
			return quarantine.listQuarantine(db, store);
		},
		async forks(store: string) {
			await stores.requireStore(db, store);
			return forks.listForks(db, store);
		},
		async deadLetters(store: string, limit: number) {
			await stores.requireStore(db, store);
			return facts.listDeadLetters(db, store, limit);
		},
		stock: (store: string, skuOrGtin: string) => stock.readStock(db, store, skuOrGtin, clock()),
		async moveStock(store: string, movement: stock.AskedMovement) {
			const moved = await stock.moveStock(db, store, movement, clock());
			if (moved.created) tell(store, "stock");
			return moved;
		},
		/** Throws grant-short after asking the store for more: so the news is told either way. */
		async takeOrder(order: orders.Order) {
			try {
				return await orders.takeOrder(db, order, clock());
			} finally {
				tell(order.store, "stock");
			}
		},
		async askGrant(store: string, ask: Parameters<typeof orders.askGrant>[2]) {
			const asked = await orders.askGrant(db, store, ask, clock());
			if (asked.created) tell(store, "stock");
			return asked;
		},
	};
}
