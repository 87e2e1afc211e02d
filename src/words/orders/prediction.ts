/** How long picking takes in this store, and which of an order's deadlines will be missed. */
import type { Instant } from "../time.ts";
import { type Order, type OrderClocks, openOf } from "./order.ts";

/** Milliseconds to pick a line, until a store has picked orders of its own. */
const usualMsPerLine = 60_000;

/** Measured on orders that were handed over: from their acceptance to their being ready. */
export function msPerLine(handedOver: readonly Order[]): number {
	let ms = 0;
	let lines = 0;
	for (const order of handedOver) {
		const timeOf = (state: string): number => Date.parse(order.history.find((step) => step.state === state)?.at ?? "");
		const took = timeOf("ready") - timeOf("accepted");
		if (!(took >= 0)) continue;
		ms += took;
		lines += order.lines.length;
	}
	return lines === 0 ? usualMsPerLine : ms / lines;
}

/** How many newest orders it is measured on. */
export const measuredOrders = 20;

/** When picking has to go on at the latest, or the order will not be ready in time. */
export function lastStartOf(order: Order, readyBy: Instant, msEach: number): Instant {
	const open = order.lines.filter((line) => openOf(line) > 0).length;
	return new Date(Date.parse(readyBy) - open * msEach).toISOString();
}

/** The deadline that counts in the order's state. `will-be-late`: its open lines take longer than is left. */
export interface DueClock {
	clock: keyof OrderClocks;
	at: Instant;
	standing: "in-time" | "will-be-late" | "late";
}

/** Undefined where the order has no deadline in its state. */
export function dueOf(order: Order, msEach: number, now: Instant): DueClock | undefined {
	const clock = clockOf(order);
	const at = clock && order[clock];
	if (clock === undefined || at === undefined) return undefined;
	if (at <= now) return { clock, at, standing: "late" };
	const isTight = clock === "readyBy" && order.state !== "ready" && lastStartOf(order, at, msEach) <= now;
	return { clock, at, standing: isTight ? "will-be-late" : "in-time" };
}

function clockOf({ state, acceptBy, readyBy }: Order): keyof OrderClocks | undefined {
	if (state === "placed") return acceptBy === undefined ? "readyBy" : "acceptBy";
	if (state === "accepted" || state === "picking") return readyBy === undefined ? "collectBy" : "readyBy";
	return state === "ready" ? "collectBy" : undefined;
}
