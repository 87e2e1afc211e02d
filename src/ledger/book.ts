import { statfsSync, statSync } from "node:fs";
import type { BellName } from "./bell.ts";
import type { Connection } from "./file/open.ts";
import { createMemory, type Memory, noMemory } from "./memory.ts";
import { type GrowthSample, type Space, spaceOf } from "./space/pressure.ts";
import { readArticles, writeArticles } from "./tables/articles.ts";
import { readBroker, writeBroker } from "./tables/broker-memory.ts";
import { readColdChain, writeColdChain } from "./tables/cold-chain/minutes.ts";
import { readSensorStates, writeSensorStates } from "./tables/cold-chain/sensor-states.ts";
import { readAlarms, readDevices, readShelves, writeAlarms, writeDevices, writeShelves } from "./tables/devices.ts";
import { readEvents, writeEvents } from "./tables/events.ts";
import { readElsewhere, writeElsewhere } from "./tables/goods/stock-elsewhere.ts";
import { readTransfers, writeTransfers } from "./tables/goods/transfers.ts";
import { readGrants, writeGrants } from "./tables/grants.ts";
import { readCheckpoints } from "./tables/head-office/checkpoints.ts";
import { readEpochs, writeEpochs } from "./tables/head-office/epochs.ts";
import { readLink, writeLink } from "./tables/head-office/link.ts";
import { readParked, writeParked } from "./tables/head-office/parked.ts";
import { readReceivedLog, writeReceivedLog } from "./tables/head-office/received-log.ts";
import { readSnapshots, writeSnapshots } from "./tables/head-office/snapshots.ts";
import { readJobs, writeJobs } from "./tables/jobs.ts";
import { readLabels, writeLabels } from "./tables/labels.ts";
import { readOrders, writeOrders } from "./tables/orders.ts";
import { readPaperLabels, writePaperLabels } from "./tables/paper-labels.ts";
import { readPriceHolds, writePriceHolds } from "./tables/prices/holds.ts";
import { readPrices, writePrices } from "./tables/prices/prices.ts";
import { readPriceRises, writePriceRises } from "./tables/prices/rises.ts";
import { readBacklog, writeBacklog } from "./tables/scan-backlog.ts";
import { readSettings, writeSettings } from "./tables/settings.ts";
import { readShelfFills, writeShelfFills } from "./tables/shelf-fills.ts";
import { readStock, writeStock } from "./tables/stock.ts";
import { readStopSales, writeStopSales } from "./tables/stop-sales.ts";
import { readBaskets, writeBaskets } from "./tables/tills/baskets.ts";
import { readCoupons, writeCoupons } from "./tables/tills/coupons.ts";
import { readFiscal, writeFiscal } from "./tables/tills/fiscal.ts";
import { readMemberCare, writeMemberCare } from "./tables/tills/member-care.ts";
import { readMembers, writeMembers } from "./tables/tills/members.ts";
import { readPoints, writePoints } from "./tables/tills/points.ts";
import { readReceiptKeys, writeReceiptKeys } from "./tables/tills/receipt-keys.ts";
import { readReturns, writeReturns } from "./tables/tills/returns.ts";

/** `file`: new name of the damaged ledger's file. `why`: how the damage was noticed. `lost`: what could not be copied. */
export interface RecoveryReport {
	file: string;
	why: string;
	lost: string;
	at: string;
}

