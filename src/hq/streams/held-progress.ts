import type { Queries } from "../database/database.ts";
import type { NumberedFact } from "../stores/labels.ts";

type Held = { n: number; event: NumberedFact["event"] & { type: "price.held" } };
type Ended = { event: NumberedFact["event"] & { type: "price.hold-ended" } };

/**
 * Prices that the store holds by its own guard rails count as held until it reports otherwise: a released price begins like any other, one
 * that was replaced or ended is never in force. Called before the activations of the same batch are counted.
 */
export async function countHeld(tx: Queries, store: string, facts: readonly NumberedFact[]): Promise<void> {
	const said = facts.flatMap(({ n, event }): Held[] => (event.type === "price.held" ? [{ n, event }] : []));
	// A store may say again, with other reasons, that it holds a price: the last ones count.
	const held = [...new Map(said.map((each) => [each.event.version, each])).values()];
	const ended = facts.flatMap(({ event }): Ended[] => (event.type === "price.hold-ended" ? [{ event }] : []));
	if (held.length > 0)
		await tx.query(
			`INSERT INTO change_state (store, sku, version, push, side, state, masked, amount_minor, since, reasons)
			 SELECT $1, p.sku, p.version, p.push, p.side, 'held', false, t.amount, t.n, t.reasons
			 FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[]) AS t (version, sku, amount, n, reasons)
			 JOIN push_change p ON p.version = t.version AND p.sku = t.sku JOIN push_store s ON s.push = p.push AND s.store = $1
			 WHERE p.ended_at IS NULL
			 ON CONFLICT (store, sku, version) DO UPDATE SET reasons = excluded.reasons WHERE change_state.state = 'held'`,
			[
				store,
				held.map(({ event }) => event.version),
				held.map(({ event }) => event.sku),
				held.map(({ event }) => event.amountMinor),
				held.map(({ n }) => n),
				held.map(({ event }) => JSON.stringify(event.reasons)),
			],
		);
	if (ended.length === 0) return;
	const rows = ["unnest($2::text[], $3::bigint[]) AS t (sku, version)", "c.store = $1 AND c.sku = t.sku AND c.version = t.version"];
	const of = (...because: string[]): unknown[] => {
		const some = ended.filter(({ event }) => because.includes(event.because));
		return [store, some.map(({ event }) => event.sku), some.map(({ event }) => event.version)];
	};
	await tx.query(`DELETE FROM change_state c USING ${rows[0]} WHERE ${rows[1]} AND c.state = 'held'`, of("released", "rails"));
	await tx.query(
		`UPDATE change_state c SET state = 'never', masked = true FROM ${rows[0]} WHERE ${rows[1]} AND c.state = 'held'`,
		of("overtaken", "over"),
	);
}

/** The state of the store's price freeze: the newest fact counts. */
export async function noteFrozen(tx: Queries, store: string, facts: readonly NumberedFact[]): Promise<void> {
	const last = facts.findLast(({ event }) => event.type === "prices.frozen" || event.type === "prices.thawed")?.event;
	if (!last) return;
	const frozen =
		last.type === "prices.frozen" ? JSON.stringify({ since: last.at, reason: last.reason, by: last.actor?.name ?? null }) : null;
	await tx.query("UPDATE store SET prices_frozen = $2 WHERE id = $1", [store, frozen]);
}
