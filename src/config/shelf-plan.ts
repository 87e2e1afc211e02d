import { z } from "zod";

const position = z.strictObject({
	place: z
		.string()
		.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, "1 to 32 letters, digits, _ or -")
		.meta({ description: "Name of the place, as on the plan: A1-3." }),
	sku: z.string().min(1).max(64).meta({ description: "What stands there." }),
	capacity: z
		.number()
		.int()
		.positive()
		.max(1_000_000_000)
		.meta({ description: "The most that stands there: pieces, or milligrams of weighed goods." }),
	minimum: z.number().int().min(0).default(0).meta({ description: "So many or fewer are too few." }),
	facings: z.number().int().positive().max(1_000).optional().meta({ description: "Pieces side by side." }),
});

/** The shelf plan, in the order in which one walks. */
export const shelfPlan = z
	.array(position)
	.max(20_000)
	.superRefine((positions, context) => {
		const places = new Set<string>();
		positions.forEach(({ place, capacity, minimum }, at) => {
			if (places.has(place)) context.addIssue({ code: "custom", path: [at, "place"], message: `the place ${place} is planned twice` });
			places.add(place);
			if (minimum >= capacity) context.addIssue({ code: "custom", path: [at, "minimum"], message: "must be below the capacity" });
		});
	})
	.default([])
	.meta({ description: "Places on the shelves and what they hold, in walking order: `gondola replenishment` says what to bring where." });
