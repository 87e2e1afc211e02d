/**
 * A member is erased: who the pseudonym belonged to is forgotten here, every store is told to remove what it keeps of it, and reports how
 * much that was. Facts keep the pseudonym, which then belongs to nobody. What is left of the erasure is the pseudonym's digest.
 */
import type { StoreEvent } from "../../words/event.ts";
import { memberDigest } from "../../words/members/member.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendToAll } from "../streams/to-all.ts";

export interface Erasure {
	id: string;
	/** Digest of the pseudonym. */
	member: string;
	at: Instant;
	by: string;
	/** Counts of rows that head office removed, by kind. */
	removed: Record<string, number>;
	/** `at` is null while the store has not said that it erased. */
	stores: { store: string; at: Instant | null; removed: Record<string, number> | null }[];
}

export async function eraseMember(
	db: Db,
	{ id, pseudonym }: { id: string; pseudonym: string },
	by: string,
	now: Instant,
): Promise<{ created: boolean; erasure: Erasure; stores: string[] }> {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const digest = memberDigest(pseudonym);
		const [known] = await tx.query<{ digest: string }>("SELECT digest FROM member_erasure WHERE id = $1", [id]);
		if (known) {
			if (known.digest !== digest)
				throw new HqRefusal("erasure-differs", `Erasure ${id} is of another member. Give this one an id of its own.`);
			return { created: false, erasure: await requireErasure(tx, id), stores: [] };
		}
		await keepErasure(tx, { id, pseudonym }, by, now);
		const { stores } = await sendToAll(tx, { type: "member-erase", erasure: id, member: pseudonym }, "members");
		await tx.query("INSERT INTO member_erasure_store (id, store) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING", [id, stores]);
		return { created: true, erasure: await requireErasure(tx, id), stores };
	});
}

/** Also for an erasure that a restored head office learns back from a store. A known one is not made again. */
export async function keepErasure(tx: Queries, { id, pseudonym }: { id: string; pseudonym: string }, by: string, now: Instant) {
	const [known] = await tx.query("SELECT 1 FROM member_erasure WHERE id = $1", [id]);
	if (known) return;
	const count = async (sql: string): Promise<number> => (await tx.query(`${sql} RETURNING 1`, [pseudonym])).length;
	const removed = {
		members: await count("DELETE FROM member WHERE pseudonym = $1"),
		points: (await count("DELETE FROM points_sale WHERE member = $1")) + (await count("DELETE FROM points_lease WHERE member = $1")),
		enrolments: await count("UPDATE member_enrolment SET pseudonym = 'erased' WHERE pseudonym = $1"),
		orders: await count(
			`UPDATE store_order SET body = replace(body, $1, 'erased'), asked = replace(asked, $1, 'erased')
			 WHERE strpos(body, $1) > 0 OR strpos(asked, $1) > 0`,
		),
	};
	await tx.query("INSERT INTO member_erasure (id, digest, at, by_whom, removed) VALUES ($1, $2, $3, $4, $5)", [
		...[id, memberDigest(pseudonym), now, by, JSON.stringify(removed)],
	]);
}

export async function requireErasure(db: Queries, id: string): Promise<Erasure> {
	const [row] = await db.query<{ digest: string; at: Instant; by: string; removed: string }>(
		'SELECT digest, at, by_whom AS "by", removed FROM member_erasure WHERE id = $1',
		[id],
	);
	if (!row) throw new HqRefusal("erasure-unknown", `No erasure has the id ${id}.`);
	const stores = await db.query<{ store: string; at: Instant | null; removed: string | null }>(
		"SELECT store, at, removed FROM member_erasure_store WHERE id = $1 ORDER BY store",
		[id],
	);
	const counts = (text: string): Record<string, number> => JSON.parse(text) as Record<string, number>;
	return {
		...{ id, member: row.digest, at: row.at, by: row.by, removed: counts(row.removed) },
		stores: stores.map((each) => ({ ...each, removed: each.removed === null ? null : counts(each.removed) })),
	};
}

/** Takes stores' facts about erased rows. The caller must hold the store's lock. */
export async function takeErasedFacts(tx: Queries, store: string, events: readonly StoreEvent[]): Promise<void> {
	for (const event of events)
		if (event.type === "member.erased")
			await tx.query(
				`INSERT INTO member_erasure_store (id, store, at, removed) VALUES ($1, $2, $3, $4)
				 ON CONFLICT (id, store) DO UPDATE SET at = coalesce(member_erasure_store.at, excluded.at),
				 removed = coalesce(member_erasure_store.removed, excluded.removed)`,
				[event.erasure, store, event.at, JSON.stringify(event.removed)],
			);
}
