import { sideOf } from "../../words/prices/which-counts.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import type { NumberedFact } from "../stores/labels.ts";

/**
 * Where a change stands in a store, from the store's own facts:
 *
 *   (sent, stored: positions of the stream) ── price.activated ──▶ pending ──▶ shown        every bound label shows it
 *                                                                  │   ▲
 *                                                                  ▼   │
 *                                                        unlabelled, failed                 no label bound; a label that cannot
 *
 *   price.activated (masked) ──▶ masked ── price.activated ──▶ pending     another price counts there: neither active nor shown
 *                                  ▲
 *   pending ── another price of the article is activated
 *   over before it began, or over before the store received it ──▶ never
 *   price.held ──▶ held       the store's own guard rails hold it (held-progress.ts)
 *
 * A change once shown stays shown: it was on every label of its time, whatever is bound later. A label counts when its picture
 * takes the change into account (upToVersion) and was reported after the change came into force: a change scheduled long ago has a
 * lower version than one pushed since, and a picture from before its time must not count. Where the store draws nothing new (the
 * change is masked by a reduction, or the label shows the same amount already) no later report comes, and none is waited for.
 */
type State = "pending" | "shown" | "unlabelled" | "failed" | "masked" | "never" | "held";

interface Delta {
	active: number;
	shown: number;
	unlabelled: number;
	failed: number;
	at: Instant;
}

/** Of one side's changes without a label only the newest is looked at again: a label bound later never shows the older ones. */
const restate = `
	WITH newest AS (SELECT sku, side, max(since) AS since FROM change_state WHERE store = $1 AND sku = ANY($2)
		AND state NOT IN ('masked', 'never', 'held') GROUP BY sku, side),
	stands AS (
		SELECT c.sku, c.version, c.state AS was,
			CASE WHEN NOT EXISTS (SELECT 1 FROM label l WHERE l.store = $1 AND l.sku = c.sku) THEN 'unlabelled'
				WHEN NOT EXISTS (
					SELECT 1 FROM label l WHERE l.store = $1 AND l.sku = c.sku
					AND NOT (l.up_to_version >= c.version
						AND (c.masked OR l.shown_n > c.since OR (c.side = '' AND coalesce(l.amount_minor = c.amount_minor, false))))) THEN 'shown'
				WHEN EXISTS (SELECT 1 FROM label l WHERE l.store = $1 AND l.sku = c.sku AND l.failed_up_to >= c.version) THEN 'failed'
				ELSE 'pending' END AS state
		FROM change_state c JOIN newest ON newest.sku = c.sku AND newest.side = c.side
		WHERE c.store = $1 AND c.state NOT IN ('shown', 'refused', 'masked', 'never', 'held')
			AND (c.state <> 'unlabelled' OR c.since = newest.since))
	UPDATE change_state c SET state = s.state FROM stands s
	WHERE c.store = $1 AND c.sku = s.sku AND c.version = s.version AND s.state <> s.was
	RETURNING c.push, c.sku, s.was, s.state`;

