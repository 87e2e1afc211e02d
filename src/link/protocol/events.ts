import { z } from "zod";
import { actorKinds } from "../../words/actor.ts";
import type { EventBody, EventHead } from "../../words/event.ts";
import { orderStates } from "../../words/orders/order.ts";
import { longestCode } from "../../words/scan.ts";
import { scanModes, scanOutcomes } from "../../words/scanning/scan-modes.ts";
import { fiscalKinds, fiscalReasons } from "../../words/tills/fiscal.ts";
import { qualityPlaces, returnConditions } from "../../words/tills/return.ts";
import { orderAct } from "./goods/orders.ts";
import { soldLine } from "./goods/returns.ts";
import { transferLines } from "./goods/transfers.ts";
import { count, instant, millis, minor, movement, name, priceKind, quantity, saleLine, sku, text, version } from "./nouns.ts";

/** The streams facts and notes: words/event.ts, as HQ checks it at its door. */
const eventHead = {
	id: name,
	seq: version,
	at: instant,
	quality: z.enum(["synced", "free-running", "guess"]),
	sourceId: name.optional(),
	actor: z.object({ kind: z.enum(actorKinds), name, address: name.optional() }).optional(),
};

const troubleFacts = z.record(z.string(), z.union([z.string(), z.number()]));
const alarm = { alarm: text, level: z.enum(["RED", "YELLOW", "BLUE"]), code: name, subject: text };

/** The weight that a self-checkout's plate gave for the basket, in milligrams; a doubt that this build does not know is kept. */
const plateWeight = z.object({
	expectedMilligrams: count,
	toleranceMilligrams: count,
	unknown: z.array(count).max(2_000),
	measuredMilligrams: count.nullable(),
	at: instant.nullable(),
	doubt: name.optional(),
	like: z.array(count).max(2_000).optional(),
	accepted: z.object({ by: text, person: text.optional(), at: instant }).optional(),
});

const of = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) => z.object({ ...eventHead, type: z.literal(type), ...shape });

