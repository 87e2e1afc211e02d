import { z } from "zod";
import { hasRightCheckDigit } from "../../../drivers/scanner/gs1/gtin.ts";
import { name as storeName } from "../../link/protocol/ids.ts";
import { assertionSchema } from "../../trust/approvers.ts";
import { orderKinds, orderStates, substitutions } from "../../words/orders/order.ts";
import { isCurrency } from "../../words/prices/currency.ts";
import { priceKinds } from "../../words/prices/price.ts";
import { movementReasons } from "../../words/stock.ts";
import { eventTypes, noSuchType } from "../../words/streams/event-streams.ts";
import { isVisible } from "../../words/text.ts";
import { isTimeZone } from "../../words/time.ts";
import { isClockTime, isWallTime } from "../../words/wall-time.ts";
import { riseWaitOf } from "../catalog/rise-wait.ts";
import { endsAfter } from "../catalog/times.ts";
import { wavesBody, wavesQuery } from "../catalog/waves/asked-waves.ts";

const id = z.string().regex(/^[A-Za-z0-9._:-]{1,48}$/, "1 to 48 letters, digits, . _ : or -");
export const text = z
	.string()
	.max(200)
	.regex(/^[^\0-\x1f\x7f]*$/, "no control characters");
export const sku = text.min(1).max(64);
const articleName = text.refine(isVisible, "a name with at least one letter, digit or sign");
export const minor = z.int().min(0).max(1e12);
/** Any RFC 3339 time, converted to UTC with milliseconds. */
export const instant = z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString());
/** Barcodes that are not GTINs are reported for each change, as for a file. */
const gtin = z.string().max(64);

/**
 * Year 2569 is 2026 by the Buddhist calendar, 115 by the Republic of China's. A far year, such as 2999 or 9999, is how "no end" is
 * written.
 */
const isThisCalendar = (time: string): boolean => /^(?!2[56])[2-9]\d{3}-/.test(time);

/** An instant, a time by the store's own clock (2026-12-01, 2026-12-01T06:00), or its next 06:00. */
const time = z.string().transform((text, context) => {
	if (isClockTime(text)) return text;
	const read = isWallTime(text) ? { success: true, data: text } : instant.safeParse(text);
	if (read.data !== undefined && isThisCalendar(read.data)) return read.data;
	if (read.success) context.addIssue({ code: "custom", message: "is not a year of this calendar; write it as in 2026" });
	else
		context.addIssue({
			code: "custom",
			message: "a time with its zone (2026-12-01T06:00:00Z), or one of each store's own: 2026-12-01, 2026-12-01T06:00, 06:00",
		});
	return z.NEVER;
});
const edge = time.refine((text) => !isClockTime(text), "a day or a time of a day, such as 2026-12-01 or 2026-12-01T06:00");

/** How long the rises of a push wait for labels at most, in milliseconds. */
const riseWait = z.union([z.string().max(20), z.int()]).transform((asked, context) => {
	const ms = riseWaitOf(asked);
	if (ms !== undefined) return ms;
	context.addIssue({ code: "custom", message: "a duration such as 90s, 10m, 2h, 1d or PT10M, at most 30 days; 0: do not wait" });
	return z.NEVER;
});

const currency = z.string().refine(isCurrency, "an ISO 4217 code such as EUR");

const stores = z.union([z.literal("all"), z.array(storeName).min(1).max(10_000)]);
const per = z.enum(["kg", "l", "m", "m2", "piece", "dose"]);
const kind = z.enum(priceKinds);
const pieces = z.int().min(1).max(1e6);

const change = z
	.strictObject({
		sku,
		amountMinor: minor,
		currency,
		kind: kind.default("regular"),
		from: edge.optional(),
		until: edge.optional(),
		unitAmountMinor: minor.optional(),
		unitPer: per.optional(),
		priorAmountMinor: minor.optional(),
		/** Tier of a member price. */
		tier: text.min(1).max(32).optional(),
		/** The amount is per piece from this quantity on. */
		fromQuantity: pieces.optional(),
		multiBuy: z.strictObject({ quantity: pieces, amountMinor: minor }).optional(),
		onlineAmountMinor: minor.optional(),
		/** Null removes the barcodes. */
		gtin: gtin.nullable().optional(),
		gtins: z.array(gtin).max(64).nullable().optional(),
		name: articleName.optional(),
		brand: text.optional(),
		netContent: text.optional(),
		unit: z.enum(["piece", "kg"]).optional(),
		category: text.optional(),
		depositMinor: minor.optional(),
		/** Years; 0 for none. */
		minimumAge: z.int().min(0).max(99).optional(),
		pieceMilligrams: z.int().min(1).max(1e12).optional(),
		pieceToleranceMilligrams: z.int().min(0).max(1e12).optional(),
	})
	.refine((c) => c.from === undefined || c.until === undefined || endsAfter(c.from, c.until), {
		path: ["until"],
		message: "must be after from",
	});
