import { type DownStream, type Res, recalled, recalledRows, type SealRun, type StreamPosition } from "../protocol/messages.ts";
import type { Received } from "./reconcile.ts";

/** A page is asked for again every few seconds; a store that cannot answer within this greets again, and all begins anew. */
const pageWithinMs = 120_000;

type Ask = (name: string, args: Record<string, unknown>, ttlMs: number) => Promise<Res>;

/**
 * The records of a stream that a store at position `own` received after number `after`. `moved`: the store is at another position by now,
 * so its hello was an old one. Undefined: it did not answer in time, or its answer does not fit the schema.
 */
export async function recall(
	ask: Ask,
	stream: DownStream,
	after: number,
	own: StreamPosition,
): Promise<{ received: Received; seals: SealRun[] } | "moved" | undefined> {
	const received: [number, unknown][] = [];
	// A run that two pages share comes with both.
	const seals = new Map<number, SealRun>();
	for (let from = after; ; ) {
		const { code, out } = await ask("recall", { stream, after: from }, pageWithinMs);
		const page = recalled.safeParse(out);
		if (code !== "done" || !page.success) return undefined;
		const { at } = page.data;
		if (at?.epoch !== own.epoch || at.position !== own.position) return "moved";
		received.push(...page.data.records);
		for (const run of page.data.seals ?? []) seals.set(run.from, run);
		const last = received.at(-1)?.[0];
		if (!page.data.more || last === undefined || last <= from) return { received, seals: [...seals.values()] };
		from = last;
	}
}

/**
 * The articles and prices a store has: for one that took the catalog as a snapshot, so that its received log lacks them.
 * Undefined: no answer.
 */
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