export const factRecord = z.discriminatedUnion("type", [
	of("price.activated", {
		sku,
		version,
		kind: priceKind,
		amountMinor: minor,
		currency: name,
		push: name.nullable(),
		labels: count,
		tier: name.optional(),
		fromQuantity: count.optional(),
		masked: z.literal(true).optional(),
	}),
	of("price.rise-waits", {
		sku,
		version,
		push: name.nullable(),
		amountMinor: minor,
		chargedMinor: minor,
		currency: name,
		until: instant,
	}),
	of("price.rise-ended", { sku, version, push: name.nullable(), because: name }),
	of("price.held", {
		sku,
		version,
		kind: priceKind,
		amountMinor: minor,
		currency: name,
		push: name.nullable(),
		reasons: z.array(z.object({ code: name, reason: text })).max(64),
	}),
	of("price.hold-ended", { sku, version, push: name.nullable(), because: name }),
	of("prices.frozen", { reason: text.nullable() }),
	of("prices.thawed", { since: instant }),
	of("label.bound", { label: name, sku, face: name.nullable() }),
	of("label.unbound", { label: name, sku }),
	of("label.shown", {
		label: name,
		sku,
		version,
		priceVersion: version,
		upToVersion: version,
		amountMinor: minor,
		currency: name,
		picture: name,
		downloadedAt: instant.nullable(),
		proof: z.literal("drawn").optional(),
		unchanged: z.literal(true).optional(),
	}),
	of("label.failed", { label: name, sku, version, upToVersion: version, why: text }),
	of("stock.moved", { movement, device: name.optional() }),
	of("sale.recorded", {
		sale: name,
		till: name,
		lines: z.array(saleLine).max(2_000),
		receipt: name.nullable(),
		basket: name.optional(),
		coupons: z
			.array(z.object({ redemption: name, coupon: name, amountMinor: minor }))
			.max(64)
			.optional(),
		member: name.optional(),
		tier: name.optional(),
		age: z.object({ minimumAge: count, by: text, person: text.optional(), at: instant }).optional(),
		weight: plateWeight.optional(),
	}),
	of("fiscal.signed", {
		...{ request: name, kind: z.enum(fiscalKinds), reference: name, till: name, late: z.literal(true).optional() },
		...{ number: count, signedAt: instant, code: text, serial: name, practice: z.boolean() },
	}),
	of("fiscal.missing", {
		...{ request: name, kind: z.enum(fiscalKinds), reference: name, till: name },
		...{ why: z.enum(fiscalReasons), detail: text.optional() },
	}),
	of("receipt.printed", { job: name, printer: name, confirmed: z.boolean(), copy: count }),
	of("receipt.doubted", { job: name, printer: name, why: text }),
	of("receipt.voided", { job: name, printer: name }),
	of("receipt.failed", { job: name, printer: z.string().max(128), why: text }),
	of("receipt.cancelled", { job: name, printer: z.string().max(128) }),
	of("paper-label.printed", { job: name, sku, printer: name, confirmed: z.boolean(), copy: count }),
	of("paper-label.doubted", { job: name, sku, printer: name, why: text }),
	of("paper-label.failed", { job: name, sku, printer: name, why: text }),
	of("receipt.moved", { job: name, printer: name, from: z.string().max(128) }),
	of("grant.given", { grant: name, sku, granted: quantity, expiresAt: instant }),
	of("order.acted", { order: name, act: orderAct, state: z.enum(orderStates), by: text }),
	of("member.presented", {
		...{ member: name, tier: name, timeChecked: z.boolean(), till: name.optional() },
		...{ codeId: name.optional(), codeExp: count.optional() },
	}),
	of("member.enrolled", { enrolment: name, member: name, tier: name, till: name.optional() }),
	of("points.earned", {
		...{ sale: name, till: name, member: name, points: count, paidMinor: minor, minorPerPoint: count.min(1), rule: name },
	}),
	of("points.spent", { sale: name, till: name, member: name, points: count, lease: name }),
	of("points.lease-closed", { lease: name, member: name, used: count }),
	of("member.erased", { erasure: name, member: name, removed: z.record(name, count) }),
	of("coupon.redeemed", {
		redemption: name,
		coupon: name,
		lease: name,
		till: name,
		amountMinor: minor,
		sale: name.optional(),
		serial: name.optional(),
		member: name.optional(),
	}),
	of("coupon.voided", { redemption: name, coupon: name, lease: name, till: name.optional() }),
	of("coupon.lease-closed", { lease: name, coupon: name, used: count }),
	of("coupon.ended", { coupon: name, endedAt: instant, redeemed: count }),
	of("receipt-key.made", { kid: name, public: z.string().regex(/^[\w-]{43}$/) }),
	of("return.recorded", {
		return: name,
		line: text.optional(),
		sku,
		quantity,
		condition: z.enum(returnConditions),
		refundMinor: minor.nullable(),
		currency: name.nullable(),
		pieces: z.array(z.object({ from: count, to: count, right: text })).max(64),
		reason: text.optional(),
		till: name.optional(),
		exchange: name.optional(),
	}),
	of("return.asked", { ask: text, line: text, quantity: count }),
	of("return.released", { ask: text, line: text, from: count, to: count, sold: soldLine.optional(), why: text.optional() }),
	of("return.lease-closed", { lease: text, line: text, next: count }),
	of("quality.settled", { act: name, sku, quantity, to: z.enum(qualityPlaces) }),
	of("shelf.filled", { place: name, sku, quantity, onShelf: count }),
	of("transfer.sent", { transfer: name, from: name, to: name, lines: transferLines }),
	of("transfer.received", { transfer: name, from: name, to: name, lines: transferLines }),
	of("transfer.cancelled", { transfer: name, from: name, to: name }),
	of("temperature.left-limits", {
		coldChain: name,
		place: text,
		device: name,
		side: z.enum(["warm", "cold"]),
		since: instant,
		minMillidegrees: quantity,
		maxMillidegrees: quantity,
		worstMillidegrees: quantity,
	}),
	of("temperature.returned", {
		coldChain: name,
		place: text,
		side: z.enum(["warm", "cold"]),
		since: instant,
		worstMillidegrees: quantity,
		minutes: count,
	}),
	of("stock.shortfall", { sku, quantity, sale: name }),
	of("loss.recorded", { class: z.enum(["B", "C"]), count, fromSeq: count, toSeq: count, why: text }),
	of("record.refused", { stream: name, record: count, code: name, why: text }),
	of("audit.recorded", {
		act: name,
		subject: text.optional(),
		outcome: z.enum(["done", "refused"]),
		why: text.optional(),
		more: count.optional(),
	}),
]);

