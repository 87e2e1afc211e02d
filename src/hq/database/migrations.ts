import { first } from "../migrations/0001-first.ts";
import { shards } from "../migrations/0002-shards.ts";
import { mending } from "../migrations/0003-mending.ts";
import { recall } from "../migrations/0004-recall.ts";
import { enrolment } from "../migrations/0005-enrolment.ts";
import { people } from "../migrations/0006-people.ts";
import { pushContents } from "../migrations/0007-push-contents.ts";
import { segments } from "../migrations/0008-segments.ts";
import { pushLife } from "../migrations/0009-push-life.ts";
import { seals } from "../migrations/0010-seals.ts";
import { heldInStores } from "../migrations/0011-held-in-stores.ts";
import { priceShapes } from "../migrations/0012-price-shapes.ts";
import { orders } from "../migrations/0013-orders.ts";
import { recalls } from "../migrations/0014-recalls.ts";
import { reroute } from "../migrations/0015-reroute.ts";
import { storeAlarms } from "../migrations/0016-store-alarms.ts";
import { standingAlarms } from "../migrations/0017-standing-alarms.ts";
import { priceRises } from "../migrations/0018-price-rises.ts";
import { members } from "../migrations/0019-members.ts";
import { storeGroups } from "../migrations/0020-store-groups.ts";
import { webhooks } from "../migrations/0021-webhooks.ts";
import { coupons } from "../migrations/0022-coupons.ts";
import { returns } from "../migrations/0023-returns.ts";
import { sealedRuns } from "../migrations/0024-sealed-runs.ts";
import { pushWaves } from "../migrations/0025-push-waves.ts";
import { pushFiles } from "../migrations/0026-push-files.ts";
import { transfers } from "../migrations/0027-transfers.ts";
import { receiptKeys } from "../migrations/0028-receipt-keys.ts";
import { memberCare } from "../migrations/0029-member-care.ts";
import { transfersToTell } from "../migrations/0030-transfers-to-tell.ts";
import { points } from "../migrations/0031-points.ts";
import { priceMappings } from "../migrations/0032-price-mappings.ts";
import { largePushes } from "../migrations/0033-large-pushes.ts";
import { alarmFacts } from "../migrations/0034-alarm-facts.ts";
import { couponEnds } from "../migrations/0035-coupon-ends.ts";
import { retention } from "../migrations/0036-retention.ts";
import { places } from "../migrations/0037-places.ts";
import type { Db } from "./database.ts";

/** In order. A released migration is never edited: a later change is a later entry. */
const migrations: readonly { n: number; sql: string }[] = [
	{ n: 1, sql: first },
	{ n: 2, sql: shards },
	{ n: 3, sql: mending },
	{ n: 4, sql: recall },
	{ n: 5, sql: enrolment },
	{ n: 6, sql: people },
	{ n: 7, sql: pushContents },
	{ n: 8, sql: segments },
	{ n: 9, sql: pushLife },
	{ n: 10, sql: seals },
	{ n: 11, sql: heldInStores },
	{ n: 12, sql: priceShapes },
	{ n: 13, sql: orders },
	{ n: 14, sql: recalls },
	{ n: 15, sql: reroute },
	{ n: 16, sql: storeAlarms },
	{ n: 17, sql: standingAlarms },
	{ n: 18, sql: priceRises },
	{ n: 19, sql: members },
	{ n: 20, sql: storeGroups },
	{ n: 21, sql: webhooks },
	{ n: 22, sql: coupons },
	{ n: 23, sql: returns },
	{ n: 24, sql: sealedRuns },
	{ n: 25, sql: pushWaves },
	{ n: 26, sql: pushFiles },
	{ n: 27, sql: transfers },
	{ n: 28, sql: receiptKeys },
	{ n: 29, sql: memberCare },
	{ n: 30, sql: transfersToTell },
	{ n: 31, sql: points },
	{ n: 32, sql: priceMappings },
	{ n: 33, sql: largePushes },
	{ n: 34, sql: alarmFacts },
	{ n: 35, sql: couponEnds },
	{ n: 36, sql: retention },
	{ n: 37, sql: places },
];

/** An arbitrary number that no other program locks in this database. */
const migrationLock = 0x60d01a;

/**
 * Brings the database to this build's shape. Several HQ processes may start at once: a lock makes them take turns, and whoever
 * comes second finds nothing to do. Throws when the database is of a newer build. `upTo`: the shape to stop at, for tests of older
 * databases.
 */
export async function migrate(db: Pick<Db, "transaction">, upTo = Number.POSITIVE_INFINITY): Promise<void> {
	await db.transaction(async (tx) => {
		// Not the table's own lock: two that create one table at once make PostgreSQL refuse one of them, in spite of IF NOT EXISTS.
		await tx.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
		await tx.query("CREATE TABLE IF NOT EXISTS migration (n integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())");
		const [row] = await tx.query<{ n: number | null }>("SELECT max(n) AS n FROM migration");
		const at = row?.n ?? 0;
		const newest = migrations.at(-1)!.n;
		if (at > newest)
			throw new Error(`the database has shape ${at}, this build knows ${newest}: start a newer build, or restore a backup of its time`);
		for (const { n, sql } of migrations) {
			if (n <= at || n > upTo) continue;
			for (const statement of statementsOf(sql)) await tx.query(statement);
			await tx.query("INSERT INTO migration (n) VALUES ($1)", [n]);
		}
	});
}

/** PGlite prepares one statement at a time; migrations have semicolons only between statements and in comments. */
function statementsOf(sql: string): string[] {
	return sql
		.replaceAll(/--.*$/gm, "")
		.split(";")
		.map((statement) => statement.trim())
		.filter((statement) => statement !== "");
}
