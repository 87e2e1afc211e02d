import type { Instant } from "../time.ts";

/** Goods that came back go on the shelf, are kept apart until a person decides (both `damaged` and `opened`), or are waste at once. */
export const returnConditions = ["sellable", "damaged", "opened", "expired"] as const;
export type ReturnCondition = (typeof returnConditions)[number];

/** The goods that were sold in one line, as the seller knows them. */
export interface SoldLine {
	sku: string;
	name?: string;
	/** Pieces, or milligrams of a weighed article. */
	quantity: number;
	/** For the whole line, after discounts and with deposit; null: the online shop knows it, and nobody here. */
	paidMinor: number | null;
	/** ISO 4217. */
	currency: string | null;
	at: Instant;
}

/**
 * The right to take back the pieces `from` to `to` of a line (counted from 0, without `to`), lent to one store until a time. `inc`: the
 * incarnation of the box it is for.
 */
export interface ReturnLease {
	id: string;
	/** The store's request that it answers. */
	ask: string;
	line: string;
	from: number;
	to: number;
	sold: SoldLine;
	expiresAt: Instant;
	inc: number;
}

/** Some pieces of a line: `from` to `to`, without `to`. */
export interface PieceRange {
	from: number;
	to: number;
}

/** Who sold a line: a till of a store, or an online order. */
export type SoldBy = { store: string; till: string; sale: string; number: number } | { order: string; sku: string };

/** The line's name on paper and on the wire: `STORE/TILL/SALE/NUMBER` or `order/ORDER/SKU`, each part percent-encoded. */
export function lineName(by: SoldBy): string {
	const parts = "order" in by ? ["order", by.order, by.sku] : [by.store, by.till, by.sale, String(by.number)];
	return parts.map((part) => encodeURIComponent(part)).join("/");
}

export const longestLineName = 900;

/** Undefined where the text names no line. */
export function readLineName(text: string): SoldBy | undefined {
	if (text.length > longestLineName) return undefined;
	let parts: string[];
	try {
		parts = text.split("/").map((part) => decodeURIComponent(part));
	} catch {
		return undefined;
	}
	if (parts.some((part) => part === "" || part.length > 128 || /\p{Cc}/u.test(part))) return undefined;
	const [first, second, third, fourth] = parts as [string, string, string, string];
	if (parts.length === 3 && first === "order") return { order: second, sku: third };
	if (parts.length !== 4 || !/^[1-9]\d{0,3}$/.test(fourth)) return undefined;
	return { store: first, till: second, sale: third, number: Number(fourth) };
}

/** The sum paid for these pieces. The shares of all pieces of a line add up to what was paid for it, in whichever parts they come back. */
export function refundOf({ paidMinor, quantity }: Pick<SoldLine, "paidMinor" | "quantity">, pieces: readonly PieceRange[]): number | null {
	if (paidMinor === null) return null;
	// An amount times milligrams may exceed what a double holds exactly.
	const upTo = (piece: number): number => Number((BigInt(paidMinor) * BigInt(piece)) / BigInt(quantity));
	return pieces.reduce((sum, { from, to }) => sum + upTo(to) - upTo(from), 0);
}

export const lengthOf = (pieces: readonly PieceRange[]): number => pieces.reduce((sum, { from, to }) => sum + to - from, 0);

/** The rest of `ranges` without `taken`, in order. */
export function subtract(ranges: readonly PieceRange[], taken: readonly PieceRange[]): PieceRange[] {
	let left = [...ranges].map(({ from, to }) => ({ from, to }));
	for (const cut of taken)
		left = left.flatMap(({ from, to }) => {
			if (cut.to <= from || to <= cut.from) return [{ from, to }];
			return [
				{ from, to: cut.from },
				{ from: cut.to, to },
			].filter((range) => range.from < range.to);
		});
	return left.sort((a, b) => a.from - b.from);
}

/** Spreads an amount over shares in proportion to them, whole; the first ones get what does not divide. */
export function spread(amountMinor: number, shares: readonly number[]): number[] {
	const total = shares.reduce((sum, share) => sum + share, 0);
	if (total <= 0) return shares.map(() => 0);
	let before = 0;
	let given = 0;
	return shares.map((share) => {
		before += share;
		const upTo = Number((BigInt(amountMinor) * BigInt(before) + BigInt(total) - 1n) / BigInt(total));
		const own = Math.min(upTo, amountMinor) - given;
		given += own;
		return own;
	});
}

/** Goods that were taken back in one act. */
export interface GoodsReturn {
	id: string;
	at: Instant;
	/** Left out: without a receipt. */
	line?: string;
	sku: string;
	name?: string;
	/** Pieces, or milligrams of a weighed article. */
	quantity: number;
	unit: "piece" | "milligram";
	condition: ReturnCondition;
	/** The sum that the customer gets back; null: the online shop was paid, and decides. */
	refundMinor: number | null;
	currency: string | null;
	reason?: string;
	till?: string;
	/** The sale that was paid in the same act. */
	exchange?: string;
	by: string;
	/** Of the line; none without a receipt. `right`: the lease they were taken from, or the line itself. */
	pieces: (PieceRange & { right: string })[];
}

/** Where goods that came back may go once a person has looked at them. */
export const qualityPlaces = ["shelf", "waste"] as const;
export type QualityPlace = (typeof qualityPlaces)[number];
