import { z } from "zod";
import type { WeighingShelf } from "../words/answers/shelves.ts";
import { labelIdOf } from "../words/label.ts";
import { priceKinds } from "../words/prices/price.ts";
import { movementReasons } from "../words/stock.ts";
import { isWallTime } from "../words/wall-time.ts";

/**
 * Schemas of everything that the desk receives and returns. They have a registry of their own, because in `demo` head office
 * registers its schemas in the same process.
 */
export const shapes = z.registry<{ id?: string; description?: string; format?: string }>();

export function named<T extends z.ZodType>(id: string, schema: T): T {
	shapes.add(schema, { ...shapes.get(schema), id });
	return schema;
}

export function noted<T extends z.ZodType>(schema: T, description: string): T {
	const copy = schema.clone() as T;
	shapes.add(copy, { description });
	return copy;
}

export const integer = z.int();
export const instantOut = z.string().register(shapes, { format: "date-time", description: "RFC 3339, UTC, milliseconds" });
/** Any RFC 3339 offset is accepted; inside the program all instants are UTC with milliseconds, because they are compared as text. */
export const instantIn = z.iso
	.datetime({ offset: true, error: "an RFC 3339 time with its offset, like 2026-03-01T08:00:00Z" })
	.transform((text) => new Date(text).toISOString());
/** An instant, or a day or minute by the store's own clock ("2026-12-05", "2026-12-05T06:00"), which `instantOfWall` makes one. */
export const instantOrWallIn = z.union([instantIn, z.string().refine(isWallTime, "a date, or a time, that the calendar has")]);
/** Ids that are made outside (tills, printers, labels): no control characters, no spaces, bounded length. */
export const idIn = z.string().regex(/^[\x21-\x7e]{1,128}$/, "1 to 128 printable characters without spaces");
/** A label's number in any spelling, converted to the ledger's form. */
export const labelIdIn = idIn.transform((text) => labelIdOf(text) ?? text);
const skuIn = z.string().regex(/^[^\s\p{Cc}]{1,64}$/u, "1 to 64 characters without spaces");
export const articleKey = z.string().regex(/^[^\s\p{Cc}]{1,64}$/u, "a GTIN or SKU: 1 to 64 characters without spaces");

export const article = named(
	"Article",
	z
		.looseObject({ sku: z.string(), gtin: z.string().optional(), name: z.string() })
		.register(shapes, { description: "Further fields as head office sent them" }),
);

const unitPrice = named("UnitPrice", z.object({ amountMinor: integer, per: z.string() }));

const kind = z.enum(priceKinds);
const heldReason = named("HeldReason", z.object({ code: z.string(), reason: z.string() }));

/** Version, amount and time of a price. */
const priceTerms = {
	version: integer,
	kind,
	amountMinor: integer,
	currency: z.string(),
	from: instantOut,
	until: instantOut.nullable(),
};

const multiBuy = z.object({ quantity: integer, amountMinor: integer });
/** For whom a price is, where it is not everybody's price of one piece, with its multi-buy and online price. */
const conditions = {
	tier: z.string().optional(),
	fromQuantity: integer.optional(),
	multiBuy: multiBuy.optional(),
	onlineAmountMinor: integer.optional(),
};

export const heldPrice = named(
	"HeldPrice",
	z.object({
		...priceTerms,
		push: z.string().nullable(),
		since: instantOut,
		reasons: z.array(heldReason),
		...conditions,
	}),
);

export const pricedVersion = named(
	"PricedVersion",
	z.object({
		...priceTerms,
		unitPrice: unitPrice.optional(),
		priorAmountMinor: integer.optional(),
		push: z.string().nullable(),
		state: z.enum(["waiting", "in-force", "over", "held"]),
		heldSince: instantOut.optional(),
		reasons: z.array(heldReason).optional(),
		...conditions,
	}),
);

export const priceFreeze = named("PriceFreeze", z.object({ since: instantOut, by: z.string(), reason: z.string().nullable() }));

const advantagePrice = named(
	"AdvantagePrice",
	z.object({
		tier: z.string().nullable(),
		fromQuantity: integer,
		amountMinor: integer,
		unitPrice: unitPrice.nullable(),
		until: instantOut.nullable(),
		version: integer,
	}),
);

