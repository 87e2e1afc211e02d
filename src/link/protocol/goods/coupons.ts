import { z } from "zod";
import { couponKinds } from "../../../words/tills/coupon.ts";
import { count, instant, minor, name, sku, text } from "../nouns.ts";

const skus = z.array(sku).max(1_000);

export const coupon = z.object({
	id: name,
	code: name,
	name: text.optional(),
	what: z.enum(couponKinds),
	amountMinor: minor.min(0),
	currency: name.optional(),
	skus: skus.optional(),
	pieces: count.optional(),
	conditions: z
		.object({ minAmountMinor: minor.optional(), member: z.boolean().optional(), tier: name.optional(), skus: skus.optional() })
		.optional(),
	from: instant,
	until: instant,
	perMember: count.optional(),
	total: count,
});

export const couponLease = z.object({ id: name, coupon: name, quantity: count, expiresAt: instant, inc: count });
