import type { LabelCounts } from "../../../words/answers/labels.ts";
import type { Queries } from "../../database/database.ts";

/** By store: how many labels the push's articles have and how far these are, so that progress is seen with each label. */
export async function labelsOf(db: Queries, push: string): Promise<Map<string, LabelCounts>> {
	const rows = await db.query<{ store: string; total: number; shown: number; failed: number }>(
		`SELECT l.store, count(*)::int AS total, count(*) FILTER (WHERE l.is_shown)::int AS shown,
			count(*) FILTER (WHERE l.is_failed AND NOT l.is_shown)::int AS failed
		 FROM (SELECT l.store, l.id,
				bool_and(coalesce(l.up_to_version >= c.version AND c.state NOT IN ('masked', 'never', 'held')
					AND (l.shown_n > c.since OR l.amount_minor = c.amount_minor), false)) AS is_shown,
				bool_or(l.failed_why IS NOT NULL AND l.failed_up_to >= p.version) AS is_failed
			FROM push_change p JOIN push_store s ON s.push = p.push AND (p.variant IS NULL OR p.variant = s.variant)
			JOIN label l ON l.store = s.store AND l.sku = p.sku
			LEFT JOIN change_state c ON c.store = s.store AND c.sku = p.sku AND c.version = p.version
			WHERE p.push = $1 AND p.ended_at IS NULL GROUP BY l.store, l.id) l
		 GROUP BY l.store`,
		[push],
	);
	return new Map(rows.map(({ store, total, shown, failed }) => [store, { total, shown, pending: total - shown - failed, failed }]));
}
