import { type DownStream, type Res, recalled, recalledRows, type SealRun, type StreamPosition } from "../protocol/messages.ts";
import type { Received } from "./reconcile.ts";

/**
 * How long HQ waits for one page of records; it asks again every few seconds. A store that does not answer within this time has to greet
 * again, and the recall begins from its start.
 */
const pageWithinMs = 120_000;

type Ask = (name: string, args: Record<string, unknown>, ttlMs: number) => Promise<Res>;

/**
 * The records of a stream that a store received after number `after`, when it was at position `own`. `moved`: the store has another
 * position by now, so the hello that HQ answers is an old one. Undefined: no answer in time, or one that does not fit the schema.
 */
export async function recall(
	ask: Ask,
	stream: DownStream,
	after: number,
	own: StreamPosition,
): Promise<{ received: Received; seals: SealRun[] } | "moved" | undefined> {
	const received: [number, unknown][] = [];
	// A run of a seal that begins on one page and ends on the next comes with both.
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
 * The articles and prices of a store, for a store whose received log is incomplete because it took the catalog as a snapshot. Undefined: no
 * answer.
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
