import { z } from "zod";
import { name as storeName } from "../../link/protocol/ids.ts";
import { isCurrency } from "../../words/prices/currency.ts";
import { movementReasons } from "../../words/stock.ts";
import { readGtin } from "../csv/row.ts";

const id = z.string().regex(/^[A-Za-z0-9._:-]{1,48}$/, "1 to 48 letters, digits, . _ : or -");
const text = z
	.string()
	.max(200)
	.regex(/^[^\0-\x1f\x7f]*$/, "no control characters");
const sku = text.min(1).max(64);
const minor = z.int().min(0).max(1e12);
/** Any RFC 3339 time, told as the house writes them: UTC, milliseconds. */
const instant = z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString());
const gtin = z.string().transform((code, context) => {
	const read = readGtin(code);
	if (read !== undefined) return read;
	context.addIssue({ code: "custom", message: "not a GTIN with a right check digit" });
	return z.NEVER;
});

const currency = z.string().refine(isCurrency, "an ISO 4217 code such as EUR");

const stores = z.union([z.literal("all"), z.array(storeName).min(1).max(10_000)]);
const per = z.enum(["kg", "l", "m", "m2", "piece", "dose"]);
const kind = z.enum(["regular", "promotion", "clearance"]);

const change = z
	.strictObject({
		sku,
		amountMinor: minor,
		currency,
		kind: kind.default("regular"),
		from: instant.optional(),
		until: instant.optional(),
		unitAmountMinor: minor.optional(),
		unitPer: per.optional(),
		priorAmountMinor: minor.optional(),
		gtin: gtin.optional(),
		gtins: z.array(gtin).max(64).optional(),
		name: text.min(1).optional(),
		brand: text.optional(),
		netContent: text.optional(),
		unit: z.enum(["piece", "kg"]).optional(),
		category: text.optional(),
		depositMinor: minor.optional(),
		pieceMilligrams: z.int().min(1).max(1e12).optional(),
	})
	.refine((c) => c.from === undefined || c.until === undefined || c.until > c.from, { path: ["until"], message: "must be after from" });
export type Change = z.output<typeof change>;

export const pushBody = z.strictObject({
	id,
	stores,
	effectiveAt: instant.optional(),
	changes: z.array(change).min(1).max(500_000),
});

const flag = z.enum(["true", "false"]).transform((word) => word === "true");
/** Of every push, whatever its body is. */
const pushOptions = { dryRun: flag.default(false), allOrNothing: flag.default(false) };
export const jsonPushQuery = z.strictObject(pushOptions);

export const csvQuery = z.strictObject({
	...pushOptions,
	id,
	stores: z
		.string()
		.default("all")
		.transform((list) => (list === "all" ? list : list.split(",").map((one) => one.trim())))
		.pipe(stores),
	effectiveAt: instant.optional(),
	mapping: z.string().max(8_192).optional(),
});

const limit = z.coerce.number().int().min(1).max(1_000);
const place = z.coerce.number().int().min(0);
export const byNameQuery = z.strictObject({ after: z.string().max(128).default(""), limit: limit.default(200) });
export const factsQuery = z.strictObject({ after: place.default(0), limit: limit.default(200), type: z.string().max(64).optional() });
export const pushesQuery = z.strictObject({ after: place.optional(), limit: limit.default(20) });
export const matrixQuery = z.strictObject({ push: z.string().max(64).optional(), limit: limit.default(20) });
export const noQuery = z.strictObject({});

export const enrollBody = z.strictObject({ id: storeName, replace: z.boolean().default(false) });
export const movementBody = z.strictObject({
	id: text.min(1).max(96),
	sku,
	quantity: z.int().min(-1e12).max(1e12),
	reason: z.enum(movementReasons as [string, ...string[]]),
	occurredAt: instant,
	reference: text.optional(),
});
export const orderBody = z.strictObject({
	id,
	store: storeName,
	lines: z
		.array(z.strictObject({ sku, quantity: z.int().min(1).max(1e12) }))
		.min(1)
		.max(1_000),
});
export const grantBody = z.strictObject({ id, sku, wanted: z.int().min(1).max(1e12), expiresAt: instant.optional() });