export type Change = z.output<typeof change>;

/** Null removes a member. */
export const articleBody = z
	.strictObject({
		name: articleName.optional(),
		brand: text.nullable().optional(),
		netContent: text.nullable().optional(),
		category: text.nullable().optional(),
		unit: z.enum(["piece", "kg"]).optional(),
		gtin: gtin.nullable().optional(),
		gtins: z.array(gtin).max(64).nullable().optional(),
		depositMinor: minor.nullable().optional(),
		minimumAge: z.int().min(0).max(99).nullable().optional(),
		pieceMilligrams: z.int().min(1).max(1e12).nullable().optional(),
		pieceToleranceMilligrams: z.int().min(0).max(1e12).nullable().optional(),
	})
	.refine((fields) => Object.keys(fields).length > 0, "says nothing");

/** Either stores or one group of them. */
const target = { stores: stores.optional(), group: storeName.optional() };

/** The answer of a browser when the approver's passkey has signed; `at` is that of the options. */
export const approvalGiven = z
	.strictObject({
		at: z.iso.datetime(),
		answer: z.object({ id: assertionSchema.shape.id, response: z.object(assertionSchema.omit({ id: true }).shape) }),
	})
	.optional();
export const releaseBody = z.strictObject({ approval: approvalGiven });
const box = z
	.string()
	.regex(/^[0-9a-f]{16}$/, "the box as quarantine names it")
	.optional();
export const incarnationBody = z.strictObject({ box, approval: approvalGiven });
export const placeBody = z.discriminatedUnion("does", [
	z.strictObject({ does: z.literal("swap"), box }),
	z.strictObject({ does: z.literal("end") }),
]);

export const pushBody = z
	.strictObject({
		id,
		...target,
		effectiveAt: time.optional(),
		riseWaitsAtMost: riseWait.optional(),
		waves: wavesBody.optional(),
		changes: z.array(change).min(1).max(500_000),
	})
	.refine(({ stores: some, group }) => (some === undefined) !== (group === undefined), {
		path: ["stores"],
		message: 'say whom it is for: stores, "all", or a group',
	});

const flag = z.enum(["true", "false"]).transform((word) => word === "true");
/** Query parameters of every push, in JSON or as a file. */
const pushOptions = { dryRun: flag.default(false), allOrNothing: flag.default(false) };
export const jsonPushQuery = z.strictObject(pushOptions);

export const csvQuery = z
	.strictObject({
		...pushOptions,
		id,
		stores: z
			.string()
			.transform((list) => (list === "all" ? list : list.split(",").map((one) => one.trim())))
			.pipe(stores)
			.optional(),
		group: storeName.optional(),
		effectiveAt: time.optional(),
		riseWaitsAtMost: riseWait.optional(),
		mapping: z.string().max(8_192).optional(),
		/** Answers once the file has come; what became of it is asked of the push's progress. */
		later: flag.default(false),
		...wavesQuery,
	})
	.refine(({ stores: some, group }) => some === undefined || group === undefined, {
		path: ["group"],
		message: "name either stores or a group",
	});

/** Some of a push's articles; left out: all of them. */
export const someRowsBody = z.strictObject({ skus: z.array(sku).min(1).max(100_000).optional() }).default({});
export const endBody = z
	.strictObject({
		skus: z.array(sku).min(1).max(100_000).optional(),
		at: instant.refine(isThisCalendar, "is not a year of this calendar; write it as in 2026").optional(),
	})
	.default({});

const percent = z.number().min(0).max(1e6).nullable().optional();
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 22:00");
/** Null switches a rail off; what is left out stays. */
export const railsBody = z
	.strictObject({
		currencies: z.array(currency).max(50).optional(),
		minAmountMinor: minor.nullable().optional(),
		maxAmountMinor: minor.nullable().optional(),
		maxRisePercent: percent,
		maxCutPercent: percent,
		clearance: z
			.strictObject({ maxCutPercent: z.number().min(0).max(1e6).optional() })
			.nullable()
			.optional(),
		maxSharePerHourPercent: percent,
		quietHours: z.strictObject({ from: clock, to: clock }).nullable().optional(),
	})
	.refine((rails) => Object.keys(rails).length > 0, "says nothing");
