import { createHash } from "node:crypto";
import { actorText } from "../../words/actor.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import type { HeldReason } from "../../words/prices/hold.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import type { NumberedRecord } from "../streams/down.ts";
import { judgePush } from "./judge.ts";
import { keepFile } from "./kept/push-file.ts";
import {
	type AddressedStore,
	type AskedPush,
	addressedStores,
	type HeldChange,
	namedStores,
	type PriceChange,
	type PushAnswer,
} from "./pushes.ts";
import { beginWaves } from "./waves/roll-out.ts";
import { variantsByWave } from "./waves/write-wave.ts";
import { variantsByZone, writePush } from "./write-push.ts";

interface Accepted {
	answer: PushAnswer;
	stores: string[];
	records: readonly NumberedRecord[];
}

/**
 * Gives every change a version and writes it into the catalog stream of every addressed store, in one transaction. Changes that
 * guard rails object to are held until a second person releases them. The same id with the same contents gets the first
 * answer; with other contents it is refused. A push without a single acceptable change leaves its id free.
 * `records`: what its stores will be sent.
 */
export async function acceptPush(db: Db, push: AskedPush, now: Instant, usualCurrency?: string): Promise<Accepted> {
	return db.transaction(async (tx) => {
		const contents = contentsOf(push);
		// Older builds kept pushes without a single change: the id of such a push is free.
		const empty = "changes = 0 AND learned IS NULL AND targets IS NULL";
		await tx.query(`DELETE FROM push_store WHERE push IN (SELECT id FROM push WHERE id = $1 AND ${empty})`, [push.id]);
		await tx.query(`DELETE FROM push WHERE id = $1 AND ${empty}`, [push.id]);
		const before = await answerBefore(tx, push.id, contents);
		if (before) return { answer: before, stores: [], records: [] };
		const stores = await addressedStores(tx, push.stores);
		if (push.changes.length === 0)
			return { answer: { id: push.id, accepted: 0, rejected: [...push.rejected], held: [] }, stores: [], records: [] };
		// Held until the commit: two pushes must not describe an article, or judge a price, from the same state.
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const again = await answerBefore(tx, push.id, contents);
		if (again) return { answer: again, stores: [], records: [] };
		await forgetPart(tx, push.id);
		return takeIn(tx, push, stores, { contents, now, usualCurrency });
	});
}

async function takeIn(
	tx: Queries,
	push: AskedPush,
	stores: readonly AddressedStore[],
	{ contents, now, usualCurrency }: { contents: string; now: Instant; usualCurrency: string | undefined },
): Promise<Accepted> {
	const objections = push.by ? (await judgePush(tx, push, stores, now, usualCurrency)).objections : [];
	const free = push.changes.filter((_, i) => !objections[i]?.length);
	const { waves } = push;
	const held = push.changes.flatMap((change, i) => (objections[i]?.length ? [{ change, reasons: objections[i] }] : []));
	await tx.query(
		`INSERT INTO push (id, at, changes, accepted, rejected, contents_sha256, author, targets, effective_at)
		 VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)`,
		[
			push.id,
			now,
			free.length,
			JSON.stringify(push.rejected),
			contents,
			push.by ? actorText({ kind: push.by.kind, name: push.by.name }) : null,
			JSON.stringify(push.stores),
			push.effectiveAt ?? null,
		],
	);
	await keepHeld(tx, push.id, free.length, held);
	if (push.file) await keepFile(tx, push.id, push.file, now);
	const members = waves && (await beginWaves(tx, { id: push.id, targets: push.stores }, waves, now));
	let records: readonly NumberedRecord[] = [];
	if (free.length > 0) {
		const { firstFrom, ...written } = await writePush(tx, {
			id: push.id,
			variants: members ? variantsByWave(members, free) : variantsByZone(stores, free, push.effectiveAt),
			effectiveAt: push.effectiveAt,
			now,
			firstN: 1,
			head: { changes: free.length, stores: members ? members.map(({ id }) => id) : namedStores(push.stores, stores) },
			// A push of head office itself was judged by no guard rails, and no store is to judge it.
			isReleased: push.by === undefined,
		});
		await tx.query("UPDATE push SET first_from = $2 WHERE id = $1", [push.id, firstFrom]);
		records = written.records;
	}
	const answer = { id: push.id, accepted: free.length, rejected: [...push.rejected], held: heldChanges(held) };
	return { answer, stores: free.length > 0 ? (members ?? stores).map(({ id }) => id) : [], records };
}

