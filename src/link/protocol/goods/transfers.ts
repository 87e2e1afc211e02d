import { z } from "zod";
import { count, instant, name, quantity, sku, text } from "../nouns.ts";

export const transferLines = z.array(z.object({ sku, quantity: count })).max(1_000);

/** Goods that one store shall send to another. */
export const transferPlan = z.object({ id: name, from: name, to: name, lines: transferLines, at: instant, by: text });

/** The stock of an article in other stores. */
export const stockElsewhere = z.object({
	sku,
	unit: z.enum(["piece", "milligram"]),
	at: instant,
	stores: z.array(z.object({ store: name, onHand: quantity, available: quantity, asOf: instant.nullable() })).max(100),
	more: count,
});