export const railsQuery = z.strictObject({ store: storeName.optional() });
export const proposalParams = z.strictObject({ proposal: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });

const limit = z.coerce.number().int().min(1).max(1_000);
const place = z.coerce.number().int().min(0);
export const byNameQuery = z.strictObject({ after: z.string().max(128).default(""), limit: limit.default(200) });
/** `query`: part of a name or SKU, or a whole barcode. `after`: the SKU of the last one seen. */
export const articlesQuery = z.strictObject({
	query: text.min(1).optional(),
	after: z.string().max(128).default(""),
	limit: limit.default(200),
});
/** `after`: the `id` of the last one seen. */
export const differencesQuery = z.strictObject({
	after: z.string().max(300).default(""),
	limit: limit.default(200),
	store: storeName.optional(),
});
/** `newest`: backwards from the last one; `after` is then the last one seen. */
export const factsQuery = z.strictObject({
	after: place.optional(),
	limit: limit.default(200),
	type: z
		.string()
		.refine((type) => eventTypes.includes(type), { error: ({ input }) => noSuchType(String(input)) })
		.optional(),
	newest: flag.default(false),
});
/** `totals`: sums over the stores in place of a row for each of them. */
export const pushesQuery = z.strictObject({ after: place.optional(), limit: limit.default(20), totals: flag.default(false) });
export const matrixQuery = z.strictObject({ push: z.string().max(64).optional(), limit: limit.default(20) });
export const noQuery = z.strictObject({});

export const enrollBody = z.strictObject({
	id: storeName,
	replace: z.boolean().default(false),
	/** The code is wanted as a picture, too. */
	qr: z.boolean().default(false),
	timeZone: z.string().refine(isTimeZone, "a place such as Europe/Zagreb").optional(),
	approval: approvalGiven,
});
export const movementBody = z.strictObject({
	id: text.min(1).max(96),
	sku,
	quantity: z.int().min(-1e12).max(1e12),
	reason: z.enum(movementReasons as [string, ...string[]]),
	occurredAt: instant,
	reference: text.optional(),
});
/** An order that is sold at once. */
export const orderBody = z.strictObject({
	id,
	store: storeName,
	lines: z
		.array(z.strictObject({ sku, quantity: z.int().min(1).max(1e12) }))
		.min(1)
		.max(1_000),
});
export const grantBody = z.strictObject({ id, sku, wanted: z.int().min(1).max(1e12), expiresAt: instant.optional() });

const amount = z.int().min(1).max(1e12);
/** An order that the store picks and hands over. */
export const placedOrderBody = z.strictObject({
	id: id.max(48),
	store: storeName,
	kind: z.enum(orderKinds),
	lines: z
		.array(
			z
				.strictObject({
					sku,
					quantity: amount.optional(),
					milligrams: amount.optional(),
					substitution: z.enum(substitutions).default("none"),
				})
				.refine((line) => (line.quantity === undefined) !== (line.milligrams === undefined), "give either quantity or milligrams"),
		)
		.min(1)
		.max(200),
	acceptBy: instant.optional(),
	readyBy: instant.optional(),
	collectBy: instant.optional(),
	member: text.min(1).max(96).optional(),
});
export const cancelBody = z.strictObject({ why: text.min(1).max(200).optional() }).default({});
export const ordersQuery = z.strictObject({
	store: storeName.optional(),
	state: z.enum([...orderStates, "open"]).optional(),
	after: z.string().max(128).default(""),
	limit: limit.default(200),
});
/** `gtin`: 8, 12, 13 or 14 digits with their check digit. */
export const recallBody = z.strictObject({
	id,
	gtin: z
		.string()
		.regex(/^(\d{8}|\d{12,14})$/, "8, 12, 13 or 14 digits")
		.refine(hasRightCheckDigit, "its check digit is wrong")
		.transform((digits) => digits.padStart(14, "0")),
	// GS1 General Specifications, AI (10) and figure 7.11-1: another lot is on no code, and would stop nothing.
	lot: z
		.string()
		.regex(/^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/, "1 to 20 characters that a GS1 lot may have: letters, digits and signs, no blanks")
		.optional(),
	reason: text.min(1),
});
