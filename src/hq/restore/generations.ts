import { lastNumberBefore as boundary } from "../../link/hq/reconcile.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";

/**
 * Begins a generation: HQ's first process has started, no store has greeted since, and the database may be a backup. Further processes on
 * the same database join the generation.
 */
export async function beginGeneration(db: Db, now: Instant): Promise<void> {
	await db.transaction(async (tx) => {
		const [last] = await tx.query<{ last: number }>("SELECT last FROM counter FOR UPDATE");
		const alive = await tx.query("SELECT 1 FROM hq_process WHERE until > now() LIMIT 1");
		const any = await tx.query("SELECT 1 FROM generation LIMIT 1");
		if (alive.length > 0 && any.length > 0) return;
		await tx.query("INSERT INTO generation (first, at) VALUES ($1, $2)", [last!.last + 1, now]);
	});
}

/** The store has greeted in this generation, and its history has been compared with HQ's. */
export async function noteGreeted(db: Db, store: string): Promise<void> {
	await db.transaction((tx) => tx.query("UPDATE store SET greeted_in = (SELECT max(n) FROM generation) WHERE id = $1", [store]));
}

/**
 * Whether the store has greeted in this generation. True where there is no generation: then HQ has no line, and no store can have more than
 * HQ.
 */
export async function isGreeted(tx: Queries, store: string): Promise<boolean> {
	const [row] = await tx.query<{ greeted: boolean }>(
		`SELECT NOT EXISTS (SELECT 1 FROM generation) OR coalesce(greeted_in = (SELECT max(n) FROM generation), false) AS greeted
		 FROM store WHERE id = $1`,
		[store],
	);
	return row?.greeted === true;
}

/** The last number that HQ gave before the backup, by the generations. */
export async function lastNumberBefore(tx: Queries, store: string, trunk: number): Promise<number> {
	const rows = await tx.query<{ first: number }>(
		"SELECT first FROM generation WHERE n > coalesce((SELECT greeted_in FROM store WHERE id = $1), 0) ORDER BY n",
		[store],
	);
	const [found] = await tx.query<{ before: number }>("SELECT before FROM restoration ORDER BY n DESC LIMIT 1");
	return boundary(
		rows.map(({ first }) => first),
		trunk,
		found?.before ?? 0,
	);
}
