import type { HourSold } from "../../words/replenishment/demand.ts";
import type { ShelfFill } from "../../words/replenishment/shelf-plan.ts";
import type { Instant } from "../../words/time.ts";
import type { Connection } from "../file/open.ts";

interface Row {
	fill: string;
	place: string;
	n: number;
	sku: string;
	quantity: number;
	on_shelf: number;
	at: string;
}
const toFill = ({ fill, place, sku, quantity, on_shelf, at }: Row): ShelfFill => ({ fill, place, sku, quantity, onShelf: on_shelf, at });

/** Movements that take goods off a shelf. */
const sold = "('sale', 'online-sale', 'pick')";
/** Movements that do not show on the shelf: a count corrects the books, deliveries and transfers go through the back room. */
const notOnShelf = "('count', 'receive', 'transfer', 'correction')";

/** Fillings of shelves, and what was sold of an article, for replenishment. */
export function readShelfFills(db: Connection) {
	const get = db.prepare<[string], Row>("SELECT * FROM shelf_fill WHERE fill = ?");
	const newest = db.prepare<[string], Row>("SELECT * FROM shelf_fill WHERE place = ? ORDER BY n DESC LIMIT 1");
	const since = db.prepare<[string, string], { n: number | null }>(
		`SELECT sum(quantity) AS n FROM movement WHERE sku = ? AND reason NOT IN ${notOnShelf} AND occurred_at > ?`,
	);
	const first = db.prepare<[], { at: string | null }>(`SELECT min(occurred_at) AS at FROM movement WHERE reason IN ${sold}`);
	const byHour = db.prepare<{ sku: string; now: string; from: string }, HourSold>(
		`SELECT CAST((julianday(@now) - julianday(occurred_at)) / 7 AS INTEGER) AS weeksAgo,
		 CAST(strftime('%w', occurred_at) AS INTEGER) * 24 + CAST(strftime('%H', occurred_at) AS INTEGER) AS hourOfWeek,
		 -sum(quantity) AS quantity
		 FROM movement WHERE sku = @sku AND reason IN ${sold} AND occurred_at > @from AND occurred_at <= @now
		 GROUP BY 1, 2 HAVING sum(quantity) < 0`,
	);
	return {
		get(fill: string): ShelfFill | undefined {
			const row = get.get(fill);
			return row && toFill(row);
		},
		/** The newest filling of a place, and how many there were. */
		newest(place: string): { fill: ShelfFill; count: number } | undefined {
			const row = newest.get(place);
			return row && { fill: toFill(row), count: row.n };
		},
		/** The quantity that left the shelf after an instant; negative where more came back. */
		goneSince: (sku: string, at: Instant): number => -(since.get(sku, at)?.n ?? 0),
		/** When the first sale of all was; null: none yet. */
		firstSaleAt: (): Instant | null => first.get()?.at ?? null,
		/** Sold in each hour of the weeks before `now`, since `from`. */
		soldByHour: (sku: string, from: Instant, now: Instant): HourSold[] => byHour.all({ sku, from, now }),
	};
}

export function writeShelfFills(db: Connection) {
	const put = db.prepare("INSERT INTO shelf_fill (fill, place, n, sku, quantity, on_shelf, at) VALUES (?, ?, ?, ?, ?, ?, ?)");
	return {
		put({ fill, place, sku, quantity, onShelf, at }: ShelfFill, n: number): void {
			put.run(fill, place, n, sku, quantity, onShelf, at);
		},
	};
}
