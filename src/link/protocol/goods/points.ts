import { z } from "zod";
import { count, instant, name } from "../nouns.ts";

export const pointsRule = z.object({
	id: name,
	currency: z.string().regex(/^[A-Z]{3}$/),
	minorPerPoint: count.min(1),
	pointMinor: count.min(1),
	from: instant,
});

export const pointsLease = z.object({ id: name, member: name, points: count, expiresAt: instant, inc: count, shown: count });
