import { createHash } from "node:crypto";
import type { AskedWave } from "../../../words/answers/head-office/waves.ts";
import type { Queries } from "../../database/database.ts";
import type { AddressedStore, PushTargets } from "../pushes.ts";

/** A store of a push with the groups that it belongs to. */
export interface Candidate extends AddressedStore {
	groups: readonly string[];
}

/** A store in the wave that it was put into. */
export interface Member extends AddressedStore {
	wave: number;
}

/** Places the stores in an order that is the same at each look, and another one for each push. */
const placeOf = (push: string, store: string): string => createHash("sha256").update(`${push}\n${store}`).digest("hex");

/**
 * The stores of each wave, by its number from 1. Waves up to `openedUpTo` keep their stores. A wave by percent takes that share of all
 * stores of the push, rounded up, from those that are in no wave before it.
 */
export function chooseWaves(
	push: string,
	waves: readonly AskedWave[],
	stores: readonly Candidate[],
	opened: ReadonlyMap<string, number>,
	openedUpTo: number,
): Map<number, Candidate[]> {
	const chosen = new Map<number, Candidate[]>();
	const of = (wave: number): Candidate[] => stores.filter(({ id }) => opened.get(id) === wave);
	let free = stores.filter(({ id }) => !opened.has(id));
	for (const [i, { group, percent }] of waves.entries()) {
		const n = i + 1;
		if (n <= openedUpTo) {
			chosen.set(n, of(n));
			continue;
		}
		const taken =
			group !== undefined
				? free.filter(({ groups }) => groups.includes(group))
				: percent !== undefined
					? firstByPlace(push, free, Math.ceil((stores.length * percent) / 100))
					: free;
		const ids = new Set(taken.map(({ id }) => id));
		chosen.set(n, taken);
		free = free.filter(({ id }) => !ids.has(id));
	}
	return chosen;
}

const firstByPlace = (push: string, stores: readonly Candidate[], count: number): Candidate[] =>
	stores
		.map((store) => ({ store, place: placeOf(push, store.id) }))
		.sort((a, b) => (a.place < b.place ? -1 : 1))
		.slice(0, count)
		.map(({ store }) => store)
		.sort((a, b) => (a.id < b.id ? -1 : 1));

/** The stores that a push is for as they are at this moment, in order of name. A group that has become empty has none. */
export async function candidates(db: Queries, targets: PushTargets): Promise<Candidate[]> {
	const group = typeof targets === "object" && "group" in targets ? targets.group : null;
	const rows = await db.query<AddressedStore & { groups: string }>(
		`SELECT s.id, coalesce(s.time_zone, 'UTC') AS "timeZone",
			coalesce((SELECT string_agg(g.name, ' ' ORDER BY g.name) FROM store_group g WHERE g.store = s.id), '') AS groups
		 FROM store s WHERE ($1::text[] IS NULL OR s.id = ANY($1))
			AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM store_group g WHERE g.store = s.id AND g.name = $2)) ORDER BY s.id`,
		[targets === "all" || group !== null ? null : targets, group],
	);
	return rows.map(({ groups, ...row }) => ({ ...row, groups: groups === "" ? [] : groups.split(" ") }));
}

/** The stores of the waves that have opened, in order of name; undefined where the push goes in no waves. */
export async function openedMembers(db: Queries, push: string): Promise<Member[] | undefined> {
	const [any] = await db.query("SELECT 1 FROM push_wave WHERE push = $1 LIMIT 1", [push]);
	if (!any) return undefined;
	return db.query<Member>(
		`SELECT w.store AS id, w.wave, coalesce(s.time_zone, 'UTC') AS "timeZone"
		 FROM push_wave_store w JOIN store s ON s.id = w.store WHERE w.push = $1 ORDER BY w.store`,
		[push],
	);
}

/** Each wave of a push has prices of its own for each time zone, so that a store's `push_store.variant` names them. */
export const waveVariant = (timeZone: string, wave: number): string => `${timeZone}~${wave}`;

/** SQL: the time zone that a row of push_change (`c`) was written for; NULL where its times are the same instants everywhere. */
export const zoneOfChange = "CASE WHEN c.by_zone IS NULL THEN c.variant WHEN c.by_zone THEN split_part(c.variant, '~', 1) END";
