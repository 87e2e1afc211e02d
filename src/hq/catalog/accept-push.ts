import { createHash } from "node:crypto";
import { actorText } from "../../words/actor.ts";
import type { HeldChange, PushAnswer } from "../../words/answers/head-office/pushes.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { inOnePart } from "../intake/change-parts.ts";
import { HqRefusal } from "../refusal.ts";
import type { NumberedRecord } from "../streams/down.ts";
import { judgeParts } from "./judge.ts";
import { keepFile } from "./kept/push-file.ts";
import { countsBeyond, namedMost } from "./preview.ts";
import { type AddressedStore, type AskedPush, addressedStores, type LargePush, namedStores, type PriceChange } from "./pushes.ts";
import type { Member } from "./waves/members.ts";
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
export async function acceptPush(db: Db, asked: AskedPush | LargePush, now: Instant, usualCurrency?: string): Promise<Accepted> {
	const push = inParts(asked);
	return db.transaction(async (tx) => {
		const contents = contentsOf(asked);
		// Older builds kept pushes without a single change: the id of such a push is free.
		const empty = "changes = 0 AND learned IS NULL AND targets IS NULL";
		await tx.query(`DELETE FROM push_store WHERE push IN (SELECT id FROM push WHERE id = $1 AND ${empty})`, [push.id]);
		await tx.query(`DELETE FROM push WHERE id = $1 AND ${empty}`, [push.id]);
		const before = await answerBefore(tx, push.id, contents);
		if (before) return { answer: before, stores: [], records: [] };
		const stores = await addressedStores(tx, push.stores);
		if (push.parts.count === 0) return { answer: answerOf(push, 0, []), stores: [], records: [] };
		// Held until the commit: two pushes must not describe an article, or judge a price, from the same state.
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const again = await answerBefore(tx, push.id, contents);
		if (again) return { answer: again, stores: [], records: [] };
		await forgetPart(tx, push.id);
		return takeIn(tx, push, stores, { contents, now, usualCurrency });
	});
}

/** A push of any size, as it is written. */
type PartedPush = Omit<LargePush, "changes">;

const inParts = (push: AskedPush | LargePush): PartedPush => {
	if (push.changes === undefined) return push;
	const { changes, ...rest } = push;
	return { ...rest, parts: inOnePart(changes), rejectedCount: push.rejectedCount ?? push.rejected.length };
};

const answerOf = (push: PartedPush, accepted: number, held: HeldChange[], heldCount = held.length): PushAnswer => {
	const lists = { rejected: [...push.rejected], held };
	return { id: push.id, accepted, ...lists, ...countsBeyond({ rejectedCount: push.rejectedCount, heldCount }, lists) };
};

async function takeIn(
	tx: Queries,
	push: PartedPush,
	stores: readonly AddressedStore[],
	{ contents, now, usualCurrency }: { contents: string; now: Instant; usualCurrency: string | undefined },
): Promise<Accepted> {
	const isHeld = await judgeAll(tx, push, stores, now, usualCurrency);
	const free = push.parts.count - push.parts.held.count;
	await tx.query(
		`INSERT INTO push (id, at, changes, accepted, rejected, rejected_count, contents_sha256, author, targets, effective_at)
		 VALUES ($1, $2, $3, $3, $4, $9, $5, $6, $7, $8)`,
		[
			push.id,
			now,
			free,
			JSON.stringify(push.rejected),
			contents,
			push.by ? actorText({ kind: push.by.kind, name: push.by.name }) : null,
			JSON.stringify(push.stores),
			push.effectiveAt ?? null,
			push.rejectedCount,
		],
	);
	const { named, count } = await keepAllHeld(tx, push, free);
	if (push.file) await keepFile(tx, push.id, push.file, now);
	const members = push.waves && (await beginWaves(tx, { id: push.id, targets: push.stores }, push.waves, now));
	const answer = answerOf(push, free, named, count);
	if (free === 0) return { answer, stores: [], records: [] };
	const { firstFrom, records } = await writeAll(tx, push, { stores, members, isHeld, free, now });
	await tx.query("UPDATE push SET first_from = $2 WHERE id = $1", [push.id, firstFrom]);
	return { answer, stores: (members ?? stores).map(({ id }) => id), records };
}

/** Keeps what is held after the changes that are free. Answers the first of the objections, and how many there are. */
async function keepAllHeld(tx: Queries, { id, parts }: PartedPush, free: number): Promise<{ named: HeldChange[]; count: number }> {
	let named: HeldChange[] = [];
	let count = 0;
	let rows = 0;
	for await (const part of parts.held.parts()) {
		await keepHeld(tx, id, free + rows, part);
		rows += part.length;
		const held = heldChanges(part);
		count += held.length;
		named = named.concat(held.slice(0, Math.max(0, namedMost - named.length)));
	}
	return { named, count };
}

interface Destination {
	stores: readonly AddressedStore[];
	/** Of a push in waves: the stores of the first one. */
	members: Member[] | undefined;
	/** Which changes of each part are held; undefined: none. */
	isHeld: readonly (Uint8Array | undefined)[];
	/** How many changes are not. */
	free: number;
	now: Instant;
}

