import { z } from "zod";
import { name as storeName } from "../../../link/protocol/ids.ts";
import { longestLineName, returnConditions } from "../../../words/tills/return.ts";

const amount = z.int().min(1).max(1e12);

/** `line`: STORE/TILL/SALE/NUMBER or order/ORDER/SKU. `store`: sellable goods go on hand there. */
export const returnBody = z
	.strictObject({
		id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "1 to 64 letters, digits, . _ or -"),
		line: z.string().min(1).max(longestLineName),
		quantity: amount.optional(),
		milligrams: amount.optional(),
		condition: z.enum(returnConditions),
		store: storeName.optional(),
		reason: z
			.string()
			.trim()
			.min(1)
			.max(200)
			.regex(/^[^\p{Cc}]*$/u, "no control characters")
			.optional(),
	})
	.refine(({ quantity, milligrams }) => (quantity === undefined) !== (milligrams === undefined), {
		path: ["quantity"],
		message: "give a number of pieces, or milligrams of a weighed article: one of them",
	});

/** `after`: the `n` of the last one seen. */
export const returnsQuery = z.strictObject({
	store: storeName.optional(),
	after: z.coerce.number().int().min(0).default(0),
	limit: z.coerce.number().int().min(1).max(1_000).default(200),
});
