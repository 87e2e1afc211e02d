/** Alarms of head office about a store's stock: what they name. The sentences are in alarms/sentences.ts. */
import type { StockRow } from "../../link/protocol/messages.ts";
import { endAlarms, type NewAlarm } from "../alarms/standing-alarms.ts";
import type { Queries } from "../database/database.ts";
import { type Differing, sentenceOf } from "./differing-movements.ts";

export const stockDiffers = "stock-differs";
const movementDiffers = "movement-differs";

export interface ArticleName {
	name?: string | undefined;
	weighed?: boolean | undefined;
}

export async function namesOf(db: Queries, skus: readonly string[]): Promise<Map<string, ArticleName>> {
	if (skus.length === 0) return new Map();
	const rows = await db.query<{ sku: string; body: string }>("SELECT sku, body FROM article WHERE sku = ANY($1)", [[...new Set(skus)]]);
	return new Map(
		rows.map(({ sku, body }) => {
			const { name, weighed } = JSON.parse(body) as ArticleName;
			return [sku, { name, weighed }];
		}),
	);
}

const milligramsPerKilogram = 1_000_000;
const said = (quantity: number, weighed = false): string => (weighed ? `${quantity / milligramsPerKilogram} kg` : String(quantity));

export function stockAlarmOf(store: string, found: ArticleName & { sku: string; ours: StockRow; theirs: StockRow }): NewAlarm {
	const { sku, name = sku, weighed, ours, theirs } = found;
	const facts = {
		name,
		sku,
		ours: said(ours[1], weighed),
		theirs: said(theirs[1], weighed),
		oursCounted: ours[2] ?? "",
		theirsCounted: theirs[2] ?? "",
	};
	return { code: stockDiffers, store, subject: sku, facts };
}

/** For movements with one id and two contents. */
export async function movementAlarms(tx: Queries, store: string, differing: readonly Differing[]): Promise<NewAlarm[]> {
	const names = await namesOf(
		tx,
		differing.map(({ movement }) => movement.sku),
	);
	return differing.map((each) => {
		const { id, sku } = each.movement;
		return {
			code: movementDiffers,
			store,
			subject: id,
			facts: { movement: id, sku, name: names.get(sku)?.name ?? sku, why: sentenceOf(each) },
		};
	});
}

/** A count settles the stock of its article at both ends. */
export const endStockAlarms = (tx: Queries, store: string, counted: readonly string[]): Promise<void> =>
	endAlarms(
		tx,
		counted.map((sku) => `${stockDiffers}:${store}:${sku}`),
	);