export const effectivePrice = named(
	"EffectivePrice",
	z.object({
		sku: z.string(),
		gtin: z.string().nullable(),
		name: z.string(),
		amountMinor: integer,
		currency: z.string(),
		kind: z.enum(priceKinds),
		unitPrice: unitPrice.nullable(),
		priorPrice: z.object({ amountMinor: integer }).nullable(),
		from: instantOut,
		until: instantOut.nullable(),
		version: integer,
		source: z.string(),
		held: noted(z.array(heldPrice), "Newer prices that exceed the store's guard rails and do not count; left out: none").optional(),
		frozenSince: noted(instantOut, "While prices are frozen: what was in force then is charged until the thaw").optional(),
		why: z.string(),
		multiBuy: noted(multiBuy.nullable(), "So many pieces together for less than one by one; null: no such offer"),
		fromQuantity: noted(integer, "Above 1: `amountMinor` is that of each piece from so many on, because so many were asked for"),
		tier: noted(z.string().nullable(), "Whose price counts; null: everybody's"),
		depositMinor: noted(integer.nullable(), "On top of each piece"),
		minimumAge: noted(integer.nullable(), "Years: the till asks a person whether the customer is old enough; null: anybody may buy it"),
		onlineAmountMinor: integer.nullable(),
		memberPrices: noted(z.array(advantagePrice), "Of the tiers that pay less than everybody"),
		quantityPrices: noted(z.array(advantagePrice), "Of each piece from so many on"),
		rise: noted(
			z.object({ version: integer, amountMinor: integer, since: instantOut, until: instantOut }),
			"The price in force that is not charged yet, because some label may still show the lower one; `until`: at the latest",
		).optional(),
		total: noted(
			z.object({ quantity: integer, amountMinor: integer, depositMinor: integer }),
			"Of the asked quantity, by the best of all that applies; left out where none was asked for",
		).optional(),
	}),
);

export const movementIn = named(
	"MovementIn",
	z
		.strictObject({
			id: idIn,
			sku: skuIn,
			quantity: noted(z.int().min(-1e12).max(1e12), "Pieces, or milligrams for weighed goods; signed, except for a count"),
			reason: z.enum(movementReasons),
			occurredAt: instantIn,
			reference: z.string().max(200).optional(),
		})
		.refine((movement) => movement.reason !== "count" || movement.quantity >= 0, { path: ["quantity"], error: "a count is not negative" }),
);

export const movement = named(
	"Movement",
	z.object({
		id: z.string(),
		sku: z.string(),
		quantity: integer,
		reason: z.enum([...movementReasons, "online-sale"]),
		occurredAt: instantOut,
		reference: z.string().optional(),
		origin: z.enum(["store", "hq"]),
	}),
);

export const onHand = named(
	"OnHand",
	z.object({
		sku: z.string(),
		gtin: z.string().nullable(),
		name: z.string().nullable(),
		unit: z.enum(["piece", "milligram"]),
		onHand: integer,
		staged: noted(integer, "Picked for online orders, not handed over yet; onHand = staged + granted + available"),
		granted: noted(integer, "Lent to HQ for online sales, still on the shelf"),
		reserved: noted(integer, "Of granted: promised to open orders"),
		available: integer,
		countedAt: instantOut.nullable(),
		lastMovementAt: instantOut.nullable(),
		needsCount: noted(z.literal(true), "The unit was changed: the numbers are in `unit`, the old one, until a count").optional(),
		quality: noted(integer, "Came back damaged or opened and waits for a decision; not on hand").optional(),
	}),
);

const labelStep = named("LabelStep", z.object({ version: integer, at: instantOut }));
export const labelStates = ["SHOWN", "PENDING", "STALE", "FAILED", "UNBOUND"] as const;

export const labelStatus = named(
	"Label",
	z.object({
		id: z.string(),
		sku: z.string().nullable(),
		name: z.string().nullable(),
		face: z.string().nullable(),
		model: z.string().nullable(),
		hwType: integer.nullable(),
		firmware: integer.nullable(),
		desired: labelStep.nullable(),
		sent: labelStep.nullable(),
		confirmed: labelStep.nullable(),
		state: z.enum(labelStates),
		proof: z
			.enum(["sent", "downloaded", "drawn"])
			.nullable()
			.register(shapes, { description: "How far the wanted picture is known to have come; only a panel that reports it proves `drawn`" }),
		trouble: z.string().nullable(),
		batteryMillivolts: integer.nullable(),
		rssi: integer.nullable(),
		temperatureCelsius: z.number().nullable(),
		lastCheckInAt: instantOut.nullable(),
		accessPoint: z.string().nullable(),
	}),
);

export const bindIn = named(
	"LabelBinding",
	z.strictObject({
		sku: skuIn.nullable().register(shapes, { description: "null unbinds the label" }),
		face: z.string().min(1).max(64).optional(),
		id: noted(idIn, "The act's id, made by the caller: the same one again changes nothing").optional(),
	}),
);

export const device = named(
	"Device",
	z.object({
		id: z.string(),
		family: z.enum(["scanner", "scale", "printer", "label", "fiscal", "mqtt"]),
		protocol: z.string(),
		address: z.string(),
		state: z.enum(["starting", "well", "troubled", "offline"]),
		trouble: z.string().nullable(),
		since: instantOut,
		lastHeardAt: instantOut.nullable(),
		detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
		remedy: z.object({ what: z.string(), do: z.string() }).nullable(),
	}),
);

