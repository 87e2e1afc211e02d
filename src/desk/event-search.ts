/** Searches the events of the ledger, in bounded pages with other work in between. */
import { setImmediate as turn } from "node:timers/promises";
import type { StoreEvent } from "../words/event.ts";
import type { DeskBook } from "./ledger-view.ts";
import { limits } from "./limits.ts";

export interface EventFilter {
	/** Types, or families of types: `price.activated`, `price`. */
	types?: readonly string[] | undefined;
	sku?: string | undefined;
	device?: string | undefined;
	/** From this instant on. */
	since?: string | undefined;
	/** Before this instant. */
	until?: string | undefined;
}

/** Undefined: no filter. */
export function testOf({ types, sku, device, since, until }: EventFilter): ((event: StoreEvent) => boolean) | undefined {
	if ([types, sku, device, since, until].every((each) => each === undefined)) return undefined;
	const wanted = types && new Set(types);
	return (event) => {
		const fields = event as StoreEvent & { sku?: unknown; device?: unknown; movement?: { sku?: unknown }; lines?: { sku?: unknown }[] };
		if (wanted && !wanted.has(event.type) && !wanted.has(event.type.split(".")[0]!)) return false;
		if (sku !== undefined && ![fields.sku, fields.movement?.sku, ...(fields.lines ?? []).map((line) => line.sku)].includes(sku))
			return false;
		if (device !== undefined && fields.device !== device) return false;
		return (since === undefined || event.at >= since) && (until === undefined || event.at < until);
	};
}

/** The first `limit` events after a position. `next`: where to go on; present also when nothing fitted in a long stretch. */
export async function eventsAfter(
	events: DeskBook["events"],
	test: (event: StoreEvent) => boolean,
	after: number,
	limit: number,
): Promise<{ items: StoreEvent[]; next?: number }> {
	const items: StoreEvent[] = [];
	let at = after;
	for (let looked = 0; looked < limits.eventsLookedAt; looked += limits.streamPage) {
		const page = events.after(at, limits.streamPage);
		for (const event of page) {
			if (test(event)) items.push(event);
			at = event.seq;
			if (items.length === limit) return at < events.last() ? { items, next: at } : { items };
		}
		if (page.length < limits.streamPage) return { items };
		await turn();
	}
	return { items, next: at };
}

/** The newest `count` events, in their order; fewer where the part that may be searched has no more. */
export async function newestEvents(events: DeskBook["events"], test: (event: StoreEvent) => boolean, count: number): Promise<StoreEvent[]> {
	let found: StoreEvent[] = [];
	let before = events.last();
	for (let looked = 0; looked < limits.eventsLookedAt && before > 0 && found.length < count; looked += limits.streamPage) {
		const from = Math.max(0, before - limits.streamPage);
		const page = events.after(from, limits.streamPage).filter((event) => event.seq <= before && test(event));
		found = [...page, ...found];
		before = from;
		await turn();
	}
	return found.slice(-count);
}
