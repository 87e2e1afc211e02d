/**
 * When facts came to head office. A fact's own time is its store's clock, which may be wrong by years; so head office notes from time to
 * time up to which number it had taken facts. Facts that a build before this one took count from its first mark.
 */
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { settledIn } from "../feed/feed.ts";

const markEveryMs = 3_600_000;

/** Notes a mark, at most one an hour. */
export async function markFacts(db: Db, now: Instant): Promise<void> {
	const [newest] = await db.query<{ at: Instant | null }>("SELECT max(at) AS at FROM fact_mark");
	if (newest?.at != null && Date.parse(now) - Date.parse(newest.at) < markEveryMs) return;
	await db.transaction(async (tx) => {
		const n = await settledIn(tx);
		await tx.query("INSERT INTO fact_mark (at, n) VALUES ($1, $2) ON CONFLICT (at) DO NOTHING", [now, n]);
		// Of the marks behind the oldest fact only the newest says anything.
		await tx.query("DELETE FROM fact_mark WHERE at < (SELECT max(at) FROM fact_mark WHERE n < (SELECT coalesce(min(n), 0) FROM up_fact))");
	});
}

/**
 * The number up to which facts may leave: taken before the cutoff, delivered to every webhook, and never the newest of all, from which
 * numbers go on when the database is restored from a backup. Undefined: none.
 */
export async function factsDueUpTo(tx: Queries, cutoff: Instant): Promise<number | undefined> {
	const [row] = await tx.query<{ n: number | null; newest: number | null; called: number | null }>(
		`SELECT (SELECT max(n) FROM fact_mark WHERE at < $1) AS n, (SELECT max(n) FROM up_fact) AS newest,
			(SELECT min(after_n) FROM webhook WHERE ended_at IS NULL) AS called`,
		[cutoff],
	);
	const { n, newest, called } = row!;
	if (n === null || newest === null) return undefined;
	return Math.min(n, newest - 1, called ?? n);
}
