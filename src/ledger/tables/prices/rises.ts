import type { Price } from "../../../words/prices/price.ts";
import type { PriceRise } from "../../../words/prices/rise.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

interface RiseRow {
	sku: string;
	version: number;
	push: string | null;
	since: string;
	until: string;
	wait_ms: number;
	floors: string;
	reported: 0 | 1;
}

const toRise = ({ wait_ms, floors, reported, ...row }: RiseRow): PriceRise => ({
	...row,
	waitMs: wait_ms,
	floors: JSON.parse(floors) as Price[][],
	isReported: reported === 1,
});

/** Rises that wait for the labels of their article; one row an article. */
export function readPriceRises(db: Connection) {
	const one = db.prepare<[string], RiseRow>("SELECT * FROM price_rise WHERE sku = ?");
	const page = db.prepare<[string, number], RiseRow>("SELECT * FROM price_rise WHERE sku > ? ORDER BY sku LIMIT ?");
	const count = db.prepare<[], { n: number }>("SELECT count(*) AS n FROM price_rise WHERE reported = 1");
	const nextUntil = db.prepare<[], { at: string | null }>("SELECT min(until) AS at FROM price_rise");
	return {
		of(sku: string): PriceRise | undefined {
			const row = one.get(sku);
			return row && toRise(row);
		},
		page: (after: string, limit: number): PriceRise[] => page.all(after, limit).map(toRise),
		count: (): number => count.get()!.n,
		nextUntil: (): Instant | null => nextUntil.get()!.at,
	};
}

export function writePriceRises(db: Connection) {
	const put = db.prepare(
		"INSERT OR REPLACE INTO price_rise (sku, version, push, since, until, wait_ms, floors, reported) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	);
	const drop = db.prepare("DELETE FROM price_rise WHERE sku = ?");
	return {
		put: ({ sku, version, push, since, until, waitMs, floors, isReported }: PriceRise): void =>
			void put.run(sku, version, push, since, until, waitMs, JSON.stringify(floors), isReported ? 1 : 0),
		drop: (sku: string): void => void drop.run(sku),
	};
}
