/**
 * Facts of stores as EPCIS 2.0 events (GS1), in the JSON binding: which goods came, were sold, were thrown away, were counted, and
 * which label hangs for which article. Vocabulary: CBV 2.0. An event has the same `eventID` whenever it is asked for.
 *
 * Left out, because CBV has no step for them: corrections and what a weighing shelf felt (pick, put-back), which a sale follows.
 */
import { createHash } from "node:crypto";
import type { StoreEvent } from "../../words/event.ts";
import type { Movement, MovementReason } from "../../words/stock.ts";
import { wallOfInstant } from "../../words/wall-time.ts";

export interface EpcisEvent {
	type: "ObjectEvent" | "AssociationEvent";
	eventID: string;
	eventTime: string;
	eventTimeZoneOffset: string;
	[name: string]: unknown;
}

/** Facts that the export needs beside the event. */
export interface EpcisContext {
	tenant: string;
	store: string;
	timeZone: string;
	/** 14 digits; undefined: the article has none. */
	gtinOf(sku: string): string | undefined;
	isWeighed(sku: string): boolean;
}

type Step = { bizStep: string; disposition: string; action: "ADD" | "OBSERVE" | "DELETE" };

const stepOf: Partial<Record<MovementReason, Step>> = {
	receive: { bizStep: "receiving", disposition: "in_progress", action: "OBSERVE" },
	sale: { bizStep: "retail_selling", disposition: "retail_sold", action: "OBSERVE" },
	"online-sale": { bizStep: "retail_selling", disposition: "retail_sold", action: "OBSERVE" },
	return: { bizStep: "receiving", disposition: "returned", action: "OBSERVE" },
	waste: { bizStep: "destroying", disposition: "destroyed", action: "DELETE" },
	shrinkage: { bizStep: "stock_taking", disposition: "mismatch_quantity", action: "DELETE" },
	count: { bizStep: "cycle_counting", disposition: "sellable_accessible", action: "OBSERVE" },
};

/** Types of facts that may become an event. */
export const epcisTypes = ["stock.moved", "label.bound", "label.unbound"] as const;

/** Undefined: EPCIS has no event for this fact. */
export function epcisEventOf(fact: StoreEvent, context: EpcisContext): EpcisEvent | undefined {
	if (fact.type === "stock.moved") return movedEvent(fact.id, fact.movement, context);
	if (fact.type === "label.bound") return labelEvent(fact, "ADD", context);
	if (fact.type === "label.unbound") return labelEvent(fact, "DELETE", context);
	return undefined;
}

function movedEvent(id: string, movement: Movement, context: EpcisContext): EpcisEvent | undefined {
	const step = stepFor(movement);
	if (!step) return undefined;
	const { reference, quantity, sku, occurredAt } = movement;
	return {
		type: "ObjectEvent",
		...headOf(id, occurredAt, context),
		...step,
		quantityList: [{ epcClass: classOf(sku, context), ...amountOf(Math.abs(quantity), context.isWeighed(sku)) }],
		...placeOf(context),
		...(reference !== undefined && { bizTransactionList: [{ bizTransaction: named(context, "reference", reference) }] }),
	};
}

/** A transfer arrives or leaves by the sign of its quantity. */
function stepFor({ reason, quantity }: Movement): Step | undefined {
	if (reason !== "transfer") return stepOf[reason];
	return quantity < 0
		? { bizStep: "shipping", disposition: "in_transit", action: "OBSERVE" }
		: { bizStep: "receiving", disposition: "in_progress", action: "OBSERVE" };
}

function labelEvent(
	{ id, at, label, sku }: { id: string; at: string; label: string; sku: string },
	action: "ADD" | "DELETE",
	context: EpcisContext,
): EpcisEvent {
	return {
		type: "AssociationEvent",
		...headOf(id, at, context),
		action,
		bizStep: action === "ADD" ? "installing" : "removing",
		parentID: storeUri(context),
		childEPCs: [named(context, "label", label)],
		...placeOf(context),
		"gondola:displays": classOf(sku, context),
	};
}

const headOf = (id: string, at: string, { tenant, store, timeZone }: EpcisContext) => ({
	eventID: `urn:uuid:${uuidOf(`${tenant}/${store}/${id}`)}`,
	eventTime: at,
	eventTimeZoneOffset: offsetText(at, timeZone),
});

/** EPCIS measures weight in kilograms (UN/ECE KGM); pieces have no unit. */
const amountOf = (quantity: number, isWeighed: boolean): { quantity: number; uom?: string } =>
	isWeighed ? { quantity: quantity / 1_000_000, uom: "KGM" } : { quantity };

/** A GS1 Digital Link of the trade item; an article without a barcode has a name of this chain's own. */
function classOf(sku: string, context: EpcisContext): string {
	const gtin = context.gtinOf(sku);
	return gtin === undefined ? named(context, "article", sku) : `https://id.gs1.org/01/${gtin}`;
}

const storeUri = ({ tenant, store }: EpcisContext): string =>
	`urn:gondola:${encodeURIComponent(tenant)}:store:${encodeURIComponent(store)}`;
const named = ({ tenant, store }: EpcisContext, kind: string, name: string): string =>
	`urn:gondola:${encodeURIComponent(tenant)}:${kind}:${encodeURIComponent(store)}:${encodeURIComponent(name)}`;
const placeOf = (context: EpcisContext) => ({ readPoint: { id: storeUri(context) }, bizLocation: { id: storeUri(context) } });

/** The store's offset from UTC: "+01:00". */
function offsetText(at: string, timeZone: string): string {
	const minutes = Math.round((Date.parse(`${wallOfInstant(at, timeZone)}Z`) - Date.parse(at)) / 60_000);
	const two = (number: number): string => String(number).padStart(2, "0");
	return `${minutes < 0 ? "-" : "+"}${two(Math.trunc(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** The namespace for version 5 UUIDs (RFC 9562), made at random once. */
const nameSpace = Buffer.from("7c1b1a0e5d5c4f0ba6f0d3c4f1f0e9ab", "hex");

function uuidOf(name: string): string {
	const bytes = createHash("sha1").update(nameSpace).update(name).digest().subarray(0, 16);
	bytes[6] = (bytes[6]! & 0x0f) | 0x50;
	bytes[8] = (bytes[8]! & 0x3f) | 0x80;
	return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
