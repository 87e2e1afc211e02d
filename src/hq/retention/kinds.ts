/** The kinds of a retention policy in the database: which rows are due, the contents of their export, and how they leave. */
import { createHash } from "node:crypto";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { Order } from "../../words/orders/order.ts";
import { lineName } from "../../words/tills/return.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { openOrderLine } from "../returns/rights.ts";
import { factsDueUpTo } from "./fact-marks.ts";

/** Up to where rows are due: an instant, or the number of a fact. Undefined: nothing is due. */
export type Bound = string | undefined;

export interface DueRow {
	/** The place of the row in its kind; rows leave in this order. */
	key: string;
	table: string;
	/** The row as PostgreSQL writes it (row_to_json), or a part of it. */
	row: string;
}

/** Values for one export: its id, and the time. */
export interface Leaving {
	exportId: string;
	now: Instant;
}

export interface RetentionKind {
	/** The most rows of one export: what a transaction holds in memory. */
	most: number;
	bound(tx: Queries, cutoff: Instant): Promise<Bound>;
	/**
	 * A query without its order and limit, with the columns ord (what orders it), key, table and row. $1: the bound, $2: up to which key;
	 * null: no matter.
	 */
	due: string;
	/** Takes these rows out of their table. Answers how many left; another number than there are undoes everything. */
	remove(tx: Queries, rows: readonly DueRow[], leaving: Leaving): Promise<number>;
	/** The table of \`due\` whose rows are locked while they are exported. */
	locks: string;
	/** Rows of this kind never change and only grow: those that were looked through are not looked through again. */
	isRemembered?: true;
}

const byTime = async (_tx: Queries, cutoff: Instant): Promise<Bound> => cutoff;
const keysOf = (rows: readonly DueRow[]): string[] => rows.map(({ key }) => key);

