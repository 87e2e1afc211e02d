import { type Article, barcodesOf } from "../../words/article.ts";
import type { StopSale } from "../../words/streams/stop-sale.ts";
import type { Instant } from "../../words/time.ts";
import type { Connection } from "../file/open.ts";
import type { Memory } from "../memory.ts";

interface Row {
	id: string;
	gtin: string;
	lot: string | null;
	reason: string;
	at: string;
}
const toStop = ({ id, gtin, lot, reason, at }: Row): StopSale => ({ id, gtin, ...(lot !== null && { lot }), reason, at });

export function readStopSales(db: Connection, memory: Pick<Memory, "keep">) {
	const get = db.prepare<[string], Row>("SELECT id, gtin, lot, reason, at FROM stop_sale WHERE id = ?");
	const of = db.prepare<[string], Row>("SELECT id, gtin, lot, reason, at FROM stop_sale WHERE ended IS NULL AND gtin = ? ORDER BY id");
	// Asked at every scan and every price. Mostly nothing is recalled, which the partial index answers in one step.
	const inForce = db.prepare<[], number>("SELECT 1 FROM stop_sale INDEXED BY stop_sale_in_force WHERE ended IS NULL LIMIT 1").pluck();
	const isAnyInForce = memory.keep("stop-sales", () => inForce.get() !== undefined);
	const list = db.prepare<[string, number], Row>(
		"SELECT id, gtin, lot, reason, at FROM stop_sale WHERE ended IS NULL AND id > ? ORDER BY id LIMIT ?",
	);
	return {
		get(id: string): StopSale | undefined {
			const row = get.get(id);
			return row && toStop(row);
		},
		/** Whether any is in force. */
		any: isAnyInForce,
		/** Orders in force for all lots and barcodes of the article, and for the barcode that was scanned (14 digits). */
		of(article: Article | undefined, gtin?: string): StopSale[] {
			if (!isAnyInForce()) return [];
			const gtins = article ? barcodesOf(article) : new Set<string>();
			if (gtin !== undefined) gtins.add(gtin);
			return [...gtins].flatMap((each) => of.all(each).map(toStop));
		},
		/** In force, by id. */
		list: (after: string, limit: number): StopSale[] => list.all(after, limit).map(toStop),
	};
}

export function writeStopSales(db: Connection, memory: Pick<Memory, "changed">) {
	const put = db.prepare("INSERT INTO stop_sale (id, gtin, lot, reason, at) VALUES (?, ?, ?, ?, ?)");
	const end = db.prepare("UPDATE stop_sale SET ended = ? WHERE id = ? AND ended IS NULL");
	return {
		put({ id, gtin, lot, reason, at }: StopSale): void {
			put.run(id, gtin, lot ?? null, reason, at);
			memory.changed("stop-sales");
		},
		/** False when no such order is in force. */
		end(id: string, at: Instant): boolean {
			const { changes } = end.run(at, id);
			memory.changed("stop-sales");
			return changes === 1;
		},
	};
}