/** Counts activations, and computes the state of the changes of every touched article again. */
export async function countChanges(tx: Queries, store: string, facts: readonly NumberedFact[], touched: Set<string>): Promise<void> {
	const { deltas, deltaOf } = openDeltas();
	const latest = new Map<string, Instant>();
	const activations = facts.flatMap(({ n, event }) => (event.type === "price.activated" ? [{ n, event }] : []));
	for (const { event } of facts) if ("sku" in event && typeof event.sku === "string") latest.set(event.sku, event.at);
	if (activations.length > 0) {
		const begins = await underNewVersions(tx, activations);
		// A price that comes back after a reduction is activated again: only the first time counts, or the first that is not masked.
		const begun = await tx.query<{ push: string; sku: string; version: number; state: State }>(
			`INSERT INTO change_state (store, sku, version, push, side, state, masked, amount_minor, since)
			 SELECT $1, p.sku, p.version, p.push, p.side,
				CASE WHEN NOT bool_and(t.masked) THEN 'pending'
					WHEN coalesce(max(CASE WHEN t.masked THEN r.body::json -> 'price' ->> 'until' END) <= max(t.at), false) THEN 'never' ELSE 'masked' END,
				bool_and(t.masked), max(t.amount), min(t.n)
			 FROM unnest($2::bigint[], $3::boolean[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[])
				AS t (version, masked, amount, n, push, sku, at)
			 JOIN push_change p ON p.version = t.version AND p.push = t.push AND p.sku = t.sku JOIN push_store s ON s.push = p.push AND s.store = $1
			 JOIN record r ON r.n = p.version
			 WHERE p.ended_at IS NULL OR p.ended_at > t.at
			 GROUP BY p.sku, p.version, p.push, p.side ON CONFLICT (store, sku, version) DO UPDATE
				SET state = excluded.state, masked = false, since = excluded.since
				WHERE change_state.state IN ('masked', 'never', 'held') AND excluded.state = 'pending'
			 RETURNING push, sku, version, state`,
			[
				store,
				begins.map(({ version }) => version),
				begins.map(({ event }) => event.masked === true),
				begins.map(({ event }) => event.amountMinor),
				begins.map(({ n }) => n),
				// A version that HQ gave before it was restored may be another push's since.
				begins.map(({ event }) => event.push),
				begins.map(({ event }) => event.sku),
				begins.map(({ event }) => event.at),
			],
		);
		for (const { push, sku, state } of begun) {
			const delta = deltaOf(push, latest.get(sku) ?? activations[0]!.event.at);
			if (state === "pending") delta.active += 1;
			touched.add(sku);
		}
		for (const { push, sku } of [...(await displace(tx, store, begins)), ...(await disadvantage(tx, store, begins))])
			deltaOf(push, latest.get(sku) ?? "").active -= 1;
	}
	await countRefused(tx, store, facts, deltaOf);

	if (touched.size > 0) await restateTouched(tx, store, [...touched], (push, sku) => deltaOf(push, latest.get(sku) ?? ""));
	await addUp(tx, store, deltas);
}

/** Changes that waited for labels when another price of the article came to count: no label will show them. */
function displace(
	tx: Queries,
	store: string,
	begins: readonly (Activation & { version: number })[],
): Promise<{ push: string; sku: string }[]> {
	const newest = new Map<string, { sku: string; side: string; version: number }>();
	for (const { event, version } of begins) {
		const side = sideOf(event);
		if (event.masked !== true) newest.set(`${event.sku} ${side}`, { sku: event.sku, side, version });
	}
	const winners = [...newest.values()];
	// Joined by article, which the index has: without statistics a join of the table with itself reads the whole store for each article.
	return tx.query<{ push: string; sku: string }>(
		`UPDATE change_state c SET state = 'masked' FROM unnest($2::text[], $3::text[], $4::bigint[]) AS w (sku, side, version)
		 WHERE c.store = $1 AND c.sku = w.sku AND c.side = w.side AND c.version <> w.version AND c.state = 'pending'
			AND EXISTS (SELECT 1 FROM change_state known WHERE known.store = $1 AND known.sku = w.sku AND known.version = w.version)
		 RETURNING c.push, c.sku`,
		[store, winners.map(({ sku }) => sku), winners.map(({ side }) => side), winners.map(({ version }) => version)],
	);
}

/**
 * Prices for members and quantities that waited for their labels and are no longer below everybody's price: no label will show
 * them. The store's last report about each counts.
 */
function disadvantage(
	tx: Queries,
	store: string,
	begins: readonly (Activation & { version: number })[],
): Promise<{ push: string; sku: string }[]> {
	const last = new Map(begins.map(({ event, version }) => [version, event]));
	const versions = [...last].flatMap(([version, event]) => (event.masked === true && sideOf(event) !== "" ? [version] : []));
	return tx.query<{ push: string; sku: string }>(
		`UPDATE change_state SET state = 'masked' WHERE store = $1 AND version = ANY($2::bigint[]) AND state = 'pending' RETURNING push, sku`,
		[store, versions],
	);
}

/** Changes that were replaced or over before the store received them: they were never in force there. */
export async function countGone(
	tx: Queries,
	store: string,
	push: string,
	gone: readonly { sku: string; version: number; amountMinor: number }[],
): Promise<void> {
	if (gone.length === 0) return;
	await tx.query(
		`INSERT INTO change_state (store, sku, version, push, side, state, masked, amount_minor, since)
		 SELECT $1, t.sku, t.version, $2, p.side, 'never', true, t.amount, 0 FROM unnest($3::text[], $4::bigint[], $5::bigint[])
			AS t (sku, version, amount) JOIN push_change p ON p.version = t.version ON CONFLICT DO NOTHING`,
		[store, push, gone.map(({ sku }) => sku), gone.map(({ version }) => version), gone.map(({ amountMinor }) => amountMinor)],
	);
}

