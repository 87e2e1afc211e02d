import type { EventType } from "../event.ts";

/** The stream that carries an event to HQ. Class A facts are never lost; notes may be dropped by retention, and each drop is counted. */
const streams = {
	"price.activated": "facts",
	"price.rise-waits": "facts",
	"price.rise-ended": "facts",
	"price.held": "facts",
	"price.hold-ended": "facts",
	"prices.frozen": "facts",
	"prices.thawed": "facts",
	"label.bound": "facts",
	"label.unbound": "facts",
	"label.shown": "facts",
	"label.failed": "facts",
	"stock.moved": "facts",
	"sale.recorded": "facts",
	"fiscal.signed": "facts",
	"fiscal.missing": "facts",
	"receipt.printed": "facts",
	"receipt.doubted": "facts",
	"receipt.voided": "facts",
	"receipt.failed": "facts",
	"receipt.cancelled": "facts",
	"receipt.moved": "facts",
	"paper-label.printed": "facts",
	"paper-label.doubted": "facts",
	"paper-label.failed": "facts",
	"grant.given": "facts",
	"order.acted": "facts",
	"member.presented": "facts",
	"member.enrolled": "facts",
	"member.erased": "facts",
	"points.earned": "facts",
	"points.spent": "facts",
	"points.lease-closed": "facts",
	"coupon.redeemed": "facts",
	"coupon.voided": "facts",
	"coupon.lease-closed": "facts",
	"coupon.ended": "facts",
	"receipt-key.made": "facts",
	"return.recorded": "facts",
	"return.asked": "facts",
	"return.released": "facts",
	"return.lease-closed": "facts",
	"quality.settled": "facts",
	"shelf.filled": "facts",
	"transfer.sent": "facts",
	"transfer.received": "facts",
	"transfer.cancelled": "facts",
	"temperature.left-limits": "facts",
	"temperature.returned": "facts",
	"stock.shortfall": "facts",
	"loss.recorded": "facts",
	"record.refused": "facts",
	"audit.recorded": "facts",
	"prices.accepted": "notes",
	"articles.accepted": "notes",
	"article.scanned": "notes",
	"scan.acted": "notes",
	"coupon.refused": "notes",
	"stock.asked": "notes",
	"weight.settled": "notes",
	"door.changed": "notes",
	"button.pressed": "notes",
	"tag.seen": "notes",
	"shelf.changed": "notes",
	"receipt.queued": "notes",
	"device.troubled": "notes",
	"device.recovered": "notes",
	"alarm.raised": "notes",
	"alarm.cleared": "notes",
	"alarm.acknowledged": "notes",
	"line.changed": "notes",
	"gateway.started": "notes",
	"clock.doubted": "notes",
} as const satisfies Record<EventType, "facts" | "notes">;

/** A type that this build does not know (a ledger of a newer one) is a note. */
export const streamOf = (type: EventType): "facts" | "notes" => (streams as Partial<typeof streams>)[type] ?? "notes";

const types = Object.keys(streams) as EventType[];
const families = [...new Set(types.map((type) => type.split(".")[0]!))];

/** Names that a filter of events may have: types, such as `label.shown`, and families of them, such as `label`. */
export const typesAndFamilies: readonly string[] = [...families, ...types];
export const factTypes: readonly string[] = types.filter((type) => streams[type] === "facts");
export const eventTypes: readonly string[] = types;

/** The refusal of a type that a filter names: with it the list would be empty, and look as if nothing had happened. */
export const noSuchType = (type: string): string => `no event has the type ${type.slice(0, 64)}; the types are ${types.join(", ")}`;