const quantities = ["mass", "temperature", "humidity", "battery", "door", "button", "tag", "barcode", "signal", "voltage"] as const;
const sensor = z.object({
	sensor: z.string(),
	quantity: z.enum([...quantities, "presence", "other"]),
	unit: z.string().nullable(),
	value: z.union([z.number(), z.string(), z.null()]),
	at: instantOut.nullable(),
});
export const deviceWithSensors = named("DeviceWithSensors", device.extend({ sensors: z.array(sensor) }));

export const deviceTest = named(
	"DeviceTest",
	z.object({
		ok: z.boolean(),
		what: z.string(),
		do: z.string().optional(),
		job: z.string().optional().register(shapes, { description: "The print job of a printer's test slip" }),
	}),
);

export const deviceTrace = named(
	"DeviceTrace",
	z.object({
		items: z.array(z.object({ n: z.number(), direction: z.enum(["sent", "received"]), hex: z.string() })),
		next: z.number().register(shapes, { description: "For `after` of the next question" }),
		lost: z.number().register(shapes, { description: "Pieces that were dropped because nobody asked in time" }),
	}),
);

export const printIn = named(
	"PrintJobIn",
	z
		.strictObject({
			id: idIn,
			printer: idIn.optional(),
			document: z
				.string()
				.max(64 * 1024)
				.default("")
				.register(shapes, { description: "ReceiptLine markup; left out where only the drawer is to be opened" }),
			opensDrawer: z.boolean().default(false).register(shapes, { description: "Opens the cash drawer once, when the receipt is out" }),
		})
		.refine(({ document, opensDrawer }) => document !== "" || opensDrawer, {
			path: ["document"],
			message: "must not be empty unless opensDrawer is true",
		}),
);

export const printJob = named(
	"PrintJob",
	z.object({
		id: z.string(),
		printer: z.string(),
		document: z.string(),
		sku: noted(z.string().nullable(), "The article of a paper label; null: a receipt"),
		state: z.enum(["queued", "printing", "printed", "sent", "in-doubt", "void", "failed"]),
		why: z.string().nullable(),
		copy: integer,
		opensDrawer: z.boolean(),
		queuedAt: instantOut,
		changedAt: instantOut,
	}),
);

export const storeEvent = named(
	"Event",
	z
		.looseObject({ id: z.string(), seq: integer, type: z.string(), at: instantOut, quality: z.enum(["synced", "free-running", "guess"]) })
		.register(shapes, { description: "A fact, past tense, never edited; further fields by type" }),
);

export const alarm = named(
	"Alarm",
	z.object({
		id: z.string(),
		level: z.enum(["RED", "YELLOW", "BLUE"]),
		code: z.string(),
		subject: z.string(),
		what: z.string(),
		do: z.string(),
		healsByItself: z.boolean(),
		since: instantOut,
		count: integer,
		acknowledgedAt: instantOut.nullable(),
	}),
);

export const shelf: z.ZodType<WeighingShelf> = named(
	"Shelf",
	z.object({
		id: z.string(),
		sku: z.string().nullable(),
		name: z.string().nullable(),
		unit: z.enum(["piece", "milligram"]),
		onHand: integer.nullable(),
		scale: noted(
			z
				.object({ id: z.string(), state: z.enum(["starting", "well", "troubled", "offline"]), lastHeardAt: instantOut.nullable() })
				.nullable(),
			"What weighs it; while that is not `well`, the count may be old",
		),
		lastChange: z
			.object({
				because: z.string(),
				pieces: integer.nullable(),
				milligrams: integer,
				at: instantOut,
				candidates: noted(
					z.array(z.array(z.object({ sku: z.string(), pieces: integer }))),
					"Of several articles on one plate: what it may have been",
				),
			})
			.nullable(),
		others: noted(
			z.array(z.object({ sku: z.string(), name: z.string().nullable(), onHand: integer.nullable() })),
			"Further articles on the same plate",
		),
		open: noted(
			z.array(
				z.object({
					change: integer,
					at: instantOut,
					milligrams: integer,
					candidates: z.array(z.array(z.object({ sku: z.string(), pieces: integer }))),
				}),
			),
			"Changes for which a person can choose what it was (POST /api/v1/shelves/{shelf}/choose), the oldest first",
		),
		restocking: noted(z.object({ until: instantOut, by: z.string().nullable() }).nullable(), "Staff fills it just now"),
	}),
);

export const problem = named(
	"Problem",
	z.object({
		type: z.string(),
		title: z.string(),
		status: integer,
		detail: z.string(),
		code: z.string(),
		errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
	}),
);

export function listOf<T extends z.ZodType>(item: T) {
	return z.object({
		items: z.array(item),
		next: z.union([z.string(), integer]).optional().register(shapes, { description: "The value for `after`; absent on the last page" }),
	});
}
