import { z } from "zod";
import { priceKinds } from "../../words/prices/price.ts";

/** The nouns inside records. Their bounds are wide: they refuse rubbish, and no unusual shop. */
export const text = z.string().max(1_024);
export const name = z.string().min(1).max(128);
export const sku = name;
export const instant = z.iso.datetime({ precision: 3 });
export const version = z.int().min(0);
export const count = z.int().min(0);
export const quantity = z.int();
export const millis = z.number().min(0);
/** Minor units of a currency. Negative for deposits returned and refunds. */
export const minor = z.int();

export const priceKind = z.enum(priceKinds);
const unitPrice = z.object({ amountMinor: minor, per: name });

export const movement = z.object({
	id: name,
	sku,
	quantity,
	occurredAt: instant,
	reference: text.optional(),
	origin: z.enum(["store", "hq"]),
	reason: z.enum(["sale", "return", "receive", "waste", "transfer", "correction", "shrinkage", "count", "pick", "put-back", "online-sale"]),
});

export const saleLine = z.object({ sku, quantity, amountMinor: minor, paidMinor: minor.optional(), name: text.optional() });

export const article = z.object({
	sku,
	name: text,
	version,
	gtin: z
		.string()
		.regex(/^\d{14}$/)
		.optional(),
	gtins: z.array(name).max(64).optional(),
	brand: text.optional(),
	netContent: text.optional(),
	category: text.optional(),
	weighed: z.boolean().optional(),
	depositMinor: minor.optional(),
	minimumAge: z.int().min(0).max(150).optional(),
	pieceMilligrams: z.int().min(1).optional(),
	pieceToleranceMilligrams: z.int().min(0).optional(),
	gone: z.literal(true).optional(),
});

const anyPrice = z.object({
	sku,
	version,
	kind: priceKind,
	amountMinor: minor.min(0),
	currency: z.string().regex(/^[A-Z]{3}$/),
	from: instant,
	until: instant.optional(),
	unitPrice: unitPrice.optional(),
	priorAmountMinor: minor.min(0).optional(),
	tier: z.string().min(1).max(64).optional(),
	fromQuantity: z.int().min(2).optional(),
	multiBuy: z.object({ quantity: z.int().min(2), amountMinor: minor.min(0) }).optional(),
	onlineAmountMinor: minor.min(0).optional(),
	riseWaitsMs: z.int().min(0).optional(),
	push: name.optional(),
});

export const priceBefore = z.object({ amountMinor: minor.min(0), currency: z.string().regex(/^[A-Z]{3}$/) });
/** Everybody's price of one piece. One that says whom else it is for is none: it must never be charged to everybody. */
export const price = anyPrice
	.refine(({ kind }) => kind !== "member", { path: ["kind"], message: "is a record of its own" })
	.refine(({ tier, fromQuantity }) => tier === undefined && fromQuantity === undefined, { message: "has a condition" });

/** The price of a member tier, or of each piece from a quantity on. A type of its own: builds that do not know it park it. */
export const conditionalPrice = anyPrice
	.refine(({ kind, tier }) => (kind === "member") === (tier !== undefined), { path: ["tier"], message: "goes with kind member" })
	.refine(({ tier, fromQuantity }) => tier !== undefined || fromQuantity !== undefined, { message: "has no condition" });

export const pushHead = z.object({ at: instant, changes: count, stores: z.union([z.literal("all"), z.array(name).max(1_000)]).optional() });

export const setting = z.object({
	name: z
		.string()
		.regex(/^[a-zA-Z0-9]+(\.[a-zA-Z0-9]+)*$/)
		.max(128),
	version,
	value: z.union([text, z.number(), z.boolean(), z.null()]),
});
