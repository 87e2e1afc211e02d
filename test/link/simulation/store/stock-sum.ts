import type { Movement } from "../../../../src/words/stock.ts";

/** On hand as either side keeps it, running. */
export interface Hand {
	onHand: number;
	countedAt: string | null;
	countId: string | null;
	lastAt: string | null;
}

export const emptyHand: Hand = { onHand: 0, countedAt: null, countId: null, lastAt: null };

/** One more movement; `movements` holds it already (LINK rule 8). */
export function handAfter(hand: Hand, moved: Movement, movements: Iterable<Movement>): Hand {
	const lastAt = hand.lastAt === null || moved.occurredAt > hand.lastAt ? moved.occurredAt : hand.lastAt;
	if (moved.reason !== "count") {
		const counts = hand.countedAt === null || moved.occurredAt > hand.countedAt;
		return { ...hand, lastAt, onHand: hand.onHand + (counts ? moved.quantity : 0) };
	}
	const isNewer =
		hand.countedAt === null || moved.occurredAt > hand.countedAt || (moved.occurredAt === hand.countedAt && moved.id > hand.countId!);
	if (!isNewer) return { ...hand, lastAt };
	let onHand = moved.quantity;
	for (const each of movements)
		if (each.sku === moved.sku && each.reason !== "count" && each.occurredAt > moved.occurredAt) onHand += each.quantity;
	return { onHand, countedAt: moved.occurredAt, countId: moved.id, lastAt };
}

/** The same from all movements at once, written apart from the running one so that either notices the other's mistakes. */
export function sumOf(sku: string, movements: readonly Movement[]): number {
	const own = movements.filter((each) => each.sku === sku);
	const counts = own
		.filter((each) => each.reason === "count")
		.sort((a, b) => (a.occurredAt < b.occurredAt || (a.occurredAt === b.occurredAt && a.id < b.id) ? 1 : -1));
	const base = counts[0];
	return own
		.filter((each) => each.reason !== "count" && (!base || each.occurredAt > base.occurredAt))
		.reduce((sum, each) => sum + each.quantity, base?.quantity ?? 0);
}