/** Facts of one class; `facts`: of all classes without a policy of their own; `notes`: of the other stream. */
function factsKind(kind: string): RetentionKind {
	const own = kind.startsWith("facts.") ? kind.slice("facts.".length) : undefined;
	const others = "split_part(type, '.', 1) NOT IN (SELECT substr(p.kind, 7) FROM retention_policy p WHERE p.kind LIKE 'facts.%')";
	const which = kind === "notes" ? "stream = 'notes'" : `stream = 'facts' AND ${own === undefined ? others : `type LIKE '${own}.%'`}`;
	return {
		most: 10_000,
		isRemembered: true,
		locks: "t",
		bound: async (tx, cutoff) => (await factsDueUpTo(tx, cutoff))?.toString(),
		due: `SELECT n AS ord, n::text AS key, 'up_fact' AS table, row_to_json(t)::text AS row FROM up_fact t
			WHERE n > coalesce((SELECT seen_n FROM retention_policy WHERE kind = '${kind}'), 0)
			AND n <= least($1::bigint, $2::bigint) AND ${which}`,
		async remove(tx, rows) {
			const facts = rows.map(({ row }) => JSON.parse(row) as { store: string; id: string; body: string });
			await tx.query(
				`INSERT INTO gone_fact (fact, body) SELECT decode(t.fact, 'hex'), decode(t.body, 'hex') FROM unnest($1::text[], $2::text[])
				 AS t (fact, body) ON CONFLICT (fact) DO NOTHING`,
				[facts.map(({ store, id }) => digest(`${store}/${id}`)), facts.map(({ body }) => goneBody(JSON.parse(body)))],
			);
			return (await tx.query("DELETE FROM up_fact WHERE n = ANY($1::bigint[]) RETURNING 1", [keysOf(rows)])).length;
		},
	};
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
/** By which a fact that comes again is compared with the one that is gone. */
export const goneBody = (fact: unknown): string => digest(canonicalText(fact));

/** A push of which nothing waits: no person, no wave, no time, and no store that has not acknowledged it. */
const isOver = `(p.first_from IS NULL OR p.first_from < $1) AND NOT EXISTS (SELECT 1 FROM push_held h WHERE h.push = p.id AND h.waits)
	AND NOT EXISTS (SELECT 1 FROM push_wave w WHERE w.push = p.id AND w.state NOT IN ('passed', 'withdrawn'))
	AND NOT EXISTS (SELECT 1 FROM push_store s JOIN down_stream d ON d.store = s.store AND d.stream = 'catalog'
		WHERE s.push = p.id AND s.last_seq > d.acked)
	AND NOT EXISTS (SELECT 1 FROM push_run r JOIN down_stream d ON d.store = r.store AND d.stream = 'catalog'
		WHERE r.push = p.id AND r.last_seq > d.acked)`;

/** Ends of these need a person; other alarms end when their cause does, and are not kept. */
const endedByPeople = ["movement-differs", "transfer-differs", "member-code-twice", "return-twice"].map((code) => `'${code}'`).join(", ");

const others: Readonly<Record<string, RetentionKind>> = {
	// The newest row stays: numbers go on from it when the database is restored from a backup.
	audit: {
		...{ most: 10_000, bound: byTime, locks: "t" },
		due: `SELECT n AS ord, n::text AS key, 'audit' AS table, row_to_json(t)::text AS row FROM audit t
			WHERE at < $1 AND n < (SELECT max(n) FROM audit) AND ($2::bigint IS NULL OR n <= $2::bigint)`,
		remove: async (tx, rows) => (await tx.query("DELETE FROM audit WHERE n = ANY($1::bigint[]) RETURNING 1", [keysOf(rows)])).length,
	},
	"push-files": {
		// A file is 16 MiB at most.
		...{ most: 1, bound: byTime, locks: "f" },
		due: `SELECT p.n AS ord, p.n::text AS key, 'push_file' AS table, json_build_object('push', f.push, 'at', f.at, 'type', f.type,
				'bytes', f.bytes, 'sha256', f.sha256, 'packing', f.packing, 'parts', f.parts,
				'base64', (SELECT json_agg(q.base64 ORDER BY q.n)
					FROM push_file_part q WHERE q.push = f.push))::text AS row
			FROM push_file f JOIN push p ON p.id = f.push
			WHERE f.parts > 0 AND f.at < $1 AND ($2::bigint IS NULL OR p.n <= $2::bigint) AND ${isOver}`,
		async remove(tx, rows) {
			const pushes = rows.map(({ row }) => (JSON.parse(row) as { push: string }).push);
			await tx.query("DELETE FROM push_file_part WHERE push = ANY($1)", [pushes]);
			return (await tx.query("UPDATE push_file SET parts = 0 WHERE push = ANY($1) RETURNING 1", [pushes])).length;
		},
	},
	"refused-rows": {
		// Up to 10,000 rows of a push are named, about 2 MB.
		...{ most: 5, bound: byTime, locks: "p" },
		due: `SELECT p.n AS ord, p.n::text AS key, 'push' AS table,
				json_build_object('id', p.id, 'at', p.at, 'rejectedCount', p.rejected_count, 'rejected', p.rejected::json)::text AS row
			FROM push p WHERE p.rejected <> '[]' AND p.at < $1 AND ($2::bigint IS NULL OR p.n <= $2::bigint) AND ${isOver}`,
		async remove(tx, rows, { exportId }) {
			const left = await tx.query(
				`UPDATE push SET rejected_export = $2, rejected = '[]', rejected_count = coalesce(rejected_count, json_array_length(rejected::json))
				 WHERE n = ANY($1::bigint[]) RETURNING 1`,
				[keysOf(rows), exportId],
			);
			return left.length;
		},
	},
	alarms: {
		...{ most: 5_000, bound: byTime, locks: "t" },
		due: `SELECT (acknowledged_at || ' ' || id) COLLATE "C" AS ord, acknowledged_at || ' ' || id AS key, 'standing_alarm' AS table,
				row_to_json(t)::text AS row
			FROM standing_alarm t
			WHERE acknowledged_at < $1 AND code IN (${endedByPeople})
			AND ($2::text IS NULL OR (acknowledged_at || ' ' || id) COLLATE "C" <= $2)`,
		remove: async (tx, rows) =>
			(
				await tx.query("DELETE FROM standing_alarm WHERE id = ANY($1) RETURNING 1", [
					rows.map(({ row }) => (JSON.parse(row) as { id: string }).id),
				])
			).length,
	},
	orders: {
		...{ most: 1_000, bound: byTime, locks: "t", remove: removeOrders },
		due: `SELECT (changed_at || ' ' || id) COLLATE "C" AS ord, changed_at || ' ' || id AS key, 'store_order' AS table,
				row_to_json(t)::text AS row
			FROM store_order t
			WHERE over AND changed_at < $1 AND (state <> 'expired' OR reroute IS FALSE)
			AND ($2::text IS NULL OR (changed_at || ' ' || id) COLLATE "C" <= $2)`,
	},
};

interface OrderRow {
	id: string;
	body: string;
	asked: string;
}

/** Goods that were handed over may come back long after: the right to take them back is kept, as for any line that was sold. */
async function removeOrders(tx: Queries, rows: readonly DueRow[], { exportId, now }: Leaving): Promise<number> {
	const orders = rows.map(({ row }) => JSON.parse(row) as OrderRow);
	for (const { id, body } of orders) {
		const { lines } = JSON.parse(body) as Order;
		const skus = new Set(lines.flatMap(({ sku, substitutes }) => [sku, ...substitutes.map((each) => each.sku)]));
		for (const sku of skus) await openOrderLine(tx, lineName({ order: id, sku }));
	}
	await tx.query(
		"INSERT INTO gone_order (id, asked_sha256, export, at) SELECT t.id, t.asked, $3, $4 " +
			"FROM unnest($1::text[], $2::text[]) AS t (id, asked) ON CONFLICT (id) " +
			"DO UPDATE SET asked_sha256 = excluded.asked_sha256, export = excluded.export, at = excluded.at",
		[
			orders.map(({ id }) => id),
			orders.map(({ asked }) => (asked === "" ? null : createHash("sha256").update(asked).digest("hex"))),
			exportId,
			now,
		],
	);
	return (await tx.query("DELETE FROM store_order WHERE id = ANY($1) RETURNING 1", [orders.map(({ id }) => id)])).length;
}

export const kindNamed = (kind: string): RetentionKind => (kind === "notes" || kind.startsWith("facts") ? factsKind(kind) : others[kind]!);
