/** The content of a push, page by page: its changes, and the rows that were refused. */

import type { RejectedRow } from "../../../words/answers/head-office/pushes.ts";
import type { HeldReason } from "../../../words/prices/hold.ts";
import type { Price } from "../../../words/prices/price.ts";
import type { Instant } from "../../../words/time.ts";
import type { Queries } from "../../database/database.ts";
import { HqRefusal } from "../../refusal.ts";
import type { PriceChange } from "../pushes.ts";

export interface Page<T> {
	items: T[];
	/** The `after` of the next page; left out on the last one. */
	next?: number;
}

/** A change of a push. Times are those of the first store that it was written for, where stores have clocks of their own. */
export type KeptChange = Omit<Price, "push" | "version"> & {
	n: number;
	name: string | null;
	/** When head office ended the price, before its time. */
	endedAt?: Instant;
	/** The change waits for a person. */
	held?: HeldReason[];
};

/** Changes that wait stand behind the others. */
const heldFrom = 1_000_000_000;

async function requirePush(db: Queries, push: string): Promise<void> {
	const [known] = await db.query("SELECT 1 FROM push WHERE id = $1", [push]);
	if (!known) throw new HqRefusal("push-unknown", `No push has the id ${push}. GET /api/v1/pushes lists the newest.`);
}

/** The changes of a push in the order of its sender; `after` is the `n` of the last one seen. */
export async function changesOf(db: Queries, push: string, after: number, limit: number): Promise<Page<KeptChange>> {
	await requirePush(db, push);
	const rows = await db.query<{ n: number; body: string; endedAt: Instant | null; name: string | null }>(
		`SELECT DISTINCT ON (c.n) c.n, r.body, c.ended_at AS "endedAt", a.body::json ->> 'name' AS name FROM push_change c
		 JOIN record r ON r.n = c.version LEFT JOIN article a ON a.sku = c.sku
		 WHERE c.push = $1 AND c.n > $2 ORDER BY c.n, c.version LIMIT $3`,
		[push, Math.min(after, heldFrom), limit],
	);
	const items = rows.map(({ n, body, endedAt, name }): KeptChange => {
		const { push: _, version: __, ...price } = (JSON.parse(body) as { price: Price }).price;
		return { n, name, ...price, ...(endedAt !== null && { endedAt }) };
	});
	if (items.length < limit) {
		const held = await db.query<{ n: number; change: string; reasons: string }>(
			"SELECT n, change, reasons FROM push_held WHERE push = $1 AND waits AND n > $2 ORDER BY n LIMIT $3",
			[push, Math.max(0, after - heldFrom), limit - items.length],
		);
		for (const { n, change, reasons } of held) {
			const { article, ...said } = JSON.parse(change) as PriceChange;
			const price = said as unknown as Omit<Price, "push" | "version">;
			items.push({ n: heldFrom + n, name: article.name ?? null, ...price, held: JSON.parse(reasons) as HeldReason[] });
		}
	}
	return { items, ...(items.length === limit && { next: items.at(-1)!.n }) };
}

/** The rows of a push that were refused, by line; `after` is how many were seen. `exportedTo`: the file to which a policy moved them. */
export async function rejectedOf(
	db: Queries,
	push: string,
	after: number,
	limit: number,
): Promise<Page<RejectedRow> & { exportedTo?: string }> {
	await requirePush(db, push);
	const [row] = await db.query<{ rejected: string; exportedTo: string | null }>(
		'SELECT rejected, (SELECT file FROM retention_export e WHERE e.id = rejected_export) AS "exportedTo" FROM push WHERE id = $1',
		[push],
	);
	const all = JSON.parse(row!.rejected) as RejectedRow[];
	const items = all.slice(after, after + limit);
	const exported = row!.exportedTo === null ? {} : { exportedTo: row!.exportedTo };
	return { items, ...(after + items.length < all.length && { next: after + items.length }), ...exported };
}
