import type { Movement } from "../../words/stock.ts";
import type { Queries } from "../database/database.ts";
import { differs, readMovements, recount } from "./stock.ts";

/**
 * Movements with the same id and other contents. `ours`: HQ and the store each booked one while the line was down; the store, where the
 * goods are, keeps its own and refuses HQ's, so HQ takes the store's. `theirs`: the store itself sent two contents; the first one stands.
 */
export interface Differing {
	movement: Movement;
	known: Movement;
	whose: "ours" | "theirs";
}

/** Compares movements of a store with those that are booked, before they are booked. The caller must hold the store's lock. */
export async function findDiffering(tx: Queries, store: string, movements: readonly Movement[]): Promise<Differing[]> {
	const known = await readMovements(
		tx,
		store,
		movements.map(({ id }) => id),
	);
	const found: Differing[] = [];
	for (const movement of movements) {
		const before = known.get(movement.id);
		if (before && differs(before, movement))
			found.push({ movement, known: before, whose: before.origin === "hq" && movement.origin === "store" ? "ours" : "theirs" });
		else known.set(movement.id, before ?? movement);
	}
	return found;
}

/** Replaces HQ's own movement by the store's. */
export async function takeTheStores(tx: Queries, store: string, { movement, known }: Differing): Promise<void> {
	await tx.query("DELETE FROM movement WHERE store = $1 AND id = $2", [store, movement.id]);
	await recount(tx, store, known.sku);
}

export const sentenceOf = ({ movement, known, whose }: Differing): string =>
	`Movement ${movement.id} was booked here as ${said(known)}, and in the store as ${said(movement)}. ` +
	(whose === "ours" ? "The store's counts at both ends; head office took its own back." : "The first one counts.");

const said = ({ quantity, sku, reason }: Movement): string => `${quantity} of ${sku} (${reason})`;
