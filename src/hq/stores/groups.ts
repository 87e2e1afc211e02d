import type { Membership, StoreGroup } from "../../words/answers/head-office/stores.ts";
import { groupsSetting } from "../../words/streams/setting.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { putSetting } from "./settings.ts";
import { holdStore, requireStore } from "./stores.ts";

/** More names would not fit into the setting that is sent to the store. */
const mostGroups = 24;

export async function membershipOf(db: Queries, store: string): Promise<Membership> {
	await requireStore(db, store);
	const rows = await db.query<{ name: string }>("SELECT name FROM store_group WHERE store = $1 ORDER BY name", [store]);
	const [last] = await db.query<Pick<Membership, "version" | "changedAt" | "changedBy">>(
		`SELECT version, changed_at AS "changedAt", changed_by AS "changedBy" FROM store_membership WHERE store = $1`,
		[store],
	);
	const { version = 0, changedAt = null, changedBy = null } = last ?? {};
	return { store, groups: rows.map(({ name }) => name), version, changedAt, changedBy };
}

/**
 * Sets the groups of a store, and sends them to the store as a sealed setting. The same groups again change nothing. `staying`:
 * prices in force there from a push to a group that it leaves; they stay until they end or are replaced.
 */
export function setGroups(
	db: Db,
	store: string,
	asked: readonly string[],
	by: string,
	now: Instant,
): Promise<{ membership: Membership; isChanged: boolean; staying: number }> {
	const groups = [...new Set(asked)].sort();
	if (groups.includes("all")) throw new HqRefusal("bad-field", `groups: "all" means every store; no group has that name.`);
	if (groups.length > mostGroups) throw new HqRefusal("bad-field", `groups: at most ${mostGroups} for a store.`);
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		await holdStore(tx, store);
		const before = await membershipOf(tx, store);
		if (before.groups.join(" ") === groups.join(" ")) return { membership: before, isChanged: false, staying: 0 };
		await tx.query("DELETE FROM store_group WHERE store = $1", [store]);
		await tx.query("INSERT INTO store_group (name, store) SELECT unnest($2::text[]), $1", [store, groups]);
		const { version } = await putSetting(tx, store, groupsSetting, JSON.stringify(groups));
		await tx.query(
			`INSERT INTO store_membership (store, version, changed_at, changed_by) VALUES ($1, $2, $3, $4)
			 ON CONFLICT (store) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
			[store, version, now, by],
		);
		const left = before.groups.filter((name) => !groups.includes(name));
		return { membership: await membershipOf(tx, store), isChanged: true, staying: await stayingOf(tx, store, left) };
	});
}

/** The name of a group's push in the table of pushes. */
export const targetOfGroup = (group: string): string => JSON.stringify({ group });

async function stayingOf(tx: Queries, store: string, left: readonly string[]): Promise<number> {
	const [row] = await tx.query<{ n: number }>(
		`SELECT count(*)::int AS n FROM change_state c JOIN push p ON p.id = c.push JOIN push_change r ON r.version = c.version
		 WHERE c.store = $1 AND p.targets = ANY($2) AND c.state IN ('pending', 'shown', 'unlabelled', 'failed') AND r.ended_at IS NULL`,
		[store, left.map(targetOfGroup)],
	);
	return row!.n;
}

/** All groups with their stores, by name. */
export async function listGroups(db: Queries): Promise<StoreGroup[]> {
	const rows = await db.query<{ name: string; store: string }>("SELECT name, store FROM store_group ORDER BY name, store");
	return [...Map.groupBy(rows, ({ name }) => name)].map(([group, of]) => ({ group, stores: of.map(({ store }) => store) }));
}

/** The stores of a group. Throws where it has none: a misspelt group must not be a push to no store. */
export async function storesOfGroup(db: Queries, group: string): Promise<string[]> {
	const rows = await db.query<{ store: string }>("SELECT store FROM store_group WHERE name = $1 ORDER BY store", [group]);
	if (rows.length > 0) return rows.map(({ store }) => store);
	const known = (await listGroups(db)).map((each) => each.group).slice(0, 20);
	const others = known.length > 0 ? ` There are: ${known.join(", ")}.` : "";
	throw new HqRefusal(
		"group-empty",
		`No store belongs to group ${group}.${others} Nothing was changed (gondola hq groups set STORE GROUP).`,
	);
}
