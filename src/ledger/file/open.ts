import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { genesis } from "../../words/basics/chain.ts";
import { limits } from "../limits.ts";
import { first } from "../migrations/0001-first.ts";
import { mending } from "../migrations/0002-mending.ts";
import { receivedLogTable } from "../migrations/0003-told.ts";
import { scanBacklogTable } from "../migrations/0004-unread.ts";
import { noReaders } from "../migrations/0005-no-readers.ts";
import { seals } from "../migrations/0006-seals.ts";
import { heldPrices } from "../migrations/0007-held-prices.ts";
import { mqtt5 } from "../migrations/0008-mqtt5.ts";
import { drawer } from "../migrations/0009-drawer.ts";
import { priceShapes } from "../migrations/0010-price-shapes.ts";
import { orders } from "../migrations/0011-orders.ts";
import { stopSales } from "../migrations/0012-stop-sales.ts";
import { printStarts } from "../migrations/0013-print-starts.ts";
import { rawReceipts } from "../migrations/0014-raw-receipts.ts";
import { priceRises } from "../migrations/0015-price-rises.ts";
import { members } from "../migrations/0016-members.ts";
import { baskets } from "../migrations/0017-baskets.ts";
import { coupons } from "../migrations/0018-coupons.ts";
import { returns } from "../migrations/0019-returns.ts";
import { shelfFills } from "../migrations/0021-shelf-fills.ts";
import { transfers } from "../migrations/0022-transfers.ts";
import { receiptKeys } from "../migrations/0023-receipt-keys.ts";
import { coldChain } from "../migrations/0024-cold-chain.ts";
import { memberCare } from "../migrations/0025-member-care.ts";
import { points } from "../migrations/0026-points.ts";
import { askedPrinter } from "../migrations/0027-asked-printer.ts";
import { fiscal } from "../migrations/0028-fiscal.ts";
import { paperLabels } from "../migrations/0029-paper-labels.ts";
import { couponEnds } from "../migrations/0030-coupon-ends.ts";

export type Connection = Database.Database;

/** In order of age; the position in the list, plus one, is SQLite's user_version. */
export const migrations: readonly string[] = [
	first,
	mending,
	receivedLogTable,
	scanBacklogTable,
	noReaders,
	seals,
	heldPrices,
	mqtt5,
	drawer,
	priceShapes,
	orders,
	stopSales,
	printStarts,
	rawReceipts,
	priceRises,
	members,
	baskets,
	coupons,
	returns,
	shelfFills,
	transfers,
	receiptKeys,
	coldChain,
	memberCare,
	points,
	askedPrinter,
	fiscal,
	paperLabels,
	couponEnds,
];

export const ledgerFile = (directory: string): string => join(directory, "ledger.db");

/** The data directory was written by a newer Gondola: refused, because guessing would lose facts. */
export class LedgerTooNew extends Error {
	override name = "LedgerTooNew";
}

export const tooNew = (version: number): string =>
	`this data directory was written by a newer Gondola (shape ${version}; this build knows ${migrations.length}). ` +
	`Install that version again, or restore a backup made by this one.`;

const incremental = 2;

export interface OpenOptions {
	/** A test that must see facts get lost sets NORMAL; nothing else does. */
	synchronous?: "FULL" | "NORMAL";
	walPages?: number;
}

/** Opens the one connection that writes. Creates the file, migrates it to this build's shape, and proves that commits are synced. */
export function openForWriting(directory: string, { synchronous = "FULL", walPages = limits.walPages }: OpenOptions = {}): Connection {
	mkdirSync(directory, { recursive: true });
	const db = new Database(ledgerFile(directory));
	try {
		// Before anything is written: a commit that is not synced may be torn while synced ones after it are whole, which
		// the next start takes for damage.
		db.pragma(`synchronous = ${synchronous}`);
		// Has an effect only before the first table exists: freed pages return to the disk in small steps. Setting it again would write
		// at each start.
		if (db.pragma("auto_vacuum", { simple: true }) !== incremental) db.pragma("auto_vacuum = INCREMENTAL");
		db.pragma("journal_mode = WAL");
		db.pragma(`wal_autocheckpoint = ${walPages}`);
		db.pragma(`journal_size_limit = ${limits.walKeptBytes}`);
		db.pragma("foreign_keys = ON");
		// A commit must survive a power cut. SQLite's default with WAL is NORMAL, which it sets without a word at the first write.
		db.pragma(`synchronous = ${synchronous}`);
		migrate(db);
		if (db.pragma("synchronous", { simple: true }) !== (synchronous === "FULL" ? 2 : 1))
			throw new Error("the ledger's commits are not synced: synchronous is not FULL");
		return db;
	} catch (error) {
		db.close();
		throw error;
	}
}

/** A read-only connection: in WAL mode it reads while the writer writes. */
export function openForReading(directory: string): Connection {
	const db = new Database(ledgerFile(directory), { readonly: true, fileMustExist: true });
	db.pragma("cache_size = -4000");
	return db;
}

function migrate(db: Connection): void {
	const version = db.pragma("user_version", { simple: true }) as number;
	if (version > migrations.length) throw new LedgerTooNew(tooNew(version));
	for (let shape = version; shape < migrations.length; shape += 1) {
		db.transaction(() => {
			db.exec(migrations[shape]!);
			if (shape === 0) begin(db);
			db.pragma(`user_version = ${shape + 1}`);
		})();
	}
	// The schema version is kept in a second place, so that a flipped bit in the header does not look like an upgrade.
	db.prepare("INSERT INTO meta (key, value) VALUES ('shape', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value").run(
		String(migrations.length),
	);
	// Written at each open, so that the check of `synchronous` that follows happens after a write.
	db.prepare("INSERT INTO meta (key, value) VALUES ('opens', '1') ON CONFLICT (key) DO UPDATE SET value = value + 1").run();
}

/** A new ledger is a new epoch of every stream (LINK, Streams). */
function begin(db: Connection): void {
	db.prepare("INSERT INTO meta (key, value) VALUES ('epoch', ?)").run(randomBytes(8).toString("hex"));
	for (const name of ["event", "facts", "notes"])
		db.prepare("INSERT INTO head (name, last, hash, acked) VALUES (?, 0, ?, 0)").run(name, genesis);
}
