import { usualRails } from "../../rails/rails.ts";
import { railsTerm } from "../../trust/approvers.ts";
import { type Actor, actorText } from "../../words/actor.ts";
import type { Proposal, RailsChange, RailsView, ShownRails } from "../../words/answers/head-office/guard-rails.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { railNames } from "../../words/prices/rail-names.ts";
import type { Rails } from "../../words/prices/rails.ts";
import { railsSetting } from "../../words/streams/setting.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { putSetting } from "../stores/settings.ts";
import type { RailsApprovalOf, SignedRails } from "./life/approval.ts";

const tenant = "";

interface Row {
	n: number;
	store: string;
	rails: string;
	by: string;
	at: Instant;
	approvedBy: string | null;
	approvedAt: Instant | null;
}
const columns = `n, store, rails, proposed_by AS by, proposed_at AS at, approved_by AS "approvedBy", approved_at AS "approvedAt"`;

/**
 * The rails of each store: the tenant's, overridden by the store's own. `isOwn`: the store has some of its own. `proposed`: a change
 * that counts as approved already.
 */
export async function railsOf(
	db: Queries,
	stores: readonly { id: string }[],
	usualCurrency?: string,
	proposed?: { store: string; change: RailsChange },
): Promise<Map<string, { rails: Rails; isOwn: boolean }>> {
	const rows = await db.query<Row>(
		`SELECT DISTINCT ON (store) ${columns} FROM guard_rails WHERE approved_at IS NOT NULL AND store = ANY($1)
		 ORDER BY store, approved_at DESC, n DESC`,
		[[tenant, ...stores.map(({ id }) => id)]],
	);
	const changeOf = new Map(rows.map(({ store, rails }) => [store, JSON.parse(rails) as RailsChange]));
	if (proposed) changeOf.set(proposed.store, proposed.change);
	const usual: Rails = { ...usualRails, currencies: await usualCurrencies(db, usualCurrency) };
	const ofTenant = applied(usual, changeOf.get(tenant));
	return new Map(stores.map(({ id }) => [id, { rails: applied(ofTenant, changeOf.get(id)), isOwn: changeOf.has(id) }]));
}

/** The tenant's currency: as configured, else that of the first released push. Before that, any currency is allowed. */
async function usualCurrencies(db: Queries, configured: string | undefined): Promise<string[]> {
	if (configured !== undefined) return [configured];
	const [first] = await db.query<{ body: string }>(
		"SELECT r.body FROM push_change c JOIN record r ON r.n = c.version ORDER BY c.version LIMIT 1",
	);
	return first ? [(JSON.parse(first.body) as { price: { currency: string } }).price.currency] : [];
}

export async function usualCurrencyOf(db: Queries, configured: string | undefined): Promise<string | undefined> {
	const { rails } = (await railsOf(db, [{ id: tenant }], configured)).get(tenant)!;
	return rails.currencies.length === 1 ? rails.currencies[0] : undefined;
}

function applied(rails: Rails, change: RailsChange = {}): Rails {
	const merged = Object.entries({ ...rails, ...change }).filter(([, value]) => value !== null && value !== undefined);
	return { currencies: [], ...Object.fromEntries(merged) } as Rails;
}

const shownRails = (rails: Rails): ShownRails => Object.fromEntries(railNames.map((name) => [name, rails[name] ?? null])) as ShownRails;

/** The rails in force, the proposals that wait for a second person, and every approved change, newest first. */
export async function readRails(db: Queries, store: string | undefined, usualCurrency?: string): Promise<RailsView> {
	const id = store ?? tenant;
	if (store !== undefined) await requireKnown(db, store);
	const { rails } = (await railsOf(db, [{ id }], usualCurrency)).get(id)!;
	const rows = await db.query<Row>(`SELECT ${columns} FROM guard_rails WHERE store = $1 ORDER BY n DESC LIMIT 200`, [id]);
	const all = rows.map(
		({ n, rails: text, by, at, approvedBy, approvedAt }): Proposal => ({
			proposal: n,
			rails: JSON.parse(text) as RailsChange,
			by,
			at,
			approvedBy,
			approvedAt,
		}),
	);
	return {
		store: store ?? null,
		...shownRails(rails),
		proposals: all.filter(({ approvedAt }) => approvedAt === null),
		history: all.filter(({ approvedAt }) => approvedAt !== null),
	};
}

async function requireKnown(db: Queries, store: string): Promise<void> {
	const rows = await db.query("SELECT 1 FROM store WHERE id = $1", [store]);
	if (rows.length === 0) throw new HqRefusal("store-unknown", `No store is enrolled as ${store}. GET /api/v1/stores lists them.`);
}

/** Proposes a change; it comes into force when another person approves it. */
export async function proposeRails(
	db: Db,
	store: string | undefined,
	change: RailsChange,
	by: Actor,
	now: Instant,
): Promise<{ proposal: number }> {
	return db.transaction(async (tx) => {
		if (store !== undefined) await requireKnown(tx, store);
		const [row] = await tx.query<{ n: number }>(
			"INSERT INTO guard_rails (store, rails, proposed_by, proposed_at) VALUES ($1, $2, $3, $4) RETURNING n",
			[store ?? tenant, JSON.stringify(change), nameOf(by), now],
		);
		return { proposal: row!.n };
	});
}