/** Keeps the changes that guard rails hold, numbered after those that were accepted. */
export async function keepHeld(
	tx: Queries,
	push: string,
	after: number,
	held: readonly { change: PriceChange; reasons: readonly StoreReason[] }[],
): Promise<void> {
	if (held.length === 0) return;
	await tx.query(
		`INSERT INTO push_held (push, n, sku, change, reasons)
		 SELECT $1, $2 + o, s, c, r FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS t (s, c, r, o)`,
		[
			push,
			after,
			held.map(({ change }) => change.sku),
			held.map(({ change }) => JSON.stringify(change)),
			held.map(({ reasons }) => JSON.stringify(reasons)),
		],
	);
}

/** Why a change is held; `store`: only in this one. */
export type StoreReason = HeldReason & { store?: string };

export const heldChanges = (held: readonly { change: { sku: string }; reasons: readonly StoreReason[] }[]): HeldChange[] =>
	held.flatMap(({ change, reasons }) => reasons.map((reason) => ({ sku: change.sku, ...reason })));

/**
 * The canonical text of a push. The order of stores and fields does not matter; that of the changes does, because it decides which of two
 * counts.
 */
function contentsOf({ stores, effectiveAt, changes, waves }: AskedPush): string {
	const asked = defined({
		waves,
		stores: stores === "all" || "group" in stores ? stores : [...new Set(stores)].sort(),
		effectiveAt,
		changes,
	});
	return createHash("sha256").update(canonicalText(asked)).digest("hex");
}

/**
 * HQ lost this push in a restore and got back only a part of it, or cannot know whether it got all. Its sender sends it again: the
 * part is removed and the whole push taken.
 */
async function forgetPart(tx: Queries, id: string): Promise<void> {
	const parts = await tx.query("DELETE FROM push WHERE id = $1 AND learned = 'part' RETURNING 1", [id]);
	if (parts.length === 0) return;
	for (const table of ["push_change", "push_store", "push_run", "change_state", "push_file", "push_file_part"])
		await tx.query(`DELETE FROM ${table} WHERE push = $1`, [id]);
}

/** The answer that the push got the first time; undefined when it is new, or when HQ has only a part of it. Throws push-differs. */
async function answerBefore(db: Queries, id: string, contents: string): Promise<PushAnswer | undefined> {
	const [row] = await db.query<{ at: string; accepted: number; rejected: string; contents: string | null; learned: string | null }>(
		"SELECT at, coalesce(accepted, changes) AS accepted, rejected, contents_sha256 AS contents, learned FROM push WHERE id = $1",
		[id],
	);
	if (!row || row.learned === "part") return undefined;
	if (row.contents !== null && row.contents !== contents)
		throw new HqRefusal(
			"push-differs",
			`Push ${id} was taken at ${row.at} with other changes, stores or time. Nothing was changed; give the new one an id of its own.`,
		);
	const held = await db.query<{ sku: string; reasons: string }>(
		"SELECT sku, reasons FROM push_held WHERE push = $1 AND n > $2 ORDER BY n",
		[id, row.accepted],
	);
	return {
		id,
		accepted: row.accepted,
		rejected: JSON.parse(row.rejected) as PushAnswer["rejected"],
		held: heldChanges(held.map(({ sku, reasons }) => ({ change: { sku }, reasons: JSON.parse(reasons) as StoreReason[] }))),
	};
}
