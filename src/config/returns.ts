import { z } from "zod";

/** On which terms customers bring goods back. */
export const returns = z
	.strictObject({
		days: z.number().int().min(1).max(3_650).default(30).meta({ description: "Days after a sale within which its goods are taken back." }),
	})
	.prefault({})
	.meta({ description: "Terms on which customers bring goods back." });
