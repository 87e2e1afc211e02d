import { z } from "zod";
import type { StoreEvent } from "../../words/event.ts";
import type { CatalogRecord, ConfigRecord, StockRecord } from "../../words/streams/catalog.ts";
import { factRecord, noteRecord } from "./events.ts";
import { coupon, couponLease } from "./goods/coupons.ts";
import { orderPlacement } from "./goods/orders.ts";
import { pointsLease, pointsRule } from "./goods/points.ts";
import { returnLease } from "./goods/returns.ts";
import { stockElsewhere, transferLines, transferPlan } from "./goods/transfers.ts";
import type { Stream } from "./messages.ts";
import {
	article,
	conditionalPrice,
	count,
	instant,
	movement,
	name,
	price,
	priceBefore,
	pushHead,
	quantity,
	setting,
	sku,
	text,
	version,
} from "./nouns.ts";

/** An approver's signature over what is released (trust/approvers.ts), which the store checks where it demands one. */
const approval = z.record(z.string(), z.unknown()).optional();
const besidePrice = { head: pushHead.optional(), released: z.literal(true).optional(), before: priceBefore.optional(), approval };

export const catalogRecord = z.discriminatedUnion("type", [
	z.object({ type: z.literal("article"), article, push: name.optional() }),
	z.object({ type: z.literal("price"), price, ...besidePrice }),
	z.object({ type: z.literal("conditional-price"), price: conditionalPrice, ...besidePrice }),
	z.object({ type: z.literal("price-end"), sku, version, ends: version, at: instant, push: name.optional() }),
	z.object({
		type: z.literal("price-release"),
		...{ sku, version, releases: version, by: name, approval },
		held: z.union([conditionalPrice, price]).optional(),
	}),
	z.object({ type: z.literal("label"), label: name, sku: sku.nullable(), face: name.optional() }),
]);

const publicKey = z.object({ kid: name, public: z.string().regex(/^[\w-]{43}$/), since: instant });

export const stockRecord = z.discriminatedUnion("type", [
	z.object({ type: z.literal("movement"), movement }),
	z.object({ type: z.literal("grant-used"), grant: name, sku, used: quantity.min(0), order: name }),
	z.object({ type: z.literal("grant-ask"), sku, wanted: quantity.min(1), grant: name, expiresAt: instant }),
	z.object({ type: z.literal("order"), order: orderPlacement }),
	z.object({
		type: z.literal("stop-sale"),
		stop: z.object({ id: name, gtin: z.string().regex(/^\d{14}$/), lot: name.optional(), reason: text, at: instant }),
	}),
	z.object({ type: z.literal("stop-lifted"), id: name, at: instant }),
	z.object({ type: z.literal("member-key"), key: publicKey }),
	z.object({ type: z.literal("member-key-ended"), kid: name, at: instant }),
	z.object({ type: z.literal("member-codes-used"), codes: z.array(z.object({ id: name, exp: count })).max(1_000) }),
	z.object({ type: z.literal("member-enrolment"), enrolment: name, member: name, why: text.optional() }),
	z.object({ type: z.literal("member-erase"), erasure: name, member: name }),
	z.object({ type: z.literal("points-rule"), rule: pointsRule }),
	z.object({ type: z.literal("points-balance"), member: name, balance: z.int(), at: instant, lease: pointsLease.optional() }),
	z.object({ type: z.literal("receipt-key"), store: name, key: publicKey }),
	z.object({ type: z.literal("coupon"), coupon }),
	z.object({ type: z.literal("coupon-lease"), lease: couponLease }),
	z.object({ type: z.literal("coupon-ended"), coupon: name, at: instant }),
	z.object({ type: z.literal("return-ask"), ask: text, line: text, quantity: count }),
	z.object({ type: z.literal("return-lease"), lease: returnLease }),
	z.object({ type: z.literal("return-denied"), ask: text, line: text, why: text }),
	z.object({ type: z.literal("transfer"), transfer: transferPlan }),
	z.object({ type: z.literal("transfer-sent"), transfer: name, lines: transferLines, at: instant }),
	z.object({ type: z.literal("transfer-received"), transfer: name, lines: transferLines, at: instant }),
	z.object({ type: z.literal("transfer-cancel"), transfer: name, at: instant }),
	z.object({ type: z.literal("stock-elsewhere"), figures: stockElsewhere }),
	z.object({ type: z.literal("order-cancel"), order: name, at: instant, by: text, why: text }),
]);

export const configRecord = z.discriminatedUnion("type", [z.object({ type: z.literal("setting"), setting, approval })]);

/** These do not compile when the types of words/ and the schemas of the wire differ. */
export const catalogAgrees: CatalogRecord extends z.input<typeof catalogRecord> ? true : never = true;
export const configAgrees: ConfigRecord extends z.input<typeof configRecord> ? true : never = true;
export const stockAgrees: StockRecord extends z.input<typeof stockRecord> ? true : never = true;

interface RecordOf {
	facts: StoreEvent;
	notes: StoreEvent;
	catalog: CatalogRecord;
	stock: StockRecord;
	config: ConfigRecord;
}

const schemas = { facts: factRecord, notes: noteRecord, catalog: catalogRecord, stock: stockRecord, config: configRecord };

type Typed = { options: readonly { shape: { type: { value: string } } }[] };
const typesOf = (schema: Typed): Set<string> => new Set(schema.options.map((option) => option.shape.type.value));
const known: Record<Stream, Set<string>> = {
	facts: typesOf(factRecord),
	notes: typesOf(noteRecord),
	catalog: typesOf(catalogRecord),
	stock: typesOf(stockRecord),
	config: typesOf(configRecord),
};

/** `known`: apply it. `parked`: a type of a newer build, kept until an upgrade. `poison`: a dead letter, acknowledged with its code. */
export type CheckedRecord<S extends Stream> =
	| { kind: "known"; record: RecordOf[S] }
	| { kind: "parked"; type: string }
	| { kind: "poison"; code: string; why: string };

/** Unknown fields of known types stay in the record: the hash chain is over the record as it was written. */
export function checkRecord<S extends Stream>(stream: S, record: unknown): CheckedRecord<S> {
	const type = (record as { type?: unknown } | null)?.type;
	if (typeof type !== "string" || type.length > 64) return { kind: "poison", code: "no-type", why: "a record without a type" };
	if (!known[stream].has(type)) return { kind: "parked", type };
	const checked = schemas[stream].safeParse(record);
	if (checked.success) return { kind: "known", record: record as RecordOf[S] };
	const issue = checked.error.issues[0];
	return { kind: "poison", code: "bad-record", why: `${type}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.slice(0, 200) };
}
