import { z } from "zod";
import type { OrderAct } from "../../../words/orders/machine.ts";
import { type OrderPlacement, orderKinds, substitutions } from "../../../words/orders/order.ts";
import { instant, name, quantity, sku, text } from "../nouns.ts";

const amount = quantity.min(1);

/** An online order on its way to the store that shall pick it. */
export const orderPlacement = z.object({
	id: name,
	kind: z.enum(orderKinds),
	at: instant,
	by: text,
	lines: z
		.array(z.object({ sku, quantity: amount, weighed: z.literal(true).optional(), substitution: z.enum(substitutions) }))
		.min(1)
		.max(200),
	takes: z.array(z.object({ grant: name, sku, quantity: amount })).max(2_000),
	codeHash: z.string().regex(/^[0-9a-f]{64}$/),
	member: name.optional(),
	acceptBy: instant.optional(),
	readyBy: instant.optional(),
	collectBy: instant.optional(),
});

const act = <A extends string, S extends z.ZodRawShape>(kind: A, shape: S) => z.object({ act: z.literal(kind), ...shape });

/** A step that the store has taken with an order. */
export const orderAct = z.discriminatedUnion("act", [
	act("accept", {}),
	act("refuse", { why: text }),
	act("pick", { sku, quantity: amount, instead: sku.optional() }),
	act("short", { sku, why: text }),
	act("ready", {}),
	act("hand-over", {}),
	act("shelve", { sku, quantity: amount }),
	act("cancel", { why: text }),
	act("expire", { why: text }),
]);

/** Fail to compile when words and wire part. */
export const placementAgrees: OrderPlacement extends z.input<typeof orderPlacement> ? true : never = true;
export const actAgrees: OrderAct extends z.input<typeof orderAct> ? true : never = true;