/** A proposal that this person may approve, and the rails of its store or tenant with it; undefined: it was approved before. */
async function approvable(
	tx: Queries,
	proposal: number,
	by: Actor,
): Promise<{ store: string; change: RailsChange; concerned: string[] } | undefined> {
	const [row] = await tx.query<Row>(`SELECT ${columns} FROM guard_rails WHERE n = $1 FOR UPDATE`, [proposal]);
	if (!row) throw new HqRefusal("proposal-unknown", `No guard rails were proposed as ${proposal}. GET /api/v1/guard-rails lists them.`);
	if (row.approvedAt !== null) return undefined;
	if (row.by === nameOf(by)) throw new HqRefusal("own-proposal", `${nameOf(by)} proposed these rails; another person has to approve them.`);
	const [before] = await tx.query<{ rails: string }>(
		"SELECT rails FROM guard_rails WHERE store = $1 AND approved_at IS NOT NULL ORDER BY approved_at DESC, n DESC LIMIT 1",
		[row.store],
	);
	// Members that were approved after this proposal stay, unless the proposal changes them.
	const change = { ...(before && (JSON.parse(before.rails) as RailsChange)), ...(JSON.parse(row.rails) as RailsChange) };
	const concerned = await tx.query<{ id: string }>("SELECT id FROM store WHERE $1 = '' OR id = $1 ORDER BY id", [row.store]);
	return { store: row.store, change, concerned: concerned.map(({ id }) => id) };
}

/** The terms that an approver signs: the rails that each store gets from the proposal, and the proposal, also where no store is yet. */
async function termsOf(
	tx: Queries,
	{ store, change, concerned }: { store: string; change: RailsChange; concerned: readonly string[] },
	usualCurrency: string | undefined,
): Promise<string[]> {
	const stores = concerned.map((id) => ({ id }));
	const rails = await railsOf(tx, stores, usualCurrency, { store, change });
	return [railsTerm("", canonicalText({ store, change })), ...stores.map(({ id }) => railsTerm(id, canonicalText(rails.get(id)!.rails)))];
}

/** Throws proposal-unknown, also for a proposal that was approved before, and own-proposal. */
export function railsTerms(db: Db, proposal: number, by: Actor, usualCurrency?: string): Promise<string[]> {
	return db.transaction(async (tx) => {
		const found = await approvable(tx, proposal, by);
		if (!found) throw new HqRefusal("proposal-unknown", `The guard rails proposed as ${proposal} were approved before.`);
		return termsOf(tx, found, usualCurrency);
	});
}

/** Approves a proposal. The person who proposed it may not. Answers the stores that are sent other rails. */
export async function approveRails(
	db: Db,
	proposal: number,
	by: Actor,
	now: Instant,
	{ usualCurrency, signed }: { usualCurrency?: string | undefined; signed?: SignedRails | undefined } = {},
): Promise<string[]> {
	return db.transaction(async (tx) => {
		const found = await approvable(tx, proposal, by);
		if (!found) return [];
		const approvalOf = signed?.approve(await termsOf(tx, found, usualCurrency));
		await tx.query("UPDATE guard_rails SET rails = $4, approved_by = $2, approved_at = $3 WHERE n = $1", [
			proposal,
			nameOf(by),
			now,
			JSON.stringify(found.change),
		]);
		return announceRails(tx, found.concerned, usualCurrency, approvalOf);
	});
}

/**
 * Sends each store its rails where they differ from those sent last; with an approver's signature always, because the store may have
 * refused those sent last without one. The store holds prices that exceed them and were not released. `some` left out: all stores.
 * Returns the stores that were sent rails.
 */
export async function announceRails(
	tx: Queries,
	some?: readonly string[],
	usualCurrency?: string,
	approvalOf?: RailsApprovalOf,
): Promise<string[]> {
	const stores = await tx.query<{ id: string; sent: string | null }>(
		`SELECT s.id, t.rails AS sent FROM store s LEFT JOIN rails_told t ON t.store = s.id
		 WHERE $1::text[] IS NULL OR s.id = ANY($1) ORDER BY s.id`,
		[some ?? null],
	);
	const rails = await railsOf(tx, stores, usualCurrency);
	const news = stores.flatMap(({ id, sent }) => {
		const text = canonicalText(rails.get(id)!.rails);
		return text === sent && !approvalOf ? [] : [{ id, text }];
	});
	for (const { id, text } of news) await putSetting(tx, id, railsSetting, text, approvalOf?.(id, text));
	await tx.query(
		`INSERT INTO rails_told (store, rails) SELECT * FROM unnest($1::text[], $2::text[])
		 ON CONFLICT (store) DO UPDATE SET rails = excluded.rails`,
		[news.map(({ id }) => id), news.map(({ text }) => text)],
	);
	return news.map(({ id }) => id);
}

/** A person or program without the address, so that one person at two desks counts once. */
export const nameOf = ({ kind, name }: Actor): string => actorText({ kind, name });
