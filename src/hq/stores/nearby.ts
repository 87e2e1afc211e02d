import type { Queries } from "../database/database.ts";

/** In a chain of so many stores every store is near every other: all of them hear what one says. */
const smallChain = 64;

/** The stores that should hear what concerns customers of this one: in a small chain all others, else those that share a group with it. */
export async function storesNear(db: Queries, store: string): Promise<string[]> {
	const rows = await db.query<{ id: string }>(`SELECT id FROM store WHERE id <> $1 ORDER BY id LIMIT ${smallChain}`, [store]);
	if (rows.length < smallChain) return rows.map(({ id }) => id);
	const sharing = await db.query<{ store: string }>(
		`SELECT DISTINCT other.store FROM store_group own JOIN store_group other ON other.name = own.name
		 WHERE own.store = $1 AND other.store <> $1 ORDER BY other.store`,
		[store],
	);
	return sharing.map((row) => row.store);
}
