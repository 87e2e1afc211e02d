import { z } from "zod";
import { hasRightCheckDigit } from "../../../../drivers/scanner/gs1/gtin.ts";
import { isCurrency } from "../../../words/prices/currency.ts";
import { couponCodePattern, couponKinds } from "../../../words/tills/coupon.ts";
import { instant, minor, sku, text } from "../schemas.ts";

const skus = z.array(sku).min(1).max(1_000);
const many = z.int().min(1).max(1e9);

/** A campaign. `amount`: so much off; `articles`: so much off each piece of `skus`; `article-for`: a piece of them costs so much. */
export const couponBody = z
	.strictObject({
		id: z.string().regex(/^[A-Za-z0-9._-]{1,48}$/, "1 to 48 letters, digits, . _ or -"),
		code: z
			.string()
			.regex(couponCodePattern, "13 digits (a GCN), 8110:COMPANY:OFFER, 8112:FUNDER:OFFER, or 1 to 48 letters, digits, . _ or -")
			.refine((code) => !/^\d{13}$/.test(code) || hasRightCheckDigit(code), "a GCN whose check digit is wrong"),
		name: text.min(1).optional(),
		what: z.enum(couponKinds),
		amountMinor: minor,
		currency: z.string().refine(isCurrency, "an ISO 4217 code such as EUR").optional(),
		skus: skus.optional(),
		pieces: z.int().min(1).max(1_000).optional(),
		conditions: z
			.strictObject({
				minAmountMinor: minor.optional(),
				member: z.boolean().optional(),
				tier: text.min(1).max(32).optional(),
				skus: skus.optional(),
			})
			.optional(),
		from: instant,
		until: instant,
		perMember: many.optional(),
		total: many,
	})
	.superRefine(({ what, skus: of, pieces, amountMinor, from, until }, context) => {
		const say = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
		if (until <= from) say("until", "is not after `from`");
		if (what === "amount" && of) say("skus", "only of `articles` and `article-for`");
		if (what === "amount" && pieces !== undefined) say("pieces", "only of `articles` and `article-for`");
		if (what !== "amount" && !of) say("skus", "names the articles that the coupon is for");
		if (what !== "article-for" && amountMinor === 0) say("amountMinor", "takes nothing off");
	});
