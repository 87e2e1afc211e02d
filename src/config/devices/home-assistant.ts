import { z } from "zod";

/** Home Assistant, which finds things by its discovery topics. */
export const homeAssistant = z
	.strictObject({
		prefix: z
			.string()
			.regex(/^[a-z0-9_-]{1,32}$/, "must be small letters, digits, _ and -, at most 32")
			.default("homeassistant")
			.meta({ description: "Home Assistant's discovery prefix." }),
		labels: z.boolean().default(false).meta({ description: "Whether the battery of each label is announced, too." }),
	})
	.optional()
	.meta({
		description:
			"Announces shelves, temperatures, doors and alarms to Home Assistant, which reads them with an account of the kind viewer. " +
			"Left out: nothing is announced, and what was is withdrawn.",
	});
