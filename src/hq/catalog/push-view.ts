import type { Push, PushAtStore, PushInList, PushRow, PushState, PushTotals, RejectedRow } from "../../words/answers/head-office/pushes.ts";
import { whichCounts } from "../../words/prices/which-counts.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { heldChanges, type StoreReason } from "./accept-push.ts";
import { aboutFile } from "./kept/push-file.ts";
import { heldInStores } from "./life/held-in-stores.ts";
import { labelsOf } from "./life/labels-of-push.ts";
import { priceHistory } from "./price-history.ts";
import { type KnownWave, type StoreInWave, showWaves, wavesIn } from "./waves/view.ts";

const runs = (upTo: string): string =>
	`(greatest(0, least(${upTo}, p.last_seq) - p.first_seq + 1)
		+ coalesce((SELECT sum(greatest(0, least(${upTo}, r.last_seq) - r.first_seq + 1))
		FROM push_run r WHERE r.push = p.push AND r.store = p.store), 0))::bigint`;

const standing = `
	SELECT p.push, p.store, ${runs("9007199254740991")} AS records, p.variant, ${runs("d.handed")} AS sent, ${runs("d.acked")} AS stored,
		p.active, p.shown, p.unlabelled, p.failed, apart.masked, apart.never AS "neverInForce", apart.held, unknown.n AS unsupported,
		rises.waiting, rises.went_on AS "wentOn",
		p.first_at AS "firstAt", p.last_at AS "lastAt"
	FROM push_store p JOIN down_stream d ON d.store = p.store AND d.stream = 'catalog'
	CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE c.state = 'masked') AS masked, count(*) FILTER (WHERE c.state = 'never') AS never,
		count(*) FILTER (WHERE c.state = 'held') AS held
		FROM change_state c WHERE c.push = p.push AND c.store = p.store AND c.state IN ('masked', 'never', 'held')) apart
	CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE r.state = 'waits')::int AS waiting,
		count(*) FILTER (WHERE r.state = 'went-on')::int AS went_on
		FROM price_rise r WHERE r.push = p.push AND r.store = p.store AND r.state IN ('waits', 'went-on')) rises
	CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM push_change c JOIN store s ON s.id = p.store
		WHERE c.push = p.push AND c.side <> '' AND (c.variant IS NULL OR c.variant = p.variant)
			AND position('"price-shapes"' IN s.hello) = 0) unknown`;

const columns = `n, id, at, changes, author, approver, released_at AS "releasedAt", withdrawn_by AS "withdrawnBy",
	withdrawn_at AS "withdrawnAt", first_from AS "firstFrom",
	CASE WHEN targets LIKE '{%' THEN targets::json ->> 'group' END AS "group",
	(SELECT count(*)::int FROM push_held h WHERE h.push = push.id AND h.waits) AS held`;

type Kept = Omit<PushRow, "stores" | "state">;

type Standing = Omit<PushAtStore, "changes"> & { push: string; variant: string | null; records: number };

async function withStores(db: Queries, pushes: readonly Kept[], now: Instant): Promise<PushRow[]> {
	const ids = pushes.map((push) => push.id);
	const rows = await db.query<Standing>(`${standing} WHERE p.push = ANY($1) ORDER BY p.store`, [ids]);
	const ended = await db.query<{ push: string; variant: string | null; n: number }>(
		"SELECT push, variant, count(*)::int AS n FROM push_change WHERE push = ANY($1) AND ended_at <= $2 GROUP BY push, variant",
		[ids, now],
	);
	const of = Map.groupBy(rows, ({ push }) => push);
	const inWaves = await wavesIn(db, ids);
	return pushes.map((push) => {
		const ends = ended.filter((row) => row.push === push.id);
		let isSending = false;
		const stores = (of.get(push.id) ?? []).map(({ push: _, variant, records, ...store }): PushAtStore => {
			isSending ||= store.stored < records;
			const over = ends.filter((row) => row.variant === null || row.variant === variant).reduce((sum, { n }) => sum + n, 0);
			return { ...store, changes: records - over };
		});
		const waves = inWaves.get(push.id);
		const all = waves ? withWaves(push, stores, waves.stores) : stores;
		const isHalted = waves?.waves.some(({ state }) => state === "halted" || state === "held") === true;
		return { ...push, state: stateOf(push, all, { isSending, isHalted }, now), stores: all };
	});
}

/** Says of each store in which wave it is. A store that waits stands in the list with what it will be sent. */
function withWaves({ changes }: Kept, stores: readonly PushAtStore[], inWaves: readonly StoreInWave[]): PushAtStore[] {
	const waveOf = new Map(inWaves.map((each) => [each.store, each]));
	const sent = stores.map((store): PushAtStore => {
		const { wave } = waveOf.get(store.store) ?? {};
		return wave === undefined ? store : { ...store, wave, waits: false };
	});
	const waiting = inWaves
		.filter(({ waits }) => waits)
		.map(({ store, wave }): PushAtStore => ({ ...nothingYet, store, changes, wave, waits: true }));
	return [...sent, ...waiting].sort((a, b) => (a.store < b.store ? -1 : 1));
}

const nothingYet: Omit<PushAtStore, "store" | "changes"> = {
	...{ sent: 0, stored: 0, active: 0, shown: 0, unlabelled: 0, failed: 0, masked: 0, neverInForce: 0, held: 0, unsupported: 0 },
	...{ waiting: 0, wentOn: 0, firstAt: null, lastAt: null },
};

