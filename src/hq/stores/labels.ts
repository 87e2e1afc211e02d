import type { LabelAtStore } from "../../words/answers/labels.ts";
import type { StoreEvent } from "../../words/event.ts";
import type { Queries } from "../database/database.ts";

/** A fact with its number at HQ (up_fact.n): a fact that arrived later has a higher one, whatever the store's clock was. */
export type NumberedFact = { n: number; event: StoreEvent };

interface LabelRow {
	id: string;
	sku: string | null;
	face: string | null;
	bound_at: string | null;
	version: number | null;
	price_version: number | null;
	up_to_version: number;
	amount_minor: number | null;
	currency: string | null;
	shown_at: string | null;
	shown_n: number;
	failed_up_to: number;
	failed_why: string | null;
	failed_at: string | null;
}

const columns = [
	["sku", "text"],
	["face", "text"],
	["bound_at", "text"],
	["version", "bigint"],
	["price_version", "bigint"],
	["up_to_version", "bigint"],
	["amount_minor", "bigint"],
	["currency", "text"],
	["shown_at", "text"],
	["shown_n", "bigint"],
	["failed_up_to", "bigint"],
	["failed_why", "text"],
	["failed_at", "text"],
] as const;
const names = columns.map(([column]) => column).join(", ");
const upsert = `
	INSERT INTO label (store, id, ${names})
	SELECT $1, t.* FROM unnest($2::text[], ${columns.map(([, type], i) => `$${i + 3}::${type}[]`).join(", ")}) AS t (id, ${names})
	ON CONFLICT (store, id) DO UPDATE SET ${columns.map(([column]) => `${column} = excluded.${column}`).join(", ")}`;

const blank = {
	version: null,
	price_version: null,
	up_to_version: 0,
	amount_minor: null,
	currency: null,
	shown_at: null,
	shown_n: 0,
	failed_up_to: 0,
	failed_why: null,
	failed_at: null,
};

/** Updates what the store's labels are bound to and show. Answers the articles whose changes may have another state now. */
export async function applyLabelFacts(tx: Queries, store: string, facts: readonly NumberedFact[]): Promise<Set<string>> {
	const touched = new Set<string>();
	const ids = new Set<string>();
	for (const { event } of facts) if ("label" in event && typeof event.label === "string") ids.add(event.label);
	if (ids.size === 0) return touched;
	const rows = await tx.query<LabelRow>(`SELECT id, ${names} FROM label WHERE store = $1 AND id = ANY($2)`, [store, [...ids]]);
	const labels = new Map(rows.map((row) => [row.id, row]));

	for (const { n, event } of facts) {
		switch (event.type) {
			case "label.bound": {
				const before = labels.get(event.label);
				// Another face of the same article: the price that the label shows until it is drawn again stays right.
				const kept = before?.sku === event.sku ? before : blank;
				if (before?.sku) touched.add(before.sku);
				touched.add(event.sku);
				labels.set(event.label, { ...kept, id: event.label, sku: event.sku, face: event.face, bound_at: event.at });
				break;
			}
			case "label.unbound": {
				touched.add(event.sku);
				if ((labels.get(event.label)?.sku ?? event.sku) === event.sku)
					labels.set(event.label, { ...blank, id: event.label, sku: null, face: null, bound_at: null });
				break;
			}
			case "label.shown": {
				const row = labels.get(event.label) ?? { ...blank, id: event.label, sku: event.sku, face: null, bound_at: event.at };
				// A late report about the article to which the label was bound before says nothing about this one.
				if (row.sku !== event.sku) break;
				touched.add(event.sku);
				const mended = row.failed_up_to <= event.upToVersion ? { failed_up_to: 0, failed_why: null, failed_at: null } : {};
				labels.set(event.label, {
					...row,
					version: event.version,
					price_version: event.priceVersion,
					up_to_version: event.upToVersion,
					amount_minor: event.amountMinor,
					currency: event.currency,
					shown_at: event.at,
					shown_n: n,
					...mended,
				});
				break;
			}
			case "label.failed": {
				const row = labels.get(event.label) ?? { ...blank, id: event.label, sku: event.sku, face: null, bound_at: event.at };
				if (row.sku !== event.sku) break;
				touched.add(event.sku);
				labels.set(event.label, { ...row, failed_up_to: event.upToVersion, failed_why: event.why, failed_at: event.at });
				break;
			}
		}
	}
	const after = [...ids].flatMap((id) => labels.get(id) ?? []);
	await tx.query(upsert, [store, after.map((row) => row.id), ...columns.map(([column]) => after.map((row) => row[column]))]);
	return touched;
}

/** One label; `confirmedBy`: the number of the fact by which it confirmed its picture, which may have left by a policy. */
export async function readLabel(db: Queries, store: string, id: string): Promise<{ label: LabelAtStore; confirmedBy: number } | undefined> {
	const [row] = await db.query<LabelRow & { active: number | null }>(`${selectLabels} WHERE l.store = $1 AND l.id = $2`, [store, id]);
	return row && { label: labelOf(row), confirmedBy: row.shown_n };
}

const selectLabels = `SELECT l.*,
	(SELECT max(c.version) FROM change_state c WHERE c.store = l.store AND c.sku = l.sku AND c.state <> 'held') AS active FROM label l`;

export async function listLabels(db: Queries, store: string, after: string, limit: number): Promise<LabelAtStore[]> {
	const rows = await db.query<LabelRow & { active: number | null }>(
		`${selectLabels} WHERE l.store = $1 AND l.id > $2 ORDER BY l.id LIMIT $3`,
		[store, after, limit],
	);
	return rows.map(labelOf);
}

function labelOf(row: LabelRow & { active: number | null }): LabelAtStore {
	return {
		id: row.id,
		sku: row.sku,
		face: row.face,
		model: null,
		confirmed: row.version !== null && row.shown_at !== null ? { version: row.version, at: row.shown_at } : null,
		shown:
			row.amount_minor !== null
				? {
						amountMinor: row.amount_minor,
						currency: row.currency!,
						priceVersion: row.price_version!,
						upToVersion: row.up_to_version,
					}
				: null,
		state: stateOf(row),
		why: row.failed_why,
	};
}

function stateOf(row: LabelRow & { active: number | null }): LabelAtStore["state"] {
	if (row.sku === null) return "UNBOUND";
	if (row.failed_why !== null) return "FAILED";
	return row.version !== null && row.up_to_version >= (row.active ?? 0) ? "SHOWN" : "PENDING";
}
