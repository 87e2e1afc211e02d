import type { StockElsewhere } from "../../../words/streams/stock-elsewhere.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

/** An article's stock in other stores, as head office said it last. */
export interface KeptElsewhere {
	/** When head office was asked last; null: never. */
	asked: Instant | null;
	/** Null: no answer yet. */
	figures: StockElsewhere | null;
}

export function readElsewhere(db: Connection) {
	const get = db.prepare<[string], { asked: string | null; body: string | null }>("SELECT asked, body FROM stock_elsewhere WHERE sku = ?");
	return {
		get(sku: string): KeptElsewhere | undefined {
			const row = get.get(sku);
			return row && { asked: row.asked, figures: row.body === null ? null : (JSON.parse(row.body) as StockElsewhere) };
		},
	};
}

/** So many articles are remembered; the ones that were answered longest ago leave first. */
const keptMost = 5_000;

export function writeElsewhere(db: Connection) {
	const ask = db.prepare("INSERT INTO stock_elsewhere (sku, asked) VALUES (?, ?) ON CONFLICT (sku) DO UPDATE SET asked = excluded.asked");
	const put = db.prepare(
		`INSERT INTO stock_elsewhere (sku, at, body) VALUES (?, ?, ?)
		 ON CONFLICT (sku) DO UPDATE SET at = excluded.at, body = excluded.body WHERE at IS NULL OR at <= excluded.at`,
	);
	const forget = db.prepare(
		`DELETE FROM stock_elsewhere WHERE (SELECT count(*) FROM stock_elsewhere) > ${keptMost}
		 AND sku IN (SELECT sku FROM stock_elsewhere ORDER BY coalesce(at, asked) LIMIT 50)`,
	);
	return {
		ask: (sku: string, at: Instant): void => void ask.run(sku, at),
		/** An older answer than the one that is kept changes nothing. */
		put(figures: StockElsewhere): void {
			put.run(figures.sku, figures.at, JSON.stringify(figures));
			forget.run();
		},
	};
}
