import { type DownStream, type Res, recalled, recalledRows, type StreamPosition } from "../protocol/messages.ts";
import type { Received } from "./reconcile.ts";

/** A page is asked for again every few seconds; a store that cannot answer within this greets again, and all begins anew. */
const pageWithinMs = 120_000;

type Ask = (name: string, args: Record<string, unknown>, ttlMs: number) => Promise<Res>;

/**
 * What a store that stands at `own` was told of a stream after number `after`. `moved`: it stands elsewhere by now, its hello was an old
 * one. Undefined: it did not answer in time, or not in words we know.
 */
export async function recall(ask: Ask, stream: DownStream, after: number, own: StreamPosition): Promise<Received | "moved" | undefined> {
	const received: [number, unknown][] = [];
	for (let from = after; ; ) {
		const { code, out } = await ask("recall", { stream, after: from }, pageWithinMs);
		const page = recalled.safeParse(out);
		if (code !== "done" || !page.success) return undefined;
		const { at } = page.data;
		if (at?.epoch !== own.epoch || at.position !== own.position) return "moved";
		received.push(...page.data.records);
		const last = received.at(-1)?.[0];
		if (!page.data.more || last === undefined || last <= from) return received;
		from = last;
	}
}

/** The articles and prices a store has, for one that took a catalog whole and was not told them word for word. Undefined: no answer. */
export async function recallRows(ask: Ask): Promise<unknown[] | undefined> {
	const rows: unknown[] = [];
	for (let after: string | undefined = ""; after !== undefined; ) {
		const { code, out } = await ask("recall.rows", { after }, pageWithinMs);
		const page = recalledRows.safeParse(out);
		if (code !== "done" || !page.success) return undefined;
		rows.push(...page.data.records);
		after = page.data.next;
	}
	return rows;
}
