import type { Queries } from "../database/database.ts";
import type { NumberedFact } from "../stores/labels.ts";

/** Notes which rises wait in a store for its labels, and which were charged before every label showed them. The newest fact counts. */
export async function noteRises(tx: Queries, store: string, facts: readonly NumberedFact[]): Promise<void> {
	const newest = new Map<string, { sku: string; version: number; push: string | null; state: string; at: string }>();
	for (const { event } of facts) {
		if (event.type !== "price.rise-waits" && event.type !== "price.rise-ended") continue;
		const { sku, version, push, at } = event;
		newest.set(`${version} ${sku}`, { sku, version, push, at, state: event.type === "price.rise-waits" ? "waits" : event.because });
	}
	if (newest.size === 0) return;
	const rows = [...newest.values()];
	await tx.query(
		`INSERT INTO price_rise (store, sku, version, push, state, at)
		 SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[])
		 ON CONFLICT (store, sku, version) DO UPDATE SET state = excluded.state, at = excluded.at`,
		[
			store,
			rows.map(({ sku }) => sku),
			rows.map(({ version }) => version),
			rows.map(({ push }) => push),
			rows.map(({ state }) => state),
			rows.map(({ at }) => at),
		],
	);
}
