import type { ArrivedRecord, HqRepository } from "../../link/hq/repository.ts";
import type { StoreEvent } from "../../words/event.ts";
import { catalogIn, openCatalogReader } from "../catalog/catalog-state.ts";
import { isCouponFact, lendMore } from "../coupons/leases.ts";
import { lendPoints } from "../members/points.ts";
import { answerEnrolments } from "../members/roster.ts";
import { announceUsedCodes } from "../members/used-codes.ts";
import { isExpiry, rerouteExpired } from "../orders/reroute.ts";
import { noteGreeted } from "../restore/generations.ts";
import { restoreFromStore } from "../restore/records.ts";
import { announceReceiptKeys } from "../returns/receipt-keys.ts";
import { asksIn } from "../returns/returned.ts";
import { settleAsks } from "../returns/rights.ts";
import { openStockReader } from "../stock/compare-stock.ts";
import { answerElsewhere, askedArticles } from "../stock/elsewhere.ts";
import { takeIncarnation } from "../stores/incarnations.ts";
import * as quarantine from "../stores/quarantine.ts";
import * as stores from "../stores/stores.ts";
import * as down from "../streams/down.ts";
import * as facts from "../streams/facts.ts";
import * as forks from "../streams/forks.ts";
import { openSeals, type SealSigner } from "../streams/seals.ts";
import { countSnapshotProgress } from "../streams/snapshot-progress.ts";
import { limitConcurrency } from "../streams/turns.ts";
import { unpark } from "../streams/unpark.ts";
import { announceToOtherEnds, hasTransfers } from "../transfers/transfer-facts.ts";
import type { News, Shared } from "./shared.ts";

/** How many acknowledgements may wait for a database connection at once. */
const movesAtOnce = 2;

/** HQ's database as `link/hq/` needs it. Without a `signer` the records go out unsealed. */
export function lineRepository(shared: Shared, signer: SealSigner | undefined): Omit<HqRepository, "onNews"> & Pick<News, "onNews"> {
	const { onNews } = shared;
	return { ...storeState(shared), ...factsAndForks(shared), ...downStreams(shared, signer), onNews };
}

/** HQ's knowledge of a store itself: its state, its boxes and its keys. */
function storeState({ db, chains, tenant, clock }: Shared) {
	return {
		load: (store) => stores.loadState(db, chains, tenant, store),
		heard: (store, hello) => db.transaction((tx) => stores.heard(tx, store, hello, clock())),
		seen: (store) => db.transaction((tx) => stores.seen(tx, store, clock())),
		takeIncarnation: (store, hello, key) => takeIncarnation(db, store, hello, key, clock()),
		keysOf: (store) => stores.keysOf(db, store),
		greeted: (store) => noteGreeted(db, store),
		stores: async () => (await db.query<{ id: string }>("SELECT id FROM store ORDER BY id")).map((row) => row.id),
	} satisfies Partial<HqRepository>;
}

/** Coupons that the store redeemed, or refused because it had no redemptions left. */
function wantedCoupons(records: readonly ArrivedRecord[]): Set<string> {
	const events = records.flatMap(({ record }) => (record === undefined ? [] : [record as StoreEvent]));
	return new Set(events.filter(isCouponFact).map(({ coupon }) => coupon));
}

/** Facts that stores send up, the epochs of their streams, and facts that belong in quarantine. */
function factsAndForks({ db, clock, announceAll }: Shared) {
	return {
		async acceptUp(store, batch) {
			const accepted = await facts.acceptUp(db, store, batch);
			// An expiry that fails here is tried again when head office starts; the store's facts are committed.
			if (batch.records.some(isExpiry)) announceAll(await rerouteExpired(db, clock()).catch(() => []), "stock");
			const wanted = wantedCoupons(batch.records);
			if (wanted.size > 0 && (await lendMore(db, store, wanted, clock()).catch(() => false))) announceAll([store], "stock");
			const events = batch.records.flatMap(({ record }) => (record === undefined ? [] : [record as StoreEvent]));
			const asks = asksIn(events);
			if (asks.size > 0) announceAll(await settleAsks(db, asks, clock()).catch(() => []), "stock");
			if (events.some(({ type }) => type === "receipt-key.made")) announceAll(await announceReceiptKeys(db).catch(() => []), "stock");
			if (await lendPoints(db, store, events, clock()).catch(() => false)) announceAll([store], "stock");
			announceAll(await announceUsedCodes(db, store, events, clock()).catch(() => []), "stock");
			if (events.some(({ type }) => type === "member.enrolled") && (await answerEnrolments(db, store).catch(() => false)))
				announceAll([store], "stock");
			if (hasTransfers(events)) announceAll(await announceToOtherEnds(db).catch(() => []), "stock");
			const articles = askedArticles(events);
			if (articles.size > 0 && (await answerElsewhere(db, store, articles, clock()).catch(() => false))) announceAll([store], "stock");
			return accepted;
		},
		openUpEpoch: (store, stream, epoch, base, parent) =>
			db.transaction((tx) => forks.openForkedEpoch(tx, store, stream, epoch, base, parent, clock())),
		upCheckpoints: (store, stream) => forks.upCheckpoints(db, store, stream),
		openQuarantine: (store, stream, head, box) => db.transaction((tx) => quarantine.openQuarantine(tx, store, stream, head, box, clock())),
		quarantine: (store, batch) => db.transaction((tx) => quarantine.keepInQuarantine(tx, store, batch)),
		unpark: () => unpark(db),
	} satisfies Partial<HqRepository>;
}

/** Records that HQ sends down, with their hashes and seals, snapshots, and records that a store gives back to a restored HQ. */
function downStreams({ db, chains, tenant, clock, announce }: Shared, signer: SealSigner | undefined) {
	const seals = signer && openSeals(db, tenant, { signer, clock, ...chains });
	// While a push is written it locks the stream of every store. Acknowledgements wait for these locks, and must not use up all connections.
	const moving = limitConcurrency(movesAtOnce);
	return {
		catalog: openCatalogReader(catalogIn(db, chains), clock),
		stock: openStockReader(db, chains, clock),
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
			for (const other of touched) if (other !== store) announce(other, stream);
			return restored;
		},
	} satisfies Partial<HqRepository>;
}
