/**
 * What people saw with their own eyes: pieces on shelves and in bags, and what customers were told and given. The judge believes these
 * notes, and nothing that either end's program wrote down.
 */
import type { OrderKind } from "../../../../src/words/orders/order.ts";

export type Pieces = Map<string, number>;

export interface OrderNote {
	id: string;
	/** Where the customer was last told to go. */
	store: string;
	kind: OrderKind;
	lines: { sku: string; quantity: number; substitution: "none" | "similar" | "ask" }[];
	/** The pick-up code; undefined until the customer was told that the order is placed. */
	code: string | undefined;
	/** What was given out for this order, each time it was. */
	received: { act: string; store: string; pieces: Pieces }[];
	/** When wrong codes were refused as wrong, in milliseconds of true time. */
	wrongAtMs: number[];
}

/** Pieces that somebody bought: one line of a receipt, or one article of an order. */
export interface BoughtLine {
	sku: string;
	sold: number;
	/** Null: it was paid online. */
	paidMinor: number | null;
	/** Pieces that somebody got money for, and how much. */
	back: number;
	refundMinor: number;
}

export interface CouponNote {
	total: number;
	/** Redemptions whose customer had the money off, with their store; without those that were asked to be given back. */
	accepted: Map<string, string>;
	/** Somebody asked head office to end it early. */
	isEnded: boolean;
	/** Papers with a serial number that were taken, with the store that did. */
	serials: Set<string>;
}

/** Goods on their way. `sent` and `received`: undefined until the driver was told so. */
export interface TransferNote {
	from: string;
	to: string;
	sent?: Pieces;
	received?: Pieces;
}

export interface Notes {
	/** By the line's name. */
	lines: Map<string, BoughtLine>;
	sell(line: string, bought: Pick<BoughtLine, "sku" | "sold" | "paidMinor">): void;
	/** Returns that were taken, by id: the store, or "" for head office. */
	returns: Map<string, string>;
	coupons: Map<string, CouponNote>;
	transfers: Map<string, TransferNote>;
	/** Pieces that are kept apart, by place. */
	quality: Pieces;
	orders: Map<string, OrderNote>;
	/** Sales at tills, by id, with their store: each customer has paid. */
	sales: Map<string, string>;
	/** Pieces on the shelf. */
	onShelf(store: string, sku: string): number;
	/** Pieces are put on the shelf or taken off it. False: there were not enough. */
	shelve(store: string, sku: string, pieces: number): boolean;
	/** Pieces in the bag of an order that waits in this store. */
	bag(store: string, order: string): Pieces;
	/** False: there were not enough in it. */
	intoBag(store: string, order: string, sku: string, pieces: number): boolean;
	/** The customer takes the bag; empty where there is none. */
	takeBag(store: string, order: string): Pieces;
	/** Pieces in all bags that wait in this store. */
	inBags(store: string, sku: string): number;
	/** A sale was written down only after somebody else was promised the same pieces: this shelf may be empty too early. */
	oversold: Set<string>;
}

export const placeOf = (store: string, sku: string): string => `${store} ${sku}`;

export function openNotes(): Notes {
	const shelves: Pieces = new Map();
	const lines: Notes["lines"] = new Map();
	const bags = new Map<string, Pieces>();
	const add = (to: Pieces, key: string, pieces: number): boolean => {
		const after = (to.get(key) ?? 0) + pieces;
		to.set(key, after);
		return after >= 0;
	};
	const bag = (store: string, order: string): Pieces => {
		const key = `${store}/${order}`;
		return bags.get(key) ?? bags.set(key, new Map()).get(key)!;
	};
	return {
		orders: new Map(),
		lines,
		sell: (line, bought) => void lines.set(line, { ...bought, back: 0, refundMinor: 0 }),
		returns: new Map(),
		coupons: new Map(),
		transfers: new Map(),
		quality: new Map(),
		sales: new Map(),
		oversold: new Set(),
		onShelf: (store, sku) => shelves.get(placeOf(store, sku)) ?? 0,
		shelve: (store, sku, pieces) => add(shelves, placeOf(store, sku), pieces),
		bag,
		intoBag: (store, order, sku, pieces) => add(bag(store, order), sku, pieces),
		takeBag(store, order) {
			const own = bag(store, order);
			bags.delete(`${store}/${order}`);
			return own;
		},
		inBags: (store, sku) => [...bags].reduce((sum, [key, pieces]) => sum + (key.startsWith(`${store}/`) ? (pieces.get(sku) ?? 0) : 0), 0),
	};
}