/** Records of a push that comes in parts which are answered as those that its stores will be sent first. */
const sentFirst = 20_000;

/** Writes the changes that are free, a part at a time. Answers when the first of them comes into force, and what stores are sent first. */
async function writeAll(tx: Queries, push: PartedPush, { stores, members, isHeld, free, now }: Destination) {
	const { progress = () => {} } = push;
	const head = { changes: free, stores: members ? members.map(({ id }) => id) : namedStores(push.stores, stores) };
	let first: Instant | undefined;
	let sent: readonly NumberedRecord[] = [];
	let written = 0;
	let part = 0;
	for await (const changes of push.parts.parts()) {
		const flags = isHeld[part++];
		const letGo = flags ? changes.filter((_, i) => !flags[i]) : changes;
		if (letGo.length === 0) continue;
		const { firstFrom, records } = await writePush(tx, {
			id: push.id,
			variants: members ? variantsByWave(members, letGo) : variantsByZone(stores, letGo, push.effectiveAt),
			effectiveAt: push.effectiveAt,
			now,
			firstN: written + 1,
			head,
			// A push of head office itself was judged by no guard rails, and no store is to judge it.
			isReleased: push.by === undefined,
		});
		if (first === undefined || (firstFrom !== undefined && firstFrom < first)) first = firstFrom;
		if (sent.length < sentFirst) sent = sent.concat(records);
		written += letGo.length;
		progress("writing", written / free);
	}
	return { firstFrom: first, records: sent };
}

/** Judges all parts before any is written, and keeps what is held. Answers which changes of each part are; undefined: none. */
async function judgeAll(
	tx: Queries,
	push: PartedPush,
	stores: readonly AddressedStore[],
	now: Instant,
	usualCurrency: string | undefined,
): Promise<(Uint8Array | undefined)[]> {
	// A push of head office itself is not judged.
	if (!push.by) return [];
	const { parts, progress = () => {} } = push;
	const isHeld: (Uint8Array | undefined)[] = [];
	let judged = 0;
	for await (const { changes, objections } of judgeParts(tx, push, stores, now, usualCurrency)) {
		const flags = Uint8Array.from(objections, (reasons) => (reasons.length > 0 ? 1 : 0));
		isHeld.push(flags.includes(1) ? flags : undefined);
		parts.held.add(changes.flatMap((change, i) => (flags[i] ? [{ change, reasons: objections[i]! }] : [])));
		judged += changes.length;
		progress("judging", judged / parts.count);
	}
	return isHeld;
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
export type StoreReason = Omit<HeldChange, "sku">;

export const heldChanges = (held: readonly { change: { sku: string }; reasons: readonly StoreReason[] }[]): HeldChange[] =>
	held.flatMap(({ change, reasons }) => reasons.map((reason) => ({ sku: change.sku, ...reason })));

/**
 * The digest of a push's canonical text. The order of stores and fields does not matter; that of the changes does, because it decides
 * which of two counts.
 */
function contentsOf(push: AskedPush | LargePush): string {
	const { stores, effectiveAt, waves } = push;
	const asked = defined({
		waves,
		stores: stores === "all" || "group" in stores ? stores : [...new Set(stores)].sort(),
		effectiveAt,
		...(push.changes === undefined ? { changesSha256: push.parts.digest } : { changes: push.changes }),
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
	const [row] = await db.query<PushBefore>(
		`SELECT at, coalesce(accepted, changes) AS accepted, rejected, rejected_count AS "rejectedCount", contents_sha256 AS contents, learned
		 FROM push WHERE id = $1`,
		[id],
	);
	if (!row || row.learned === "part") return undefined;
	if (row.contents !== null && row.contents !== contents)
		throw new HqRefusal(
			"push-differs",
			`Push ${id} was taken at ${row.at} with other changes, stores or time. Nothing was changed; give the new one an id of its own.`,
		);
	const rejected = JSON.parse(row.rejected) as PushAnswer["rejected"];
	let held: HeldChange[] = [];
	let heldCount = 0;
	const pageRows = 10_000;
	for (let after = row.accepted; ; ) {
		const page = await db.query<{ n: number; sku: string; reasons: string }>(
			"SELECT n, sku, reasons FROM push_held WHERE push = $1 AND n > $2 ORDER BY n LIMIT $3",
			[id, after, pageRows],
		);
		const named = heldChanges(page.map(({ sku, reasons }) => ({ change: { sku }, reasons: JSON.parse(reasons) as StoreReason[] })));
		heldCount += named.length;
		held = held.concat(named.slice(0, Math.max(0, namedMost - held.length)));
		if (page.length < pageRows) break;
		after = page.at(-1)!.n;
	}
	const lists = { rejected, held };
	return {
		id,
		accepted: row.accepted,
		...lists,
		...countsBeyond({ rejectedCount: row.rejectedCount ?? rejected.length, heldCount }, lists),
	};
}

interface PushBefore {
	at: string;
	accepted: number;
	rejected: string;
	/** Null: the push was taken by an older build; `rejected` names them all. */
	rejectedCount: number | null;
	contents: string | null;
	learned: string | null;
}
