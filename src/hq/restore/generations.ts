import { lastNumberBefore as boundary } from "../../link/hq/reconcile.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";

/**
 * HQ's first process has started: since then no store has been heard, and the database may be a backup's. Other processes on the same
 * database join the generation that lives.
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

/** HQ and the store have compared what each knows. */
export async function noteGreeted(db: Db, store: string): Promise<void> {
	await db.transaction((tx) => tx.query("UPDATE store SET greeted_in = (SELECT max(n) FROM generation) WHERE id = $1", [store]));
}

/** Where nobody ever began one, HQ has no line to its stores and no stores that could know more. */
export async function isGreeted(tx: Queries, store: string): Promise<boolean> {
	const [row] = await tx.query<{ greeted: boolean }>(
		`SELECT NOT EXISTS (SELECT 1 FROM generation) OR coalesce(greeted_in = (SELECT max(n) FROM generation), false) AS greeted
		 FROM store WHERE id = $1`,
		[store],
	);
	return row?.greeted === true;
}

/** The last number HQ gave before the backup, as far as the generations show. */
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
