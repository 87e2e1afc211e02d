/** Traces of rows that were exported and removed. */
import { createHash } from "node:crypto";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";

/** The number of the last fact that left; a reader from before it does not get all. Undefined: none has left. */
export async function factsGoneUpTo(db: Queries): Promise<number | undefined> {
	const [row] = await db.query<{ n: number | null }>(
		"SELECT max(up_to::bigint) AS n FROM retention_export WHERE place IS NOT NULL AND (kind LIKE 'facts%' OR kind = 'notes')",
	);
	return row!.n ?? undefined;
}

/** The header for a reader of the feed who reads from before that number. */
export async function goneHeader(db: Queries, after: number): Promise<Record<string, string>> {
	const upTo = await factsGoneUpTo(db);
	return upTo !== undefined && after < upTo ? { "gondola-gone-up-to": String(upTo) } : {};
}

/** Bodies of facts that are gone, in the form of `goneBody`, by the ids of the facts. */
export async function goneBodies(tx: Queries, store: string, ids: readonly string[]): Promise<Map<string, string>> {
	const rows = await tx.query<{ id: string; body: string }>(
		`SELECT t.id, encode(g.body, 'hex') AS body FROM unnest($2::text[]) AS t (id)
		 JOIN gone_fact g ON g.fact = substring(sha256(convert_to($1::text || '/' || t.id, 'UTF8')) FROM 1 FOR 16)`,
		[store, ids],
	);
	return new Map(rows.map(({ id, body }) => [id, body]));
}

/** Throws order-gone, or order-differs where `asked` is the canonical text of another order, for an order that was exported. */
export async function refuseGoneOrder(tx: Queries, id: string, asked?: string): Promise<void> {
	const [row] = await tx.query<{ asked: string | null; export: string; at: Instant; file: string | null }>(
		`SELECT o.asked_sha256 AS asked, o.export, o.at, e.file FROM gone_order o LEFT JOIN retention_export e ON e.id = o.export
		 WHERE o.id = $1`,
		[id],
	);
	if (!row) return;
	if (asked !== undefined && row.asked !== null && row.asked !== createHash("sha256").update(asked).digest("hex"))
		throw new HqRefusal("order-differs", `Order ${id} is already placed with other contents. Give this one an id of its own.`);
	throw new HqRefusal("order-gone", `Order ${id} is over. It was exported to ${row.file ?? row.export} on ${row.at} and removed.`);
}
