import type { Instant } from "../time.ts";

/** `pickup`: the customer comes; `ship`: a parcel from the store; `delivery`: a courier; `reserve`: tried on in the store, not paid yet. */
export const orderKinds = ["pickup", "ship", "delivery", "reserve"] as const;
export type OrderKind = (typeof orderKinds)[number];

/** Goods that a picker may put in instead: none, a similar article, or one that the customer has agreed to. */
export const substitutions = ["none", "similar", "ask"] as const;
export type Substitution = (typeof substitutions)[number];

export const orderStates = [
	"placed",
	"accepted",
	"picking",
	"ready",
	"handed-over",
	"shipped",
	"refused",
	"cancelled",
	"expired",
	"returning",
	"returned-to-shelf",
] as const;
export type OrderState = (typeof orderStates)[number];

/** Pieces, or milligrams where the line is weighed, that a grant lends to an order. */
export interface OrderTake {
	grant: string;
	sku: string;
	quantity: number;
}

export interface PlacedLine {
	sku: string;
	/** Pieces, or milligrams where `weighed`. */
	quantity: number;
	weighed?: true;
	substitution: Substitution;
}

export interface OrderClocks {
	acceptBy?: Instant;
	readyBy?: Instant;
	collectBy?: Instant;
}

/** An order as head office places it in one store. Both ends make the same `Order` of it. */
export interface OrderPlacement extends OrderClocks {
	id: string;
	kind: OrderKind;
	at: Instant;
	by: string;
	lines: PlacedLine[];
	takes: OrderTake[];
	/** SHA-256 of the order's id, a colon, and the code that the customer or courier shows; 64 hex digits. */
	codeHash: string;
	/** A pseudonym. */
	member?: string;
}

export interface OrderLine extends PlacedLine {
	/** Pieces of the article itself, without substitutes. */
	picked: number;
	short: number;
	shortReason?: string;
	substitutes: OrderPieces[];
}

export interface OrderPieces {
	sku: string;
	quantity: number;
}

export interface OrderStep {
	state: OrderState;
	at: Instant;
	by: string;
	why?: string;
}

export interface Order extends OrderClocks {
	id: string;
	kind: OrderKind;
	state: OrderState;
	lines: OrderLine[];
	/** The part that grants still lend to the order: reduced by each piece given back, zero once it was sold. */
	takes: OrderTake[];
	/** Picked, and not yet handed over or back on the shelf. */
	staged: OrderPieces[];
	history: OrderStep[];
	codeHash: string;
	member?: string;
}

export function placedOrder({ lines, at, by, ...placement }: OrderPlacement): Order {
	return {
		...placement,
		state: "placed",
		lines: lines.map((line) => ({ ...line, picked: 0, short: 0, substitutes: [] })),
		staged: [],
		history: [{ state: "placed", at, by }],
	};
}

/** States in which nothing more happens to the order. */
export function isOver({ state, staged }: Order): boolean {
	return state === "handed-over" || state === "shipped" || state === "returned-to-shelf" || (isStopped(state) && staged.length === 0);
}

const isStopped = (state: OrderState): boolean => state === "refused" || state === "cancelled" || state === "expired";

/** How much of a line is still to be picked; weighed goods may differ by `weighedTolerancePercent`. */
export function openOf({ quantity, weighed, picked, short, substitutes }: OrderLine): number {
	const left = quantity - picked - short - sumOf(substitutes);
	if (weighed && picked + sumOf(substitutes) > 0 && left <= toleranceOf(quantity)) return 0;
	return Math.max(0, left);
}

/** The most that one line may take, in its own unit. */
export const mostOf = ({ quantity, weighed }: PlacedLine): number => quantity + (weighed ? toleranceOf(quantity) : 0);

/** A weighed piece is rarely cut to the exact gram. */
const weighedTolerancePercent = 10;
const toleranceOf = (quantity: number): number => Math.floor((quantity * weighedTolerancePercent) / 100);

export const sumOf = (pieces: readonly OrderPieces[]): number => pieces.reduce((sum, { quantity }) => sum + quantity, 0);

/**
 * The order's holdings by article: `reserved` is lent by a grant and still on the shelf, `staged` is picked. Both are on hand until
 * they are sold.
 */
export function holdingsOf(order: Order): { sku: string; reserved: number; staged: number }[] {
	const held = new Map<string, { sku: string; reserved: number; staged: number }>();
	const of = (sku: string) => held.get(sku) ?? held.set(sku, { sku, reserved: 0, staged: 0 }).get(sku)!;
	for (const { sku, quantity } of order.staged) of(sku).staged += quantity;
	for (const line of order.lines) of(line.sku).reserved += reservedOf(order, line);
	return [...held.values()].filter(({ reserved, staged }) => reserved > 0 || staged > 0);
}

const reserving: readonly OrderState[] = ["placed", "accepted", "picking"];

export function reservedOf({ state }: Pick<Order, "state">, { quantity, picked, short, substitutes }: OrderLine): number {
	return reserving.includes(state) ? Math.max(0, quantity - picked - short - sumOf(substitutes)) : 0;
}
