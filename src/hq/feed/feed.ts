import type { StoreEvent } from "../../words/event.ts";
import type { Db, Queries } from "../database/database.ts";

/** A fact of a store as a CloudEvent 1.0 (structured JSON). `source` and `id` together are unique; `sequence` rises over all stores. */
export interface CloudEvent {
	specversion: "1.0";
	id: string;
	source: string;
	type: string;
	subject: string;
	time: string;
	datacontenttype: "application/json";
	/** The next value for `after`. */
	sequence: string;
	data: StoreEvent;
}

export interface AskedFeed {
	after: number;
	limit: number;
	/** Types of facts, such as `stock.moved`; left out: all. */
	types?: readonly string[] | undefined;
	stores?: readonly string[] | undefined;
	/** Includes notes: alarms, devices, weights. A store may delete notes before head office has them. */
	notes: boolean;
}

/** A lock held, shared, by each transaction that writes facts (streams/facts.ts). */
export const factsLock = 0x60dfac;

/**
 * The number up to which every fact is committed. Numbers are given before the commit, so a higher one may become visible first,
 * and a reader that went past the lower one would never see it. Waits for the transactions that write now.
 */
const settledUpTo = (db: Db): Promise<number> => db.transaction(settledIn);

export async function settledIn(tx: Queries): Promise<number> {
	await tx.query("SELECT pg_advisory_xact_lock($1)", [factsLock]);
	const [row] = await tx.query<{ n: number | null }>("SELECT max(n) AS n FROM up_fact");
	return row!.n ?? 0;
}

/** `upTo`: the last number that was read, also where it was filtered out. */
export async function readFeed(db: Db, tenant: string, asked: AskedFeed): Promise<{ events: CloudEvent[]; upTo: number }> {
	const { after, limit, types, stores, notes } = asked;
	const settled = await settledUpTo(db);
	const rows = await db.query<{ n: number; store: string; body: string }>(
		`SELECT n, store, body FROM up_fact WHERE n > $1 AND n <= $2 AND ($3 OR stream = 'facts')
		 AND ($4::text[] IS NULL OR type = ANY($4)) AND ($5::text[] IS NULL OR store = ANY($5)) ORDER BY n LIMIT $6`,
		[after, settled, notes, types ?? null, stores ?? null, limit],
	);
	const events = rows.map(({ n, store, body }) => cloudEvent(tenant, store, n, JSON.parse(body) as StoreEvent));
	return { events, upTo: rows.length === limit ? rows.at(-1)!.n : Math.max(after, settled) };
}

function cloudEvent(tenant: string, store: string, n: number, data: StoreEvent): CloudEvent {
	return {
		specversion: "1.0",
		id: data.id,
		source: `/gondola/${tenant}/stores/${store}`,
		type: `gondola.${data.type}`,
		subject: store,
		time: data.at,
		datacontenttype: "application/json",
		sequence: String(n),
		data,
	};
}

/** The number of a fact by its id; undefined: there is none, or several stores have one. */
export async function numberOf(db: Queries, id: string): Promise<number | undefined> {
	const rows = await db.query<{ n: number }>("SELECT n FROM up_fact WHERE id = $1 LIMIT 2", [id]);
	return rows.length === 1 ? rows[0]!.n : undefined;
}
