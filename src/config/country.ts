import { z } from "zod";

/** Where the store is, as far as its law about tills goes. */
export const country = z
	.string()
	.regex(/^[A-Z]{2}$/, "must be two capital letters of ISO 3166, such as HR")
	.optional()
	.meta({
		description:
			"The store's country (ISO 3166). Where its law wants each sale signed (Croatia, Italy, Germany …) baskets are not settled " +
			"without a fiscal device among `devices`. Left out: they are, and the slip says that it is no fiscal receipt.",
	});
