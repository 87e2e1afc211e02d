/**
 * Rows leave the database in exports, one after the other for each kind:
 *
 *   plan     a row of retention_export names the last key it may hold, and gets the id that its file is named by
 *   write    the rows up to that key, locked; the file is written, synced, renamed, and read again
 *   remove   in the transaction that held the rows: they leave, and the export is entered at the next place of its kind
 *
 * A process that is killed between plan and remove leaves the plan: whoever comes next writes the same rows under the same name. Rows are
 * in their table until the export that holds them is on disk and entered.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { exportName, exportText, writeExport } from "./export-file.ts";
import { type DueRow, kindNamed, type RetentionKind } from "./kinds.ts";
import { cutoffOf, type Policy } from "./policies.ts";

export interface Exported {
	kind: string;
	file: string;
	rows: number;
	bytes: number;
	sha256: string;
}

interface Plan {
	id: string;
	cutoff: Instant;
	upTo: string;
}

interface Due extends Plan {
	bound: string;
}

/** Writes the next export of a kind. Undefined: nothing is due, or another process writes this kind. */
export async function exportNext(
	db: Db,
	policy: Pick<Policy, "kind" | "days">,
	folder: string,
	clock: () => Instant,
): Promise<Exported | undefined> {
	const { kind } = policy;
	const of = kindNamed(kind);
	const plan = await planned(db, policy, of, clock());
	if (!plan) return undefined;
	return db.transaction(async (tx) => {
		const [held] = await tx.query("SELECT 1 FROM retention_export WHERE id = $1 AND place IS NULL FOR UPDATE SKIP LOCKED", [plan.id]);
		if (!held) return undefined;
		const bound = await of.bound(tx, plan.cutoff);
		const rows = bound === undefined ? [] : await dueRows(tx, of, { ...plan, bound });
		if (rows.length === 0) return void (await tx.query("DELETE FROM retention_export WHERE id = $1", [plan.id]));
		const [last] = await tx.query<{ place: number; sha256: string }>(
			"SELECT place, sha256 FROM retention_export WHERE kind = $1 AND place IS NOT NULL ORDER BY place DESC LIMIT 1",
			[kind],
		);
		const head = { kind, place: (last?.place ?? 0) + 1, id: plan.id, before: last?.sha256 ?? null };
		const text = exportText({ gondola: "hq-export", v: 1, ...head, cutoff: plan.cutoff }, rows);
		const written = await writeExport(folder, exportName(head), text);
		const now = clock();
		const left = await of.remove(tx, rows, { exportId: plan.id, now });
		if (left !== rows.length) throw new Error(`${left} of ${rows.length} rows of ${kind} would leave; nothing was removed`);
		await tx.query(
			`UPDATE retention_export SET place = $2, file = $3, host = $4, rows = $5, bytes = $6, sha256 = $7, before_sha256 = $8, at = $9
			 WHERE id = $1`,
			[plan.id, head.place, written.file, hostname(), rows.length, written.bytes, written.sha256, head.before, now],
		);
		return { kind, rows: rows.length, ...written };
	});
}

const dueRows = (tx: Queries, of: RetentionKind, { bound, upTo }: Due): Promise<DueRow[]> =>
	tx.query<DueRow>(`SELECT key, "table", row FROM (${of.due} FOR UPDATE OF ${of.locks}) due ORDER BY ord`, [bound, upTo]);

/** The plan that a process left, or a new one. */
async function planned(db: Db, { kind, days }: Pick<Policy, "kind" | "days">, of: RetentionKind, now: Instant): Promise<Plan | undefined> {
	const find = async (tx: Queries): Promise<Plan | undefined> =>
		(await tx.query<Plan>('SELECT id, cutoff, up_to AS "upTo" FROM retention_export WHERE kind = $1 AND place IS NULL', [kind]))[0];
	const left = await find(db);
	if (left) return left;
	const cutoff = cutoffOf(days, now);
	const bound = await of.bound(db, cutoff);
	if (bound === undefined) return undefined;
	const keys = await db.query<{ key: string }>(`SELECT key FROM (${of.due}) due ORDER BY ord LIMIT ${of.most}`, [bound, null]);
	const upTo = keys.at(-1)?.key;
	if (upTo === undefined) {
		// Facts are looked through once: what is left up to there belongs to other kinds.
		if (of.isRemembered)
			await db.transaction((tx) => tx.query("UPDATE retention_policy SET seen_n = greatest(seen_n, $2) WHERE kind = $1", [kind, bound]));
		return undefined;
	}
	return db.transaction(async (tx) => {
		const id = randomBytes(6).toString("hex");
		await tx.query(
			"INSERT INTO retention_export (id, kind, cutoff, up_to, planned_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
			[id, kind, cutoff, upTo, now],
		);
		return find(tx);
	});
}

/** How many rows of a kind are due by its policy. */
export async function countDue(db: Db, { kind, days }: Pick<Policy, "kind" | "days">, now: Instant): Promise<number> {
	const of = kindNamed(kind);
	const bound = await of.bound(db, cutoffOf(days, now));
	if (bound === undefined) return 0;
	const [row] = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM (${of.due}) due`, [bound, null]);
	return row!.n;
}

export interface KeptExport extends Exported {
	place: number;
	id: string;
	before: string | null;
	cutoff: Instant;
	host: string;
	at: Instant;
}

/** The order of the list, as text. */
const listOrder = "at || ' ' || kind || ' ' || lpad(place::text, 9, '0')";
export const placeInList = ({ at, kind, place }: KeptExport): string => `${at} ${kind} ${String(place).padStart(9, "0")}`;

/** The newest first. */
export const listExports = (db: Queries, { kind, before, limit }: { kind?: string | undefined; before: string; limit: number }) =>
	db.query<KeptExport>(
		`SELECT kind, place, id, file, host, rows, bytes, sha256, before_sha256 AS before, cutoff, at FROM retention_export
		 WHERE place IS NOT NULL AND ($1::text IS NULL OR kind = $1) AND (${listOrder}) COLLATE "C" < $2
		 ORDER BY (${listOrder}) COLLATE "C" DESC LIMIT $3`,
		[kind ?? null, before, limit],
	);
