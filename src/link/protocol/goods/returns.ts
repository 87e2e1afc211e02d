import { z } from "zod";
import { count, instant, minor, name, sku, text } from "../nouns.ts";

export const soldLine = z.object({
	sku,
	name: text.optional(),
	quantity: count.min(1),
	paidMinor: minor.nullable(),
	currency: name.nullable(),
	at: instant,
});

/** The right to take back some pieces of a line, on its way to one store. */
export const returnLease = z.object({
	id: text,
	ask: text,
	line: text,
	from: count,
	to: count,
	sold: soldLine,
	expiresAt: instant,
	inc: count,
});
