import type { HeldPrice, HeldReason, PriceFreeze } from "../../../words/prices/hold.ts";
import type { Price } from "../../../words/prices/price.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";
import type { Memory } from "../../memory.ts";
import { type PriceRow, toPrice } from "./prices.ts";

type HoldRow = PriceRow & { at: string; reasons: string };

const toHeld = (row: HoldRow): HeldPrice => ({
	price: toPrice(row),
	since: row.at,
	reasons: JSON.parse(row.reasons) as HeldReason[],
});

/** Prices that the store keeps and that do not count (state 3 of their row), and the kill switch. */
export function readPriceHolds(db: Connection, memory: Pick<Memory, "keep">) {
	const joined = "SELECT p.*, h.at, h.reasons FROM price_hold h JOIN price p ON p.sku = h.sku AND p.version = h.version";
	const bySku = db.prepare<[string], HoldRow>(`${joined} WHERE h.sku = ? ORDER BY h.version`);
	const page = db.prepare<[string, number], HoldRow>(
		`${joined} WHERE h.sku IN (SELECT DISTINCT sku FROM price_hold WHERE sku > ? ORDER BY sku LIMIT ?) ORDER BY h.sku, h.version`,
	);
	const count = db.prepare<[], { n: number }>("SELECT count(*) AS n FROM price_hold");
	const over = db.prepare<[string], HoldRow>(`${joined} WHERE p.until_at <= ?`);
	const frozen = db.prepare<[], PriceFreeze>("SELECT since, by, reason FROM price_freeze");
	return {
		of: (sku: string): HeldPrice[] => bySku.all(sku).map(toHeld),
		/** The held prices of the next `skus` articles after this SKU. */
		page: (after: string, skus: number): HeldPrice[] => page.all(after, skus).map(toHeld),
		count: (): number => count.get()!.n,
		/** Prices that were held until they ended. */
		over: (at: Instant): HeldPrice[] => over.all(at).map(toHeld),
		frozen: memory.keep("price-freeze", (): PriceFreeze | undefined => frozen.get()),
	};
}

export function writePriceHolds(db: Connection, memory: Pick<Memory, "changed">) {
	const hold = db.prepare("INSERT OR REPLACE INTO price_hold (sku, version, at, reasons) VALUES (?, ?, ?, ?)");
	const drop = db.prepare("DELETE FROM price_hold WHERE sku = ? AND version = ?");
	const setState = db.prepare("UPDATE price SET state = ? WHERE sku = ? AND version = ?");
	const freeze = db.prepare("INSERT OR IGNORE INTO price_freeze (n, since, by, reason) VALUES (1, ?, ?, ?)");
	const orphans = db.prepare(`DELETE FROM price_hold AS h WHERE NOT EXISTS (
		SELECT 1 FROM price p WHERE p.sku = h.sku AND p.version = h.version AND p.state = 3)`);
	return {
		hold({ sku, version }: Price, reasons: readonly HeldReason[], at: Instant): void {
			hold.run(sku, version, at, JSON.stringify(reasons));
			setState.run(3, sku, version);
		},
		/** A price that came again and is within the guard rails. */
		forget: ({ sku, version }: Price): void => void drop.run(sku, version),
		/** It waits for its time, like a price that has just arrived. */
		letGo({ sku, version }: Price): void {
			drop.run(sku, version);
			setState.run(0, sku, version);
		},
		/** It never counts, also where its successor is withdrawn or the clock is set back, and no alarm asks about it any more. */
		lapse: ({ sku, version }: Price): void => void drop.run(sku, version),
		/** Removes holds whose price is gone, or came again with other contents. */
		forgetGone: (): number => orphans.run().changes,
		freeze({ since, by, reason }: PriceFreeze): void {
			freeze.run(since, by, reason);
			memory.changed("price-freeze");
		},
		thaw(): void {
			db.exec("DELETE FROM price_freeze");
			memory.changed("price-freeze");
		},
	};
}