function stateOf(
	push: Kept,
	stores: readonly PushAtStore[],
	{ isSending, isHalted }: { isSending: boolean; isHalted: boolean },
	now: Instant,
): PushState {
	if (push.withdrawnAt !== null) return "withdrawn";
	if (isHalted) return "halted";
	if (push.held > 0 || stores.some(({ held }) => held > 0)) return "held";
	if (push.firstFrom !== null && push.firstFrom > now) return "scheduled";
	if (isSending) return "sending";
	if (stores.length > 0 && stores.every(({ changes, masked, neverInForce }) => masked + neverInForce >= changes)) return "superseded";
	const isDone = ({ changes, shown, unlabelled, masked, neverInForce }: PushAtStore): boolean =>
		shown + unlabelled + masked + neverInForce >= changes;
	return stores.every(isDone) ? "done" : "active";
}

/** A push, before the sentences of its halted waves are made. */
export interface PushOnView extends Omit<Push, "waves"> {
	waves?: KnownWave[];
}

const mostHeldShown = 1_000;

export async function readPush(db: Queries, id: string, now: Instant): Promise<PushOnView> {
	const [kept] = await db.query<Kept & { rejected: string; rejectedCount: number | null; rejectedIn: string | null }>(
		`SELECT ${columns}, rejected, rejected_count AS "rejectedCount",
			(SELECT file FROM retention_export e WHERE e.id = rejected_export) AS "rejectedIn" FROM push WHERE id = $1`,
		[id],
	);
	if (!kept) throw new HqRefusal("push-unknown", `No push has the id ${id}. GET /api/v1/pushes lists the newest.`);
	const { rejected, rejectedCount, rejectedIn, ...push } = kept;
	const [{ n: _, ...row }] = (await withStores(db, [push], now)) as [PushRow];
	const held = await db.query<{ sku: string; reasons: string }>(
		"SELECT sku, reasons FROM push_held WHERE push = $1 AND waits ORDER BY n LIMIT $2",
		[id, mostHeldShown],
	);
	const maskedBy = await whoMasks(db, id, now);
	const labels = await labelsOf(db, id);
	const inWaves = (await wavesIn(db, [id])).get(id);
	const none = { total: 0, shown: 0, pending: 0, failed: 0 };
	return {
		...row,
		heldReasons: [
			...heldChanges(held.map(({ sku, reasons }) => ({ change: { sku }, reasons: JSON.parse(reasons) as StoreReason[] }))),
			...(await heldInStores(db, id)),
		],
		rejected: JSON.parse(rejected) as RejectedRow[],
		...(rejectedIn !== null && { rejectedCount: rejectedCount ?? 0, rejectedIn }),
		file: await aboutFile(db, id),
		...(inWaves && { waves: await showWaves(db, row, inWaves, now) }),
		stores: row.stores.map((store) => ({
			...store,
			maskedBy: maskedBy.get(store.store) ?? [],
			labels: labels.get(store.store) ?? none,
		})),
	};
}

const mostMaskedAsked = 2_000;

/** By store: the pushes whose prices count where those of this push are masked. */
async function whoMasks(db: Queries, push: string, now: Instant): Promise<Map<string, string[]>> {
	const masked = await db.query<{ store: string; sku: string; side: string }>(
		"SELECT store, sku, side FROM change_state WHERE push = $1 AND state = 'masked' LIMIT $2",
		[push, mostMaskedAsked],
	);
	const by = new Map<string, string[]>();
	if (masked.length === 0) return by;
	const history = await priceHistory(db, [...new Set(masked.map(({ sku }) => sku))], [...new Set(masked.map(({ store }) => store))]);
	for (const { store, sku, side } of masked) {
		const own = (history.get(sku) ?? []).filter(({ stores }) => stores.has(store)).map(({ price }) => price);
		// A member's price is masked by a newer one of its tier, or by everybody's that is as low.
		const other = [whichCounts(own, now, side), whichCounts(own, now)].find(
			(price) => price?.push !== undefined && price.push !== push,
		)?.push;
		if (other === undefined) continue;
		const known = by.get(store) ?? [];
		if (!known.includes(other)) by.set(store, [...known, other]);
	}
	return by;
}

/** Newest first; `before` is the `n` of the last one seen. */
export async function listPushes(db: Queries, before: number | undefined, limit: number, now: Instant): Promise<PushRow[]> {
	const pushes = await db.query<Kept>(`SELECT ${columns} FROM push WHERE n < $1::bigint ORDER BY n DESC LIMIT $2`, [
		before ?? Number.MAX_SAFE_INTEGER,
		limit,
	]);
	return withStores(db, pushes, now);
}

/** For lists: a push to 3,000 stores as ten numbers. */
export function withTotals({ stores, ...push }: PushRow): PushInList {
	const totals: PushTotals = {
		...{ stores: stores.length, changes: 0, sent: 0, stored: 0, active: 0, shown: 0, unlabelled: 0, failed: 0, masked: 0, neverInForce: 0 },
	};
	for (const store of stores)
		for (const name of ["changes", "sent", "stored", "active", "shown", "unlabelled", "failed", "masked", "neverInForce"] as const)
			totals[name] += store[name];
	return { ...push, totals };
}