export const noteRecord = z.discriminatedUnion("type", [
	of("prices.accepted", { count, push: name.nullable(), firstFrom: instant }),
	of("articles.accepted", { count, push: name.nullable() }),
	of("article.scanned", {
		device: name,
		code: z.string().max(longestCode),
		symbology: name.nullable(),
		symbologySource: z.enum(["aim", "driver", "guess"]),
		gtin: name.nullable(),
		sku: sku.nullable(),
		name: text.nullable(),
		amountMinor: minor.nullable(),
		currency: name.nullable(),
		elements: z.record(z.string(), z.string()).optional(),
		milligrams: quantity.optional(),
		pieces: quantity.optional(),
		labelAmountMinor: minor.optional(),
		stop: z.literal("recall").optional(),
		addOn: name.optional(),
		faults: z
			.array(z.object({ ai: name, fault: name }))
			.max(longestCode)
			.optional(),
		doubts: z
			.array(z.object({ ai: name.optional(), doubt: name, hides: z.array(text).optional(), note: text.optional() }))
			.max(longestCode)
			.optional(),
		raw: z
			.base64()
			.max(2 * longestCode)
			.optional(),
	}),
	of("scan.acted", {
		device: name,
		mode: z.enum(scanModes),
		did: z.enum(scanOutcomes),
		code: z.string().max(longestCode),
		sku: sku.optional(),
		label: name.optional(),
		order: name.optional(),
		basket: name.optional(),
		coupon: name.optional(),
		amountMinor: minor.optional(),
		quantity: quantity.optional(),
		why: name.optional(),
	}),
	of("coupon.refused", { coupon: name, till: name, code: name }),
	of("stock.asked", { sku }),
	of("weight.settled", { device: name, milligrams: quantity }),
	of("door.changed", { device: name, sensor: text, isOpen: z.boolean() }),
	of("button.pressed", { device: name, sensor: text, action: text }),
	of("tag.seen", { device: name, sensor: text, epc: name }),
	of("shelf.changed", {
		shelf: name,
		sku: sku.nullable(),
		because: z.enum(["pick", "put-back", "restock", "unknown", "offline-change"]),
		pieces: quantity.optional(),
		milligrams: quantity,
		movement: name.nullable(),
		candidates: z.array(z.array(z.object({ sku, pieces: quantity }))).optional(),
		answers: quantity.optional(),
	}),
	of("receipt.queued", { job: name, printer: name }),
	of("device.troubled", { device: name, trouble: name, facts: troubleFacts }),
	of("device.recovered", { device: name, trouble: name, afterMs: millis }),
	of("alarm.raised", { ...alarm, facts: troubleFacts.optional() }),
	of("alarm.cleared", alarm),
	of("alarm.acknowledged", { alarm: text, by: text }),
	of("line.changed", { up: z.boolean(), why: text.nullable() }),
	of("gateway.started", { version: text, boot: name, afterCrash: z.boolean() }),
	of("clock.doubted", { wall: instant, floor: instant, why: text }),
]);

type Written = z.input<typeof factRecord> | z.input<typeof noteRecord>;

/** Does not compile when words/event.ts and this schema differ: an event that HQ would refuse, or one that no flow can write. */
export type EventsAgree = EventHead & EventBody extends Written ? (Written["type"] extends EventBody["type"] ? true : never) : never;
export const eventsAgree: EventsAgree = true;

type NamesOf<E> = E extends unknown ? keyof E : never;
/** Does not compile when a member of an event is named like one of every record's head (id, seq, at …): one would overwrite the other. */
export const namesApart: Extract<NamesOf<EventBody>, keyof EventHead> extends never ? true : never = true;