/** The statements that read, by noun. */
export function readBook(db: Connection, memory: Pick<Memory, "keep"> = noMemory) {
	const growth = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'growth'");
	const rebuilt = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'rebuilt'");
	const priceRises = readPriceRises(db);
	const priceHolds = readPriceHolds(db, memory);
	return {
		events: readEvents(db),
		articles: readArticles(db),
		prices: readPrices(db, priceRises.of, priceHolds.frozen),
		priceRises,
		priceHolds,
		stock: readStock(db),
		grants: readGrants(db),
		orders: readOrders(db),
		stopSales: readStopSales(db, memory),
		shelfFills: readShelfFills(db),
		members: readMembers(db),
		memberCare: readMemberCare(db),
		baskets: readBaskets(db),
		coupons: readCoupons(db),
		points: readPoints(db),
		fiscal: readFiscal(db),
		returns: readReturns(db),
		receiptKeys: readReceiptKeys(db),
		transfers: readTransfers(db),
		elsewhere: readElsewhere(db),
		labels: readLabels(db),
		jobs: readJobs(db),
		paperLabels: readPaperLabels(db),
		devices: readDevices(db),
		alarms: readAlarms(db),
		shelves: readShelves(db),
		coldChain: readColdChain(db),
		sensorStates: readSensorStates(db),
		link: readLink(db, memory),
		broker: readBroker(db),
		epochs: readEpochs(db),
		checkpoints: readCheckpoints(db),
		snapshots: readSnapshots(db),
		parked: readParked(db),
		settings: readSettings(db),
		receivedLog: readReceivedLog(db),
		scanBacklog: readBacklog(db),
		meta: {
			bytes(): { bytes: number; freeBytes: number } {
				const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
				const disk = statfsSync(db.name.replace(/[^/]*$/, "") || ".");
				return { bytes: size(db.name) + size(`${db.name}-wal`), freeBytes: disk.bavail * disk.bsize };
			},
			space: (budgetBytes: number): Space => spaceOf(db, budgetBytes),
			/** Bytes written so far, kept across restarts. */
			growth(): GrowthSample[] {
				const row = growth.get();
				return row ? (JSON.parse(row.value) as GrowthSample[]) : [];
			},
			/** Set when this ledger was recovered from a damaged one. */
			rebuilt(): RecoveryReport | undefined {
				const row = rebuilt.get();
				return row && (JSON.parse(row.value) as RecoveryReport);
			},
		},
	};
}

/** The statements that read and write, by noun; used by flows, inside a transaction. */
export function writeBook(db: Connection, ring: (bell: BellName) => void) {
	const memory = createMemory();
	const read = readBook(db, memory);
	return {
		ring,
		memory,
		meta: read.meta,
		events: { ...read.events, ...writeEvents(db, ring) },
		articles: { ...read.articles, ...writeArticles(db) },
		prices: { ...read.prices, ...writePrices(db) },
		priceRises: { ...read.priceRises, ...writePriceRises(db) },
		priceHolds: { ...read.priceHolds, ...writePriceHolds(db, memory) },
		stock: { ...read.stock, ...writeStock(db) },
		grants: { ...read.grants, ...writeGrants(db) },
		orders: { ...read.orders, ...writeOrders(db) },
		stopSales: { ...read.stopSales, ...writeStopSales(db, memory) },
		shelfFills: { ...read.shelfFills, ...writeShelfFills(db) },
		members: { ...read.members, ...writeMembers(db) },
		memberCare: { ...read.memberCare, ...writeMemberCare(db) },
		baskets: { ...read.baskets, ...writeBaskets(db) },
		coupons: { ...read.coupons, ...writeCoupons(db) },
		points: { ...read.points, ...writePoints(db) },
		fiscal: { ...read.fiscal, ...writeFiscal(db) },
		returns: { ...read.returns, ...writeReturns(db) },
		receiptKeys: { ...read.receiptKeys, ...writeReceiptKeys(db) },
		transfers: { ...read.transfers, ...writeTransfers(db) },
		elsewhere: { ...read.elsewhere, ...writeElsewhere(db) },
		labels: { ...read.labels, ...writeLabels(db, ring) },
		jobs: { ...read.jobs, ...writeJobs(db) },
		paperLabels: { ...read.paperLabels, ...writePaperLabels(db) },
		devices: { ...read.devices, ...writeDevices(db) },
		alarms: { ...read.alarms, ...writeAlarms(db) },
		shelves: { ...read.shelves, ...writeShelves(db) },
		coldChain: { ...read.coldChain, ...writeColdChain(db) },
		sensorStates: { ...read.sensorStates, ...writeSensorStates(db) },
		link: { ...read.link, ...writeLink(db, memory) },
		broker: { ...read.broker, ...writeBroker(db) },
		epochs: { ...read.epochs, ...writeEpochs(db) },
		checkpoints: read.checkpoints,
		snapshots: { ...read.snapshots, ...writeSnapshots(db) },
		parked: { ...read.parked, ...writeParked(db) },
		settings: { ...read.settings, ...writeSettings(db) },
		receivedLog: { ...read.receivedLog, ...writeReceivedLog(db) },
		scanBacklog: { ...read.scanBacklog, ...writeBacklog(db) },
	};
}

export type ReadBook = ReturnType<typeof readBook>;
export type Book = ReturnType<typeof writeBook>;
