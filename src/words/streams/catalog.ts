import type { Article } from "../article.ts";
import type { ReceiptKey } from "../codes/receipt-code.ts";
import type { MemberKey } from "../members/member.ts";
import type { OrderPlacement } from "../orders/order.ts";
import type { Price } from "../prices/price.ts";
import { sideOf } from "../prices/which-counts.ts";
import type { Movement } from "../stock.ts";
import type { Coupon, CouponLease } from "../tills/coupon.ts";
import type { PointsLease, PointsRule } from "../tills/points.ts";
import type { ReturnLease } from "../tills/return.ts";
import type { Instant } from "../time.ts";
import type { TransferLine, TransferPlan } from "../transfers/transfer.ts";
import type { Setting } from "./setting.ts";
import type { StockElsewhere } from "./stock-elsewhere.ts";
import type { StopSale } from "./stop-sale.ts";

/**
 * Sent with the first price of a push: a restored HQ makes the push's row again from it. `stores` is left out where there are too
 * many.
 */
export interface PushHead {
	at: Instant;
	changes: number;
	stores?: "all" | string[];
}

/**
 * Only in snapshots and repaired buckets, which leave out prices that are over: the price that counted when this one was decided.
 * The store's guard rails compare with it. Left out there: this was the article's first price.
 */
export interface PriceBefore {
	amountMinor: number;
	currency: string;
}

/** `released`: a second person released it, or it repeats a price that was in force; the store's guard rails do not judge it again. */
export interface PriceRecord {
	type: "price" | "conditional-price";
	price: Price;
	head?: PushHead;
	released?: true;
	before?: PriceBefore;
	/** The approver's signature of the release; the door checks it. */
	approval?: Record<string, unknown>;
}

/**
 * A price with a condition (tier or quantity) has a record type of its own: a build that does not know conditions must not take it
 * for everybody's price.
 */
export const priceRecordType = (price: Price): "price" | "conditional-price" => (sideOf(price) === "" ? "price" : "conditional-price");

/** One record of the catalog stream, HQ to store. A type this build does not know is parked until an upgrade knows it. */
export type CatalogRecord =
	| { type: "article"; article: Article; push?: string }
	| PriceRecord
	| { type: "price-end"; sku: string; version: number; ends: number; at: Instant; push?: string }
	/**
	 * A second person at HQ releases a price that the store holds by its guard rails. The record contains the price, because a store
	 * that took a snapshot since may not have it.
	 */
	| { type: "price-release"; sku: string; version: number; releases: number; by: string; held?: Price; approval?: Record<string, unknown> }
	| { type: "label"; label: string; sku: string | null; face?: string };

/** One record of the stock stream, HQ to store. */
export type StockRecord =
	| { type: "movement"; movement: Movement }
	| { type: "grant-used"; grant: string; sku: string; used: number; order: string }
	| { type: "grant-ask"; sku: string; wanted: number; grant: string; expiresAt: Instant }
	| { type: "order"; order: OrderPlacement }
	| { type: "stop-sale"; stop: StopSale }
	| { type: "stop-lifted"; id: string; at: Instant }
	| { type: "member-key"; key: MemberKey }
	/** Codes signed with this key are no longer taken. */
	| { type: "member-key-ended"; kid: string; at: Instant }
	/** Codes that other stores took: digests of their nonces, and until when each is valid, in seconds since 1970. */
	| { type: "member-codes-used"; codes: { id: string; exp: number }[] }
	/** Head office's answer to an enrolment. `why`: it refuses it. */
	| { type: "member-enrolment"; enrolment: string; member: string; why?: string }
	| { type: "member-erase"; erasure: string; member: string }
	| { type: "points-rule"; rule: PointsRule }
	/** A member's balance, and the part of it that the store may spend. */
	| { type: "points-balance"; member: string; balance: number; at: Instant; lease?: PointsLease }
	/** A store's receipts are signed by this key. */
	| { type: "receipt-key"; store: string; key: ReceiptKey }
	| { type: "coupon"; coupon: Coupon }
	| { type: "coupon-lease"; lease: CouponLease }
	/** A campaign ends before its `until`: its coupons are refused, and what is left of its leases goes back. */
	| { type: "coupon-ended"; coupon: string; at: Instant }
	| { type: "return-ask"; ask: string; line: string; quantity: number }
	| { type: "return-lease"; lease: ReturnLease }
	| { type: "return-denied"; ask: string; line: string; why: string }
	| { type: "transfer"; transfer: TransferPlan }
	| { type: "transfer-sent"; transfer: string; lines: TransferLine[]; at: Instant }
	| { type: "transfer-received"; transfer: string; lines: TransferLine[]; at: Instant }
	| { type: "transfer-cancel"; transfer: string; at: Instant }
	| { type: "stock-elsewhere"; figures: StockElsewhere }
	| { type: "order-cancel"; order: string; at: Instant; by: string; why: string };

/** One record of the config stream, HQ to store. */
/** `approval`: an approver's signature of guard rails; the door checks it. */
export type ConfigRecord = { type: "setting"; setting: Setting; approval?: Record<string, unknown> };