function openDeltas() {
	const deltas = new Map<string, Delta>();
	return {
		deltas,
		deltaOf(push: string, at: Instant): Delta {
			const delta = deltas.get(push) ?? { active: 0, shown: 0, unlabelled: 0, failed: 0, at };
			if (at > delta.at) delta.at = at;
			deltas.set(push, delta);
			return delta;
		},
	};
}

async function restateTouched(
	tx: Queries,
	store: string,
	skus: readonly string[],
	deltaOf: (push: string, sku: string) => Delta,
): Promise<void> {
	const moved = await tx.query<{ push: string; sku: string; was: State; state: State }>(restate, [store, skus]);
	for (const { push, sku, was, state } of moved) {
		const delta = deltaOf(push, sku);
		if (isCounted(was)) delta[was] -= 1;
		if (isCounted(state)) delta[state] += 1;
	}
}

const isCounted = (state: State): state is "shown" | "unlabelled" | "failed" =>
	state === "shown" || state === "unlabelled" || state === "failed";

type Activation = { n: number; event: NumberedFact["event"] & { type: "price.activated" } };

/** A store activated a price that HQ had lost, got back and sent again: it counts under its new version. */
async function underNewVersions(tx: Queries, activations: readonly Activation[]): Promise<(Activation & { version: number })[]> {
	const restored = await tx.query<{ origin: number; said: number }>(
		"SELECT origin, said FROM learned WHERE origin = ANY($1::bigint[]) AND said IS NOT NULL",
		[activations.map(({ event }) => event.version)],
	);
	const again = Map.groupBy(restored, ({ origin }) => origin);
	return activations.flatMap((each) =>
		[each.event.version, ...(again.get(each.event.version) ?? []).map(({ said }) => said)].map((version) => ({ ...each, version })),
	);
}

/** The store refused a price: it will never be active there. */
async function countRefused(
	tx: Queries,
	store: string,
	facts: readonly NumberedFact[],
	deltaOf: (push: string, at: Instant) => Delta,
): Promise<void> {
	const refused = facts.flatMap(({ n, event }) => (event.type === "record.refused" && event.stream === "catalog" ? [{ n, event }] : []));
	if (refused.length === 0) return;
	const rows = await tx.query<{ push: string }>(
		`INSERT INTO change_state (store, sku, version, push, side, state, masked, amount_minor, since)
		 SELECT DISTINCT $1, p.sku, p.version, p.push, p.side, 'refused', false, 0, $3::bigint
		 FROM unnest($2::bigint[]) AS t (seq) JOIN down_segment d
			ON d.store = $1 AND d.stream = 'catalog' AND d.first_seq <= t.seq AND t.seq < d.first_seq + d.count
		 JOIN push_change p ON p.version = d.record + (t.seq - d.first_seq) JOIN push_store s ON s.push = p.push AND s.store = $1
		 ON CONFLICT DO NOTHING RETURNING push`,
		[store, refused.map(({ event }) => event.record), refused[0]!.n],
	);
	for (const { push } of rows) deltaOf(push, refused.at(-1)!.event.at).failed += 1;
}

async function addUp(tx: Queries, store: string, deltas: ReadonlyMap<string, Delta>): Promise<void> {
	if (deltas.size === 0) return;
	const all = [...deltas.values()];
	await tx.query(
		`UPDATE push_store p SET active = p.active + t.active, shown = p.shown + t.shown,
			unlabelled = p.unlabelled + t.unlabelled, failed = p.failed + t.failed,
			first_at = coalesce(p.first_at, nullif(t.at, '')), last_at = greatest(p.last_at, nullif(t.at, ''))
		 FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
			AS t (push, active, shown, unlabelled, failed, at)
		 WHERE p.store = $1 AND p.push = t.push`,
		[
			store,
			[...deltas.keys()],
			all.map((d) => d.active),
			all.map((d) => d.shown),
			all.map((d) => d.unlabelled),
			all.map((d) => d.failed),
			all.map((d) => d.at),
		],
	);
}
